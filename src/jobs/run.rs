//! Runs jobs. A worker claims a job with a lease and passes it to the runner of its kind. Each step of the runner is one short
//! transaction that also stores the position, renews the lease, and fails if the lease is lost.

use std::collections::BTreeMap;
use std::ops::AsyncFnOnce;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::model::{JobAction, JobKind};
use super::store::{self, Advance, JobRow};
use super::{actions, files, transitions};
use crate::auth::Actor;
use crate::auth::keys::KeyRing;
use crate::background::Context;
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::error::field_codes;
use crate::regions::{RegionScope, Unscoped};
use crate::telemetry;
use crate::transaction::{self, Tx, TxContext};

/// Lease of a job; a step must be shorter.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Claims without a committed step, after which the job fails.
const MAX_ATTEMPTS: i16 = 5;
/// Maximum lines of a problem file; further problems are only counted.
const MAX_PROBLEM_LINES: i64 = 100_000;

/// Runs the jobs of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Runner {
    pub kind: JobKind,
    pub run: for<'a> fn(&'a mut Run) -> LocalBoxFuture<'a, Result<Outcome, Stop>>,
}

/// The runners of the process, a resource that the composition root sets.
#[derive(Debug, Clone)]
pub struct Runners(pub Vec<Runner>);

/// Result of a runner. A failure is final: a retry would fail the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Succeeded,
    Failed(Code),
}

/// Why a runner stopped.
#[derive(Debug)]
pub enum Stop {
    /// Retried, unless the error is a client error (4xx).
    Failed(Error),
    /// The lease is lost: the job was cancelled or claimed by another worker.
    LeaseLost,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if error.code == crate::jobs::problems::JOB_INVALID_TRANSITION { Self::LeaseLost } else { Self::Failed(error) }
    }
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Progress of a job. What a step changes here commits with the step.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    job_id: Uuid,
    pub done: i64,
    pub total: Option<i64>,
    pub counts: BTreeMap<String, i64>,
    /// Where to continue after an interruption; defined by the runner.
    pub position: Value,
    pub problems: i64,
    /// Media type of the result, if there is one.
    pub result_type: Option<String>,
    /// Start of the rate measurement: its time and the value of `done` at that time.
    since: Option<DateTime<Utc>>,
    from: i64,
    problem_lines: Vec<u8>,
    result: Vec<u8>,
}

impl Progress {
    fn of(row: &JobRow) -> Result<Self, Error> {
        Ok(Self {
            job_id: row.id,
            done: row.done,
            total: row.total,
            counts: row.counts()?,
            position: row.position.clone(),
            problems: row.problems,
            result_type: row.result_type.clone(),
            since: row.progress_since,
            from: row.progress_from,
            ..Self::default()
        })
    }

    /// Where to go on, as the runner left it.
    pub fn position<T: DeserializeOwned>(&self) -> Result<T, Error> {
        stored::read(&self.position, "jobs.position", self.job_id)
    }

    pub fn count(&mut self, what: &str, by: i64) {
        if by != 0 {
            *self.counts.entry(what.to_owned()).or_default() += by;
        }
    }

    /// Adds a line to the problem file: line, column, and a code of the field table. Never a value.
    pub fn problem(&mut self, line: i64, column: &str, code: &str) {
        self.problems += 1;
        if self.problems > MAX_PROBLEM_LINES {
            return;
        }
        if self.problems == 1 {
            self.problem_lines.extend_from_slice(PROBLEM_HEADER.as_bytes());
        }
        let texts = field_codes::texts(code);
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let row = format!("{line},{},{code},{},{}\r\n", quoted(column), quoted(texts.id), quoted(texts.en));
        self.problem_lines.extend_from_slice(row.as_bytes());
    }

    /// Restarts the rate measurement, for example when validation ends and writing begins.
    pub fn restart_rate(&mut self, now: DateTime<Utc>) {
        (self.since, self.from) = (Some(now), self.done);
    }

