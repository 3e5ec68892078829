//! Database access for organizations.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::model::OrganizationKind;
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::organizations;
use crate::http::page::PageRequest;
use crate::regions::RegionScope;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organizations, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct OrganizationRow {
    pub id: Uuid,
    pub kind: OrganizationKind,
    pub name: String,
    pub region_code: String,
    pub program_code: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub active: bool,
    pub confidential_location: bool,
}

/// Returns false if the id exists already.
pub async fn insert_organization(conn: &mut AsyncPgConnection, row: &OrganizationRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(organizations::table).values(row).on_conflict(organizations::id).do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
}

pub async fn find_organization(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<OrganizationRow>> {
    lock.on(organizations::table
        .filter(organizations::id.eq(id))
        .filter(scope.covers(organizations::region_code))
        .select(OrganizationRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// Writes back a row that this transaction has locked.
pub async fn save_organization(conn: &mut AsyncPgConnection, row: &OrganizationRow) -> QueryResult<()> {
    prepared(diesel::update(organizations::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// Filters of the list of organizations.
#[derive(Debug, Default)]
pub struct OrganizationFilter {
    pub kind: Option<OrganizationKind>,
    pub active: Option<bool>,
    /// Leaves out organizations with a confidential location, because the filter by region would reveal it.
    pub without_confidential: bool,
}

pub async fn list_organizations(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: OrganizationFilter,
    page: &PageRequest,
) -> QueryResult<Vec<OrganizationRow>> {
    let mut query = organizations::table
        .filter(scope.covers(organizations::region_code))
        .limit(page.fetch())
        .select(OrganizationRow::as_select())
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(organizations::kind.eq(kind));
    }
    if let Some(active) = filter.active {
        query = query.filter(organizations::active.eq(active));
    }
    if filter.without_confidential {
        query = query.filter(organizations::confidential_location.eq(false));
    }
    keyset::ascending(query, (organizations::created_at, organizations::id), page.after_time()).load(conn).await
}
