//! Rows of the complaint queue: clocks of open complaints, with the columns of the complaint that an item shows.

pub mod referrals;
pub mod tallies;

use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::complaints::model::{ComplaintClass, ComplaintPriority, ComplaintStatus};
use crate::db::keyset;
use crate::db::schema::{complaint_clocks as clocks, complaints};
use crate::directory::model::Sector;
use crate::http::page::PageRequest;
use crate::regions::RegionScope;
use crate::service_levels::filter::{Condition, sla_condition};
use crate::service_levels::model::SlaFilter;
use crate::service_levels::rules::Clock;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = complaints, check_for_backend(diesel::pg::Pg))]
pub struct ComplaintColumns {
    pub reference_no: Option<String>,
    pub sector: Sector,
    pub class: Option<ComplaintClass>,
    pub priority: Option<ComplaintPriority>,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Queryable)]
pub struct QueueRow {
    pub clock: Clock,
    pub complaint: ComplaintColumns,
}

#[derive(Debug)]
pub enum Assignee {
    Officer(String),
    Unassigned,
}

/// Filters of a queue.
#[derive(Debug, Default)]
pub struct QueueFilter {
    pub within: Option<RegionScope>,
    pub statuses: Option<Vec<ComplaintStatus>>,
    pub assignee: Option<Assignee>,
    pub organization_id: Option<Uuid>,
    /// Villages of one desk.
    pub villages: Option<Vec<String>>,
    pub sla: Option<SlaFilter>,
    pub level: i16,
}

/// All conditions of a filter, for pages and counts.
fn conditions(scope: &RegionScope, filter: QueueFilter, now: DateTime<Utc>) -> Condition {
    let mut all: Condition = Box::new(clocks::open.and(scope.covers_by_regency(clocks::region_code)));
    if let Some(within) = &filter.within {
        all = Box::new(all.and(within.covers_by_regency(clocks::region_code)));
    }
    if let Some(statuses) = filter.statuses {
        all = Box::new(all.and(clocks::status.eq_any(statuses)));
    }
    match filter.assignee {
        Some(Assignee::Officer(id)) => all = Box::new(all.and(clocks::assignee.assume_not_null().eq(id))),
        Some(Assignee::Unassigned) => all = Box::new(all.and(clocks::assignee.is_null())),
        None => {}
    }
    if let Some(id) = filter.organization_id {
        all = Box::new(all.and(clocks::organization_id.assume_not_null().eq(id)));
    }
    if let Some(villages) = filter.villages {
        all = Box::new(all.and(clocks::region_code.eq_any(villages)));
    }
    if filter.level > 0 {
        all = Box::new(all.and(clocks::escalation_level.ge(filter.level)));
    }
    if let Some(sla) = filter.sla {
        all = Box::new(all.and(sla_condition(sla, now)));
    }
    all
}

/// Ordered by next deadline.
pub async fn list_waiting(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: QueueFilter,
    now: DateTime<Utc>,
    page: &PageRequest,
) -> QueryResult<Vec<QueueRow>> {
    // First the page, then its complaints. A join could make the planner read all complaints of a regency.
    let mut query = clocks::table
        .filter(conditions(scope, filter, now))
        .limit(page.fetch())
        .select(Clock::as_select())
        .into_boxed();
    query = keyset::ascending(query, (clocks::due_at, clocks::complaint_id), page.after_time());
    let waiting: Vec<Clock> = query.load(conn).await?;
    let ids: Vec<Uuid> = waiting.iter().map(|clock| clock.complaint_id).collect();
    let columns: Vec<(Uuid, ComplaintColumns)> = complaints::table
        .filter(complaints::id.eq_any(&ids))
        .filter(scope.covers(complaints::region_code))
        .select((complaints::id, ComplaintColumns::as_select()))
        .load(conn)
        .await?;
    let mut columns: std::collections::HashMap<Uuid, ComplaintColumns> = columns.into_iter().collect();
    let row = |clock: Clock| columns.remove(&clock.complaint_id).map(|complaint| QueueRow { clock, complaint });
    Ok(waiting.into_iter().filter_map(row).collect())
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(clocks::status, clocks::assignee);

/// Number of complaints of one state and officer: all, past the deadline, due soon, paused, decided.
#[derive(Debug, Queryable)]
pub struct CountRow {
    pub status: ComplaintStatus,
    pub assignee: Option<String>,
    pub all: i64,
    pub breached: i64,
    pub due_soon: i64,
    pub paused: i64,
    pub decided: i64,
}

pub async fn count_waiting(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: QueueFilter,
    now: DateTime<Utc>,
) -> QueryResult<Vec<CountRow>> {
    if tallies::cover(scope, &filter) {
        return tallies::count(conn, scope, filter, now).await;
    }
    let running = || clocks::stopped_at.is_null().and(clocks::paused_at.is_null());
    let late = running().and(clocks::due_at.lt(now));
    let soon = running().and(clocks::due_at.ge(now)).and(clocks::due_soon_at.le(now));
    let paused = clocks::stopped_at.is_null().and(clocks::paused_at.is_not_null());
    clocks::table
        .filter(conditions(scope, filter, now))
        .group_by((clocks::status, clocks::assignee))
        .select((
            clocks::status,
            clocks::assignee,
            count(clocks::complaint_id),
            count(clocks::complaint_id).aggregate_filter(late),
            count(clocks::complaint_id).aggregate_filter(soon),
            count(clocks::complaint_id).aggregate_filter(paused),
            count(clocks::complaint_id).aggregate_filter(clocks::stopped_at.is_not_null()),
        ))
        .load(conn)
        .await
}
