//! Database access for targets.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::targets::TargetRow;
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::schema::service_level_targets;
use crate::http::page::PageRequest;
use crate::regions::{RegionCode, RegionScope};

/// Inserts targets that do not exist yet. Existing and removed ones are never changed.
pub async fn insert_missing_targets(conn: &mut AsyncPgConnection, rows: &[TargetRow]) -> QueryResult<usize> {
    diesel::insert_into(service_level_targets::table).values(rows).on_conflict_do_nothing().execute(conn).await
}

pub async fn list_all_targets(mut conn: &AsyncPgConnection, scope: &RegionScope) -> QueryResult<Vec<TargetRow>> {
    service_level_targets::table
        .filter(scope.covers(service_level_targets::region_code))
        .filter(service_level_targets::removed_at.is_null())
        .order(service_level_targets::id)
        .select(TargetRow::as_select())
        .load(&mut conn)
        .await
}

/// Filters of the list of targets.
#[derive(Debug, Default)]
pub struct TargetFilter {
    /// Targets that can apply in this region: its own and those of the regions that contain it.
    pub region: Option<RegionCode>,
}

pub async fn list_targets(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: TargetFilter,
    page: &PageRequest,
) -> QueryResult<Vec<TargetRow>> {
    let mut query = service_level_targets::table
        .filter(scope.covers(service_level_targets::region_code))
        .filter(service_level_targets::removed_at.is_null())
        .limit(page.fetch())
        .select(TargetRow::as_select())
        .into_boxed();
    if let Some(region) = filter.region {
        let around: Vec<String> = std::iter::once("ID").chain(region.lineage()).map(str::to_owned).collect();
        query = query.filter(service_level_targets::region_code.eq_any(around));
    }
    keyset::ascending(query, (service_level_targets::created_at, service_level_targets::id), page.after_time())
        .load(conn)
        .await
}

pub async fn find_target(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<TargetRow>> {
    lock.on(service_level_targets::table
        .filter(service_level_targets::id.eq(id))
        .filter(scope.covers(service_level_targets::region_code))
        .filter(service_level_targets::removed_at.is_null())
        .select(TargetRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// The row with exactly these conditions, also if it is removed.
pub async fn lock_target_for(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    like: &TargetRow,
) -> QueryResult<Option<TargetRow>> {
    service_level_targets::table
        .filter(service_level_targets::region_code.eq(&like.region_code))
        .filter(service_level_targets::sector.is_not_distinct_from(like.sector))
        .filter(service_level_targets::class.is_not_distinct_from(like.class))
        .filter(service_level_targets::priority.is_not_distinct_from(like.priority))
        .filter(scope.covers(service_level_targets::region_code))
        .select(TargetRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Returns false if a target with the same conditions exists.
pub async fn insert_target(conn: &mut AsyncPgConnection, row: &TargetRow) -> QueryResult<bool> {
    diesel::insert_into(service_level_targets::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn save_target(conn: &mut AsyncPgConnection, row: &TargetRow) -> QueryResult<()> {
    diesel::update(service_level_targets::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}
