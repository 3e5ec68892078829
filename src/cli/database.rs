//! The database of a command: the configured one, or the private one in the data folder.

use diesel_async::RunQueryDsl as _;

use super::{Failure, say, start_log};
use crate::config::DataArgs;
use crate::db;
use crate::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use crate::events::sequencer;

const DATABASE: &str = "slrt";
/// File in which a command finds the private server of another process.
const URL_FILE: &str = "postgres.url";

/// A database. For a private one also its server, which must run as long as the database is used.
pub(super) struct Database {
    pub(super) url: String,
    pub(super) embedded: Option<EmbeddedPostgres>,
}

impl Database {
    pub(super) fn open(data: &DataArgs) -> Result<Self, Failure> {
        if let Some(url) = &data.database_url {
            return Ok(Self { url: url.clone(), embedded: None });
        }
        let server = EmbeddedPostgres::start(&EmbeddedOptions {
            data_dir: data.data_dir.clone(),
            postgres_bin: data.postgres_bin.clone(),
            durable: true,
            max_connections: 100,
            shared_buffers_mb: 64,
        })
        .map_err(Failure::run)?;
        let url = server.url(DATABASE);
        std::fs::write(data.data_dir.join(URL_FILE), &url).map_err(Failure::run)?;
        tracing::warn!(
            version = server.version(),
            pid = server.pid(),
            "using a private PostgreSQL in the data folder, only for demo and tests"
        );
        Ok(Self { url, embedded: Some(server) })
    }

    /// For a command that runs beside a service: uses the private server that is already running.
    pub(super) fn join(data: &DataArgs) -> Result<Self, Failure> {
        match Self::open(data) {
            Err(failure) => match std::fs::read_to_string(data.data_dir.join(URL_FILE)) {
                Ok(url) if data.database_url.is_none() => Ok(Self { url, embedded: None }),
                _ => Err(failure),
            },
            opened => opened,
        }
    }

    /// Creates the database on the private server if it does not exist; with `reset` it is dropped first.
    pub(super) async fn prepare(&self, reset: bool) -> Result<(), Failure> {
        let Some(server) = &self.embedded else { return Ok(()) };
        let mut admin = crate::db::connect(&server.url("postgres")).await.map_err(Failure::run)?;
        if reset {
            let drop = format!("drop database if exists {DATABASE} with (force)");
            diesel::sql_query(drop).execute(&mut admin).await.map_err(Failure::run)?;
        }
        let exists = diesel::sql_query(format!("select 1 from pg_database where datname = '{DATABASE}'"));
        if exists.execute(&mut admin).await.map_err(Failure::run)? == 0 {
            let create = format!("create database {DATABASE} locale 'C' encoding 'UTF8' template template0");
            diesel::sql_query(create).execute(&mut admin).await.map_err(Failure::run)?;
        }
        Ok(())
    }

    pub(super) fn close(self) {
        if let Some(server) = self.embedded {
            server.stop();
        }
    }
}

/// Migrates the schema, then loads programmes and service standards.
pub(super) async fn bring_up_to_date(url: &str) -> Result<(Vec<String>, usize), Failure> {
    let ran = db::migrate(url).await.map_err(Failure::run)?;
    let mut conn = crate::db::connect(url).await.map_err(Failure::run)?;
    let programs = crate::eligibility::actions::load_reference(&mut conn).await.map_err(Failure::run)?;
    let standards = crate::service_levels::actions::load_reference(&mut conn).await.map_err(Failure::run)?;
    tracing::info!(added = standards, "loaded holidays and targets of the release");
    Ok((ran, programs))
}

/// Runs a future on a thread with a local set, which transactions need.
pub(super) fn block_on<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}

pub(super) fn plan(data: &DataArgs) -> Result<(), Failure> {
    let database = Database::join(data)?;
    let outcome = block_on(async {
        database.prepare(false).await?;
        db::plan::describe(&database.url).await.map_err(Failure::run)
    });
    database.close();
    say(&outcome?);
    Ok(())
}

/// Begins a new epoch of the order of changes.
pub(super) fn restore(data: &DataArgs) -> Result<(), Failure> {
    let database = Database::join(data)?;
    let outcome = block_on(async {
        if !db::pending_migrations(&database.url).await.map_err(Failure::run)?.is_empty() {
            return Err(Failure::Run("migrations are pending: run `slrt migrate` first".to_owned()));
        }
        let mut conn = db::connect(&database.url).await.map_err(Failure::run)?;
        sequencer::begin_epoch(&mut conn).await.map_err(Failure::run)
    });
    database.close();
    outcome?;
    say("cursors from before the restore are no longer valid");
    Ok(())
}

pub(super) fn migrate(data: &DataArgs) -> Result<(), Failure> {
    start_log(false);
    let database = Database::open(data)?;
    let outcome = block_on(async {
        database.prepare(false).await?;
        bring_up_to_date(&database.url).await
    });
    database.close();
    let (ran, programs) = outcome?;
    say(&format!("{} migrations ran, {programs} programme rules added", ran.len()));
    Ok(())
}