    /// Appends to the result file.
    pub fn write_result(&mut self, bytes: &[u8]) {
        self.result.extend_from_slice(bytes);
    }
}

/// First line of every problem file.
pub const PROBLEM_HEADER: &str = "line,column,code,detail_id,detail_en\r\n";

/// A job that a worker is running.
pub struct Run {
    pub context: Context,
    pub job: JobRow,
    pub progress: Progress,
    owner: Uuid,
}

impl Run {
    /// Transactions of the job run on behalf of its creator: same name in the audit trail, same scope.
    pub fn tx_context(&self) -> TxContext {
        let permissions = self.job.permissions.iter().filter_map(|p| p.parse().ok()).collect();
        let actor = Actor {
            client_id: self.job.client_id.clone(),
            subject: self.job.actor.clone(),
            organization_id: self.job.organization_id,
            scope: self.scope(),
            permissions,
            roles: Vec::new(),
        };
        TxContext { actor: Arc::new(actor), ..self.context.tx_context() }
    }

    /// The regions that the job may access.
    pub fn scope(&self) -> RegionScope {
        RegionScope::from_codes(&self.job.region_codes)
    }

    /// Runs one short transaction: what `work` writes and the job's progress commit together.
    pub async fn step<W, T>(&mut self, work: W) -> Result<T, Stop>
    where
        W: AsyncFnOnce(&mut Tx, &mut Progress) -> Result<T, Error> + 'static,
        T: 'static,
    {
        let (id, owner, region) = (self.job.id, self.owner, self.job.region_code.clone());
        let mut progress = self.progress.clone();
        let (progress, outcome) = transaction::run(&self.context.db, self.tx_context(), async move |tx: &mut Tx| {
            let outcome = work(tx, &mut progress).await?;
            tx.audit("job.step", "job", id, Some(&region));
            advance(&mut tx.conn, &tx.keys, tx.now, (id, owner), &mut progress).await?;
            Ok((progress, outcome))
        })
        .await?;
        self.progress = progress;
        Ok(outcome)
    }

    /// Deletes the problem file, before the work starts over.
    pub async fn restart_problems(&mut self) -> Result<(), Stop> {
        if self.progress.problems > 0 {
            store::delete_file(&mut *self.context.db.read().await?, self.job.id, files::PROBLEMS).await?;
        }
        self.progress.problems = 0;
        self.progress.counts.clear();
        Ok(())
    }

    /// Stores the progress when nothing else is written, and renews the lease.
    pub async fn report(&mut self) -> Result<(), Stop> {
        let (context, mine) = (self.tx_context(), (self.job.id, self.owner));
        let mut progress = self.progress.clone();
        let mut conn = self.context.db.read().await?;
        let progress = conn
            .transaction(async |conn| {
                advance(conn, &context.keys, context.clock.now(), mine, &mut progress).await?;
                Ok::<_, Error>(progress)
            })
            .await?;
        self.progress = progress;
        Ok(())
    }
}

async fn advance(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    now: DateTime<Utc>,
    (id, owner): (Uuid, Uuid),
    progress: &mut Progress,
) -> Result<(), Error> {
    let change = Advance {
        done: progress.done,
        total: progress.total,
        counts: stored::write(&progress.counts)?,
        position: progress.position.clone(),
        problems: progress.problems,
        result_type: progress.result_type.clone(),
        progress_from: progress.from,
        progress_since: progress.since,
        attempts: 0,
        lease_until: Some(now + LEASE),
        updated_at: now,
    };
    if !store::set_progress(conn, id, owner, &change).await? {
        return Err(Error::new(crate::jobs::problems::JOB_INVALID_TRANSITION));
    }
    let lines = std::mem::take(&mut progress.problem_lines);
    files::append(conn, &keys.sealer, (id, files::PROBLEMS), &lines, now).await?;
    let result = std::mem::take(&mut progress.result);
    files::append(conn, &keys.sealer, (id, files::RESULT), &result, now).await
}

