//! The measured requests for complaints and queues: first reads, then writes.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{SecondsFormat, Utc};
use slrt::slices::permissions::{
    COMPLAINTS_HANDLE, COMPLAINTS_NOTE, COMPLAINTS_READ, COMPLAINTS_SUBMIT, REFERRALS_READ, REGISTRY_READ,
};
use uuid::Uuid;

use crate::Fallible;
use crate::load;
use crate::processes::Service;
use crate::record::time;
use crate::scenario::{KEY_PREFIX, Scenario, Varying, get, pick, post};
use crate::stage::{REGENCY, Stage, Targets};

const DESCRIPTION: &str = "Warga sudah tiga bulan tidak menerima bantuan yang biasa diterima setiap triwulan, padahal data keluarga \
                           tidak berubah. Mohon diperiksa di mana kendalanya dan apa yang perlu dilengkapi.";
/// Operations in one batch of a tablet: new complaints, and notes on an existing one.
const COMPLAINTS_PER_BATCH: usize = 6;
const NOTES_PER_BATCH: usize = 4;

fn token(stage: &Stage) -> Fallible<String> {
    stage.environment.token(
        REGENCY,
        &[COMPLAINTS_HANDLE, COMPLAINTS_NOTE, COMPLAINTS_READ, COMPLAINTS_SUBMIT, REFERRALS_READ, REGISTRY_READ],
    )
}

/// Requests that change nothing.
pub fn reads(stage: &Stage, service: &Service, targets: &Targets) -> Fallible<Vec<Scenario>> {
    let token = token(stage)?;
    let page = |title, path: &'static str| Scenario {
        title,
        token: token.clone(),
        status: 200,
        request: Box::new(move |_, token| Some(get(path, token))),
        varying: Vec::new(),
    };
    Ok(vec![
        page("List, first page", "/v1/complaints"),
        middle_page(service, targets, &token)?,
        page("List, state `verified`", "/v1/complaints?status=verified"),
        page("List, state `withdrawn`", "/v1/complaints?status=withdrawn"),
        page("List, `sla=breached`", "/v1/complaints?sla=breached"),
        page("List, `sla=due_soon`", "/v1/complaints?sla=due_soon"),
        page("List, `sla=on_time`", "/v1/complaints?sla=on_time"),
        page("List, a district", "/v1/complaints?region_code=32.04.05"),
        page("List, a village", "/v1/complaints?region_code=32.04.05.2001"),
        look_up(targets, &token),
        page("Queue", "/v1/work-queue"),
        page("Queue of an officer", "/v1/work-queue?assignee=me"),
        page("Queue of a role", "/v1/work-queue?role=manager"),
        page("Queue of a village", "/v1/work-queue?region_code=32.04.05.2001"),
        page("Counts of the queues", "/v1/work-queue/counts"),
        page("Queue of referrals", "/v1/work-queue/referrals?side=source"),
        changes(service, targets, &token)?,
        bundle(targets, &token),
    ])
}

/// Requests that add data. They add so much that a small regency does not stay small.
pub fn writes(stage: &Stage, targets: &Targets) -> Fallible<Vec<Scenario>> {
    let token = token(stage)?;
    Ok(vec![submit(targets, &token), note(targets, &token), sync(targets, &token)])
}

