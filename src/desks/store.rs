//! Rows of desks, their villages, assignments and officers.

mod staff;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

pub use self::staff::{
    OfficerRow, StaffFilter, find_officer, insert_officer, list_officers, lock_officer, save_officer,
};
use super::coverage::{DeskReach, FieldWorker};
use super::model::{DeskKind, FieldDuty};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::schema::{desk_villages, desks, facilitator_assignments as assignments, staff as officers};
use crate::http::page::PageRequest;
use crate::regions::{RegionCode, RegionScope};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = desks, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct DeskRow {
    pub id: Uuid,
    pub kind: DeskKind,
    pub organization_id: Uuid,
    pub name: String,
    pub region_code: String,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub opening_hours: Option<String>,
    pub active: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = assignments, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct AssignmentRow {
    pub id: Uuid,
    pub staff_id: String,
    pub duty: FieldDuty,
    pub region_code: String,
    pub desk_id: Option<Uuid>,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
    pub assignment_order: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn insert_desk(conn: &mut AsyncPgConnection, row: &DeskRow) -> QueryResult<()> {
    diesel::insert_into(desks::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn save_desk(conn: &mut AsyncPgConnection, row: &DeskRow) -> QueryResult<()> {
    diesel::update(desks::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}

pub async fn find_desk(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<DeskRow>> {
    lock.on(desks::table.filter(desks::id.eq(id)).filter(scope.covers(desks::region_code)).select(DeskRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// Filters of a list of desks.
#[derive(Debug, Default)]
pub struct DeskFilter {
    pub kind: Option<DeskKind>,
    pub organization_id: Option<Uuid>,
    pub serving: Option<RegionCode>,
}

pub async fn list_desks(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: DeskFilter,
    page: &PageRequest,
) -> QueryResult<Vec<DeskRow>> {
    let mut query = desks::table
        .filter(scope.covers(desks::region_code))
        .limit(page.fetch())
        .select(DeskRow::as_select())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(desks::kind.eq(kind));
    }
    if let Some(id) = filter.organization_id {
        query = query.filter(desks::organization_id.eq(id));
    }
    if let Some(village) = filter.serving {
        let around: Vec<String> = village.lineage().map(str::to_owned).collect();
        let listed = desk_villages::table
            .filter(desk_villages::region_code.eq(village.as_str().to_owned()))
            .select(desk_villages::desk_id);
        let villages = desk_villages::table.filter(desk_villages::desk_id.eq(desks::id));
        let whole = desks::region_code.eq_any(around).and(diesel::dsl::not(diesel::dsl::exists(villages)));
        query = query.filter(desks::active).filter(desks::id.eq_any(listed).or(whole));
    }
    keyset::ascending(query, (desks::created_at, desks::id), page.after_time()).load(conn).await
}

pub async fn list_villages_of_visible(conn: &mut AsyncPgConnection, desk_id: Uuid) -> QueryResult<Vec<String>> {
    desk_villages::table
        .filter(desk_villages::desk_id.eq(desk_id))
        .order(desk_villages::region_code)
        .select(desk_villages::region_code)
        .load(conn)
        .await
}

pub async fn replace_villages(conn: &mut AsyncPgConnection, desk_id: Uuid, villages: &[RegionCode]) -> QueryResult<()> {
    diesel::delete(desk_villages::table.filter(desk_villages::desk_id.eq(desk_id))).execute(conn).await?;
    let rows: Vec<_> = villages
        .iter()
        .map(|code| (desk_villages::desk_id.eq(desk_id), desk_villages::region_code.eq(code.as_str())))
        .collect();
    diesel::insert_into(desk_villages::table).values(rows).on_conflict_do_nothing().execute(conn).await.map(|_| ())
}

pub async fn insert_assignment(conn: &mut AsyncPgConnection, row: &AssignmentRow) -> QueryResult<()> {
    diesel::insert_into(assignments::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn save_assignment(conn: &mut AsyncPgConnection, row: &AssignmentRow) -> QueryResult<()> {
    diesel::update(assignments::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}

/// Number of assignments of the same officer, duty and village that overlap with this one.
pub async fn count_overlapping(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    row: &AssignmentRow,
) -> QueryResult<i64> {
    let mut query = assignments::table
        .filter(scope.covers(assignments::region_code))
        .filter(assignments::staff_id.eq(&row.staff_id))
        .filter(assignments::duty.eq(row.duty))
        .filter(assignments::region_code.eq(&row.region_code))
        .filter(assignments::until.is_null().or(assignments::until.ge(row.since)))
        .count()
        .into_boxed();
    if let Some(until) = row.until {
        query = query.filter(assignments::since.le(until));
    }
    query.get_result(conn).await
}

pub async fn find_assignment(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<AssignmentRow>> {
    lock.on(assignments::table
        .filter(assignments::id.eq(id))
        .filter(scope.covers(assignments::region_code))
        .select(AssignmentRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// Filters of a list of assignments.
#[derive(Debug, Default)]
pub struct AssignmentFilter {
    pub staff_id: Option<String>,
    pub desk_id: Option<Uuid>,
    pub within: Option<RegionScope>,
    pub duty: Option<FieldDuty>,
    pub on: Option<NaiveDate>,
}

pub async fn list_assignments(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: AssignmentFilter,
    page: &PageRequest,
) -> QueryResult<Vec<AssignmentRow>> {
    let mut query = assignments::table
        .filter(scope.covers(assignments::region_code))
        .limit(page.fetch())
        .select(AssignmentRow::as_select())
        .into_boxed();
    if let Some(id) = filter.staff_id {
        query = query.filter(assignments::staff_id.eq(id));
    }
    if let Some(id) = filter.desk_id {
        query = query.filter(assignments::desk_id.eq(id));
    }
    if let Some(within) = &filter.within {
        query = query.filter(within.covers(assignments::region_code));
    }
    if let Some(duty) = filter.duty {
        query = query.filter(assignments::duty.eq(duty));
    }
    if let Some(day) = filter.on {
        query = query
            .filter(assignments::since.le(day))
            .filter(assignments::until.is_null().or(assignments::until.ge(day)));
    }
    keyset::ascending(query, (assignments::created_at, assignments::id), page.after_time()).load(conn).await
}

/// Active desks that may serve villages of a region, one row per listed village: desks in `scope`, and desks of the
/// regions `around` that contain it.
pub async fn list_reach(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    around: &[String],
) -> QueryResult<Vec<DeskReach>> {
    let rows: Vec<(DeskKind, String, Option<String>)> = desks::table
        .left_join(desk_villages::table.on(desk_villages::desk_id.eq(desks::id)))
        .filter(desks::active)
        .filter(scope.covers(desks::region_code).or(desks::region_code.eq_any(around)))
        .select((desks::kind, desks::region_code, desk_villages::region_code.nullable()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(kind, region_code, village)| DeskReach { kind, region_code, village }).collect())
}

/// Active officers who cover a village of these regions on a day.
pub async fn list_field_workers(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    on: NaiveDate,
) -> QueryResult<Vec<FieldWorker>> {
    let rows: Vec<(String, String, FieldDuty)> = assignments::table
        .inner_join(officers::table.on(officers::id.eq(assignments::staff_id)))
        .filter(officers::disabled_at.is_null())
        .filter(scope.covers(assignments::region_code))
        .filter(assignments::since.le(on))
        .filter(assignments::until.is_null().or(assignments::until.ge(on)))
        .select((assignments::region_code, assignments::staff_id, assignments::duty))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(village, staff_id, duty)| FieldWorker { village, staff_id, duty }).collect())
}

/// The same with names and assignment orders, for the villages of a desk that is visible to the caller.
pub async fn list_people_of_visible(
    conn: &mut AsyncPgConnection,
    villages: &[String],
    on: NaiveDate,
) -> QueryResult<Vec<(AssignmentRow, String)>> {
    assignments::table
        .inner_join(officers::table.on(officers::id.eq(assignments::staff_id)))
        .filter(officers::disabled_at.is_null())
        .filter(assignments::region_code.eq_any(villages))
        .filter(assignments::since.le(on))
        .filter(assignments::until.is_null().or(assignments::until.ge(on)))
        .order((assignments::region_code, assignments::staff_id))
        .select((AssignmentRow::as_select(), officers::name))
        .load(conn)
        .await
}
