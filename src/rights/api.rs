//! API types of subject rights.

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
use crate::registry::people::correct::PersonCorrection;
use crate::registry::people::responses::Person;
use crate::state_machine;

/// Time within which a request must be answered: 3 times 24 hours (UU 27/2022).
pub const ANSWER_DEADLINE: TimeDelta = TimeDelta::hours(72);

/// The person who makes the request.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SubjectApplicant {
    /// How the applicant's identity was checked.
    pub identity_check: IdentityCheck,
    /// Name of the applicant, if it is not the data subject.
    pub name: Option<PersonName>,
}

/// A new request of the data subject.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "access", "requested_by": { "identity_check": "identity_paper" },
    "detail": "Ingin melihat data yang disimpan tentang dirinya."
}))]
pub struct ReceiveSubjectRequest {
    /// Id chosen by the client (UUIDv7). If absent, the server generates one.
    pub id: Option<Uuid>,
    /// Kind of request.
    pub kind: SubjectRequestKind,
    /// The person who makes the request.
    #[validate(nested)]
    pub requested_by: SubjectApplicant,
    /// The request in the applicant's own words.
    pub detail: Option<LongText>,
    /// Time at which it reached the desk; the deadline counts from it. Default: now. Not in the future.
    pub received_at: Option<DateTime<Utc>>,
}

/// The answer to a fulfilled request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FulfilSubjectRequest {
    /// Answer to the applicant.
    pub answer: LongText,
}

/// The answer to a refused request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefuseSubjectRequest {
    /// Reason of the refusal.
    pub reason: SubjectRequestRefusalReason,
    /// Answer to the applicant.
    pub answer: LongText,
}

/// A request of the data subject.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SubjectRequest {
    /// Id of the request.
    pub id: Uuid,
    /// Kind of request.
    pub kind: SubjectRequestKind,
    /// Status. Only actions change it.
    pub status: SubjectRequestStatus,
    /// Actions that this status allows.
    #[schema(example = json!(["fulfil", "refuse"]))]
    pub allowed_actions: Vec<SubjectRequestAction>,
    /// Village of the person.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The data subject.
    pub person_id: Uuid,
    /// The person who makes the request. Absent after the erasure of the data.
    pub requested_by: Option<SubjectApplicant>,
    /// The request in the applicant's own words. Absent after the erasure of the data.
    #[schema(example = "Ingin melihat data yang disimpan tentang dirinya.")]
    pub detail: Option<String>,
    /// Time at which it reached the desk.
    pub received_at: DateTime<Utc>,
    /// Deadline of the answer: 72 hours after `received_at`.
    pub due_at: DateTime<Utc>,
    /// True if the answer is, or was, late.
    #[schema(example = false)]
    pub overdue: bool,
    /// Answer to the applicant.
    #[schema(nullable, example = json!(null))]
    pub answer: Option<String>,
    /// Reason of the refusal.
    #[schema(nullable, example = json!(null))]
    pub refusal_reason: Option<SubjectRequestRefusalReason>,
    /// Registry proposal that was created for the correction.
    #[schema(nullable, example = json!(null))]
    pub proposal_id: Option<Uuid>,
    /// Officer or API client who recorded it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// Officer or API client who answered it.
    #[schema(nullable, example = json!(null))]
    pub answered_by: Option<String>,
    /// When it was answered.
    #[schema(nullable, example = json!(null))]
    pub answered_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag` header.
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
    /// Only requests in this region and the regions inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only requests about this person.
    pub person_id: Option<Uuid>,
    /// Only requests of this kind.
    #[param(inline)]
    pub kind: Option<SubjectRequestKind>,
    /// Only requests with this status.
    #[param(inline)]
    pub status: Option<SubjectRequestStatus>,
    /// Only requests that are unanswered after their deadline.
    #[serde(default)]
    #[param(default = false)]
    pub overdue: bool,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of requests per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// A restriction of processing to set.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RestrictProcessing {
    /// Reason of the restriction.
    pub reason: RestrictionReason,
    /// Id of the open request that the restriction fulfils.
    #[schema(nullable, example = json!(null))]
    pub request_id: Option<Uuid>,
    /// Note of the officer.
    pub note: Option<LongText>,
}

/// The lifting of a restriction.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LiftRestriction {
    /// Note of the officer. Replaces the note of the restriction.
    pub note: Option<LongText>,
}

/// A restriction of processing: the data is stored, but shown and used only for the subject's own requests, legal claims and
/// emergencies.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProcessingRestriction {
    /// Id of the restriction.
    pub id: Uuid,
    /// The data subject.
    pub person_id: Uuid,
    /// Reason of the restriction.
    pub reason: RestrictionReason,
    /// Note of the officer.
    #[schema(example = "Subjek mempersoalkan data disabilitas.")]
    pub note: Option<String>,
    /// Id of the request that the restriction fulfilled.
    #[schema(nullable, example = json!(null))]
    pub request_id: Option<Uuid>,
    /// Officer or API client who set it.
    #[schema(example = "bandung-fo-1")]
    pub set_by: String,
    /// When it was set.
    pub set_at: DateTime<Utc>,
    /// Officer or API client who lifted it.
    #[schema(nullable, example = json!(null))]
    pub lifted_by: Option<String>,
    /// When it was lifted. Absent while the restriction is in force.
    #[schema(nullable, example = json!(null))]
    pub lifted_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag` header.
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

