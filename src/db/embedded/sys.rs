//! Three functions of the operating system that the standard library lacks: the parent-death signal, sending a signal, and
//! the effective user. All unsafe code of the crate is in this file.
#![expect(unsafe_code, reason = "prctl, kill and geteuid have no safe form in the standard library")]

use std::process::Command;

/// PostgreSQL's fast shutdown: ends the sessions and writes all data to disk. (SIGTERM would wait for the sessions.)
pub(super) const FAST: i32 = libc::SIGINT;
/// PostgreSQL's immediate shutdown: ends without writing data to disk, and recovers from its log at the next start.
pub(super) const IMMEDIATE: i32 = libc::SIGQUIT;
/// Makes a session check which of its timeouts have expired.
pub(super) const ALARM: i32 = libc::SIGALRM;
/// Kills a process without clean-up.
pub(super) const KILL: i32 = libc::SIGKILL;

/// Makes the kernel send `signal` to the child when the spawning thread ends, and so also when this process dies. Linux only;
/// no effect on other systems.
#[cfg(target_os = "linux")]
pub(super) fn signal_on_our_death(command: &mut Command, signal: i32) {
    use std::io;
    use std::os::unix::process::{CommandExt, parent_id};

    let us = std::process::id();
    let ask = move || {
        // SAFETY: PR_SET_PDEATHSIG takes one integer and touches no memory.
        if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal) } == -1 {
            return Err(io::Error::last_os_error());
        }
        // If the parent died before the call above, the kernel never sends the signal.
        if parent_id() != us {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure makes two system calls and builds errors from plain numbers: no
    // allocation, no lock, nothing that another thread could have left half done.
    unsafe { command.pre_exec(ask) };
}

#[cfg(not(target_os = "linux"))]
pub(super) fn signal_on_our_death(_command: &mut Command, _signal: i32) {}

/// Sends `signal` to one process. An error is ignored: the process has already ended.
pub(super) fn send(pid: u32, signal: i32) {
    // Zero and negative numbers would address process groups.
    let Some(pid) = libc::pid_t::try_from(pid).ok().filter(|pid| *pid > 0) else {
        return;
    };
    // SAFETY: kill takes two integers and touches no memory.
    let _ = unsafe { libc::kill(pid, signal) };
}

/// The effective user id of this process.
pub(super) fn effective_uid() -> u32 {
    // SAFETY: geteuid takes nothing and always succeeds.
    unsafe { libc::geteuid() }
}
