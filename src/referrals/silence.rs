//! What time alone does to a referral. A silent target is reminded; past its due time the want of an answer rises from
//! the desk to the manager, the province and the ministry; at last the service cancels for want of a response: all in working days, as the clocks of complaints run. A pause
//! whose review is due is told of once. Each referral is a transaction of its own, claimed with `skip locked`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json as object;
use uuid::Uuid;

use super::actions::{conclude, json};
use super::api::ReferralReason;
use super::config::SilenceArgs;
use super::model::{ReferralAction as Action, ReferralCancellationReason, ReferralStatus as Status};
use super::store::{self, Record};
use super::transitions;
use crate::background::Context;
use crate::error::Error;
use crate::events::NewEvent;
use crate::regions::{RegionScope, Unscoped};
use crate::service_levels::cache::ServiceLevelCache;
use crate::service_levels::calendar::Calendar;
use crate::transaction::{self, Tx};

/// Ministry.
const HIGHEST: i16 = 3;
const AT_ONCE: i64 = 200;

/// In working days on the calendar of the client's region.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    remind: u16,
    escalate: u16,
    cancel: Option<u16>,
}

/// An unanswered referral, as far as time is concerned.
#[derive(Debug, Clone, Copy)]
struct Silence<'a> {
    region: &'a str,
    requested_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    reminded_at: Option<DateTime<Utc>>,
}

impl Policy {
    pub fn of(args: &SilenceArgs) -> Self {
        Self {
            remind: args.referral_remind_days,
            escalate: args.referral_escalate_days.max(1),
            cancel: Some(args.referral_cancel_days).filter(|n| *n > 0),
        }
    }

    fn reminder_at(&self, calendar: &Calendar, silence: Silence<'_>) -> DateTime<Utc> {
        calendar.after(silence.region, silence.reminded_at.unwrap_or(silence.requested_at), self.remind)
    }

    /// 1 from the due time on, one more with each step, up to the ministry.
    fn level(&self, calendar: &Calendar, silence: Silence<'_>, now: DateTime<Utc>) -> i16 {
        if now <= silence.due_at {
            return 0;
        }
        let steps = calendar.passed(silence.region, silence.due_at, now) / self.escalate;
        i16::try_from(steps + 1).unwrap_or(HIGHEST).min(HIGHEST)
    }

    fn gives_up(&self, calendar: &Calendar, silence: Silence<'_>, now: DateTime<Utc>) -> bool {
        let passed = || calendar.passed(silence.region, silence.due_at, now);
        self.cancel.is_some_and(|after| now > silence.due_at && passed() >= after)
    }

    /// When something happens next to one that stands at this level.
    fn next(&self, calendar: &Calendar, silence: Silence<'_>, level: i16) -> DateTime<Utc> {
        let past_due = |days: u16| calendar.after(silence.region, silence.due_at, days);
        let rise = match u16::try_from(level).unwrap_or(0) {
            0 => Some(silence.due_at + TimeDelta::seconds(1)),
            level if level < 3 => Some(past_due(self.escalate.saturating_mul(level))),
            _ => None,
        };
        let end = self.cancel.map(past_due);
        rise.into_iter().chain(end).fold(self.reminder_at(calendar, silence), DateTime::min)
    }
}

fn everywhere() -> RegionScope {
    RegionScope::everything(Unscoped::FollowUpOfScopedAction)
}

pub async fn follow_up(context: &Context) -> Result<(), Error> {
    let policy = *context.resources.get::<Policy>()?;
    let now = context.clock.now();
    let (silent, held) = {
        let mut conn = context.db.read().await?;
        let silent = store::list_silent(&mut conn, &everywhere(), now, AT_ONCE).await?;
        (silent, store::list_review_due(&mut conn, &everywhere(), now, AT_ONCE).await?)
    };
    for id in silent {
        settle(context, id, Status::Requested, async move |tx, record| awaken(tx, record, policy).await).await?;
    }
    for id in held {
        settle(context, id, Status::OnHold, async move |tx, record| tell_review(tx, record).await).await?;
    }
    Ok(())
}