/// A cursor has key and id in its last 24 bytes, after the filters and the epoch.
fn cursor(bound: &str, key: i64, id: Uuid) -> Fallible<String> {
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(bound)?;
    bytes[12..20].copy_from_slice(&key.to_be_bytes());
    bytes[20..].copy_from_slice(id.as_bytes());
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn field(page: &str, name: &str) -> Fallible<String> {
    let page: serde_json::Value = serde_json::from_str(page)?;
    Ok(page[name].as_str().ok_or_else(|| format!("no {name}: {page}"))?.to_owned())
}

fn middle_page(service: &Service, targets: &Targets, token: &str) -> Fallible<Scenario> {
    let (_, first_page) = load::send_once(service.address, &get("/v1/complaints", token))?;
    let bound = field(&first_page, "next_cursor")?;
    let places = &targets.places;
    let cursors: Vec<String> =
        places.iter().map(|p| cursor(&bound, p.created_at.timestamp_micros(), p.id)).collect::<Fallible<_>>()?;
    let first = places[0].created_at;
    // No colons: pgbench would take them for variables.
    let times = Varying::one_of(places.iter().map(|p| p.created_at.format("%Y%m%dT%H%M%S%.6fZ")), "timestamptz");
    Ok(Scenario {
        title: "List, a page from the middle",
        token: token.to_owned(),
        status: 200,
        request: Box::new(move |random, token| {
            Some(get(&format!("/v1/complaints?cursor={}", pick(&cursors, random)), token))
        }),
        varying: vec![
            Varying { is: Box::new(move |value| time(value) == Some(first)), ..times },
            Varying::one_of(places.iter().map(|p| p.id), "uuid"),
        ],
    })
}

fn look_up(targets: &Targets, token: &str) -> Scenario {
    let references = targets.references.clone();
    Scenario {
        title: "By its number",
        token: token.to_owned(),
        status: 200,
        request: Box::new(move |random, token| {
            let body = format!(r#"{{"reference_no":"{}"}}"#, pick(&references, random));
            Some(post("/v1/complaints/lookup", token, "", &body))
        }),
        varying: vec![Varying::one_of(targets.references.iter(), "text"), Varying::one_of(targets.open.iter(), "uuid")],
    }
}

fn changes(service: &Service, targets: &Targets, token: &str) -> Fallible<Scenario> {
    let mut paths = Vec::new();
    for tablet in &targets.tablets {
        let path = format!("/v1/sync/bundle?device_id={}", tablet.id);
        let (_, bundle) = load::send_once(service.address, &get(&path, token))?;
        let cursor = cursor(&field(&bundle, "changes_cursor")?, tablet.position, tablet.event_id)?;
        paths.push(format!("/v1/sync/changes?device_id={}&cursor={cursor}", tablet.id));
    }
    Ok(Scenario {
        title: "Sync, 20 changes",
        token: token.to_owned(),
        status: 200,
        request: Box::new(move |random, token| Some(get(pick::<String>(&paths, random), token))),
        varying: vec![
            Varying::one_of(targets.tablets.iter().map(|t| t.id), "uuid"),
            Varying::one_of(targets.tablets.iter().map(|t| &t.code), "text"),
            Varying::one_of(targets.tablets.iter().map(|t| t.position), "bigint"),
            Varying::one_of(targets.tablets.iter().map(|t| t.event_id), "uuid"),
        ],
    })
}

/// The initial data of a tablet: everything it needs in its village.
fn bundle(targets: &Targets, token: &str) -> Scenario {
    let paths: Vec<String> = targets.tablets.iter().map(|t| format!("/v1/sync/bundle?device_id={}", t.id)).collect();
    Scenario {
        title: "Sync, initial bundle",
        token: token.to_owned(),
        status: 200,
        request: Box::new(move |random, token| Some(get(pick::<String>(&paths, random), token))),
        varying: vec![
            Varying::one_of(targets.tablets.iter().map(|t| t.id), "uuid"),
            Varying::one_of(targets.tablets.iter().map(|t| &t.code), "text"),
        ],
    }
}

fn submit(targets: &Targets, token: &str) -> Scenario {
    let people: Vec<(Uuid, String)> = targets.people.iter().map(|p| (p.person_id, p.region_code.clone())).collect();
    Scenario {
        title: "Submit, with a key",
        token: token.to_owned(),
        status: 201,
        request: Box::new(move |random, token| {
            let (person, village) = pick(&people, random);
            let body = format!(
                r#"{{"region_code":"{village}","sector":"socio_economic","program_code":"PKH","channel":"visit",
                "description":"{DESCRIPTION}",
                "complainant":{{"name":"Ibu Contoh","phone":"0812-0000-9001","relation":"tetangga"}},
                "subject":{{"person_id":"{person}"}}}}"#
            );
            let key = format!("idempotency-key: \"{KEY_PREFIX}{}\"\r\n", Uuid::now_v7());
            Some(post("/v1/complaints", token, &key, &body))
        }),
        varying: vec![
            Varying::one_of(targets.people.iter().map(|p| p.person_id), "uuid"),
            Varying::one_of(targets.people.iter().map(|p| p.family_id), "uuid"),
            Varying::one_of(targets.people.iter().map(|p| &p.region_code), "text"),
        ],
    }
}

