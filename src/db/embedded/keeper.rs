//! The thread that the server is tied to: it spawns the postmaster and stays, because the kernel's parent-death signal
//! comes when the spawning *thread* ends, and the caller's may end long before the process.

use std::convert::Infallible;
use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::{processes, sys};

/// Half of the time after which PostgreSQL looks for a deadlock.
const TICK: Duration = Duration::from_millis(500);

/// The thread, and what it waits for the end of.
#[derive(Debug)]
pub(super) struct Keeper {
    release: Sender<Infallible>,
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Spawns the postmaster from a thread of its own. Where the server's timers are missing, the thread is also the
    /// clock of its sessions: it has them look which of their timeouts are due. All of PostgreSQL's processes take
    /// that signal or ignore it.
    pub(super) fn spawn(mut command: Command, lacks_timers: bool) -> io::Result<(Child, Self)> {
        let (report, reported) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let keep = move || {
            let spawned = command.spawn();
            // From now on the server alone holds what it inherits.
            drop(command);
            let clocked = spawned.as_ref().ok().map(Child::id);
            if report.send(spawned).is_err() {
                return;
            }
            let Some(pid) = clocked.filter(|_| lacks_timers) else {
                let _ = released.recv();
                return;
            };
            while released.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                for session in processes::children(pid) {
                    sys::send(session, sys::ALARM);
                }
            }
        };
        let thread = Builder::new().name("postgres-keeper".to_owned()).spawn(keep)?;
        let child = reported.recv().map_err(io::Error::other)??;
        Ok((child, Self { release, thread }))
    }

    /// Ends the thread; on Linux that alone is a fast shutdown. To be called while the child has not been waited for:
    /// afterwards its process id can be somebody else's.
    pub(super) fn end(self) {
        drop(self.release);
        let _ = self.thread.join();
    }
}
