//! Rows of complaints. Their child rows are in `parts`.

pub mod open_referrals;
pub mod parts;
pub mod terms;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{ComplaintClass, ComplaintPriority, ComplaintStatus};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{complaint_clocks as clocks, complaints};
use crate::directory::model::Sector;
use crate::events::order::ChangeWindow;
use crate::http::page::PageRequest;
use crate::in_window;
use crate::regions::{RegionScope, Unscoped};
use crate::service_levels::filter::undecided;
use crate::service_levels::model::SlaFilter;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = complaints, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ComplaintRow {
    pub id: Uuid,
    pub region_code: String,
    pub organization_id: Option<Uuid>,
    pub class: Option<ComplaintClass>,
    pub sector: Sector,
    pub description: String,
    pub anonymous: bool,
    pub complainant: Option<Value>,
    pub subject_person_id: Option<Uuid>,
    pub subject_family_id: Option<Uuid>,
    pub program_code: Option<String>,
    pub external_refs: Value,
    pub status: ComplaintStatus,
    pub priority: Option<ComplaintPriority>,
    pub assignee: Option<String>,
    pub recommendation: Option<Value>,
    pub resolution: Option<Value>,
    pub closure: Option<Value>,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub captured_at: Option<DateTime<Utc>>,
    pub verified_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Without dashes. Absent on complaints from before reference numbers existed, until background work adds one.
    pub reference_no: Option<String>,
    /// The state before a pause.
    pub previous_status: Option<ComplaintStatus>,
    pub duplicate_of: Option<Uuid>,
    pub appeal_of: Option<Uuid>,
    pub reopen_count: i32,
}

