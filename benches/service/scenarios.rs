//! The measured requests, and which of their values vary.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::DateTime;
use uuid::Uuid;

use crate::Fallible;
use crate::load;
use crate::processes::Service;
use crate::record::time;
use crate::scenario::{KEY_PREFIX, Scenario, Varying, get, pick, post};
use crate::stage::{COUNTER, DESK, Stage, Target};

/// Pages to read at random.
const PAGES: usize = 300;

pub struct Measurement {
    pub scenario: Scenario,
    /// Aim, as a share of pgbench's rate.
    pub aim: f64,
    pub response_bytes: usize,
}

/// The index keys are concatenated, so that each can be selected by its position.
fn one_key_of(targets: &[Target]) -> Varying {
    let hex = |key: &[u8]| key.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let all: String = targets.iter().map(|t| hex(&t.blind_index)).collect();
    let first = format!("\\x{}", hex(&targets[0].blind_index));
    let sql = format!("substring('\\x{all}'::bytea from :n % {} * 32 + 1 for 32)", targets.len());
    Varying { is: Box::new(move |value| value == first), sql }
}

/// Persons and villages of a submission.
fn of_targets(targets: &[Target]) -> Vec<Varying> {
    vec![
        Varying::one_of(targets.iter().map(|t| t.person_id), "uuid"),
        Varying::one_of(targets.iter().map(|t| t.family_id), "uuid"),
        one_key_of(targets),
    ]
}

fn read(
    stage: &Stage,
    title: &'static str,
    aim: f64,
    request: impl Fn(u64, &str) -> String + Sync + 'static,
) -> Fallible<Measurement> {
    let scenario = Scenario {
        title,
        token: stage.token(DESK)?,
        status: 200,
        request: Box::new(move |random, token| Some(request(random, token))),
        varying: of_targets(&stage.readers),
    };
    Ok(Measurement { scenario, aim, response_bytes: 0 })
}

pub fn all(stage: &Stage, service: &Service) -> Fallible<Vec<Measurement>> {
    let people: Vec<Uuid> = stage.readers.iter().map(|t| t.person_id).collect();
    let checked_people = people.clone();
    let niks: Vec<String> = stage.readers.iter().map(|t| t.nik.clone()).collect();
    let mut measurements = vec![
        read(stage, "Point read (person)", 0.6, move |random, token| {
            get(&format!("/v1/persons/{}", pick(&people, random)), token)
        })?,
        read(stage, "NIK lookup", 0.5, move |random, token| {
            post("/v1/persons/lookup", token, "", &format!(r#"{{"nik":"{}"}}"#, pick(&niks, random)))
        })?,
        read(stage, "Eligibility check", 0.5, move |random, token| {
            let body = format!(r#"{{"person_id":"{}"}}"#, pick(&checked_people, random));
            post("/v1/eligibility/checks", token, "", &body)
        })?,
        submission(stage, COUNTER, true)?,
        submission(stage, COUNTER, false)?,
        list_page(stage, service)?,
    ];
    for measurement in &mut measurements {
        measurement.response_bytes = measurement.scenario.send_once(service)?.len();
    }
    Ok(measurements)
}

pub fn submission(stage: &Stage, regency: &'static str, with_key: bool) -> Fallible<Measurement> {
    let targets = if regency == DESK { &stage.readers } else { &stage.submitters };
    let about: Vec<(Uuid, String)> = targets.iter().map(|t| (t.person_id, t.village.clone())).collect();
    let request = move |random: u64, token: &str| {
        let (person, village) = pick(&about, random);
        let body = format!(
            r#"{{"region_code":"{village}","sector":"socio_economic","program_code":"PKH","channel":"visit",
            "description":"Warga sudah tiga bulan tidak menerima bantuan yang biasa diterima setiap triwulan, padahal data keluarga tidak berubah. Mohon diperiksa di mana kendalanya dan apa yang perlu dilengkapi.",
            "complainant":{{"name":"Ibu Contoh","phone":"0812-0000-9001","relation":"tetangga"}},
            "subject":{{"person_id":"{person}"}}}}"#
        );
        let key =
            if with_key { format!("idempotency-key: \"{KEY_PREFIX}{}\"\r\n", Uuid::now_v7()) } else { String::new() };
        Some(post("/v1/complaints", token, &key, &body))
    };
    let scenario = Scenario {
        title: if with_key { "Submission, idempotent" } else { "Submission, no key" },
        token: stage.token(regency)?,
        status: 201,
        request: Box::new(request),
        varying: of_targets(targets),
    };
    Ok(Measurement { scenario, aim: 0.8, response_bytes: 0 })
}

fn list_page(stage: &Stage, service: &Service) -> Fallible<Measurement> {
    let token = stage.token(DESK)?;
    let mut cursors: Vec<String> = Vec::new();
    let path = |cursor: Option<&String>| match cursor {
        None => "/v1/complaints?limit=50".to_owned(),
        Some(cursor) => format!("/v1/complaints?limit=50&cursor={cursor}"),
    };
    while cursors.len() < PAGES {
        let (_, page) = load::send_once(service.address, &get(&path(cursors.last()), &token))?;
        let page: serde_json::Value = serde_json::from_str(&page)?;
        cursors.push(page["next_cursor"].as_str().ok_or_else(|| format!("no further page: {page}"))?.to_owned());
    }
    let mut places = Vec::new();
    for cursor in &cursors {
        let bytes: [u8; 32] = BASE64_URL_SAFE_NO_PAD.decode(cursor)?.try_into().map_err(|_| "unexpected cursor")?;
        let micros = i64::from_be_bytes(bytes[8..16].try_into()?);
        let at = DateTime::from_timestamp_micros(micros).ok_or("unexpected time")?;
        places.push((at, Uuid::from_slice(&bytes[16..])?));
    }
    let first = places[0].0;
    // No colons: pgbench would take them for variables.
    let times = Varying::one_of(places.iter().map(|p| p.0.format("%Y%m%dT%H%M%S%.6fZ")), "timestamptz");
    let scenario = Scenario {
        title: "List page (50 of 20,000)",
        token: stage.token(DESK)?,
        status: 200,
        request: Box::new(move |random, token| Some(get(&path(Some(pick(&cursors, random))), token))),
        varying: vec![
            Varying { is: Box::new(move |value| time(value) == Some(first)), ..times },
            Varying::one_of(places.iter().map(|p| p.1), "uuid"),
        ],
    };
    Ok(Measurement { scenario, aim: 0.5, response_bytes: 0 })
}
