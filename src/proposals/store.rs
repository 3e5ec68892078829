//! Database access for registry proposals and their windows.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{RegistryProposalKind, RegistryProposalStatus};
use super::rules::Window;
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{open_registry_proposals, registry_proposal_windows, registry_proposals};
use crate::events::order::ChangeWindow;
use crate::http::page::PageRequest;
use crate::in_window;
use crate::regions::{RegionScope, Unscoped};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registry_proposals, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ProposalRow {
    pub id: Uuid,
    pub region_code: String,
    pub organization_id: Option<Uuid>,
    pub kind: RegistryProposalKind,
    pub status: RegistryProposalStatus,
    pub period: String,
    pub nik_index: Vec<u8>,
    pub nik_sealed: Vec<u8>,
    pub content_sealed: Vec<u8>,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
    pub program_code: Option<String>,
    pub statement: Option<String>,
    pub evidence: Value,
    pub village: Option<Value>,
    pub agency: Option<Value>,
    pub forwarding: Option<Value>,
    pub outcome: Option<Value>,
    pub replaces_id: Option<Uuid>,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub captured_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Returns false if the id exists already.
pub async fn insert(conn: &mut AsyncPgConnection, row: &ProposalRow) -> QueryResult<bool> {
    diesel::insert_into(registry_proposals::table)
        .values(row)
        .on_conflict(registry_proposals::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

/// Returns false if another proposal of this kind for this person is open.
pub async fn insert_open(conn: &mut AsyncPgConnection, row: &ProposalRow) -> QueryResult<bool> {
    diesel::insert_into(open_registry_proposals::table)
        .values((
            open_registry_proposals::nik_index.eq(&row.nik_index),
            open_registry_proposals::kind.eq(row.kind.as_str()),
            open_registry_proposals::proposal_id.eq(row.id),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn delete_open(conn: &mut AsyncPgConnection, row: &ProposalRow) -> QueryResult<()> {
    diesel::delete(open_registry_proposals::table.find((&row.nik_index, row.kind.as_str())))
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<ProposalRow>> {
    lock.on(registry_proposals::table
        .filter(registry_proposals::id.eq(id))
        .filter(scope.covers(registry_proposals::region_code))
        .select(ProposalRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

pub async fn list_known(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    registry_proposals::table.filter(registry_proposals::id.eq_any(ids)).select(registry_proposals::id).load(conn).await
}

/// Writes back a row that this transaction has locked.
pub async fn save(conn: &mut AsyncPgConnection, row: &ProposalRow) -> QueryResult<()> {
    prepared(diesel::update(registry_proposals::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// All proposals about these persons, in any region.
pub async fn list_about(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
) -> QueryResult<Vec<ProposalRow>> {
    registry_proposals::table
        .filter(registry_proposals::person_id.eq_any(person_ids))
        .order((registry_proposals::created_at, registry_proposals::id))
        .select(ProposalRow::as_select())
        .load(conn)
        .await
}

/// Filters of the list.
#[derive(Debug, Clone, Default)]
pub struct ProposalFilter {
    pub within: Option<RegionScope>,
    pub status: Option<RegistryProposalStatus>,
    pub kind: Option<RegistryProposalKind>,
    pub period: Option<String>,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
    pub changed_in: Option<ChangeWindow>,
}

/// By time of receipt, newest first. In a window of changes: in their order.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: ProposalFilter,
    page: &PageRequest,
) -> QueryResult<Vec<ProposalRow>> {
    use registry_proposals as table;
    let mut query = table::table
        .filter(scope.covers_by_regency(table::region_code))
        .limit(page.fetch())
        .select(ProposalRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers_by_regency(table::region_code));
    }
    if let Some(status) = filter.status {
        query = query.filter(table::status.eq(status));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(table::kind.eq(kind));
    }
    if let Some(period) = filter.period {
        query = query.filter(table::period.eq(period));
    }
    if let Some(person) = filter.person_id {
        query = query.filter(table::person_id.eq(person));
    }
    if let Some(family) = filter.family_id {
        query = query.filter(table::family_id.eq(family));
    }
    match filter.changed_in {
        Some(window) => in_window!(query, registry_proposals.updated_at, window).load(conn).await,
        None => keyset::descending(query, (table::created_at, table::id), page.after_time()).load(conn).await,
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registry_proposal_windows, primary_key(period), check_for_backend(diesel::pg::Pg))]
pub struct WindowRow {
    pub period: String,
    pub submit_from: i16,
    pub submit_until: i16,
    pub village_until: i16,
    pub agency_until: i16,
    pub source: String,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
}

impl WindowRow {
    pub fn window(&self) -> Window {
        Window {
            submit_from: self.submit_from,
            submit_until: self.submit_until,
            village_until: self.village_until,
            agency_until: self.agency_until,
        }
    }
}

/// The rows of these periods and of the default. Windows apply to the whole country, so there is no scope.
pub async fn list_windows(conn: &mut AsyncPgConnection, periods: &[&str]) -> QueryResult<Vec<WindowRow>> {
    registry_proposal_windows::table
        .filter(registry_proposal_windows::period.eq_any(periods).or(registry_proposal_windows::period.eq("default")))
        .order(registry_proposal_windows::period)
        .select(WindowRow::as_select())
        .load(conn)
        .await
}

/// Locks the default window, so that concurrent changes to windows run one after the other.
pub async fn lock_default_window(conn: &mut AsyncPgConnection) -> QueryResult<WindowRow> {
    registry_proposal_windows::table.find("default").select(WindowRow::as_select()).for_update().first(conn).await
}

pub async fn list_all_windows(conn: &mut AsyncPgConnection) -> QueryResult<Vec<WindowRow>> {
    registry_proposal_windows::table
        .order(registry_proposal_windows::period.desc())
        .limit(500)
        .select(WindowRow::as_select())
        .load(conn)
        .await
}

pub async fn save_window(conn: &mut AsyncPgConnection, row: &WindowRow) -> QueryResult<()> {
    diesel::insert_into(registry_proposal_windows::table)
        .values(row)
        .on_conflict(registry_proposal_windows::period)
        .do_update()
        .set(row)
        .execute(conn)
        .await
        .map(|_| ())
}
