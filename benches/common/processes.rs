//! Processes of a benchmark: the service and pgbench. A process ends when its value is dropped.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::environment::{Environment, ISSUER};
use crate::record::Statement;
use crate::{CONNECTIONS, Fallible, THREADS, load};

pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub struct Service {
    pub address: SocketAddr,
    running: Running,
}

impl Service {
    /// With default settings. With `recorded`, the database logs every statement.
    pub fn start(environment: &Environment, recorded: bool) -> Fallible<Self> {
        let address = free_address()?;
        let (workers, pool) = if recorded { (1, 1) } else { (THREADS, CONNECTIONS / THREADS) };
        let options = "?options=-c%20log_statement%3Dall%20-c%20log_error_verbosity%3Ddefault";
        let child = Command::new(env!("CARGO_BIN_EXE_slrt"))
            .args(["serve", "--rate-per-minute", "100000000", "--public-url", ISSUER])
            .args(["--listen", &address.to_string()])
            .args(["--workers", &workers.to_string(), "--pool-size", &pool.to_string()])
            .env(
                "DATABASE_URL",
                if recorded { format!("{}{options}", environment.url) } else { environment.url.clone() },
            )
            .env("SLRT_KEYS_FILE", &environment.keys_file)
            .env("SLRT_DATA_DIR", environment.folder().join("var"))
            .env("SLRT_LOG", std::env::var("SLRT_LOG").unwrap_or_else(|_| "warn".into()))
            .spawn()?;
        let service = Self { address, running: Running(child) };
        wait_until_ready(address, "GET /readyz HTTP/1.1\r\nhost: bench\r\n\r\n")?;
        Ok(service)
    }

    /// CPU time so far.
    pub fn cpu_seconds(&self) -> Fallible<f64> {
        cpu_seconds(self.running.0.id(), false)
    }

    pub fn resident_megabytes(&self) -> Fallible<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.0.id()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }
}

pub fn free_address() -> Fallible<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

pub fn wait_until_ready(address: SocketAddr, request: &str) -> Fallible {
    let started = Instant::now();
    loop {
        match load::send_once(address, request) {
            Ok((200..300, _)) => return Ok(()),
            outcome if started.elapsed() > Duration::from_secs(15) => {
                return Err(format!("{address} is not ready: {outcome:?}").into());
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// CPU time of PostgreSQL so far, including ended sessions.
pub fn postgres_cpu_seconds(environment: &Environment) -> Fallible<f64> {
    let postmaster = environment.postgres.pid();
    let list = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"))?;
    // A session that ends in between is included in its parent's next value.
    let sessions: f64 = list.split_whitespace().filter_map(|pid| cpu_seconds(pid.parse().ok()?, false).ok()).sum();
    Ok(sessions + cpu_seconds(postmaster, true)?)
}

/// CPU time in seconds; a clock tick is 1/100 s on Linux.
fn cpu_seconds(pid: u32, with_ended_children: bool) -> Fallible<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").ok_or("unexpected format of /proc/PID/stat")?;
    let fields = fields.split(' ').skip(11).take(if with_ended_children { 4 } else { 2 });
    Ok(fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0)
}

/// Transactions per second.
pub fn pgbench(environment: &Environment, statements: &[Statement], seconds: usize) -> Fallible<f64> {
    let script = environment.folder().join("baseline.sql");
    std::fs::write(&script, crate::record::script(statements))?;
    let program = std::env::var("PGBENCH").unwrap_or_else(|_| "pgbench".into());
    let (clients, threads, seconds) = (CONNECTIONS.to_string(), THREADS.to_string(), seconds.to_string());
    let mut command = Command::new(program);
    command.args(["-n", "-M", "prepared", "-c", &clients, "-j", &threads, "-T", &seconds, "-f"]).arg(&script);
    for (name, value) in statements.iter().flat_map(|s| &s.constants) {
        command.arg(format!("-D{name}={value}"));
    }
    let output = command.arg(&environment.url).stdin(Stdio::null()).output()?;
    let (text, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find_map(|l| l.strip_prefix("tps = "));
    match line.and_then(|l| l.split(' ').next()?.parse().ok()) {
        Some(tps) if output.status.success() && !faults.contains("ERROR") => Ok(tps),
        _ => Err(format!("pgbench: {text}\n{faults}").into()),
    }
}
