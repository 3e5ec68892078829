//! Measures lists and queues of one regency with 10,000 and with 1,000,000 complaints, beside the statement alone: what
//! grows with complaints that have long ended is a fault. One request at a time; medians. `cargo bench --bench queue`.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "a program for developers")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use clap::Parser as _;
use slrt::app::{self, Shared};
use slrt::auth::Actor;
use slrt::auth::keys::{KeyFile, Keys};
use slrt::auth::permission::Permission;
use slrt::clock::Clock;
use slrt::config::ServerArgs;
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use slrt::regions::RegionScope;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

const FILL: &str = include_str!("fill.sql");
const SIZES: [i64; 2] = [10_000, 1_000_000];
const CHUNK: i64 = 50_000;
const ORGANIZATION: Uuid = Uuid::from_u128(0x01928f3e_7c1b_7a4e_9d2c_3f5a6b7c8d9e);

/// A read and the statement that it comes down to.
const READS: &[(&str, &str, &str)] = &[
    (
        "list page",
        "/v1/complaints",
        "select * from complaints where substr(region_code, 1, 5) = '32.04' order by created_at desc, id desc limit 51",
    ),
    (
        "list of one state",
        "/v1/complaints?status=pending_approval",
        "select * from complaints where substr(region_code, 1, 5) = '32.04' and status = 'pending_approval' \
         order by created_at desc, id desc limit 51",
    ),
    (
        "list of the breached",
        "/v1/complaints?sla=breached",
        "select * from complaints where id in (select complaint_id from complaint_clocks where open \
         and substr(region_code, 1, 5) = '32.04' and stopped_at is null and paused_at is null and due_at < now()) \
         order by created_at desc, id desc limit 51",
    ),
    (
        "queue page",
        "/v1/work-queue",
        "select * from complaint_clocks where open and substr(region_code, 1, 5) = '32.04' \
         order by due_at, complaint_id limit 51",
    ),
    (
        "queue of one officer",
        "/v1/work-queue?assignee=bandung-bo-7",
        "select * from complaint_clocks where open and substr(region_code, 1, 5) = '32.04' \
         and assignee = 'bandung-bo-7' order by due_at, complaint_id limit 51",
    ),
    (
        "queue of the breached",
        "/v1/work-queue?sla=breached",
        "select * from complaint_clocks where open and substr(region_code, 1, 5) = '32.04' and stopped_at is null \
         and paused_at is null and due_at < now() order by due_at, complaint_id limit 51",
    ),
    (
        "queue counts",
        "/v1/work-queue/counts",
        "select status, assignee, count(*), count(*) filter (where due_at < now()) from complaint_clocks \
         where open and substr(region_code, 1, 5) = '32.04' group by status, assignee",
    ),
];

#[derive(clap::Parser)]
struct Args {
    #[command(flatten)]
    server: ServerArgs,
}

fn serve(url: &str) -> Fallible<(SocketAddr, Arc<Shared>)> {
    let line = ["slrt", "--listen", "127.0.0.1:0", "--workers", "1", "--rate-per-minute", "100000000"];
    let args = Args::parse_from(line.into_iter().chain(["--public-url", "https://bench.test"])).server;
    let keys = Arc::new(Keys::fixed(&KeyFile::generate(Utc::now())?)?);
    let shared = Arc::new(Shared::new(&args, keys, Clock::default(), url.to_owned(), 0));
    let (tell, told) = std::sync::mpsc::channel();
    let inside = shared.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (server, address) = app::serve(&args, inside).expect("a server");
            tell.send(address).expect("somebody waits");
            server.await.expect("an orderly end");
        });
    });
    Ok((told.recv()?, shared))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

struct Bench {
    http: reqwest::Client,
    base: String,
    token: String,
    raw: Client,
    runs: usize,
}

impl Bench {
    async fn read(&self, path: &str) -> Fallible<f64> {
        let mut times = Vec::new();
        for _ in 0..self.runs {
            let begun = Instant::now();
            let answer = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await?;
            let (status, text) = (answer.status(), answer.text().await?);
            times.push(begun.elapsed());
            if status != 200 {
                return Err(format!("{path}: {status} {text}").into());
            }
        }
        Ok(median(times))
    }

    async fn statement(&self, sql: &str) -> Fallible<f64> {
        let prepared = self.raw.prepare(sql).await?;
        let mut times = Vec::new();
        for _ in 0..self.runs {
            let begun = Instant::now();
            self.raw.query(&prepared, &[]).await?;
            times.push(begun.elapsed());
        }
        Ok(median(times))
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> Fallible<(Duration, serde_json::Value)> {
        let text = body.to_string();
        let begun = Instant::now();
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let answer = request.header("content-type", "application/json").body(text).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        let took = begun.elapsed();
        if !status.is_success() {
            return Err(format!("{path}: {status} {text}").into());
        }
        Ok((took, serde_json::from_str(&text)?))
    }

    /// A submission and its verification.
    async fn writes(&self) -> Fallible<[f64; 2]> {
        let body = serde_json::json!({
            "region_code": "32.04.05.2001", "sector": "health", "description": "Contoh.", "anonymous": true,
        });
        let (mut submitted, mut verified) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let (took, made) = self.post("/v1/complaints", &body).await?;
            submitted.push(took);
            let path = format!("/v1/complaints/{}/verify", made["id"].as_str().unwrap_or_default());
            let verify = serde_json::json!({ "class": "unmet_need", "priority": "normal" });
            verified.push(self.post(&path, &verify).await?.0);
        }
        Ok([median(submitted), median(verified)])
    }

