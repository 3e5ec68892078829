//! Complaints: submission, verification, decision, closure.

use serde_json::json;

use crate::support::World;
use crate::support::http::faults;
use crate::support::world::{VILLAGE, submission};

#[actix_web::test]
async fn a_complaint_goes_from_the_desk_to_an_answer() {
    let world = World::start().await;
    let id = world.complaint().await;
    let path = format!("/v1/complaints/{id}");
    let verified = world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "high" })).await;
    assert_eq!(verified["status"], "verified");
    assert_eq!(
        verified["allowed_actions"],
        json!(["transfer", "ask", "start", "inform", "mark_duplicate", "withdraw"])
    );
    let started = world.step(&world.back, &id, "start", json!({})).await;
    assert_eq!(started["assignee"], "bandung-bo");
    world.step(&world.back, &id, "recommend", json!({ "kind": "resolve", "text": "Sudah dibantu desa." })).await;
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Bantuan sudah disalurkan." });
    let resolved = world.step(&world.manager, &id, "approve", decision).await;
    assert_eq!(
        (resolved["status"].as_str(), resolved["resolution"]["by"].as_str()),
        (Some("resolved"), Some("bandung-mgr"))
    );
    let closed = world.step(&world.front, &id, "close", json!({ "satisfaction": 5 })).await;
    assert_eq!((closed["status"].as_str(), closed["version"].as_i64()), (Some("closed"), Some(6)));
    let timeline = world.front.get(&format!("{path}/timeline")).await.expect(200);
    let steps: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["action"].clone()).collect();
    assert_eq!(steps, ["submit", "verify", "start", "recommend", "resolve", "close"]);
}

#[actix_web::test]
async fn an_officer_cannot_decide_on_their_own_recommendation() {
    let world = World::start().await;
    let both = world.server.session(
        "bandung-bo",
        None,
        &["32.04"],
        &[slrt::slices::permissions::COMPLAINTS_APPROVE, slrt::slices::permissions::COMPLAINTS_HANDLE],
    );
    let id = world.pending_complaint().await;
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Ya." });
    let path = format!("/v1/complaints/{id}/approve");
    both.post(&path, decision.clone()).await.expect_problem(403, "own-recommendation");
    both.post(&format!("/v1/complaints/{id}/return"), json!({ "note": "x" }))
        .await
        .expect_problem(403, "own-recommendation");
    let returned =
        world.manager.post(&format!("/v1/complaints/{id}/return"), json!({ "note": "Lengkapi." })).await.expect(200);
    assert_eq!(returned["status"], "in_progress");
    assert!(returned.get("recommendation").is_none());
}

#[actix_web::test]
async fn an_anonymous_report_carries_no_name() {
    let world = World::start().await;
    let mut body = submission();
    body["anonymous"] = json!(true);
    let refused = world.front.post("/v1/complaints", body.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/complainant".into(), "complainant_not_allowed".into())]);
    body.as_object_mut().unwrap().remove("complainant");
    let made = world.front.post("/v1/complaints", body.clone()).await.expect(201);
    assert!(made.get("complainant").is_none());
    body["anonymous"] = json!(false);
    let nameless = world.front.post("/v1/complaints", body).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&nameless), [("/complainant".into(), "required".into())]);
}

#[actix_web::test]
async fn all_faults_are_reported_at_once_without_the_rejected_values() {
    let world = World::start().await;
    let body = json!({
        "region_code": "32.04.99", "sector": "weather", "description": "", "anonymous": "maybe",
        "complainant": { "phone": "1" }, "surprise": 1, "external_refs": [{ "system": "x" }],
    });
    let answer = world.front.post("/v1/complaints", body).await;
    let text = answer.text.clone();
    let problem = answer.expect_problem(422, "validation-failed");
    let found = faults(&problem);
    for expected in [
        ("/anonymous", "type"),
        ("/complainant/name", "required"),
        ("/description", "too_short"),
        ("/external_refs/0/reference", "required"),
        ("/sector", "unknown_value"),
        ("/surprise", "unknown_field"),
    ] {
        assert!(found.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} in {found:?}");
    }
    assert!(!text.contains("weather") && !text.contains("maybe"), "{text}");
    assert_eq!(world.front.get("/v1/complaints").await.expect(200)["items"].as_array().unwrap().len(), 0);
}

#[actix_web::test]
async fn an_identity_number_in_free_text_is_refused() {
    let world = World::start().await;
    let mut body = submission();
    body["description"] = json!("Ibu dengan NIK 3204051203909001 belum dibantu.");
    let answer = world.front.post("/v1/complaints", body).await;
    assert!(!answer.text.contains("3204051203909001"));
    let problem = answer.expect_problem(422, "validation-failed");
    assert_eq!(faults(&problem), [("/description".into(), "contains_identity_number".into())]);
}

