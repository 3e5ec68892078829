//! Tests of offline synchronization: operations are applied once, whatever happens to the connection; nothing newer is
//! overwritten; tablets learn which resources are no longer theirs.

use chrono::{TimeDelta, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use slrt::slices::permissions as P;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use crate::support::http::faults;
use crate::support::resources::{announcement, photo};
use crate::support::world::{VILLAGE, organization, submission};
use crate::support::{Session, World};

const OFFICER: &str = "bandung-fas";
/// Number of operations of the day that is sent in parts.
const DAY: usize = 13;

fn facilitator(world: &World) -> Session {
    let may = [P::COMPLAINTS_SUBMIT, P::COMPLAINTS_NOTE, P::COMPLAINTS_READ, P::REGISTRY_READ];
    world.server.session(OFFICER, Some(organization("slrt-bandung")), &["32.04"], &may)
}

fn batch(device: &str, operations: &[Value]) -> Value {
    json!({ "device_id": device, "device_time": Utc::now(), "operations": operations })
}

fn operation(kind: &str, payload: Value) -> Value {
    json!({ "operation_id": Uuid::now_v7(), "kind": kind, "captured_at": "2026-11-20T03:15:00Z", "payload": payload })
}

fn family(id: Uuid) -> Value {
    json!({
        "id": id, "region_code": VILLAGE, "address": "Kampung Contoh RT 01 RW 02",
        "members": [
            { "id": Uuid::now_v7(), "full_name": "Nenek Contoh", "sex": "female", "birth_date": "1950-01-01", "relation_to_head": "head" },
        ],
    })
}

fn statuses(answer: &Value) -> Vec<u64> {
    answer["results"].as_array().unwrap().iter().map(|r| r["status"].as_u64().unwrap()).collect()
}

#[actix_web::test]
async fn operations_recorded_offline_are_applied_in_order_and_once() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let (home, complaint) = (Uuid::now_v7(), Uuid::now_v7());
    let first = operation("family", family(home));
    let mut second = operation("complaint", submission());
    second["payload"]["id"] = json!(complaint);
    second["payload"]["subject"] = json!({ "family_id": home });
    second["depends_on"] = json!([first["operation_id"]]);
    let third = operation(
        "visit",
        json!({ "region_code": VILLAGE, "family_id": home, "result": "met", "note": "Rumah bocor." }),
    );
    let broken = operation("complaint", json!({ "region_code": VILLAGE, "sector": "weather", "description": "x" }));
    let mut orphan = operation("visit", json!({ "region_code": VILLAGE, "family_id": home, "result": "met" }));
    orphan["depends_on"] = json!([broken["operation_id"]]);
    let all = [first, second, third, broken, orphan];
    let answer = tablet.post("/v1/sync", batch(&device, &all)).await.expect(207);
    assert_eq!(statuses(&answer), [201, 201, 201, 422, 424]);
    assert_eq!(answer["results"][3]["problem"]["errors"][0]["pointer"], "/payload/sector");
    let again = tablet.post("/v1/sync", batch(&device, &all)).await.expect(207);
    assert_eq!(statuses(&again), [201, 201, 201, 422, 424]);
    assert_eq!(
        (again["results"][0]["replayed"].as_bool(), again["results"][3]["replayed"].as_bool()),
        (Some(true), Some(false))
    );
    assert_eq!(again["results"][1]["resource"], answer["results"][1]["resource"]);
    assert_eq!(world.front.get("/v1/complaints").await.expect(200)["items"].as_array().unwrap().len(), 1);
    let visits = world.front.get(&format!("/v1/visits?family_id={home}")).await.expect(200);
    assert_eq!(
        (visits["items"].as_array().unwrap().len(), visits["items"][0]["visited_by"].as_str()),
        (1, Some(OFFICER))
    );
    // The same id with different content is refused.
    let mut other = all[0].clone();
    other["payload"]["address"] = json!("Di tempat lain");
    let answer = tablet.post("/v1/sync", batch(&device, &[other])).await.expect(207);
    assert_eq!(answer["results"][0]["problem"]["code"], "already-exists");
}

