//! `slrt import` and `slrt export`: the same jobs as through the API, worked on by this process, with a bar to watch.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use aws_lc_rs::digest::{Context, SHA256};
use clap::{Args, Parser};
use futures_util::{Stream, StreamExt as _};
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::database::{Database, block_on, bring_up_to_date};
use super::serve::load_keys;
use super::{Failure, say};
use crate::app::Shared;
use crate::auth::Actor;
use crate::auth::caller::AccessPurpose;
use crate::auth::permission::Permission;
use crate::clock::Clock;
use crate::config::{DataArgs, ServerArgs};
use crate::imports::actions;
use crate::imports::export::ExportParams;
use crate::imports::model::{ImportFormat, ImportKind, OnConflict, OnFault};
use crate::imports::run::ImportParams;
use crate::imports::upload::{ImportLimit, Store};
use crate::jobs::api::Job;
use crate::jobs::model::JobStatus;
use crate::jobs::{actions as jobs, files};
use crate::regions::{RegionCode, RegionScope};
use crate::transaction::{self, Setting};
use crate::worker::Worker;

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The file: CSV, or NDJSON when it is called .ndjson or .jsonl; plain or gzip.
    file: PathBuf,
    /// What its rows are.
    #[arg(long, value_parser = code::<ImportKind>)]
    kind: ImportKind,
    /// What to do with a row that is there already: skip, update or fail.
    #[arg(long, default_value = "skip", value_parser = code::<OnConflict>)]
    on_conflict: OnConflict,
    /// What to do when rows are at fault: refuse the file, or skip those rows.
    #[arg(long, default_value = "refuse", value_parser = code::<OnFault>)]
    on_fault: OnFault,
    /// Judge only and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Import a file that was imported before with the same options once more.
    #[arg(long)]
    again: bool,
    /// Regions whose rows may be written, separated by commas; `ID` is the whole country.
    #[arg(long, value_delimiter = ',', default_value = "ID", value_parser = region)]
    regions: Vec<String>,
    /// Where the problem file goes; beside the imported one, with .problems.csv, if absent.
    #[arg(long)]
    problems: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Where the CSV file goes.
    file: PathBuf,
    /// What its rows are.
    #[arg(long, value_parser = code::<ImportKind>)]
    kind: ImportKind,
    /// Regions whose rows are written, separated by commas; `ID` is the whole country.
    #[arg(long, value_delimiter = ',', default_value = "ID", value_parser = region)]
    regions: Vec<String>,
    /// Show numbers, addresses and days of birth, for this purpose; each person's access record names it.
    #[arg(long, value_parser = code::<AccessPurpose>)]
    reveal_for: Option<AccessPurpose>,
    /// What a masked file of persons is for, which shows their names; each person's access record names it.
    #[arg(long, value_parser = code::<AccessPurpose>, conflicts_with = "reveal_for")]
    purpose: Option<AccessPurpose>,
}

fn code<T: std::str::FromStr + crate::db::text_enum::CodeList>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| {
        let known: Vec<&str> = T::codes().iter().map(|code| code.code).collect();
        format!("one of: {}", known.join(", "))
    })
}

fn region(text: &str) -> Result<String, String> {
    if text == "ID" || RegionCode::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    Err("no such region code".to_owned())
}

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    server: ServerArgs,
}

/// What both commands stand on.
struct Desk {
    worker: Worker,
    actor: Arc<Actor>,
}

impl Desk {
    fn open(data: &DataArgs, url: &str, regions: &[String], may: &[Permission]) -> Result<Self, Failure> {
        let args = Defaults::try_parse_from(["slrt"]).map_err(Failure::run)?.server;
        let shared = Shared::new(&args, Arc::new(load_keys(data)?), Clock::default(), url.to_owned(), 0)
            .map_err(Failure::run)?;
        let actor = Actor {
            client_id: "operator".to_owned(),
            subject: "operator".to_owned(),
            organization_id: None,
            scope: RegionScope::from_codes(regions),
            permissions: may.iter().copied().collect(),
            roles: Vec::new(),
        };
        Ok(Self { worker: Worker::new(Arc::new(shared), url).map_err(Failure::run)?, actor: Arc::new(actor) })
    }

    fn setting(&self) -> Setting {
        Setting { actor: self.actor.clone(), ..self.worker.setting() }
    }

