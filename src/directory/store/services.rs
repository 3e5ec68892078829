//! Database access for services, alone and with their organization.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::super::model::Sector;
use super::organizations::OrganizationRow;
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{organizations, services};
use crate::http::page::PageRequest;
use crate::regions::{RegionCode, RegionScope};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = services, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct ServiceRow {
    pub id: Uuid,
    pub organization_id: Uuid,
    pub region_code: String,
    pub name: String,
    pub description: Option<String>,
    pub program_code: Option<String>,
    pub sectors: Vec<String>,
    pub area_codes: Vec<String>,
    pub capacity: Option<i32>,
    pub in_use: i32,
    pub opening_hours: Option<String>,
    pub requirements: Option<String>,
    pub active: bool,
    pub answer_days: i16,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub reserved: i32,
    pub closures: Value,
}

/// Returns false if the id exists already.
pub async fn insert_service(conn: &mut AsyncPgConnection, row: &ServiceRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(services::table).values(row).on_conflict(services::id).do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
}

pub async fn find_service(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<ServiceRow>> {
    lock.on(services::table
        .filter(services::id.eq(id))
        .filter(scope.covers(services::region_code))
        .select(ServiceRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

pub async fn save_service(conn: &mut AsyncPgConnection, row: &ServiceRow) -> QueryResult<()> {
    prepared(diesel::update(services::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// A service with its organization.
pub async fn find_offer(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<(ServiceRow, OrganizationRow)>> {
    services::table
        .inner_join(organizations::table.on(organizations::id.eq(services::organization_id)))
        .filter(services::id.eq(id))
        .filter(scope.covers(services::region_code))
        .select((ServiceRow::as_select(), OrganizationRow::as_select()))
        .first(conn)
        .await
        .optional()
}

/// Filters of the list of services.
#[derive(Debug, Default)]
pub struct ServiceFilter {
    pub organization_id: Option<Uuid>,
    pub program_code: Option<String>,
    pub sector: Option<Sector>,
    pub serving: Option<RegionCode>,
    pub active: Option<bool>,
}

pub async fn list_services(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: ServiceFilter,
    page: &PageRequest,
) -> QueryResult<Vec<ServiceRow>> {
    let mut query = services::table
        .filter(scope.covers(services::region_code))
        .limit(page.fetch())
        .select(ServiceRow::as_select())
        .into_boxed();
    if let Some(id) = filter.organization_id {
        query = query.filter(services::organization_id.eq(id));
    }
    if let Some(code) = filter.program_code {
        query = query.filter(services::program_code.eq(code));
    }
    if let Some(sector) = filter.sector {
        query = query.filter(services::sectors.contains(vec![sector.as_str()]));
    }
    if let Some(active) = filter.active {
        query = query.filter(services::active.eq(active));
    }
    if let Some(region) = filter.serving {
        query = query.filter(services::area_codes.overlaps_with(areas_around(&region)));
    }
    keyset::ascending(query, (services::created_at, services::id), page.after_time()).load(conn).await
}

/// Active services that serve the region and match the programme or the sector, with their organization.
pub async fn list_serving(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    region: &RegionCode,
    program_code: Option<&str>,
    sector: Option<Sector>,
    limit: i64,
) -> QueryResult<Vec<(ServiceRow, OrganizationRow)>> {
    let mut query = services::table
        .inner_join(organizations::table.on(organizations::id.eq(services::organization_id)))
        .filter(scope.covers(services::region_code))
        .filter(services::active)
        .filter(organizations::active)
        .filter(services::area_codes.overlaps_with(areas_around(region)))
        .order(services::id)
        .limit(limit)
        .select((ServiceRow::as_select(), OrganizationRow::as_select()))
        .into_boxed();
    let sector = sector.map(|s| vec![s.as_str()]);
    query = match (program_code, sector) {
        (Some(code), Some(sector)) => query.filter(
            services::program_code
                .is_not_distinct_from(code.to_owned())
                .or(services::sectors.contains(sector).and(services::program_code.is_null())),
        ),
        (Some(code), None) => query.filter(services::program_code.eq(code.to_owned())),
        (None, Some(sector)) => query.filter(services::sectors.contains(sector)),
        (None, None) => query,
    };
    query.load(conn).await
}

/// The codes of every area that contains the region, the region itself included.
pub fn areas_around(region: &RegionCode) -> Vec<String> {
    std::iter::once("ID").chain(region.lineage()).map(str::to_owned).collect()
}
