//! The other actions on a complaint: transfer, question and answer, information, reopening, duplicates, withdrawal and
//! appeal.

use chrono::TimeDelta;
use uuid::Uuid;

use super::actions::{begin, finish, publish, require_no_open_referral};
use super::api::{Complaint, ComplaintResolution, show};
use super::bodies::{
    AnswerQuestion, AppealComplaint, AskReporter, InformReporter, MarkDuplicate, ReopenComplaint, TransferComplaint,
    WithdrawComplaint,
};
use super::model::{ComplaintAction as Action, ComplaintDecision, ComplaintStatus as Status};
use super::store::parts::{self, ExchangeRow, TrailRow};
use super::store::{self, ComplaintRow};
use super::submit::{new_reference_no, record_submission};
use super::terms;
use crate::db::lock::Lock;
use crate::db::stored;
use crate::directory;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::{Json, sha256};
use crate::transaction::{Target, Tx};

/// Transfers the complaint to another region or organization. The old region can still read it.
pub async fn transfer(tx: &mut Tx, id: Uuid, body: Json<TransferComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Transfer).await?;
    let input = body.valid()?;
    if let Some(organization) = input.organization_id
        && directory::actions::find_organization(&mut tx.conn, organization, None).await?.is_none()
    {
        return Err(Error::field("/organization_id", "unknown_organization"));
    }
    let region = input.region_code.map_or_else(|| row.region_code.clone(), |code| code.as_str().to_owned());
    if region == row.region_code && input.organization_id.is_none_or(|o| Some(o) == row.organization_id) {
        return Err(Error::field("/region_code", "same_as_before"));
    }
    // An appeal must not return to a regency, because its desk made the contested decision. Other complaints cannot go
    // to a province, because no desk works for a whole province.
    match (row.appeal_of, region.len() > 2) {
        (Some(_), true) => return Err(Error::field("/region_code", "appeal_stays_above")),
        (None, false) => return Err(Error::field("/region_code", "wider_than_regency")),
        _ => {}
    }
    let trail = TrailRow {
        complaint_id: row.id,
        id: Uuid::now_v7(),
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        left_at: tx.now,
    };
    parts::insert_trail(&mut tx.conn, &trail).await?;
    // Event for the old region. The new region gets the event `complaint.received` from `finish`.
    publish(tx, &row, "transferred", Some(row.status));
    row.region_code = region;
    row.organization_id = input.organization_id;
    row.assignee = None;
    row.verified_at = None;
    finish(tx, row, Action::Transfer, to, Some(input.note.into_string())).await
}

pub async fn ask(tx: &mut Tx, id: Uuid, body: Json<AskReporter>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Ask).await?;
    let input = body.valid()?;
    let exchange = ExchangeRow {
        complaint_id: row.id,
        id: Uuid::now_v7(),
        question: input.question.as_str().to_owned(),
        asked_by: tx.actor.subject.clone(),
        asked_at: tx.now,
        answer: None,
        answered_by: None,
        answered_at: None,
    };
    parts::insert_exchange(&mut tx.conn, &exchange).await?;
    row.previous_status = Some(row.status);
    finish(tx, row, Action::Ask, to, Some(input.question.into_string())).await
}

/// Ends the pause: the complaint returns to the state before the question.
pub async fn answer(tx: &mut Tx, id: Uuid, body: Json<AnswerQuestion>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Answer).await?;
    let input = body.valid()?;
    let by = tx.actor.subject.clone();
    parts::set_answer(&mut tx.conn, row.id, input.answer.as_str(), &by, tx.now).await?;
    row.previous_status = None;
    finish(tx, row, Action::Answer, to, Some(input.answer.into_string())).await
}

/// Resolves a request for information without a manager's decision.
pub async fn inform(tx: &mut Tx, id: Uuid, body: Json<InformReporter>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Inform).await?;
    let input = body.valid()?;
    let note = input.answer.as_str().to_owned();
    let by = tx.actor.subject.clone();
    let resolution = ComplaintResolution { decision: ComplaintDecision::InformationGiven, answer: input.answer, by };
    row.resolution = Some(stored::write(&resolution)?);
    row.resolved_at = Some(tx.now);
    finish(tx, row, Action::Inform, to, Some(note)).await
}

pub async fn reopen(tx: &mut Tx, id: Uuid, body: Json<ReopenComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Reopen).await?;
    let days = terms::of(tx, &row.region_code).await?.reopen_days;
    let ended = row.closed_at.or(row.resolved_at).unwrap_or(row.updated_at);
    if tx.now > ended + TimeDelta::days(i64::from(days)) {
        return Err(Error::about(crate::complaints::problems::REOPEN_WINDOW_PASSED, days.to_string()));
    }
    let input = body.valid()?;
    row.recommendation = None;
    row.resolution = None;
    row.closure = None;
    row.resolved_at = None;
    row.closed_at = None;
    row.reopen_count += 1;
    finish(tx, row, Action::Reopen, to, Some(input.reason.into_string())).await
}

