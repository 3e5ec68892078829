//! Rows of tablets, operations, the resources that a tablet stores, and visits.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{SyncItemKind, SyncOperationKind, VisitResult};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{devices, sync_operations, visits};
use crate::db::settled::settled_transaction;
use crate::http::page::{PageRequest, Position};
use crate::regions::RegionScope;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = devices, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DeviceRow {
    pub id: Uuid,
    pub label: String,
    pub staff_id: String,
    pub organization_id: Option<Uuid>,
    pub region_code: String,
    pub village_codes: Vec<String>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub last_skew_ms: Option<i64>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<String>,
    pub created_by: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sync_operations, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct OperationRow {
    pub device_id: Uuid,
    pub operation_id: Uuid,
    pub kind: SyncOperationKind,
    pub fingerprint: Vec<u8>,
    pub status: i32,
    pub resource_id: Uuid,
    pub resource_version: i32,
    pub captured_at: DateTime<Utc>,
    pub corrected_at: DateTime<Utc>,
    pub skew_ms: i64,
    pub received_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = visits, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct VisitRow {
    pub id: Uuid,
    pub region_code: String,
    pub family_id: Option<Uuid>,
    pub complaint_id: Option<Uuid>,
    pub visited_at: DateTime<Utc>,
    pub visited_by: String,
    pub result: VisitResult,
    pub note: Option<String>,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

/// Returns false if the id is already in use.
pub async fn insert_device(conn: &mut AsyncPgConnection, row: &DeviceRow) -> QueryResult<bool> {
    diesel::insert_into(devices::table)
        .values(row)
        .on_conflict(devices::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn find_device(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<DeviceRow>> {
    lock.on(devices::table.find(id).filter(scope.covers(devices::region_code)).select(DeviceRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// Writes a row that this transaction has locked.
pub async fn save_device(conn: &mut AsyncPgConnection, row: &DeviceRow) -> QueryResult<()> {
    prepared(diesel::update(devices::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

pub async fn list_devices(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    staff_id: Option<String>,
    page: &PageRequest,
) -> QueryResult<Vec<DeviceRow>> {
    let mut query = devices::table
        .filter(scope.covers(devices::region_code))
        .limit(page.fetch())
        .select(DeviceRow::as_select())
        .into_boxed();
    if let Some(staff_id) = staff_id {
        query = query.filter(devices::staff_id.eq(staff_id));
    }
    keyset::descending(query, (devices::created_at, devices::id), page.after_time()).load(conn).await
}

/// Results of these operations of the caller's tablet.
pub async fn list_operations_of_visible(
    conn: &mut AsyncPgConnection,
    device: Uuid,
    ids: &[Uuid],
) -> QueryResult<Vec<OperationRow>> {
    sync_operations::table
        .filter(sync_operations::device_id.eq(device))
        .filter(sync_operations::operation_id.eq_any(ids))
        .select(OperationRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_operation(conn: &mut AsyncPgConnection, row: &OperationRow) -> QueryResult<()> {
    diesel::insert_into(sync_operations::table).values(row).execute(conn).await.map(|_| ())
}

/// Records which resources a tablet stores, so that it gets their later changes.
pub async fn insert_holdings(
    conn: &mut AsyncPgConnection,
    device: Uuid,
    stored_items: impl Iterator<Item = (SyncItemKind, Uuid)>,
) -> QueryResult<()> {
    let (kinds, ids): (Vec<&str>, Vec<Uuid>) = stored_items.map(|(kind, id)| (kind.as_str(), id)).unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let insert = "insert into device_holdings (device_id, subject_id, kind) \
        select $1, * from unnest($2::uuid[], $3::text[]) on conflict do nothing";
    let insert = diesel::sql_query(insert)
        .bind::<SqlUuid, _>(device)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(kinds);
    prepared(insert).execute(conn).await.map(|_| ())
}

/// An event about a resource that a tablet may store.
#[derive(Debug, Clone, QueryableByName)]
pub struct Change {
    #[diesel(sql_type = BigInt)]
    pub transaction_id: i64,
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub subject_kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub subject_id: Uuid,
    #[diesel(sql_type = Jsonb)]
    pub data: serde_json::Value,
}

/// Each village and each stored resource is read by its own index from the cursor on, so events elsewhere cost nothing. The
/// cursor is in subqueries to hide its value from the planner: the planner would assume that no rows are newer than its
/// statistics, and would then scan the whole feed.
const CHANGES: &str = "\
    with in_villages as ( \
        select e.* from unnest($1::text[]) village, lateral ( \
            select transaction_id, id, subject_kind, subject_id, data from events \
            where region_code = village and subject_kind in ('complaint', 'family', 'person', 'welfare_status') \
            and (transaction_id, id) > ((select $2::bigint), (select $3::uuid)) and transaction_id < (select $4::bigint) \
            order by transaction_id, id limit $5) e \
    ), moved_away as ( \
        select e.* from device_holdings h, lateral ( \
            select transaction_id, id, subject_kind, subject_id, data from events \
            where subject_id = h.subject_id and subject_kind in ('complaint', 'family', 'person', 'welfare_status') \
            and (transaction_id, id) > ((select $2::bigint), (select $3::uuid)) and transaction_id < (select $4::bigint) \
            and region_code <> all($1::text[]) \
            order by transaction_id, id limit $5) e \
        where h.device_id = $6 \
    ) \
    select * from in_villages union all select * from moved_away order by transaction_id, id limit $5";

/// Events in the villages of the scope, and events of resources that the tablet stores, wherever they are now.
pub async fn list_changes(
    conn: &mut AsyncPgConnection,
    villages: &RegionScope,
    device: Uuid,
    after: Position,
    limit: i64,
) -> QueryResult<Vec<Change>> {
    let settled = settled_transaction(conn).await?;
    let query = diesel::sql_query(CHANGES)
        .bind::<Array<Text>, _>(villages.codes())
        .bind::<BigInt, _>(after.key)
        .bind::<SqlUuid, _>(after.id)
        .bind::<BigInt, _>(settled)
        .bind::<BigInt, _>(limit)
        .bind::<SqlUuid, _>(device);
    prepared(query).load(conn).await
}

/// Returns false if the id is already in use.
pub async fn insert_visit(conn: &mut AsyncPgConnection, row: &VisitRow) -> QueryResult<bool> {
    diesel::insert_into(visits::table)
        .values(row)
        .on_conflict(visits::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn find_visit(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> QueryResult<Option<VisitRow>> {
    visits::table
        .find(id)
        .filter(scope.covers(visits::region_code))
        .select(VisitRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Filters of a list of visits.
#[derive(Debug, Default)]
pub struct VisitFilter {
    pub family_id: Option<Uuid>,
    pub complaint_id: Option<Uuid>,
    pub visited_by: Option<String>,
}

pub async fn list_visits(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: VisitFilter,
    page: &PageRequest,
) -> QueryResult<Vec<VisitRow>> {
    let mut query = visits::table
        .filter(scope.covers(visits::region_code))
        .limit(page.fetch())
        .select(VisitRow::as_select())
        .into_boxed();
    if let Some(id) = filter.family_id {
        query = query.filter(visits::family_id.eq(id));
    }
    if let Some(id) = filter.complaint_id {
        query = query.filter(visits::complaint_id.eq(id));
    }
    if let Some(officer) = filter.visited_by {
        query = query.filter(visits::visited_by.eq(officer));
    }
    keyset::descending(query, (visits::created_at, visits::id), page.after_time()).load(conn).await
}
