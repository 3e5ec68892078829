//! Referrals: candidates, the actions of both sides, the closed loop.

use serde_json::json;

use crate::support::World;
use crate::support::http::faults;
use crate::support::world::VILLAGE;

#[actix_web::test]
async fn candidates_are_ranked_with_reasons() {
    let world = World::start().await;
    let need = json!({ "region_code": VILLAGE, "program_code": "PKH" });
    let found = world.back.post("/v1/referrals/candidates", need).await.expect(200);
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["service"]["area_codes"], json!(["32.04"]), "the closer service is ranked first");
    let reasons: Vec<_> = items[0]["reasons"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
    assert_eq!(reasons, ["serves_regency", "capacity_free", "promised_answer_time"]);
    let road = json!({ "region_code": VILLAGE, "sector": "infrastructure" });
    let found = world.back.post("/v1/referrals/candidates", road).await.expect(200);
    let names: Vec<_> = found["items"].as_array().unwrap().iter().map(|c| c["service"]["name"].clone()).collect();
    assert_eq!(names, ["Perbaikan jalan kabupaten", "Perbaikan jalan provinsi"]);
    let nothing = world.back.post("/v1/referrals/candidates", json!({})).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&nothing), [("/program_code".into(), "required".into())]);
    let foreign = json!({ "region_code": "34.04.01.2001", "program_code": "PKH" });
    world.back.post("/v1/referrals/candidates", foreign).await.expect_problem(403, "region-not-granted");
}

/// For a given client, the rules of the programme are evaluated once for all its services.
#[actix_web::test]
async fn candidates_leave_out_programmes_whose_rules_the_family_does_not_meet() {
    let world = World::start().await;
    let family = world.family().await;
    let need = json!({ "subject": { "family_id": family }, "sector": "socio_economic", "program_code": "PKH" });
    let found = world.back.post("/v1/referrals/candidates", need).await.expect(200);
    let outcomes: Vec<_> = found["items"].as_array().unwrap().iter().map(|c| c["eligibility"].clone()).collect();
    assert_eq!(outcomes, ["likely_eligible", "likely_eligible"]);
    let richer = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-11-01", "decile": 9 });
    world.registry_loader().post(&format!("/v1/families/{family}/welfare-statuses"), richer).await.expect(201);
    let need = json!({ "subject": { "family_id": family }, "program_code": "PKH" });
    let none = world.back.post("/v1/referrals/candidates", need).await.expect(200);
    assert_eq!(none["items"], json!([]));
}

#[actix_web::test]
async fn the_target_sees_a_referral_only_after_it_is_sent() {
    let world = World::start().await;
    let id = world.draft(None).await;
    let path = format!("/v1/referrals/{id}");
    world.pkh.get(&path).await.expect_problem(404, "not-found");
    assert_eq!(world.pkh.get("/v1/events").await.expect(200)["items"].as_array().unwrap().len(), 0);
    let sent = world.back.act(&format!("{path}/request")).await.expect(200);
    assert_eq!(sent["status"], "requested");
    assert!(sent["due_at"].is_string() && sent.get("acknowledged_at").is_none());
    let listed = world.pkh.get("/v1/referrals?direction=incoming").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let read = world.pkh.get(&path).await.expect(200);
    assert!(read["acknowledged_at"].is_string(), "the first read acknowledges");
    let again = world.pkh.get(&path).await.expect(200);
    assert_eq!((&again["acknowledged_at"], &again["version"]), (&read["acknowledged_at"], &read["version"]));
    let repeated = world.pkh.act(&format!("{path}/acknowledge")).await.expect(200);
    assert_eq!(repeated["version"], read["version"], "a repeated acknowledgement changes nothing");
    let events = world.pkh.get("/v1/events").await.expect(200);
    let types: Vec<_> = events["items"].as_array().unwrap().iter().map(|e| e["type"].clone()).collect();
    assert_eq!(types, ["referral.requested", "referral.acknowledged"]);
}

