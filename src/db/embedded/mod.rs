//! A private PostgreSQL for the demo and the tests: a child process with a unix socket in the data folder.
//! Guarantees: a start returns a ready server or an error with the reason; no server outlives its [`EmbeddedPostgres`];
//! committed transactions survive any end of this process.

#[cfg(slrt_postgres_archive)]
mod archive;
mod cluster;
mod error;
mod fresh;
mod installed;
mod keeper;
mod lock;
mod log;
mod predecessor;
mod processes;
mod programs;
mod server;
mod socket;
mod sys;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Instant;

pub use self::error::EmbeddedError;
use self::programs::{Account, Programs};
use self::server::Server;
use self::socket::SocketDir;

/// The cluster's only superuser. Every connection over the socket (its folder is private) is this user.
const SUPERUSER: &str = "slrt";

/// How to run the private server.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The data folder, created if it does not exist. It contains the cluster (`postgres`), the server's log
    /// (`postgres.log`) and the lock files against a second process (`slrt.lock`) and a second server (`postgres.lock`).
    /// If this process runs as root and the server as another user, that user's group gets the right to traverse the folder.
    pub data_dir: PathBuf,
    /// A folder with `initdb` and `postgres` to use instead of the archive in this binary. If neither exists, an installed
    /// PostgreSQL is searched for in the usual folders.
    pub postgres_bin: Option<PathBuf>,
    /// `false` only for temporary test clusters: `fsync`, `synchronous_commit` and `full_page_writes` are off, and a crash
    /// of the machine may lose or corrupt all data.
    pub durable: bool,
    /// PostgreSQL's `max_connections`; none are reserved for superusers.
    pub max_connections: u16,
    /// PostgreSQL's `shared_buffers`, in mebibytes.
    pub shared_buffers_mb: u32,
}

/// A running private server. Dropping it stops the server, as [`EmbeddedPostgres::stop`] does.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    // Dropped in this order: the folder stays locked until the server has ended.
    server: Server,
    socket_dir: SocketDir,
    _lock: File,
    version: String,
}

impl EmbeddedPostgres {
    /// Starts the server and blocks until it accepts connections. The first start on a folder also unpacks the
    /// programs and creates the cluster, which takes about a second.
    ///
    /// Call it from the main thread before the asynchronous runtime starts, or from any other thread that may block.
    /// The calling thread may end (a test harness runs each test in a new thread): the server is spawned from its own
    /// thread, because the kernel's parent-death signal depends on the spawning thread, not on the process.
    ///
    /// On Linux the server shuts down when this process dies, even by `kill -9`. On other systems it keeps running, and the
    /// next start on the same folder stops it first.
    ///
    /// # Errors
    /// [`EmbeddedError::Busy`] if another process uses the folder. The other errors say what could not be run, created or
    /// reached, with the last lines of the program's log.
    pub fn start(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let begun = Instant::now();
        let data_dir = private_dir(&options.data_dir)?;
        let lock = lock::hold(&data_dir)?;
        let cluster = cluster::path(&data_dir);
        let heritage = predecessor::stop(&data_dir, &cluster)?;
        fresh::sweep(&data_dir);

        let programs = Programs::choose(options, &data_dir, cluster::major(&cluster)?)?;
        let owner = programs.account.map_or_else(sys::effective_uid, |a| a.uid);
        if let Some(account) = programs.account {
            allow_traversal(&data_dir, account)?;
        }
        let socket_dir = socket::choose(&data_dir, &std::env::temp_dir(), owner)
            .ok_or_else(|| EmbeddedError::NoSocketPath(data_dir.clone()))?;
        let made = cluster::ensure(&data_dir, &programs, options.durable)?;
        let socket_dir = socket::prepare(socket_dir, owner, programs.account)?;

        let server = server::start(options, &programs, &data_dir, socket_dir.path(), &heritage)?;
        tracing::info!(
            version = programs.version,
            pid = server.pid(),
            folder = %cluster.display(),
            new_cluster = made,
            durable = options.durable,
            milliseconds = begun.elapsed().as_millis(),
            "private PostgreSQL is ready"
        );
        Ok(Self { server, socket_dir, _lock: lock, version: programs.version })
    }

    /// The URL of a database of the cluster, over the unix socket, in the format of `tokio-postgres`. A new cluster has
    /// `postgres` and the templates; create others with `CREATE DATABASE`.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        socket::url(self.socket_dir.path(), SUPERUSER, database)
    }

    /// The server's version, such as `17.5`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The process id of the postmaster.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Stops the server: rolls back open transactions, closes connections and writes all data to disk. Blocks until the
    /// server has ended. A server that does not end in time is killed, and recovers from its log at the next start.
    pub fn stop(self) {
        drop(self);
    }
}

/// Creates the folder, private to this user if it is new, and returns its absolute path without symbolic links. The path is
/// the same for every start, from any working directory.
fn private_dir(path: &Path) -> Result<PathBuf, EmbeddedError> {
    let make = || -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        DirBuilder::new().recursive(true).mode(0o700).create(path)
    };
    make().map_err(EmbeddedError::io("make the folder", path))?;
    path.canonicalize().map_err(EmbeddedError::io("find the folder", path))
}

/// Lets the server's account traverse the data folder to the cluster, without reading it.
fn allow_traversal(dir: &Path, account: Account) -> Result<(), EmbeddedError> {
    let open = || -> io::Result<()> {
        let mode = fs::metadata(dir)?.mode();
        if mode & 0o001 == 0 {
            chown(dir, None, Some(account.gid))?;
            fs::set_permissions(dir, fs::Permissions::from_mode(mode & 0o7707 | 0o010))?;
        }
        Ok(())
    };
    open().map_err(EmbeddedError::io("share the folder", dir))
}
