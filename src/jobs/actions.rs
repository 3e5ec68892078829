//! Creates, reads and cancels jobs.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::Job;
use super::model::{JobAction, JobKind, JobStatus};
use super::store::{self, JobFilter, JobRow};
use super::transitions;
use crate::auth::Actor;
use crate::db::lock::Lock;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::reply::Reply;
use crate::http::request_context::Language;
use crate::regions::{RegionScope, Unscoped};
use crate::transaction::Tx;

/// Retention of an ended job and its files.
pub const RETENTION: TimeDelta = TimeDelta::days(7);
/// `Retry-After` of a job that has not ended, in seconds.
const RETRY_AFTER_SECONDS: u64 = 2;

pub struct NewJob {
    /// The id under which its input file was stored, if any.
    pub id: Option<Uuid>,
    pub kind: JobKind,
    /// The regions it may access; at most those of its creator.
    pub scope: RegionScope,
    /// Shown in the API; must not contain personal data.
    pub params: Value,
    pub total: Option<i64>,
}

/// Enqueues a job on behalf of the caller.
pub async fn create(tx: &mut Tx, job: NewJob) -> Result<Job, Error> {
    let row = JobRow {
        id: job.id.unwrap_or_else(Uuid::now_v7),
        kind: job.kind,
        status: JobStatus::Queued,
        region_code: job.scope.enclosing_region(),
        region_codes: job.scope.codes(),
        client_id: tx.actor.client_id.clone(),
        actor: tx.actor.subject.clone(),
        organization_id: tx.actor.organization_id,
        permissions: tx.actor.permissions.iter().map(|p| p.as_str().to_owned()).collect(),
        params: job.params,
        done: 0,
        total: job.total,
        counts: json!({}),
        position: Value::Null,
        problems: 0,
        result_type: None,
        failure_code: None,
        attempts: 0,
        lease_owner: None,
        lease_until: None,
        progress_from: 0,
        progress_since: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        started_at: None,
        ended_at: None,
    };
    store::insert(&mut tx.conn, &row).await?;
    tx.audit("job.create", "job", row.id, Some(&row.region_code));
    Job::show(row, tx.context.language)
}

/// The response to a request that created a job.
pub fn accepted(job: &Job) -> Result<Reply, Error> {
    Reply::accepted(job, job.version, format!("/v1/jobs/{}", job.id), RETRY_AFTER_SECONDS)
}

/// Seconds until the client should poll again; `None` for an ended job.
pub fn retry_after(status: JobStatus) -> Option<u64> {
    (!transitions::FINAL.contains(&status)).then_some(RETRY_AFTER_SECONDS)
}

/// The kinds of job that the actor may see: those that it may create.
pub fn visible_kinds(actor: &Actor) -> Vec<JobKind> {
    JobKind::all().iter().copied().filter(|kind| actor.may(kind.permission())).collect()
}

pub async fn find(conn: &mut Connection, actor: &Actor, id: Uuid) -> Result<JobRow, Error> {
    let filter = JobFilter { client_id: &actor.client_id, kinds: &visible_kinds(actor) };
    store::find_visible(conn, &actor.scope, &filter, id, Lock::No).await?.ok_or_else(Error::not_found)
}

/// The actor's last job of this kind with the same parameters and regions.
pub async fn find_last_like(
    conn: &mut Connection,
    actor: &Actor,
    kind: JobKind,
    params: &Value,
) -> Result<Option<Job>, Error> {
    let filter = JobFilter { client_id: &actor.client_id, kinds: &[kind] };
    let row = store::find_last_like(conn, &actor.scope, &filter, params).await?;
    row.map(|row| Job::show(row, Language::En)).transpose()
}

pub async fn list(
    conn: &mut Connection,
    actor: &Actor,
    kind: Option<JobKind>,
    status: Option<JobStatus>,
    page: &PageRequest,
    language: Language,
) -> Result<Page<Job>, Error> {
    let kinds: Vec<JobKind> =
        visible_kinds(actor).into_iter().filter(|k| kind.is_none_or(|wanted| wanted == *k)).collect();
    let filter = JobFilter { client_id: &actor.client_id, kinds: &kinds };
    let rows = store::list_visible(conn, &actor.scope, &filter, status, page).await?;
    page.try_page(rows, |row| Position::at(row.created_at, row.id), |row| Job::show(row, language))
}

/// Cancels a job. A running step finds the job ended and rolls back; earlier commits stay.
pub async fn cancel(tx: &mut Tx, id: Uuid) -> Result<Job, Error> {
    let actor = tx.actor.clone();
    let filter = JobFilter { client_id: &actor.client_id, kinds: &visible_kinds(&actor) };
    let row = store::find_visible(&mut tx.conn, &actor.scope, &filter, id, Lock::ForUpdate)
        .await?
        .ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, JobAction::Cancel)
        .map_err(|illegal| illegal.problem(crate::jobs::problems::JOB_INVALID_TRANSITION))?;
    let row = store::set_ended(&mut tx.conn, id, None, to, None, tx.now).await?.ok_or_else(Error::not_found)?;
    ended(tx, &row);
    Job::show(row, tx.context.language)
}

/// Writes the audit row and publishes the event of a job that ended.
pub(super) fn ended(tx: &mut Tx, row: &JobRow) {
    tx.audit(&format!("job.{}", row.status), "job", row.id, Some(&row.region_code));
    tx.publish(NewEvent {
        type_: format!("job.{}", row.status),
        subject_kind: "job",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        data: json!({ "kind": row.kind, "counts": row.counts, "problems": row.problems }),
    });
}

/// After the erasure of a person in this village: deletes the results of jobs of this kind that cover it, because they still contain
/// the person, and restarts those that have not ended.
pub async fn delete_results_around(tx: &mut Tx, kind: JobKind, region_code: &str) -> Result<(), Error> {
    let now = tx.now;
    let why = Unscoped::SubjectRights;
    let invalidated = store::invalidate_results_around(&mut tx.conn, why, kind, region_code, now).await?;
    for (id, ended) in invalidated {
        tx.audit(if ended { "job.forget_result" } else { "job.restart" }, "job", id, None);
    }
    Ok(())
}