#[actix_web::test]
async fn the_source_closes_the_loop_once() {
    let world = World::start().await;
    let id = world.requested().await;
    let path = format!("/v1/referrals/{id}");
    world.pkh.act(&format!("{path}/accept")).await.expect(200);
    world.pkh.act(&format!("{path}/start")).await.expect(200);
    let done = json!({ "outcome": "enrolled", "delivered_on": "2026-01-10", "note": "Masuk daftar PKH." });
    let completed = world.pkh.post(&format!("{path}/complete"), done).await.expect(200);
    assert_eq!(
        (completed["status"].as_str(), completed["outcome"]["code"].as_str()),
        (Some("completed"), Some("enrolled"))
    );
    let informed = json!({ "citizen_informed_at": "2026-01-11T03:00:00Z", "satisfaction": 5 });
    world.pkh.post(&format!("{path}/close-loop"), informed.clone()).await.expect_problem(403, "not-the-source");
    let closed = world.back.post(&format!("{path}/close-loop"), informed.clone()).await.expect(200);
    assert!(closed["loop_closed_at"].is_string());
    assert_eq!(closed["allowed_actions"], json!(["enter_in_error"]));
    world.back.post(&format!("{path}/close-loop"), informed).await.expect_problem(409, "referral-invalid-transition");
    let timeline = world.back.get(&format!("{path}/timeline")).await.expect(200);
    let steps: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["action"].clone()).collect();
    assert_eq!(steps, ["create", "request", "accept", "start", "complete", "close_loop"]);
}

#[actix_web::test]
async fn each_side_takes_only_its_own_actions() {
    let world = World::start().await;
    let id = world.requested().await;
    let path = format!("/v1/referrals/{id}");
    for action in ["accept", "start", "acknowledge"] {
        world.province.act(&format!("{path}/{action}")).await.expect_problem(403, "not-the-target");
    }
    let target = world.server.session(
        "pkh-2",
        slrt::demo::organization("pkh"),
        &[],
        &[slrt::slices::permissions::REFERRALS_SEND, slrt::slices::permissions::REFERRALS_RESPOND],
    );
    let cancel = json!({ "reason": "wrong_target" });
    target.post(&format!("{path}/cancel"), cancel.clone()).await.expect_problem(403, "not-the-source");
    target.act(&format!("{path}/accept")).await.expect(200);
    let cancelled = target.post(&format!("{path}/cancel"), cancel).await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
}

#[actix_web::test]
async fn a_rejection_for_no_capacity_offers_other_services() {
    let world = World::start().await;
    let id = world.requested().await;
    let path = format!("/v1/referrals/{id}/reject");
    let other = world.pkh.post(&path, json!({ "reason": "other" })).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&other), [("/text".into(), "text_required".into())]);
    let rejected = world.pkh.post(&path, json!({ "reason": "no_capacity" })).await.expect(200);
    assert_eq!(
        (rejected["status"].as_str(), rejected["reason"]["code"].as_str()),
        (Some("rejected"), Some("no_capacity"))
    );
    let offered = rejected["alternatives"].as_array().unwrap();
    assert!(offered.iter().any(|c| c["service"]["program_code"] == "PKH"));
    assert!(offered.iter().all(|c| c["service"]["id"] != rejected["service_id"]));
}

#[actix_web::test]
async fn a_referral_occupies_a_place_from_acceptance_to_its_end() {
    let world = World::start().await;
    let service = world.service("PKH").await;
    let used =
        async || world.front.get(&format!("/v1/services/{service}")).await.expect(200)["in_use"].as_i64().unwrap();
    let id = world.requested().await;
    let path = format!("/v1/referrals/{id}");
    assert_eq!(used().await, 0);
    world.pkh.act(&format!("{path}/accept")).await.expect(200);
    assert_eq!(used().await, 1);
    world.back.post(&format!("{path}/cancel"), json!({ "reason": "client_withdrew" })).await.expect(200);
    assert_eq!(used().await, 0);
}

