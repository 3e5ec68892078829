//! Use of the clocks: each step of a complaint updates them, responses show them, and background work finds breaches and recalculates
//! deadlines when a holiday is added or removed.

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
use super::targets::{self, TargetCriteria, TargetRow};
use crate::background::Context;
use crate::directory::model::Sector;
use crate::error::Error;
use crate::events::NewEvent;
use crate::regions::{RegionScope, Unscoped};
use crate::service_levels::cache::ServiceLevelCache;
use crate::service_levels::matter::{ComplaintClass, ComplaintPriority, ComplaintStatus as Status};
use crate::transaction::{self, Tx};

/// Number of clocks per transaction of background work.
const BATCH: i64 = 200;

/// A step of a complaint, with the data that its clocks need.
pub struct Step<'a> {
    pub complaint_id: Uuid,
    pub region_code: &'a str,
    pub organization_id: Option<Uuid>,
    pub sector: Sector,
    pub class: Option<ComplaintClass>,
    pub priority: Option<ComplaintPriority>,
    pub assignee: Option<&'a str>,
    pub received_at: DateTime<Utc>,
    /// `None` if it has just been received.
    pub from: Option<Status>,
    pub to: Status,
}

/// Updates the clocks for a step of a complaint that this transaction has locked. Returns the service level.
pub async fn on_transition(tx: &mut Tx, step: Step<'_>) -> Result<ServiceLevel, Error> {
    let cache = tx.resources.get::<ServiceLevelCache>()?;
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
            // Record breaches that happened before this step, even if background work has not checked the clock yet.
            let findings = clock.check(&standards.calendar, tx.now);
            publish_findings(tx, &clock, findings);
            let moved = clock.region_code != step.region_code;
            if moved || (step.from == Some(Status::Received) && step.to == Status::Verified) {
                clock.set_target(target(&standards, &step)?);
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

/// Starts the clock of a complaint that is older than the clocks, from its receipt. `since` is the time of its last change of state. Does
/// nothing if the complaint has a clock by now.
pub async fn start_missing_clock(
    tx: &mut Tx,
    step: Step<'_>,
    verified_at: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
) -> Result<(), Error> {
    if store::lock_last_of_visible(&tx.conn, step.complaint_id).await?.is_some() {
        return Ok(());
    }
    let standards = tx.resources.get::<ServiceLevelCache>()?.latest(&tx.conn).await?;
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
        clock.recalculate(&standards.calendar, tx.now)?;
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
    targets::choose(&standards.targets, &TargetCriteria { region_code, sector, class, priority })
        .ok_or_else(|| Error::internal("no target of last resort; run the migrations"))
}

/// Service levels of these complaints; complaints without a clock are left out.
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

/// Records the new assignee of a complaint. Deadlines do not change.
pub async fn on_assignment(tx: &mut Tx, complaint_id: Uuid, assignee: &str) -> Result<(), Error> {
    if let Some(mut clock) = store::lock_last_of_visible(&tx.conn, complaint_id).await? {
        clock.assignee = Some(assignee.to_owned());
        store::save_clock(&mut tx.conn, &clock).await?;
    }
    Ok(())
}

/// Publishes breaches and escalations. The event has the level, and the queues of that level show the complaint.
fn publish_findings(tx: &mut Tx, clock: &Clock, findings: Findings) {
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
    for breach in &findings.breaches {
        let due = match breach {
            rules::Breach::FirstResponse => clock.first_response_due_at,
            rules::Breach::Resolution => Some(clock.resolution_due_at),
        };
        let data = json!({ "clock": breach.as_str(), "due_at": due, "level": level, "status": clock.status });
        publish("sla_breached", data);
    }
    if findings.escalated_to.is_some() {
        publish("escalated", json!({ "level": level, "due_at": clock.due_at, "status": clock.status }));
    }
    let status = clock.status.as_str();
    if !findings.breaches.is_empty() {
        tx.audit("complaint.sla_breach", "complaint", clock.complaint_id, Some(&clock.region_code));
        tx.timeline_of_system(clock.complaint_id, "sla_breached", Some(status), status);
    }
    if findings.escalated_to.is_some() {
        tx.audit("complaint.escalate", "complaint", clock.complaint_id, Some(&clock.region_code));
        tx.timeline_of_system(clock.complaint_id, &format!("escalated_to_level_{level}"), Some(status), status);
    }
}

/// Background work: recalculates deadlines after changes of the calendar and checks due clocks. Several processes share it with
/// `SKIP LOCKED`.
pub async fn check_due_clocks(context: &Context) -> Result<(), Error> {
    while transaction::run_if_any(&context.db, context.tx_context(), recalculate_some).await?.is_some() {}
    while transaction::run_if_any(&context.db, context.tx_context(), check_some).await?.is_some() {}
    Ok(())
}

async fn check_some(tx: &mut Tx) -> Result<Option<()>, Error> {
    let everywhere = RegionScope::everything(Unscoped::BackgroundWork);
    let clocks = store::claim_due(&mut tx.conn, &everywhere, tx.now, BATCH).await?;
    let Some(first) = clocks.first() else { return Ok(None) };
    let (first, first_region) = (first.complaint_id, first.region_code.clone());
    let standards = tx.resources.get::<ServiceLevelCache>()?.latest(&tx.conn).await?;
    let mut published = false;
    for mut clock in clocks {
        let findings = clock.check(&standards.calendar, tx.now);
        store::save_clock(&mut tx.conn, &clock).await?;
        published |= findings != Findings::default();
        publish_findings(tx, &clock, findings);
    }
    if !published {
        tx.audit("complaint.sla_check", "complaint", first, Some(&first_region));
    }
    Ok(Some(()))
}

/// Enqueues the recalculation of deadlines in a region after a change of one day.
pub async fn enqueue_recalculation(tx: &mut Tx, region_code: &str, day: chrono::NaiveDate) -> Result<(), Error> {
    let change = CalendarChange {
        id: Uuid::now_v7(),
        region_code: region_code.to_owned(),
        day,
        after_complaint_id: None,
        created_at: tx.now,
    };
    Ok(store::insert_change(&mut tx.conn, &change).await?)
}

/// Recalculates one batch of clocks for the oldest change. The position is stored, so another process can continue.
async fn recalculate_some(tx: &mut Tx) -> Result<Option<()>, Error> {
    let everywhere = RegionScope::everything(Unscoped::BackgroundWork);
    let Some(mut change) = store::claim_change(&mut tx.conn, &everywhere).await? else { return Ok(None) };
    let standards = tx.resources.get::<ServiceLevelCache>()?.latest(&tx.conn).await?;
    let region = RegionScope::from_codes(&[change.region_code.as_str()]);
    let clocks = store::lock_running_after(&mut tx.conn, &region, change.day, change.after_complaint_id, BATCH).await?;
    let last = clocks.last().map(|clock| clock.complaint_id);
    for mut clock in clocks {
        let before = clock.clone();
        clock.recalculate(&standards.calendar, tx.now)?;
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
