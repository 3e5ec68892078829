//! Wire types of subject rights.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::model::{
    ErasureGround, IdentityCheck, RestrictionReason, SubjectRequestAction, SubjectRequestKind,
    SubjectRequestRefusalReason, SubjectRequestStatus,
};
use super::store::{RequestRow, RestrictionRow};
use super::transitions::EDGES;
use crate::db::stored;
use crate::error::Error;
use crate::http::text::{LongText, PersonName};
use crate::proposals::api::{ProposalEvidence, RegistryProposal};
use crate::regions::RegionCode;
use crate::registry::answers::Person;
use crate::registry::correct::PersonCorrection;
use crate::state_machine;

/// Answers are due within 3 times 24 hours (UU 27/2022).
pub const ANSWER_WITHIN: TimeDelta = TimeDelta::hours(72);

/// Who asks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SubjectApplicant {
    /// How the applicant's identity was checked.
    pub identity_check: IdentityCheck,
    /// Name, if it is not the data subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
}

/// A request of the data subject.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "access", "requested_by": { "identity_check": "identity_paper" },
    "detail": "Ingin melihat data yang disimpan tentang dirinya."
}))]
pub struct ReceiveSubjectRequest {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// What is asked for.
    pub kind: SubjectRequestKind,
    /// Who asks.
    #[validate(nested)]
    pub requested_by: SubjectApplicant,
    /// In the applicant's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<LongText>,
    /// When it reached the desk; now if absent. The deadline runs from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime<Utc>>,
}

/// The answer to a request that was met.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FulfilSubjectRequest {
    /// What the applicant is told.
    pub answer: LongText,
}

/// The answer to a request that is not met.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefuseSubjectRequest {
    /// Why.
    pub reason: SubjectRequestRefusalReason,
    /// What the applicant is told.
    pub answer: LongText,
}

/// A request of the data subject.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubjectRequest {
    /// Id of the request.
    pub id: Uuid,
    /// What is asked for.
    pub kind: SubjectRequestKind,
    /// State; changed by actions alone.
    pub status: SubjectRequestStatus,
    /// Actions that this state allows.
    #[schema(example = json!(["fulfil", "refuse"]))]
    pub allowed_actions: Vec<SubjectRequestAction>,
    /// Village of the person.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The person whose data it is.
    pub person_id: Uuid,
    /// Who asks; absent after erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<SubjectApplicant>,
    /// In the applicant's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ingin melihat data yang disimpan tentang dirinya.")]
    pub detail: Option<String>,
    /// When it reached the desk.
    pub received_at: DateTime<Utc>,
    /// When the answer is due: 72 hours later.
    pub due_at: DateTime<Utc>,
    /// Is the answer late?
    #[schema(example = false)]
    pub overdue: bool,
    /// What the applicant was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub answer: Option<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub refusal_reason: Option<SubjectRequestRefusalReason>,
    /// The proposal that a correction became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub proposal_id: Option<Uuid>,
    /// The officer or client who recorded it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// The officer who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub answered_by: Option<String>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub answered_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

