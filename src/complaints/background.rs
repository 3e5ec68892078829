//! What happens to a complaint when nobody does anything: a question that stays unanswered, an answer that nobody
//! confirms. And numbers and clocks for what was submitted before there were any.

use chrono::{Datelike, TimeDelta};
use uuid::Uuid;

use super::actions::{begin, finish, json, step_of};
use super::api::ComplaintResolution;
use super::model::{ComplaintAction as Action, ComplaintDecision};
use super::store::{open_referrals, parts};
use crate::background::Context;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::service_levels;
use crate::transaction::{self, Tx};

/// Complaints that get a number in one transaction.
const AT_ONCE: i64 = 200;
/// A complaint whose referrals are still open does not close; it is looked at again after this.
const LATER: TimeDelta = TimeDelta::days(1);
/// What the reporter reads when the desk heard nothing.
const NO_RESPONSE: &str =
    "Pertanyaan kami belum dijawab, sehingga pengaduan ini kami selesaikan. Anda dapat membukanya kembali.";

pub async fn run_due(context: &Context) -> Result<(), Error> {
    while transaction::run_if_any(&context.db, context.tx_context(), step).await?.is_some() {}
    while transaction::run_if_any(&context.db, context.tx_context(), number_some).await?.is_some() {}
    while transaction::run_if_any(&context.db, context.tx_context(), start_some_clocks).await?.is_some() {}
    Ok(())
}

/// One timer that has run out, each in a transaction of its own. One that cannot be followed holds up no other.
async fn step(tx: &mut Tx) -> Result<Option<()>, Error> {
    let now = tx.now;
    let Some((id, action)) = parts::claim_due_timer(&mut tx.conn, Unscoped::BackgroundWork, now).await? else {
        return Ok(None);
    };
    match tx.attempt(async move |tx: &mut Tx| follow(tx, id, action).await).await {
        Ok(()) => {}
        // The complaint has moved on to where this step does not follow: there is nothing to wait for.
        Err(error) if error.code == crate::complaints::problems::COMPLAINT_INVALID_TRANSITION => {
            parts::delete_timer(&mut tx.conn, id).await?;
            tx.audit("complaint.drop_timer", "complaint", id, None);
        }
        Err(error) => {
            tracing::warn!(complaint = %id, %action, %error, "a step of time failed and will be tried again later");
            parts::replace_timer(&mut tx.conn, id, action, now + LATER).await?;
            tx.audit("complaint.put_off_timer", "complaint", id, None);
        }
    }
    Ok(Some(()))
}

async fn follow(tx: &mut Tx, id: Uuid, action: Action) -> Result<(), Error> {
    let (mut row, to) = begin(tx, id, action).await?;
    if action == Action::CloseUnanswered && open_referrals::count_of_visible(&mut tx.conn, id).await? > 0 {
        parts::replace_timer(&mut tx.conn, id, action, tx.now + LATER).await?;
        tx.audit("complaint.close_later", "complaint", id, Some(&row.region_code));
        return Ok(());
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
    finish(tx, row, action, to, None).await.map(|_| ())
}

/// Clocks for complaints from before there were any, as if they had run all along.
async fn start_some_clocks(tx: &mut Tx) -> Result<Option<()>, Error> {
    let rows = parts::lock_without_clock(&mut tx.conn, Unscoped::BackgroundWork, AT_ONCE).await?;
    for row in &rows {
        let since = row.resolved_at.unwrap_or(row.updated_at);
        service_levels::actions::start_missing_clock(tx, step_of(row, Some(row.status)), row.verified_at, since).await?;
        tx.audit("complaint.start_clock", "complaint", row.id, Some(&row.region_code));
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    parts::delete_without_clock(&mut tx.conn, &ids).await?;
    Ok((!rows.is_empty()).then_some(()))
}

async fn number_some(tx: &mut Tx) -> Result<Option<()>, Error> {
    let rows = parts::lock_unnumbered(&mut tx.conn, Unscoped::BackgroundWork, AT_ONCE).await?;
    for row in &rows {
        let reference_no = super::submit::number_of_year(tx, row.id, &row.region_code, row.created_at.year()).await?;
        parts::set_reference(&mut tx.conn, row.id, &reference_no).await?;
        tx.audit("complaint.number", "complaint", row.id, Some(&row.region_code));
    }
    Ok((!rows.is_empty()).then_some(()))
}
