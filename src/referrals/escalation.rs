//! Background work on referrals that wait. It reminds a target that does not answer. After the due time it escalates
//! the referral from the desk to the manager, the province and the ministry, and finally cancels it with `no_response`.
//! All terms count working days, like the clocks of complaints. It also publishes one event when the review of a
//! referral on hold is due. Each referral has its own transaction and is locked with `skip locked`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json as object;
use uuid::Uuid;

use super::actions::finish_as;
use super::api::ReferralReason;
use super::config::SilenceArgs;
use super::model::{ReferralAction as Action, ReferralCancellationReason, ReferralStatus as Status};
use super::store::{self, Record};
use super::transitions;
use crate::background::Context;
use crate::db::stored;
use crate::error::Error;
use crate::events::NewEvent;
use crate::regions::{RegionScope, Unscoped};
use crate::service_levels::cache::ServiceLevelCache;
use crate::service_levels::calendar::Calendar;
use crate::transaction::{self, Target, Tx};

/// Highest escalation level: the ministry.
const MAX_LEVEL: i16 = 3;
const BATCH_SIZE: i64 = 200;

/// Terms in working days, on the calendar of the client's region.
#[derive(Debug, Clone, Copy)]
pub struct EscalationPolicy {
    remind: u16,
    escalate: u16,
    cancel: Option<u16>,
}

/// The times of an unanswered referral.
#[derive(Debug, Clone, Copy)]
struct Waiting<'a> {
    region: &'a str,
    requested_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    reminded_at: Option<DateTime<Utc>>,
}

impl EscalationPolicy {
    pub fn of(args: &SilenceArgs) -> Self {
        Self {
            remind: args.referral_remind_days,
            escalate: args.referral_escalate_days.max(1),
            cancel: Some(args.referral_cancel_days).filter(|n| *n > 0),
        }
    }

    fn reminder_at(&self, calendar: &Calendar, waiting: Waiting<'_>) -> DateTime<Utc> {
        calendar.after(waiting.region, waiting.reminded_at.unwrap_or(waiting.requested_at), self.remind)
    }

    /// Escalation level at `now`: 0 until the due time, then 1, and one more after each `escalate` days, up to the
    /// ministry.
    fn level(&self, calendar: &Calendar, waiting: Waiting<'_>, now: DateTime<Utc>) -> i16 {
        if now <= waiting.due_at {
            return 0;
        }
        let steps = calendar.passed(waiting.region, waiting.due_at, now) / self.escalate;
        i16::try_from(steps + 1).unwrap_or(MAX_LEVEL).min(MAX_LEVEL)
    }

    fn cancels(&self, calendar: &Calendar, waiting: Waiting<'_>, now: DateTime<Utc>) -> bool {
        let passed = || calendar.passed(waiting.region, waiting.due_at, now);
        self.cancel.is_some_and(|after| now > waiting.due_at && passed() >= after)
    }

    /// Time of the next reminder, escalation or cancellation of a referral at this level.
    fn next(&self, calendar: &Calendar, waiting: Waiting<'_>, level: i16) -> DateTime<Utc> {
        let past_due = |days: u16| calendar.after(waiting.region, waiting.due_at, days);
        let escalation = match u16::try_from(level).unwrap_or(0) {
            0 => Some(waiting.due_at + TimeDelta::seconds(1)),
            level if level < 3 => Some(past_due(self.escalate.saturating_mul(level))),
            _ => None,
        };
        let cancellation = self.cancel.map(past_due);
        escalation.into_iter().chain(cancellation).fold(self.reminder_at(calendar, waiting), DateTime::min)
    }
}

fn everywhere() -> RegionScope {
    RegionScope::everything(Unscoped::FollowUpOfScopedAction)
}

pub async fn follow_up(context: &Context) -> Result<(), Error> {
    let policy = *context.resources.get::<EscalationPolicy>()?;
    let now = context.clock.now();
    let (unanswered, on_hold) = {
        let mut conn = context.db.read().await?;
        let unanswered = store::list_unanswered(&mut conn, &everywhere(), now, BATCH_SIZE).await?;
        (unanswered, store::list_review_due(&mut conn, &everywhere(), now, BATCH_SIZE).await?)
    };
    for id in unanswered {
        process(context, id, Status::Requested, async move |tx, record| check_unanswered(tx, record, policy).await)
            .await?;
    }
    for id in on_hold {
        process(context, id, Status::OnHold, async move |tx, record| record_review_due(tx, record).await).await?;
    }
    Ok(())
}

/// Processes one referral, unless its state has changed or another process has locked it.
async fn process<W>(context: &Context, id: Uuid, status: Status, work: W) -> Result<(), Error>
where
    W: AsyncFnOnce(&mut Tx, Record) -> Result<(), Error> + 'static,
{
    transaction::run_if_any(&context.db, context.tx_context(), async move |tx: &mut Tx| match store::lock_if_unlocked(
        &mut tx.conn,
        &everywhere(),
        id,
        status,
    )
    .await?
    {
        Some(record) => work(tx, record).await.map(Some),
        None => Ok(None),
    })
    .await
    .map(|_| ())
}

