//! What can be done with a complaint. Each function is one use case inside one transaction: find within scope, check
//! the version, check the table of edges, judge the body, change, tell.

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{
    ApproveComplaint, CloseComplaint, Complaint, ComplaintClosure, ComplaintRecommendation, ComplaintResolution,
    RecommendComplaint, RejectComplaint, ReturnComplaint, StartComplaint, SubmitComplaint, VerifyComplaint, show,
};
use super::model::{ComplaintAction as Action, ComplaintStatus as Status, RecommendationKind};
use super::store::{self, ComplaintRow};
use super::{telling, transitions};
use crate::auth::clients::find_active_staff;
use crate::directory;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::{Json, sha256};
use crate::http::problem_table::Code;
use crate::referrals;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry;
use crate::service_levels;
use crate::service_levels::api::ServiceLevel;
use crate::state_machine::IllegalTransition;
use crate::transaction::Tx;

/// How far a tablet's clock may run ahead.
const CLOCK_SLACK: TimeDelta = TimeDelta::hours(1);

/// What became of a submission.
pub enum Submitted {
    New(Complaint),
    /// The same id and content were sent before.
    Known(Complaint),
}

pub async fn submit(tx: &mut Tx, input: SubmitComplaint) -> Result<Submitted, Error> {
    tx.actor.scope.require(&input.region_code)?;
    if input.region_code.level() < 3 {
        return Err(Error::field("/region_code", "region_too_wide"));
    }
    if input.captured_at.is_some_and(|at| at > tx.now + CLOCK_SLACK) {
        return Err(Error::field("/captured_at", "in_the_future"));
    }
    let hash = sha256(&serde_json::to_vec(&input).map_err(Error::internal)?).to_vec();
    if let Some(subject) = &input.subject {
        let scope = tx.actor.scope.clone();
        let found = registry::actions::find_subject(&mut tx.conn, &scope, subject.person_id, subject.family_id).await?;
        if found.is_none() {
            let missing = subject.person_id.map(|_| ("/subject/person_id", "unknown_person"));
            let (pointer, code) = missing.unwrap_or(("/subject/family_id", "unknown_family"));
            return Err(Error::field(pointer, code));
        }
    }
    let row = new_row(tx, input, hash)?;
    if !store::insert(&mut tx.conn, &row).await.map_err(directory::actions::unknown_program)? {
        return known(tx, row).await;
    }
    tx.audit("complaint.submit", "complaint", row.id, Some(&row.region_code));
    tx.timeline(row.id, Action::Submit.as_str(), None, row.status.as_str(), None);
    publish(tx, &row, "submitted", None);
    telling::tell(tx, &row, Action::Submit, None)?;
    let sla = move_clocks(tx, &row, None).await?;
    Ok(Submitted::New(Complaint { sla: Some(sla), ..show(row, false) }))
}

fn new_row(tx: &Tx, input: SubmitComplaint, submission_hash: Vec<u8>) -> Result<ComplaintRow, Error> {
    Ok(ComplaintRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: input.region_code.as_str().to_owned(),
        organization_id: tx.actor.organization_id,
        class: None,
        sector: input.sector,
        description: input.description.into_string(),
        anonymous: input.anonymous,
        complainant: input.complainant.as_ref().map(json).transpose()?,
        subject_person_id: input.subject.as_ref().and_then(|s| s.person_id),
        subject_family_id: input.subject.as_ref().and_then(|s| s.family_id),
        program_code: input.program_code,
        external_refs: json(&input.external_refs)?,
        status: Status::Received,
        priority: None,
        assignee: None,
        recommendation: None,
        resolution: None,
        closure: None,
        submission_hash,
        created_by: tx.actor.subject.clone(),
        captured_at: input.captured_at,
        verified_at: None,
        resolved_at: None,
        closed_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    })
}

/// The id is taken: by the same submission, or by something else.
async fn known(tx: &mut Tx, sent: ComplaintRow) -> Result<Submitted, Error> {
    let scope = tx.actor.scope.clone();
    match store::find_visible(&mut tx.conn, &scope, sent.id).await? {
        Some(stored) if stored.submission_hash == sent.submission_hash => {
            let mut known = show(stored, false);
            add_levels(&mut tx.conn, tx.now, std::slice::from_mut(&mut known)).await?;
            Ok(Submitted::Known(known))
        }
        _ => Err(Error::new(Code::AlreadyExists)),
    }
}

