//! Proposals and disputes: steps of the village, the agency and the owner of the registry.

use chrono::{Datelike, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::world::{VILLAGE, family, organization};
use crate::support::{Session, World};

const NIK: &str = "3204055203909001";

/// A session of the registry's owner, for the whole country.
fn registry_owner(world: &World) -> Session {
    world.server.session("pusdatin", None, &["ID"], &[P::REGISTRY_IMPORT, P::REGISTRY_READ])
}

/// Sets a default window that is open on every day.
async fn open_windows(world: &World) {
    let always = json!({
        "submit_from": 1, "submit_until": 31, "village_until": 31, "agency_until": 31, "source": "Uji coba",
    });
    set_window(&registry_owner(world), "default", "\"1\"", always).await.expect(200);
}

async fn set_window(session: &Session, period: &str, version: &str, body: Value) -> crate::support::Answer {
    let path = format!("/v1/registry-proposal-windows/{period}");
    session.send(Method::PUT, &path, &[("if-match", version)], Some(body)).await
}

fn correction() -> Value {
    json!({
        "kind": "correction", "nik": NIK, "full_name": "Siti Rahmawati",
        "changes": { "school_enrolled": true, "marital_status": "widowed" },
        "statement": "Suami meninggal pada Agustus 2026.",
        "evidence": [{ "kind": "certificate", "text": "Akta kematian", "reference": "3204-KM-0117" }],
    })
}

fn dispute(kind: &str) -> Value {
    json!({
        "kind": kind, "nik": NIK, "full_name": "Siti Rahmawati", "program_code": "PKH",
        "statement": "Keluarga ini layak menerima PKH.",
        "evidence": [{ "kind": "field_visit", "text": "Kunjungan 3 November" }],
    })
}

fn new_entry(serial: u16) -> Value {
    let entered = family(serial);
    json!({
        "kind": "new_entry", "nik": entered["members"][0]["nik"], "full_name": "Siti Rahmawati", "family": entered,
        "statement": "Belum terdata.", "evidence": [{ "kind": "statement", "text": "Surat pernyataan RT" }],
    })
}

fn minutes() -> Value {
    json!({ "held_on": "2026-11-08", "place": "Balai desa", "minutes_number": "BA/07/2026", "attendees": 34 })
}

/// Submits a proposal, verifies it in the village and by the agency, and forwards it. Returns its id.
async fn forwarded(world: &World, body: Value) -> String {
    let made = world.front.post("/v1/registry-proposals", body).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let act = |action: &str| format!("/v1/registry-proposals/{id}/{action}");
    world.back.post(&act("verify-village"), json!({ "deliberation": minutes() })).await.expect(200);
    world.back.post(&act("verify-agency"), json!({ "finding": "Sesuai." })).await.expect(200);
    world.manager.post(&act("forward"), json!({})).await.expect(200);
    id
}

#[actix_web::test]
async fn an_accepted_correction_changes_the_person() {
    let world = World::start().await;
    open_windows(&world).await;
    let home = world.family().await;
    let member = world.member_of(&home).await;
    let id = forwarded(&world, correction()).await;
    let path = format!("/v1/registry-proposals/{id}");
    let before = world.front.get(&format!("/v1/persons/{member}")).await.expect(200);
    assert_eq!(before["school_enrolled"], false);
    let accepted =
        registry_owner(&world).post(&format!("{path}/accept"), json!({ "note": "Padan." })).await.expect(200);
    assert_eq!((accepted["status"].as_str(), accepted["person_id"].as_str()), (Some("accepted"), Some(&*member)));
    assert_eq!(accepted["village_verification"]["deliberation"]["attendees"], 34);
    assert_eq!(accepted["allowed_actions"], json!([]));
    let after = world.front.get(&format!("/v1/persons/{member}")).await.expect(200);
    assert_eq!((&after["school_enrolled"], &after["marital_status"]), (&json!(true), &json!("widowed")));
    assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|v| v + 1));
    let timeline = world.front.get(&format!("{path}/timeline")).await.expect(200);
    let steps: Vec<&str> =
        timeline["items"].as_array().unwrap().iter().map(|e| e["to_status"].as_str().unwrap()).collect();
    assert_eq!(steps, ["submitted", "village_verification", "agency_verification", "forwarded", "accepted"]);
    let events = world.front.get("/v1/events?limit=200").await;
    assert!(!events.text.contains(NIK) && !events.text.contains("Siti") && !timeline.to_string().contains(NIK));
    let types: Vec<String> = events.expect(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["type"].as_str().unwrap().to_owned())
        .collect();
    for wanted in ["registry_proposal.submitted", "registry_proposal.accepted", "person.updated"] {
        assert!(types.iter().any(|t| t == wanted), "{wanted}");
    }
}

