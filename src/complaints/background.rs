//! What happens to a complaint when nobody does anything: a question that stays unanswered, an answer that nobody
//! confirms. And numbers for what was submitted before there were any.

use chrono::{Datelike, TimeDelta};

use super::actions::{begin, finish, json};
use super::api::ComplaintResolution;
use super::model::{ComplaintAction as Action, ComplaintDecision};
use super::store::parts;
use crate::error::Error;
use crate::referrals;
use crate::regions::Unscoped;
use crate::transaction::{self, Tx};
use crate::worker::Worker;

/// Complaints that get a number in one transaction.
const AT_ONCE: i64 = 200;
/// A complaint whose referrals are still open does not close; it is looked at again after this.
const LATER: TimeDelta = TimeDelta::days(1);
/// What the reporter reads when the desk heard nothing.
const NO_RESPONSE: &str =
    "Pertanyaan kami belum dijawab, sehingga pengaduan ini kami selesaikan. Anda dapat membukanya kembali.";

pub async fn run_due(worker: &Worker) -> Result<(), Error> {
    while transaction::run_if_any(&worker.db, worker.setting(), step).await?.is_some() {}
    while transaction::run_if_any(&worker.db, worker.setting(), number_some).await?.is_some() {}
    Ok(())
}

/// One timer that has run out, each in a transaction of its own.
async fn step(tx: &mut Tx) -> Result<Option<()>, Error> {
    let now = tx.now;
    let Some((id, action)) = parts::claim_due_timer(&mut tx.conn, Unscoped::BackgroundWork, now).await? else {
        return Ok(None);
    };
    let (mut row, to) = begin(tx, id, action).await?;
    if action == Action::CloseUnanswered && referrals::actions::count_open_of(tx, id).await? > 0 {
        parts::replace_timer(&mut tx.conn, id, action, tx.now + LATER).await?;
        tx.audit("complaint.close_later", "complaint", id, Some(&row.region_code));
        return Ok(Some(()));
    }
    match action {
        Action::TimeOut => {
            let by = tx.actor.subject.clone();
            let answer = serde_json::from_value(NO_RESPONSE.into()).map_err(Error::internal)?;
            let resolution = ComplaintResolution { decision: ComplaintDecision::NoResponse, answer, by };
            row.resolution = Some(json(&resolution)?);
            row.resolved_at = Some(tx.now);
            row.previous_status = None;
        }
        _ => row.closed_at = Some(tx.now),
    }
    finish(tx, row, action, to, None).await?;
    Ok(Some(()))
}

async fn number_some(tx: &mut Tx) -> Result<Option<()>, Error> {
    let rows = parts::lock_unnumbered(&mut tx.conn, Unscoped::BackgroundWork, AT_ONCE).await?;
    for row in &rows {
        let reference_no = super::actions::number_of_year(tx, row.id, &row.region_code, row.created_at.year()).await?;
        parts::set_reference(&mut tx.conn, row.id, &reference_no).await?;
        tx.audit("complaint.number", "complaint", row.id, Some(&row.region_code));
    }
    Ok((!rows.is_empty()).then_some(()))
}