/// One referral, unless it has moved on or another process is at it.
async fn settle<W>(context: &Context, id: Uuid, status: Status, work: W) -> Result<(), Error>
where
    W: AsyncFnOnce(&mut Tx, Record) -> Result<(), Error> + 'static,
{
    transaction::run_if_any(&context.db, context.tx_context(), async move |tx: &mut Tx| {
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
    let standards = tx.resources.get::<ServiceLevelCache>()?.latest(&tx.conn).await?;
    let (calendar, region) = (&standards.calendar, record.row.region_code.clone());
    let mut silence = Silence { region: &region, requested_at, due_at, reminded_at: record.details.reminded_at };
    if policy.gives_up(calendar, silence, tx.now) {
        let code = ReferralCancellationReason::NoResponse;
        record.row.reason = Some(json(&ReferralReason { code: code.to_string(), text: None })?);
        let Ok(to) = transitions::next(record.row.status, Action::Cancel) else { return Ok(()) };
        return conclude(tx, record, Action::Cancel, to, Some(code.to_string()), true).await.map(|_| ());
    }
    let level = policy.level(calendar, silence, tx.now).max(record.details.escalation_level);
    let risen = level > record.details.escalation_level;
    if risen && record.details.overdue_at.is_none() {
        record.details.overdue_at = Some(tx.now);
        tell(tx, &record, "overdue", object!({ "due_at": due_at }));
    }
    if risen {
        record.details.escalation_level = level;
        tell(tx, &record, "escalated", object!({ "level": level }));
    }
    let reminds = tx.now >= policy.reminder_at(calendar, silence);
    if reminds {
        record.details.reminders = record.details.reminders.saturating_add(1);
        record.details.reminded_at = Some(tx.now);
        silence.reminded_at = Some(tx.now);
        let reminders = record.details.reminders;
        tell(tx, &record, "reminded", object!({ "reminders": reminders }));
    }
    record.details.check_at = Some(policy.next(calendar, silence, level));
    if risen || reminds {
        record.row.version += 1;
        record.row.updated_at = tx.now;
        store::save(&mut tx.conn, &record.row).await?;
    } else {
        tx.audit("referral.silence_check", "referral", record.row.id, Some(&region));
    }
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

    const REGION: &str = "32.04";

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Christmas of 2026 is a Friday; the regency adds the Monday after it.
    fn calendar() -> Calendar {
        let day = |text: &str| text.parse().unwrap();
        Calendar::new([("ID".to_owned(), day("2026-12-25")), (REGION.to_owned(), day("2026-12-28"))])
    }

    fn silence(region: &str) -> Silence<'_> {
        let (requested_at, due_at) = (at("2026-12-23T03:00:00Z"), at("2026-12-24T16:59:59Z"));
        Silence { region, requested_at, due_at, reminded_at: None }
    }

    const POLICY: Policy = Policy { remind: 3, escalate: 2, cancel: Some(5) };

    #[test]
    fn weekends_and_holidays_remind_nobody() {
        // From a Wednesday: Thursday, then Tuesday and Wednesday, for Christmas, weekend and the regency's day lie between.
        assert_eq!(POLICY.reminder_at(&calendar(), silence(REGION)), at("2026-12-29T17:00:00Z"));
        // Elsewhere Monday is a working day.
        assert_eq!(POLICY.reminder_at(&calendar(), silence("34.04")), at("2026-12-28T17:00:00Z"));
    }

    #[test]
    fn the_level_rises_with_working_days_and_stops_at_the_ministry() {
        let level = |text: &str| POLICY.level(&calendar(), silence(REGION), at(text));
        let days = ["2026-12-24T10:00:00Z", "2026-12-28T10:00:00Z", "2026-12-29T10:00:00Z", "2026-12-30T10:00:00Z"];
        assert_eq!(days.map(level), [0, 1, 1, 2]);
        assert_eq!([level("2027-01-04T10:00:00Z"), level("2028-01-04T10:00:00Z")], [3, 3]);
    }

    #[test]
    fn it_is_looked_at_exactly_when_something_happens() {
        let (calendar, silence) = (calendar(), silence(REGION));
        let mut silence = silence;
        let (mut now, mut level, mut looks) = (silence.requested_at, 0, 0);
        loop {
            let next = POLICY.next(&calendar, silence, level);
            assert!(next > now, "{next} is not after {now}");
            now = next;
            looks += 1;
            if POLICY.gives_up(&calendar, silence, now) {
                break;
            }
            let rises = POLICY.level(&calendar, silence, now) > level;
            let reminds = now >= POLICY.reminder_at(&calendar, silence);
            assert!(rises || reminds, "nothing happens at {now}");
            level = POLICY.level(&calendar, silence, now);
            if reminds {
                silence.reminded_at = Some(now);
            }
        }
        assert_eq!((level, now), (3, at("2027-01-03T17:00:00Z")));
        assert!(looks < 8);
    }
}
