//! The thread that spawns the postmaster and lives as long as it. The kernel sends the parent-death signal when the spawning
//! *thread* ends, and the caller's thread may end long before the process.

use std::convert::Infallible;
use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::{processes, sys};

/// Half of PostgreSQL's `deadlock_timeout`.
const TICK: Duration = Duration::from_millis(500);

/// The thread, and the channel whose end stops it.
#[derive(Debug)]
pub(super) struct Keeper {
    release: Sender<Infallible>,
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Spawns the postmaster from its own thread. If the server has no timers, the thread also sends its sessions an alarm
    /// signal at each tick, so that they check which of their timeouts have expired. All PostgreSQL processes handle or
    /// ignore this signal.
    pub(super) fn spawn(mut command: Command, lacks_timers: bool) -> io::Result<(Child, Self)> {
        let (report, reported) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let keep = move || {
            let spawned = command.spawn();
            // From now on only the server has the inherited files open.
            drop(command);
            let postmaster = spawned.as_ref().ok().map(Child::id);
            if report.send(spawned).is_err() {
                return;
            }
            let Some(pid) = postmaster.filter(|_| lacks_timers) else {
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

    /// Ends the thread; on Linux this alone causes a fast shutdown. Call it before waiting for the child: afterwards its
    /// process id may belong to another process.
    pub(super) fn end(self) {
        drop(self.release);
        let _ = self.thread.join();
    }
}