    /// The job of this very file that has not ended yet: it was interrupted, and goes on. One that has written rows is not repeated unless
    /// that is said: rows without a number would stand there twice.
    async fn imported_before(&self, args: &ImportArgs, params: ImportParams) -> Result<Option<Uuid>, Failure> {
        let digest = digest_of(&args.file)?;
        let keys = self.setting().keys;
        let mut conn = self.worker.db.read().await.map_err(Failure::run)?;
        let found = actions::find_same(&mut conn, &keys.sealer, &self.actor, params, &digest).await;
        let Some(job) = found.map_err(Failure::run)? else { return Ok(None) };
        if matches!(job.status, JobStatus::Queued | JobStatus::Running) {
            tracing::warn!(
                job = %job.id, since = %job.created_at, done = job.done,
                "an import of this file has not ended and goes on, up to a minute after it was interrupted"
            );
            return Ok(Some(job.id));
        }
        if job.done == 0 || args.dry_run || args.again {
            return Ok(None);
        }
        Err(Failure::Run(format!(
            "{} was imported with these options by job {}, which {} with {} rows done; --again imports it once more",
            args.file.display(),
            job.id,
            job.status,
            job.done,
        )))
    }

    /// Stores the file and queues its job.
    async fn take_in(&self, args: &ImportArgs, params: ImportParams) -> Result<Uuid, Failure> {
        let setting = self.setting();
        let store = Store { db: self.worker.db.clone(), keys: setting.keys.clone(), now: setting.clock.now() };
        let upload = store.take(read(&args.file)?, params.kind, params.format, ImportLimit(usize::MAX)).await;
        let upload = upload.map_err(|error| {
            let faults: Vec<String> = error.fields.iter().map(|f| format!("{}: {}", f.pointer, f.code)).collect();
            Failure::Run(format!("{} was not taken in: {error} {}", args.file.display(), faults.join(", ")))
        })?;
        let made =
            transaction::run(&self.worker.db, setting, async move |tx| actions::start(tx, params, &upload).await);
        Ok(made.await.map_err(Failure::run)?.id)
    }

    async fn read(&self, id: Uuid) -> Result<Job, Failure> {
        let mut conn = self.worker.db.read().await.map_err(Failure::run)?;
        let row = jobs::find(&mut conn, &self.actor, id).await.map_err(Failure::run)?;
        Job::show(row, crate::http::request_context::Language::En).map_err(Failure::run)
    }