#[actix_web::test]
async fn a_draft_is_validated() {
    let world = World::start().await;
    let good = world.referral(None).await;
    let with = |name: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for (body, pointer, code) in [
        (with("consent_given_on", json!(null)), "/consent_given_on", "consent_required"),
        (with("consent_given_on", json!("2099-01-01")), "/consent_given_on", "in_the_future"),
        (with("service_id", json!(uuid::Uuid::now_v7())), "/service_id", "unknown_service"),
        (with("complaint_id", json!(uuid::Uuid::now_v7())), "/complaint_id", "unknown_complaint"),
        (with("region_code", json!(null)), "/region_code", "required"),
    ] {
        let problem = world.back.post("/v1/referrals", body).await.expect_problem(422, "validation-failed");
        assert_eq!(faults(&problem), [(pointer.to_owned(), code.to_owned())]);
    }
    assert_eq!(world.back.get("/v1/referrals").await.expect(200)["items"].as_array().unwrap().len(), 0);
}

#[actix_web::test]
async fn of_two_concurrent_acceptances_one_wins() {
    let world = World::start().await;
    let id = world.requested().await;
    let path = format!("/v1/referrals/{id}/accept");
    let (a, b) = tokio::join!(world.pkh.act(&path), world.pkh.act(&path));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[actix_web::test]
async fn a_hold_needs_a_reason_and_a_time_of_review() {
    let world = World::start().await;
    let id = world.accepted().await;
    let path = format!("/v1/referrals/{id}");
    let none = world.pkh.post(&format!("{path}/hold"), json!({})).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&none), [("/reason".into(), "required".into()), ("/review_at".into(), "required".into())]);
    let past = json!({ "reason": "waitlist", "review_at": "2020-01-01T00:00:00Z" });
    let past = world.pkh.post(&format!("{path}/hold"), past).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&past), [("/review_at".into(), "in_the_past".into())]);
    let review_at = world.server.shared.clock.now() + chrono::TimeDelta::days(10);
    let hold = json!({ "reason": "awaiting_documents", "review_at": review_at, "text": "Menunggu KK." });
    world.back.post(&format!("{path}/hold"), hold.clone()).await.expect_problem(403, "insufficient-scope");
    let on_hold = world.pkh.post(&format!("{path}/hold"), hold).await.expect(200);
    assert_eq!(
        (on_hold["status"].as_str(), on_hold["reason"]["code"].as_str()),
        (Some("on_hold"), Some("awaiting_documents"))
    );
    assert!(on_hold["review_at"].is_string());
    let due = async || {
        let found = world.back.get("/v1/referrals?review_due=true").await.expect(200);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(due().await, 0);
    let resumed = world.pkh.act(&format!("{path}/resume")).await.expect(200);
    assert_eq!(resumed["status"], "in_progress");
    assert!(resumed.get("reason").is_none() && resumed.get("review_at").is_none());
}