#[actix_web::test]
async fn a_client_generated_id_makes_a_submission_idempotent() {
    let world = World::start().await;
    let mut body = submission();
    let id = uuid::Uuid::now_v7().to_string();
    body["id"] = json!(id);
    world.front.post("/v1/complaints", body.clone()).await.expect(201);
    let again = world.front.post("/v1/complaints", body.clone()).await.expect(200);
    assert_eq!((again["id"].as_str(), again["version"].as_i64()), (Some(id.as_str()), Some(1)));
    body["description"] = json!("Sesuatu yang lain.");
    world.front.post("/v1/complaints", body.clone()).await.expect_problem(409, "already-exists");
    body["id"] = json!(uuid::Uuid::new_v4());
    let wrong = world.front.post("/v1/complaints", body).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&wrong), [("/id".into(), "not_uuid_v7".into())]);
}

#[actix_web::test]
async fn a_batch_validates_each_item_on_its_own() {
    let world = World::start().await;
    let mut wrong = submission();
    wrong["region_code"] = json!("34.04.01.2001");
    let mut broken = submission();
    broken["sector"] = json!(7);
    let items = json!({ "items": [submission(), wrong, broken, submission()] });
    let count = async || world.front.get("/v1/complaints").await.expect(200)["items"].as_array().unwrap().len();
    let statuses = |body: &serde_json::Value| -> Vec<u64> {
        body["items"].as_array().unwrap().iter().map(|i| i["status"].as_u64().unwrap()).collect()
    };

    let dry = world.front.post("/v1/complaints/batch?dry_run=true", items.clone()).await.expect(207);
    assert_eq!((statuses(&dry), count().await), (vec![201, 403, 422, 201], 0));
    let atomic = world.front.post("/v1/complaints/batch?atomic=true", items.clone()).await.expect(207);
    assert_eq!((statuses(&atomic), count().await), (vec![424, 403, 422, 424], 0));
    let plain = world.front.post("/v1/complaints/batch", items).await.expect(207);
    assert_eq!((statuses(&plain), count().await), (vec![201, 403, 422, 201], 2));
    assert_eq!(plain["items"][2]["problem"]["errors"][0]["pointer"], "/sector");
    assert!(plain["items"][0].get("problem").is_none());

    let too_many = json!({ "items": vec![submission(); 1001] });
    world.front.post("/v1/complaints/batch", too_many).await.expect_problem(422, "validation-failed");
}

#[actix_web::test]
async fn a_list_is_filtered_and_its_pages_contain_each_item_once() {
    let world = World::start().await;
    let items: Vec<_> = (0..25)
        .map(|n| {
            let mut body = submission();
            body["sector"] = json!(if n % 5 == 0 { "health" } else { "food" });
            body
        })
        .collect();
    world.front.post("/v1/complaints/batch", json!({ "items": items })).await.expect(207);
    for (query, expected) in [("", 25), ("&sector=health", 5), ("&status=verified", 0), ("&region_code=32.04.06", 0)] {
        let mut seen = std::collections::HashSet::new();
        let mut cursor = String::new();
        loop {
            let page = world.front.get(&format!("/v1/complaints?limit=4{query}{cursor}")).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()));
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), expected, "{query}");
    }
    let first = world.front.get("/v1/complaints?limit=4&sector=food").await;
    let link = first.header("link").unwrap().to_owned();
    let next = link.strip_prefix('<').and_then(|l| l.strip_suffix(">; rel=\"next\"")).expect(&link);
    assert_eq!(world.front.get(next).await.expect(200)["items"].as_array().unwrap().len(), 4);
    assert!(world.front.get("/v1/complaints").await.header("link").is_none());
    let first = world.front.get("/v1/complaints?limit=4").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let other = format!("/v1/complaints?limit=4&sector=food&cursor={cursor}");
    world.front.get(&other).await.expect_problem(400, "invalid-cursor");
}

#[actix_web::test]
async fn the_change_feed_contains_the_changes_since_a_time() {
    let world = World::start().await;
    let first = world.complaint().await;
    let second = world.complaint().await;
    let all = world.front.get("/v1/complaints?updated_since=2026-01-01T00:00:00Z").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let last = all["items"][1]["updated_at"].as_str().unwrap().to_owned();
    world.step(&world.back, &first, "verify", json!({ "class": "unmet_need", "priority": "low" })).await;
    let since = world.front.get(&format!("/v1/complaints?updated_since={last}")).await.expect(200);
    let ids: Vec<_> = since["items"].as_array().unwrap().iter().map(|c| c["id"].clone()).collect();
    assert_eq!(ids, [json!(second), json!(first)]);
    let later = async || {
        let resume = since["resume_cursor"].as_str().unwrap();
        let page = world.front.get(&format!("/v1/complaints?updated_since={last}&cursor={resume}")).await.expect(200);
        page["items"].as_array().unwrap().iter().map(|c| c["id"].clone()).collect::<Vec<_>>()
    };
    assert!(later().await.is_empty());
    world.step(&world.back, &first, "start", json!({})).await;
    assert_eq!(later().await, [json!(first)]);
}

