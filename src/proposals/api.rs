//! Wire types of registry proposals.

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
use crate::registry::api::{CreateFamily, NikDigits};
use crate::registry::correct::PersonCorrection;
use crate::registry::nik::Nik;
use crate::state_machine;

fn fault(code: &'static str, at: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &at);
    Err(error)
}

/// What supports a proposal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProposalEvidence {
    /// What it is.
    pub kind: ProposalEvidenceKind,
    /// What it shows.
    pub text: LongText,
    /// Number or place of the paper, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ShortText>,
}

/// A proposal or dispute about the registry.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(
    schema(function = "content_fits"),
    schema(function = "entry_is_given"),
    schema(function = "change_is_given")
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
    /// Id made by the client (UUIDv7), for what is recorded offline; made by the service if absent.
    #[serde(default)]
    pub id: Option<Uuid>,
    /// What is proposed or disputed.
    pub kind: RegistryProposalKind,
    /// NIK of the person concerned. Kept sealed.
    pub nik: NikDigits,
    /// Name of the person as in the papers. Kept sealed.
    pub full_name: PersonName,
    /// For `new_entry`: the family to be entered, in which the person is a member. Without `welfare_status`: a decile is
    /// never proposed.
    #[serde(default)]
    #[schema(value_type = Option<CreateFamily>)]
    pub family: Option<ProposedFamily>,
    /// For `correction`: what is to be said of the person instead.
    #[serde(default)]
    #[validate(nested)]
    pub changes: Option<PersonCorrection>,
    /// For a dispute: the programme in which the family is wrongly in or out, if it is one.
    #[serde(default)]
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: Option<String>,
    /// What is asked, and why.
    pub statement: LongText,
    /// What supports it.
    #[validate(length(min = 1, max = 20, code = "out_of_range"), nested)]
    #[schema(min_items = 1, max_items = 20)]
    pub evidence: Vec<ProposalEvidence>,
    /// The returned proposal that this one takes up again.
    #[serde(default)]
    pub replaces_id: Option<Uuid>,
    /// When it was recorded, if that was offline.
    #[serde(default)]
    pub captured_at: Option<DateTime<Utc>>,
}

fn content_fits(input: &SubmitRegistryProposal) -> Result<(), ValidationError> {
    use RegistryProposalKind as Kind;
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return fault("not_uuid_v7", "/id");
    }
    if input.program_code.is_some() && matches!(input.kind, Kind::NewEntry | Kind::Correction) {
        return fault("not_for_this_kind", "/program_code");
    }
    Ok(())
}

fn entry_is_given(input: &SubmitRegistryProposal) -> Result<(), ValidationError> {
    match (input.kind == RegistryProposalKind::NewEntry, input.family.is_some()) {
        (true, false) => fault("required", "/family"),
        (false, true) => fault("not_for_this_kind", "/family"),
        _ => Ok(()),
    }
}

fn change_is_given(input: &SubmitRegistryProposal) -> Result<(), ValidationError> {
    match (input.kind == RegistryProposalKind::Correction, input.changes.is_some()) {
        (true, false) => fault("required", "/changes"),
        (false, true) => fault("not_for_this_kind", "/changes"),
        _ => Ok(()),
    }
}

/// Minutes of the village deliberation (musdes).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VillageDeliberation {
    /// When it was held.
    #[schema(example = "2026-11-08")]
    pub held_on: NaiveDate,
    /// Where.
    pub place: ShortText,
    /// Number of the minutes.
    pub minutes_number: ShortText,
    /// How many attended.
    #[validate(range(min = 1, max = 100_000, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 100000, example = 34)]
    pub attendees: i32,
}

/// The village verifies: the deliberation supports the proposal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyInVillage {
    /// The minutes.
    #[validate(nested)]
    pub deliberation: VillageDeliberation,
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// The village declines: the deliberation does not support the proposal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeclineInVillage {
    /// The minutes.
    #[validate(nested)]
    pub deliberation: VillageDeliberation,
    /// Why.
    pub reason: ProposalRefusalReason,
    /// Words for whoever proposed; required for `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// The agency verifies.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyByAgency {
    /// What the verification found.
    pub finding: LongText,
}

