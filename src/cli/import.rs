//! `slrt import` and `slrt export`: the same jobs as in the API, run by this process, with a progress bar.

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
use super::{Failure, codes, region_or_country, say, start_log};
use crate::app::Shared;
use crate::auth::Actor;
use crate::auth::caller::AccessPurpose;
use crate::auth::permission::Permission;
use crate::background;
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
use crate::regions::RegionScope;
use crate::transaction::{self, TxContext};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Input file: CSV, or NDJSON if its name ends in .ndjson or .jsonl; plain or gzip.
    file: PathBuf,
    /// Kind of the rows.
    #[arg(long, value_parser = codes::<ImportKind>())]
    kind: ImportKind,
    /// What to do with a row that already exists: skip, update or fail.
    #[arg(long, default_value = "skip", value_parser = codes::<OnConflict>())]
    on_conflict: OnConflict,
    /// What to do with invalid rows: refuse the file, or skip these rows.
    #[arg(long, default_value = "refuse", value_parser = codes::<OnFault>())]
    on_fault: OnFault,
    /// Only validate the file; write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Import a file again that was imported before with the same options.
    #[arg(long)]
    again: bool,
    /// Regions in which rows may be written, separated by commas; `ID` is the whole country.
    #[arg(long, value_delimiter = ',', default_value = "ID", value_parser = region_or_country)]
    regions: Vec<String>,
    /// Path of the problem file. Default: the path of the input file with .problems.csv appended.
    #[arg(long)]
    problems: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Path of the CSV file.
    file: PathBuf,
    /// Kind of the rows.
    #[arg(long, value_parser = codes::<ImportKind>())]
    kind: ImportKind,
    /// Regions whose rows are exported, separated by commas; `ID` is the whole country.
    #[arg(long, value_delimiter = ',', default_value = "ID", value_parser = region_or_country)]
    regions: Vec<String>,
    /// Show numbers, addresses and birth dates, for this purpose; it is stored in each person's access record.
    #[arg(long, value_parser = codes::<AccessPurpose>())]
    reveal_for: Option<AccessPurpose>,
    /// Purpose of a masked file of persons, which shows their names; it is stored in each person's access record.
    #[arg(long, value_parser = codes::<AccessPurpose>(), conflicts_with = "reveal_for")]
    purpose: Option<AccessPurpose>,
}

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    server: ServerArgs,
}

/// Context of a command: the database, and an actor for the audit trail.
pub(super) struct Session {
    pub(super) context: background::Context,
    actor: Arc<Actor>,
}

impl Session {
    fn open(data: &DataArgs, url: &str, regions: &[String], permissions: &[Permission]) -> Result<Self, Failure> {
        let args = Defaults::try_parse_from(["slrt"]).map_err(Failure::run)?.server;
        let shared = Shared::new(&args, Arc::new(load_keys(data)?), Clock::default(), url.to_owned(), 0)
            .map_err(Failure::run)?;
        let actor = Actor {
            client_id: "operator".to_owned(),
            subject: "operator".to_owned(),
            organization_id: None,
            scope: RegionScope::from_codes(regions),
            permissions: permissions.iter().copied().collect(),
            roles: Vec::new(),
        };
        Ok(Self { context: shared.background().map_err(Failure::run)?, actor: Arc::new(actor) })
    }

    pub(super) fn tx_context(&self) -> TxContext {
        TxContext { actor: self.actor.clone(), ..self.context.tx_context() }
    }

    /// Returns the unfinished job of the same file: it was interrupted and continues. An import that has written rows is
    /// repeated only with `--again`, because rows without a number would be duplicated.
    async fn imported_before(&self, args: &ImportArgs, params: ImportParams) -> Result<Option<Uuid>, Failure> {
        let digest = digest_of(&args.file)?;
        let keys = self.tx_context().keys;
        let mut conn = self.context.db.read().await.map_err(Failure::run)?;
        let found = actions::find_same(&mut conn, &keys.sealer, &self.actor, params, &digest).await;
        let Some(job) = found.map_err(Failure::run)? else { return Ok(None) };
        if matches!(job.status, JobStatus::Queued | JobStatus::Running) {
            tracing::warn!(
                job = %job.id, since = %job.created_at, done = job.done,
                "continuing the unfinished import of this file; this may take up to a minute"
            );
            return Ok(Some(job.id));
        }
        if job.done == 0 || args.dry_run || args.again {
            return Ok(None);
        }
        Err(Failure::Run(format!(
            "{} was imported with these options by job {} (status {}, {} rows); use --again to import it again",
            args.file.display(),
            job.id,
            job.status,
            job.done,
        )))
    }

    /// Stores the file and enqueues its job.
    async fn upload(&self, args: &ImportArgs, params: ImportParams) -> Result<Uuid, Failure> {
        let tx_context = self.tx_context();
        let store = Store { db: self.context.db.clone(), keys: tx_context.keys.clone(), now: tx_context.clock.now() };
        let upload = store.receive(read(&args.file)?, params.kind, params.format, ImportLimit(usize::MAX)).await;
        let upload = upload.map_err(|error| {
            let faults: Vec<String> = error.fields.iter().map(|f| format!("{}: {}", f.pointer, f.code)).collect();
            Failure::Run(format!("{} was refused: {error} {}", args.file.display(), faults.join(", ")))
        })?;
        let made =
            transaction::run(&self.context.db, tx_context, async move |tx| actions::start(tx, params, &upload).await);
        Ok(made.await.map_err(Failure::run)?.id)
    }

