//! Measures searches for persons compared with reading one person by id, both through the service on one connection. The aim:
//! the 95th percentile of a search is at most 5 times that of a read.
//!
//!   cargo bench --bench search                          1,000,000 persons, 400 searches of each kind
//!   PERSONS=100000 SEARCHES=100 cargo bench --bench search
#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a program for developers")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/settings.rs"]
mod settings;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::{Value, json};
use slrt::auth::Actor;
use slrt::auth::external::TrustedIssuers;
use slrt::auth::keys::{KeyFile, Keys};
use slrt::auth::tokens::Tokens;
use slrt::clock::local_day;
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use slrt::demo::people::Generator;
use slrt::regions::{RegionScope, directory};
use slrt::registry::people::actions::insert_synthetic;
use uuid::Uuid;

use common::{Fallible, ISSUER, Service, send_timed};
use settings::number;

/// Where the persons live: the desk of one regency has an eighth of them.
const REGENCIES: &[&str] = &["32.04", "34.04", "31.74", "33.74", "35.07", "51.71", "64.72", "73.71"];
const FAMILIES_PER_CALL: usize = 4000;
const AIM: f64 = 5.0;

#[derive(diesel::QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    full_name: String,
    #[diesel(sql_type = Nullable<Date>)]
    birth_date: Option<NaiveDate>,
}

fn main() -> Fallible {
    actix_web::rt::System::new().block_on(run())
}

