//! PostgreSQL: the connection pool of each actix worker, migrations, and enums stored as text.

mod connect;
pub mod embedded;
pub mod keyset;
pub mod lock;
pub mod pool;
pub mod prepared;
pub mod sqlstate;
pub mod stored;
pub mod text_enum;
pub mod unseen;

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

/// Number of this binary's migrations that the database does not have yet.
pub async fn pending_migrations(url: &str) -> Result<usize, BoxError> {
    let connection = connect(url).await?;
    tokio::task::spawn_blocking(move || -> Result<usize, BoxError> {
        let mut harness = AsyncMigrationHarness::new(connection);
        Ok(harness.pending_migrations(MIGRATIONS)?.len())
    })
    .await?
}
