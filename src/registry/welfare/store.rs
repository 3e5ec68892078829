//! Welfare snapshots of families, and decile changes between two snapshots.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::keyset;
use crate::db::schema::welfare_statuses;
use crate::http::page::PageRequest;
use crate::regions::RegionScope;
use crate::registry::model::WelfareSource;
use crate::registry::rows::WelfareStatusRow;

pub async fn find_status_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    source: WelfareSource,
    snapshot_version: &str,
) -> QueryResult<Option<WelfareStatusRow>> {
    welfare_statuses::table
        .filter(welfare_statuses::family_id.eq(family_id))
        .filter(welfare_statuses::source.eq(source))
        .filter(welfare_statuses::snapshot_version.eq(snapshot_version))
        .select(WelfareStatusRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn find_latest_status_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
) -> QueryResult<Option<WelfareStatusRow>> {
    welfare_statuses::table
        .filter(welfare_statuses::family_id.eq(family_id))
        .order((welfare_statuses::as_of.desc(), welfare_statuses::id.desc()))
        .select(WelfareStatusRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Statuses in the order of recording.
pub async fn list_statuses_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    page: &PageRequest,
) -> QueryResult<Vec<WelfareStatusRow>> {
    let query = welfare_statuses::table
        .filter(welfare_statuses::family_id.eq(family_id))
        .limit(page.fetch())
        .select(WelfareStatusRow::as_select())
        .into_boxed();
    keyset::ascending(query, (welfare_statuses::created_at, welfare_statuses::id), page.after_time()).load(conn).await
}

pub async fn list_all_statuses_of_visible(
    conn: &mut AsyncPgConnection,
    family_ids: &[Uuid],
) -> QueryResult<Vec<WelfareStatusRow>> {
    welfare_statuses::table
        .filter(welfare_statuses::family_id.eq_any(family_ids))
        .order((welfare_statuses::family_id, welfare_statuses::as_of, welfare_statuses::id))
        .select(WelfareStatusRow::as_select())
        .load(conn)
        .await
}

#[derive(Debug, Clone, Queryable)]
pub struct SnapshotRow {
    pub source: WelfareSource,
    pub snapshot_version: String,
    pub as_of: NaiveDate,
    pub families: i64,
}

/// The snapshots within the scope, newest first, with the number of families in each. Reads the counts stored by village.
pub async fn list_snapshots(conn: &mut AsyncPgConnection, scope: &RegionScope) -> QueryResult<Vec<SnapshotRow>> {
    use crate::db::schema::welfare_snapshot_counts as counts;
    let families = sql::<BigInt>("sum(families)::bigint");
    counts::table
        .filter(scope.covers(counts::region_code))
        .group_by((counts::source, counts::snapshot_version, counts::as_of))
        .having(families.clone().gt(0))
        .order((counts::as_of.desc(), counts::source, counts::snapshot_version))
        .limit(500)
        .select((counts::source, counts::snapshot_version, counts::as_of, families))
        .load(conn)
        .await
}

/// True if any family of these regions is in the snapshot.
pub async fn has_snapshot(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    (source, version): (WelfareSource, &str),
) -> QueryResult<bool> {
    use crate::db::schema::welfare_snapshot_counts as counts;
    let rows = counts::table
        .filter(scope.covers(counts::region_code))
        .filter(counts::source.eq(source))
        .filter(counts::snapshot_version.eq(version))
        .filter(counts::families.gt(0));
    diesel::select(diesel::dsl::exists(rows)).get_result(conn).await
}

#[derive(Debug, Clone, QueryableByName)]
pub struct MoveRow {
    #[diesel(sql_type = diesel::sql_types::SmallInt)]
    pub from_decile: i16,
    #[diesel(sql_type = diesel::sql_types::SmallInt)]
    pub to_decile: i16,
    #[diesel(sql_type = BigInt)]
    pub families: i64,
}

/// Number of families of a region by decile in the earlier and in the later snapshot. A snapshot is a source and a version.
pub async fn list_moves(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    region: &str,
    from: (WelfareSource, &str),
    to: (WelfareSource, &str),
) -> QueryResult<Vec<MoveRow>> {
    use diesel::sql_types::{Array, Text};
    diesel::sql_query(
        "select b.decile as from_decile, a.decile as to_decile, count(*) as families \
         from families f \
         join welfare_statuses b on b.family_id = f.id and b.source = $1 and b.snapshot_version = $2 \
         join welfare_statuses a on a.family_id = f.id and a.source = $3 and a.snapshot_version = $4 \
         where f.region_code >= $5 and f.region_code < $5 || '/' \
         and exists (select from unnest($6) as c where c = 'ID' or f.region_code = c or f.region_code like c || '.%') \
         group by 1, 2",
    )
    .bind::<Text, _>(from.0)
    .bind::<Text, _>(from.1)
    .bind::<Text, _>(to.0)
    .bind::<Text, _>(to.1)
    .bind::<Text, _>(region)
    .bind::<Array<Text>, _>(scope.codes())
    .load(conn)
    .await
}
