//! The import job. It first validates the whole file and writes nothing. Then it writes batch by batch, each with its position.
//! A job that was interrupted while writing continues after the last committed row.

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
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Code;
use crate::error::Error;
use crate::jobs::model::{JobKind, JobKindSpec};
use crate::jobs::run::{Outcome, Progress, Run, Runner, Stop};
use crate::registry::bulk::backfill::index_names;
use crate::registry::bulk::load::{self, Names};
use crate::registry::people::history;
use crate::registry::permissions::REGISTRY_IMPORT;
use crate::transaction::Tx;

pub const IMPORT: JobKind = JobKind::new(&JobKindSpec {
    code: "import",
    label_id: "Memuat data",
    label_en: "Import",
    permission: REGISTRY_IMPORT,
    guard: None,
});
pub const RUNNER: Runner = Runner { kind: IMPORT, run: |run| Box::pin(import(run)) };

/// How often progress is reported while nothing is written.
const REPORT_EVERY_MILLIS: u128 = 700;

/// Parameters of the request.
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
    let mut numbers_unused = VecDeque::new();
    if run.progress.position.is_null() {
        run.restart_problems().await?;
        match validate::<K>(run, params).await? {
            Ok(batches) => numbers_unused = batches,
            Err(faults) => {
                report_faults(&mut run.progress, &faults);
                run.report().await?;
                return Ok(Outcome::Failed(crate::imports::problems::IMPORT_REFUSED));
            }
        }
        if params.dry_run {
            run.progress.done = run.progress.total.unwrap_or_default();
            run.report().await?;
            return Ok(Outcome::Succeeded);
        }
        run.report().await?;
        if run.progress.problems > 0 && params.on_fault == OnFault::Refuse {
            return Ok(Outcome::Failed(crate::imports::problems::IMPORT_REFUSED));
        }
        for what in ["created", "updated", "unchanged", "skipped"] {
            run.progress.counts.remove(what);
        }
        run.progress.position = json!({ "written": 0 });
        run.progress.restart_rate(run.context.clock.now());
        run.report().await?;
    }
    write::<K>(run, params, numbers_unused).await
}

fn batches<K: Kind>(run: &Run, params: ImportParams) -> Batches<K> {
    // The date of the request: a job that continues after midnight validates with the same date.
    let today = local_day(run.job.created_at);
    Batches::new(run.context.db.clone(), run.tx_context().keys, run.job.id, params.format, today)
}

fn report_faults(progress: &mut Progress, faults: &[FileFault]) {
    for fault in faults {
        progress.problem(i64::try_from(fault.line).unwrap_or(i64::MAX), &fault.column, fault.code);
    }
}

/// Separates the parsed rows of a batch from the errors of the others.
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

/// Validates every row against the rules and the registry. Returns for each batch whether its numbers were unused. The inner
/// error is a file that cannot be parsed to its end.
async fn validate<K: Kind>(
    run: &mut Run,
    params: ImportParams,
) -> Result<Result<VecDeque<bool>, Vec<FileFault>>, Stop> {
    let (scope, context) = (run.scope(), run.tx_context());
    let mut batches = batches::<K>(run, params);
    let mut last_report = Instant::now();
    let (mut numbers_unused, seen) = (VecDeque::new(), Seen::default());
    let mut ahead = batches.next().await;
    loop {
        let lines = match ahead {
            Ok(lines) if lines.is_empty() => return Ok(Ok(numbers_unused)),
            Ok(lines) => lines,
            Err(Broken::File(faults)) => return Ok(Err(faults)),
            Err(Broken::Service(error)) => return Err(error.into()),
        };
        let checked = i64::try_from(lines.len()).unwrap_or(0);
        let (rows, mut faults, faulty) = split(lines);
        let planning = Planning {
            scope: &scope,
            keys: &context.keys,
            now: context.clock.now(),
            seen: &seen,
            on_conflict: params.on_conflict,
            sees_all: context.actor.may(crate::auth::permissions::CASES_RESTRICTED),
            write: false,
            numbers_unused: false,
        };
        let mut conn = run.context.db.read().await?;
        let look = conn.transaction(async |conn| {
            load::look_up_by_index(conn).await?;
            K::plan(conn, &planning, rows).await
        });
        // The next batch is parsed while this one is validated.
        let (plan, next) = futures_util::future::join(look, batches.next()).await;
        ahead = next;
        let mut plan = plan?;
        drop(conn);
        numbers_unused.push_back(!plan.numbers_in_use);
        let also_faulty = i64::try_from(plan.faults.len()).unwrap_or(0);
        faults.append(&mut plan.faults);
        faults.sort_by_key(|fault| fault.line);
        report_faults(&mut run.progress, &faults);
        run.progress.count("checked", checked);
        count(&mut run.progress, &plan, faulty + also_faulty);
        if last_report.elapsed().as_millis() > REPORT_EVERY_MILLIS {
            run.report().await?;
            last_report = Instant::now();
        }
    }
}

