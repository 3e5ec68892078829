//! One PostgreSQL without durability for the test run, one migrated template, and a copy for each test.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use tokio::sync::OnceCell;

static CLUSTER: OnceLock<EmbeddedPostgres> = OnceLock::new();
static TEMPLATE: OnceCell<()> = OnceCell::const_new();

fn cluster() -> &'static EmbeddedPostgres {
    CLUSTER.get_or_init(|| {
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        delete_old_folders(parent);
        EmbeddedPostgres::start(&EmbeddedOptions {
            data_dir: parent.join(format!("cluster-{}", std::process::id())),
            postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(PathBuf::from),
            durable: false,
            max_connections: 400,
            shared_buffers_mb: 64,
        })
        .expect("a private PostgreSQL")
    })
}

/// Deletes the folders of ended runs.
fn delete_old_folders(parent: &Path) {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix("cluster-").and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

async fn template() {
    TEMPLATE
        .get_or_init(|| async {
            execute("postgres", "create database template_slrt locale 'C' encoding 'UTF8' template template0").await;
            let url = cluster().url("template_slrt");
            slrt::db::migrate(&url).await.expect("migrations");
            let mut conn = AsyncPgConnection::establish(&url).await.expect("a connection");
            slrt::eligibility::actions::load_reference(&mut conn).await.expect("programmes");
            slrt::service_levels::actions::load_reference(&mut conn).await.expect("holidays");
            slrt::demo::seed_directory(&mut conn).await.expect("the directory");
        })
        .await;
}

pub async fn execute(database: &str, statement: &str) {
    let mut conn = AsyncPgConnection::establish(&cluster().url(database)).await.expect("a connection");
    diesel::sql_query(statement).execute(&mut conn).await.expect(statement);
}

/// A database without any table; its URL.
pub async fn empty_database() -> String {
    tokio::task::spawn_blocking(cluster).await.expect("the cluster");
    let name = format!("t_{}", uuid::Uuid::new_v4().simple());
    execute("postgres", &format!("create database {name} locale 'C' encoding 'UTF8' template template0")).await;
    cluster().url(&name)
}

/// Creates a new database with schema, programmes and the demo's directory; returns its URL.
pub async fn fresh_database() -> String {
    tokio::task::spawn_blocking(cluster).await.expect("the cluster");
    template().await;
    let name = format!("t_{}", uuid::Uuid::new_v4().simple());
    execute("postgres", &format!("create database {name} template template_slrt strategy wal_log")).await;
    cluster().url(&name)
}
