//! The rows of the directory.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{OrganizationKind, Sector};
use crate::db::prepared::prepared;
use crate::db::schema::{organizations, place_reservations, programs, routing_defaults, services};
use crate::http::page::PageRequest;
use crate::regions::{RegionCode, RegionScope};

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

/// False when the id is taken.
pub async fn insert_organization(conn: &mut AsyncPgConnection, row: &OrganizationRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(organizations::table).values(row).on_conflict(organizations::id).do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
}

/// False when the id is taken.
pub async fn insert_service(conn: &mut AsyncPgConnection, row: &ServiceRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(services::table).values(row).on_conflict(services::id).do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
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

pub async fn lock_organization(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<OrganizationRow>> {
    organizations::table
        .filter(organizations::id.eq(id))
        .filter(scope.covers(organizations::region_code))
        .select(OrganizationRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

pub async fn lock_service(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<ServiceRow>> {
    services::table
        .filter(services::id.eq(id))
        .filter(scope.covers(services::region_code))
        .select(ServiceRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Writes back a row that this transaction has locked.
pub async fn save_organization(conn: &mut AsyncPgConnection, row: &OrganizationRow) -> QueryResult<()> {
    prepared(diesel::update(organizations::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

pub async fn save_service(conn: &mut AsyncPgConnection, row: &ServiceRow) -> QueryResult<()> {
    prepared(diesel::update(services::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// A service with who offers it.
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

/// What a list of organizations is narrowed to.
#[derive(Debug, Default)]
pub struct OrganizationFilter {
    pub kind: Option<OrganizationKind>,
    pub active: Option<bool>,
    /// Leaves out those whose location is kept back, where the filter by region would tell it.
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
        .order((organizations::created_at, organizations::id))
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
    if let Some(active) = filter.active {
        query = query.filter(services::active.eq(active));
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

/// The codes of every area that contains the region.
pub fn areas_around(region: &RegionCode) -> Vec<String> {
    std::iter::once("ID").chain(region.lineage()).map(str::to_owned).collect()
}

/// Moves what is taken and what is held; never below zero.
pub async fn adjust_places(conn: &mut AsyncPgConnection, id: Uuid, taken: i32, held: i32) -> QueryResult<()> {
    let update = diesel::update(
        services::table
            .filter(services::id.eq(id))
            .filter((services::in_use + taken).ge(0))
            .filter((services::reserved + held).ge(0)),
    )
    .set((services::in_use.eq(services::in_use + taken), services::reserved.eq(services::reserved + held)));
    prepared(update).execute(conn).await.map(|_| ())
}

/// The same when a place is free; false when none is. The row's lock makes those who ask at once come one by one.
pub async fn adjust_if_free(conn: &mut AsyncPgConnection, id: Uuid, taken: i32, held: i32) -> QueryResult<bool> {
    let update = diesel::update(services::table.filter(services::id.eq(id)).filter(
        services::capacity.is_null().or((services::in_use + services::reserved).nullable().lt(services::capacity)),
    ))
    .set((services::in_use.eq(services::in_use + taken), services::reserved.eq(services::reserved + held)));
    prepared(update).execute(conn).await.map(|n| n == 1)
}

pub async fn insert_reservation(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(place_reservations::table)
        .values((
            place_reservations::service_id.eq(service_id),
            place_reservations::referral_id.eq(referral_id),
            place_reservations::expires_at.eq(expires_at),
            place_reservations::created_at.eq(now),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// False when there is none that still holds.
pub async fn set_reservation_expiry(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let held = place_reservations::table
        .filter(place_reservations::service_id.eq(service_id))
        .filter(place_reservations::referral_id.eq(referral_id))
        .filter(place_reservations::expires_at.gt(now));
    diesel::update(held).set(place_reservations::expires_at.eq(expires_at)).execute(conn).await.map(|n| n == 1)
}

/// Takes the reservation away if it still holds at that time.
pub async fn delete_reservation(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    valid_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let held = place_reservations::table
        .filter(place_reservations::service_id.eq(service_id))
        .filter(place_reservations::referral_id.eq(referral_id))
        .filter(place_reservations::expires_at.gt(valid_at));
    diesel::delete(held).execute(conn).await.map(|n| n == 1)
}

/// What has expired at this service, skipping what another transaction is at.
pub async fn delete_expired_at(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "with expired as (select service_id, referral_id from place_reservations \
           where service_id = $1 and expires_at <= $2 for update skip locked), \
         gone as (delete from place_reservations r using expired e \
           where r.service_id = e.service_id and r.referral_id = e.referral_id returning r.service_id) \
         update services s set reserved = s.reserved - g.n \
           from (select service_id, count(*)::integer as n from gone group by service_id) g where s.id = g.service_id",
    )
    .bind::<diesel::sql_types::Uuid, _>(service_id)
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(conn)
    .await
}

/// The same at every service, a bounded number at a time.
pub async fn delete_expired(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(
        "with expired as (select service_id, referral_id from place_reservations \
           where expires_at <= $1 order by service_id limit 500 for update skip locked), \
         gone as (delete from place_reservations r using expired e \
           where r.service_id = e.service_id and r.referral_id = e.referral_id returning r.service_id) \
         update services s set reserved = s.reserved - g.n \
           from (select service_id, count(*)::integer as n from gone group by service_id) g where s.id = g.service_id",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(conn)
    .await
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = routing_defaults, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[diesel(primary_key(region_code, sector))]
pub struct RoutingDefaultRow {
    pub region_code: String,
    pub sector: Sector,
    pub service_id: Uuid,
    pub note: Option<String>,
    pub set_by: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What is set for the region and for every region around it.
pub async fn list_defaults_around(
    conn: &mut AsyncPgConnection,
    _scope: &RegionScope,
    areas: &[String],
    sector: Option<Sector>,
) -> QueryResult<Vec<RoutingDefaultRow>> {
    let mut query = routing_defaults::table
        .filter(routing_defaults::region_code.eq_any(areas))
        .select(RoutingDefaultRow::as_select())
        .into_boxed();
    if let Some(sector) = sector {
        query = query.filter(routing_defaults::sector.eq(sector));
    }
    query.load(conn).await
}

/// A region may be `ID`, which no scope filter knows: whether the caller may change it was judged before.
pub async fn lock_default(
    conn: &mut AsyncPgConnection,
    _scope: &RegionScope,
    region_code: &str,
    sector: Sector,
) -> QueryResult<Option<RoutingDefaultRow>> {
    routing_defaults::table
        .find((region_code, sector))
        .select(RoutingDefaultRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// False when somebody else was first.
pub async fn insert_default(conn: &mut AsyncPgConnection, row: &RoutingDefaultRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(routing_defaults::table).values(row).on_conflict_do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
}

pub async fn save_default(conn: &mut AsyncPgConnection, row: &RoutingDefaultRow) -> QueryResult<()> {
    let place = routing_defaults::table.find((row.region_code.clone(), row.sector));
    diesel::update(place).set(row).execute(conn).await.map(|_| ())
}

pub async fn delete_default(conn: &mut AsyncPgConnection, row: &RoutingDefaultRow) -> QueryResult<()> {
    let place = routing_defaults::table.find((row.region_code.clone(), row.sector));
    diesel::delete(place).execute(conn).await.map(|_| ())
}

pub async fn list_organizations_named(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    names: &[&str],
) -> QueryResult<Vec<OrganizationRow>> {
    organizations::table
        .filter(scope.covers(organizations::region_code))
        .filter(organizations::id.eq_any(ids).or(organizations::name.eq_any(names)))
        .select(OrganizationRow::as_select())
        .load(conn)
        .await
}

pub async fn list_services_of(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    organization_ids: &[Uuid],
) -> QueryResult<Vec<ServiceRow>> {
    services::table
        .filter(scope.covers(services::region_code))
        .filter(services::id.eq_any(ids).or(services::organization_id.eq_any(organization_ids)))
        .select(ServiceRow::as_select())
        .load(conn)
        .await
}

pub async fn list_organizations_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<OrganizationRow>> {
    organizations::table
        .filter(scope.covers(organizations::region_code))
        .filter(organizations::id.gt(after))
        .order(organizations::id)
        .limit(limit)
        .select(OrganizationRow::as_select())
        .load(conn)
        .await
}

pub async fn list_services_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Uuid,
    limit: i64,
) -> QueryResult<Vec<ServiceRow>> {
    services::table
        .filter(scope.covers(services::region_code))
        .filter(services::id.gt(after))
        .order(services::id)
        .limit(limit)
        .select(ServiceRow::as_select())
        .load(conn)
        .await
}

pub async fn list_known_programs(conn: &mut AsyncPgConnection, codes: &[&str]) -> QueryResult<Vec<String>> {
    programs::table.filter(programs::code.eq_any(codes)).select(programs::code).load(conn).await
}
