//! Rows of jobs and of their files.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{JobKind, JobStatus};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::schema::{job_files, jobs};
use crate::db::stored;
use crate::error::Error;
use crate::http::page::PageRequest;
use crate::regions::{RegionScope, Unscoped};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct JobRow {
    pub id: Uuid,
    pub kind: JobKind,
    pub status: JobStatus,
    pub region_code: String,
    pub region_codes: Vec<String>,
    pub client_id: String,
    pub actor: String,
    pub organization_id: Option<Uuid>,
    pub permissions: Vec<String>,
    pub params: Value,
    pub done: i64,
    pub total: Option<i64>,
    pub counts: Value,
    pub position: Value,
    pub problems: i64,
    pub result_type: Option<String>,
    pub failure_code: Option<String>,
    pub attempts: i16,
    pub lease_owner: Option<Uuid>,
    pub lease_until: Option<DateTime<Utc>>,
    pub progress_from: i64,
    pub progress_since: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

impl JobRow {
    pub fn counts(&self) -> Result<BTreeMap<String, i64>, Error> {
        stored::read(&self.counts, "jobs.counts", self.id)
    }

    /// The parameters of the job.
    pub fn params<T: DeserializeOwned>(&self) -> Result<T, Error> {
        stored::read(&self.params, "jobs.params", self.id)
    }
}

pub async fn insert(conn: &mut AsyncPgConnection, row: &JobRow) -> QueryResult<()> {
    diesel::insert_into(jobs::table).values(row).execute(conn).await.map(|_| ())
}

/// Restricts a query to the jobs of one client and to the kinds for which the caller has the permission.
pub struct JobFilter<'a> {
    pub client_id: &'a str,
    pub kinds: &'a [JobKind],
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: &JobFilter<'_>,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<JobRow>> {
    lock.on(jobs::table
        .find(id)
        .filter(scope.covers_all(jobs::region_codes))
        .filter(jobs::client_id.eq(filter.client_id))
        .filter(jobs::kind.eq_any(filter.kinds))
        .select(JobRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// The last job with these parameters and exactly these regions.
pub async fn find_last_like(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: &JobFilter<'_>,
    params: &Value,
) -> QueryResult<Option<JobRow>> {
    jobs::table
        .filter(jobs::region_codes.eq(scope.codes()))
        .filter(jobs::client_id.eq(filter.client_id))
        .filter(jobs::kind.eq_any(filter.kinds))
        .filter(jobs::params.eq(params))
        .order((jobs::created_at.desc(), jobs::id.desc()))
        .select(JobRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Newest first.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: &JobFilter<'_>,
    status: Option<JobStatus>,
    page: &PageRequest,
) -> QueryResult<Vec<JobRow>> {
    let mut query = jobs::table
        .filter(scope.covers_all(jobs::region_codes))
        .filter(jobs::client_id.eq(filter.client_id))
        .filter(jobs::kind.eq_any(filter.kinds))
        .limit(page.fetch())
        .select(JobRow::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(jobs::status.eq(status));
    }
    keyset::descending(query, (jobs::created_at, jobs::id), page.after_time()).load(conn).await
}

/// Claims the oldest job that waits or whose lease expired.
pub async fn claim(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    owner: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> QueryResult<Option<JobRow>> {
    let free = jobs::lease_until.is_null().or(jobs::lease_until.assume_not_null().lt(now));
    let due = jobs::table
        .filter(jobs::status.eq_any([JobStatus::Queued, JobStatus::Running]))
        .filter(free)
        .filter(jobs::kind.eq_any(JobKind::all()))
        .order(jobs::created_at)
        .select(jobs::id)
        .for_update()
        .skip_locked()
        .first::<Uuid>(conn)
        .await
        .optional()?;
    let Some(id) = due else { return Ok(None) };
    diesel::update(jobs::table.find(id))
        .set((
            jobs::status.eq(JobStatus::Running),
            jobs::lease_owner.eq(owner),
            jobs::lease_until.eq(until),
            jobs::attempts.eq(jobs::attempts + 1),
            jobs::progress_from.eq(jobs::done),
            jobs::progress_since.eq(now),
            jobs::started_at.eq(diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>>(
                "coalesce(started_at, ",
            )
            .bind::<diesel::sql_types::Timestamptz, _>(now)
            .sql(")")),
            jobs::updated_at.eq(now),
            jobs::version.eq(jobs::version + 1),
        ))
        .returning(JobRow::as_select())
        .get_result(conn)
        .await
        .map(Some)
}

/// What a step changes.
#[derive(AsChangeset)]
#[diesel(table_name = jobs)]
#[diesel(treat_none_as_null = true)]
pub struct Advance {
    pub done: i64,
    pub total: Option<i64>,
    pub counts: Value,
    pub position: Value,
    pub problems: i64,
    pub result_type: Option<String>,
    pub progress_from: i64,
    pub progress_since: Option<DateTime<Utc>>,
    pub attempts: i16,
    pub lease_until: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

/// False if the lease is lost: the job was cancelled or claimed by another worker.
pub async fn set_progress(conn: &mut AsyncPgConnection, id: Uuid, owner: Uuid, advance: &Advance) -> QueryResult<bool> {
    let mine = jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::lease_owner.eq(owner))
        .filter(jobs::status.eq(JobStatus::Running));
    let changed = diesel::update(mine).set((advance, jobs::version.eq(jobs::version + 1))).execute(conn).await?;
    Ok(changed == 1)
}

/// Releases the job; it can be claimed again at the given time.
pub async fn set_waiting(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    owner: Uuid,
    until: DateTime<Utc>,
) -> QueryResult<bool> {
    let mine = jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::lease_owner.eq(owner))
        .filter(jobs::status.eq(JobStatus::Running));
    let changed = diesel::update(mine)
        .set((jobs::lease_owner.eq(None::<Uuid>), jobs::lease_until.eq(until)))
        .execute(conn)
        .await?;
    Ok(changed == 1)
}

/// Ends a job if the lease is still held, and deletes its input.
pub async fn set_ended(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    owner: Option<Uuid>,
    status: JobStatus,
    failure_code: Option<&str>,
    now: DateTime<Utc>,
) -> QueryResult<Option<JobRow>> {
    let mut mine = diesel::update(jobs::table.filter(jobs::id.eq(id)))
        .set((
            jobs::status.eq(status),
            jobs::failure_code.eq(failure_code),
            jobs::lease_owner.eq(None::<Uuid>),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::ended_at.eq(now),
            jobs::updated_at.eq(now),
            jobs::version.eq(jobs::version + 1),
        ))
        .into_boxed();
    if let Some(owner) = owner {
        mine = mine.filter(jobs::lease_owner.eq(owner)).filter(jobs::status.eq(JobStatus::Running));
    }
    let row = mine.returning(JobRow::as_select()).get_result(conn).await.optional()?;
    if row.is_some() {
        delete_file(conn, id, super::files::INPUT).await?;
    }
    Ok(row)
}

#[derive(Debug, Insertable)]
#[diesel(table_name = job_files)]
pub struct FileRow {
    pub job_id: Uuid,
    pub file: &'static str,
    pub seq: i32,
    pub content: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// Compressed with LZ4 before encryption.
    pub packed: bool,
}

pub async fn insert_file(conn: &mut AsyncPgConnection, row: &FileRow) -> QueryResult<()> {
    diesel::insert_into(job_files::table).values(row).execute(conn).await.map(|_| ())
}

/// The next free sequence number.
pub async fn find_next_seq_of_visible(conn: &mut AsyncPgConnection, job_id: Uuid, file: &str) -> QueryResult<i32> {
    let last: Option<i32> = job_files::table
        .filter(job_files::job_id.eq(job_id))
        .filter(job_files::file.eq(file))
        .select(max(job_files::seq))
        .first(conn)
        .await?;
    Ok(last.map_or(0, |last| last + 1))
}

pub async fn find_piece_of_visible(
    conn: &mut AsyncPgConnection,
    job_id: Uuid,
    file: &str,
    seq: i32,
) -> QueryResult<Option<(Vec<u8>, bool)>> {
    let piece = job_files::table.find((job_id, file, seq));
    piece.select((job_files::content, job_files::packed)).first(conn).await.optional()
}

pub async fn delete_file(conn: &mut AsyncPgConnection, job_id: Uuid, file: &str) -> QueryResult<()> {
    let pieces = job_files::table.filter(job_files::job_id.eq(job_id)).filter(job_files::file.eq(file));
    diesel::delete(pieces).execute(conn).await.map(|_| ())
}

/// Deletes the results of jobs of this kind that cover this region, and restarts those that have not ended, even if a worker
/// holds them. Returns the ids, with whether each had ended.
pub async fn invalidate_results_around(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    kind: JobKind,
    region_code: &str,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Uuid, bool)>> {
    let around: Vec<&str> = [2, 5, 8, 13].iter().filter_map(|end| region_code.get(..*end)).chain(["ID"]).collect();
    let invalidated: Vec<(Uuid, bool)> = diesel::update(jobs::table.filter(jobs::kind.eq(kind)))
        .filter(jobs::region_codes.overlaps_with(around))
        .filter(jobs::result_type.is_not_null().or(jobs::ended_at.is_null()))
        .set((jobs::result_type.eq(None::<String>), jobs::version.eq(jobs::version + 1), jobs::updated_at.eq(now)))
        .returning((jobs::id, jobs::ended_at.is_not_null()))
        .get_results(conn)
        .await?;
    let ids: Vec<Uuid> = invalidated.iter().map(|(id, _)| *id).collect();
    let open = jobs::table.filter(jobs::id.eq_any(&ids)).filter(jobs::ended_at.is_null());
    diesel::update(open)
        .set((
            jobs::done.eq(0),
            jobs::total.eq(None::<i64>),
            jobs::counts.eq(json!({})),
            jobs::position.eq(Value::Null),
            jobs::lease_owner.eq(None::<Uuid>),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::attempts.eq(0),
        ))
        .execute(conn)
        .await?;
    let pieces =
        job_files::table.filter(job_files::job_id.eq_any(&ids)).filter(job_files::file.eq(super::files::RESULT));
    diesel::delete(pieces).execute(conn).await?;
    Ok(invalidated)
}

/// Deletes jobs that ended before `ended`, with their files, and uploads older than `uploaded` that have no job.
pub async fn delete_before(
    conn: &mut AsyncPgConnection,
    ended: DateTime<Utc>,
    uploaded: DateTime<Utc>,
) -> QueryResult<usize> {
    let old = jobs::table.filter(jobs::ended_at.assume_not_null().lt(ended));
    let deleted = diesel::delete(old).execute(conn).await?;
    let orphans = job_files::table
        .filter(job_files::created_at.lt(uploaded))
        .filter(diesel::dsl::not(diesel::dsl::exists(jobs::table.filter(jobs::id.eq(job_files::job_id)))));
    diesel::delete(orphans).execute(conn).await?;
    Ok(deleted)
}