async fn run() -> Fallible {
    let (persons, searches) = (number("PERSONS", 1_000_000)?, number("SEARCHES", 400)?);
    let folder = temp_dir::TempDir::new()?;
    let postgres = EmbeddedPostgres::start(&EmbeddedOptions {
        data_dir: folder.path().join("db"),
        postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(std::path::PathBuf::from),
        durable: false,
        max_connections: 20,
        shared_buffers_mb: 512,
    })?;
    let keys_file = folder.path().join("keys.json");
    let ring = Arc::new(Keys::fixed(&KeyFile::read_or_generate(&keys_file, Utc::now())?)?).ring();
    let url = postgres.url("bench");
    let mut admin = AsyncPgConnection::establish(&postgres.url("postgres")).await?;
    admin.batch_execute("create database bench locale 'C' encoding 'UTF8' template template0").await?;
    slrt::db::migrate(&url).await.map_err(|e| e.to_string())?;
    let mut conn = AsyncPgConnection::establish(&url).await?;
    slrt::eligibility::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
    slrt::service_levels::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;

    let (now, mut generator, mut inserted) = (Utc::now(), Generator::new(7), 0);
    let started = Instant::now();
    for (index, regency) in REGENCIES.iter().enumerate() {
        let villages: Vec<_> = directory::within(regency).iter().filter(|e| e.code.len() == 13).collect();
        let mut villages = villages.iter().cycle();
        while inserted < persons * (index + 1) / REGENCIES.len() {
            let families: Vec<_> = villages
                .by_ref()
                .take(FAMILIES_PER_CALL)
                .map(|village| generator.family(&village.code[..8], village.code, local_day(now)))
                .collect();
            inserted += families.iter().map(|f| f.members.len()).sum::<usize>();
            insert_synthetic(&mut conn, &ring, families, now).await.map_err(|e| e.to_string())?;
        }
    }
    conn.batch_execute("vacuum analyze").await?;
    println!("{inserted} persons inserted in {:.0} s", started.elapsed().as_secs_f64());

    let sample: Vec<Person> = diesel::sql_query(
        "select id, full_name, birth_date from persons where region_code like '32.04.%' order by md5(id::text) limit $1",
    )
    .bind::<BigInt, _>(i64::try_from(2 * searches)?)
    .load(&mut conn)
    .await?;
    drop(conn);
    let service = Service::start(&url, &keys_file)?;
    let keys = Arc::new(Keys::fixed(&KeyFile::read_or_generate(&keys_file, Utc::now())?)?);
    let tokens = Tokens::new(ISSUER.into(), "slrt-api".into(), keys, TrustedIssuers::default());
    let client = reqwest::Client::builder().pool_max_idle_per_host(1).build()?;

    let word =
        |name: &str, at: usize| name.split(' ').nth(at).or(name.split(' ').next()).unwrap_or_default().to_owned();
    let start = |text: &str, letters: usize| text.chars().take(letters).collect::<String>();
    type MakeBody<'a> = Box<dyn Fn(&Person) -> Value + 'a>;
    let kinds: Vec<(&str, MakeBody<'_>)> = vec![
        ("whole name", Box::new(|s| json!({ "name": s.full_name }))),
        (
            "first word and two letters",
            Box::new(
                move |s| json!({ "name": format!("{} {}", word(&s.full_name, 0), start(&word(&s.full_name, 1), 2)) }),
            ),
        ),
        ("three letters of the last word", Box::new(move |s| json!({ "name": start(&word(&s.full_name, 1), 3) }))),
        ("sound of the name", Box::new(|s| json!({ "name": s.full_name, "name_match": "fuzzy" }))),
        ("birth date", Box::new(|s| json!({ "birth_date": s.birth_date }))),
        (
            "first word and birth date",
            Box::new(move |s| json!({ "name": word(&s.full_name, 0), "birth_date": s.birth_date })),
        ),
        ("category", Box::new(|_| json!({ "ppks_code": "PPKS-24" }))),
        ("decile", Box::new(|_| json!({ "decile": 2 }))),
        ("programme", Box::new(|_| json!({ "program_code": "PKH" }))),
        ("decile and programme", Box::new(|_| json!({ "decile": 2, "program_code": "PKH" }))),
        ("first word and decile", Box::new(move |s| json!({ "name": word(&s.full_name, 0), "decile": 2 }))),
        (
            "first word, decile and programme",
            Box::new(move |s| json!({ "name": word(&s.full_name, 0), "decile": 2, "program_code": "PKH" })),
        ),
    ];

    for (place, codes) in [("a regency", vec!["32.04"]), ("a province", vec!["32"]), ("the country", vec!["ID"])] {
        let actor = Actor {
            client_id: "bench-desk".into(),
            subject: "bench-officer".into(),
            scope: RegionScope::from_codes(&codes),
            permissions: [slrt::slices::permissions::REGISTRY_READ].into_iter().collect(),
            ..Actor::system()
        };
        let token = tokens.issue(&actor, Utc::now()).map_err(|e| e.to_string())?;
        let send = async |request: reqwest::RequestBuilder| send_timed(request.bearer_auth(&token)).await;
        let read = async |persons_to_read: &[Person]| {
            let mut took = Vec::new();
            for s in persons_to_read {
                took.push(send(client.get(format!("{}/v1/persons/{}", service.url, s.id))).await?.0);
            }
            Fallible::Ok(percentiles(took))
        };
        let search = async |make_body: &MakeBody<'_>, persons_to_read: &[Person]| {
            let (mut took, mut found) = (Vec::new(), 0);
            for s in persons_to_read {
                let mut body = make_body(s);
                body["limit"] = json!(20);
                let request = client.post(format!("{}/v1/persons/search", service.url)).json(&body);
                let (one, page) = send(request).await?;
                found += page["items"].as_array().map_or(0, Vec::len);
                took.push(one);
            }
            Fallible::Ok((percentiles(took), found as f64 / persons_to_read.len() as f64))
        };
        // Warm up caches and plans with other persons first, the same for all kinds.
        let (measured, before) = sample.split_at(sample.len() / 2);
        read(before).await?;
        for (_, make_body) in &kinds {
            search(make_body, before).await?;
        }
        let read = read(measured).await?;
        println!("\n{place}: a person by id, p50 {:.2} ms, p95 {:.2} ms", read.0, read.1);
        println!("| search | p50 ms | p95 ms | p95 : read's p95 | found |");
        println!("|---|--:|--:|--:|--:|");
        for (title, make_body) in &kinds {
            let (took, found) = search(make_body, measured).await?;
            let ratio = took.1 / read.1;
            let mark = if ratio <= AIM { "" } else { " (over)" };
            println!("| {title} | {:.2} | {:.2} | {ratio:.1}{mark} | {found:.1} |", took.0, took.1);
        }
    }
    Ok(())
}

/// The median and the 95th percentile in milliseconds.
fn percentiles(mut took: Vec<Duration>) -> (f64, f64) {
    took.sort();
    let at = |percent: usize| took.get(took.len() * percent / 100).map_or(f64::NAN, |d| d.as_secs_f64() * 1000.0);
    (at(50), at(95))
}