#[actix_web::test]
async fn a_conflict_returns_both_sides_and_overwrites_nothing() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let id = world.pending_complaint().await;
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Sudah." });
    world.step(&world.manager, &id, "approve", decision).await;
    let mut close = operation("close_complaint", json!({ "satisfaction": 1 }));
    close["target_id"] = json!(id);
    close["based_on"] = json!(2);
    let answer = tablet.post("/v1/sync", batch(&device, std::slice::from_ref(&close))).await.expect(207);
    let result = &answer["results"][0];
    assert_eq!((result["status"].as_u64(), result["problem"]["code"].as_str()), (Some(412), Some("version-mismatch")));
    assert_eq!(result["conflict"]["yours"]["satisfaction"], 1);
    assert_eq!(
        (result["conflict"]["server"]["version"].as_i64(), result["conflict"]["server"]["status"].as_str()),
        (Some(5), Some("resolved"))
    );
    assert!(result["conflict"]["server"].to_string().contains("08**********01"));
    assert_eq!(world.front.get(&format!("/v1/complaints/{id}")).await.expect(200)["status"], "resolved");
    // After a person has resolved the conflict, it succeeds as a new operation.
    close["operation_id"] = json!(Uuid::now_v7());
    close["based_on"] = json!(5);
    let answer = tablet.post("/v1/sync", batch(&device, &[close])).await.expect(207);
    assert_eq!((statuses(&answer), answer["results"][0]["resource"]["version"].as_i64()), (vec![200], Some(6)));
}

#[actix_web::test]
async fn a_clock_that_is_a_year_off_is_corrected() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let ahead = Utc::now() + TimeDelta::days(365);
    let mut recorded = operation("complaint", submission());
    recorded["captured_at"] = json!(ahead - TimeDelta::hours(2));
    let mut body = batch(&device, &[recorded]);
    body["device_time"] = json!(ahead);
    let answer = tablet.post("/v1/sync", body).await.expect(207);
    assert_eq!(statuses(&answer), [201]);
    let skew = answer["skew_ms"].as_i64().unwrap();
    assert!((skew + 365 * 86_400_000).abs() < 60_000, "{skew}");
    let corrected: chrono::DateTime<Utc> = answer["results"][0]["corrected_at"].as_str().unwrap().parse().unwrap();
    assert!((Utc::now() - TimeDelta::hours(2) - corrected).abs() < TimeDelta::minutes(2));
    let made = world.front.get("/v1/complaints").await.expect(200);
    assert!(made["items"][0]["created_at"].as_str().unwrap() < "2027-06");
    let admin = world.server.session("admin", None, &["32.04"], &[P::ACCESS_ADMIN]);
    assert_eq!(admin.get(&format!("/v1/devices/{device}")).await.expect(200)["last_skew_ms"], skew);
}

#[actix_web::test]
async fn a_tablet_works_for_its_officer_in_its_villages_until_it_is_revoked() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let mut elsewhere = operation("complaint", submission());
    elsewhere["payload"]["region_code"] = json!("32.04.05.2002");
    let answer = tablet.post("/v1/sync", batch(&device, std::slice::from_ref(&elsewhere))).await.expect(207);
    assert_eq!(answer["results"][0]["problem"]["code"], "region-not-granted");
    let mut numbered = operation("family", family(Uuid::now_v7()));
    numbered["payload"]["members"][0]["nik"] = json!("3204054101509001");
    let text = tablet.post("/v1/sync", batch(&device, &[numbered])).await;
    assert!(!text.text.contains("3204054101509001"));
    assert_eq!(text.expect(207)["results"][0]["problem"]["errors"][0]["code"], "not_offline");
    let stranger = world.front.post("/v1/sync", batch(&device, std::slice::from_ref(&elsewhere))).await;
    assert_eq!(
        faults(&stranger.expect_problem(422, "validation-failed")),
        [("/device_id".to_owned(), "unknown_device".to_owned())]
    );
    let admin = world.server.session("admin", None, &["32.04"], &[P::ACCESS_ADMIN]);
    admin.act(&format!("/v1/devices/{device}/revoke")).await.expect(200);
    tablet.post("/v1/sync", batch(&device, &[elsewhere])).await.expect_problem(403, "device-revoked");
    tablet.get(&format!("/v1/sync/bundle?device_id={device}")).await.expect_problem(403, "device-revoked");
}

