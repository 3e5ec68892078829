//! Wire types of objections to a result.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::api::EligibilityCheck;
pub use super::model::ObjectionKind;
use super::store::ObjectionRow;
use crate::complaints::api::{Complainant, Complaint, ExternalRef};
use crate::complaints::model::{ComplaintChannel, ComplaintClass};
use crate::db::stored;
use crate::directory::model::Sector;
use crate::error::Error;
use crate::http::text::LongText;

/// An objection to what the rules say of somebody, or to what a programme made of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_subject"))]
#[schema(example = json!({
    "kind": "wrongly_excluded",
    "family_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e",
    "program_code": "PKH",
    "statement": "Keluarga ini memenuhi syarat tetapi tidak menerima.",
    "complainant": { "name": "Siti Rahmawati", "phone": "0812-0000-9001" },
}))]
pub struct SubmitObjection {
    /// Id of the complaint made by the client (UUIDv7), for what is recorded offline; made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What is objected to.
    pub kind: ObjectionKind,
    /// The family whose result it is. Give exactly one of `family_id` and `person_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_id: Option<Uuid>,
    /// The person whose result it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// The programme.
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: String,
    /// The day whose rules and welfare snapshot count: the day of the result that is objected to. Today when absent; not later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Why, in the words of whoever objects.
    pub statement: LongText,
    /// The field of life it belongs to; `socio_economic` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Sector>,
    /// Does whoever objects wish to stay unnamed?
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub anonymous: bool,
    /// Who speaks; required unless anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub complainant: Option<Complainant>,
    /// How it reached the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ComplaintChannel>,
    /// Tickets of the same matter elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, code = "too_many"), nested)]
    #[schema(max_items = 20)]
    pub external_refs: Vec<ExternalRef>,
    /// When it was recorded, if that was offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<DateTime<Utc>>,
}

fn one_subject(input: &SubmitObjection) -> Result<(), ValidationError> {
    let fault = |code: &'static str, at: &'static str| {
        let mut error = ValidationError::new(code);
        error.add_param("pointer".into(), &at);
        Err(error)
    };
    match (input.anonymous, &input.complainant) {
        _ if input.person_id.is_some() == input.family_id.is_some() => Err(ValidationError::new("one_of")),
        (true, Some(_)) => fault("complainant_not_allowed", "/complainant"),
        (false, None) => fault("required", "/complainant"),
        _ if input.id.is_some_and(|id| id.get_version_num() != 7) => fault("not_uuid_v7", "/id"),
        _ => Ok(()),
    }
}

/// A result as evidence of a complaint. It stays as it was, whatever the registry and the rules say later.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObjectionEvidence {
    /// Id of the complaint that it belongs to.
    pub complaint_id: Uuid,
    /// What is objected to.
    pub kind: ObjectionKind,
    /// The programme.
    #[schema(example = "PKH")]
    pub program_code: String,
    /// The family.
    pub family_id: Uuid,
    /// The person, where it is one person's result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub person_id: Option<Uuid>,
    /// The result: outcome, conditions, what was missing, version of the rule, welfare snapshot. Without specific personal data.
    pub evidence: EligibilityCheck,
    /// The officer or client who recorded it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

impl TryFrom<ObjectionRow> for ObjectionEvidence {
    type Error = Error;

    fn try_from(row: ObjectionRow) -> Result<Self, Error> {
        Ok(Self {
            complaint_id: row.complaint_id,
            kind: row.kind,
            program_code: row.program_code,
            family_id: row.family_id,
            person_id: row.person_id,
            evidence: stored::read(&row.evidence, "eligibility_objections.evidence", row.complaint_id)?,
            created_by: row.created_by,
            created_at: row.created_at,
        })
    }
}

/// An objection: the evidence, and the complaint that it became.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilityObjection {
    #[serde(flatten)]
    pub objection: ObjectionEvidence,
    /// The class to verify it as.
    pub proposed_class: ComplaintClass,
    /// The complaint as it stands now. It is handled under `/v1/complaints`.
    pub complaint: Complaint,
}