pub async fn verify(tx: &mut Tx, id: Uuid, body: Json<VerifyComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Verify).await?;
    let input = body.valid()?;
    row.class = Some(input.class);
    row.priority = Some(input.priority);
    row.program_code = input.program_code.or(row.program_code);
    row.verified_at = Some(tx.now);
    finish(tx, row, Action::Verify, to, input.note.map(|n| n.into_string())).await
}

pub async fn reject(tx: &mut Tx, id: Uuid, body: Json<RejectComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Reject).await?;
    let input = body.valid()?;
    row.closed_at = Some(tx.now);
    let words = input.note.map_or_else(String::new, |n| format!(": {}", n.as_str()));
    finish(tx, row, Action::Reject, to, Some(format!("{}{words}", input.reason))).await
}

pub async fn start(tx: &mut Tx, id: Uuid, body: Json<StartComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Start).await?;
    let input = body.valid()?;
    let assignee = input.assignee.map_or_else(|| tx.actor.subject.clone(), |a| a.into_string());
    if assignee != tx.actor.subject {
        let officer = find_active_staff(&mut tx.conn, &assignee).await?;
        if officer.is_none_or(|o| Some(o.organization_id) != tx.actor.organization_id) {
            return Err(Error::field("/assignee", "unknown_officer"));
        }
    }
    row.assignee = Some(assignee);
    finish(tx, row, Action::Start, to, None).await
}

pub async fn recommend(tx: &mut Tx, id: Uuid, body: Json<RecommendComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Recommend).await?;
    let input = body.valid()?;
    let note = input.text.as_str().to_owned();
    let recommendation =
        ComplaintRecommendation { kind: input.kind, text: input.text, by: tx.actor.subject.clone(), at: tx.now };
    row.recommendation = Some(json(&recommendation)?);
    finish(tx, row, Action::Recommend, to, Some(note)).await
}

pub async fn send_back(tx: &mut Tx, id: Uuid, body: Json<ReturnComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Return).await?;
    let input = body.valid()?;
    row.recommendation = None;
    finish(tx, row, Action::Return, to, Some(input.note.into_string())).await
}

/// The manager decides: the drafted referrals go out, or the citizen is answered.
pub async fn approve(tx: &mut Tx, id: Uuid, body: Json<ApproveComplaint>) -> Result<Complaint, Error> {
    let (mut row, resolved) = begin(tx, id, Action::Resolve).await?;
    let input = body.valid()?;
    let note = input.note.map(|n| n.into_string());
    match (input.outcome, input.decision, input.answer) {
        (RecommendationKind::Resolve, Some(decision), Some(answer)) => {
            row.resolved_at = Some(tx.now);
            row.resolution = Some(json(&ComplaintResolution { decision, answer, by: tx.actor.subject.clone() })?);
            finish(tx, row, Action::Resolve, resolved, note).await
        }
        (RecommendationKind::Resolve, ..) => Err(Error::field("/decision", "required")),
        (RecommendationKind::Refer, ..) => {
            let to = transitions::next(row.status, Action::Refer).map_err(refused)?;
            if referrals::actions::request_drafts_of(tx, row.id).await? == 0 {
                return Err(Error::new(Code::NothingToRefer));
            }
            finish(tx, row, Action::Refer, to, note).await
        }
    }
}

pub async fn close(tx: &mut Tx, id: Uuid, body: Json<CloseComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Close).await?;
    if referrals::actions::count_open_of(tx, row.id).await? > 0 {
        return Err(Error::new(Code::ComplaintHasOpenReferrals));
    }
    let input = body.valid()?;
    let note = input.note.as_ref().map(|n| n.as_str().to_owned());
    let closure = ComplaintClosure { satisfaction: input.satisfaction, note: input.note };
    row.closure = Some(json(&closure)?);
    row.closed_at = Some(tx.now);
    finish(tx, row, Action::Close, to, note).await
}

/// A referral of this complaint has ended: when it was the last one open, the desk goes on with the complaint.
pub async fn referral_ended(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let scope = RegionScope::everything(Unscoped::FollowUpOfScopedAction);
    // The lock comes first: of two referrals that end at once, the second sees the first one's end.
    let Some(row) = store::lock_visible(&mut tx.conn, &scope, id).await? else { return Ok(()) };
    if row.status != Status::Referred || referrals::actions::count_open_of(tx, id).await? > 0 {
        return Ok(());
    }
    let to = transitions::next(row.status, Action::ReferralsEnded).map_err(refused)?;
    finish(tx, row, Action::ReferralsEnded, to, None).await.map(|_| ())
}

