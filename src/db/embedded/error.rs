//! Errors of starting a private server. Every message names the file or program, and ends with the program's own output if
//! there is any.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a private server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another running process has the lock of the folder (or this process, a second time).
    #[error("another slrt process uses this data folder (pid {pid}); stop it or choose another folder: {}", folder.display())]
    Busy {
        /// The data folder.
        folder: PathBuf,
        /// Id of the other process, as written in the lock file; `?` if not written yet.
        pid: String,
    },
    /// A PostgreSQL of an earlier run on this folder does not stop.
    #[error("a PostgreSQL of an earlier run still uses this cluster and does not stop; stop it by hand: {}", folder.display())]
    StillRunning {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// This binary contains no PostgreSQL, and none is installed in the usual folders.
    #[error(
        "this build contains no PostgreSQL and none is installed in the usual folders: install PostgreSQL or set the folder of its programs"
    )]
    NotInstalled,
    /// The configured folder does not contain the programs.
    #[error("the folder does not contain initdb and postgres: {}", .0.display())]
    NoPrograms(PathBuf),
    /// The cluster was created by another major version; the programs cannot read it.
    #[error("the cluster in this data folder was created by PostgreSQL {cluster}, but the programs in {} are version {programs}", bin.display())]
    OtherVersion {
        /// The cluster's major version.
        cluster: u32,
        /// The version of the programs.
        programs: String,
        /// The folder of the programs.
        bin: PathBuf,
    },
    /// An installed PostgreSQL refuses to run as root, and the machine has no user `postgres`.
    #[error("an installed PostgreSQL does not run as root: create the user `postgres`, or run slrt as another user")]
    NoAccount,
    /// No folder for the socket has a path that is short enough.
    #[error("the path of the socket is too long, both in {} and in the folder for temporary files: choose a shorter data folder", .0.display())]
    NoSocketPath(PathBuf),
    /// The socket's folder exists, but it is not a private folder of the server's account.
    #[error("the socket folder {} is not a folder owned by user id {owner}: remove it", path.display())]
    ForeignSocketDir {
        /// The folder.
        path: PathBuf,
        /// Required user id of the owner.
        owner: u32,
    },
    /// A program ended with an error.
    #[error("{program} failed ({status}): {log}")]
    Program {
        /// `initdb` or `postgres`.
        program: &'static str,
        /// Its exit status.
        status: ExitStatus,
        /// The last lines it wrote.
        log: String,
    },
    /// The server neither became ready nor ended.
    #[error("postgres was not ready after {seconds} seconds: {log}")]
    NotReady {
        /// Time waited.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },
    /// The operating system returned an error.
    #[error("could not {what} {}: {source}", path.display())]
    Io {
        /// The attempted action, as a verb with its object.
        what: &'static str,
        /// The file, folder or program.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: the attempted action and its path.
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { what, path, source }
    }
}