/// The manager forwards.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ForwardProposal {
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// The registry takes the proposal over.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AcceptProposal {
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// A refusal, or a return for correction.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reason_is_told"))]
pub struct RefuseProposal {
    /// Why.
    pub reason: ProposalRefusalReason,
    /// Words for whoever proposed; required for `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

fn reason_is_told(input: &RefuseProposal) -> Result<(), ValidationError> {
    if input.reason == ProposalRefusalReason::Other && input.note.is_none() {
        return fault("text_required", "/note");
    }
    Ok(())
}

/// What the village decided.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "deliberation": {
        "held_on": "2026-11-08", "place": "Balai desa", "minutes_number": "BA/07/2026", "attendees": 34,
    },
    "decision": "supported", "by": "bandung-bo-1", "at": "2026-11-08T07:30:00Z",
}))]
pub struct VillageVerification {
    /// The minutes.
    pub deliberation: VillageDeliberation,
    /// What the deliberation decided.
    pub decision: DeliberationDecision,
    /// Who recorded it.
    #[schema(example = "bandung-bo-1")]
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the agency found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AgencyVerification {
    /// What the verification found.
    pub finding: LongText,
    /// Who verified; may not forward.
    #[schema(example = "bandung-bo-1")]
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// That it was forwarded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProposalForwarding {
    /// Who forwarded.
    #[schema(example = "bandung-mgr-1")]
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a proposal ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProposalOutcome {
    /// Why it was refused or returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub reason: Option<ProposalRefusalReason>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
    /// Who recorded it.
    #[schema(example = "pusdatin-1")]
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A proposal or dispute about the registry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RegistryProposal {
    /// Id of the proposal.
    pub id: Uuid,
    /// What is proposed or disputed.
    pub kind: RegistryProposalKind,
    /// State; changed by actions alone.
    pub status: RegistryProposalStatus,
    /// Actions that this state allows, to whoever has the permission and the region.
    pub allowed_actions: Vec<RegistryProposalAction>,
    /// Village of the person concerned.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The month in whose window it came in.
    #[schema(example = "2026-11")]
    pub period: String,
    /// Are the NIK and what is proposed held back in this answer?
    #[schema(example = true)]
    pub masked: bool,
    /// NIK, masked to its first two and last two digits unless revealed.
    #[schema(example = "32************01")]
    pub nik: String,
    /// Name of the person concerned.
    #[schema(example = "Siti Rahmawati")]
    pub full_name: String,
    /// The person of the registry; for a new entry known once it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// The family of the registry; for a new entry known once it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_id: Option<Uuid>,
    /// The programme that a dispute concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub program_code: Option<String>,
    /// Names of the fields that are proposed.
    #[schema(example = json!(["marital_status", "school_enrolled"]))]
    pub proposed_fields: Vec<String>,
    /// The family to be entered, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub family: Option<Value>,
    /// What is to be said of the person, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<PersonCorrection>,
    /// What is asked, and why; absent after the person's erasure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Anak masih bersekolah.")]
    pub statement: Option<String>,
    /// What supports it.
    pub evidence: Vec<ProposalEvidence>,
    /// What the village decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village_verification: Option<VillageVerification>,
    /// What the agency found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency_verification: Option<AgencyVerification>,
    /// Who forwarded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarding: Option<ProposalForwarding>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ProposalOutcome>,
    /// The returned proposal that this one takes up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub replaces_id: Option<Uuid>,
    /// The desk that submitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    /// The officer or client who submitted it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// When it was recorded offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
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

/// Shows a row; `revealed` opens the NIK and what is proposed.
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
    /// Only this region and what lies inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<RegistryProposalStatus>,
    /// Only this kind.
    #[param(inline)]
    pub kind: Option<RegistryProposalKind>,
    /// Only what came in in this month.
    #[param(example = "2026-11")]
    pub period: Option<String>,
    /// Only what is about this person.
    pub person_id: Option<Uuid>,
    /// Only what is about this family.
    pub family_id: Option<Uuid>,
    /// A change feed: what changed at or after this time, oldest change first.
    pub updated_since: Option<DateTime<Utc>>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Proposals a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