/// All restrictions of a person's data, latest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProcessingRestrictions {
    /// The restrictions.
    pub items: Vec<ProcessingRestriction>,
}

/// A correction that the data subject requests: applied at once, or submitted as a registry proposal.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "changes": { "full_name": "Siti Rahmawati" } }))]
pub struct CorrectPerson {
    /// The corrected values of the person.
    #[validate(nested)]
    pub changes: PersonCorrection,
    /// Id of the open request that the correction fulfils.
    pub request_id: Option<Uuid>,
    /// If present, the correction is submitted as a registry proposal instead of being applied at once.
    #[validate(nested)]
    pub proposal: Option<CorrectionProposal>,
}

/// Statement and evidence of a registry proposal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CorrectionProposal {
    /// What is requested, and why.
    pub statement: LongText,
    /// Evidence, 1 to 20 items.
    #[validate(length(min = 1, max = 20, code = "out_of_range"), nested)]
    #[schema(min_items = 1, max_items = 20)]
    pub evidence: Vec<ProposalEvidence>,
}

/// Result of a correction: either the person or the proposal.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CorrectedPerson {
    /// The person after the correction, masked.
    pub person: Option<Person>,
    /// The registry proposal that was created.
    #[schema(nullable, example = json!(null))]
    pub proposal: Option<RegistryProposal>,
}

/// The erasure of a person's data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ErasePerson {
    /// Id of the open request for erasure. The officer who recorded it may not erase (four-eyes rule).
    pub request_id: Uuid,
    /// Legal ground of the erasure.
    pub ground: ErasureGround,
}

/// Result of an erasure.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ErasedPerson {
    /// The erased person. Only statistical data remains.
    pub person_id: Uuid,
    /// When the data was erased.
    pub erased_at: DateTime<Utc>,
    /// The request, now fulfilled.
    pub request: SubjectRequest,
}

/// Record of one access to a person's data.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccessRecord {
    /// Id of the record.
    pub id: Uuid,
    /// Time of the access.
    pub at: DateTime<Utc>,
    /// Kind of access: `person.reveal`; `person.export`, the export for the data subject; `person.export_names`, the name in a masked file;
    /// `family.reveal`, only the household; `export.reveal`, the download of a file that contains the person.
    #[schema(example = "person.reveal")]
    pub action: String,
    /// Officer, or the API client itself.
    #[schema(example = "bandung-bo-1")]
    pub actor: String,
    /// API client that made the request.
    #[schema(example = "demo-desk-bandung")]
    pub client_id: String,
    /// Organization of the caller.
    pub organization_id: Option<Uuid>,
    /// Name of the organization.
    #[schema(example = "SLRT Kabupaten Bandung")]
    pub organization_name: Option<String>,
    /// Purpose of the access.
    #[schema(example = "complaint_handling")]
    pub purpose: String,
    /// Lawful basis of the purpose.
    #[schema(example = "legal_obligation")]
    pub lawful_basis: Option<String>,
    /// Law that gives the lawful basis.
    #[schema(example = "UU 25/2009 pasal 36")]
    pub legal_reference: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessRecordQuery {
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of records per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Format of an export.
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
