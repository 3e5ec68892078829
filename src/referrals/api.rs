//! Wire types of referrals.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::candidates::ReferralCandidate;
use super::model::{LawfulBasis, ReferralAction, ReferralDirection, ReferralOutcomeCode, ReferralStatus};
use super::store::Record;
use super::transitions::EDGES;
use crate::db::stored;
use crate::directory::model::{GovernmentLevel, Sector};
use crate::error::Error;
use crate::http::text::{LongText, ShortText, masked};
use crate::regions::RegionCode;
use crate::registry::model::SchoolLevel;
use crate::state_machine;

pub(super) fn fault(code: &'static str, at: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &at);
    Err(error)
}

/// Whom a referral is about: exactly one of the two.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_subject"))]
pub struct ReferralSubject {
    /// A person of the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// A family of the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub family_id: Option<Uuid>,
}

fn one_subject(subject: &ReferralSubject) -> Result<(), ValidationError> {
    if subject.person_id.is_some() == subject.family_id.is_some() {
        return Err(ValidationError::new("one_of"));
    }
    Ok(())
}

/// A need for which services are sought.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "need_is_named"))]
#[schema(example = json!({"region_code": "32.04.05.2001", "program_code": "PKH"}))]
pub struct FindCandidates {
    /// Where the client lives; taken from the subject if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_code: Option<RegionCode>,
    /// Whom it is about; then only services whose rules the client does not fail are offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub subject: Option<ReferralSubject>,
    /// The programme that is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: Option<String>,
    /// The field of life that the need belongs to. Programme or sector, or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Sector>,
    /// The level of government that owns the thing, for example a broken road; its office then comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_level: Option<GovernmentLevel>,
    /// The pupil's school level, for a need of education: schools up to SMP belong to the regency, SMA and SMK to the province.
    /// Taken from the subject if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school_level: Option<SchoolLevel>,
}

fn need_is_named(input: &FindCandidates) -> Result<(), ValidationError> {
    if input.program_code.is_none() && input.sector.is_none() {
        return fault("required", "/program_code");
    }
    if input.region_code.is_none() && input.subject.is_none() {
        return fault("required", "/region_code");
    }
    Ok(())
}

/// Services that could meet a need, best first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CandidateList {
    /// The services, best first.
    pub items: Vec<ReferralCandidate>,
}

/// A new referral, as a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "draft_fits"))]
#[schema(example = json!({
    "service_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e",
    "region_code": "32.04.05.2001",
    "need": "Keluarga dengan dua anak sekolah belum menerima PKH.",
    "lawful_basis": "consent",
    "consent_given_on": "2026-11-20"
}))]
pub struct CreateReferral {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The service referred to.
    pub service_id: Uuid,
    /// The complaint it follows from, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint_id: Option<Uuid>,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub subject: Option<ReferralSubject>,
    /// Where the client lives; taken from the subject or the complaint if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_code: Option<RegionCode>,
    /// What is needed, in words for the target.
    pub need: LongText,
    /// Why the data may be passed on.
    pub lawful_basis: LawfulBasis,
    /// When consent was given; required for the basis `consent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_given_on: Option<NaiveDate>,
    /// The law or decision behind a basis other than consent; required once the subject has withdrawn
    /// consent, unless the basis is `vital_interest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub legal_reference: Option<ShortText>,
    /// Groups the referrals that go to several services for one need of one client. Made by the client (UUIDv7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub need_id: Option<Uuid>,
    /// The referral that this one carries on: accepted by its target, and about the same client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub part_of: Option<Uuid>,
    /// The rejected, failed or cancelled referral in whose place this one stands. The two are linked both ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub replaces: Option<Uuid>,
    /// Telephone of the client, if the client wants to be called. The target sees it only after it has accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_phone: Option<ShortText>,
}

