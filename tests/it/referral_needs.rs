//! A need with several referrals, and the data of the client that a target sees.

use serde_json::{Value, json};

use crate::support::World;
use crate::support::http::faults;

#[actix_web::test]
async fn a_need_shows_the_state_of_each_referral_and_of_the_whole() {
    let world = World::start().await;
    let need = world.need().await;
    let path = format!("/v1/referral-needs/{need}");
    let seen = world.back.get(&path).await.expect(200);
    assert_eq!((&seen["state"], seen["items"].as_array().unwrap().len()), (&json!("drafted"), 2));
    world.pkh.get(&path).await.expect_problem(404, "not-found");
    let to_pkh = seen["items"].as_array().unwrap().iter().find(|r| r["program_code"] == "PKH").unwrap();
    let id = to_pkh["id"].as_str().unwrap();
    world.back.act(&format!("/v1/referrals/{id}/request")).await.expect(200);
    assert_eq!(world.back.get(&path).await.expect(200)["state"], "open");
    let targets = world.pkh.get(&path).await.expect(200);
    assert_eq!(targets["items"].as_array().unwrap().len(), 1, "a target sees only its own referral");
    world.pkh.act(&format!("/v1/referrals/{id}/accept")).await.expect(200);
    let done = json!({ "outcome": "enrolled", "delivered_on": "2026-01-10", "note": "Masuk daftar." });
    world.pkh.post(&format!("/v1/referrals/{id}/complete"), done).await.expect(200);
    let met = world.back.get(&path).await.expect(200);
    assert_eq!(met["state"], "met");
    assert_eq!(met["counts"], json!([{ "status": "draft", "count": 1 }, { "status": "completed", "count": 1 }]));
    let listed = world.back.get(&format!("/v1/referrals?need_id={need}")).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_batch_returns_one_result_per_item_and_can_be_atomic() {
    let world = World::start().await;
    let good = world.referral(None).await;
    let mut bad = good.clone();
    bad["consent_given_on"] = Value::Null;
    let batch = json!({ "items": [good, bad] });
    let count = async || {
        let found = world.back.get("/v1/referrals").await.expect(200);
        found["items"].as_array().unwrap().len()
    };
    let mixed = world.back.post("/v1/referrals/batch?atomic=true", batch.clone()).await.expect(207);
    let statuses: Vec<_> = mixed["items"].as_array().unwrap().iter().map(|i| i["status"].clone()).collect();
    assert_eq!((statuses, count().await), (vec![json!(424), json!(422)], 0));
    world.back.post("/v1/referrals/batch?dry_run=true", batch.clone()).await.expect(207);
    assert_eq!(count().await, 0);
    world.back.post("/v1/referrals/batch", batch).await.expect(207);
    assert_eq!(count().await, 1);
}

/// The target sees name and need from the start, birth year and telephone number only after accepting.
#[actix_web::test]
async fn a_target_sees_the_clients_contact_only_after_accepting() {
    let world = World::start().await;
    let family = world.family().await;
    let person = world.member_of(&family).await;
    let mut body = world.referral(None).await;
    body.as_object_mut().unwrap().remove("region_code");
    body["subject"] = json!({ "person_id": person });
    body["client_phone"] = json!("0812-0000-9001");
    let made = world.back.post("/v1/referrals", body).await.expect(201);
    let path = format!("/v1/referrals/{}", made["id"].as_str().unwrap());
    world.back.act(&format!("{path}/request")).await.expect(200);
    let before = world.pkh.get_with(&path, &[("access-purpose", "service_delivery")]).await.expect(200);
    assert_eq!(before["subject_name"], "Siti Rahmawati");
    assert!(before.get("client_phone").is_none() && before.get("subject_birth_year").is_none());
    let nik = json!({ "nik": "3204055203909001" });
    world
        .pkh
        .post(&format!("{path}/match-identity"), nik.clone())
        .await
        .expect_problem(409, "referral-invalid-transition");
    world.pkh.act(&format!("{path}/accept")).await.expect(200);
    let after = world.pkh.get(&path).await.expect(200);
    assert_eq!((&after["subject_birth_year"], &after["client_phone"]), (&json!(1990), &json!("08**********01")));
    let shown = world.pkh.get_with(&path, &[("access-purpose", "service_delivery")]).await.expect(200);
    assert_eq!(shown["client_phone"], "0812-0000-9001");
    let trail = world.auditor.get(&format!("/v1/audit-records?target_id={}", made["id"].as_str().unwrap())).await;
    let trail = trail.expect(200);
    let reveals: Vec<_> =
        trail["items"].as_array().unwrap().iter().filter(|r| r["action"] == "referral.reveal").collect();
    assert_eq!(reveals.len(), 1);
    assert_eq!(reveals[0]["purpose"], "service_delivery");
    let source = world.back.get_with(&path, &[("access-purpose", "referral")]).await.expect(200);
    assert_eq!(source["client_phone"], "08**********01", "the source needs pii:reveal");
    assert_eq!(source["eligibility"]["results"][0]["clauses"][2]["actual"], 2);
    let disclosed = &after["eligibility"]["results"][0];
    assert_eq!(
        (&disclosed["outcome"], disclosed.get("clauses")),
        (&json!("likely_eligible"), None),
        "the target sees outcomes without facts"
    );
}

#[actix_web::test]
async fn a_target_compares_a_nik_and_gets_none() {
    let world = World::start().await;
    let family = world.family().await;
    let person = world.member_of(&family).await;
    let mut body = world.referral(None).await;
    body.as_object_mut().unwrap().remove("region_code");
    body["subject"] = json!({ "person_id": person });
    let made = world.back.post("/v1/referrals", body).await.expect(201);
    let path = format!("/v1/referrals/{}", made["id"].as_str().unwrap());
    world.back.act(&format!("{path}/request")).await.expect(200);
    world.pkh.act(&format!("{path}/accept")).await.expect(200);
    let compare = async |nik: &str| world.pkh.post(&format!("{path}/match-identity"), json!({ "nik": nik })).await;
    let bad = compare("1234").await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&bad)[0].0, "/nik");
    assert_eq!(compare("3204055203909001").await.expect(200)["result"], "match");
    // A child of the same family is another person.
    assert_eq!(compare("3204051008159001").await.expect(200)["result"], "no_match");
    for left in (0..9).rev() {
        let answer = compare("3204055203909777").await.expect(200);
        assert_eq!((&answer["result"], &answer["attempts_left"]), (&json!("no_match"), &json!(left)));
    }
    compare("3204055203909001").await.expect_problem(409, "match-attempts-used");
    let events = world.pkh.get("/v1/events").await.expect(200).to_string();
    assert!(!events.contains("3204055203909001"));
}
