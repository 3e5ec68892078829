//! Working on jobs. A worker claims one by a lease and hands it to its kind's runner; each step of the runner is one short
//! transaction that also carries the position, renews the lease, and fails if the job is no longer this worker's.

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
use crate::db::stored;
use crate::error::Error;
use crate::http::field_table;
use crate::http::problem_table::Code;
use crate::regions::{RegionScope, Unscoped};
use crate::telemetry;
use crate::transaction::{self, Setting, Tx};
use crate::worker::Worker;

/// A step shorter than this keeps the job its worker's.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Claims without a step that was committed; then the job is given up.
const MOST_ATTEMPTS: i16 = 5;
/// Lines kept of a problem file. Those beyond are counted.
const MOST_PROBLEMS: i64 = 100_000;

/// How the jobs of one kind are done.
pub struct Runner {
    pub kind: JobKind,
    pub run: for<'a> fn(&'a mut Run) -> LocalBoxFuture<'a, Result<Outcome, Stop>>,
}

/// What a runner came to. A failure is one that a repeat would meet again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Succeeded,
    Failed(Code),
}

/// Why a runner came to nothing.
#[derive(Debug)]
pub enum Stop {
    /// Worth another attempt, unless the error says that the asking itself was wrong.
    Failed(Error),
    /// The job is no longer this worker's: cancelled, or taken by another.
    Lost,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if error.code == Code::JobInvalidTransition { Self::Lost } else { Self::Failed(error) }
    }
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// How far a job is. What a step writes here is committed with the step.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    job_id: Uuid,
    pub done: i64,
    pub total: Option<i64>,
    pub counts: BTreeMap<String, i64>,
    /// Where to go on after an interruption; the runner's own affair.
    pub position: Value,
    pub problems: i64,
    /// Media type of the result, once there is one.
    pub result_type: Option<String>,
    /// Since when, and from where, the rate is reckoned.
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

    /// A line of the problem file: where, and a code of the field table. Never a value.
    pub fn problem(&mut self, line: i64, column: &str, code: &str) {
        self.problems += 1;
        if self.problems > MOST_PROBLEMS {
            return;
        }
        if self.problems == 1 {
            self.problem_lines.extend_from_slice(PROBLEM_HEADER.as_bytes());
        }
        let texts = field_table::texts(code);
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let row = format!("{line},{},{code},{},{}\r\n", quoted(column), quoted(texts.id), quoted(texts.en));
        self.problem_lines.extend_from_slice(row.as_bytes());
    }

    /// The rate is reckoned from here: what went before was work of another kind.
    pub fn restart_rate(&mut self, now: DateTime<Utc>) {
        (self.since, self.from) = (Some(now), self.done);
    }

    /// Adds to the result file.
    pub fn write_result(&mut self, bytes: &[u8]) {
        self.result.extend_from_slice(bytes);
    }
}

/// First line of every problem file.
pub const PROBLEM_HEADER: &str = "line,column,code,detail_id,detail_en\r\n";

/// A job in the hands of a worker.
pub struct Run {
    pub worker: Worker,
    pub job: JobRow,
    pub progress: Progress,
    owner: Uuid,
}

impl Run {
    /// Transactions of the job are its maker's: the trail names who asked, and the scope is theirs.
    pub fn setting(&self) -> Setting {
        let permissions = self.job.permissions.iter().filter_map(|p| p.parse().ok()).collect();
        let actor = Actor {
            client_id: self.job.client_id.clone(),
            subject: self.job.actor.clone(),
            organization_id: self.job.organization_id,
            scope: self.scope(),
            permissions,
            roles: Vec::new(),
        };
        Setting { actor: Arc::new(actor), ..self.worker.setting() }
    }

    /// What the job may touch.
    pub fn scope(&self) -> RegionScope {
        RegionScope::from_codes(&self.job.region_codes)
    }

    /// One short transaction: what `work` writes and how far the job then is commit together.
    pub async fn step<W, T>(&mut self, work: W) -> Result<T, Stop>
    where
        W: AsyncFnOnce(&mut Tx, &mut Progress) -> Result<T, Error> + 'static,
        T: 'static,
    {
        let (id, owner, region) = (self.job.id, self.owner, self.job.region_code.clone());
        let mut progress = self.progress.clone();
        let (progress, outcome) = transaction::run(&self.worker.db, self.setting(), async move |tx: &mut Tx| {
            let outcome = work(tx, &mut progress).await?;
            tx.audit("job.step", "job", id, Some(&region));
            advance(&mut tx.conn, &tx.keys, tx.now, (id, owner), &mut progress).await?;
            Ok((progress, outcome))
        })
        .await?;
        self.progress = progress;
        Ok(outcome)
    }

