//! PostgreSQL: the connection pool of each actix worker, migrations, and enums stored as text.

mod connect;
pub mod embedded;
pub mod keyset;
pub mod lock;
pub mod plan;
pub mod pool;
pub mod prepared;
pub mod sqlstate;
pub mod stored;
pub mod text_enum;
pub mod unseen;

use std::collections::HashSet;

use diesel::migration::MigrationSource;
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub use connect::connect;
pub use pool::Db;
pub use slrt_schema as schema;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Runs the pending migrations and returns their names. An advisory lock makes concurrent processes wait for each other.
pub async fn migrate(url: &str) -> Result<Vec<String>, BoxError> {
    use diesel_async::RunQueryDsl as _;
    let mut guard = connect(url).await?;
    diesel::sql_query("select pg_advisory_lock(7310001)").execute(&mut guard).await?;
    let connection = connect(url).await?;
    let ran = tokio::task::spawn_blocking(move || -> Result<Vec<String>, BoxError> {
        let mut harness = AsyncMigrationHarness::new(connection);
        Ok(harness.run_pending_migrations(MIGRATIONS)?.iter().map(ToString::to_string).collect())
    })
    .await??;
    diesel::sql_query("select pg_advisory_unlock(7310001)").execute(&mut guard).await?;
    Ok(ran)
}

/// A migration of this binary that the database does not have yet.
pub struct PendingMigration {
    pub name: String,
    pub version: String,
}

#[derive(diesel::QueryableByName)]
struct Exists {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    exists: bool,
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

/// The migrations that have not run. Reads only: works on a standby, and with a role that may not create tables.
pub async fn pending_migrations(url: &str) -> Result<Vec<PendingMigration>, BoxError> {
    use diesel_async::RunQueryDsl as _;
    let mut conn = connect(url).await?;
    let table = "select to_regclass('__diesel_schema_migrations') is not null as exists";
    let table: Exists = diesel::sql_query(table).get_result(&mut conn).await?;
    let ran: Vec<Version> = if table.exists {
        diesel::sql_query("select version from __diesel_schema_migrations").load(&mut conn).await?
    } else {
        Vec::new()
    };
    let ran: HashSet<String> = ran.into_iter().map(|row| row.version).collect();
    let all = MigrationSource::<diesel::pg::Pg>::migrations(&MIGRATIONS)?;
    let mut pending: Vec<PendingMigration> = all
        .iter()
        .map(|migration| migration.name())
        .map(|name| PendingMigration { name: name.to_string(), version: name.version().to_string() })
        .filter(|migration| !ran.contains(&migration.version))
        .collect();
    pending.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pending)
}
