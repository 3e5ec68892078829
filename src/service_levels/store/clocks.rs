//! Database access for clocks and for pending recalculations.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::rules::Clock;
use crate::db::prepared::prepared;
use crate::db::schema::{calendar_changes, complaint_clocks};
use crate::regions::RegionScope;

/// Takes a shared reference to the connection, so that statements can be pipelined.
pub async fn lock_last_of_visible(mut conn: &AsyncPgConnection, complaint_id: Uuid) -> QueryResult<Option<Clock>> {
    complaint_clocks::table
        .filter(complaint_clocks::complaint_id.eq(complaint_id))
        .order(complaint_clocks::round.desc())
        .select(Clock::as_select())
        .for_update()
        .first(&mut conn)
        .await
        .optional()
}

/// The last round of each complaint.
pub async fn list_last_of_visible(conn: &mut AsyncPgConnection, complaint_ids: &[Uuid]) -> QueryResult<Vec<Clock>> {
    complaint_clocks::table
        .filter(complaint_clocks::complaint_id.eq_any(complaint_ids))
        .distinct_on(complaint_clocks::complaint_id)
        .order((complaint_clocks::complaint_id, complaint_clocks::round.desc()))
        .select(Clock::as_select())
        .load(conn)
        .await
}

pub async fn insert_clock(conn: &mut AsyncPgConnection, row: &Clock) -> QueryResult<()> {
    diesel::insert_into(complaint_clocks::table).values(row).execute(conn).await.map(|_| ())
}

/// Writes back a row that this transaction has locked.
pub async fn save_clock(conn: &mut AsyncPgConnection, row: &Clock) -> QueryResult<()> {
    let update = diesel::update(complaint_clocks::table.find((row.complaint_id, row.round))).set(row);
    prepared(update).execute(conn).await.map(|_| ())
}

/// Locks due clocks, skipping those that another worker has locked.
pub async fn claim_due(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Clock>> {
    complaint_clocks::table
        .filter(complaint_clocks::check_at.le(now))
        .filter(scope.covers(complaint_clocks::region_code))
        .order(complaint_clocks::check_at)
        .limit(limit)
        .select(Clock::as_select())
        .for_update()
        .skip_locked()
        .load(conn)
        .await
}

/// Locks the clocks of undecided complaints in a region whose deadline is on or after a day, in order of id.
pub async fn lock_running_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    day: NaiveDate,
    after: Option<Uuid>,
    limit: i64,
) -> QueryResult<Vec<Clock>> {
    // In eastern Indonesia (UTC+9) a day begins nine hours earlier than in UTC.
    let from = day.and_time(chrono::NaiveTime::MIN).and_utc() - chrono::TimeDelta::hours(9);
    complaint_clocks::table
        .filter(complaint_clocks::open)
        .filter(complaint_clocks::stopped_at.is_null())
        .filter(complaint_clocks::resolution_due_at.ge(from))
        .filter(complaint_clocks::complaint_id.gt(after.unwrap_or_default()))
        .filter(scope.covers(complaint_clocks::region_code))
        .order(complaint_clocks::complaint_id)
        .limit(limit)
        .select(Clock::as_select())
        .for_update()
        .load(conn)
        .await
}

/// A day that became a holiday, or that is no holiday any more.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendar_changes, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct CalendarChange {
    pub id: Uuid,
    pub region_code: String,
    pub day: NaiveDate,
    pub after_complaint_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_change(conn: &mut AsyncPgConnection, row: &CalendarChange) -> QueryResult<()> {
    diesel::insert_into(calendar_changes::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn claim_change(conn: &mut AsyncPgConnection, scope: &RegionScope) -> QueryResult<Option<CalendarChange>> {
    calendar_changes::table
        .filter(scope.covers(calendar_changes::region_code))
        .order(calendar_changes::id)
        .select(CalendarChange::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()
}

pub async fn save_change(conn: &mut AsyncPgConnection, row: &CalendarChange) -> QueryResult<()> {
    diesel::update(calendar_changes::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}

pub async fn delete_change(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<()> {
    diesel::delete(calendar_changes::table.find(id)).execute(conn).await.map(|_| ())
}
