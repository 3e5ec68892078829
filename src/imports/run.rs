//! The import job. First the whole file is judged and nothing written; then it is written in batches, each with its
//! position. A job that was interrupted while writing reads on behind the last row that was committed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use diesel_async::AsyncConnection as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::batches::{Batches, Broken, Line};
use super::kind::{Kind, Plan, Planning, Seen};
use super::model::{ImportFormat, ImportKind, OnConflict, OnFault};
use super::reader::FileFault;
use super::{directory, dwellings, families, persons, welfare};
use crate::auth::Permission;
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::jobs::model::JobKind;
use crate::jobs::run::{Outcome, Progress, Run, Runner, Stop};
use crate::registry::backfill::index_names;
use crate::registry::history;
use crate::registry::load::{self, Names};
use crate::transaction::Tx;

pub const RUNNER: Runner = Runner { kind: JobKind::Import, run: |run| Box::pin(import(run)) };

/// Progress while nothing is written is told this often.
const REPORT_EVERY_MILLIS: u128 = 700;

/// What was asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ImportParams {
    pub kind: ImportKind,
    pub format: ImportFormat,
    pub on_conflict: OnConflict,
    pub on_fault: OnFault,
    pub dry_run: bool,
}

async fn import(run: &mut Run) -> Result<Outcome, Stop> {
    let params: ImportParams = run.job.params()?;
    match params.kind {
        ImportKind::Families => work::<families::Families>(run, params).await,
        ImportKind::Persons => work::<persons::Persons>(run, params).await,
        ImportKind::Dwellings => work::<dwellings::Dwellings>(run, params).await,
        ImportKind::WelfareStatuses => work::<welfare::WelfareStatuses>(run, params).await,
        ImportKind::Organizations => work::<directory::Organizations>(run, params).await,
        ImportKind::Services => work::<directory::Services>(run, params).await,
    }
}

async fn work<K: Kind>(run: &mut Run, params: ImportParams) -> Result<Outcome, Stop> {
    let mut unclaimed = VecDeque::new();
    if run.progress.position.is_null() {
        run.restart_problems().await?;
        match judge::<K>(run, params).await? {
            Ok(batches) => unclaimed = batches,
            Err(faults) => {
                tell(&mut run.progress, &faults);
                run.report().await?;
                return Ok(Outcome::Failed(Code::ImportRefused));
            }
        }
        if params.dry_run {
            run.progress.done = run.progress.total.unwrap_or_default();
            run.report().await?;
            return Ok(Outcome::Succeeded);
        }
        run.report().await?;
        if run.progress.problems > 0 && params.on_fault == OnFault::Refuse {
            return Ok(Outcome::Failed(Code::ImportRefused));
        }
        for what in ["created", "updated", "unchanged", "skipped"] {
            run.progress.counts.remove(what);
        }
        run.progress.position = json!({ "written": 0 });
        run.progress.restart_rate(run.worker.shared.clock.now());
        run.report().await?;
    }
    write::<K>(run, params, unclaimed).await
}

fn batches<K: Kind>(run: &Run, params: ImportParams) -> Batches<K> {
    // The day on which it was asked for: a job that goes on after midnight judges no other way.
    let today = local_day(run.job.created_at);
    Batches::new(run.worker.db.clone(), run.setting().keys, run.job.id, params.format, today)
}

fn tell(progress: &mut Progress, faults: &[FileFault]) {
    for fault in faults {
        progress.problem(i64::try_from(fault.line).unwrap_or(i64::MAX), &fault.column, fault.code);
    }
}

/// The rows of a batch that were read, and the faults of those that were not.
fn split<R>(lines: Vec<Line<R>>) -> (Vec<(u64, R)>, Vec<FileFault>, i64) {
    let (mut rows, mut faults, mut faulty) = (Vec::with_capacity(lines.len()), Vec::new(), 0);
    for line in lines {
        match line {
            Ok(row) => rows.push(row),
            Err(mut wrong) => {
                faulty += 1;
                faults.append(&mut wrong);
            }
        }
    }
    (rows, faults, faulty)
}