/// Runs all due jobs, one after the other.
pub async fn run_due(context: &Context) -> Result<(), Error> {
    let owner = Uuid::new_v4();
    while let Some(job) = claim(context, owner).await? {
        let (id, kind) = (job.id, job.kind);
        let span = |trace_id: &str| tracing::error_span!(parent: None, "job", %kind, job = %id, trace_id);
        telemetry::in_trace(span, work_on(context, owner, job)).await?;
    }
    Ok(())
}

async fn claim(context: &Context, owner: Uuid) -> Result<Option<JobRow>, Error> {
    let now = context.clock.now();
    let mut conn = context.db.read().await?;
    let claimed = conn
        .transaction(async |conn| store::claim(conn, Unscoped::FollowUpOfScopedAction, owner, now, now + LEASE).await)
        .await?;
    Ok(claimed)
}

async fn work_on(context: &Context, owner: Uuid, job: JobRow) -> Result<(), Error> {
    let (id, kind, attempts) = (job.id, job.kind, job.attempts);
    let progress = Progress::of(&job)?;
    let mut run = Run { context: context.clone(), job, progress, owner };
    let runners = context.resources.get::<Runners>()?;
    let runner = runners.0.iter().find(|r| r.kind == kind);
    let outcome = match runner {
        _ if attempts > MAX_ATTEMPTS => Ok(Outcome::Failed(crate::jobs::problems::JOB_STALLED)),
        None => Ok(Outcome::Failed(Code::INTERNAL)),
        Some(runner) => (runner.run)(&mut run).await,
    };
    match outcome {
        Ok(outcome) => end(&run, outcome).await,
        Err(Stop::LeaseLost) => {
            tracing::info!("job lease lost");
            Ok(())
        }
        Err(Stop::Failed(error))
            if (400..500).contains(&error.code.row().status) && error.code != Code::CONCURRENT_CHANGE =>
        {
            tracing::info!(%error, "job failed");
            end(&run, Outcome::Failed(error.code)).await
        }
        Err(Stop::Failed(error)) => {
            tracing::warn!(attempts, %error, "job interrupted, will be retried");
            let pause = TimeDelta::seconds(2_i64.saturating_pow(u32::try_from(attempts).unwrap_or(1).min(6)));
            let mut conn = context.db.read().await?;
            store::set_waiting(&mut conn, id, owner, context.clock.now() + pause).await?;
            Ok(())
        }
    }
}

async fn end(run: &Run, outcome: Outcome) -> Result<(), Error> {
    let (id, owner, status) = (run.job.id, run.owner, run.job.status);
    let ended = transaction::run(&run.context.db, run.tx_context(), async move |tx: &mut Tx| {
        let (action, failure) = match outcome {
            Outcome::Succeeded => (JobAction::Succeed, None),
            Outcome::Failed(code) => (JobAction::Fail, Some(code.as_str())),
        };
        let to = transitions::next(status, action).map_err(Error::internal)?;
        let row = store::set_ended(&mut tx.conn, id, Some(owner), to, failure, tx.now).await?;
        let row = row.ok_or_else(|| Error::new(crate::jobs::problems::JOB_INVALID_TRANSITION))?;
        actions::ended(tx, &row);
        Ok(())
    })
    .await;
    match ended {
        // Cancelled at the last moment.
        Err(error) if error.code == crate::jobs::problems::JOB_INVALID_TRANSITION => Ok(()),
        other => other,
    }
}

/// Deletes jobs past their retention, and uploads without a job.
pub async fn delete_expired(context: &Context) -> Result<(), Error> {
    let now = context.clock.now();
    let mut conn = context.db.read().await?;
    let jobs = store::delete_before(&mut conn, now - actions::RETENTION, now - TimeDelta::days(1)).await?;
    tracing::debug!(jobs, "deleted expired jobs");
    Ok(())
}
