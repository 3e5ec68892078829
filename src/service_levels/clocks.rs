//! The clocks at work: each step of a complaint moves them, answers show them, background work finds what was missed
//! and counts anew when a holiday comes or goes.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde_json::json;
use uuid::Uuid;

use super::api::ServiceLevel;
use super::cache::Standards;
use super::rules::{self, Clock, Findings};
use super::store::clocks::{self as store, CalendarChange};
use super::targets::{self, Matter, TargetRow};
use crate::complaints::model::{ComplaintClass, ComplaintPriority, ComplaintStatus as Status};
use crate::directory::model::Sector;
use crate::error::Error;
use crate::events::NewEvent;
use crate::regions::{RegionScope, Unscoped};
use crate::transaction::{self, Tx};
use crate::worker::Worker;

/// Clocks that one transaction of background work takes on.
const BATCH: i64 = 200;

/// A step of a complaint, as far as its clocks are concerned.
pub struct Step<'a> {
    pub complaint_id: Uuid,
    pub region_code: &'a str,
    pub organization_id: Option<Uuid>,
    pub sector: Sector,
    pub class: Option<ComplaintClass>,
    pub priority: Option<ComplaintPriority>,
    pub assignee: Option<&'a str>,
    pub received_at: DateTime<Utc>,
    /// `None` when it has just been received.
    pub from: Option<Status>,
    pub to: Status,
}

/// Moves the clocks along with a complaint that this transaction holds, and tells where they stand.
pub async fn on_transition(tx: &mut Tx, step: Step<'_>) -> Result<ServiceLevel, Error> {
    let cache = tx.service_levels.clone();
    let (standards, last) = match step.from {
        None => (cache.latest(&tx.conn).await?, None),
        Some(_) => {
            let last = async { Ok(store::lock_last_of_visible(&tx.conn, step.complaint_id).await?) };
            futures_util::future::try_join(cache.latest(&tx.conn), last).await?
        }
    };
    let known = last.is_some();
    let mut clock = match (last, step.from) {
        (Some(mut ended), Some(from)) if rules::reopens(from, step.to) => {
            ended.open = false;
            ended.check_at = None;
            store::save_clock(&mut tx.conn, &ended).await?;
            let target = target(&standards, &step)?;
            let mut clock = Clock::start(step.complaint_id, ended.round + 1, step.region_code, target, step.to, tx.now);
            clock.step(step.to, tx.now)?;
            write(tx, &standards, clock, &step, false).await?
        }
        (Some(mut clock), _) => {
            // What was missed before this step was missed, whether or not anybody had looked yet.
            let findings = clock.look(&standards.calendar, tx.now);
            tell(tx, &clock, findings);
            let moved = clock.region_code != step.region_code;
            if moved || (step.from == Some(Status::Received) && step.to == Status::Verified) {
                clock.take(target(&standards, &step)?);
            }
            clock.step(step.to, tx.now)?;
            write(tx, &standards, clock, &step, known).await?
        }
        (None, _) => {
            let target = target(&standards, &step)?;
            let started_at = if step.from.is_none() { tx.now } else { step.received_at };
            let mut clock = Clock::start(step.complaint_id, 1, step.region_code, target, step.to, started_at);
            clock.step(step.to, tx.now)?;
            write(tx, &standards, clock, &step, false).await?
        }
    };
    clock.status = step.to;
    Ok(ServiceLevel::of(&clock, tx.now))
}

/// The clock of a complaint from before there were clocks: it has run since the receipt. `since` is when the complaint
/// came into its state. Whatever has given it a clock meanwhile is left.
pub async fn start_late(
    tx: &mut Tx,
    step: Step<'_>,
    verified_at: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
) -> Result<(), Error> {
    if store::lock_last_of_visible(&tx.conn, step.complaint_id).await?.is_some() {
        return Ok(());
    }
    let standards = tx.service_levels.clone().latest(&tx.conn).await?;
    let target = target(&standards, &step)?;
    let mut clock = Clock::start(step.complaint_id, 1, step.region_code, target, step.to, step.received_at);
    if let Some(at) = verified_at {
        clock.step(Status::Verified, at)?;
    }
    clock.step(step.to, since)?;
    write(tx, &standards, clock, &step, false).await.map(|_| ())
}

async fn write(
    tx: &mut Tx,
    standards: &Standards,
    mut clock: Clock,
    step: &Step<'_>,
    known: bool,
) -> Result<Clock, Error> {
    step.region_code.clone_into(&mut clock.region_code);
    clock.organization_id = step.organization_id;
    clock.assignee = step.assignee.map(str::to_owned);
    if clock.stopped_at.is_none() || !known {
        clock.count(&standards.calendar, tx.now)?;
    } else {
        clock.check_at = None;
    }
    if known {
        store::save_clock(&mut tx.conn, &clock).await?;
    } else {
        store::insert_clock(&mut tx.conn, &clock).await?;
    }
    Ok(clock)
}

fn target<'a>(standards: &'a Arc<Standards>, step: &Step<'_>) -> Result<&'a TargetRow, Error> {
    let Step { region_code, sector, class, priority, .. } = *step;
    targets::choose(&standards.targets, &Matter { region_code, sector, class, priority })
        .ok_or_else(|| Error::internal("there is no target of last resort; run the migrations"))
}