#[actix_web::test]
async fn a_tablet_reads_its_villages_and_learns_what_left_them() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let before = world.complaint().await;
    world.family().await;
    let path = format!("/v1/sync/bundle?device_id={device}");
    let whole = tablet.get(&path).await;
    let etag = whole.header("etag").unwrap().to_owned();
    let bundle = whole.expect(200);
    assert_eq!(
        (bundle["families"].as_array().unwrap().len(), bundle["complaints"][0]["id"].as_str()),
        (1, Some(before.as_str()))
    );
    assert!(bundle["complaints"][0]["sla"]["first_response_due_at"].is_string());
    let codes: Vec<&str> = bundle["regions"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["32", "32.04", "32.04.05", VILLAGE]);
    assert!(bundle["programs"].as_array().unwrap().len() >= 13 && bundle["code_lists"].as_array().unwrap().len() > 30);
    assert!(bundle["families"].to_string().contains("32************"));
    assert_eq!(tablet.get_with(&path, &[("if-none-match", &etag)]).await.status, 304);
    let plain = reqwest::Client::new().get(format!("http://{}{path}", world.server.address));
    let packed = plain.bearer_auth(tablet.token()).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.bytes().await.unwrap().len() < bundle.to_string().len() / 3);

    let ask = async |cursor: &str| {
        tablet.get(&format!("/v1/sync/changes?device_id={device}&cursor={cursor}")).await.expect(200)
    };
    let start = bundle["changes_cursor"].as_str().unwrap().to_owned();
    assert_eq!(ask(&start).await["items"], json!([]));
    world.step(&world.back, &before, "verify", json!({ "class": "unmet_need", "priority": "high" })).await;
    let changed = ask(&start).await;
    assert_eq!(
        (changed["items"].as_array().unwrap().len(), changed["items"][0]["complaint"]["status"].as_str()),
        (1, Some("verified"))
    );
    assert!(changed["items"][0]["complaint"]["sla"]["resolution_due_at"].is_string());
    // A lost response is requested again.
    assert_eq!(ask(&start).await["items"], changed["items"]);
    let next = changed["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(ask(&next).await["items"], json!([]));

    // Moved to another village by the desk: the event is in that village, and the tablet still gets it.
    let mut conn = world.server.connection().await;
    let moved = format!("update complaints set region_code = '32.04.05.2002' where id = '{before}'");
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, &moved).await.unwrap();
    world.step(&world.back, &before, "start", json!({})).await;
    let gone = ask(&next).await;
    assert_eq!(
        (gone["items"][0]["id"].as_str(), gone["items"][0]["gone"].as_bool()),
        (Some(before.as_str()), Some(true))
    );
    assert!(gone["items"][0].get("complaint").is_none());

    let admin = world.server.session("admin", None, &["32.04"], &[P::ACCESS_ADMIN]);
    let other = json!({ "label": "Tablet 1", "staff_id": OFFICER, "village_codes": ["32.04.05.2002"] });
    admin
        .send(reqwest::Method::PUT, &format!("/v1/devices/{device}"), &[("if-match", "*")], Some(other))
        .await
        .expect(200);
    assert_eq!(ask(&next).await["bundle_required"], true);
    let damaged = format!("/v1/sync/changes?device_id={device}&cursor=xyz");
    tablet.get(&damaged).await.expect_problem(400, "invalid-cursor");
}

