//! Reporters follow their own complaint without an account, by reference number and code. The code is derived from a
//! key of the service and stored nowhere; a new issue invalidates the old code. A wrong number and a wrong code get the
//! same response.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::api::{Complaint, ComplaintResolution};
use super::model::{ComplaintAction, ComplaintDecision, ComplaintStatus, NoteVisibility};
use super::reference_no::{self, symbol};
use super::store::{self, parts};
use super::transitions::EDGES;
use crate::auth::Actor;
use crate::auth::keys::KeyRing;
use crate::auth::permission::Permissions;
use crate::db::lock::Lock;
use crate::db::pool::Connection;
use crate::db::stored;
use crate::error::Error;
use crate::http::text::LongText;
use crate::regions::{RegionScope, Unscoped};
use crate::state_machine;
use crate::transaction::Tx;

/// Name of the reporter as an actor, in audit and timeline.
pub const REPORTER: &str = "reporter";
const CODE_LENGTH: usize = 8;

/// `K7M4-9Q2X`: eight characters of 31, about 850 billion possibilities.
pub fn code(tx: &Tx, complaint_id: Uuid, issue: i32) -> String {
    derive(&tx.keys, complaint_id, issue)
}

fn derive(keys: &KeyRing, complaint_id: Uuid, issue: i32) -> String {
    let digest = keys.hash_secret(&format!("complaint-follow-up/{complaint_id}/{issue}"));
    let symbols: String = digest.iter().take(CODE_LENGTH).map(|byte| symbol(*byte)).collect();
    format!("{}-{}", symbols.get(..4).unwrap_or_default(), symbols.get(4..).unwrap_or_default())
}

/// Reference number and code of a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FollowUpLookup {
    /// The reference number. Upper or lower case, blanks and dashes make no difference.
    #[validate(length(max = 40, code = "too_long"))]
    #[schema(max_length = 40, example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
    /// The follow-up code from the submission, or the code that was issued last.
    #[validate(length(max = 20, code = "too_long"))]
    #[schema(max_length = 20, example = "K7M4-9Q2X")]
    pub code: String,
}

/// A text from the reporter, with reference number and code.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FollowUpMessage {
    /// The reference number. Upper or lower case, blanks and dashes make no difference.
    #[validate(length(max = 40, code = "too_long"))]
    #[schema(max_length = 40, example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
    /// The follow-up code from the submission, or the code that was issued last.
    #[validate(length(max = 20, code = "too_long"))]
    #[schema(max_length = 20, example = "K7M4-9Q2X")]
    pub code: String,
    /// Text of the reporter.
    pub text: LongText,
}

/// Confirmation by the reporter that the matter is resolved.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FollowUpConfirmation {
    /// The reference number. Upper or lower case, blanks and dashes make no difference.
    #[validate(length(max = 40, code = "too_long"))]
    #[schema(max_length = 40, example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
    /// The follow-up code from the submission, or the code that was issued last.
    #[validate(length(max = 20, code = "too_long"))]
    #[schema(max_length = 20, example = "K7M4-9Q2X")]
    pub code: String,
    /// Satisfaction of the reporter, from 1 (bad) to 5 (good).
    #[validate(range(min = 1, max = 5, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub satisfaction: Option<u8>,
}

/// A complaint as its reporter sees it: without names, officers or places.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FollowUp {
    /// The reference number.
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
    /// State of the complaint.
    pub status: ComplaintStatus,
    /// Actions that the reporter can take now: `answer`, `withdraw`, `close`, `reopen`.
    #[schema(example = json!(["withdraw"]))]
    pub allowed_actions: Vec<ComplaintAction>,
    /// The open question.
    #[schema(example = "Di sekolah mana anak Ibu terdaftar?")]
    pub question: Option<String>,
    /// The decision.
    #[schema(example = "upheld")]
    pub decision: Option<ComplaintDecision>,
    /// Answer to the reporter.
    #[schema(example = "Bantuan sudah disalurkan.")]
    pub answer: Option<String>,
    /// Notes for the reporter, oldest first.
    pub notes: Vec<FollowUpNote>,
    /// Time of receipt.
    pub received_at: DateTime<Utc>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A note for the reporter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FollowUpNote {
    /// Text of the note.
    #[schema(example = "Berkas sudah kami teruskan ke dinas.")]
    pub text: String,
    /// True if the reporter wrote it.
    #[schema(example = false)]
    pub own: bool,
    /// Time of writing.
    pub written_at: DateTime<Utc>,
}

