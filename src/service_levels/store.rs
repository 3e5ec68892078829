//! Database access for service levels: holidays here, targets and clocks in submodules. Holidays and targets are public to read; a
//! change needs a token for the region.

pub mod clocks;
mod targets;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{HolidayConfidence, HolidayKind};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::schema::{holidays, service_level_revision};
use crate::http::page::{PageRequest, Position};
use crate::regions::{RegionCode, RegionScope};

pub use self::targets::{
    TargetFilter, find_target, insert_missing_targets, insert_target, list_all_targets, list_targets, lock_target_for,
    save_target,
};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = holidays, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct HolidayRow {
    pub id: Uuid,
    pub region_code: String,
    pub day: NaiveDate,
    pub kind: HolidayKind,
    pub name: String,
    pub name_en: Option<String>,
    pub confidence: HolidayConfidence,
    pub source: String,
    pub version: i32,
    pub removed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Takes a shared reference to the connection, so that statements can be pipelined.
pub async fn find_revision(mut conn: &AsyncPgConnection) -> QueryResult<i64> {
    service_level_revision::table.select(service_level_revision::revision).first(&mut conn).await
}

pub async fn raise_revision(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    diesel::update(service_level_revision::table)
        .set(service_level_revision::revision.eq(service_level_revision::revision + 1))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Inserts holidays that do not exist yet. Existing and removed ones are never changed.
pub async fn insert_missing_holidays(conn: &mut AsyncPgConnection, rows: &[HolidayRow]) -> QueryResult<usize> {
    diesel::insert_into(holidays::table)
        .values(rows)
        .on_conflict((holidays::region_code, holidays::day))
        .do_nothing()
        .execute(conn)
        .await
}

/// Region and date of every holiday.
pub async fn list_days(mut conn: &AsyncPgConnection, scope: &RegionScope) -> QueryResult<Vec<(String, NaiveDate)>> {
    holidays::table
        .filter(scope.covers(holidays::region_code))
        .filter(holidays::removed_at.is_null())
        .select((holidays::region_code, holidays::day))
        .load(&mut conn)
        .await
}

/// Filters of the list of holidays.
#[derive(Debug, Default)]
pub struct HolidayFilter {
    pub year: Option<i32>,
    /// Holidays that apply in this region: its own and those of the regions that contain it.
    pub region: Option<RegionCode>,
}

/// The list position of a holiday.
pub fn position(row: &HolidayRow) -> Position {
    Position::at(row.day.and_time(chrono::NaiveTime::MIN).and_utc(), row.id)
}

pub async fn list_holidays(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: HolidayFilter,
    page: &PageRequest,
) -> QueryResult<Vec<HolidayRow>> {
    let mut query = holidays::table
        .filter(scope.covers(holidays::region_code))
        .filter(holidays::removed_at.is_null())
        .limit(page.fetch())
        .select(HolidayRow::as_select())
        .into_boxed();
    if let Some((first, last)) = filter
        .year
        .and_then(|year| Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?)))
    {
        query = query.filter(holidays::day.ge(first)).filter(holidays::day.le(last));
    }
    if let Some(region) = filter.region {
        let around: Vec<String> = std::iter::once("ID").chain(region.lineage()).map(str::to_owned).collect();
        query = query.filter(holidays::region_code.eq_any(around));
    }
    let after = page.after_time().map(|(time, id)| (time.date_naive(), id));
    keyset::ascending(query, (holidays::day, holidays::id), after).load(conn).await
}

pub async fn find_holiday(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<HolidayRow>> {
    lock.on(holidays::table
        .filter(holidays::id.eq(id))
        .filter(scope.covers(holidays::region_code))
        .filter(holidays::removed_at.is_null())
        .select(HolidayRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// The row of a day, also if it is removed.
pub async fn lock_holiday_on(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    region_code: &str,
    day: NaiveDate,
) -> QueryResult<Option<HolidayRow>> {
    holidays::table
        .filter(holidays::region_code.eq(region_code))
        .filter(holidays::day.eq(day))
        .filter(scope.covers(holidays::region_code))
        .select(HolidayRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Returns false if the day exists already.
pub async fn insert_holiday(conn: &mut AsyncPgConnection, row: &HolidayRow) -> QueryResult<bool> {
    diesel::insert_into(holidays::table).values(row).on_conflict_do_nothing().execute(conn).await.map(|n| n == 1)
}

pub async fn save_holiday(conn: &mut AsyncPgConnection, row: &HolidayRow) -> QueryResult<()> {
    diesel::update(holidays::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}