#[actix_web::test]
async fn changes_are_paged_across_all_villages_of_a_tablet() {
    let [near, far, foreign] = [VILLAGE, "32.04.05.2002", "32.04.05.2003"];
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let admin = world.server.session("admin", None, &["32.04"], &[P::ACCESS_ADMIN]);
    let both = json!({ "label": "Tablet 1", "staff_id": OFFICER, "village_codes": [near, far] });
    let path = format!("/v1/devices/{device}");
    admin.send(reqwest::Method::PUT, &path, &[("if-match", "*")], Some(both)).await.expect(200);
    let bundle = tablet.get(&format!("/v1/sync/bundle?device_id={device}")).await.expect(200);
    let mut expected = Vec::new();
    for village in [near, foreign, far, foreign, near] {
        let mut body = submission();
        body["region_code"] = json!(village);
        let made = world.front.post("/v1/complaints", body).await.expect(201);
        if village != foreign {
            expected.push(made["id"].clone());
        }
    }
    let (mut cursor, mut seen, mut has_more) = (bundle["changes_cursor"].as_str().unwrap().to_owned(), vec![], true);
    while has_more {
        let path = format!("/v1/sync/changes?device_id={device}&limit=1&cursor={cursor}");
        let page = tablet.get(&path).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        cursor = page["next_cursor"].as_str().unwrap().to_owned();
        has_more = page["has_more"].as_bool().unwrap();
    }
    seen.dedup();
    assert_eq!(seen, expected);
}

fn acting(kind: &str, target: impl serde::Serialize, payload: Value) -> Value {
    let mut made = operation(kind, payload);
    made["target_id"] = json!(target);
    made
}

#[actix_web::test]
async fn an_answer_and_notes_recorded_offline_reach_the_desk() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let id = world.complaint().await;
    world.step(&world.back, &id, "ask", json!({ "question": "Di sekolah mana?" })).await;
    let day = [
        acting("answer", &id, json!({ "answer": "SDN Cileunyi 1." })),
        acting("note", &id, json!({ "visibility": "internal", "text": "Rumah di ujung gang." })),
        acting("note", &id, json!({ "visibility": "reporter", "text": "Kami kembali hari Senin." })),
    ];
    let answer = tablet.post("/v1/sync", batch(&device, &day)).await.expect(207);
    assert_eq!(statuses(&answer), [200, 201, 201]);
    assert_eq!(statuses(&tablet.post("/v1/sync", batch(&device, &day)).await.expect(207)), [200, 201, 201]);
    let path = format!("/v1/complaints/{id}");
    assert_eq!(world.front.get(&path).await.expect(200)["status"], "received");
    let notes = world.front.get(&format!("{path}/notes")).await.expect(200);
    let written: Vec<_> =
        notes["items"].as_array().unwrap().iter().map(|n| n["visibility"].as_str().unwrap()).collect();
    assert_eq!((written, notes["items"][0]["written_by"].as_str()), (vec!["internal", "reporter"], Some(OFFICER)));
    // The question has been answered by another officer in the meantime: the result contains both sides.
    let late = acting("answer", &id, json!({ "answer": "SDN Cileunyi 2." }));
    let answer = tablet.post("/v1/sync", batch(&device, &[late])).await.expect(207);
    assert_eq!(answer["results"][0]["problem"]["code"], "complaint-invalid-transition");
    assert_eq!(
        (
            answer["results"][0]["conflict"]["yours"]["answer"].as_str(),
            answer["results"][0]["conflict"]["server"]["status"].as_str()
        ),
        (Some("SDN Cileunyi 2."), Some("received"))
    );
    // An officer without the permission for notes cannot write them from a tablet either.
    let may = [P::COMPLAINTS_SUBMIT, P::COMPLAINTS_READ];
    let plain = world.server.session(OFFICER, Some(organization("slrt-bandung")), &["32.04"], &may);
    let note = acting("note", &id, json!({ "visibility": "internal", "text": "x" }));
    let answer = plain.post("/v1/sync", batch(&device, &[note])).await.expect(207);
    assert_eq!(answer["results"][0]["problem"]["code"], "insufficient-scope");
}

