//! Stops what an earlier run left on the cluster. A new server starts only after the last process of an earlier server has
//! ended. All these processes inherit a file lock for this purpose: the archive's build lacks PostgreSQL's own protection
//! (shared memory whose users the kernel counts) against sessions that outlive their postmaster.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{EmbeddedError, lock, processes, sys};

const FILE: &str = "postmaster.pid";
const PAUSE: Duration = Duration::from_millis(20);
/// Maximum time for the fast shutdown of a server without a parent, and again for its immediate shutdown.
const PATIENCE: Duration = Duration::from_secs(15);
/// Maximum time for sessions without a postmaster to end by themselves, and for killed processes to end.
const GRACE: Duration = Duration::from_secs(1);

/// The file `postmaster.pid`, which the postmaster writes into its folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PostmasterFile {
    pub pid: u32,
    pub ready: bool,
}

impl PostmasterFile {
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join(FILE)).ok()?)
    }

    /// Line 1 is the process id (negative if a single-user backend uses the cluster), line 8 the state. The file
    /// grows line by line while the server starts.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid: i64 = lines.next()?.trim().parse().ok()?;
        Some(Self {
            pid: u32::try_from(pid.unsigned_abs()).ok()?,
            ready: lines.nth(6).is_some_and(|state| state.trim() == "ready"),
        })
    }
}

/// Stops the processes of an earlier server and waits until no server uses the cluster. Returns the locked file that the
/// next server inherits as its standard input.
pub(super) fn stop(data_dir: &Path, cluster: &Path) -> Result<File, EmbeddedError> {
    let path = data_dir.join("postgres.lock");
    let lock = lock::open(&path)?;
    let begun = Instant::now();
    let mut sent = None;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(EmbeddedError::io("lock", &path)(error));
            }
        }
        let heirs = processes::heirs(&lock, &path);
        let postmaster = PostmasterFile::read(cluster).map(|file| file.pid).filter(|pid| heirs.contains(pid));
        let (signal, receivers) = match (postmaster, begun.elapsed()) {
            (_, waited) if waited > PATIENCE * 2 + GRACE => {
                let folder = cluster.to_path_buf();
                return Err(EmbeddedError::StillRunning { folder });
            }
            (_, waited) if waited > PATIENCE * 2 => (Some(sys::KILL), heirs),
            // The postmaster ends its sessions itself.
            (Some(pid), waited) if waited < PATIENCE => (Some(sys::FAST), vec![pid]),
            // The server is starting or stopping.
            (None, waited) if waited < GRACE => (None, Vec::new()),
            _ => (Some(sys::IMMEDIATE), heirs),
        };
        if sent != signal && !receivers.is_empty() {
            tracing::info!(processes = ?receivers, signal, "stopping the PostgreSQL of an earlier run");
            for pid in receivers {
                sys::send(pid, signal.unwrap_or_default());
            }
            sent = signal;
        }
        sleep(PAUSE);
    }
    remove_stale_file(cluster)?;
    Ok(lock)
}

/// Removes the `postmaster.pid` of a killed server. The file would prevent a new start if it is empty (after a power failure)
/// or if its process id belongs to another process now, as happens with the small ids in a new container. If that process
/// may be a PostgreSQL started by hand, the file stays, and PostgreSQL itself decides whether it can start.
fn remove_stale_file(cluster: &Path) -> Result<(), EmbeddedError> {
    let file = PostmasterFile::read(cluster);
    if file.is_some_and(|file| may_be_server(&processes::program(file.pid))) {
        return Ok(());
    }
    let path = cluster.join(FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(EmbeddedError::io("remove", &path)(error)),
        _ => Ok(()),
    }
}

/// Whether the program is `postgres` or `postmaster`, with or without a folder. A session's name is `postgres: ..`.
fn may_be_server(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or_default();
    ["postgres", "postmaster"].iter().any(|server| name.starts_with(server)) || program.starts_with("postgres:")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTING: &str = "4711\n/data/postgres\n1700000000\n5432\n/data/socket\n\n";

    #[test]
    fn ready_is_the_eighth_line() {
        let ready = format!("{STARTING}  524301         7\nready   \n");
        assert_eq!(PostmasterFile::parse(&ready), Some(PostmasterFile { pid: 4711, ready: true }));
        for early in [
            STARTING.to_owned(),
            format!("{STARTING}  524301         7\n"),
            format!("{STARTING}  524301         7\nstarting\n"),
            format!("{STARTING}  524301         7\nstopping\n"),
        ] {
            assert_eq!(PostmasterFile::parse(&early), Some(PostmasterFile { pid: 4711, ready: false }), "{early}");
        }
    }

    #[test]
    fn an_incomplete_file_has_no_process_id() {
        assert_eq!(PostmasterFile::parse(""), None);
        assert_eq!(PostmasterFile::parse("\n/data/postgres\n"), None);
        assert_eq!(
            PostmasterFile::parse("-4711\n/data/postgres\n").map(|file| file.pid),
            Some(4711),
            "a single-user backend"
        );
    }

    #[test]
    fn a_server_started_by_hand_is_recognized() {
        for server in [
            "/usr/lib/postgresql/17/bin/postgres",
            "postgres",
            "postmaster",
            "postgres: checkpointer ",
            "postgres: slrt /slrt idle",
        ] {
            assert!(may_be_server(server), "{server}");
        }
        for other in ["/usr/bin/slrt", "/home/postgres/slrt", "sleep", ""] {
            assert!(!may_be_server(other), "{other}");
        }
    }
}
