//! Runs the service: keys, database, server, background work, graceful shutdown.

use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use tokio::signal::unix::{SignalKind, signal};

use super::database::{Database, block_on, bring_up_to_date};
use super::{Failure, say, start_log};
use crate::app::{self, Shared};
use crate::attachments::storage::{Storage, StoreFault};
use crate::auth::keys::{KeyFile, Keys};
use crate::clock::Clock;
use crate::config::{DataArgs, Environment, ServerArgs};
use crate::demo;
use crate::events::sequencer;
use crate::metrics;
use crate::worker::Worker;

pub(super) fn load_keys(data: &DataArgs) -> Result<Keys, Failure> {
    let wrong = |e: crate::auth::keys::KeyError| Failure::Configuration(e.to_string());
    if let Some(text) = &data.keys {
        return KeyFile::parse(text).and_then(|file| Keys::fixed(&file)).map_err(wrong);
    }
    let path = data.keys_path();
    if data.environment == Environment::Development {
        std::fs::create_dir_all(&data.data_dir).map_err(Failure::run)?;
        KeyFile::read_or_generate(&path, Utc::now()).map_err(wrong)?;
    }
    Keys::from_file(&path).map_err(wrong)
}

pub(super) fn serve(data: &DataArgs, server: &ServerArgs) -> Result<(), Failure> {
    start_log(server.log_json);
    if data.environment == Environment::Production && data.data_dir.join(demo::CREDENTIALS).exists() {
        return Err(Failure::Configuration(
            "SLRT_ENV=production refuses a data folder with demo secrets; set another SLRT_DATA_DIR".to_owned(),
        ));
    }
    let keys = Arc::new(load_keys(data)?);
    let database = Database::open(data)?;
    let outcome = block_on(async {
        if database.embedded.is_some() {
            database.prepare(false).await?;
            bring_up_to_date(&database.url).await?;
        }
        if data.environment == Environment::Production && demo::is_seeded(&database.url).await.map_err(Failure::run)? {
            return Err(Failure::Configuration(
                "SLRT_ENV=production refuses a database with demo clients; use an empty database".to_owned(),
            ));
        }
        run(&server.in_folder(&data.data_dir), keys, &database.url, |address| {
            tracing::info!(%address, "listening");
        })
        .await
    });
    database.close();
    outcome
}

pub(super) fn demo(data: &DataArgs, server: &ServerArgs, reset: bool) -> Result<(), Failure> {
    if data.environment == Environment::Production {
        return Err(Failure::Configuration("the demo does not run with SLRT_ENV=production".to_owned()));
    }
    start_log(server.log_json);
    let keys = Arc::new(load_keys(data)?);
    let database = Database::open(data)?;
    let outcome = block_on(async {
        database.prepare(reset).await?;
        bring_up_to_date(&database.url).await?;
        let credentials = demo::seed(&database.url, keys.clone(), &data.data_dir).await.map_err(Failure::run)?;
        let folder = data.data_dir.clone();
        let mut server = server.in_folder(&data.data_dir);
        server.messages.message_gateway.get_or_insert_with(|| "log".to_owned());
        let public_url = server.public_url.clone();
        run(&server, keys, &database.url, move |address| {
            let base_url = public_url.unwrap_or_else(|| demo::local_url(address));
            if let Err(error) = demo::write_environment(&folder, &base_url, &credentials) {
                tracing::warn!(%error, "the Postman environment cannot be written");
            }
            banner(address, &folder, &credentials);
        })
        .await
    });
    database.close();
    outcome
}

fn banner(address: std::net::SocketAddr, folder: &Path, credentials: &[demo::Credential]) {
    let mut lines = vec![
        String::new(),
        "SLRT Referral API, demo. All persons are fictitious.".to_owned(),
        format!("  Documentation   http://{address}/docs/"),
        format!("  Credentials     {}", folder.join(demo::CREDENTIALS).display()),
        format!("  For Postman     {}", folder.join(demo::ENVIRONMENT).display()),
        String::new(),
    ];
    for c in credentials {
        lines.push(format!("  {:24} {}  {}", c.client_id, c.client_secret, c.label));
    }
    if let Some(desk) = credentials.first() {
        lines.push(String::new());
        lines.push("Try:".to_owned());
        lines.push(format!(
            "  curl -s -u {}:{} -d grant_type=client_credentials http://{address}/oauth/token",
            desk.client_id, desk.client_secret
        ));
        lines.push(String::new());
    }
    say(&lines.join("\n"));
}

async fn run(
    args: &ServerArgs,
    keys: Arc<Keys>,
    url: &str,
    listening: impl FnOnce(std::net::SocketAddr),
) -> Result<(), Failure> {
    let pending = crate::db::pending_migrations(url).await.map_err(Failure::run)?.len();
    let mut conn = crate::db::connect(url).await.map_err(Failure::run)?;
    report_connections(args, &mut conn).await?;
    if pending == 0 {
        // Before the first request: a cursor from before a restore must not be accepted.
        if sequencer::settle_epoch(&mut conn).await.map_err(Failure::run)? {
            tracing::warn!("another database server than before: cursors from before get 410");
        }
    }
    drop(conn);
    let shared = Shared::new(args, keys, Clock::default(), url.to_owned(), pending);
    let shared = Arc::new(shared.map_err(Failure::Configuration)?);
    match shared.resources.get::<Storage>().map_err(Failure::run)?.check().await {
        Ok(()) => {}
        Err(StoreFault::Refused(sentence)) => return Err(Failure::Configuration(sentence)),
        Err(StoreFault::Unreachable(sentence)) => {
            tracing::warn!("{sentence}; requests for attachments get 503 until it is available");
        }
    }
    let (server, address) =
        app::serve(args, shared.clone()).map_err(|e| Failure::Run(format!("cannot listen on {}: {e}", args.listen)))?;
    if let Some(listen) = args.metrics_listen {
        let (server, address) = metrics::serve(shared.metrics.clone(), listen)
            .map_err(|e| Failure::Run(format!("cannot listen on {listen}: {e}")))?;
        actix_web::rt::spawn(server);
        tracing::info!(%address, "metrics");
    }
    let background = actix_web::rt::spawn(Worker::new(&shared).map_err(Failure::run)?.run());
    let handle = server.handle();
    listening(address);
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::run)?;
    actix_web::rt::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        handle.stop(true).await;
    });
    let outcome = server.await.map_err(Failure::run);
    background.abort();
    outcome
}

#[derive(diesel::QueryableByName)]
struct Limit {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    connections: i64,
}

/// Logs how many connections this process opens at most, with a warning if the server allows fewer.
async fn report_connections(args: &ServerArgs, conn: &mut AsyncPgConnection) -> Result<(), Failure> {
    let query = "select (current_setting('max_connections')::bigint \
        - current_setting('superuser_reserved_connections')::bigint) as connections";
    let limit: Limit = diesel::sql_query(query).get_result(conn).await.map_err(Failure::run)?;
    let (wanted, allowed) = (app::max_connections(args), usize::try_from(limit.connections).unwrap_or(0));
    if wanted > allowed {
        tracing::warn!(
            wanted,
            allowed,
            "this instance alone may need more database connections than the server allows"
        );
    } else {
        tracing::info!(wanted, allowed, "database connections of this instance, and of the server for all instances");
    }
    Ok(())
}
