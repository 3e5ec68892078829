//! API types of registry proposals.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::content::{Content, ProposedFamily};
use super::model::{
    DeliberationDecision, ProposalEvidenceKind, ProposalRefusalReason, RegistryProposalAction, RegistryProposalKind,
    RegistryProposalStatus,
};
use super::store::ProposalRow;
use super::transitions::EDGES;
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::db::stored;
use crate::error::Error;
use crate::http::text::{LongText, PersonName, ShortText};
use crate::regions::RegionCode;
use crate::registry::identity::nik::Nik;
use crate::registry::people::api::{CreateFamily, NikDigits};
use crate::registry::people::correct::PersonCorrection;
use crate::state_machine;

fn field_error(code: &'static str, pointer: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &pointer);
    Err(error)
}

/// A piece of evidence for a proposal.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProposalEvidence {
    /// Kind of evidence.
    pub kind: ProposalEvidenceKind,
    /// What the evidence shows.
    pub text: LongText,
    /// Number of the document, or the place where it is filed.
    pub reference: Option<ShortText>,
}

/// A new proposal or dispute about the welfare registry.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(
    schema(function = "validate_id_and_program"),
    schema(function = "validate_family"),
    schema(function = "validate_changes")
)]
#[schema(example = json!({
    "kind": "correction",
    "nik": "3204055203909001",
    "full_name": "Siti Rahmawati",
    "changes": { "school_enrolled": true, "marital_status": "widowed" },
    "statement": "Suami meninggal pada Agustus 2026; anak masih bersekolah.",
    "evidence": [{ "kind": "certificate", "text": "Akta kematian suami", "reference": "3204-KM-2026-0117" }]
}))]
pub struct SubmitRegistryProposal {
    /// Id chosen by the client (UUIDv7), for proposals recorded offline. If absent, the server generates one.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// Kind of proposal or dispute.
    pub kind: RegistryProposalKind,
    /// NIK of the person concerned. Stored encrypted.
    pub nik: NikDigits,
    /// Name of the person as in the identity papers. Stored encrypted.
    pub full_name: PersonName,
    /// The family to create. Required for `new_entry`, not allowed otherwise. The person must be one of its members. It must not
    /// contain `welfare_status`: a decile cannot be proposed.
    #[serde(default)]
    #[schema(value_type = Option<CreateFamily>)]
    pub family: Option<ProposedFamily>,
    /// The corrected values of the person. Required for `correction`, not allowed otherwise.
    #[serde(default)]
    #[validate(nested)]
    pub changes: Option<PersonCorrection>,
    /// For a dispute only: the programme that wrongly includes or excludes the family, if the dispute is about a programme.
    #[serde(default)]
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: Option<String>,
    /// What is requested, and why.
    pub statement: LongText,
    /// Evidence, 1 to 20 items.
    #[validate(length(min = 1, max = 20, code = "out_of_range"), nested)]
    #[schema(min_items = 1, max_items = 20)]
    pub evidence: Vec<ProposalEvidence>,
    /// Id of the returned proposal that this one replaces.
    #[serde(default)]
    pub replaces_id: Option<Uuid>,
    /// Time at which it was recorded, if it was recorded offline.
    #[serde(default)]
    pub captured_at: Option<DateTime<Utc>>,
}

fn validate_id_and_program(input: &SubmitRegistryProposal) -> Result<(), ValidationError> {
    use RegistryProposalKind as Kind;
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return field_error("not_uuid_v7", "/id");
    }
    if input.program_code.is_some() && matches!(input.kind, Kind::NewEntry | Kind::Correction) {
        return field_error("not_for_this_kind", "/program_code");
    }
    Ok(())
}

fn validate_family(input: &SubmitRegistryProposal) -> Result<(), ValidationError> {
    match (input.kind == RegistryProposalKind::NewEntry, input.family.is_some()) {
        (true, false) => field_error("required", "/family"),
        (false, true) => field_error("not_for_this_kind", "/family"),
        _ => Ok(()),
    }
}

fn validate_changes(input: &SubmitRegistryProposal) -> Result<(), ValidationError> {
    match (input.kind == RegistryProposalKind::Correction, input.changes.is_some()) {
        (true, false) => field_error("required", "/changes"),
        (false, true) => field_error("not_for_this_kind", "/changes"),
        _ => Ok(()),
    }
}

