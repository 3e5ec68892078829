//! Measures rule evaluations per second and core, and the time of an eligibility run over a region compared with reading the
//! same rows with plain statements.
//!
//!   cargo bench --bench eligibility                     200,000 persons in one regency, all programmes
//!   PERSONS=20000 cargo bench --bench eligibility
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a program for developers"
)]

#[path = "../common/mod.rs"]
mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use serde_json::json;
use slrt::auth::Actor;
use slrt::auth::external::TrustedIssuers;
use slrt::auth::keys::{KeyFile, Keys};
use slrt::auth::tokens::Tokens;
use slrt::clock::local_day;
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use slrt::demo::people::Generator;
use slrt::eligibility::answer::evaluate_household;
use slrt::eligibility::cache::ProgramCache;
use slrt::regions::{RegionScope, directory};
use slrt::registry::people::actions::{insert_synthetic, next_households};

use common::{Fallible, ISSUER, Service, send_timed};

const REGENCY: &str = "32.04";
const FAMILIES_PER_CALL: usize = 4000;
/// Families that are evaluated repeatedly to measure the rate.
const SAMPLE: i64 = 2000;
const ROUNDS: usize = 5;
/// Statements that read every row that an eligibility run reads.
const READ: &[&str] = &[
    "select * from families where region_code >= '32.04' and region_code < '32.04/'",
    "select * from persons where region_code >= '32.04' and region_code < '32.04/'",
    "select d.* from dwellings d join families f on f.id = d.family_id",
    "select w.* from welfare_statuses w join families f on f.id = w.family_id",
    "select p.* from program_participations p join families f on f.id = p.family_id",
];

fn main() -> Fallible {
    // `cargo test` and `cargo clippy` run or build this too; only `cargo bench` measures.
    if !std::env::args().any(|a| a == "--bench") {
        return Ok(());
    }
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> Fallible {
    let wanted = std::env::var("PERSONS").map_or(Ok(200_000), |text| text.parse())?;
    let folder = temp_dir::TempDir::new()?;
    let postgres = EmbeddedPostgres::start(&EmbeddedOptions {
        data_dir: folder.path().join("db"),
        postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(std::path::PathBuf::from),
        durable: true,
        max_connections: 20,
        shared_buffers_mb: 512,
    })?;
    let keys_file = folder.path().join("keys.json");
    let keys = Arc::new(Keys::fixed(&KeyFile::read_or_generate(&keys_file, Utc::now())?)?);
    let url = postgres.url("bench");
    let mut admin = AsyncPgConnection::establish(&postgres.url("postgres")).await?;
    admin.batch_execute("create database bench locale 'C' encoding 'UTF8' template template0").await?;
    slrt::db::migrate(&url).await.map_err(|e| e.to_string())?;
    let mut conn = AsyncPgConnection::establish(&url).await?;
    slrt::eligibility::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
    slrt::service_levels::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;

    let (now, mut generator, mut persons, mut families) = (Utc::now(), Generator::new(7), 0, 0);
    let villages: Vec<_> = directory::within(REGENCY).iter().filter(|e| e.code.len() == 13).collect();
    let mut villages = villages.iter().cycle();
    while persons < wanted {
        let made: Vec<_> = villages
            .by_ref()
            .take(FAMILIES_PER_CALL)
            .map(|village| generator.family(&village.code[..8], village.code, local_day(now)))
            .collect();
        families += made.len();
        persons += made.iter().map(|f| f.members.len()).sum::<usize>();
        insert_synthetic(&mut conn, &keys.ring(), made, now).await.map_err(|e| e.to_string())?;
    }
    conn.batch_execute("vacuum analyze").await?;
    println!("{persons} persons in {families} families");

    let (scope, today) = (RegionScope::from_codes(&[REGENCY]), local_day(now));
    let homes = next_households(&mut conn, &scope, None, SAMPLE, today).await.map_err(|e| e.to_string())?;
    let programs = ProgramCache::default().latest(&mut conn).await.map_err(|e| e.to_string())?;
    let chosen = programs.applying_in(REGENCY);
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let (started, mut made) = (Instant::now(), 0);
        while started.elapsed() < Duration::from_secs(1) {
            for home in &homes {
                made +=
                    std::hint::black_box(evaluate_household(home, &chosen, today)).map_err(|e| e.to_string())?.len();
            }
        }
        rates.push(made as f64 / started.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    let rate = rates.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
    println!(
        "{rate:.0} evaluations per second and core: {} programmes, with derived facts and missing facts",
        chosen.len()
    );

    let service = Service::start(&url, &keys_file)?;
    let tokens = Tokens::new(ISSUER.into(), "slrt-api".into(), keys, TrustedIssuers::default());
    let actor = Actor {
        client_id: "bench-desk".into(),
        subject: "bench-officer".into(),
        scope,
        permissions: [slrt::slices::permissions::ELIGIBILITY_CHECK, slrt::slices::permissions::EVENTS_READ]
            .into_iter()
            .collect(),
        ..Actor::system()
    };
    let token = tokens.issue(&actor, Utc::now()).map_err(|e| e.to_string())?;
    let client = reqwest::Client::new();
    println!("| round | reading the rows s | run over the region s | reading : run |");
    println!("|--:|--:|--:|--:|");
    for round in 1..=ROUNDS {
        let started = Instant::now();
        for statement in READ {
            conn.batch_execute(statement).await?;
        }
        let read = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let body = json!({ "region_code": REGENCY });
        let made = client.post(format!("{}/v1/eligibility/runs", service.url)).bearer_auth(&token).json(&body);
        let (_, job) = send_timed(made).await?;
        let address = format!("{}/v1/jobs/{}", service.url, job["id"].as_str().ok_or("no job")?);
        loop {
            let (_, job) = send_timed(client.get(&address).bearer_auth(&token)).await?;
            match job["status"].as_str() {
                Some("succeeded") => break,
                Some("queued" | "running") => actix_web::rt::time::sleep(Duration::from_millis(20)).await,
                _ => return Err(format!("{job}").into()),
            }
        }
        let check = started.elapsed().as_secs_f64();
        println!("| {round} | {read:.2} | {check:.2} | {:.2} |", read / check);
    }
    Ok(())
}