/// Where the clocks of these complaints stand; those that have none are left out.
pub async fn levels_of_visible(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    complaint_ids: &[Uuid],
) -> Result<HashMap<Uuid, ServiceLevel>, Error> {
    if complaint_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let clocks = store::list_last_of_visible(conn, complaint_ids).await?;
    Ok(clocks.iter().map(|clock| (clock.complaint_id, ServiceLevel::of(clock, now))).collect())
}

/// Another officer has the complaint; no deadline moves.
pub async fn on_assignment(tx: &mut Tx, complaint_id: Uuid, assignee: &str) -> Result<(), Error> {
    if let Some(mut clock) = store::lock_last_of_visible(&tx.conn, complaint_id).await? {
        clock.assignee = Some(assignee.to_owned());
        store::save_clock(&mut tx.conn, &clock).await?;
    }
    Ok(())
}

/// Makes what was found known to whoever must see it: the event carries the level, and the queues of that level show it.
fn tell(tx: &mut Tx, clock: &Clock, findings: Findings) {
    let mut publish = |what: &str, data: serde_json::Value| {
        tx.publish(NewEvent {
            type_: format!("complaint.{what}"),
            subject_kind: "complaint",
            subject_id: clock.complaint_id,
            region_code: clock.region_code.clone(),
            organization_id: clock.organization_id,
            data,
        });
    };
    let level = clock.escalation_level;
    for missed in &findings.missed {
        let due = match missed {
            rules::Missed::FirstResponse => clock.first_response_due_at,
            rules::Missed::Resolution => Some(clock.resolution_due_at),
        };
        let data = json!({ "clock": missed.as_str(), "due_at": due, "level": level, "status": clock.status });
        publish("sla_breached", data);
    }
    if findings.risen_to.is_some() {
        publish("escalated", json!({ "level": level, "due_at": clock.due_at, "status": clock.status }));
    }
    let status = clock.status.as_str();
    if !findings.missed.is_empty() {
        tx.audit("complaint.sla_breach", "complaint", clock.complaint_id, Some(&clock.region_code));
        tx.timeline_of_system(clock.complaint_id, "sla_breached", Some(status), status);
    }
    if findings.risen_to.is_some() {
        tx.audit("complaint.escalate", "complaint", clock.complaint_id, Some(&clock.region_code));
        tx.timeline_of_system(clock.complaint_id, &format!("escalated_to_level_{level}"), Some(status), status);
    }
}

/// Background work: everything whose moment has come. Several processes share it; a row is claimed by one of them.
pub async fn look_at_due(worker: &Worker) -> Result<(), Error> {
    while transaction::run_if_any(&worker.db, worker.setting(), count_some_anew).await?.is_some() {}
    while transaction::run_if_any(&worker.db, worker.setting(), look_at_some).await?.is_some() {}
    Ok(())
}

async fn look_at_some(tx: &mut Tx) -> Result<Option<()>, Error> {
    let everywhere = RegionScope::everything(Unscoped::BackgroundWork);
    let clocks = store::claim_due(&mut tx.conn, &everywhere, tx.now, BATCH).await?;
    let Some(first) = clocks.first() else { return Ok(None) };
    let (first, first_region) = (first.complaint_id, first.region_code.clone());
    let standards = tx.service_levels.clone().latest(&tx.conn).await?;
    let mut told = false;
    for mut clock in clocks {
        let findings = clock.look(&standards.calendar, tx.now);
        store::save_clock(&mut tx.conn, &clock).await?;
        told |= findings != Findings::default();
        tell(tx, &clock, findings);
    }
    if !told {
        tx.audit("complaint.sla_check", "complaint", first, Some(&first_region));
    }
    Ok(Some(()))
}

/// A day that is to be counted anew in a region.
pub async fn calendar_changed(tx: &mut Tx, region_code: &str, day: chrono::NaiveDate) -> Result<(), Error> {
    let change = CalendarChange {
        id: Uuid::now_v7(),
        region_code: region_code.to_owned(),
        day,
        after_complaint_id: None,
        created_at: tx.now,
    };
    Ok(store::insert_change(&mut tx.conn, &change).await?)
}

/// One batch of the oldest change; its place is kept, so that another process can go on.
async fn count_some_anew(tx: &mut Tx) -> Result<Option<()>, Error> {
    let everywhere = RegionScope::everything(Unscoped::BackgroundWork);
    let Some(mut change) = store::claim_change(&mut tx.conn, &everywhere).await? else { return Ok(None) };
    let standards = tx.service_levels.clone().latest(&tx.conn).await?;
    let region = RegionScope::from_codes(&[change.region_code.as_str()]);
    let clocks = store::lock_running_after(&mut tx.conn, &region, change.day, change.after_complaint_id, BATCH).await?;
    let last = clocks.last().map(|clock| clock.complaint_id);
    for mut clock in clocks {
        let before = clock.clone();
        clock.count(&standards.calendar, tx.now)?;
        if clock != before {
            store::save_clock(&mut tx.conn, &clock).await?;
        }
    }
    tx.audit("service_levels.count_anew", "calendar_change", change.id, Some(&change.region_code));
    match last {
        Some(last) => {
            change.after_complaint_id = Some(last);
            store::save_change(&mut tx.conn, &change).await?;
        }
        None => store::delete_change(&mut tx.conn, change.id).await?,
    }
    Ok(Some(()))
}
