//! The main actions of officers on a complaint. Each function is one use case inside one transaction: find the
//! complaint within the scope, check its version, check the transition table, validate the body, change the row,
//! publish the event.

use std::ops::AsyncFnOnce;

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
    ReferableComplaint, add_levels, duplicates_of, find_for_referral, find_region, find_shown, list_existing,
    list_open, list_shown, look_up, read, require_open,
};
use super::store::parts;
use super::store::{self, ComplaintRow, open_referrals};
pub use super::submit::submit;
use super::{notifications, terms, transitions};
use crate::auth::clients::find_active_staff;
use crate::db::lock::Lock;
use crate::db::stored;
use crate::directory;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::Json;
use crate::regions::{RegionScope, Unscoped};
use crate::service_levels;
use crate::service_levels::api::ServiceLevel;
use crate::transaction::{Target, Tx};

pub async fn verify(tx: &mut Tx, id: Uuid, body: Json<VerifyComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Verify).await?;
    let input = body.valid()?;
    let circumstances = parts::find_circumstances_of_visible(&mut tx.conn, row.id).await?;
    if circumstances.is_some_and(|c| input.priority < c.suggested_priority) && input.note.is_none() {
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
    let note = input.note.map_or_else(String::new, |n| format!(": {}", n.as_str()));
    finish(tx, row, Action::Reject, to, Some(format!("{}{note}", input.reason))).await
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
    row.recommendation = Some(stored::write(&recommendation)?);
    finish(tx, row, Action::Recommend, to, Some(note)).await
}

pub async fn send_back(tx: &mut Tx, id: Uuid, body: Json<ReturnComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Return).await?;
    let input = body.valid()?;
    row.recommendation = None;
    finish(tx, row, Action::Return, to, Some(input.note.into_string())).await
}

/// Records the manager's decision: requests the drafted referrals, through `request_drafts`, or resolves with an answer to the
/// reporter.
pub async fn approve<R>(
    tx: &mut Tx,
    id: Uuid,
    body: Json<ApproveComplaint>,
    request_drafts: R,
) -> Result<Complaint, Error>
where
    R: AsyncFnOnce(&mut Tx, Uuid) -> Result<(), Error>,
{
    let (mut row, resolved) = begin(tx, id, Action::Resolve).await?;
    let input = body.valid()?;
    let note = input.note.map(|n| n.into_string());
    match (input.outcome, input.decision, input.answer) {
        (RecommendationKind::Resolve, Some(decision), Some(answer)) => {
            row.resolved_at = Some(tx.now);
            row.resolution =
                Some(stored::write(&ComplaintResolution { decision, answer, by: tx.actor.subject.clone() })?);
            finish(tx, row, Action::Resolve, resolved, note).await
        }
        (RecommendationKind::Resolve, ..) => Err(Error::field("/decision", "required")),
        (RecommendationKind::Refer, ..) => {
            let to = transitions::next(row.status, None, Action::Refer)
                .map_err(|illegal| illegal.problem(crate::complaints::problems::COMPLAINT_INVALID_TRANSITION))?;
            request_drafts(tx, row.id).await?;
            if open_referrals::count_of_visible(&mut tx.conn, row.id).await? == 0 {
                return Err(Error::new(crate::complaints::problems::NOTHING_TO_REFER));
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
    row.closure = Some(stored::write(&closure)?);
    row.closed_at = Some(tx.now);
    finish(tx, row, Action::Close, to, note).await
}

/// Called when a referral of this complaint was sent.
pub async fn referral_opened(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    open_referrals::insert_one(&mut tx.conn, id).await?;
    Ok(())
}

/// Called when a referral of this complaint has ended; `was_open` is false for a draft. After the last open one, the complaint
/// returns to the desk.
pub async fn referral_ended(tx: &mut Tx, id: Uuid, was_open: bool) -> Result<(), Error> {
    let scope = RegionScope::everything(Unscoped::FollowUpOfScopedAction);
    // Lock the complaint before the number of its referrals, as an approval does: no deadlock.
    let row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?;
    let open = match was_open {
        true => open_referrals::delete_one(&mut tx.conn, id).await?,
        false => open_referrals::count_of_visible(&mut tx.conn, id).await?,
    };
    let Some(row) = row.filter(|row| row.status == Status::Referred && open == 0) else { return Ok(()) };
    let to = transitions::next(row.status, None, Action::ReferralsEnded)
        .map_err(|illegal| illegal.problem(crate::complaints::problems::COMPLAINT_INVALID_TRANSITION))?;
    finish(tx, row, Action::ReferralsEnded, to, None).await.map(|_| ())
}

pub(super) async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(ComplaintRow, Status), Error> {
    let scope = tx.actor.scope.clone();
    let Some(row) = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await? else {
        // A region that transferred the complaint may read it, so it gets 403; all other callers get 404.
        let passed_on = parts::find_passed_on(&mut tx.conn, &scope, id).await?;
        return Err(passed_on.map_or_else(Error::not_found, |_| Error::new(Code::REGION_NOT_GRANTED)));
    };
    if matches!(action, Action::Resolve | Action::Refer | Action::Return) && recommended_by(&row, &tx.actor.subject)? {
        return Err(Error::new(crate::complaints::problems::OWN_RECOMMENDATION));
    }
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, row.previous_status, action)
        .map_err(|illegal| illegal.problem(crate::complaints::problems::COMPLAINT_INVALID_TRANSITION))?;
    Ok((row, to))
}

fn recommended_by(row: &ComplaintRow, subject: &str) -> Result<bool, Error> {
    let said = stored::read_nullable(row.recommendation.as_ref(), "complaints.recommendation", row.id)?;
    Ok(said.is_some_and(|said: ComplaintRecommendation| said.by == subject))
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
    notifications::notify_reporter(tx, &row, action, note.as_deref())?;
    let of = Target { kind: "complaint", id: row.id, region_code: &row.region_code };
    if matches!(action, Action::ReferralsEnded | Action::TimeOut | Action::CloseUnanswered) {
        tx.step_of_system(of, action.as_str(), from.as_str(), to.as_str());
    } else {
        tx.step(of, action.as_str(), Some(from.as_str()), to.as_str(), note);
    }
    set_timer(tx, &row, from).await?;
    publish(tx, &row, to.as_str(), Some(from));
    let sla = update_clocks(tx, &row, Some(from)).await?;
    Ok(Complaint { sla: Some(sla), ..show(row, false)? })
}

/// Sets the timer for what the service does automatically in the new state.
async fn set_timer(tx: &mut Tx, row: &ComplaintRow, from: Status) -> Result<(), Error> {
    let has_timer = |status| matches!(status, Status::AwaitingInfo | Status::Resolved);
    if !has_timer(row.status) {
        return if has_timer(from) { Ok(parts::delete_timer(&mut tx.conn, row.id).await?) } else { Ok(()) };
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
    if open_referrals::count_of_visible(&mut tx.conn, id).await? > 0 {
        return Err(Error::new(crate::complaints::problems::COMPLAINT_HAS_OPEN_REFERRALS));
    }
    Ok(())
}

pub(super) async fn update_clocks(
    tx: &mut Tx,
    row: &ComplaintRow,
    from: Option<Status>,
) -> Result<ServiceLevel, Error> {
    service_levels::actions::on_transition(tx, clock_step(row, from)).await
}

/// The input of the clocks for a transition from `from` to the current state of the row.
pub(super) fn clock_step(row: &ComplaintRow, from: Option<Status>) -> service_levels::actions::Step<'_> {
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