#[actix_web::test]
async fn an_offline_correction_never_overwrites_a_newer_version() {
    let world = World::start().await;
    let (device, tablet) = (world.device(OFFICER).await, facilitator(&world));
    let home = world.family().await;
    let head = world.member_of(&home).await;
    let seen = world.front.get(&format!("/v1/families/{home}")).await.expect(200);
    let mut first = acting("correct_family", &home, json!({ "address": "RT 05", "dwelling": { "power_va": 900 } }));
    first["based_on"] = seen["version"].clone();
    // The second depends on the version that the first created, which the tablet cannot know.
    let mut second = acting("correct_family", &home, json!({ "assets": { "motorcycles": 1 } }));
    second["depends_on"] = json!([first["operation_id"]]);
    let mut person = acting("correct_person", &head, json!({ "school_level": "sd" }));
    person["based_on"] = seen["members"][0]["version"].clone();
    let day = [first, second, person];
    for _ in 0..2 {
        let answer = tablet.post("/v1/sync", batch(&device, &day)).await.expect(207);
        assert_eq!(statuses(&answer), [200, 200, 200], "{answer}");
    }
    let now = world.front.get(&format!("/v1/families/{home}")).await.expect(200);
    assert_eq!((now["dwelling"]["power_va"].as_i64(), now["dwelling"]["tenure"].as_str()), (Some(900), Some("own")));
    assert_eq!(
        (now["assets"]["motorcycles"].as_i64(), now["members"][0]["school_level"].as_str()),
        (Some(1), Some("sd"))
    );

    let mut stale = acting("correct_family", &home, json!({ "dwelling": { "power_va": 1300 } }));
    stale["based_on"] = seen["version"].clone();
    let answer = tablet.post("/v1/sync", batch(&device, &[stale])).await.expect(207);
    let result = &answer["results"][0];
    assert_eq!((result["status"].as_u64(), result["problem"]["code"].as_str()), (Some(412), Some("version-mismatch")));
    assert_eq!(
        ["yours", "server"].map(|side| result["conflict"][side]["dwelling"]["power_va"].as_i64()),
        [Some(1300), Some(900)]
    );
    assert!(!answer.to_string().contains("3204055203909001"));
    assert_eq!(world.front.get(&format!("/v1/families/{home}")).await.expect(200)["version"], now["version"]);

    // Identity numbers and the region are changed only at the desk, and a correction needs a base version.
    let mut numbered = acting("correct_person", &head, json!({ "nik": "3204055203909002" }));
    numbered["based_on"] = json!(1);
    let mut moved = acting("correct_family", &home, json!({ "region_code": "32.04.05.2002" }));
    moved["based_on"] = now["version"].clone();
    let blind = acting("correct_family", &home, json!({ "address": "RT 09" }));
    let mut unrelated = acting("correct_family", &home, json!({ "address": "RT 09" }));
    unrelated["depends_on"] = json!([day[2]["operation_id"]]);
    let answer = tablet.post("/v1/sync", batch(&device, &[numbered, moved, blind, unrelated])).await.expect(207);
    let fault = |at: usize| {
        let error = &answer["results"][at]["problem"]["errors"][0];
        (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap())
    };
    assert_eq!(fault(0), ("/payload/nik", "not_offline"));
    assert_eq!(fault(1), ("/payload/region_code", "not_offline"));
    assert_eq!((fault(2), fault(3)), (("/based_on", "required"), ("/based_on", "required")));
}