/// Actions that the reporter can take.
const REPORTER_ACTIONS: &[ComplaintAction] =
    &[ComplaintAction::Answer, ComplaintAction::Withdraw, ComplaintAction::Close, ComplaintAction::Reopen];

/// Id of the complaint with this number, if the code matches. It does the same work for an unknown number, so that the
/// response time does not show which numbers exist.
pub async fn authenticate(
    conn: &mut Connection,
    keys: &KeyRing,
    reference_no: &str,
    code: &str,
) -> Result<Uuid, Error> {
    let stored = reference_no::parse(reference_no).unwrap_or_default();
    let found = parts::find_by_reference(conn, Unscoped::ReadWithinScopeNext, &stored).await?;
    let id = found.unwrap_or_default();
    let issue = parts::find_issue_of_visible(conn, id).await?;
    let normalize = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
    };
    let matches =
        verify_slices_are_equal(normalize(&derive(keys, id, issue)).as_bytes(), normalize(code).as_bytes()).is_ok();
    match found {
        Some(id) if matches => Ok(id),
        _ => Err(Error::not_found()),
    }
}

/// The reporter as an actor. The scope is the whole country, because the code already selects one complaint.
pub fn actor() -> Arc<Actor> {
    Arc::new(Actor {
        client_id: REPORTER.to_owned(),
        subject: REPORTER.to_owned(),
        organization_id: None,
        scope: RegionScope::everything(Unscoped::ReporterWithCode),
        permissions: [crate::complaints::permissions::COMPLAINTS_SUBMIT].into_iter().collect::<Permissions>(),
        roles: Vec::new(),
    })
}

pub async fn read(conn: &mut Connection, id: Uuid) -> Result<FollowUp, Error> {
    let scope = RegionScope::everything(Unscoped::ReporterWithCode);
    let row = store::find_visible(conn, &scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let exchanges = parts::list_exchanges_of_visible(conn, id).await?;
    let notes = parts::list_notes_of_visible(conn, id, Some(NoteVisibility::Reporter)).await?;
    let resolution = stored::read_nullable(row.resolution.as_ref(), "complaints.resolution", id)?;
    let allowed =
        state_machine::allowed(EDGES, row.status).into_iter().filter(|a| REPORTER_ACTIONS.contains(a)).collect();
    Ok(FollowUp {
        reference_no: row.reference_no.as_deref().map(reference_no::show).unwrap_or_default(),
        status: row.status,
        allowed_actions: allowed,
        question: exchanges.into_iter().find(|e| e.answer.is_none()).map(|e| e.question),
        decision: resolution.as_ref().map(|r: &ComplaintResolution| r.decision),
        answer: resolution.map(|r| r.answer.into_string()),
        notes: notes
            .into_iter()
            .map(|n| FollowUpNote { own: n.written_by == REPORTER, text: n.text, written_at: n.written_at })
            .collect(),
        received_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// A new follow-up code.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FollowUpCode {
    /// The reference number.
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
    /// The code; shown only in this response.
    #[schema(example = "K7M4-9Q2X")]
    pub follow_up_code: Option<String>,
}

pub async fn issue(tx: &mut Tx, id: Uuid) -> Result<FollowUpCode, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    let issue = parts::raise_issue(&mut tx.conn, id).await?;
    tx.audit("complaint.issue_follow_up_code", "complaint", id, Some(&row.region_code));
    let reference_no = row.reference_no.as_deref().map(reference_no::show).unwrap_or_default();
    Ok(FollowUpCode { reference_no, follow_up_code: Some(code(tx, id, issue)) })
}

impl Complaint {
    /// The complaint as the idempotency key stores it: without the code, which is shown once.
    pub fn without_code(&self) -> Self {
        Self { follow_up_code: None, ..self.clone() }
    }
}