/// Points to the original complaint: always to the root, so that there are no chains and no cycles.
pub async fn mark_duplicate(tx: &mut Tx, id: Uuid, body: Json<MarkDuplicate>) -> Result<Complaint, Error> {
    // Serialise markings within the regency: if two complaints are marked as duplicates of each other at the same time,
    // the second transaction sees the result of the first. Other regencies do not wait.
    let regency = regency_to_lock(tx, id).await?;
    if let Some(regency) = &regency {
        store::set_marking_lock(&mut tx.conn, regency).await?;
    }
    let (mut row, to) = begin(tx, id, Action::MarkDuplicate).await?;
    if regency.as_deref() != row.region_code.get(..5) {
        return Err(Error::new(Code::CONCURRENT_CHANGE).retry_after(1));
    }
    let input = body.valid()?;
    require_no_open_referral(tx, row.id).await?;
    let scope = tx.actor.scope.clone();
    let fault = |code| Error::field("/duplicate_of", code);
    if input.duplicate_of == row.id {
        return Err(fault("itself"));
    }
    let named = store::find_visible(&mut tx.conn, &scope, input.duplicate_of, Lock::No).await?;
    let named = named.ok_or_else(|| fault("unknown_complaint"))?;
    let root = match named.duplicate_of {
        None => named,
        Some(root) => {
            let root = store::find_visible(&mut tx.conn, &scope, root, Lock::No).await?;
            root.ok_or_else(|| fault("unknown_complaint"))?
        }
    };
    if root.id == row.id {
        return Err(fault("repeats_this_one"));
    }
    if root.region_code.get(..5) != row.region_code.get(..5) {
        return Err(fault("other_regency"));
    }
    // Lock the root, so that no concurrent request transfers it to another regency and marks it there.
    let locked = store::find_visible(&mut tx.conn, &scope, root.id, Lock::ForUpdate).await?;
    if locked.is_none_or(|now| now.duplicate_of.is_some() || now.region_code.get(..5) != row.region_code.get(..5)) {
        return Err(Error::new(Code::CONCURRENT_CHANGE).retry_after(1));
    }
    for (id, region_code) in parts::set_root_of_duplicates(&mut tx.conn, row.id, root.id, tx.now).await? {
        tx.audit("complaint.repoint_duplicate", "complaint", id, Some(&region_code));
    }
    row.duplicate_of = Some(root.id);
    row.previous_status = None;
    row.closed_at = Some(tx.now);
    finish(tx, row, Action::MarkDuplicate, to, input.note.map(|n| n.into_string())).await
}

/// Regency of a complaint that is visible to the caller; `None` for an appeal, which belongs to a province.
async fn regency_to_lock(tx: &mut Tx, id: Uuid) -> Result<Option<String>, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_visible(&mut tx.conn, &scope, id, Lock::No).await?;
    Ok(row.and_then(|row| row.region_code.get(..5).map(str::to_owned)))
}

pub async fn withdraw(tx: &mut Tx, id: Uuid, body: Json<WithdrawComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Withdraw).await?;
    let input = body.valid()?;
    require_no_open_referral(tx, row.id).await?;
    row.previous_status = None;
    row.closed_at = Some(tx.now);
    finish(tx, row, Action::Withdraw, to, Some(input.reason.into_string())).await
}

/// Creates a new complaint against the decision. The province handles it; the regency can only read it.
pub async fn appeal(tx: &mut Tx, id: Uuid, body: Json<AppealComplaint>) -> Result<Complaint, Error> {
    let (row, _) = begin(tx, id, Action::Appeal).await?;
    if row.appeal_of.is_some() {
        return Err(Error::new(crate::complaints::problems::APPEAL_IS_LAST));
    }
    if parts::count_appeals_of_visible(&mut tx.conn, row.id).await? > 0 {
        return Err(Error::new(crate::complaints::problems::APPEAL_EXISTS));
    }
    let input = body.valid()?;
    let mut new = ComplaintRow {
        id: Uuid::now_v7(),
        region_code: row.region_code.get(..2).unwrap_or(&row.region_code).to_owned(),
        organization_id: None,
        description: input.description.into_string(),
        status: Status::Received,
        priority: None,
        class: None,
        assignee: None,
        recommendation: None,
        resolution: None,
        closure: None,
        submission_hash: sha256(row.id.as_bytes()).to_vec(),
        created_by: tx.actor.subject.clone(),
        captured_at: None,
        verified_at: None,
        resolved_at: None,
        closed_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        reference_no: None,
        previous_status: None,
        duplicate_of: None,
        appeal_of: Some(row.id),
        reopen_count: 0,
        ..row.clone()
    };
    new.reference_no = Some(new_reference_no(tx, new.id, &row.region_code).await?);
    store::insert(&mut tx.conn, &new).await?;
    let trail = TrailRow {
        complaint_id: new.id,
        id: Uuid::now_v7(),
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        left_at: tx.now,
    };
    parts::insert_trail(&mut tx.conn, &trail).await?;
    let of = Target { kind: "complaint", id: row.id, region_code: &row.region_code };
    tx.step(of, Action::Appeal.as_str(), Some(row.status.as_str()), row.status.as_str(), None);
    publish(tx, &row, "appealed", Some(row.status));
    let sla = record_submission(tx, &new).await?;
    Ok(Complaint { sla: Some(sla), follow_up_code: Some(super::follow_ups::code(tx, new.id, 0)), ..show(new, false)? })
}