/// What a referral takes over from its complaint.
pub struct ReferableComplaint {
    pub region_code: RegionCode,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
}

/// The complaint to which a referral is to be added, if the caller sees it and it has not ended.
pub async fn find_for_referral(tx: &mut Tx, id: Uuid) -> Result<Option<ReferableComplaint>, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_visible(&mut tx.conn, &scope, id).await?;
    Ok(row.filter(|r| !transitions::FINAL.contains(&r.status)).map(|r| ReferableComplaint {
        region_code: RegionCode::stored(r.region_code),
        person_id: r.subject_person_id,
        family_id: r.subject_family_id,
    }))
}

/// Where a complaint that the caller sees lies.
pub async fn find_region(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Option<String>, Error> {
    Ok(store::find_visible(conn, scope, id).await?.map(|row| row.region_code))
}

/// Those of the ids that name a complaint.
pub async fn list_known(conn: &mut AsyncPgConnection, why: Unscoped, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_known(conn, why, ids).await?)
}

async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(ComplaintRow, Status), Error> {
    let scope = tx.actor.scope.clone();
    let row = store::lock_visible(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    if matches!(action, Action::Resolve | Action::Refer | Action::Return) && recommended_by(&row, &tx.actor.subject) {
        return Err(Error::new(Code::OwnRecommendation));
    }
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, action).map_err(refused)?;
    Ok((row, to))
}

fn recommended_by(row: &ComplaintRow, subject: &str) -> bool {
    row.recommendation.as_ref().and_then(|r| r.get("by")).and_then(|by| by.as_str()) == Some(subject)
}

fn refused(error: IllegalTransition<Status, Action>) -> Error {
    let allowed = error.allowed.into_iter().map(Action::as_str).collect();
    Error::transition(Code::ComplaintInvalidTransition, error.current.as_str(), allowed)
}

async fn finish(
    tx: &mut Tx,
    mut row: ComplaintRow,
    action: Action,
    to: Status,
    note: Option<String>,
) -> Result<Complaint, Error> {
    let from = row.status;
    row.status = to;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, &row).await.map_err(directory::actions::unknown_program)?;
    tx.audit(&format!("complaint.{action}"), "complaint", row.id, Some(&row.region_code));
    telling::tell(tx, &row, action, note.as_deref())?;
    if action == Action::ReferralsEnded {
        tx.timeline_of_system(row.id, action.as_str(), Some(from.as_str()), to.as_str());
    } else {
        tx.timeline(row.id, action.as_str(), Some(from.as_str()), to.as_str(), note);
    }
    publish(tx, &row, to.as_str(), Some(from));
    let sla = move_clocks(tx, &row, Some(from)).await?;
    Ok(Complaint { sla: Some(sla), ..show(row, false) })
}

/// Adds to complaints that the caller was shown where their clocks stand.
pub async fn add_levels(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    complaints: &mut [Complaint],
) -> Result<(), Error> {
    let ids: Vec<Uuid> = complaints.iter().map(|c| c.id).collect();
    let mut levels = service_levels::actions::levels_of_visible(conn, now, &ids).await?;
    for complaint in complaints {
        complaint.sla = levels.remove(&complaint.id);
    }
    Ok(())
}

async fn move_clocks(tx: &mut Tx, row: &ComplaintRow, from: Option<Status>) -> Result<ServiceLevel, Error> {
    let step = service_levels::actions::Step {
        complaint_id: row.id,
        region_code: &row.region_code,
        organization_id: row.organization_id,
        sector: row.sector,
        class: row.class,
        priority: row.priority,
        assignee: row.assignee.as_deref(),
        received_at: row.created_at,
        from,
        to: row.status,
    };
    service_levels::actions::on_transition(tx, step).await
}

fn publish(tx: &mut Tx, row: &ComplaintRow, what: &str, from: Option<Status>) {
    tx.publish(NewEvent {
        type_: format!("complaint.{what}"),
        subject_kind: "complaint",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        data: object!({ "from": from, "to": row.status, "version": row.version }),
    });
}

/// For a jsonb column.
fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}
