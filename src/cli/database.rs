//! Which database a command works on: the one named, or the private one in the data folder.

use diesel_async::RunQueryDsl as _;

use super::{Failure, say};
use crate::config::DataArgs;
use crate::db;
use crate::db::embedded::{EmbeddedOptions, EmbeddedPostgres};

const DATABASE: &str = "slrt";
/// Where a command finds the private server that another process runs.
const URL_FILE: &str = "postgres.url";

/// A database and, if it is a private one, the server that must outlive its use.
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
            "using a private PostgreSQL in the data folder: for demo and tests, not for real data"
        );
        Ok(Self { url, embedded: Some(server) })
    }

    /// For a command beside a running service: uses the private server that is already up.
    pub(super) fn join(data: &DataArgs) -> Result<Self, Failure> {
        match Self::open(data) {
            Err(failure) => match std::fs::read_to_string(data.data_dir.join(URL_FILE)) {
                Ok(url) if data.database_url.is_none() => Ok(Self { url, embedded: None }),
                _ => Err(failure),
            },
            opened => opened,
        }
    }

    /// Makes the private server's database if it is not there yet; with `reset` it is thrown away first.
    pub(super) async fn prepare(&self, reset: bool) -> Result<(), Failure> {
        let Some(server) = &self.embedded else { return Ok(()) };
        let mut admin = crate::db::connect(&server.url("postgres")).await.map_err(Failure::run)?;
        if reset {
            let drop = format!("drop database if exists {DATABASE} with (force)");
            diesel::sql_query(drop).execute(&mut admin).await.map_err(Failure::run)?;
        }
        let there = diesel::sql_query(format!("select 1 from pg_database where datname = '{DATABASE}'"));
        if there.execute(&mut admin).await.map_err(Failure::run)? == 0 {
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

/// Schema, then programmes.
pub(super) async fn bring_up_to_date(url: &str) -> Result<(Vec<String>, usize), Failure> {
    let ran = db::migrate(url).await.map_err(Failure::run)?;
    let mut conn = crate::db::connect(url).await.map_err(Failure::run)?;
    let programs = crate::eligibility::actions::load_reference(&mut conn).await.map_err(Failure::run)?;
    let standards = crate::service_levels::actions::load_reference(&mut conn).await.map_err(Failure::run)?;
    tracing::info!(added = standards, "holidays and targets of the release are in the database");
    Ok((ran, programs))
}

/// Runs a future where transactions can run: a thread with a local set.
pub(super) fn block_on<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}

pub(super) fn migrate(data: &DataArgs) -> Result<(), Failure> {
    crate::telemetry::start(false);
    let database = Database::open(data)?;
    let outcome = block_on(async {
        database.prepare(false).await?;
        bring_up_to_date(&database.url).await
    });
    database.close();
    let (ran, programs) = outcome?;
    say(&format!("{} migrations ran, {programs} programme rules were added", ran.len()));
    Ok(())
}
