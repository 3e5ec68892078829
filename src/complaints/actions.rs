//! What officers do with a complaint on the straight way. Each function is one use case inside one transaction: find
//! within scope, check the version, check the table of edges, judge the body, change, tell.

use serde_json::json as object;
use uuid::Uuid;

use super::api::{Complaint, ComplaintClosure, ComplaintRecommendation, ComplaintResolution, show};
pub use super::assign::{assign, require_officer};
use super::bodies::{
    ApproveComplaint, CloseComplaint, RecommendComplaint, RejectComplaint, ReturnComplaint, StartComplaint,
    VerifyComplaint,
};
use super::model::{ComplaintAction as Action, ComplaintStatus as Status, RecommendationKind};
pub use super::read::{
    ReferableComplaint, add_levels, duplicates_of, find_for_referral, find_region, find_shown, list_known, list_open,
    list_shown, look_up, read, require_open,
};
use super::store::parts;
use super::store::{self, ComplaintRow};
pub use super::submit::{Submitted, submit};
use super::{telling, terms, transitions};
use crate::auth::clients::find_active_staff;
use crate::db::stored;
use crate::directory;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::Json;
use crate::http::problem_table::Code;
use crate::referrals;
use crate::regions::{RegionScope, Unscoped};
use crate::service_levels;
use crate::service_levels::api::ServiceLevel;
use crate::state_machine::IllegalTransition;
use crate::transaction::Tx;

pub async fn verify(tx: &mut Tx, id: Uuid, body: Json<VerifyComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Verify).await?;
    let input = body.valid()?;
    let known = parts::find_circumstances_of_visible(&mut tx.conn, row.id).await?;
    if known.is_some_and(|k| input.priority < k.suggested_priority) && input.note.is_none() {
        return Err(Error::field("/note", "reason_for_lower_priority"));
    }
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
            let to = transitions::next(row.status, None, Action::Refer).map_err(refused)?;
            if referrals::actions::request_drafts_of(tx, row.id).await? == 0 {
                return Err(Error::new(Code::NothingToRefer));
            }
            finish(tx, row, Action::Refer, to, note).await
        }
    }
}

pub async fn close(tx: &mut Tx, id: Uuid, body: Json<CloseComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Close).await?;
    require_no_open_referral(tx, row.id).await?;
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
    let to = transitions::next(row.status, None, Action::ReferralsEnded).map_err(refused)?;
    finish(tx, row, Action::ReferralsEnded, to, None).await.map(|_| ())
}

pub(super) async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(ComplaintRow, Status), Error> {
    let scope = tx.actor.scope.clone();
    let Some(row) = store::lock_visible(&mut tx.conn, &scope, id).await? else {
        // Whoever passed it on may read it, and is told so; everybody else learns nothing.
        let passed_on = parts::find_passed_on(&mut tx.conn, &scope, id).await?;
        return Err(passed_on.map_or_else(Error::not_found, |_| Error::new(Code::RegionNotGranted)));
    };
    if matches!(action, Action::Resolve | Action::Refer | Action::Return) && recommended_by(&row, &tx.actor.subject)? {
        return Err(Error::new(Code::OwnRecommendation));
    }
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, row.previous_status, action).map_err(refused)?;
    Ok((row, to))
}

fn recommended_by(row: &ComplaintRow, subject: &str) -> Result<bool, Error> {
    let said = stored::read_nullable(row.recommendation.as_ref(), "complaints.recommendation", row.id)?;
    Ok(said.is_some_and(|said: ComplaintRecommendation| said.by == subject))
}

fn refused(error: IllegalTransition<Status, Action>) -> Error {
    let allowed = error.allowed.into_iter().map(Action::as_str).collect();
    Error::transition(Code::ComplaintInvalidTransition, error.current.as_str(), allowed)
}

pub(super) async fn finish(
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
    if matches!(action, Action::ReferralsEnded | Action::TimeOut | Action::CloseUnanswered) {
        tx.timeline_of_system(row.id, action.as_str(), Some(from.as_str()), to.as_str());
    } else {
        tx.timeline(row.id, action.as_str(), Some(from.as_str()), to.as_str(), note);
    }
    set_timer(tx, &row, from).await?;
    publish(tx, &row, to.as_str(), Some(from));
    let sla = move_clocks(tx, &row, Some(from)).await?;
    Ok(Complaint { sla: Some(sla), ..show(row, false)? })
}

/// What the service will do by itself in the state that was reached.
async fn set_timer(tx: &mut Tx, row: &ComplaintRow, from: Status) -> Result<(), Error> {
    let waits = |status| matches!(status, Status::AwaitingInfo | Status::Resolved);
    if !waits(row.status) {
        return if waits(from) { Ok(parts::delete_timer(&mut tx.conn, row.id).await?) } else { Ok(()) };
    }
    let terms = terms::of(tx, &row.region_code).await?;
    let (action, days) = match row.status {
        Status::AwaitingInfo => (Action::TimeOut, terms.answer_working_days),
        _ => (Action::CloseUnanswered, terms.confirm_working_days),
    };
    let days = u16::try_from(days).unwrap_or(u16::MAX);
    let deadline = service_levels::actions::deadline(tx, &row.region_code, tx.now, days).await?;
    Ok(parts::replace_timer(&mut tx.conn, row.id, action, deadline.at).await?)
}

pub(super) async fn require_no_open_referral(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    if referrals::actions::count_open_of(tx, id).await? > 0 {
        return Err(Error::new(Code::ComplaintHasOpenReferrals));
    }
    Ok(())
}

pub(super) async fn move_clocks(tx: &mut Tx, row: &ComplaintRow, from: Option<Status>) -> Result<ServiceLevel, Error> {
    service_levels::actions::on_transition(tx, step_of(row, from)).await
}

/// What the clocks need to know of a step that led to the row as it is now.
pub(super) fn step_of(row: &ComplaintRow, from: Option<Status>) -> service_levels::actions::Step<'_> {
    service_levels::actions::Step {
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
    }
}

pub(super) fn publish(tx: &mut Tx, row: &ComplaintRow, what: &str, from: Option<Status>) {
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
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}