fn count(progress: &mut Progress, plan: &Plan, faulty: i64) {
    progress.count("created", plan.created);
    progress.count("updated", plan.updated);
    progress.count("unchanged", plan.unchanged);
    progress.count("skipped", plan.skipped);
    progress.count("faulty", faulty);
}

/// Holds every row against the rules and the registry, and tells of each batch whether its numbers are still unclaimed. The inner
/// error is a file that cannot be read to its end.
async fn judge<K: Kind>(run: &mut Run, params: ImportParams) -> Result<Result<VecDeque<bool>, Vec<FileFault>>, Stop> {
    let (scope, setting) = (run.scope(), run.setting());
    let mut batches = batches::<K>(run, params);
    let mut told = Instant::now();
    let (mut unclaimed, seen) = (VecDeque::new(), Seen::default());
    let mut ahead = batches.next().await;
    loop {
        let lines = match ahead {
            Ok(lines) if lines.is_empty() => return Ok(Ok(unclaimed)),
            Ok(lines) => lines,
            Err(Broken::File(faults)) => return Ok(Err(faults)),
            Err(Broken::Service(error)) => return Err(error.into()),
        };
        let checked = i64::try_from(lines.len()).unwrap_or(0);
        let (rows, mut faults, faulty) = split(lines);
        let planning = Planning {
            scope: &scope,
            keys: &setting.keys,
            now: setting.clock.now(),
            seen: &seen,
            on_conflict: params.on_conflict,
            sees_all: setting.actor.may(Permission::CasesRestricted),
            write: false,
            unclaimed: false,
        };
        let mut conn = run.worker.db.read().await?;
        let look = conn.transaction(async |conn| {
            load::look_up_by_index(conn).await?;
            K::plan(conn, &planning, rows).await
        });
        // The next batch is read while this one is judged.
        let (plan, next) = futures_util::future::join(look, batches.next()).await;
        ahead = next;
        let mut plan = plan?;
        drop(conn);
        unclaimed.push_back(!plan.claimed);
        let also_faulty = i64::try_from(plan.faults.len()).unwrap_or(0);
        faults.append(&mut plan.faults);
        faults.sort_by_key(|fault| fault.line);
        tell(&mut run.progress, &faults);
        run.progress.count("checked", checked);
        count(&mut run.progress, &plan, faulty + also_faulty);
        if told.elapsed().as_millis() > REPORT_EVERY_MILLIS {
            run.report().await?;
            told = Instant::now();
        }
    }
}

#[derive(Deserialize)]
struct Position {
    written: u64,
}

/// Three things go on at once: a batch is written, the names of those before are, and the next one is read.
async fn write<K: Kind>(run: &mut Run, params: ImportParams, mut unclaimed: VecDeque<bool>) -> Result<Outcome, Stop> {
    let mut batches = batches::<K>(run, params);
    let Position { written } = run.progress.position()?;
    if written > 0 {
        // Names whose turn had not come when the job was interrupted.
        index_names(&run.worker).await?;
    }
    let seen = Arc::new(Seen::default());
    let mut left_out = usize::try_from(written).unwrap_or(usize::MAX);
    let mut ahead = batches.next().await;
    let names = NamesWriter::start(run.worker.db.clone());
    loop {
        let lines = match ahead {
            Ok(lines) => lines,
            Err(Broken::File(_)) => return Ok(Outcome::Failed(Code::ImportRefused)),
            Err(Broken::Service(error)) => return Err(error.into()),
        };
        if lines.is_empty() {
            names.finish().await?;
            return Ok(Outcome::Succeeded);
        }
        let skipped = left_out.min(lines.len());
        left_out -= skipped;
        let lines: Vec<_> = lines.into_iter().skip(skipped).collect();
        let unclaimed = unclaimed.pop_front().unwrap_or(false);
        let batch = async {
            if lines.is_empty() {
                return Ok(Batch::Written(Names::default()));
            }
            write_batch::<K>(run, params, lines, (unclaimed, seen.clone())).await
        };
        let (batch, next) = futures_util::future::join(batch, batches.next()).await;
        match batch? {
            Batch::Written(new_names) => names.write(new_names).await,
            Batch::Refused => {
                names.finish().await?;
                return Ok(Outcome::Failed(refused_at(&run.progress)));
            }
        }
        ahead = next;
    }
}