/// Verifies each complaint once. The pending complaints are read again before each round.
pub fn verify(stage: &Stage, pending: &PendingComplaints) -> Fallible<Scenario> {
    let (remaining, known) = (pending.0.clone(), stage.received()?);
    let sql = Varying::one_of(known.iter().take(crate::stage::TARGETS), "uuid").sql;
    let known: std::collections::HashSet<String> = known.iter().map(Uuid::to_string).collect();
    Ok(Scenario {
        title: "Act: verify",
        token: token(stage)?,
        status: 200,
        request: Box::new(move |_, token| {
            let id = remaining.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            let body = r#"{"class":"enrolment","priority":"high","note":"Data keluarga cocok dengan berkas."}"#;
            Some(post(&format!("/v1/complaints/{id}/verify"), token, "", body))
        }),
        varying: vec![Varying { is: Box::new(move |value| known.contains(value)), sql }],
    })
}

/// Complaints that are not verified yet.
#[derive(Default)]
pub struct PendingComplaints(Arc<Mutex<Vec<Uuid>>>);

impl PendingComplaints {
    pub fn fill(&self, stage: &Stage) -> Fallible {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = stage.received()?;
        Ok(())
    }
}

fn note(targets: &Targets, token: &str) -> Scenario {
    let open = targets.open.clone();
    Scenario {
        title: "Act: note",
        token: token.to_owned(),
        status: 201,
        request: Box::new(move |random, token| {
            let body = r#"{"visibility":"internal","text":"Berkas sudah kami teruskan ke dinas."}"#;
            Some(post(&format!("/v1/complaints/{}/notes", pick(&open, random)), token, "", body))
        }),
        varying: vec![Varying::one_of(targets.open.iter(), "uuid")],
    }
}

fn sync(targets: &Targets, token: &str) -> Scenario {
    let tablets: Vec<(Uuid, String, Uuid)> =
        targets.tablets.iter().map(|t| (t.id, t.code.clone(), t.complaint_id)).collect();
    Scenario {
        title: "Sync, a batch of 10",
        token: token.to_owned(),
        status: 207,
        request: Box::new(move |random, token| {
            let (device, village, noted) = pick(&tablets, random);
            let now = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
            let complaint = |_| {
                let id = Uuid::now_v7();
                format!(
                    r#"{{"operation_id":"{id}","kind":"complaint","captured_at":"{now}","payload":{{"region_code":"{village}",
                    "sector":"food","description":"{DESCRIPTION}","anonymous":true}}}}"#
                )
            };
            let note = |_| {
                let id = Uuid::now_v7();
                format!(
                    r#"{{"operation_id":"{id}","kind":"note","captured_at":"{now}","target_id":"{noted}",
                    "payload":{{"visibility":"internal","text":"Keluarga sudah ditemui di rumah."}}}}"#
                )
            };
            let operations = (0..COMPLAINTS_PER_BATCH).map(complaint).chain((0..NOTES_PER_BATCH).map(note));
            let operations: Vec<String> = operations.collect();
            let body =
                format!(r#"{{"device_id":"{device}","device_time":"{now}","operations":[{}]}}"#, operations.join(","));
            Some(post("/v1/sync", token, "", &body))
        }),
        varying: vec![
            Varying::one_of(targets.tablets.iter().map(|t| t.id), "uuid"),
            Varying::one_of(targets.tablets.iter().map(|t| &t.code), "text"),
            Varying::one_of(targets.tablets.iter().map(|t| t.complaint_id), "uuid"),
        ],
    }
}
