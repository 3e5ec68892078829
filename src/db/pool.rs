//! One connection pool per actix worker, because a connection's driver task runs on the runtime that opened it. Write
//! transactions start in `transaction`.

use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;

use crate::error::Error;

pub type Connection = Object<AsyncPgConnection>;

/// No parallel query and no JIT compilation. Many short concurrent statements already use all processors, and starting
/// parallel workers takes longer than the statement itself: a page of a search took 12 ms instead of 1 ms. JIT likewise.
const SETTINGS: &str = "set max_parallel_workers_per_gather = 0; set jit = off";

async fn open(url: &str) -> ConnectionResult<AsyncPgConnection> {
    let mut conn = super::connect(url).await?;
    conn.batch_execute(SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    wait: Duration,
}

impl Db {
    /// Opens no connection yet: each is opened when it is first needed. A request that waits longer than `wait` for a
    /// connection gets 503.
    pub fn new(url: &str, size: usize, wait: Duration) -> Result<Self, Error> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|url| open(url).boxed());
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let pool = Pool::builder(manager).max_size(size).build().map_err(Error::internal)?;
        Ok(Self { pool, wait })
    }

    /// A connection for reads, without a transaction. Data that must be consistent must be read in one statement.
    pub async fn read(&self) -> Result<Connection, Error> {
        let waited = tokio::time::timeout(self.wait, self.pool.get()).await.map_err(Error::unavailable)?;
        waited.map_err(Error::unavailable)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> bool {
        use diesel_async::RunQueryDsl as _;
        let Ok(mut conn) = self.read().await else { return false };
        diesel::sql_query("select 1").execute(&mut conn).await.is_ok()
    }
}
