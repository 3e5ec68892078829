//! A private PostgreSQL for the demo and the tests: our child process, on a unix socket in the data folder.
//! The rule: a start ends with a ready server or with an error that says why, no server outlives its
//! [`EmbeddedPostgres`], and what the server acknowledged as committed survives however we end.

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

/// The cluster's one superuser. Whoever can reach the socket (its folder is private) is this user.
const SUPERUSER: &str = "slrt";

/// How to run the private server.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// The parent folder, made when it is missing. The cluster is its subfolder `postgres`, the server's log its
    /// file `postgres.log`; `slrt.lock` keeps a second process out, `postgres.lock` a second server. Where we are root
    /// and the server runs as another user, that user's group gets leave to pass through this folder.
    pub data_dir: PathBuf,
    /// A folder with `initdb` and `postgres` to use instead of the archive in this binary. Without an archive and
    /// without this, an installed PostgreSQL is looked for in the usual places.
    pub postgres_bin: Option<PathBuf>,
    /// `false` only for throw-away test clusters: `fsync`, `synchronous_commit` and `full_page_writes` are off, and
    /// a crash of the machine may lose or ruin everything.
    pub durable: bool,
    /// PostgreSQL's `max_connections`; none of them are reserved.
    pub max_connections: u16,
    /// PostgreSQL's `shared_buffers`, in mebibytes.
    pub shared_buffers_mb: u32,
}

/// A running private server. Dropping it stops the server, as [`EmbeddedPostgres::stop`] does.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    // Dropped in this order: the folder stays locked until the server is gone.
    server: Server,
    socket_dir: SocketDir,
    _lock: File,
    version: String,
}

impl EmbeddedPostgres {
    /// Starts the server and blocks until it accepts connections. The first start on a folder also unpacks the
    /// programs and makes the cluster, which takes about a second.
    ///
    /// Call it from the main thread before the asynchronous runtime starts, or from any other thread that may block.
    /// The kernel's parent-death signal goes by the thread that spawned the server, not by the process: that is a
    /// thread of its own, which stays, so the caller's may end (a test harness runs each test in a new one).
    ///
    /// On Linux the server shuts down by itself when this process dies, even by `kill -9`. Elsewhere it stays behind,
    /// and the next start on the same folder stops it first.
    ///
    /// # Errors
    /// [`EmbeddedError::Busy`] when another process has the folder; the others say what could not be run, made or
    /// reached, with the last lines of the program's own log.
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
            let_in(&data_dir, account)?;
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
            "a private PostgreSQL for this process alone is ready"
        );
        Ok(Self { server, socket_dir, _lock: lock, version: programs.version })
    }

    /// The URL of one of the cluster's databases, over the unix socket, as `tokio-postgres` understands it. A new
    /// cluster has `postgres` and the templates; make others with `CREATE DATABASE`.
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

    /// Stops the server: open transactions are rolled back, connections are closed, everything is written out.
    /// Blocks until it is gone; a server that does not end in time is killed, and recovers from its log next time.
    pub fn stop(self) {
        drop(self);
    }
}

/// Makes the folder, for us alone when it is new, and gives its absolute path without symbolic links: the same for
/// every start, from wherever, and short.
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

/// Lets the account that runs the server pass through our folder to the cluster, and read nothing in it.
fn let_in(dir: &Path, account: Account) -> Result<(), EmbeddedError> {
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