async fn check_unanswered(tx: &mut Tx, mut record: Record, policy: EscalationPolicy) -> Result<(), Error> {
    let (Some(requested_at), Some(due_at)) = (record.row.requested_at, record.row.due_at) else { return Ok(()) };
    let standards = tx.resources.get::<ServiceLevelCache>()?.latest(&tx.conn).await?;
    let (calendar, region) = (&standards.calendar, record.row.region_code.clone());
    let mut waiting = Waiting { region: &region, requested_at, due_at, reminded_at: record.details.reminded_at };
    if policy.cancels(calendar, waiting, tx.now) {
        let code = ReferralCancellationReason::NoResponse;
        record.row.reason = Some(stored::write(&ReferralReason { code: code.to_string(), text: None })?);
        let Ok(to) = transitions::next(record.row.status, Action::Cancel) else { return Ok(()) };
        return finish_as(tx, record, Action::Cancel, to, Some(code.to_string()), true).await.map(|_| ());
    }
    let level = policy.level(calendar, waiting, tx.now).max(record.details.escalation_level);
    let escalates = level > record.details.escalation_level;
    if escalates && record.details.overdue_at.is_none() {
        record.details.overdue_at = Some(tx.now);
        record_event(tx, &record, "overdue", object!({ "due_at": due_at }));
    }
    if escalates {
        record.details.escalation_level = level;
        record_event(tx, &record, "escalated", object!({ "level": level }));
    }
    let reminds = tx.now >= policy.reminder_at(calendar, waiting);
    if reminds {
        record.details.reminders = record.details.reminders.saturating_add(1);
        record.details.reminded_at = Some(tx.now);
        waiting.reminded_at = Some(tx.now);
        let reminders = record.details.reminders;
        record_event(tx, &record, "reminded", object!({ "reminders": reminders }));
    }
    record.details.check_at = Some(policy.next(calendar, waiting, level));
    if escalates || reminds {
        record.row.version += 1;
        record.row.updated_at = tx.now;
        store::save(&mut tx.conn, &record.row).await?;
    } else {
        tx.audit("referral.silence_check", "referral", record.row.id, Some(&region));
    }
    Ok(store::save_details(&mut tx.conn, &record.details).await?)
}

async fn record_review_due(tx: &mut Tx, mut record: Record) -> Result<(), Error> {
    record.details.review_told_at = Some(tx.now);
    record_event(tx, &record, "review_due", object!({ "review_at": record.details.review_at }));
    Ok(store::save_details(&mut tx.conn, &record.details).await?)
}

/// Records an event without a change of state: audit, timeline, event.
fn record_event(tx: &mut Tx, record: &Record, what: &str, more: serde_json::Value) {
    let row = &record.row;
    let of = Target { kind: "referral", id: row.id, region_code: &row.region_code };
    tx.step_of_system(of, what, row.status.as_str(), row.status.as_str());
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

    const REGION: &str = "32.04";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Christmas 2026 is a Friday; the regency adds the Monday after it as a holiday.
    fn calendar() -> Calendar {
        let day = |text: &str| text.parse().unwrap();
        Calendar::new([("ID".to_owned(), day("2026-12-25")), (REGION.to_owned(), day("2026-12-28"))])
    }

    fn waiting(region: &str) -> Waiting<'_> {
        let (requested_at, due_at) = (at("2026-12-23T03:00:00Z"), at("2026-12-24T16:59:59Z"));
        Waiting { region, requested_at, due_at, reminded_at: None }
    }

    const POLICY: EscalationPolicy = EscalationPolicy { remind: 3, escalate: 2, cancel: Some(5) };

    #[test]
    fn reminders_skip_weekends_and_holidays() {
        // From a Wednesday, three working days: Thursday, then Tuesday and Wednesday, after Christmas, the weekend and
        // the holiday of the regency.
        assert_eq!(POLICY.reminder_at(&calendar(), waiting(REGION)), at("2026-12-29T17:00:00Z"));
        // In other regions Monday is a working day.
        assert_eq!(POLICY.reminder_at(&calendar(), waiting("34.04")), at("2026-12-28T17:00:00Z"));
    }

    #[test]
    fn the_level_rises_with_working_days_up_to_the_ministry() {
        let level = |text: &str| POLICY.level(&calendar(), waiting(REGION), at(text));
        let days = ["2026-12-24T10:00:00Z", "2026-12-28T10:00:00Z", "2026-12-29T10:00:00Z", "2026-12-30T10:00:00Z"];
        assert_eq!(days.map(level), [0, 1, 1, 2]);
        assert_eq!([level("2027-01-04T10:00:00Z"), level("2028-01-04T10:00:00Z")], [3, 3]);
    }

    #[test]
    fn every_check_finds_something_to_do() {
        let (calendar, waiting) = (calendar(), waiting(REGION));
        let mut waiting = waiting;
        let (mut now, mut level, mut checks) = (waiting.requested_at, 0, 0);
        loop {
            let next = POLICY.next(&calendar, waiting, level);
            assert!(next > now, "{next} is not after {now}");
            now = next;
            checks += 1;
            if POLICY.cancels(&calendar, waiting, now) {
                break;
            }
            let rises = POLICY.level(&calendar, waiting, now) > level;
            let reminds = now >= POLICY.reminder_at(&calendar, waiting);
            assert!(rises || reminds, "nothing happens at {now}");
            level = POLICY.level(&calendar, waiting, now);
            if reminds {
                waiting.reminded_at = Some(now);
            }
        }
        assert_eq!((level, now), (3, at("2027-01-03T17:00:00Z")));
        assert!(checks < 8);
    }
}