    /// Works on what is due until this job has ended; a service beside it may take the job as well.
    async fn work_until_ended(&self, id: Uuid) -> Result<Job, Failure> {
        let work = async {
            loop {
                if let Err(error) = crate::jobs::run::run_due(&self.worker).await {
                    tracing::warn!(%error, "the job was interrupted and will be taken again");
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let watch = async {
            let bar = ProgressBar::new(0);
            bar.set_style(style("{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta}"));
            loop {
                let job = self.read(id).await?;
                let judged = job.counts.get("checked").copied().unwrap_or_default();
                let writing = job.done > 0;
                bar.set_message(if writing { "writing" } else { "judging" });
                bar.set_length(u64::try_from(job.total.unwrap_or_default()).unwrap_or_default());
                bar.set_position(u64::try_from(if writing { job.done } else { judged }).unwrap_or_default());
                if !matches!(job.status, JobStatus::Queued | JobStatus::Running) {
                    bar.finish_and_clear();
                    return Ok::<Job, Failure>(job);
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        };
        tokio::select! {
            job = watch => job,
            () = work => Err(Failure::Run("the work ended before the job".to_owned())),
        }
    }

    /// Writes one of the job's files to disk.
    async fn save(&self, id: Uuid, file: &'static str, to: &Path) -> Result<(), Failure> {
        let mut pieces = std::pin::pin!(files::stream(self.worker.db.clone(), self.setting().keys, id, file));
        let mut out = std::fs::File::create(to).map_err(|e| Failure::Run(format!("{}: {e}", to.display())))?;
        while let Some(piece) = pieces.next().await {
            out.write_all(&piece.map_err(Failure::run)?).map_err(Failure::run)?;
        }
        Ok(())
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn with_desk<T>(
    data: &DataArgs,
    regions: &[String],
    may: &[Permission],
    work: impl AsyncFnOnce(&Desk) -> Result<T, Failure>,
) -> Result<T, Failure> {
    crate::telemetry::start(false);
    let database = Database::join(data)?;
    let outcome = block_on(async {
        if database.embedded.is_some() {
            database.prepare(false).await?;
            bring_up_to_date(&database.url).await?;
        }
        work(&Desk::open(data, &database.url, regions, may)?).await
    });
    database.close();
    outcome
}

pub(super) fn import(data: &DataArgs, args: &ImportArgs) -> Result<(), Failure> {
    let may = [Permission::RegistryImport, args.kind.permission()];
    with_desk(data, &args.regions, &may, async |desk| {
        let params = ImportParams {
            kind: args.kind,
            format: format_of(&args.file),
            on_conflict: args.on_conflict,
            on_fault: args.on_fault,
            dry_run: args.dry_run,
        };
        let id = match desk.imported_before(args, params).await? {
            Some(id) => id,
            None => desk.take_in(args, params).await?,
        };
        let job = desk.work_until_ended(id).await?;
        let problems = args.problems.clone().unwrap_or_else(|| with_ending(&args.file, ".problems.csv"));
        if job.problems > 0 {
            desk.save(id, files::PROBLEMS, &problems).await?;
            tracing::warn!(problems = job.problems, file = %problems.display(), "rows are at fault");
        }
        tell(&job)
    })
}

pub(super) fn export(data: &DataArgs, args: &ExportArgs) -> Result<(), Failure> {
    if args.kind == ImportKind::Persons && args.reveal_for.or(args.purpose).is_none() {
        return Err(Failure::Configuration(
            "a file of persons shows their names: say what for with --purpose, or --reveal-for".to_owned(),
        ));
    }
    let may = [Permission::RegistryRead, Permission::PiiReveal];
    with_desk(data, &args.regions, &may, async |desk| {
        let purpose = args.reveal_for.or(args.purpose.filter(|_| args.kind == ImportKind::Persons));
        let params = ExportParams { kind: args.kind, reveal: args.reveal_for.is_some(), purpose };
        let scope = desk.actor.scope.clone();
        let made = transaction::run(&desk.worker.db, desk.setting(), async move |tx| {
            crate::imports::actions::start_export(tx, scope, params).await
        });
        let id = made.await.map_err(Failure::run)?.id;
        let job = desk.work_until_ended(id).await?;
        desk.save(id, files::RESULT, &args.file).await?;
        tell(&job)
    })
}

fn tell(job: &Job) -> Result<(), Failure> {
    let summary =
        serde_json::json!({ "job": job.id, "status": job.status, "counts": job.counts, "problems": job.problems });
    say(&summary.to_string());
    match &job.failure {
        None => Ok(()),
        Some(failure) => Err(Failure::Run(format!("{}: {}", failure.code, failure.detail))),
    }
}

fn format_of(file: &Path) -> ImportFormat {
    let name = file.to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    if name.ends_with(".ndjson") || name.ends_with(".jsonl") { ImportFormat::Ndjson } else { ImportFormat::Csv }
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn digest_of(path: &Path) -> Result<[u8; 32], Failure> {
    let fault = |e: std::io::Error| Failure::Run(format!("{}: {e}", path.display()));
    let mut file = std::fs::File::open(path).map_err(fault)?;
    let (mut digest, mut piece) = (Context::new(&SHA256), vec![0; files::PIECE]);
    loop {
        let size = file.read(&mut piece).map_err(fault)?;
        if size == 0 {
            let mut sum = [0; 32];
            sum.copy_from_slice(digest.finish().as_ref());
            return Ok(sum);
        }
        digest.update(piece.get(..size).unwrap_or_default());
    }
}

/// The file piece by piece, with a bar.
fn read(path: &Path) -> Result<impl Stream<Item = Result<Bytes, crate::error::Error>> + use<>, Failure> {
    let file = std::fs::File::open(path).map_err(|e| Failure::Run(format!("{}: {e}", path.display())))?;
    let bar = ProgressBar::new(file.metadata().map_or(0, |about| about.len()));
    bar.set_style(style("taking in {bar:30} {bytes}/{total_bytes} {bytes_per_sec}"));
    Ok(futures_util::stream::unfold((file, bar), |(mut file, bar)| async move {
        let mut piece = vec![0; files::PIECE];
        match file.read(&mut piece) {
            Ok(0) => {
                bar.finish_and_clear();
                None
            }
            Ok(size) => {
                bar.inc(size as u64);
                piece.truncate(size);
                Some((Ok(Bytes::from(piece)), (file, bar)))
            }
            Err(error) => Some((Err(crate::error::Error::internal(error)), (file, bar))),
        }
    }))
}