/// Pages of one record each, also where one transaction changed several records.
#[actix_web::test]
async fn a_page_of_changes_may_end_inside_a_transaction() {
    let world = World::start().await;
    let item = |text: &str| json!({ "region_code": VILLAGE, "sector": "health", "description": text, "channel": "visit", "anonymous": true });
    let items: Vec<_> = ["satu satu", "dua dua", "tiga tiga"].iter().map(|text| item(text)).collect();
    let made = world.front.post("/v1/complaints/batch", json!({ "items": items })).await.expect(207);
    let mut expected: Vec<_> = made["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["resource"]["id"].as_str().unwrap().to_owned())
        .collect();
    expected.sort();
    let mut path = "/v1/complaints?updated_since=2026-01-01T00:00:00Z&limit=1".to_owned();
    let mut found = Vec::new();
    loop {
        let page = world.front.get(&path).await.expect(200);
        found.extend(page["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/complaints?updated_since=2026-01-01T00:00:00Z&limit=1&cursor={next}");
    }
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn the_reporters_telephone_is_masked_unless_a_purpose_is_given() {
    let world = World::start().await;
    let id = world.complaint().await;
    let path = format!("/v1/complaints/{id}");
    let masked = world.front.get(&path).await.expect(200);
    assert_eq!(masked["complainant"]["phone"], "08**********01");
    let p = slrt::slices::permissions::PII_REVEAL;
    let may = world.server.session("bo", None, &["32.04"], &[slrt::slices::permissions::COMPLAINTS_READ, p]);
    assert_eq!(may.get(&path).await.expect(200)["complainant"]["phone"], "08**********01");
    may.get_with(&path, &[("access-purpose", "curiosity")]).await.expect_problem(400, "purpose-required");
    let shown = may.get_with(&path, &[("access-purpose", "complaint_handling")]).await.expect(200);
    assert_eq!(shown["complainant"]["phone"], "0812-0000-9001");
    let trail = world.auditor.get(&format!("/v1/audit-records?target_id={id}")).await.expect(200);
    let reveals: Vec<_> =
        trail["items"].as_array().unwrap().iter().filter(|r| r["action"] == "complaint.reveal").collect();
    assert_eq!(reveals.len(), 1);
    assert_eq!(reveals[0]["purpose"], "complaint_handling");
}

#[actix_web::test]
async fn the_error_of_an_illegal_action_names_the_state_and_the_allowed_actions() {
    let world = World::start().await;
    let id = world.complaint().await;
    let path = format!("/v1/complaints/{id}/close");
    let problem = world.front.post(&path, json!({})).await.expect_problem(409, "complaint-invalid-transition");
    assert_eq!(problem["current_state"], "received");
    assert_eq!(problem["allowed"], json!(["verify", "reject", "transfer", "ask", "mark_duplicate", "withdraw"]));
    // The state is checked before the body.
    let broken = world.back.post(&format!("/v1/complaints/{id}/recommend"), json!({ "kind": 1 })).await;
    broken.expect_problem(409, "complaint-invalid-transition");
    let missing = world.back.post(&format!("/v1/complaints/{id}/verify"), json!({})).await;
    let problem = missing.expect_problem(422, "validation-failed");
    assert_eq!(faults(&problem), [("/class".into(), "required".into()), ("/priority".into(), "required".into())]);
    assert_eq!(world.front.get(&format!("/v1/complaints/{id}")).await.expect(200)["version"], 1);
}

#[actix_web::test]
async fn references_to_unknown_things_are_refused() {
    let world = World::start().await;
    for (field, value, code) in [
        ("program_code", json!("NOPE"), "unknown_program"),
        ("captured_at", json!("2099-01-01T00:00:00Z"), "in_the_future"),
    ] {
        let mut body = submission();
        body[field] = value;
        let found = faults(&world.front.post("/v1/complaints", body).await.expect_problem(422, "validation-failed"));
        assert_eq!(found, [(format!("/{field}"), code.to_owned())]);
    }
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "low" })).await;
    let path = format!("/v1/complaints/{id}/start");
    let stranger = world.back.post(&path, json!({ "assignee": "nobody-here" })).await;
    let found = faults(&stranger.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/assignee".to_owned(), "unknown_officer".to_owned())]);
}

#[actix_web::test]
async fn a_decision_must_have_the_fields_of_its_outcome() {
    let world = World::start().await;
    let id = world.pending_complaint().await;
    let path = format!("/v1/complaints/{id}/approve");
    let bare = world.manager.post(&path, json!({ "outcome": "resolve" })).await;
    let found = faults(&bare.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/answer".to_owned(), "required".to_owned()), ("/decision".to_owned(), "required".to_owned())]);
    let mixed = world.manager.post(&path, json!({ "outcome": "refer", "answer": "Ya." })).await;
    let found = faults(&mixed.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/answer".to_owned(), "only_with_resolve".to_owned())]);
}

#[actix_web::test]
async fn a_complaint_needs_at_least_a_district_and_a_known_subject() {
    let world = World::start().await;
    let mut body = submission();
    body["region_code"] = json!("32.04");
    let problem = world.front.post("/v1/complaints", body.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&problem), [("/region_code".into(), "region_too_wide".into())]);
    body["region_code"] = json!(VILLAGE);
    body["subject"] = json!({ "person_id": uuid::Uuid::now_v7() });
    let problem = world.front.post("/v1/complaints", body).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&problem), [("/subject/person_id".into(), "unknown_person".into())]);
}
