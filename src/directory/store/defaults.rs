//! Database access for default routes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::model::Sector;
use crate::db::schema::routing_defaults;
use crate::regions::RegionScope;

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

/// The defaults of the region and of every region that contains it.
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

/// The region may be `ID`, which no scope filter covers: the caller of this function checks the permission.
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

/// Returns false if a concurrent request inserted it first.
pub async fn insert_default(conn: &mut AsyncPgConnection, row: &RoutingDefaultRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(routing_defaults::table).values(row).on_conflict_do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
}

pub async fn save_default(conn: &mut AsyncPgConnection, row: &RoutingDefaultRow) -> QueryResult<()> {
    let target = routing_defaults::table.find((row.region_code.clone(), row.sector));
    diesel::update(target).set(row).execute(conn).await.map(|_| ())
}

pub async fn delete_default(conn: &mut AsyncPgConnection, row: &RoutingDefaultRow) -> QueryResult<()> {
    let target = routing_defaults::table.find((row.region_code.clone(), row.sector));
    diesel::delete(target).execute(conn).await.map(|_| ())
}
