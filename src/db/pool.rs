//! One connection pool per actix worker, because a connection's driver task runs on the runtime that opened it. Write
//! transactions start in `transaction`.

use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::FutureExt as _;
use tokio::time::Instant;

use crate::error::Error;

pub type Connection = Object<AsyncPgConnection>;

/// No parallel query and no JIT compilation. Many short concurrent statements already use all processors, and starting
/// parallel workers takes longer than the statement itself: a page of a search took 12 ms instead of 1 ms. JIT likewise.
const SETTINGS: &str = "set max_parallel_workers_per_gather = 0; set jit = off";

/// What a pool is for. A statement that runs too long, and a transaction that waits too long for its client, hold locks that others
/// need.
#[derive(Debug, Clone, Copy)]
pub enum Class {
    /// Requests: their clients give up sooner.
    Requests,
    /// Background work and commands.
    Background,
}

impl Class {
    fn settings(self) -> String {
        let (statement, idle) = match self {
            Self::Requests => ("30s", "60s"),
            Self::Background => ("15min", "10min"),
        };
        format!("{SETTINGS}; set statement_timeout = '{statement}'; set idle_in_transaction_session_timeout = '{idle}'")
    }
}

async fn open(url: &str, class: Class) -> ConnectionResult<AsyncPgConnection> {
    let mut conn = super::connect(url).await?;
    conn.batch_execute(&class.settings()).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// The server has no connection left for this database, this role, or anyone. `db::sqlstate` writes the code into the message.
fn is_refused(error: &impl std::fmt::Display) -> bool {
    error.to_string().contains("53300: ")
}

/// Pause before another try to get a connection of a server that has none left.
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub struct Db {
    pool: Pool<AsyncPgConnection>,
    wait: Duration,
}

impl Db {
    /// Opens no connection yet: each is opened when it is first needed. A request that waits longer than `wait` for a
    /// connection gets 503.
    pub fn new(url: &str, size: usize, wait: Duration, class: Class) -> Result<Self, Error> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| open(url, class).boxed());
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let pool = Pool::builder(manager).max_size(size).build().map_err(Error::internal)?;
        Ok(Self { pool, wait })
    }

    /// A connection for reads, without a transaction. Data that must be consistent must be read in one statement.
    pub async fn read(&self) -> Result<Connection, Error> {
        let deadline = Instant::now() + self.wait;
        loop {
            let waited = tokio::time::timeout_at(deadline, self.pool.get()).await.map_err(Error::unavailable)?;
            match waited {
                // One of the pool's own connections becomes free sooner than the server's.
                Err(error) if is_refused(&error) && Instant::now() < deadline => {
                    tokio::time::sleep(REFUSED_PAUSE).await
                }
                result => return result.map_err(Error::unavailable),
            }
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> bool {
        use diesel_async::RunQueryDsl as _;
        let Ok(mut conn) = self.read().await else { return false };
        diesel::sql_query("select 1").execute(&mut conn).await.is_ok()
    }
}
