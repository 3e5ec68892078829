//! The three things the operating system offers that the standard library does not: the parent-death signal, sending
//! a signal, and our effective user. All unsafe code of the crate is in this file.
#![expect(unsafe_code, reason = "prctl, kill and geteuid have no safe form in the standard library")]

use std::process::Command;

/// PostgreSQL's fast shutdown: sessions are ended, everything is written out. (SIGTERM would wait for the sessions.)
pub(super) const FAST: i32 = libc::SIGINT;
/// PostgreSQL's immediate shutdown: it ends without writing out, and recovers from its log at the next start.
pub(super) const IMMEDIATE: i32 = libc::SIGQUIT;
/// Has a session look which of its timeouts are due.
pub(super) const ALARM: i32 = libc::SIGALRM;
/// The end, without a chance to tidy up.
pub(super) const KILL: i32 = libc::SIGKILL;

/// Has the kernel send `signal` to the child when the thread that spawns it ends, and so also when this process
/// dies. Only Linux can do that; elsewhere nothing happens.
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
        // We may have died before the kernel was asked; then nobody would ever send the signal.
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

/// Sends `signal` to one process. That it is already gone is nothing worth knowing.
pub(super) fn send(pid: u32, signal: i32) {
    // Zero and negative numbers would name whole groups of processes.
    let Some(pid) = libc::pid_t::try_from(pid).ok().filter(|pid| *pid > 0) else {
        return;
    };
    // SAFETY: kill takes two integers and touches no memory.
    let _ = unsafe { libc::kill(pid, signal) };
}

/// The user this process acts as.
pub(super) fn effective_uid() -> u32 {
    // SAFETY: geteuid takes nothing and always succeeds.
    unsafe { libc::geteuid() }
}