    async fn read(&self, id: Uuid) -> Result<Job, Failure> {
        let mut conn = self.context.db.read().await.map_err(Failure::run)?;
        let row = jobs::find(&mut conn, &self.actor, id).await.map_err(Failure::run)?;
        Job::show(row, crate::http::request_context::Language::En).map_err(Failure::run)
    }

    /// Runs due jobs until this job has ended; a running service may run it as well.
    async fn work_until_ended(&self, id: Uuid) -> Result<Job, Failure> {
        let work = async {
            loop {
                if let Err(error) = crate::jobs::run::run_due(&self.context).await {
                    tracing::warn!(%error, "job interrupted, will be retried");
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let watch = async {
            let bar = ProgressBar::new(0);
            bar.set_style(style("{msg} {bar:30} {human_pos}/{human_len} {per_sec} {eta}"));
            loop {
                let job = self.read(id).await?;
                let checked = job.counts.get("checked").copied().unwrap_or_default();
                let writing = job.done > 0;
                bar.set_message(if writing { "writing" } else { "validating" });
                bar.set_length(u64::try_from(job.total.unwrap_or_default()).unwrap_or_default());
                bar.set_position(u64::try_from(if writing { job.done } else { checked }).unwrap_or_default());
                if !matches!(job.status, JobStatus::Queued | JobStatus::Running) {
                    bar.finish_and_clear();
                    return Ok::<Job, Failure>(job);
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        };
        tokio::select! {
            job = watch => job,
            () = work => Err(Failure::Run("the worker stopped before the job ended".to_owned())),
        }
    }

    /// Saves one of the job's files.
    async fn save(&self, id: Uuid, file: &'static str, to: &Path) -> Result<(), Failure> {
        let mut pieces = std::pin::pin!(files::stream(self.context.db.clone(), self.tx_context().keys, id, file));
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

pub(super) fn with_session<T>(
    data: &DataArgs,
    regions: &[String],
    permissions: &[Permission],
    work: impl AsyncFnOnce(&Session) -> Result<T, Failure>,
) -> Result<T, Failure> {
    start_log(false);
    let database = Database::join(data)?;
    let outcome = block_on(async {
        if database.embedded.is_some() {
            database.prepare(false).await?;
            bring_up_to_date(&database.url).await?;
        }
        work(&Session::open(data, &database.url, regions, permissions)?).await
    });
    database.close();
    outcome
}

pub(super) fn import(data: &DataArgs, args: &ImportArgs) -> Result<(), Failure> {
    let permissions = [crate::registry::permissions::REGISTRY_IMPORT, args.kind.permission()];
    with_session(data, &args.regions, &permissions, async |session| {
        let params = ImportParams {
            kind: args.kind,
            format: format_of(&args.file),
            on_conflict: args.on_conflict,
            on_fault: args.on_fault,
            dry_run: args.dry_run,
        };
        let id = match session.imported_before(args, params).await? {
            Some(id) => id,
            None => session.upload(args, params).await?,
        };
        let job = session.work_until_ended(id).await?;
        let problems = args.problems.clone().unwrap_or_else(|| with_ending(&args.file, ".problems.csv"));
        if job.problems > 0 {
            session.save(id, files::PROBLEMS, &problems).await?;
            tracing::warn!(problems = job.problems, file = %problems.display(), "invalid rows, see the problem file");
        }
        print_result(&job)
    })
}

pub(super) fn export(data: &DataArgs, args: &ExportArgs) -> Result<(), Failure> {
    if args.kind == ImportKind::Persons && args.reveal_for.or(args.purpose).is_none() {
        return Err(Failure::Configuration(
            "an export of persons shows their names: state the purpose with --purpose or --reveal-for".to_owned(),
        ));
    }
    let permissions = [crate::registry::permissions::REGISTRY_READ, crate::auth::permissions::PII_REVEAL];
    with_session(data, &args.regions, &permissions, async |session| {
        let purpose = args.reveal_for.or(args.purpose.filter(|_| args.kind == ImportKind::Persons));
        let params = ExportParams { kind: args.kind, reveal: args.reveal_for.is_some(), purpose };
        let scope = session.actor.scope.clone();
        let made = transaction::run(&session.context.db, session.tx_context(), async move |tx| {
            crate::imports::actions::start_export(tx, scope, params).await
        });
        let id = made.await.map_err(Failure::run)?.id;
        let job = session.work_until_ended(id).await?;
        session.save(id, files::RESULT, &args.file).await?;
        print_result(&job)
    })
}

fn print_result(job: &Job) -> Result<(), Failure> {
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

/// Streams the file, with a progress bar.
fn read(path: &Path) -> Result<impl Stream<Item = Result<Bytes, crate::error::Error>> + use<>, Failure> {
    let file = std::fs::File::open(path).map_err(|e| Failure::Run(format!("{}: {e}", path.display())))?;
    let bar = ProgressBar::new(file.metadata().map_or(0, |about| about.len()));
    bar.set_style(style("uploading {bar:30} {bytes}/{total_bytes} {bytes_per_sec}"));
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