/// What became of a batch.
enum Batch {
    /// The names that are to be written.
    Written(Names),
    /// Rows came to be at fault since the file was judged. Nothing of the batch was written.
    Refused,
}

/// Nothing of a file that is refused is written, unless its fault came about behind rows that were.
fn refused_at(progress: &Progress) -> Code {
    let written = ["created", "updated"].iter().any(|what| progress.counts.get(*what).is_some_and(|rows| *rows > 0));
    if written { Code::ImportPartlyWritten } else { Code::ImportRefused }
}

/// Batches whose names may wait: what the memory holds.
const NAMES_WAITING: usize = 2;

/// Writes names in a task and on a connection of its own. When the import stops early, what was handed over is still written.
struct NamesWriter {
    waiting: mpsc::Sender<Names>,
    task: JoinHandle<Result<(), Error>>,
}

impl NamesWriter {
    fn start(db: Db) -> Self {
        let (waiting, mut arriving) = mpsc::channel::<Names>(NAMES_WAITING);
        let task = tokio::task::spawn_local(async move {
            while let Some(mut names) = arriving.recv().await {
                while let Ok(more) = arriving.try_recv() {
                    names.append(more);
                }
                load::insert_names(&mut *db.read().await?, names).await?;
            }
            Ok(())
        });
        Self { waiting, task }
    }

    /// Of a writer that failed, the end tells.
    async fn write(&self, names: Names) {
        if !names.is_empty() {
            let _ = self.waiting.send(names).await;
        }
    }

    async fn finish(self) -> Result<(), Error> {
        drop(self.waiting);
        self.task.await.map_err(Error::internal)?
    }
}

async fn write_batch<K: Kind>(
    run: &mut Run,
    params: ImportParams,
    lines: Vec<Line<K::Row>>,
    (unclaimed, seen): (bool, Arc<Seen>),
) -> Result<Batch, Stop> {
    let import_id = run.job.id;
    run.step(async move |tx: &mut Tx, progress: &mut Progress| {
        let size = i64::try_from(lines.len()).unwrap_or(0);
        let (rows, ..) = split(lines);
        let (scope, keys) = (tx.actor.scope.clone(), tx.keys.clone());
        let planning = Planning {
            scope: &scope,
            keys: &keys,
            now: tx.now,
            seen: &seen,
            on_conflict: params.on_conflict,
            sees_all: tx.actor.may(Permission::CasesRestricted),
            write: true,
            unclaimed,
        };
        load::look_up_by_index(&mut tx.conn).await?;
        let plan = K::plan(&mut tx.conn, &planning, rows).await?;
        // Told before, unless they came about since the file was judged: then it ends here.
        if params.on_fault == OnFault::Refuse && !plan.faults.is_empty() {
            tell(progress, &plan.faults);
            progress.count("faulty", i64::try_from(plan.faults.len()).unwrap_or(0));
            return Ok(Batch::Refused);
        }
        count(progress, &plan, 0);
        progress.done += size;
        progress.position = json!({ "written": progress.done });
        let names = Names::of(&plan.new.persons);
        load::insert(&mut tx.conn, plan.new).await?;
        load::replace(&mut tx.conn, plan.changed).await?;
        history::record_loaded(tx, import_id, &plan.history).await?;
        crate::directory::load::write(&mut tx.conn, plan.directory).await?;
        let touched: Vec<_> = plan.touched.into_iter().collect();
        load::touch(&mut tx.conn, &touched, tx.now).await?;
        plan.events.into_iter().for_each(|event| tx.publish(event));
        Ok(Batch::Written(names))
    })
    .await
}