fn draft_fits(input: &CreateReferral) -> Result<(), ValidationError> {
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return fault("not_uuid_v7", "/id");
    }
    if input.need_id.is_some_and(|id| id.get_version_num() != 7) {
        return fault("not_uuid_v7", "/need_id");
    }
    if input.id.is_some() && input.part_of == input.id {
        return fault("itself", "/part_of");
    }
    if input.id.is_some() && input.replaces == input.id {
        return fault("itself", "/replaces");
    }
    if input.lawful_basis == LawfulBasis::Consent && input.consent_given_on.is_none() {
        return fault("consent_required", "/consent_given_on");
    }
    let inherits = input.complaint_id.is_some() || input.part_of.is_some() || input.replaces.is_some();
    if !inherits && input.subject.is_none() && input.region_code.is_none() {
        return fault("required", "/region_code");
    }
    Ok(())
}

/// A referral.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Referral {
    /// Id of the referral.
    pub id: Uuid,
    /// State; changed by actions alone.
    pub status: ReferralStatus,
    /// Actions that this state allows, to whichever side may take them.
    pub allowed_actions: Vec<ReferralAction>,
    /// Where the client lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Who refers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_organization_id: Option<Uuid>,
    /// Who is to help.
    pub target_organization_id: Uuid,
    /// With which service.
    pub service_id: Uuid,
    /// The complaint it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint_id: Option<Uuid>,
    /// The person it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// The family it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_id: Option<Uuid>,
    /// Name of the client or of the family's head, as it was when the referral was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Siti Rahmawati")]
    pub subject_name: Option<String>,
    /// Year of birth of the client or the head, so that the target can tell two people of one name apart: shown to it once it
    /// has accepted. See also `match-identity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1990)]
    pub subject_birth_year: Option<i16>,
    /// Telephone of the client, masked; hidden from the target until it has accepted. A target that then reads the referral with
    /// `Access-Purpose`, and a source whose token has `pii:reveal`, see it in full, which leaves an access record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "08**********01")]
    pub client_phone: Option<String>,
    /// The programme, if the service leads to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// What is needed.
    #[schema(example = "Keluarga dengan dua anak sekolah belum menerima PKH.")]
    pub need: String,
    /// Why the data may be passed on.
    pub lawful_basis: LawfulBasis,
    /// When consent was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_given_on: Option<NaiveDate>,
    /// The need that it shares with other referrals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_id: Option<Uuid>,
    /// The referral that this one carries on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<Uuid>,
    /// The ended referral in whose place this one stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Uuid>,
    /// The referral that took the place of this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Uuid>,
    /// When the target looks at it again, while it is on hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_at: Option<DateTime<Utc>>,
    /// How often the silent target was reminded.
    #[schema(example = 0)]
    pub reminders: i16,
    /// When it was last reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded_at: Option<DateTime<Utc>>,
    /// How high the want of an answer has risen: 0 desk, 1 manager, 2 province, 3 ministry. A flag, not a state.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// Why it was rejected, put on hold, cancelled, failed or entered in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReferralReason>,
    /// The eligibility check as it stood when the referral was sent; to the target its outcomes alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub eligibility: Option<serde_json::Value>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReferralOutcome>,
    /// How the citizen was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<LoopClosure>,
    /// The officer or client who made it.
    #[schema(example = "bandung-bo-1")]
    pub created_by: String,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<DateTime<Utc>>,
    /// When an answer is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// When the target first read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When the target accepted or rejected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// When the loop was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loop_closed_at: Option<DateTime<Utc>>,
    /// Other services that fit, in the answer to a rejection for want of capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub alternatives: Option<Vec<ReferralCandidate>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A reason with its words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralReason {
    /// Code of the reason, of the list that belongs to the action.
    #[schema(example = "no_capacity")]
    pub code: String,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LongText>,
}

/// What came of a referral.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralOutcome {
    /// Code of the outcome.
    pub code: ReferralOutcomeCode,
    /// When the help was given.
    pub delivered_on: NaiveDate,
    /// What was done.
    pub note: LongText,
}

/// How the citizen was told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LoopClosure {
    /// When the citizen heard what came of it.
    pub citizen_informed_at: DateTime<Utc>,
    /// Satisfaction of the citizen, 1 (bad) to 5 (good).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub satisfaction: Option<u8>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Of a check, what an agency needs: the outcome of each programme, without what it was found from.