/// Returns false if the id already exists.
pub async fn insert(conn: &mut AsyncPgConnection, row: &ComplaintRow) -> QueryResult<bool> {
    diesel::insert_into(complaints::table)
        .values(row)
        .on_conflict(complaints::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<ComplaintRow>> {
    lock.on(complaints::table
        .filter(complaints::id.eq(id))
        .filter(scope.covers(complaints::region_code))
        .select(ComplaintRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// Open complaints, oldest first. Reads the open clocks first: a region has few of them, however many complaints it
/// ever received.
pub async fn list_open(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    limit: i64,
) -> QueryResult<Vec<ComplaintRow>> {
    let ids: Vec<Uuid> = clocks::table
        .filter(clocks::open)
        .filter(scope.covers(clocks::region_code))
        .order((clocks::started_at, clocks::complaint_id))
        .limit(limit)
        .select(clocks::complaint_id)
        .load(conn)
        .await?;
    list_by_ids(conn, scope, &ids).await
}

/// Complaints with these ids within the scope, oldest first.
pub async fn list_by_ids(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> QueryResult<Vec<ComplaintRow>> {
    complaints::table
        .filter(complaints::id.eq_any(ids))
        .filter(scope.covers(complaints::region_code))
        .order((complaints::created_at, complaints::id))
        .select(ComplaintRow::as_select())
        .load(conn)
        .await
}

pub async fn list_existing(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    complaints::table.filter(complaints::id.eq_any(ids)).select(complaints::id).load(conn).await
}

/// Updates a row that this transaction has locked.
pub async fn save(conn: &mut AsyncPgConnection, row: &ComplaintRow) -> QueryResult<()> {
    prepared(diesel::update(complaints::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// Takes the advisory lock of a regency for marking duplicates, until the transaction ends. Without it, two concurrent
/// requests could mark two complaints as duplicates of each other.
pub async fn set_marking_lock(conn: &mut AsyncPgConnection, regency: &str) -> QueryResult<()> {
    diesel::sql_query("select pg_advisory_xact_lock(hashtext('complaints/mark-duplicate/' || $1))")
        .bind::<diesel::sql_types::Text, _>(regency)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Filters of a list.
#[derive(Debug, Clone, Default)]
pub struct ComplaintFilter {
    pub within: Option<RegionScope>,
    pub status: Option<ComplaintStatus>,
    pub class: Option<ComplaintClass>,
    pub sector: Option<Sector>,
    pub assignee: Option<String>,
    pub subject_person_ids: Option<Vec<Uuid>>,
    pub sla: Option<(SlaFilter, DateTime<Utc>)>,
    pub changed_in: Option<ChangeWindow>,
}

/// Complaints with a deadline status, ordered by their next deadline: first a page of the index on clocks, then the
/// complaints of that page. A single join could make the planner read all complaints that the regency ever received.
pub async fn list_by_deadline(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: ComplaintFilter,
    sla: (SlaFilter, DateTime<Utc>),
    page: &PageRequest,
) -> QueryResult<Vec<(DateTime<Utc>, ComplaintRow)>> {
    let mut query = undecided(sla.0, sla.1)
        .filter(scope.covers_by_regency(clocks::region_code))
        .limit(page.fetch())
        .select((clocks::due_at, clocks::complaint_id));
    if let Some(within) = filter.within {
        query = query.filter(within.covers_by_regency(clocks::region_code));
    }
    if let Some(status) = filter.status {
        query = query.filter(clocks::status.eq(status));
    }
    if let Some(assignee) = filter.assignee {
        query = query.filter(clocks::assignee.assume_not_null().eq(assignee));
    }
    // These columns are not on the clock: look them up for each complaint.
    let of_clock = || complaints::table.filter(complaints::id.eq(clocks::complaint_id));
    if let Some(class) = filter.class {
        query = query.filter(exists(of_clock().filter(complaints::class.assume_not_null().eq(class))));
    }
    if let Some(sector) = filter.sector {
        query = query.filter(exists(of_clock().filter(complaints::sector.eq(sector))));
    }
    if let Some(persons) = filter.subject_person_ids {
        let about = complaints::subject_person_id.assume_not_null().eq_any(persons);
        query = query.filter(exists(of_clock().filter(about)));
    }
    query = keyset::ascending(query, (clocks::due_at, clocks::complaint_id), page.after_time());
    let due: Vec<(DateTime<Utc>, Uuid)> = query.load(conn).await?;
    let ids: Vec<Uuid> = due.iter().map(|(_, id)| *id).collect();
    let rows: Vec<ComplaintRow> = complaints::table
        .filter(complaints::id.eq_any(ids))
        .filter(scope.covers(complaints::region_code))
        .select(ComplaintRow::as_select())
        .load(conn)
        .await?;
    let mut rows: HashMap<Uuid, ComplaintRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(due.into_iter().filter_map(|(due_at, id)| Some((due_at, rows.remove(&id)?))).collect())
}

/// By time of receipt, newest first. In a window of changes: in their order.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: ComplaintFilter,
    page: &PageRequest,
) -> QueryResult<Vec<ComplaintRow>> {
    let mut query = complaints::table
        .filter(scope.covers_by_regency(complaints::region_code))
        .limit(page.fetch())
        .select(ComplaintRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers_by_regency(complaints::region_code));
    }
    if let Some(status) = filter.status {
        query = query.filter(complaints::status.eq(status));
    }
    if let Some(class) = filter.class {
        query = query.filter(complaints::class.eq(class));
    }
    if let Some(sector) = filter.sector {
        query = query.filter(complaints::sector.eq(sector));
    }
    if let Some(assignee) = filter.assignee {
        query = query.filter(complaints::assignee.eq(assignee));
    }
    if let Some(persons) = filter.subject_person_ids {
        query = query.filter(complaints::subject_person_id.eq_any(persons));
    }
    if let Some((sla, now)) = filter.sla {
        query = query.filter(complaints::id.eq_any(undecided(sla, now).select(clocks::complaint_id)));
    }
    match filter.changed_in {
        Some(window) => in_window!(query, complaints.updated_at, window).load(conn).await,
        None => {
            let key = (complaints::created_at, complaints::id);
            keyset::descending(query, key, page.after_time()).load(conn).await
        }
    }
}
