//! What time alone does to a referral. A silent target is reminded; past its due time the want of an answer rises from
//! the desk to the manager, the province and the ministry; at last the service cancels for want of a response. A pause
//! whose review is due is told of once. Each referral is a transaction of its own, claimed with `skip locked`.

use chrono::TimeDelta;
use serde_json::json as object;
use uuid::Uuid;

use super::actions::{conclude, json};
use super::api::ReferralReason;
use super::model::{ReferralAction as Action, ReferralCancellationReason, ReferralStatus as Status};
use super::store::{self, Record, SilentSince};
use super::transitions;
use crate::config::ServerArgs;
use crate::error::Error;
use crate::events::NewEvent;
use crate::regions::{RegionScope, Unscoped};
use crate::transaction::{self, Tx};
use crate::worker::Worker;

/// Ministry.
const HIGHEST: i16 = 3;
const AT_ONCE: i64 = 200;

#[derive(Debug, Clone, Copy)]
pub struct Policy {
    remind: TimeDelta,
    escalate: TimeDelta,
    cancel: Option<TimeDelta>,
}

impl Policy {
    pub fn of(args: &ServerArgs) -> Self {
        let days = |n: u16| TimeDelta::days(i64::from(n));
        Self {
            remind: days(args.referral_remind_days),
            escalate: days(args.referral_escalate_days),
            cancel: Some(args.referral_cancel_days).filter(|n| *n > 0).map(days),
        }
    }

    /// 1 from the due time on, one more with each step, up to the ministry.
    fn level(&self, past_due: TimeDelta) -> i16 {
        if past_due <= TimeDelta::zero() {
            return 0;
        }
        let steps = past_due.num_seconds() / self.escalate.num_seconds().max(1);
        i16::try_from(steps + 1).unwrap_or(HIGHEST).min(HIGHEST)
    }
}

fn everywhere() -> RegionScope {
    RegionScope::everything(Unscoped::FollowUpOfScopedAction)
}

pub async fn follow_up(worker: &Worker) -> Result<(), Error> {
    let policy = worker.shared.silence;
    let now = worker.shared.clock.now();
    let since = SilentSince {
        reminded_before: now - policy.remind,
        due_before: [now, now - policy.escalate, now - policy.escalate * 2],
        cancelled_before: policy.cancel.map(|days| now - days),
    };
    let (silent, held) = {
        let mut conn = worker.db.read().await?;
        let silent = store::list_silent(&mut conn, &everywhere(), since, AT_ONCE).await?;
        (silent, store::list_review_due(&mut conn, &everywhere(), now, AT_ONCE).await?)
    };
    for id in silent {
        settle(worker, id, Status::Requested, async move |tx, record| awaken(tx, record, policy).await).await?;
    }
    for id in held {
        settle(worker, id, Status::OnHold, async move |tx, record| tell_review(tx, record).await).await?;
    }
    Ok(())
}

/// One referral, unless it has moved on or another process is at it.
async fn settle<W>(worker: &Worker, id: Uuid, status: Status, work: W) -> Result<(), Error>
where
    W: AsyncFnOnce(&mut Tx, Record) -> Result<(), Error> + 'static,
{
    transaction::run_if_any(&worker.db, worker.setting(), async move |tx: &mut Tx| {
        match store::lock_if_idle(&mut tx.conn, &everywhere(), id, status).await? {
            Some(record) => work(tx, record).await.map(Some),
            None => Ok(None),
        }
    })
    .await
    .map(|_| ())
}

async fn awaken(tx: &mut Tx, mut record: Record, policy: Policy) -> Result<(), Error> {
    let (Some(requested_at), Some(due_at)) = (record.row.requested_at, record.row.due_at) else { return Ok(()) };
    let past_due = tx.now - due_at;
    if policy.cancel.is_some_and(|after| past_due > after) {
        let code = ReferralCancellationReason::NoResponse;
        record.row.reason = Some(json(&ReferralReason { code: code.to_string(), text: None })?);
        let Ok(to) = transitions::next(record.row.status, Action::Cancel) else { return Ok(()) };
        return conclude(tx, record, Action::Cancel, to, Some(code.to_string()), true).await.map(|_| ());
    }
    let level = policy.level(past_due).max(record.details.escalation_level);
    let risen = level > record.details.escalation_level;
    if risen && record.details.overdue_at.is_none() {
        record.details.overdue_at = Some(tx.now);
        tell(tx, &record, "overdue", object!({ "due_at": due_at }));
    }
    if risen {
        record.details.escalation_level = level;
        tell(tx, &record, "escalated", object!({ "level": level }));
    }
    if tx.now - record.details.reminded_at.unwrap_or(requested_at) >= policy.remind {
        record.details.reminders = record.details.reminders.saturating_add(1);
        record.details.reminded_at = Some(tx.now);
        let reminders = record.details.reminders;
        tell(tx, &record, "reminded", object!({ "reminders": reminders }));
    }
    record.row.version += 1;
    record.row.updated_at = tx.now;
    store::save(&mut tx.conn, &record.row).await?;
    Ok(store::save_details(&mut tx.conn, &record.details).await?)
}

async fn tell_review(tx: &mut Tx, mut record: Record) -> Result<(), Error> {
    record.details.review_told_at = Some(tx.now);
    tell(tx, &record, "review_due", object!({ "review_at": record.details.review_at }));
    Ok(store::save_details(&mut tx.conn, &record.details).await?)
}

/// Leaves the mark in trail, timeline and feed; the state stays.
fn tell(tx: &mut Tx, record: &Record, what: &str, more: serde_json::Value) {
    let row = &record.row;
    tx.audit(&format!("referral.{what}"), "referral", row.id, Some(&row.region_code));
    tx.timeline_of_system(row.id, what, Some(row.status.as_str()), row.status.as_str());
    let mut data = object!({ "service_id": row.service_id, "complaint_id": row.complaint_id });
    if let (Some(data), serde_json::Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    tx.publish(NewEvent {
        type_: format!("referral.{what}"),
        subject_kind: "referral",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: Some(row.target_organization_id),
        data,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_rises_with_the_breach_and_stops_at_the_ministry() {
        let policy = Policy { remind: TimeDelta::days(3), escalate: TimeDelta::days(7), cancel: None };
        let at = |days| policy.level(TimeDelta::days(days));
        assert_eq!([at(-1), at(0), at(1), at(7), at(13), at(14), at(900)], [0, 0, 1, 2, 2, 3, 3]);
    }
}
