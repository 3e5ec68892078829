//! Bulk database access, for imports and exports.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::organizations::OrganizationRow;
use super::services::ServiceRow;
use crate::db::schema::{organizations, programs, services};
use crate::regions::RegionScope;

pub async fn list_organizations_named(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    names: &[&str],
    lock: bool,
) -> QueryResult<Vec<OrganizationRow>> {
    let named = organizations::table
        .filter(scope.covers(organizations::region_code))
        .filter(organizations::id.eq_any(ids).or(organizations::name.eq_any(names)))
        .order(organizations::id)
        .select(OrganizationRow::as_select());
    if lock { named.for_update().load(conn).await } else { named.load(conn).await }
}

pub async fn list_services_of(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    organization_ids: &[Uuid],
    lock: bool,
) -> QueryResult<Vec<ServiceRow>> {
    let of = services::table
        .filter(scope.covers(services::region_code))
        .filter(services::id.eq_any(ids).or(services::organization_id.eq_any(organization_ids)))
        .order(services::id)
        .select(ServiceRow::as_select());
    if lock { of.for_update().load(conn).await } else { of.load(conn).await }
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