#[derive(Deserialize)]
struct Position {
    written: u64,
}

/// Runs three things concurrently: writing a batch, writing the names of earlier batches, and parsing the next batch.
async fn write<K: Kind>(
    run: &mut Run,
    params: ImportParams,
    mut numbers_unused: VecDeque<bool>,
) -> Result<Outcome, Stop> {
    let mut batches = batches::<K>(run, params);
    let Position { written } = run.progress.position()?;
    if written > 0 {
        // Index the names that were waiting when the job was interrupted.
        index_names(&run.context).await?;
    }
    let seen = Arc::new(Seen::default());
    let mut to_skip = usize::try_from(written).unwrap_or(usize::MAX);
    let mut ahead = batches.next().await;
    let names = NamesWriter::start(run.context.db.clone());
    loop {
        let lines = match ahead {
            Ok(lines) => lines,
            Err(Broken::File(_)) => return Ok(Outcome::Failed(crate::imports::problems::IMPORT_REFUSED)),
            Err(Broken::Service(error)) => return Err(error.into()),
        };
        if lines.is_empty() {
            names.finish().await?;
            return Ok(Outcome::Succeeded);
        }
        let skipped = to_skip.min(lines.len());
        to_skip -= skipped;
        let lines: Vec<_> = lines.into_iter().skip(skipped).collect();
        let numbers_unused = numbers_unused.pop_front().unwrap_or(false);
        let batch = async {
            if lines.is_empty() {
                return Ok(Batch::Written(Names::default()));
            }
            write_batch::<K>(run, params, lines, (numbers_unused, seen.clone())).await
        };
        let (batch, next) = futures_util::future::join(batch, batches.next()).await;
        match batch? {
            Batch::Written(new_names) => names.write(new_names).await,
            Batch::Refused => {
                names.finish().await?;
                return Ok(Outcome::Failed(failure_code(&run.progress)));
            }
        }
        ahead = next;
    }
}

/// Result of writing a batch.
enum Batch {
    /// The names still to be written.
    Written(Names),
    /// Rows became invalid after the file was validated. Nothing of the batch was written.
    Refused,
}

/// A refused file writes nothing, unless the error appeared after some batches were committed.
fn failure_code(progress: &Progress) -> Code {
    let written = ["created", "updated"].iter().any(|what| progress.counts.get(*what).is_some_and(|rows| *rows > 0));
    if written { crate::imports::problems::IMPORT_PARTLY_WRITTEN } else { crate::imports::problems::IMPORT_REFUSED }
}

/// Batches whose names may wait; limits memory.
const NAMES_QUEUE: usize = 2;

/// Writes names in a task and on a connection of its own. If the import stops early, names already handed over are still
/// written.
struct NamesWriter {
    waiting: mpsc::Sender<Names>,
    task: JoinHandle<Result<(), Error>>,
}

impl NamesWriter {
    fn start(db: Db) -> Self {
        let (waiting, mut arriving) = mpsc::channel::<Names>(NAMES_QUEUE);
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

    /// If the writer failed, `finish` returns its error.
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
    (numbers_unused, seen): (bool, Arc<Seen>),
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
            sees_all: tx.actor.may(crate::auth::permissions::CASES_RESTRICTED),
            write: true,
            numbers_unused,
        };
        load::look_up_by_index(&mut tx.conn).await?;
        let plan = K::plan(&mut tx.conn, &planning, rows).await?;
        // These errors were reported by the validation, unless they appeared later; then the import stops here.
        if params.on_fault == OnFault::Refuse && !plan.faults.is_empty() {
            report_faults(progress, &plan.faults);
            progress.count("faulty", i64::try_from(plan.faults.len()).unwrap_or(0));
            return Ok(Batch::Refused);
        }
        count(progress, &plan, 0);
        progress.done += size;
        progress.position = json!({ "written": progress.done });
        let names = Names::of(&plan.new.persons);
        for rows in [&plan.new, &plan.changed] {
            rows.families.iter().for_each(|family| tx.also_changes_region(&family.region_code));
            rows.persons.iter().for_each(|person| tx.also_changes_region(&person.region_code));
        }
        load::insert(&mut tx.conn, plan.new).await?;
        load::replace(&mut tx.conn, plan.changed).await?;
        history::record_imported(tx, import_id, &plan.history).await?;
        crate::directory::load::write(&mut tx.conn, plan.directory).await?;
        let touched: Vec<_> = plan.touched.into_iter().collect();
        for region in load::touch(&mut tx.conn, &touched, tx.now).await? {
            tx.also_changes_region(&region);
        }
        plan.events.into_iter().for_each(|event| tx.publish(event));
        Ok(Batch::Written(names))
    })
    .await
}