pub fn show(row: RequestRow, now: DateTime<Utc>) -> Result<SubjectRequest, Error> {
    Ok(SubjectRequest {
        id: row.id,
        kind: row.kind,
        status: row.status,
        allowed_actions: state_machine::allowed(EDGES, row.status),
        region_code: row.region_code,
        person_id: row.person_id,
        requested_by: stored::read_nullable(row.requested_by.as_ref(), "subject_requests.requested_by", row.id)?,
        detail: row.detail,
        received_at: row.received_at,
        due_at: row.due_at,
        overdue: row.answered_at.unwrap_or(now) > row.due_at,
        answer: row.answer,
        refusal_reason: row.refusal_reason,
        proposal_id: row.proposal_id,
        created_by: row.created_by,
        answered_by: row.answered_by,
        answered_at: row.answered_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubjectRequestQuery {
    /// Only this region and what lies inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only this person's.
    pub person_id: Option<Uuid>,
    /// Only this kind.
    #[param(inline)]
    pub kind: Option<SubjectRequestKind>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<SubjectRequestStatus>,
    /// Only what is unanswered after its deadline.
    #[serde(default)]
    #[param(default = false)]
    pub overdue: bool,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Requests a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Restricting the processing of a person's data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RestrictProcessing {
    /// Why.
    pub reason: RestrictionReason,
    /// The request that is met with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub request_id: Option<Uuid>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Lifting a restriction.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LiftRestriction {
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// A restriction of processing: the data is kept, and used only for the subject's own requests, legal claims and emergencies.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcessingRestriction {
    /// Id of the restriction.
    pub id: Uuid,
    /// The person whose data it is.
    pub person_id: Uuid,
    /// Why.
    pub reason: RestrictionReason,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Subjek mempersoalkan data disabilitas.")]
    pub note: Option<String>,
    /// The request that was met with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub request_id: Option<Uuid>,
    /// Who set it.
    #[schema(example = "bandung-fo-1")]
    pub set_by: String,
    /// When.
    pub set_at: DateTime<Utc>,
    /// Who lifted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub lifted_by: Option<String>,
    /// When it was lifted; absent while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub lifted_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
}

impl From<RestrictionRow> for ProcessingRestriction {
    fn from(row: RestrictionRow) -> Self {
        Self {
            id: row.id,
            person_id: row.person_id,
            reason: row.reason,
            note: row.note,
            request_id: row.request_id,
            set_by: row.set_by,
            set_at: row.set_at,
            lifted_by: row.lifted_by,
            lifted_at: row.lifted_at,
            version: row.version,
        }
    }
}

/// Every restriction of a person's data, the latest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProcessingRestrictions {
    /// The restrictions.
    pub items: Vec<ProcessingRestriction>,
}

/// A correction that the data subject asks for: written at once, or proposed to whoever keeps the registry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "changes": { "full_name": "Siti Rahmawati" } }))]
pub struct CorrectPerson {
    /// What is to be said of the person instead.
    #[validate(nested)]
    pub changes: PersonCorrection,
    /// The request that is met with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Uuid>,
    /// Make a registry proposal of it instead of writing it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub proposal: Option<CorrectionProposal>,
}

/// What a proposal needs besides the changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CorrectionProposal {
    /// What is asked, and why.
    pub statement: LongText,
    /// What supports it.
    #[validate(length(min = 1, max = 20, code = "out_of_range"), nested)]
    #[schema(min_items = 1, max_items = 20)]
    pub evidence: Vec<ProposalEvidence>,
}

/// What became of a correction: one of the two.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CorrectedPerson {
    /// The person after the correction, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// The proposal that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub proposal: Option<RegistryProposal>,
}

/// The erasure of a person's data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ErasePerson {
    /// The recorded request for it. Whoever recorded it may not erase.
    pub request_id: Uuid,
    /// Why.
    pub ground: ErasureGround,
}

/// What an erasure did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ErasedPerson {
    /// The person, of whom only statistics remain.
    pub person_id: Uuid,
    /// When.
    pub erased_at: DateTime<Utc>,
    /// The request that it answers.
    pub request: SubjectRequest,
}

/// One opening of a person's data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccessRecord {
    /// Id of the record.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done: `person.reveal`, `person.export` for the subject, `person.export_names` into a masked file, `family.reveal` of the household alone, or `export.reveal`, the
    /// download of a file in which the person stands.
    #[schema(example = "person.reveal")]
    pub action: String,
    /// The officer, or the client itself.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// The client that called.
    #[schema(example = "demo-desk-bandung")]
    pub client_id: String,
    /// The organization of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "SLRT Kabupaten Bandung")]
    pub organization_name: Option<String>,
    /// What for.
    #[schema(example = "complaint_handling")]
    pub purpose: String,
    /// The lawful basis that carries the purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "legal_obligation")]
    pub lawful_basis: Option<String>,
    /// The law it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "UU 25/2009 pasal 36")]
    pub legal_reference: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessRecordQuery {
    /// Where to read on.
    pub cursor: Option<String>,
    /// Records a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// How an export is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    #[default]
    Json,
    Html,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubjectExportQuery {
    /// `json`, or `html` for a page in Indonesian that can be printed.
    #[serde(default)]
    #[param(inline)]
    pub format: ExportFormat,
}