#[actix_web::test]
async fn an_accepted_new_entry_creates_a_family() {
    let world = World::start().await;
    open_windows(&world).await;
    let id = forwarded(&world, new_entry(7)).await;
    let nik = new_entry(7)["nik"].clone();
    let lookup = || world.front.post("/v1/persons/lookup", json!({ "nik": nik }));
    assert_eq!(lookup().await.expect(200)["items"], json!([]));
    let accepted =
        registry_owner(&world).post(&format!("/v1/registry-proposals/{id}/accept"), json!({})).await.expect(200);
    let found = lookup().await.expect(200);
    assert_eq!(found["items"][0]["id"], accepted["person_id"]);
    let home = world.front.get(&format!("/v1/families/{}", accepted["family_id"].as_str().unwrap())).await.expect(200);
    assert_eq!((home["members"].as_array().unwrap().len(), home.get("welfare_status")), (2, None));
}

#[actix_web::test]
async fn a_proposal_follows_the_person_into_a_merged_record_and_another_family() {
    let world = World::start().await;
    open_windows(&world).await;
    let home = world.family().await;
    let member = world.member_of(&home).await;
    let correction = forwarded(&world, correction()).await;
    let dispute = forwarded(&world, dispute("dispute_exclusion")).await;
    let body = json!({ "region_code": VILLAGE, "full_name": "Siti Rachmawati", "sex": "female" });
    let survivor = world.front.post("/v1/persons", body).await.expect(201);
    let child = world.front.get(&format!("/v1/families/{home}")).await.expect(200)["members"][1]["id"].clone();
    let merge = json!({ "duplicate_id": member, "new_head_id": child });
    world.front.post(&format!("/v1/persons/{}/merge", survivor["id"].as_str().unwrap()), merge).await.expect(200);
    let now = format!("/v1/families/{}", survivor["family_id"].as_str().unwrap());
    let before = world.front.get(&now).await.expect(200);
    let accept = async |id: &str| {
        registry_owner(&world).post(&format!("/v1/registry-proposals/{id}/accept"), json!({})).await.expect(200);
    };
    accept(&correction).await;
    let after = world.front.get(&format!("/v1/persons/{}", survivor["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(after["marital_status"], "widowed");
    accept(&dispute).await;
    let trail = world.front.get(&format!("{now}/history")).await.expect(200);
    assert_eq!(trail["items"][0]["action"], "dispute-upheld");
    let version = world.front.get(&now).await.expect(200)["version"].as_i64();
    assert_eq!(version, before["version"].as_i64().map(|v| v + 2));
}

#[actix_web::test]
async fn the_correction_of_a_person_who_moved_away_can_be_returned() {
    let world = World::start().await;
    open_windows(&world).await;
    let home = format!("/v1/families/{}", world.family().await);
    let id = forwarded(&world, correction()).await;
    let everywhere = world.server.session("pusat", None, &["ID"], &[P::REGISTRY_READ, P::REGISTRY_WRITE]);
    let version = format!("\"{}\"", everywhere.get(&home).await.expect(200)["version"]);
    let headers = [("if-match", version.as_str()), ("content-type", "application/merge-patch+json")];
    let away = json!({ "region_code": "34.04.07.2001" });
    everywhere.send(Method::PATCH, &home, &headers, Some(away)).await.expect(200);

    let regional = world.server.session("dinas", None, &["32"], &[P::REGISTRY_IMPORT, P::REGISTRY_READ]);
    let path = format!("/v1/registry-proposals/{id}");
    let accept = regional.post(&format!("{path}/accept"), json!({})).await;
    accept.expect_problem(409, "registry-proposal-person-elsewhere");
    let body = json!({ "reason": "other", "note": "Pindah ke Sleman." });
    regional.post(&format!("{path}/return"), body).await.expect(200);
}

#[actix_web::test]
async fn an_upheld_dispute_sets_no_decile() {
    let world = World::start().await;
    open_windows(&world).await;
    let home = world.family().await;
    let path = format!("/v1/families/{home}");
    let before = world.front.get(&path).await.expect(200);
    let id = forwarded(&world, dispute("dispute_exclusion")).await;
    registry_owner(&world).post(&format!("/v1/registry-proposals/{id}/accept"), json!({})).await.expect(200);
    let after = world.front.get(&path).await.expect(200);
    assert_eq!(after["welfare_status"], before["welfare_status"]);
    assert_eq!(after["version"].as_i64(), before["version"].as_i64().map(|v| v + 1));
    let list = format!("/v1/registry-proposals?family_id={home}&kind=dispute_exclusion&status=accepted");
    assert_eq!(world.front.get(&list).await.expect(200)["items"][0]["id"], json!(id));
    let upheld = world.front.get("/v1/events?type=registry_dispute.accepted").await.expect(200);
    assert_eq!(upheld["items"][0]["data"]["family_id"], json!(home));
}

#[actix_web::test]
async fn only_one_proposal_of_a_kind_is_open_and_a_returned_one_can_be_replaced() {
    let world = World::start().await;
    open_windows(&world).await;
    world.family().await;
    let id = forwarded(&world, correction()).await;
    let second = world.back.post("/v1/registry-proposals", correction()).await;
    second.expect_problem(409, "registry-proposal-already-open");
    world.front.post("/v1/registry-proposals", dispute("dispute_inclusion")).await.expect(201);
    let reason = json!({ "reason": "evidence_incomplete", "note": "Akta belum dilampirkan." });
    let returned =
        registry_owner(&world).post(&format!("/v1/registry-proposals/{id}/return"), reason.clone()).await.expect(200);
    assert_eq!(
        (&returned["status"], &returned["outcome"]["reason"]),
        (&json!("returned"), &json!("evidence_incomplete"))
    );
    let again = registry_owner(&world).post(&format!("/v1/registry-proposals/{id}/return"), reason).await;
    let problem = again.expect_problem(409, "registry-proposal-invalid-transition");
    assert_eq!((&problem["current_state"], &problem["allowed"]), (&json!("returned"), &json!([])));
    let mut next = correction();
    next["replaces_id"] = json!(id);
    let next = world.front.post("/v1/registry-proposals", next).await.expect(201);
    let mut wrong = dispute("dispute_exclusion");
    wrong["replaces_id"] = next["id"].clone();
    let refused = world.front.post("/v1/registry-proposals", wrong).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/replaces_id".to_owned(), "unknown_proposal".to_owned())]);
}

#[actix_web::test]
async fn the_verifier_may_not_forward_and_a_village_may_not_act_for_the_agency() {
    let world = World::start().await;
    open_windows(&world).await;
    world.family().await;
    let desk = Some(organization("slrt-bandung"));
    let both = world.server.session("rangkap", desk, &["32.04"], &[P::COMPLAINTS_HANDLE, P::COMPLAINTS_APPROVE]);
    let village = world.server.session("puskesos", desk, &[VILLAGE], &[P::COMPLAINTS_HANDLE]);
    let made = world.front.post("/v1/registry-proposals", correction()).await.expect(201);
    let act = |action: &str| format!("/v1/registry-proposals/{}/{action}", made["id"].as_str().unwrap());
    village.post(&act("verify-village"), json!({ "deliberation": minutes() })).await.expect(200);
    let finding = json!({ "finding": "Sesuai." });
    village.post(&act("verify-agency"), finding.clone()).await.expect_problem(403, "wider-region-required");
    both.post(&act("verify-agency"), finding).await.expect(200);
    both.post(&act("forward"), json!({})).await.expect_problem(403, "own-verification");
    let stale = world.manager.post_with(&act("forward"), &[("if-match", "\"1\"")], json!({})).await;
    stale.expect_problem(412, "version-mismatch");
    world.manager.post(&act("forward"), json!({})).await.expect(200);
}

#[actix_web::test]
async fn a_proposal_declined_by_the_village_is_rejected_with_its_minutes() {
    let world = World::start().await;
    open_windows(&world).await;
    world.family().await;
    let made = world.front.post("/v1/registry-proposals", dispute("dispute_inclusion")).await.expect(201);
    let path = format!("/v1/registry-proposals/{}/decline-village", made["id"].as_str().unwrap());
    let incomplete = json!({ "deliberation": { "held_on": "2099-01-01", "place": "Balai desa", "minutes_number": "1", "attendees": 0 }, "reason": "other" });
    let problem = world.back.post(&path, incomplete).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&problem), [("/deliberation/attendees".to_owned(), "out_of_range".to_owned())]);
    let declined =
        world.back.post(&path, json!({ "deliberation": minutes(), "reason": "not_eligible" })).await.expect(200);
    assert_eq!(declined["status"], "rejected");
    assert_eq!(declined["village_verification"]["decision"], "not_supported");
    world.front.post("/v1/registry-proposals", dispute("dispute_inclusion")).await.expect(201);
}

#[actix_web::test]
async fn outside_its_window_a_step_is_refused_with_the_next_opening() {
    let world = World::start().await;
    world.family().await;
    // Go to the twelfth of a month in western Indonesia: the window for submitting is closed, the village's window is open.
    let local = world.server.shared.clock.now() + TimeDelta::hours(7);
    let mut day = local.date_naive();
    while day.day() != 12 {
        day = day.succ_opt().unwrap();
    }
    world.server.shared.clock.advance(day.and_hms_opt(12, 0, 0).unwrap() - local.naive_utc());
    let world = World::around(world.server);
    let closed = world.front.post("/v1/registry-proposals", correction()).await;
    let problem = closed.expect_problem(409, "registry-proposal-window-closed");
    let opens: chrono::NaiveDate = problem["opens_on"].as_str().unwrap().parse().unwrap();
    assert_eq!((opens.day(), opens > day, (opens - day).num_days() < 21), (1, true, true));
    // Give this month its own window.
    let month = day.format("%Y-%m").to_string();
    let shown = world.server.anonymous().get(&format!("/v1/registry-proposal-windows/{month}")).await.expect(200);
    assert_eq!((&shown["own"], &shown["submit_until"], &shown["version"]), (&json!(false), &json!(11), &json!(0)));
    let later =
        json!({ "submit_from": 1, "submit_until": 12, "village_until": 12, "agency_until": 12, "source": "Surat 12" });
    let desk = world.server.session("dinas", None, &["32.04"], &[P::REGISTRY_IMPORT]);
    set_window(&desk, &month, "\"0\"", later.clone()).await.expect_problem(403, "region-not-granted");
    set_window(&registry_owner(&world), &month, "\"1\"", later.clone()).await.expect_problem(412, "version-mismatch");
    let mut reversed = later.clone();
    reversed["village_until"] = json!(3);
    set_window(&registry_owner(&world), &month, "\"0\"", reversed).await.expect_problem(422, "validation-failed");
    set_window(&registry_owner(&world), &month, "\"0\"", later).await.expect(200);
    let made = world.front.post("/v1/registry-proposals", correction()).await.expect(201);
    assert_eq!(made["period"], json!(month));
    world.server.shared.clock.advance(TimeDelta::days(1));
    let world = World::around(world.server);
    let path = format!("/v1/registry-proposals/{}/verify-village", made["id"].as_str().unwrap());
    let late = world.back.post(&path, json!({ "deliberation": minutes() })).await;
    late.expect_problem(409, "registry-proposal-window-closed");
}

#[actix_web::test]
async fn a_tablet_may_repeat_a_submission_alone_and_in_a_batch() {
    let world = World::start().await;
    open_windows(&world).await;
    world.family().await;
    let mut body = correction();
    body["id"] = json!("01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e");
    world.front.post("/v1/registry-proposals", body.clone()).await.expect(201);
    let again = world.front.post("/v1/registry-proposals", body.clone()).await.expect(200);
    assert_eq!(again["version"], 1);
    let mut other = body.clone();
    other["statement"] = json!("Lain.");
    world.front.post("/v1/registry-proposals", other).await.expect_problem(409, "already-exists");
    let mut unknown = correction();
    unknown["nik"] = json!("3204055203909777");
    let batch = json!({ "items": [body, dispute("dispute_exclusion"), unknown, { "kind": "correction" }] });
    let answer = world.front.post("/v1/registry-proposals/batch", batch.clone()).await;
    assert!(!answer.text.contains("3204055203909777"));
    let done = answer.expect(207);
    let status: Vec<i64> = done["items"].as_array().unwrap().iter().map(|i| i["status"].as_i64().unwrap()).collect();
    assert_eq!(status, [200, 201, 422, 422]);
    assert_eq!(done["items"][2]["problem"]["errors"][0]["code"], "unknown_person");
    let undone = json!({ "items": [dispute("dispute_inclusion"), { "kind": "correction" }] });
    let undone = world.front.post("/v1/registry-proposals/batch?atomic=true", undone).await.expect(207);
    assert_eq!(undone["items"][0]["status"], 424);
    let all = world.front.get("/v1/registry-proposals?limit=200").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn content_that_does_not_fit_the_kind_is_refused_with_its_pointer() {
    let world = World::start().await;
    open_windows(&world).await;
    world.family().await;
    let refused = |body: Value| async {
        faults(&world.front.post("/v1/registry-proposals", body).await.expect_problem(422, "validation-failed"))
    };
    let mut ranked = new_entry(9);
    ranked["family"] = crate::support::world::ranked(9);
    assert_eq!(refused(ranked).await, [("/family/welfare_status".to_owned(), "decile_not_proposed".to_owned())]);
    let mut stranger = new_entry(9);
    stranger["nik"] = json!("3204055203909555");
    assert_eq!(refused(stranger).await, [("/family/members".to_owned(), "member_required".to_owned())]);
    let mut headless = new_entry(9);
    headless["family"]["members"][0]["relation_to_head"] = json!("spouse");
    assert_eq!(refused(headless).await, [("/family/members".to_owned(), "head_required".to_owned())]);
    let mut empty = correction();
    empty["changes"] = json!({});
    assert_eq!(refused(empty).await, [("/changes".to_owned(), "nothing_to_change".to_owned())]);
    let mut mixed = dispute("dispute_inclusion");
    mixed["changes"] = json!({ "has_kip": true });
    assert_eq!(refused(mixed).await, [("/changes".to_owned(), "not_for_this_kind".to_owned())]);
    let mut known = new_entry(1);
    known["statement"] = json!("Sudah ada.");
    world.front.post("/v1/registry-proposals", known).await.expect_problem(409, "identity-in-use");
}

#[actix_web::test]
async fn proposed_data_is_encrypted_masked_and_revealed_with_a_record() {
    let world = World::start().await;
    open_windows(&world).await;
    let body = new_entry(5);
    let nik = body["nik"].as_str().unwrap().to_owned();
    let key = [("idempotency-key", "p1")];
    let made = world.front.post_with("/v1/registry-proposals", &key, body).await;
    assert!(!made.text.contains(&nik));
    let made = made.expect(201);
    assert_eq!((made["masked"].as_bool(), made.get("family")), (Some(true), None));
    let path = format!("/v1/registry-proposals/{}", made["id"].as_str().unwrap());
    let opener = world.server.session("bo", None, &["32.04"], &[P::REGISTRY_READ, P::PII_REVEAL]);
    opener.get(&path).await.expect_problem(400, "purpose-required");
    let shown = opener.get_with(&path, &[("access-purpose", "verification")]).await.expect(200);
    assert_eq!((shown["nik"].as_str(), shown["family"]["region_code"].as_str()), (Some(&*nik), Some(VILLAGE)));
    let trail = world.auditor.get("/v1/audit-records?limit=200").await.expect(200);
    assert!(trail["items"].as_array().unwrap().iter().any(|r| r["action"] == "registry_proposal.reveal"));
    let (mut conn, hex) =
        (world.server.connection().await, nik.bytes().map(|b| format!("{b:02x}")).collect::<String>());
    for table in ["registry_proposals", "open_registry_proposals", "idempotency_keys", "timeline_entries", "events"] {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let sql = format!("select count(*) from {table} t where t::text like '%{nik}%' or t::text like '%{hex}%'");
        let found: Count = diesel_async::RunQueryDsl::get_result(diesel::sql_query(sql), &mut conn).await.unwrap();
        assert_eq!(found.count, 0, "{table}");
    }
}
