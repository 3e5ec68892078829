//! Wire types of complaints.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{
    ComplaintAction, ComplaintChannel, ComplaintClass, ComplaintDecision, ComplaintPriority, ComplaintStatus,
    DuplicateReason, RecommendationKind, Vulnerability,
};
use super::reference_no;
use super::store::ComplaintRow;
use super::transitions::EDGES;
use crate::db::stored;
use crate::directory::model::Sector;
use crate::error::Error;
use crate::http::text::{LongText, PersonName, ShortText};
use crate::regions::RegionCode;
use crate::service_levels::api::ServiceLevel;
use crate::state_machine;

/// How long a tablet may stay without a network before its clock is doubted.
const CAPTURE_TRUSTED: TimeDelta = TimeDelta::days(90);

/// Who speaks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Complainant {
    /// Name as it stands in the papers.
    pub name: PersonName,
    /// Telephone; masked in answers unless revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0812-0000-9001")]
    pub phone: Option<ShortText>,
    /// Relation to the person whom it is about, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "tetangga")]
    pub relation: Option<ShortText>,
}

/// Whom it is about: exactly one of the two.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "one_subject"))]
pub struct ComplaintSubject {
    /// A person of the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// A family of the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub family_id: Option<Uuid>,
}

fn one_subject(subject: &ComplaintSubject) -> Result<(), ValidationError> {
    if subject.person_id.is_some() == subject.family_id.is_some() {
        return Err(ValidationError::new("one_of"));
    }
    Ok(())
}

/// A ticket of the same matter in another system.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ExternalRef {
    /// The other system.
    #[schema(example = "SP4N-LAPOR")]
    pub system: ShortText,
    /// Its reference.
    #[schema(example = "LAPOR-7781234")]
    pub reference: ShortText,
}

/// A new complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "complainant_fits"))]
pub struct SubmitComplaint {
    /// Id made by the client (UUIDv7), for what is recorded offline; made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// Where the matter lies: a district or, better, a village.
    pub region_code: RegionCode,
    /// The field of life it belongs to.
    pub sector: Sector,
    /// What it is about, in the reporter's words.
    pub description: LongText,
    /// Does the reporter wish to stay unnamed?
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub anonymous: bool,
    /// Who speaks; required unless anonymous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub complainant: Option<Complainant>,
    /// Whom it is about, if known in the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    #[schema(nullable, example = json!(null))]
    pub subject: Option<ComplaintSubject>,
    /// Everybody else whom it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 20, code = "too_many"), nested)]
    #[schema(max_items = 20, example = json!([]))]
    pub subjects: Vec<ComplaintSubject>,
    /// The programme it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: Option<String>,
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

fn complainant_fits(input: &SubmitComplaint) -> Result<(), ValidationError> {
    let fault = |code: &'static str, at: &'static str| {
        let mut error = ValidationError::new(code);
        error.add_param("pointer".into(), &at);
        Err(error)
    };
    match (input.anonymous, &input.complainant) {
        (true, Some(_)) => fault("complainant_not_allowed", "/complainant"),
        (false, None) => fault("required", "/complainant"),
        _ if input.id.is_some_and(|id| id.get_version_num() != 7) => fault("not_uuid_v7", "/id"),
        _ => Ok(()),
    }
}

/// A complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Complaint {
    /// Id of the complaint.
    pub id: Uuid,
    /// The number that people say on the phone; see `POST /v1/complaints/lookup`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: Option<String>,
    /// With it the reporter follows the complaint without an account (`POST /v1/follow-ups/lookup`). Shown once, in the
    /// answer to the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "K7M4-9Q2X")]
    pub follow_up_code: Option<String>,
    /// Complaints that may be the same matter, in the answer to the submission.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible_duplicates: Vec<PossibleDuplicate>,
    /// Where the matter lies.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// State; changed by actions alone.
    pub status: ComplaintStatus,
    /// Actions that this state allows, to whoever has the permission.
    pub allowed_actions: Vec<ComplaintAction>,
    /// The field of life it belongs to.
    pub sector: Sector,
    /// What kind of complaint it is; set by verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ComplaintClass>,
    /// How urgent it is; set by verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<ComplaintPriority>,
    /// What it is about.
    #[schema(example = "Anak saya tidak lagi menerima PKH sejak pindah sekolah.")]
    pub description: String,
    /// Does the reporter wish to stay unnamed?
    #[schema(example = false)]
    pub anonymous: bool,
    /// Who speaks; the telephone is masked unless revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complainant: Option<Complainant>,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ComplaintSubject>,
    /// The programme it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Everybody else whom it is about; not in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<ComplaintSubject>,
    /// What makes it pressing, as the registry knew it when it was submitted; not in lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vulnerabilities: Vec<Vulnerability>,
    /// The priority that follows from these. An officer who sets a lower one gives a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "high")]
    pub suggested_priority: Option<ComplaintPriority>,
    /// The question that waits for the reporter's answer; not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Di sekolah mana anak Ibu terdaftar?")]
    pub question: Option<String>,
    /// The complaint that it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub duplicate_of: Option<Uuid>,
    /// The complaint whose decision it contests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub appeal_of: Option<Uuid>,
    /// How often it was taken up again.
    #[schema(example = 0)]
    pub reopen_count: i32,
    /// Tickets of the same matter elsewhere.
    pub external_refs: Vec<ExternalRef>,
    /// The desk that received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    /// The officer who handles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// What the back office recommends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommendation: Option<ComplaintRecommendation>,
    /// How it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<ComplaintResolution>,
    /// How it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<ComplaintClosure>,
    /// Where it stands to its deadlines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<ServiceLevel>,
    /// The officer or client who submitted it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// When it was recorded offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<DateTime<Utc>>,
    /// True when `captured_at` lies more than 90 days before the receipt: the tablet's clock is doubted. The time is kept
    /// as it was sent; deadlines run from the receipt in any case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false, example = false)]
    pub captured_at_doubtful: bool,
    /// When it was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<DateTime<Utc>>,
    /// When it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was received.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A complaint that may be the same matter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PossibleDuplicate {
    /// Id of that complaint.
    pub id: Uuid,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: Option<String>,
    /// Where it stands.
    pub status: ComplaintStatus,
    /// How likely it is the same, from 50 to 100.
    #[schema(minimum = 50, maximum = 100, example = 72)]
    pub score: u8,
    /// Why.
    pub reasons: Vec<DuplicateReason>,
    /// When it was received.
    pub created_at: DateTime<Utc>,
}