fn outcomes(check: &serde_json::Value) -> serde_json::Value {
    let pick = |from: &serde_json::Value, names: &[&str]| -> serde_json::Value {
        let fields = names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?.clone())));
        serde_json::Value::Object(fields.collect())
    };
    let results = check.get("results").and_then(|r| r.as_array()).map(Vec::as_slice).unwrap_or_default();
    let mut kept = pick(check, &["evaluated_on", "registered_not_recipient"]);
    if let Some(kept) = kept.as_object_mut() {
        let names = ["program_code", "program_name", "outcome", "rule_version", "missing"];
        kept.insert("results".to_owned(), results.iter().map(|result| pick(result, &names)).collect());
    }
    kept
}

/// As the viewer's organization may see it. A target is told name and need from the start, what tells the client apart
/// and how to reach it once it has accepted, and of the eligibility check the outcome alone.
pub fn show(record: Record, viewer: Option<Uuid>) -> Result<Referral, Error> {
    let Record { row, details } = record;
    let is_target = viewer == Some(row.target_organization_id);
    let taken_on = row.answered_at.is_some() && row.status != ReferralStatus::Rejected;
    let told = !is_target || taken_on;
    let mut allowed_actions = state_machine::allowed(EDGES, row.status);
    if row.loop_closed_at.is_some() {
        allowed_actions.retain(|a| *a != ReferralAction::CloseLoop);
    }
    Ok(Referral {
        id: row.id,
        status: row.status,
        allowed_actions,
        region_code: row.region_code,
        source_organization_id: row.source_organization_id,
        target_organization_id: row.target_organization_id,
        service_id: row.service_id,
        complaint_id: row.complaint_id,
        person_id: row.person_id,
        family_id: row.family_id,
        subject_name: row.subject_name,
        subject_birth_year: details.subject_birth_year.filter(|_| told),
        client_phone: details.client_phone.filter(|_| told).map(|phone| masked(&phone)),
        program_code: row.program_code,
        need: row.need,
        lawful_basis: row.lawful_basis,
        consent_given_on: row.consent_given_on,
        need_id: details.need_id,
        part_of: details.part_of_id,
        replaces: details.replaces_id,
        replaced_by: details.replaced_by_id,
        review_at: details.review_at,
        reminders: details.reminders,
        reminded_at: details.reminded_at,
        escalation_level: details.escalation_level,
        reason: stored::read_nullable(row.reason.as_ref(), "referrals.reason", row.id)?,
        eligibility: if is_target { row.eligibility.as_ref().map(outcomes) } else { row.eligibility },
        outcome: stored::read_nullable(row.outcome.as_ref(), "referrals.outcome", row.id)?,
        closure: stored::read_nullable(row.closure.as_ref(), "referrals.closure", row.id)?,
        created_by: row.created_by,
        requested_at: row.requested_at,
        due_at: row.due_at,
        acknowledged_at: row.acknowledged_at,
        answered_at: row.answered_at,
        ended_at: row.ended_at,
        loop_closed_at: row.loop_closed_at,
        alternatives: None,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReferralQuery {
    /// Only what is addressed to the caller's organization, or only what is not.
    #[param(inline)]
    pub direction: Option<ReferralDirection>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<ReferralStatus>,
    /// Only referrals of this complaint.
    pub complaint_id: Option<Uuid>,
    /// Only referrals to this service.
    pub service_id: Option<Uuid>,
    /// Only what is about this person.
    pub person_id: Option<Uuid>,
    /// Only referrals of this need.
    pub need_id: Option<Uuid>,
    /// Only those that carry this referral on.
    pub part_of: Option<Uuid>,
    /// Only held referrals whose review is due.
    pub review_due: Option<bool>,
    /// Only unanswered referrals past their due time.
    pub overdue: Option<bool>,
    /// Only those that have risen at least so high, 1 to 3.
    #[param(minimum = 1, maximum = 3)]
    pub escalation_level: Option<i16>,
    /// Also those entered in error, which lists leave out unless this or that state is asked for.
    #[param(default = false)]
    pub include_entered_in_error: Option<bool>,
    /// A change feed: what changed at or after this time, oldest change first.
    pub updated_since: Option<DateTime<Utc>>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Referrals a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
