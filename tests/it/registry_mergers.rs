//! One person is one record: concurrent creation, mergers, and what undoing a merger restores.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;
use uuid::Uuid;

use crate::support::World;
use crate::support::http::{Answer, Session};
use crate::support::world::VILLAGE;

async fn person(who: &Session, name: &str, with: Value) -> Value {
    let mut body = json!({ "region_code": VILLAGE, "full_name": name, "sex": "male" });
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    who.post("/v1/persons", body).await.expect(201)
}

fn path(person: &Value) -> String {
    format!("/v1/persons/{}", person["id"].as_str().expect("an id"))
}

fn home(person: &Value) -> String {
    format!("/v1/families/{}", person["family_id"].as_str().expect("a family"))
}

async fn merge(who: &Session, kept: &Value, other: &Value) -> Answer {
    who.post(&format!("{}/merge", path(kept)), json!({ "duplicate_id": other["id"] })).await
}

async fn undo(who: &Session, merged: &Value) -> Answer {
    who.act(&format!("{}/undo-merge", path(merged))).await
}

async fn patch(who: &Session, at: &str, body: Value) -> Answer {
    let seen = who.get(at).await.expect(200);
    let tag = format!("\"{}\"", seen["version"]);
    who.send(Method::PATCH, at, &[("if-match", &tag)], Some(body)).await
}

