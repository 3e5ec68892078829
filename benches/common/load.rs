//! Load over HTTP: keep-alive connections, one request at a time on each; the status of every response is checked.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::scenario::Scenario;
use crate::{CONNECTIONS, Fallible, THREADS};

#[derive(Default)]
pub struct Measured {
    pub seconds: f64,
    /// Latencies of all responses in microseconds, ascending.
    pub latencies: Vec<u32>,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }

    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).map_or(f64::NAN, |&micros| f64::from(micros) / 1000.0)
    }
}

/// Sends the scenario's requests for this time, or until none is left.
pub fn drive(address: SocketAddr, scenario: &Scenario, length: Duration) -> Fallible<Measured> {
    let started = Instant::now();
    let until = started + length;
    let parts: Vec<Result<Vec<u32>, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| run_thread(address, scenario, until).map_err(|e| e.to_string())))
            .collect();
        threads.into_iter().map(|t| t.join().expect("a load thread")).collect()
    });
    let mut measured = Measured { seconds: started.elapsed().as_secs_f64(), latencies: Vec::new() };
    for part in parts {
        measured.latencies.append(&mut part?);
    }
    measured.latencies.sort_unstable();
    Ok(measured)
}

fn run_thread(address: SocketAddr, scenario: &Scenario, until: Instant) -> Fallible<Vec<u32>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let connections = (0..CONNECTIONS / THREADS).map(|_| run_connection(address, scenario, until));
        Ok(futures_util::future::try_join_all(connections).await?.concat())
    })
}

async fn run_connection(address: SocketAddr, scenario: &Scenario, until: Instant) -> Fallible<Vec<u32>> {
    let mut latencies = Vec::new();
    let mut connection = Connection::open(address).await?;
    while Instant::now() < until {
        let Some(request) = (scenario.request)(random(), &scenario.token) else { break };
        let started = Instant::now();
        let response = connection.send(request.as_bytes()).await?;
        latencies.push(started.elapsed().as_micros().try_into()?);
        if response.status != scenario.status {
            let body = String::from_utf8_lossy(response.body).into_owned();
            return Err(format!("{}: status {}: {body}", scenario.title, response.status).into());
        }
    }
    Ok(latencies)
}

/// Sends one request on a new connection.
pub fn send_once(address: SocketAddr, request: &str) -> Fallible<(u16, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let response = connection.send(request.as_bytes()).await?;
        Ok((response.status, String::from_utf8_lossy(response.body).into_owned()))
    })
}

/// Good enough to select what to read, and different in every run.
fn random() -> u64 {
    use std::cell::Cell;
    thread_local!(static STATE: Cell<u64> = Cell::new(uuid::Uuid::new_v4().as_u64_pair().0 | 1));
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state.set(x);
        x
    })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

struct Response<'a> {
    status: u16,
    body: &'a [u8],
}

impl Connection {
    async fn open(address: SocketAddr) -> Fallible<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(128 * 1024) })
    }

    async fn send(&mut self, request: &[u8]) -> Fallible<Response<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut whole = None;
        while whole.is_none_or(|length| self.buffer.len() < length) {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if whole.is_none() {
                whole = length_of(&self.buffer)?;
            }
        }
        let status = std::str::from_utf8(&self.buffer[9..12])?.parse()?;
        let head = find_end(&self.buffer).unwrap_or_default();
        Ok(Response { status, body: &self.buffer[head..] })
    }
}

fn find_end(buffer: &[u8]) -> Option<usize> {
    buffer.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
}

/// Length of head and body, once the head is complete.
fn length_of(buffer: &[u8]) -> Fallible<Option<usize>> {
    let Some(end) = find_end(buffer) else { return Ok(None) };
    let head = std::str::from_utf8(&buffer[..end])?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
    });
    Ok(Some(end + length.ok_or("response without content-length")??))
}
