//! Rows of tablets, operations, the resources that a tablet stores, and visits.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{SyncItemKind, SyncOperationKind, VisitResult};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{device_holdings, devices, events, sync_operations, visits};
use crate::events::order::ChangeWindow;
use crate::http::page::PageRequest;
use crate::in_window;
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
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct ChangeEvent {
    pub change_id: Uuid,
    pub id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub data: serde_json::Value,
}

/// Kinds of resources in a bundle.
const KINDS: [&str; 4] = ["complaint", "family", "person", "welfare_status"];

/// The events of a window: those in the villages of the scope, and those of resources that the tablet stores, wherever they are
/// now.
pub async fn list_changes(
    conn: &mut AsyncPgConnection,
    villages: &RegionScope,
    device: Uuid,
    window: &ChangeWindow,
) -> QueryResult<Vec<ChangeEvent>> {
    let stored =
        device_holdings::table.filter(device_holdings::device_id.eq(device)).select(device_holdings::subject_id);
    let query = events::table
        .filter(villages.covers(events::region_code).or(events::subject_id.eq_any(stored)))
        .filter(events::subject_kind.eq_any(KINDS))
        .select(ChangeEvent::as_select())
        .into_boxed();
    in_window!(query, events.change_id, window).load(conn).await
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
