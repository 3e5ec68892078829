//! Starts the postmaster, waits until it is ready, and stops it: by a fast shutdown if possible, by the kernel's parent-death
//! signal if this process dies, and by a kill only if it does not react.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::keeper::Keeper;
use super::predecessor::PostmasterFile;
use super::programs::Programs;
use super::{EmbeddedError, EmbeddedOptions, cluster, log, socket, sys};

/// Maximum time until the server is ready. Recovery after a crash may have to read a gigabyte of log.
const READY_PATIENCE: Duration = Duration::from_secs(120);
/// Maximum time for the lock files and shared memory of a killed server to disappear after its processes.
const CONFLICT_PATIENCE: Duration = Duration::from_secs(15);
const FAST_PATIENCE: Duration = Duration::from_secs(10);
const IMMEDIATE_PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);
const CONFLICT_PAUSE: Duration = Duration::from_millis(200);

/// A running postmaster; stopped when it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    keeper: Option<Keeper>,
}

/// Starts the postmaster on the cluster; retries while lock files or shared memory of an earlier server conflict.
/// `heritage`, the locked file, becomes the standard input of every process of the server.
pub(super) fn start(
    options: &EmbeddedOptions,
    programs: &Programs,
    data_dir: &Path,
    socket_dir: &Path,
    heritage: &File,
) -> Result<Server, EmbeddedError> {
    let cluster = cluster::path(data_dir);
    let path = data_dir.join("postgres.log");
    let begun = Instant::now();
    loop {
        let (log, from) = log::open(&path).map_err(EmbeddedError::io("open the log", &path))?;
        let mut command = command(options, programs, &cluster, socket_dir);
        let result = heritage
            .try_clone()
            .and_then(|heritage| {
                command.stdin(heritage);
                command.stdout(log.try_clone()?).stderr(log);
                Keeper::spawn(command, programs.lacks_timers)
            })
            .map_err(EmbeddedError::io("start PostgreSQL on", &cluster))
            .and_then(|(child, keeper)| {
                let server = Server { child, keeper: Some(keeper) };
                server.ready(&cluster, &path, from)
            });
        match result {
            Err(EmbeddedError::Program { log, .. }) if is_conflict(&log) && begun.elapsed() < CONFLICT_PATIENCE => {
                sleep(CONFLICT_PAUSE);
            }
            result => return result,
        }
    }
}

fn command(options: &EmbeddedOptions, programs: &Programs, cluster: &Path, socket_dir: &Path) -> Command {
    let mut command = programs.command("postgres");
    command.arg("-D").arg(cluster);
    for setting in settings(options, socket_dir) {
        command.arg("-c").arg(setting);
    }
    sys::signal_on_our_death(&mut command, sys::FAST);
    command
}

fn settings(options: &EmbeddedOptions, socket_dir: &Path) -> Vec<String> {
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        socket::setting(socket_dir),
        format!("port={}", socket::PORT),
        "unix_socket_permissions=0700".to_owned(),
        format!("max_connections={}", options.max_connections),
        "superuser_reserved_connections=0".to_owned(),
        format!("shared_buffers={}MB", options.shared_buffers_mb),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
        // The details of an error contain values of the row, which may be personal data.
        "log_error_verbosity=terse".to_owned(),
        "log_min_error_statement=panic".to_owned(),
    ];
    if !options.durable {
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            settings.push(format!("{name}=off"));
        }
        // For the tests of two-phase commit.
        settings.push("max_prepared_transactions=20".to_owned());
    }
    settings
}

impl Server {
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the server accepts connections. `postmaster.pid` may still be the file of an earlier server, so its
    /// process id must match too.
    fn ready(mut self, cluster: &Path, log: &Path, from: u64) -> Result<Self, EmbeddedError> {
        let begun = Instant::now();
        while begun.elapsed() < READY_PATIENCE {
            let file = PostmasterFile::read(cluster);
            if file.is_some_and(|file| file.ready && file.pid == self.pid()) {
                return Ok(self);
            }
            let ended = self.child.try_wait().map_err(EmbeddedError::io("watch PostgreSQL on", cluster))?;
            if let Some(status) = ended {
                return Err(EmbeddedError::Program { program: "postgres", status, log: log::tail(log, from) });
            }
            sleep(PAUSE);
        }
        Err(EmbeddedError::NotReady { seconds: READY_PATIENCE.as_secs(), log: log::tail(log, from) })
    }

    /// Whether the server ended in time. An error while waiting counts as its end, because there is nothing to wait for.
    fn ends_within(&mut self, patience: Duration) -> bool {
        let begun = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(None) if begun.elapsed() < patience => sleep(PAUSE),
                Ok(None) => return false,
                Ok(Some(_)) | Err(_) => return true,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = self.pid();
        // Before the process id can belong to another process. On Linux this alone causes a fast shutdown.
        if let Some(keeper) = self.keeper.take() {
            keeper.end();
        }
        for (signal, patience) in [(sys::FAST, FAST_PATIENCE), (sys::IMMEDIATE, IMMEDIATE_PATIENCE)] {
            // Until the child has been waited for, its process id cannot belong to another process.
            if matches!(self.child.try_wait(), Ok(None)) {
                sys::send(pid, signal);
            }
            if self.ends_within(patience) {
                return;
            }
            tracing::warn!(pid, signal, "private PostgreSQL did not stop in time");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the server did not start because of another server's lock file or shared memory.
fn is_conflict(log: &str) -> bool {
    log.contains("is still in use") || (log.contains("lock file") && log.contains("already exists"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_conflicts_with_another_server_are_retried() {
        for passing in [
            "FATAL:  lock file \"postmaster.pid\" already exists",
            "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use",
        ] {
            assert!(is_conflict(passing), "{passing}");
        }
        for lasting in [
            "FATAL:  data directory \"/data/postgres\" has wrong ownership",
            "FATAL:  could not create shared memory segment: No space left on device",
            "",
        ] {
            assert!(!is_conflict(lasting), "{lasting}");
        }
    }
}
