//! The rows of the directory.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{OrganizationKind, Sector};
use crate::db::schema::{organizations, services};
use crate::http::page::PageRequest;
use crate::regions::{RegionCode, RegionScope};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = organizations, check_for_backend(diesel::pg::Pg))]
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
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = services, check_for_backend(diesel::pg::Pg))]
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
}

pub async fn insert_organization(conn: &mut AsyncPgConnection, row: &OrganizationRow) -> QueryResult<()> {
    diesel::insert_into(organizations::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn insert_service(conn: &mut AsyncPgConnection, row: &ServiceRow) -> QueryResult<()> {
    diesel::insert_into(services::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn find_organization(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<OrganizationRow>> {
    organizations::table
        .filter(organizations::id.eq(id))
        .filter(scope.covers(organizations::region_code))
        .select(OrganizationRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn find_service(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<ServiceRow>> {
    services::table
        .filter(services::id.eq(id))
        .filter(scope.covers(services::region_code))
        .select(ServiceRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn list_organizations(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    kind: Option<OrganizationKind>,
    page: &PageRequest,
) -> QueryResult<Vec<OrganizationRow>> {
    let mut query = organizations::table
        .filter(scope.covers(organizations::region_code))
        .order((organizations::created_at, organizations::id))
        .limit(page.fetch())
        .select(OrganizationRow::as_select())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(organizations::kind.eq(kind));
    }
    if let Some(after) = page.after {
        query = query.filter(
            organizations::created_at
                .gt(after.time())
                .or(organizations::created_at.eq(after.time()).and(organizations::id.gt(after.id))),
        );
    }
    query.load(conn).await
}

/// What a list of services is narrowed to.
#[derive(Debug, Default)]
pub struct ServiceFilter {
    pub organization_id: Option<Uuid>,
    pub program_code: Option<String>,
    pub sector: Option<Sector>,
    pub serving: Option<RegionCode>,
}

pub async fn list_services(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: ServiceFilter,
    page: &PageRequest,
) -> QueryResult<Vec<ServiceRow>> {
    let mut query = services::table
        .filter(scope.covers(services::region_code))
        .order((services::created_at, services::id))
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
    if let Some(region) = filter.serving {
        query = query.filter(services::area_codes.overlaps_with(areas_around(&region)));
    }
    if let Some(after) = page.after {
        query = query.filter(
            services::created_at
                .gt(after.time())
                .or(services::created_at.eq(after.time()).and(services::id.gt(after.id))),
        );
    }
    query.load(conn).await
}

/// Active services that serve the region and match the programme or the sector, with who offers them.
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

/// The codes of every area that contains the region.
fn areas_around(region: &RegionCode) -> Vec<String> {
    std::iter::once("ID").chain(region.lineage()).map(str::to_owned).collect()
}

/// One client more or fewer; never below zero.
pub async fn adjust_in_use(conn: &mut AsyncPgConnection, id: Uuid, by: i32) -> QueryResult<()> {
    diesel::update(services::table.filter(services::id.eq(id)).filter((services::in_use + by).ge(0)))
        .set(services::in_use.eq(services::in_use + by))
        .execute(conn)
        .await
        .map(|_| ())
}