/// Complaints that may be the same matter.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PossibleDuplicates {
    /// The likeliest first.
    pub items: Vec<PossibleDuplicate>,
}

/// What a number names: one complaint, or nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintMatches {
    /// The complaint, if there is one that the caller may see.
    pub items: Vec<Complaint>,
}

/// What the back office recommends to the manager.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintRecommendation {
    /// Refer or resolve.
    pub kind: RecommendationKind,
    /// Why.
    pub text: LongText,
    /// The officer who recommends; may not decide.
    #[schema(example = "bandung-bo-1")]
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The decision and the answer to the citizen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintResolution {
    /// How it was decided.
    pub decision: ComplaintDecision,
    /// What the citizen is told.
    pub answer: LongText,
    /// The officer who decided.
    #[schema(example = "bandung-mgr-1")]
    pub by: String,
}

/// How the loop was closed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ComplaintClosure {
    /// Satisfaction of the reporter, 1 (bad) to 5 (good).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub satisfaction: Option<u8>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Shows a row; `revealed` leaves the telephone in the clear.
pub fn show(row: ComplaintRow, revealed: bool) -> Result<Complaint, Error> {
    let id = row.id;
    let complainant = stored::read_nullable(row.complainant.as_ref(), "complaints.complainant", id)?;
    let complainant = complainant.map(|mut c: Complainant| {
        if !revealed {
            c.phone = c.phone.map(|phone| phone.masked());
        }
        c
    });
    let subject = ComplaintSubject { person_id: row.subject_person_id, family_id: row.subject_family_id };
    Ok(Complaint {
        id,
        reference_no: row.reference_no.as_deref().map(reference_no::show),
        follow_up_code: None,
        possible_duplicates: Vec::new(),
        subjects: Vec::new(),
        vulnerabilities: Vec::new(),
        suggested_priority: None,
        question: None,
        duplicate_of: row.duplicate_of,
        appeal_of: row.appeal_of,
        reopen_count: row.reopen_count,
        region_code: row.region_code,
        status: row.status,
        allowed_actions: state_machine::allowed(EDGES, row.status),
        sector: row.sector,
        class: row.class,
        priority: row.priority,
        description: row.description,
        anonymous: row.anonymous,
        complainant,
        subject: (subject.person_id.is_some() || subject.family_id.is_some()).then_some(subject),
        program_code: row.program_code,
        external_refs: stored::read(&row.external_refs, "complaints.external_refs", id)?,
        organization_id: row.organization_id,
        assignee: row.assignee,
        recommendation: stored::read_nullable(row.recommendation.as_ref(), "complaints.recommendation", id)?,
        resolution: stored::read_nullable(row.resolution.as_ref(), "complaints.resolution", id)?,
        closure: stored::read_nullable(row.closure.as_ref(), "complaints.closure", id)?,
        sla: None,
        created_by: row.created_by,
        captured_at: row.captured_at,
        captured_at_doubtful: row.captured_at.is_some_and(|at| row.created_at - at > CAPTURE_TRUSTED),
        verified_at: row.verified_at,
        resolved_at: row.resolved_at,
        closed_at: row.closed_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