#[actix_web::test]
async fn an_id_in_the_body_that_differs_from_the_path_is_refused() {
    let world = World::start().await;
    let device = world.device(OFFICER).await;
    let admin = world.server.session("admin", None, &["32.04"], &[P::ACCESS_ADMIN]);
    let body = |id: &str| json!({ "id": id, "label": "Tablet 1", "staff_id": OFFICER, "village_codes": [VILLAGE] });
    let put = async |id: &str| {
        let path = format!("/v1/devices/{device}");
        admin.send(reqwest::Method::PUT, &path, &[("if-match", "*")], Some(body(id))).await
    };
    let refused = put(&Uuid::now_v7().to_string()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/id".into(), "id_stays".into())]);
    assert_eq!(put(&device).await.expect(200)["id"], device.as_str());
}

/// Data that exists before the day: a family and a complaint with an open question, the same in every world.
struct Before {
    home: Uuid,
    questioned: Uuid,
}

async fn prepare(world: &World, before: &Before, members: &Value) {
    world.front.post("/v1/families", members.clone()).await.expect(201);
    let mut body = submission();
    body["id"] = json!(before.questioned);
    world.front.post("/v1/complaints", body).await.expect(201);
    world.step(&world.back, &before.questioned.to_string(), "ask", json!({ "question": "Di RT berapa?" })).await;
}

/// Operations that a tablet recorded in a day, with its own ids.
fn day(before: &Before) -> Vec<Value> {
    let (home, one, two, attachment) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let mut list = vec![operation("family", family(home))];
    for id in [one, two] {
        let mut made = operation("complaint", submission());
        made["payload"]["id"] = json!(id);
        list.push(made);
    }
    list[2]["payload"]["subject"] = json!({ "family_id": home });
    list[2]["depends_on"] = json!([list[0]["operation_id"]]);
    let mut photo = announcement(json!({ "kind": "complaint", "id": one }), "image/jpeg", &photo());
    photo["id"] = json!(attachment);
    list.push(operation("attachment", photo));
    list[3]["depends_on"] = json!([list[1]["operation_id"]]);
    let visit = json!({ "id": Uuid::now_v7(), "region_code": VILLAGE, "family_id": home, "complaint_id": two, "result": "met" });
    list.push(operation("visit", visit));
    list[4]["depends_on"] = json!([list[0]["operation_id"], list[2]["operation_id"]]);
    list.push(operation("complaint", json!({ "region_code": VILLAGE, "sector": "weather", "description": "rusak" })));
    let mut early = operation("close_complaint", json!({}));
    early["target_id"] = json!(one);
    list.push(early);
    list.push(acting("answer", before.questioned, json!({ "answer": "RT 02." })));
    list.push(acting("note", before.questioned, json!({ "visibility": "internal", "text": "Rumah di ujung gang." })));
    let mut corrected =
        acting("correct_family", before.home, json!({ "address": "RT 02", "assets": { "motorcycles": 1 } }));
    corrected["based_on"] = json!(1);
    list.push(corrected);
    let mut again = acting(
        "correct_family",
        before.home,
        json!({ "assets": null, "dwelling": { "power_va": 450, "tenure": "rent" } }),
    );
    again["depends_on"] = json!([list[9]["operation_id"]]);
    list.push(again);
    let mut stale = acting("correct_family", before.home, json!({ "address": "RT 09" }));
    stale["based_on"] = json!(7);
    list.push(stale);
    let mut new = acting("correct_family", home, json!({ "latitude": -6.94, "longitude": 107.75 }));
    new["depends_on"] = json!([list[0]["operation_id"]]);
    list.push(new);
    assert_eq!(list.len(), DAY);
    list
}

/// All results of the day, read through the API, without times.
async fn state(world: &World, tablet: &Session, device: &str) -> Value {
    let bundle = tablet.get(&format!("/v1/sync/bundle?device_id={device}")).await.expect(200);
    let mut complaints = world.front.get("/v1/complaints?limit=200").await.expect(200)["items"].clone();
    complaints.as_array_mut().unwrap().sort_by_key(|c| c["id"].to_string());
    let mut related = Vec::new();
    for complaint in complaints.as_array().unwrap() {
        let path = format!("/v1/complaints/{}", complaint["id"].as_str().unwrap());
        related.push(world.front.get(&format!("{path}/attachments")).await.expect(200));
        for what in ["notes", "exchanges"] {
            let mut items = world.front.get(&format!("{path}/{what}")).await.expect(200)["items"].clone();
            items.as_array_mut().unwrap().iter_mut().for_each(|item| item["id"] = Value::Null);
            related.push(items);
        }
        related.push(json!(
            world.front.get(&format!("{path}/messages")).await.expect(200)["items"].as_array().unwrap().len()
        ));
    }
    let visits = world.front.get("/v1/visits").await.expect(200)["items"].clone();
    let mut state =
        json!({ "families": bundle["families"], "complaints": complaints, "related": related, "visits": visits });
    remove_times(&mut state);
    state
}

fn remove_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| {
                !(name.ends_with("_at") || name == "reference_no" || name == "service_level" || name == "sla")
            });
            fields.values_mut().for_each(remove_times);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_times),
        _ => {}
    }
}