/// Minutes of the village deliberation (musdes).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VillageDeliberation {
    /// Day on which it was held. Not in the future.
    #[schema(example = "2026-11-08")]
    pub held_on: NaiveDate,
    /// Place where it was held.
    pub place: ShortText,
    /// Number of the minutes.
    pub minutes_number: ShortText,
    /// Number of people who attended.
    #[validate(range(min = 1, max = 100_000, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 100000, example = 34)]
    pub attendees: i32,
}

/// Verification by the village: the deliberation supports the proposal.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyInVillage {
    /// Minutes of the deliberation.
    #[validate(nested)]
    pub deliberation: VillageDeliberation,
    /// Note for the timeline.
    pub note: Option<LongText>,
}

/// Refusal by the village: the deliberation does not support the proposal.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeclineInVillage {
    /// Minutes of the deliberation.
    #[validate(nested)]
    pub deliberation: VillageDeliberation,
    /// Reason of the refusal or return.
    pub reason: ProposalRefusalReason,
    /// Note for the desk that submitted the proposal. Required if `reason` is `other`.
    pub note: Option<LongText>,
}

/// Verification by the agency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyByAgency {
    /// What the verification found.
    pub finding: LongText,
}

/// Forwarding by the manager.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ForwardProposal {
    /// Note for the timeline.
    pub note: Option<LongText>,
}

/// Acceptance by the registry.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AcceptProposal {
    /// Note for the timeline.
    pub note: Option<LongText>,
}

/// A rejection, or a return for correction.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_reason"))]
pub struct RefuseProposal {
    /// Reason of the refusal or return.
    pub reason: ProposalRefusalReason,
    /// Note for the desk that submitted the proposal. Required if `reason` is `other`.
    pub note: Option<LongText>,
}

fn validate_reason(input: &RefuseProposal) -> Result<(), ValidationError> {
    if input.reason == ProposalRefusalReason::Other && input.note.is_none() {
        return field_error("text_required", "/note");
    }
    Ok(())
}

/// Decision of the village deliberation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "deliberation": {
        "held_on": "2026-11-08", "place": "Balai desa", "minutes_number": "BA/07/2026", "attendees": 34,
    },
    "decision": "supported", "by": "bandung-bo-1", "at": "2026-11-08T07:30:00Z",
}))]
pub struct VillageVerification {
    /// Minutes of the deliberation.
    pub deliberation: VillageDeliberation,
    /// Decision of the deliberation.
    pub decision: DeliberationDecision,
    /// Officer or API client who recorded it.
    #[schema(example = "bandung-bo-1")]
    pub by: String,
    /// Time at which it was recorded.
    pub at: DateTime<Utc>,
}

/// Finding of the agency.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgencyVerification {
    /// What the verification found.
    pub finding: LongText,
    /// Officer or API client who verified. The same one may not forward the proposal (four-eyes rule).
    #[schema(example = "bandung-bo-1")]
    pub by: String,
    /// Time of the verification.
    pub at: DateTime<Utc>,
}

/// Forwarding of a proposal to the registry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProposalForwarding {
    /// Officer or API client who forwarded it.
    #[schema(example = "bandung-mgr-1")]
    pub by: String,
    /// Time of the forwarding.
    pub at: DateTime<Utc>,
}

/// Outcome of a proposal.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProposalOutcome {
    /// Reason of the rejection or return. Absent for an accepted proposal.
    #[schema(nullable, example = json!(null))]
    pub reason: Option<ProposalRefusalReason>,
    /// Note of the officer.
    pub note: Option<LongText>,
    /// Officer or API client who recorded it.
    #[schema(example = "pusdatin-1")]
    pub by: String,
    /// Time at which it was recorded.
    pub at: DateTime<Utc>,
}

