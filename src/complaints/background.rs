//! Background work on complaints: it resolves complaints whose reporter does not answer a question, closes resolved
//! ones that the reporter does not confirm, and adds reference numbers and clocks to complaints from before these
//! existed.

use chrono::{Datelike, TimeDelta};
use uuid::Uuid;

use super::actions::{begin, clock_step, finish};
use super::api::ComplaintResolution;
use super::model::{ComplaintAction as Action, ComplaintDecision};
use super::store::{open_referrals, parts};
use crate::background::Context;
use crate::db::stored;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::service_levels;
use crate::transaction::{self, Tx};

/// Complaints per transaction.
const BATCH_SIZE: i64 = 200;
/// Delay of a timer whose action failed, or could not close the complaint because a referral is still open.
const RETRY_DELAY: TimeDelta = TimeDelta::days(1);
/// Answer to a reporter who did not answer the desk's question.
const NO_RESPONSE: &str =
    "Pertanyaan kami belum dijawab, sehingga pengaduan ini kami selesaikan. Anda dapat membukanya kembali.";

pub async fn run_due(context: &Context) -> Result<(), Error> {
    while transaction::run_if_any(&context.db, context.tx_context(), run_timer).await?.is_some() {}
    while transaction::run_if_any(&context.db, context.tx_context(), number_complaints).await?.is_some() {}
    while transaction::run_if_any(&context.db, context.tx_context(), start_missing_clocks).await?.is_some() {}
    Ok(())
}

/// Runs one expired timer in its own transaction. A timer that fails does not block the others.
async fn run_timer(tx: &mut Tx) -> Result<Option<()>, Error> {
    let now = tx.now;
    let Some((id, action)) = parts::claim_due_timer(&mut tx.conn, Unscoped::BackgroundWork, now).await? else {
        return Ok(None);
    };
    match tx.attempt(async move |tx: &mut Tx| apply_timer(tx, id, action).await).await {
        Ok(()) => {}
        // The complaint has reached a state in which this action is not allowed: the timer is obsolete.
        Err(error) if error.code == crate::complaints::problems::COMPLAINT_INVALID_TRANSITION => {
            parts::delete_timer(&mut tx.conn, id).await?;
            tx.audit("complaint.drop_timer", "complaint", id, None);
        }
        Err(error) => {
            tracing::warn!(complaint = %id, %action, %error, "complaint timer failed, retrying later");
            parts::replace_timer(&mut tx.conn, id, action, now + RETRY_DELAY).await?;
            tx.audit("complaint.put_off_timer", "complaint", id, None);
        }
    }
    Ok(Some(()))
}

async fn apply_timer(tx: &mut Tx, id: Uuid, action: Action) -> Result<(), Error> {
    let (mut row, to) = begin(tx, id, action).await?;
    if action == Action::CloseUnanswered && open_referrals::count_of_visible(&mut tx.conn, id).await? > 0 {
        parts::replace_timer(&mut tx.conn, id, action, tx.now + RETRY_DELAY).await?;
        tx.audit("complaint.close_later", "complaint", id, Some(&row.region_code));
        return Ok(());
    }
    match action {
        Action::TimeOut => {
            let by = tx.actor.subject.clone();
            let answer = serde_json::from_value(NO_RESPONSE.into()).map_err(Error::internal)?;
            let resolution = ComplaintResolution { decision: ComplaintDecision::NoResponse, answer, by };
            row.resolution = Some(stored::write(&resolution)?);
            row.resolved_at = Some(tx.now);
            row.previous_status = None;
        }
        _ => row.closed_at = Some(tx.now),
    }
    finish(tx, row, action, to, None).await.map(|_| ())
}

/// Starts clocks for complaints from before clocks existed, as if the clocks had run since their receipt.
async fn start_missing_clocks(tx: &mut Tx) -> Result<Option<()>, Error> {
    let rows = parts::lock_without_clock(&mut tx.conn, Unscoped::BackgroundWork, BATCH_SIZE).await?;
    for row in &rows {
        let since = row.resolved_at.unwrap_or(row.updated_at);
        service_levels::actions::start_missing_clock(tx, clock_step(row, Some(row.status)), row.verified_at, since)
            .await?;
        tx.audit("complaint.start_clock", "complaint", row.id, Some(&row.region_code));
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    parts::delete_without_clock(&mut tx.conn, &ids).await?;
    Ok((!rows.is_empty()).then_some(()))
}

/// Gives reference numbers to complaints from before these existed.
async fn number_complaints(tx: &mut Tx) -> Result<Option<()>, Error> {
    let rows = parts::lock_unnumbered(&mut tx.conn, Unscoped::BackgroundWork, BATCH_SIZE).await?;
    for row in &rows {
        let reference_no =
            super::submit::new_reference_no_of_year(tx, row.id, &row.region_code, row.created_at.year()).await?;
        parts::set_reference(&mut tx.conn, row.id, &reference_no).await?;
        tx.audit("complaint.number", "complaint", row.id, Some(&row.region_code));
    }
    Ok((!rows.is_empty()).then_some(()))
}