/// A part of the day's operations in one request, and where the connection is lost, if it is.
#[derive(Debug, Clone)]
struct Attempt {
    from: usize,
    to: usize,
    /// Share of the request that is sent. From 1 on the whole request is sent and the response is lost.
    cut: Option<f64>,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let one = (0_usize..DAY, 1_usize..=DAY, prop::option::of(0.0_f64..=1.1)).prop_map(|(from, length, cut)| Attempt {
        from,
        to: (from + length).min(DAY),
        cut,
    });
    prop::collection::vec(one, 2..7)
}

async fn send_cut(world: &World, tablet: &Session, body: &Value, part: f64) {
    let body = body.to_string();
    let request = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        tablet.token(),
        body.len()
    );
    let length = ((request.len() as f64 * part) as usize).min(request.len());
    let mut line = tokio::net::TcpStream::connect(world.server.address).await.unwrap();
    line.write_all(&request.as_bytes()[..length]).await.unwrap();
    line.flush().await.unwrap();
}

#[actix_web::test]
async fn partial_repeated_and_interrupted_requests_end_in_the_same_state() {
    let before = Before { home: Uuid::now_v7(), questioned: Uuid::now_v7() };
    let (operations, members) = (day(&before), family(before.home));
    let undisturbed = World::start().await;
    prepare(&undisturbed, &before, &members).await;
    let device = undisturbed.device(OFFICER).await;
    let tablet = facilitator(&undisturbed);
    let answer = tablet.post("/v1/sync", batch(&device, &operations)).await.expect(207);
    let expected = statuses(&answer);
    assert_eq!(expected, [201, 201, 201, 201, 201, 422, 409, 200, 201, 200, 200, 412, 200]);
    let expected_state = state(&undisturbed, &tablet, &device).await;

    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..8 {
        let plan = attempts().new_tree(&mut runner).unwrap().current();
        let world = World::start().await;
        prepare(&world, &before, &members).await;
        let device = world.device(OFFICER).await;
        let tablet = facilitator(&world);
        for attempt in &plan {
            let body = batch(&device, &operations[attempt.from.min(attempt.to)..attempt.to]);
            if body["operations"] == json!([]) {
                continue;
            }
            match attempt.cut {
                Some(part) => send_cut(&world, &tablet, &body, part).await,
                None => drop(tablet.post("/v1/sync", body).await.expect(207)),
            }
        }
        for _ in 0..2 {
            let answer = tablet.post("/v1/sync", batch(&device, &operations)).await.expect(207);
            assert_eq!(statuses(&answer), expected, "{plan:?}");
        }
        assert_eq!(state(&world, &tablet, &device).await, expected_state, "{plan:?}");
    }
}