/// A proposal or dispute about the welfare registry.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposal {
    /// Id of the proposal.
    pub id: Uuid,
    /// Kind of proposal or dispute.
    pub kind: RegistryProposalKind,
    /// Status. Only actions change it.
    pub status: RegistryProposalStatus,
    /// Actions that this status allows. An action also needs its permission and region.
    pub allowed_actions: Vec<RegistryProposalAction>,
    /// Village of the person concerned.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Month in whose window it was submitted, `YYYY-MM`.
    #[schema(example = "2026-11")]
    pub period: String,
    /// True if the NIK is masked and the proposed values are left out of this response.
    #[schema(example = true)]
    pub masked: bool,
    /// NIK, masked to its first two and last two digits unless revealed.
    #[schema(example = "32************01")]
    pub nik: String,
    /// Name of the person concerned.
    #[schema(example = "Siti Rahmawati")]
    pub full_name: String,
    /// Person in the registry. For a new entry: absent until it is accepted.
    pub person_id: Option<Uuid>,
    /// Family in the registry. For a new entry: absent until it is accepted.
    pub family_id: Option<Uuid>,
    /// Programme that the dispute is about.
    #[schema(nullable, example = json!(null))]
    pub program_code: Option<String>,
    /// Names of the proposed fields, without their values.
    #[schema(example = json!(["marital_status", "school_enrolled"]))]
    pub proposed_fields: Vec<String>,
    /// The family to create. Present only if revealed.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub family: Option<Value>,
    /// The corrected values of the person. Present only if revealed.
    pub changes: Option<PersonCorrection>,
    /// What is requested, and why. Absent after the erasure of the person's data.
    #[schema(example = "Anak masih bersekolah.")]
    pub statement: Option<String>,
    /// Evidence. Empty after the erasure of the person's data.
    pub evidence: Vec<ProposalEvidence>,
    /// Decision of the village deliberation.
    pub village_verification: Option<VillageVerification>,
    /// Finding of the agency.
    pub agency_verification: Option<AgencyVerification>,
    /// Forwarding to the registry.
    pub forwarding: Option<ProposalForwarding>,
    /// Outcome, once the proposal is final.
    pub outcome: Option<ProposalOutcome>,
    /// Id of the returned proposal that this one replaces.
    #[schema(nullable, example = json!(null))]
    pub replaces_id: Option<Uuid>,
    /// Organization that submitted it.
    pub organization_id: Option<Uuid>,
    /// Officer or API client who submitted it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// Time at which it was recorded, if it was recorded offline.
    pub captured_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was received.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ProposalRow {
    pub fn village(&self) -> Result<Option<VillageVerification>, Error> {
        stored::read_nullable(self.village.as_ref(), "registry_proposals.village", self.id)
    }

    pub fn agency(&self) -> Result<Option<AgencyVerification>, Error> {
        stored::read_nullable(self.agency.as_ref(), "registry_proposals.agency", self.id)
    }
}

/// The API view of a row; `revealed` opens the NIK and the proposed values.
pub fn show(sealer: &Sealer, row: ProposalRow, revealed: bool) -> Result<RegistryProposal, Error> {
    let id = row.id;
    let (village_verification, agency_verification) = (row.village()?, row.agency()?);
    let content = Content::open(sealer, row.id, &row.content_sealed)?;
    let nik = Nik::from_digits(&sealer.open(IdentityKind::Nik, row.id, &row.nik_sealed)?).map_err(Error::internal)?;
    Ok(RegistryProposal {
        id: row.id,
        kind: row.kind,
        status: row.status,
        allowed_actions: state_machine::allowed(EDGES, row.status),
        region_code: row.region_code,
        period: row.period,
        masked: !revealed,
        nik: if revealed { nik.expose().to_owned() } else { nik.mask() },
        proposed_fields: content.fields(),
        full_name: content.full_name,
        person_id: row.person_id,
        family_id: row.family_id,
        program_code: row.program_code,
        family: content.family.filter(|_| revealed),
        changes: content.changes.filter(|_| revealed),
        statement: row.statement,
        evidence: stored::read(&row.evidence, "registry_proposals.evidence", id)?,
        village_verification,
        agency_verification,
        forwarding: stored::read_nullable(row.forwarding.as_ref(), "registry_proposals.forwarding", id)?,
        outcome: stored::read_nullable(row.outcome.as_ref(), "registry_proposals.outcome", id)?,
        replaces_id: row.replaces_id,
        organization_id: row.organization_id,
        created_by: row.created_by,
        captured_at: row.captured_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistryProposalQuery {
    /// Only proposals in this region and the regions inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only proposals with this status.
    #[param(inline)]
    pub status: Option<RegistryProposalStatus>,
    /// Only proposals of this kind.
    #[param(inline)]
    pub kind: Option<RegistryProposalKind>,
    /// Only proposals submitted in the window of this month, `YYYY-MM`.
    #[param(example = "2026-11")]
    pub period: Option<String>,
    /// Only proposals about this person.
    pub person_id: Option<Uuid>,
    /// Only proposals about this family.
    pub family_id: Option<Uuid>,
    /// Change feed: proposals changed at or after this time, oldest change first.
    pub updated_since: Option<DateTime<Utc>>,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of proposals per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
