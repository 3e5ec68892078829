//! API types of objections to a result.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

pub use super::model::ObjectionKind;
use super::store::ObjectionRow;
use crate::complaints::api::{Complainant, Complaint, ExternalRef};
use crate::complaints::model::{ComplaintChannel, ComplaintClass};
use crate::db::stored;
use crate::directory::model::Sector;
use crate::eligibility::api::EligibilityCheck;
use crate::error::Error;
use crate::http::text::LongText;

/// An objection to the result of a check, or to the decision of a programme.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_subject"))]
#[schema(example = json!({
    "kind": "wrongly_excluded",
    "family_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e",
    "program_code": "PKH",
    "statement": "Keluarga ini memenuhi syarat tetapi tidak menerima.",
    "complainant": { "name": "Siti Rahmawati", "phone": "0812-0000-9001" },
}))]
pub struct SubmitObjection {
    /// Id of the complaint, chosen by the client (UUIDv7), for objections recorded offline. If absent, the server generates one.
    pub id: Option<Uuid>,
    /// Kind of objection.
    pub kind: ObjectionKind,
    /// Family of the disputed result. Send exactly one of `family_id` and `person_id`.
    pub family_id: Option<Uuid>,
    /// Person of the disputed result.
    pub person_id: Option<Uuid>,
    /// Code of the programme.
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: String,
    /// Day whose rules and welfare snapshot are used: the day of the disputed result. Default: today. Not in the future, not before
    /// 2005-01-01.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Reason of the objection, in the reporter's own words.
    pub statement: LongText,
    /// Sector of the complaint. Default: `socio_economic`.
    pub sector: Option<Sector>,
    /// True if the reporter wants to remain anonymous.
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub anonymous: bool,
    /// The person reporting the objection. Required unless `anonymous` is true, not allowed otherwise.
    #[validate(nested)]
    pub complainant: Option<Complainant>,
    /// Channel through which it reached the desk.
    pub channel: Option<ComplaintChannel>,
    /// Tickets of the same case in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, code = "too_many"), nested)]
    #[schema(max_items = 20)]
    pub external_refs: Vec<ExternalRef>,
    /// Time at which it was recorded, if it was recorded offline.
    pub captured_at: Option<DateTime<Utc>>,
}

fn validate_subject(input: &SubmitObjection) -> Result<(), ValidationError> {
    let field_error = |code: &'static str, pointer: &'static str| {
        let mut error = ValidationError::new(code);
        error.add_param("pointer".into(), &pointer);
        Err(error)
    };
    match (input.anonymous, &input.complainant) {
        _ if input.person_id.is_some() == input.family_id.is_some() => Err(ValidationError::new("one_of")),
        (true, Some(_)) => field_error("complainant_not_allowed", "/complainant"),
        (false, None) => field_error("required", "/complainant"),
        _ if input.id.is_some_and(|id| id.get_version_num() != 7) => field_error("not_uuid_v7", "/id"),
        _ => Ok(()),
    }
}

/// The disputed result as evidence of a complaint. Later changes of the registry or the rules do not change it.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ObjectionEvidence {
    /// Id of the complaint.
    pub complaint_id: Uuid,
    /// Kind of objection.
    pub kind: ObjectionKind,
    /// Code of the programme.
    #[schema(example = "PKH")]
    pub program_code: String,
    /// The family.
    pub family_id: Uuid,
    /// The person, if it is the result of one person.
    #[schema(nullable, example = json!(null))]
    pub person_id: Option<Uuid>,
    /// The result: outcome, conditions, missing facts, rule version, welfare snapshot. Without specific personal data.
    pub evidence: EligibilityCheck,
    /// Officer or API client who recorded it.
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

/// An objection: the evidence, and the complaint that was created from it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilityObjection {
    #[serde(flatten)]
    pub objection: ObjectionEvidence,
    /// Class with which the complaint should be verified.
    pub proposed_class: ComplaintClass,
    /// The complaint in its current state. It is handled under `/v1/complaints`.
    pub complaint: Complaint,
}
