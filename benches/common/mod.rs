//! Starts the service as a separate process, for benchmarks that use it over HTTP.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

pub const ISSUER: &str = "https://bench.test";

/// Sends a request; returns the elapsed time and the response body.
pub async fn send_timed(request: reqwest::RequestBuilder) -> Fallible<(Duration, Value)> {
    let started = Instant::now();
    let send_timed = request.send().await?.error_for_status()?;
    let body = send_timed.bytes().await?;
    let elapsed = started.elapsed();
    Ok((elapsed, serde_json::from_slice(&body)?))
}

/// The service with default settings. It ends when the value is dropped.
pub struct Service {
    pub url: String,
    running: Child,
}

impl Service {
    pub fn start(database: &str, keys_file: &Path) -> Fallible<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let running = Command::new(env!("CARGO_BIN_EXE_slrt"))
            .args(["serve", "--rate-per-minute", "100000000", "--public-url", ISSUER])
            .args(["--listen", &address.to_string(), "--workers", "2", "--pool-size", "4"])
            .env("DATABASE_URL", database)
            .env("SLRT_KEYS_FILE", keys_file)
            .env("SLRT_DATA_DIR", keys_file.with_file_name("var"))
            .env("SLRT_LOG", "warn")
            .spawn()?;
        let service = Self { url: format!("http://{address}"), running };
        for _ in 0..1000 {
            if TcpStream::connect(address).is_ok() {
                return Ok(service);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the service did not start".into())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}