/// Ids of the persons that a lookup by the NIK returns.
async fn holder(who: &Session, nik: &str) -> Vec<Value> {
    let found = who.post("/v1/persons/lookup", json!({ "nik": nik })).await.expect(200);
    found["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

#[actix_web::test]
async fn concurrent_requests_with_one_id_create_one_person() {
    let world = World::start().await;
    let body = json!({ "id": Uuid::now_v7(), "region_code": VILLAGE, "full_name": "Budi Santoso", "sex": "male" });
    let made = futures_util::future::join_all((0..6).map(|_| world.front.post("/v1/persons", body.clone()))).await;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in made.into_iter().filter(|answer| !matches!(answer.status, 200 | 201)) {
        answer.expect_problem(409, "concurrent-change");
    }
    let again = world.front.post("/v1/persons", body.clone()).await.expect(200);
    assert_eq!(again["id"], body["id"]);
    // The same request returns the person also after a move.
    let new = json!({ "new_family": { "region_code": VILLAGE }, "relation_to_head": "head" });
    let moved = world.front.post(&format!("{}/move", path(&again)), json!({ "new_family": new["new_family"] })).await;
    let moved = moved.expect(200);
    let again = world.front.post("/v1/persons", body).await.expect(200);
    assert_eq!((&again["id"], &again["family_id"]), (&moved["id"], &moved["family_id"]));
}

#[actix_web::test]
async fn undo_does_not_take_a_nik_from_another_person() {
    let world = World::start().await;
    let sleman = world.server.session("sleman-fo", None, &["34.04"], &[P::REGISTRY_READ, P::REGISTRY_WRITE]);
    let nik = "3204051203809777";
    let kept = person(&world.front, "Budi Santoso", json!({})).await;
    let other = person(&world.front, "Budi Santosa", json!({ "nik": nik })).await;
    merge(&world.front, &kept, &other).await.expect(200);
    patch(&world.front, &path(&kept), json!({ "nik": null, "identity_status": null })).await.expect(200);
    let body = json!({ "region_code": "34.04.01.2001", "full_name": "Joko", "sex": "male", "nik": nik });
    let third = sleman.post("/v1/persons", body).await.expect(201);
    let refused = undo(&world.front, &other).await;
    assert!(!refused.text.contains(third["id"].as_str().unwrap()), "the holder is outside the caller's regions");
    refused.expect_problem(409, "identity-in-use");
    assert_eq!(holder(&sleman, nik).await, [third["id"].clone()]);
    // The NIK is free again: undo restores it with the record.
    patch(&sleman, &path(&third), json!({ "nik": null, "identity_status": null })).await.expect(200);
    undo(&world.front, &other).await.expect(200);
    assert_eq!(holder(&world.front, nik).await, [other["id"].clone()]);
}

#[actix_web::test]
async fn undo_is_refused_while_the_kept_record_has_the_nik_of_the_merged_one() {
    let world = World::start().await;
    let (first, second) = ("3204051203809771", "3204051203809772");
    let kept = person(&world.front, "Budi Santoso", json!({ "nik": first })).await;
    let other = person(&world.front, "Budi Santosa", json!({ "nik": second })).await;
    merge(&world.front, &kept, &other).await.expect(200);
    patch(&world.front, &path(&kept), json!({ "nik": second })).await.expect(200);
    let problem = undo(&world.front, &other).await.expect_problem(409, "identity-in-use");
    assert_eq!(problem["conflicts"][0]["person_id"], kept["id"]);
    patch(&world.front, &path(&kept), json!({ "nik": first })).await.expect(200);
    undo(&world.front, &other).await.expect(200);
    assert_eq!(holder(&world.front, first).await, [kept["id"].clone()]);
    assert_eq!(holder(&world.front, second).await, [other["id"].clone()]);
}

#[actix_web::test]
async fn consecutive_mergers_are_undone_in_reverse_order() {
    let world = World::start().await;
    let (of_b, of_a) = ("3204051203809773", "3204051203809774");
    let b = person(&world.front, "Budi Santoso", json!({ "nik": of_b })).await;
    let a = person(&world.front, "Budi Santosa", json!({ "nik": of_a })).await;
    let c = person(&world.front, "Boedi Santoso", json!({})).await;
    let held = json!({ "program_code": "KIS", "person_id": b["id"] });
    world.front.post(&format!("{}/add-program", home(&b)), held).await.expect(200);
    merge(&world.front, &a, &b).await.expect(200);
    merge(&world.front, &c, &a).await.expect(200);
    assert_eq!(holder(&world.front, of_b).await, [c["id"].clone()]);
    let problem = undo(&world.front, &b).await.expect_problem(409, "person-invalid-transition");
    assert_eq!(problem["current_state"], "merged");
    undo(&world.front, &a).await.expect(200);
    assert_eq!(holder(&world.front, of_b).await, [a["id"].clone()]);
    undo(&world.front, &b).await.expect(200);
    assert_eq!(holder(&world.front, of_b).await, [b["id"].clone()]);
    assert_eq!(holder(&world.front, of_a).await, [a["id"].clone()]);
    let programs = world.front.get(&home(&b)).await.expect(200)["programs"].clone();
    assert_eq!((programs.as_array().unwrap().len(), &programs[0]["person_id"]), (1, &b["id"]));
}

#[actix_web::test]
async fn programmes_of_both_records_are_merged_without_duplicates_and_restored() {
    let world = World::start().await;
    let kept = person(&world.front, "Budi Santoso", json!({})).await;
    let other = person(&world.front, "Budi Santosa", json!({})).await;
    for (record, code) in [(&kept, "KIS"), (&other, "KIS"), (&other, "KIP")] {
        let held = json!({ "program_code": code, "person_id": record["id"] });
        world.front.post(&format!("{}/add-program", home(record)), held).await.expect(200);
    }
    let programmes = async |record: &Value| {
        let programs = world.front.get(&home(record)).await.expect(200)["programs"].clone();
        let mine = programs.as_array().unwrap().iter().filter(|p| p["person_id"] == record["id"]);
        let mut codes: Vec<String> = mine.map(|p| p["program_code"].as_str().unwrap().to_owned()).collect();
        codes.sort();
        codes
    };
    merge(&world.front, &kept, &other).await.expect(200);
    assert_eq!(programmes(&kept).await, ["KIP", "KIS"]);
    undo(&world.front, &other).await.expect(200);
    assert_eq!(
        (programmes(&kept).await, programmes(&other).await),
        (vec!["KIS".to_owned()], vec!["KIP".to_owned(), "KIS".to_owned()])
    );
}

#[actix_web::test]
async fn a_merger_does_not_lift_a_purpose_limit() {
    let world = World::start().await;
    let kept = person(&world.front, "Budi Santoso", json!({})).await;
    let other = person(&world.front, "Budi Santosa", json!({ "nik": "3204051203809775" })).await;
    let consent = world.consent(other["id"].as_str().unwrap()).await;
    let withdrawn = json!({ "method": "written" });
    world.front.post(&format!("/v1/consents/{consent}/withdraw"), withdrawn).await.expect(200);
    merge(&world.front, &kept, &other).await.expect_problem(403, "consent-withdrawn");
    assert_eq!(world.front.get(&path(&other)).await.expect(200)["standing"], "active");
    // In the other direction the limit remains in force.
    merge(&world.front, &other, &kept).await.expect(200);
}

#[actix_web::test]
async fn a_merger_is_undone_after_the_family_was_merged() {
    let world = World::start().await;
    let card = "3204052303909001";
    let body = json!({
        "region_code": VILLAGE, "family_card_no": card,
        "members": [{ "full_name": "Budi Santoso", "sex": "male", "relation_to_head": "head", "nik": "3204051203809776" }],
    });
    let emptied = world.front.post("/v1/families", body).await.expect(201);
    let other = emptied["members"][0].clone();
    let kept = person(&world.front, "Budi Santosa", json!({})).await;
    merge(&world.front, &kept, &other).await.expect(200);
    let closed = format!("/v1/families/{}", emptied["id"].as_str().unwrap());
    let trail = world.front.get(&format!("{closed}/history")).await.expect(200);
    assert_eq!(trail["items"][0]["action"], "close");
    // Merge the family without members, and move its card number to the other family.
    let empty_family = json!({ "family_id": emptied["id"], "members": [] });
    world.front.post(&format!("{}/merge", home(&kept)), empty_family).await.expect(200);
    patch(&world.front, &home(&kept), json!({ "family_card_no": card })).await.expect(200);
    let back = undo(&world.front, &other).await.expect(200);
    assert_eq!((&back["standing"], &back["family_id"]), (&json!("active"), &kept["family_id"]));
    let found = world.front.post("/v1/families/lookup", json!({ "family_card_no": card })).await.expect(200);
    assert_eq!(found["items"][0]["id"], kept["family_id"]);
}

#[actix_web::test]
async fn a_new_family_is_created_once_and_for_one_request() {
    let world = World::start().await;
    let family = world.family().await;
    let members = world.front.get(&format!("/v1/families/{family}")).await.expect(200)["members"].clone();
    let (head, child) = (&members[0], &members[1]);
    let body = json!({ "new_family": { "id": Uuid::now_v7(), "region_code": VILLAGE } });
    let moved = world.front.post(&format!("{}/move", path(child)), body.clone()).await.expect(200);
    let again = world.front.post(&format!("{}/move", path(child)), body.clone()).await.expect(200);
    assert_eq!((&again["family_id"], &again["version"]), (&moved["family_id"], &moved["version"]));
    let home = world.front.get(&home(&moved)).await.expect(200);
    assert_eq!((home["standing"].as_str(), home["members"].as_array().unwrap().len()), (Some("active"), 1));
    world.front.post(&format!("{}/move", path(head)), body).await.expect_problem(409, "already-exists");
    // The same body for another family is a different request.
    let other = world.front.post("/v1/families", crate::support::world::family(2)).await.expect(201);
    let split = |family: &str, child: &Value, id: Uuid| {
        let new = json!({ "id": id, "region_code": VILLAGE });
        let body = json!({ "new_family": new, "members": [{ "person_id": child["id"], "relation_to_head": "head" }] });
        (format!("/v1/families/{family}/split"), body)
    };
    let (at, body) = split(other["id"].as_str().unwrap(), &other["members"][1], Uuid::now_v7());
    world.front.post(&at, body.clone()).await.expect(201);
    world.front.post(&at, body.clone()).await.expect(200);
    let elsewhere = format!("/v1/families/{family}/split");
    let refused = world.front.post(&elsewhere, body).await;
    assert!(matches!(refused.status, 409 | 422), "{}", refused.text);
}

#[actix_web::test]
async fn stays_and_referrals_move_to_the_kept_record() {
    let world = World::start().await;
    let kept = person(&world.front, "Budi Santoso", json!({})).await;
    let other = person(&world.front, "Budi Santosa", json!({})).await;
    let stay =
        json!({ "kind": "child_home", "facility_name": "Panti Contoh", "region_code": "32.04", "since": "2026-01-05" });
    world.front.post(&format!("{}/add-residence", path(&other)), stay).await.expect(200);
    let mut referral = world.referral(None).await;
    referral.as_object_mut().unwrap().remove("region_code");
    referral["subject"] = json!({ "person_id": other["id"] });
    world.back.post("/v1/referrals", referral).await.expect(201);
    let stays = async |of: &Value| {
        let found = world.front.get(&format!("{}/residences", path(of))).await.expect(200);
        found["items"].as_array().unwrap().len()
    };
    merge(&world.front, &kept, &other).await.expect(200);
    assert_eq!((stays(&kept).await, stays(&other).await), (1, 0));
    let of = world.back.get(&format!("/v1/referrals?person_id={}", kept["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(of["items"].as_array().unwrap().len(), 1);
    undo(&world.front, &other).await.expect(200);
    assert_eq!((stays(&kept).await, stays(&other).await), (0, 1));
}

#[actix_web::test]
async fn dates_of_birth_move_and_death_must_be_in_order() {
    let world = World::start().await;
    let someone =
        person(&world.front, "Budi Santoso", json!({ "birth_date": "1990-03-12", "nik": "3204051203909778" })).await;
    let faults = async |answer: Answer| crate::support::http::faults(&answer.expect_problem(422, "validation-failed"));
    let early = json!({ "new_family": { "region_code": VILLAGE }, "moved_on": "1989-01-01" });
    let early = world.front.post(&format!("{}/move", path(&someone)), early).await;
    assert_eq!(faults(early).await, [("/moved_on".to_owned(), "before_birth".to_owned())]);
    let ended = json!({ "died_on": "2020-05-01" });
    world.front.post(&format!("{}/record-death", path(&someone)), ended).await.expect(200);
    let late = patch(&world.front, &path(&someone), json!({ "birth_date": "2021-01-01" })).await;
    assert_eq!(faults(late).await, [("/birth_date".to_owned(), "ends_before_it_begins".to_owned())]);
    let nameless = person(&world.front, "Tanpa Tanggal", json!({})).await;
    let ancient =
        world.front.post(&format!("{}/record-death", path(&nameless)), json!({ "died_on": "1500-01-01" })).await;
    assert_eq!(faults(ancient).await, [("/died_on".to_owned(), "too_small".to_owned())]);
    // Without a NIK the identity is no longer verified.
    let bare = patch(&world.front, &path(&someone), json!({ "nik": null, "identity_status": null })).await.expect(200);
    assert_eq!(bare["identity_status"], "unknown");
}

#[actix_web::test]
async fn duplicate_search_finds_a_person_by_the_nik_of_a_merged_record() {
    let world = World::start().await;
    let nik = "3204051203809779";
    let kept = person(&world.front, "Wahyu Hidayat", json!({ "nik": "3204051203809780" })).await;
    let other = person(&world.front, "Wahyu Hidayah", json!({ "nik": nik })).await;
    merge(&world.front, &kept, &other).await.expect(200);
    let asked = json!({ "nik": nik, "full_name": "Orang Lain", "region_code": VILLAGE });
    let found = world.front.post("/v1/persons/duplicate-search", asked).await.expect(200);
    assert_eq!((&found["items"][0]["person"]["id"], &found["items"][0]["score"]), (&kept["id"], &json!(100)));
    assert_eq!(found["items"][0]["reasons"][0], "same_nik");
}