#[actix_web::test]
async fn a_failed_referral_releases_its_place_and_can_be_replaced_once() {
    let world = World::start().await;
    let id = world.accepted().await;
    let path = format!("/v1/referrals/{id}");
    let mut next = world.referral(None).await;
    next["replaces"] = json!(id);
    let early = world.back.post("/v1/referrals", next.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&early), [("/replaces".into(), "not_ended".into())]);
    let failed = world.pkh.post(&format!("{path}/fail"), json!({ "reason": "moved" })).await.expect(200);
    assert_eq!((failed["status"].as_str(), failed["reason"]["code"].as_str()), (Some("failed"), Some("moved")));
    let service =
        world.front.get(&format!("/v1/services/{}", failed["service_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(service["in_use"], 0);
    let made = world.back.post("/v1/referrals", next.clone()).await.expect(201);
    assert_eq!(made["replaces"], json!(id));
    assert_eq!(world.back.get(&path).await.expect(200)["replaced_by"], made["id"]);
    let twice = world.back.post("/v1/referrals", next.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&twice), [("/replaces".into(), "already_replaced".into())]);
    let in_error = format!("/v1/referrals/{}/enter-in-error", made["id"].as_str().unwrap());
    world.manager.post(&in_error, json!({ "reason": "wrong_service" })).await.expect(200);
    assert!(world.back.get(&path).await.expect(200).get("replaced_by").is_none());
    world.back.post("/v1/referrals", next).await.expect(201);
}

#[actix_web::test]
async fn an_onward_referral_is_part_of_an_accepted_one_and_forms_no_cycle() {
    let world = World::start().await;
    let first = world.requested().await;
    let mut onward = world.referral(None).await;
    onward["part_of"] = json!(first);
    let early = world.back.post("/v1/referrals", onward.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&early), [("/part_of".into(), "not_accepted".into())]);
    world.pkh.act(&format!("/v1/referrals/{first}/accept")).await.expect(200);
    let cycle = world.back.post("/v1/referrals", onward.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&cycle), [("/service_id".into(), "already_in_chain".into())]);
    onward["service_id"] = json!(world.service("KIS").await);
    onward.as_object_mut().unwrap().remove("region_code");
    let made = world.back.post("/v1/referrals", onward.clone()).await.expect(201);
    assert_eq!((&made["part_of"], &made["region_code"]), (&json!(first), &json!(VILLAGE)));
    let found = world.back.get(&format!("/v1/referrals?part_of={first}")).await.expect(200);
    assert_eq!(found["items"][0]["id"], made["id"]);
    let own = uuid::Uuid::now_v7();
    onward["id"] = json!(own);
    onward["part_of"] = json!(own);
    let itself = world.back.post("/v1/referrals", onward.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&itself), [("/part_of".into(), "itself".into())]);
    onward["part_of"] = json!(uuid::Uuid::now_v7());
    let unknown = world.back.post("/v1/referrals", onward).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&unknown), [("/part_of".into(), "unknown_referral".into())]);
}

/// The source's supervisor may do it at any time, the province only after the target has accepted, the target never.
#[actix_web::test]
async fn a_referral_entered_in_error_stays_readable_but_not_in_lists() {
    let world = World::start().await;
    let draft = world.draft(None).await;
    let error = json!({ "reason": "entered_twice" });
    let of = |id: &str| format!("/v1/referrals/{id}/enter-in-error");
    let correct = [slrt::slices::permissions::REFERRALS_CORRECT];
    let pkh = world.server.session("pkh-3", slrt::demo::organization("pkh"), &[], &correct);
    let other = world.server.session("disdik", slrt::demo::organization("disdik-bandung"), &["32.04"], &correct);
    world.manager.post(&of(&draft), json!({ "reason": "other" })).await.expect_problem(422, "validation-failed");
    world.manager.post(&of(&draft), error.clone()).await.expect(200);
    world.pkh.get(&format!("/v1/referrals/{draft}")).await.expect_problem(404, "not-found");
    assert_eq!(world.pkh.get("/v1/events").await.expect(200)["items"], json!([]), "the target never saw the draft");
    let id = world.requested().await;
    let early = world.province.post(&of(&id), error.clone()).await;
    early.expect_problem(403, "only-source-before-acceptance");
    world.pkh.act(&format!("/v1/referrals/{id}/accept")).await.expect(200);
    pkh.post(&of(&id), error.clone()).await.expect_problem(403, "not-the-source");
    other.post(&of(&id), error.clone()).await.expect_problem(403, "not-the-source");
    let marked = world.province.post(&of(&id), error).await.expect(200);
    assert_eq!((marked["status"].as_str(), marked["allowed_actions"].clone()), (Some("entered_in_error"), json!([])));
    let count = async |query: &str| {
        let found = world.back.get(&format!("/v1/referrals?{query}")).await.expect(200);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 0);
    assert_eq!(count("include_entered_in_error=true").await, 2);
    assert_eq!(count("status=entered_in_error").await, 2);
    assert_eq!(
        count("updated_since=2020-01-01T00:00:00Z").await,
        2,
        "the change feed contains referrals entered in error"
    );
    world.back.get(&format!("/v1/referrals/{id}")).await.expect(200);
}
