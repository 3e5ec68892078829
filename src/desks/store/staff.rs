//! Rows of officers. An officer is visible through the region of the organization.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::keyset;
use crate::db::schema::{organizations, staff};
use crate::http::page::PageRequest;
use crate::regions::RegionScope;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = staff, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct OfficerRow {
    pub id: String,
    pub organization_id: Uuid,
    pub name: String,
    pub regions: Vec<String>,
    pub roles: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub record_id: Uuid,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

/// Returns false if the id already exists.
pub async fn insert_officer(conn: &mut AsyncPgConnection, row: &OfficerRow) -> QueryResult<bool> {
    diesel::insert_into(staff::table).values(row).on_conflict_do_nothing().execute(conn).await.map(|n| n == 1)
}

pub async fn save_officer(conn: &mut AsyncPgConnection, row: &OfficerRow) -> QueryResult<()> {
    diesel::update(staff::table.find(&row.id)).set(row).execute(conn).await.map(|_| ())
}

pub async fn find_officer(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: &str,
) -> QueryResult<Option<OfficerRow>> {
    staff::table
        .inner_join(organizations::table.on(organizations::id.eq(staff::organization_id)))
        .filter(staff::id.eq(id))
        .filter(scope.covers(organizations::region_code))
        .select(OfficerRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Two statements, because a lock on the join would also lock the organization.
pub async fn lock_officer(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: &str,
) -> QueryResult<Option<OfficerRow>> {
    if find_officer(conn, scope, id).await?.is_none() {
        return Ok(None);
    }
    staff::table.filter(staff::id.eq(id)).select(OfficerRow::as_select()).for_update().first(conn).await.optional()
}

/// Filters of a list of officers.
#[derive(Debug, Default)]
pub struct StaffFilter {
    pub organization_id: Option<Uuid>,
    pub role: Option<&'static str>,
    pub active: Option<bool>,
}

/// In order of creation; the record id breaks ties.
pub async fn list_officers(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: StaffFilter,
    page: &PageRequest,
) -> QueryResult<Vec<OfficerRow>> {
    let mut query = staff::table
        .inner_join(organizations::table.on(organizations::id.eq(staff::organization_id)))
        .filter(scope.covers(organizations::region_code))
        .limit(page.fetch())
        .select(OfficerRow::as_select())
        .into_boxed();
    if let Some(id) = filter.organization_id {
        query = query.filter(staff::organization_id.eq(id));
    }
    if let Some(role) = filter.role {
        query = query.filter(staff::roles.contains(vec![role]));
    }
    query = match filter.active {
        Some(true) => query.filter(staff::disabled_at.is_null()),
        Some(false) => query.filter(staff::disabled_at.is_not_null()),
        None => query,
    };
    keyset::ascending(query, (staff::created_at, staff::record_id), page.after_time()).load(conn).await
}