    /// The rows that such a write leaves, and nothing else.
    async fn raw_writes(&self) -> Fallible<[f64; 2]> {
        let insert = FILL.replace("{from}", "97").replace("{to}", "97");
        let update = "update complaints set status = 'verified', version = version + 1 where id = \
                      (select complaint_id from complaint_clocks where open and substr(region_code, 1, 5) = '32.04' \
                       and status = 'received' order by due_at, complaint_id limit 1)";
        let mut medians = [0.0; 2];
        for (at, sql) in [insert.as_str(), update].into_iter().enumerate() {
            let prepared = self.raw.prepare(sql).await?;
            let mut times = Vec::new();
            for _ in 0..self.runs {
                let begun = Instant::now();
                self.raw.batch_execute("begin").await?;
                self.raw.query(&prepared, &[]).await?;
                self.raw.batch_execute("commit").await?;
                times.push(begun.elapsed());
            }
            medians[at] = median(times);
        }
        Ok(medians)
    }
}

async fn run(url: &str, base: SocketAddr, token: impl Fn() -> Fallible<String>) -> Fallible {
    let (raw, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let runs = std::env::var("RUNS").map_or(Ok(200), |text| text.parse())?;
    let http = reqwest::Client::new();
    let mut bench = Bench { http, base: format!("http://{base}"), token: String::new(), raw, runs };
    let mut results: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut filled = 0;
    for size in SIZES {
        let begun = Instant::now();
        while filled < size {
            let to = (filled + CHUNK).min(size);
            let sql = FILL.replace("{from}", &(filled + 1).to_string()).replace("{to}", &to.to_string());
            bench.raw.batch_execute(&sql).await?;
            filled = to;
        }
        for table in ["complaints", "complaint_clocks"] {
            bench.raw.batch_execute(&format!("vacuum analyze {table}")).await?;
        }
        bench.token = token()?;
        println!("{size} complaints after {:.0} s", begun.elapsed().as_secs_f64());
        let mut column = Vec::new();
        for (name, path, sql) in READS {
            let pair = (bench.read(path).await?, bench.statement(sql).await?);
            println!("  {name:22} {:8.2} ms  statement {:8.2} ms", pair.0, pair.1);
            column.push(pair);
        }
        let (writes, raw) = (bench.writes().await?, bench.raw_writes().await?);
        for (at, name) in ["submit", "verify"].into_iter().enumerate() {
            println!("  {name:22} {:8.2} ms  statement {:8.2} ms", writes[at], raw[at]);
            column.push((writes[at], raw[at]));
        }
        results.push(column);
    }
    println!("\n| | 10,000 | statement | 1,000,000 | statement | growth | ratio at 1,000,000 |");
    println!("|---|---|---|---|---|---|---|");
    let names = READS.iter().map(|r| r.0).chain(["submit", "verify"]);
    for (at, name) in names.enumerate() {
        let (small, large) = (results[0][at], results[1][at]);
        println!(
            "| {name} | {:.2} ms | {:.2} ms | {:.2} ms | {:.2} ms | {:.1} | {:.1} |",
            small.0,
            small.1,
            large.0,
            large.1,
            large.0 / small.0,
            large.0 / large.1,
        );
    }
    Ok(())
}

fn main() -> Fallible {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let postgres = EmbeddedPostgres::start(&EmbeddedOptions {
        data_dir: folder.path().join("db"),
        postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(PathBuf::from),
        durable: false,
        max_connections: 40,
        shared_buffers_mb: 256,
    })?;
    let url = postgres.url("bench");
    let runtime = tokio::runtime::Runtime::new()?;
    let admin = postgres.url("postgres");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&admin, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute("create database bench locale 'C' encoding 'UTF8' template template0").await?;
        slrt::db::migrate(&url).await.map_err(|e| e.to_string())?;
        use diesel_async::AsyncConnection as _;
        let mut conn = diesel_async::AsyncPgConnection::establish(&url).await?;
        slrt::eligibility::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
        slrt::service_levels::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
        Ok::<(), Box<dyn std::error::Error>>(())
    })?;
    let (address, shared) = serve(&url)?;
    let actor = Actor {
        client_id: "bench".into(),
        subject: "bandung-bo-1".into(),
        organization_id: Some(ORGANIZATION),
        scope: RegionScope::from_codes(&["32.04"]),
        permissions: [Permission::ComplaintsRead, Permission::ComplaintsSubmit, Permission::ComplaintsHandle]
            .into_iter()
            .collect(),
        roles: Vec::new(),
    };
    let token = || Ok(shared.tokens.issue(&actor, Utc::now()).map_err(|e| e.to_string())?);
    runtime.block_on(run(&url, address, token))?;
    drop(postgres);
    Ok(())
}