    /// Throws the problem lines away, for work that begins anew.
    pub async fn restart_problems(&mut self) -> Result<(), Stop> {
        if self.progress.problems > 0 {
            store::delete_file(&mut *self.worker.db.read().await?, self.job.id, files::PROBLEMS).await?;
        }
        self.progress.problems = 0;
        self.progress.counts.clear();
        Ok(())
    }

    /// Tells how far the job is where nothing else is written, and keeps the job this worker's.
    pub async fn report(&mut self) -> Result<(), Stop> {
        let (setting, mine) = (self.setting(), (self.job.id, self.owner));
        let mut progress = self.progress.clone();
        let mut conn = self.worker.db.read().await?;
        let progress = conn
            .transaction(async |conn| {
                advance(conn, &setting.keys, setting.clock.now(), mine, &mut progress).await?;
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
        counts: serde_json::to_value(&progress.counts).map_err(Error::internal)?,
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
        return Err(Error::new(Code::JobInvalidTransition));
    }
    let lines = std::mem::take(&mut progress.problem_lines);
    files::append(conn, &keys.sealer, (id, files::PROBLEMS), &lines, now).await?;
    let result = std::mem::take(&mut progress.result);
    files::append(conn, &keys.sealer, (id, files::RESULT), &result, now).await
}

/// Works on every job that is due, one after the other, until there is none.
pub async fn run_due(worker: &Worker) -> Result<(), Error> {
    let owner = Uuid::new_v4();
    while let Some(job) = claim(worker, owner).await? {
        let (id, kind) = (job.id, job.kind);
        let span = |trace_id: &str| tracing::error_span!(parent: None, "job", %kind, job = %id, trace_id);
        telemetry::in_trace(span, work_on(worker, owner, job)).await?;
    }
    Ok(())
}

async fn claim(worker: &Worker, owner: Uuid) -> Result<Option<JobRow>, Error> {
    let now = worker.shared.clock.now();
    let mut conn = worker.db.read().await?;
    let claimed = conn
        .transaction(async |conn| store::claim(conn, Unscoped::FollowUpOfScopedAction, owner, now, now + LEASE).await)
        .await?;
    Ok(claimed)
}

async fn work_on(worker: &Worker, owner: Uuid, job: JobRow) -> Result<(), Error> {
    let (id, kind, attempts) = (job.id, job.kind, job.attempts);
    let progress = Progress::of(&job)?;
    let mut run = Run { worker: worker.clone(), job, progress, owner };
    let runner = worker.runners.iter().find(|r| r.kind == kind);
    let outcome = match runner {
        _ if attempts > MOST_ATTEMPTS => Ok(Outcome::Failed(Code::JobStalled)),
        None => Ok(Outcome::Failed(Code::Internal)),
        Some(runner) => (runner.run)(&mut run).await,
    };
    match outcome {
        Ok(outcome) => end(&run, outcome).await,
        Err(Stop::Lost) => {
            tracing::info!("the job is no longer this worker's");
            Ok(())
        }
        Err(Stop::Failed(error))
            if (400..500).contains(&error.code.row().status) && error.code != Code::ConcurrentChange =>
        {
            tracing::info!(%error, "the job failed");
            end(&run, Outcome::Failed(error.code)).await
        }
        Err(Stop::Failed(error)) => {
            tracing::warn!(attempts, %error, "a job was interrupted and will be taken again");
            let pause = TimeDelta::seconds(2_i64.saturating_pow(u32::try_from(attempts).unwrap_or(1).min(6)));
            let mut conn = worker.db.read().await?;
            store::set_waiting(&mut conn, id, owner, worker.shared.clock.now() + pause).await?;
            Ok(())
        }
    }
}

async fn end(run: &Run, outcome: Outcome) -> Result<(), Error> {
    let (id, owner, status) = (run.job.id, run.owner, run.job.status);
    let ended = transaction::run(&run.worker.db, run.setting(), async move |tx: &mut Tx| {
        let (action, failure) = match outcome {
            Outcome::Succeeded => (JobAction::Succeed, None),
            Outcome::Failed(code) => (JobAction::Fail, Some(code.as_str())),
        };
        let to = transitions::next(status, action).map_err(Error::internal)?;
        let row = store::set_ended(&mut tx.conn, id, Some(owner), to, failure, tx.now).await?;
        let row = row.ok_or_else(|| Error::new(Code::JobInvalidTransition))?;
        actions::ended(tx, &row);
        Ok(())
    })
    .await;
    match ended {
        // Cancelled in the last moment.
        Err(error) if error.code == Code::JobInvalidTransition => Ok(()),
        other => other,
    }
}

/// Jobs past their keeping time, and uploads that no job came of.
pub async fn clean_up(worker: &Worker) -> Result<usize, Error> {
    let now = worker.shared.clock.now();
    let mut conn = worker.db.read().await?;
    Ok(store::delete_before(&mut conn, now - actions::KEPT, now - TimeDelta::days(1)).await?)
}
