//! Why a private server could not be started. Every message says which file or program it is about and, where the
//! program said something itself, ends with that.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a private server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The folder's lock is held by another live process (or by this one, a second time).
    #[error("another slrt is running on this data folder (pid {pid}): {}", folder.display())]
    Busy {
        /// The data folder.
        folder: PathBuf,
        /// The other process, as it wrote itself down; `?` when it had not yet.
        pid: String,
    },
    /// A PostgreSQL left behind by an earlier run on this folder does not end.
    #[error("a PostgreSQL of an earlier run still runs on this cluster and does not stop: {}", folder.display())]
    StillRunning {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// This binary carries no PostgreSQL, and none is installed in the usual places.
    #[error(
        "this build carries no PostgreSQL and none is installed in the usual places: install one or name the folder of its programs"
    )]
    NotInstalled,
    /// The folder that was named does not hold the programs.
    #[error("no initdb and postgres in {}", .0.display())]
    NoPrograms(PathBuf),
    /// The cluster was made by another major version, which cannot be read.
    #[error("the cluster in this data folder was made by PostgreSQL {cluster}, but the programs in {} are version {programs}", bin.display())]
    OtherVersion {
        /// The cluster's major version.
        cluster: u32,
        /// The version of the programs.
        programs: String,
        /// The folder of the programs.
        bin: PathBuf,
    },
    /// An installed PostgreSQL refuses to run as root, and there is nobody else to run it as.
    #[error("an installed PostgreSQL does not run as root, and this machine has no user `postgres` to run it as")]
    NoAccount,
    /// No place for the socket has a path that is short enough.
    #[error("no short enough path for a socket, neither in {} nor in the folder for temporary files", .0.display())]
    NoSocketPath(PathBuf),
    /// The socket's folder exists and is not a private folder of the server's account.
    #[error("{} is in the way: it is not a folder owned by user {owner}", path.display())]
    ForeignSocketDir {
        /// The folder.
        path: PathBuf,
        /// The user id that should own it.
        owner: u32,
    },
    /// A program ended with an error.
    #[error("{program} failed ({status}): {log}")]
    Program {
        /// `initdb` or `postgres`.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last lines it wrote.
        log: String,
    },
    /// The server neither became ready nor ended.
    #[error("postgres was not ready after {seconds} seconds: {log}")]
    NotReady {
        /// How long we waited.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },
    /// The operating system refused something.
    #[error("could not {what} {}: {source}", path.display())]
    Io {
        /// What we tried, as a verb with its object.
        what: &'static str,
        /// The file, folder or program.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: what we tried to do with which path.
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { what, path, source }
    }
}
