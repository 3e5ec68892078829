//! Service levels: holidays, targets and clocks.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::http::Answer;
use crate::support::{Session, World};

fn anniversary() -> Value {
    json!({
        "region_code": "32.04", "day": "2026-04-20", "kind": "regional",
        "name": "Hari Jadi Kabupaten Bandung", "source": "Keputusan Bupati 100/2026",
    })
}

async fn delete(session: &Session, path: &str, version: Option<&str>) -> Answer {
    let headers: Vec<(&str, &str)> = version.map(|v| ("if-match", v)).into_iter().collect();
    session.send(Method::DELETE, path, &headers, None).await
}

#[actix_web::test]
async fn holidays_of_a_region_and_year_are_public() {
    let world = World::start().await;
    world.manager.post("/v1/holidays", anniversary()).await.expect(201);
    let anonymous = world.server.anonymous();
    let days = |found: Value| -> Vec<String> {
        found["items"].as_array().unwrap().iter().map(|h| h["day"].as_str().unwrap().to_owned()).collect()
    };
    let bandung = days(anonymous.get("/v1/holidays?year=2026&region_code=32.04.05&limit=200").await.expect(200));
    assert!(bandung.contains(&"2026-04-20".to_owned()) && bandung.contains(&"2026-12-25".to_owned()));
    assert!(bandung.is_sorted() && bandung.iter().all(|d| d.starts_with("2026")));
    let sleman = days(anonymous.get("/v1/holidays?year=2026&region_code=34.04&limit=200").await.expect(200));
    assert!(!sleman.contains(&"2026-04-20".to_owned()));
    let mut all = Vec::new();
    let mut path = "/v1/holidays?limit=20".to_owned();
    loop {
        let page = anonymous.get(&path).await.expect(200);
        all.extend(days(page.clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/holidays?limit=20&cursor={next}");
    }
    assert_eq!(all.len(), 80);
    assert!(all.is_sorted());
}

#[actix_web::test]
async fn a_region_can_change_only_its_own_holidays() {
    let world = World::start().await;
    let made = world.manager.post("/v1/holidays", anniversary()).await.expect(201);
    assert_eq!(made["confidence"], "decreed");
    let again = world.manager.post("/v1/holidays", anniversary()).await.expect(200);
    assert_eq!(again["id"], made["id"]);
    let mut other = anniversary();
    other["name"] = json!("Hari lain");
    world.manager.post("/v1/holidays", other).await.expect_problem(409, "holiday-exists");
    let mut wider = anniversary();
    wider["region_code"] = json!("32");
    world.manager.post("/v1/holidays", wider.clone()).await.expect_problem(403, "region-not-granted");
    wider.as_object_mut().unwrap().remove("region_code");
    world.manager.post("/v1/holidays", wider).await.expect_problem(403, "region-not-granted");

    let path = format!("/v1/holidays/{}", made["id"].as_str().unwrap());
    delete(&world.manager, &path, None).await.expect_problem(428, "precondition-required");
    delete(&world.manager, &path, Some("\"7\"")).await.expect_problem(412, "version-mismatch");
    assert_eq!(delete(&world.manager, &path, Some("\"1\"")).await.status, 204);
    world.manager.get(&path).await.expect_problem(404, "not-found");
    delete(&world.manager, &path, Some("\"2\"")).await.expect_problem(404, "not-found");
    let restored = world.manager.post("/v1/holidays", anniversary()).await.expect(201);
    assert_eq!((&restored["id"], &restored["version"]), (&made["id"], &json!(3)));
}

#[actix_web::test]
async fn an_upgrade_does_not_restore_a_deleted_holiday() {
    let world = World::start().await;
    let ministry = world.server.session("ministry", None, &["ID"], &[slrt::slices::permissions::DIRECTORY_WRITE]);
    let found = ministry.get("/v1/holidays?year=2027&region_code=32.04&limit=200").await.expect(200);
    let estimated = found["items"].as_array().unwrap().iter().find(|h| h["confidence"] == "estimated").unwrap().clone();
    let path = format!("/v1/holidays/{}", estimated["id"].as_str().unwrap());
    delete(&world.manager, &path, Some("\"1\"")).await.expect_problem(404, "not-found");
    assert_eq!(delete(&ministry, &path, Some("\"1\"")).await.status, 204);
    let mut conn = world.server.connection().await;
    assert_eq!(slrt::service_levels::actions::load_reference(&mut conn).await.unwrap(), 0);
    ministry.get(&path).await.expect_problem(404, "not-found");
}

fn target() -> Value {
    json!({
        "region_code": "32.04", "sector": "socio_economic",
        "figures": {
            "kind": "ordinary", "first_response_days": 1, "resolution_days": 4,
            "province_after_days": 1, "ministry_after_days": 2, "source": "Perbup 7/2026",
        },
    })
}

async fn put(session: &Session, path: &str, version: Option<&str>, body: Value) -> Answer {
    let headers: Vec<(&str, &str)> = version.map(|v| ("if-match", v)).into_iter().collect();
    session.send(Method::PUT, path, &headers, Some(body)).await
}

impl World {
    /// The same world some days later, with new sessions because the old tokens have expired.
    async fn later(self, days: i64) -> World {
        self.server.shared.clock.advance(chrono::TimeDelta::days(days));
        World::around(self.server)
    }
}

async fn events(session: &Session, type_: &str) -> Vec<Value> {
    let found = session.get(&format!("/v1/events?type={type_}&limit=200")).await.expect(200);
    found["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_regency_sets_its_own_target_and_it_applies_to_new_clocks() {
    let world = World::start().await;
    let before = world.complaint().await;
    let shown = world.front.get(&format!("/v1/complaints/{before}")).await.expect(200);
    assert_eq!((&shown["sla"]["state"], &shown["sla"]["target"]["resolution_days"]), (&json!("on_time"), &json!(14)));
    assert_eq!(shown["sla"]["target"]["region_code"], "ID");

    let made = world.manager.post("/v1/service-level-targets", target()).await.expect(201);
    world.manager.post("/v1/service-level-targets", target()).await.expect_problem(409, "target-exists");
    let after = world.front.get(&format!("/v1/complaints/{}", world.complaint().await)).await.expect(200);
    assert_eq!((&after["sla"]["target"]["id"], &after["sla"]["round"]), (&made["id"], &json!(1)));
    assert_eq!(after["sla"]["target"]["resolution_days"], 4);

    let path = format!("/v1/service-level-targets/{}", made["id"].as_str().unwrap());
    let mut figures = target()["figures"].clone();
    figures["resolution_days"] = json!(9);
    put(&world.manager, &path, None, figures.clone()).await.expect_problem(428, "precondition-required");
    put(&world.manager, &path, Some("\"4\""), figures.clone()).await.expect_problem(412, "version-mismatch");
    put(&world.elsewhere, &path, Some("\"1\""), figures.clone()).await.expect_problem(404, "not-found");
    let changed = put(&world.manager, &path, Some("\"1\""), figures).await.expect(200);
    assert_eq!((&changed["version"], &changed["resolution_days"]), (&json!(2), &json!(9)));
    let unchanged = world.front.get(&format!("/v1/complaints/{before}")).await.expect(200);
    assert_eq!(unchanged["sla"], shown["sla"]);
    let forecast = "/v1/service-level-targets/forecast?region_code=32.04.05.2001&sector=socio_economic";
    let forecast = world.server.anonymous().get(forecast).await.expect(200);
    assert_eq!(forecast["target"]["resolution_days"], 9);

    assert_eq!(delete(&world.manager, &path, Some("\"2\"")).await.status, 204);
    let fallback = world.front.get(&format!("/v1/complaints/{}", world.complaint().await)).await.expect(200);
    assert_eq!(fallback["sla"]["target"]["resolution_days"], 14);
}

#[actix_web::test]
async fn contradictory_figures_are_refused_and_the_base_target_cannot_be_deleted() {
    let world = World::start().await;
    let mut wrong = target();
    wrong["figures"]["first_response_days"] = json!(0);
    wrong["figures"]["ministry_after_days"] = json!(900);
    let refused = world.manager.post("/v1/service-level-targets", wrong).await.expect_problem(422, "validation-failed");
    assert_eq!(crate::support::http::faults(&refused).len(), 2);
    let mut wrong = target();
    wrong["figures"]["ministry_after_days"] = json!(1);
    world.manager.post("/v1/service-level-targets", wrong).await.expect_problem(422, "validation-failed");
    let ministry = world.server.session("ministry", None, &["ID"], &[slrt::slices::permissions::DIRECTORY_WRITE]);
    let all = ministry.get("/v1/service-level-targets").await.expect(200);
    let base = all["items"].as_array().unwrap().iter().find(|t| t["resolution_days"] == 14).unwrap().clone();
    let path = format!("/v1/service-level-targets/{}", base["id"].as_str().unwrap());
    delete(&ministry, &path, Some("\"1\"")).await.expect_problem(409, "target-of-last-resort");
}

#[actix_web::test]
async fn a_breach_is_published_once_and_escalated() {
    let world = World::start().await;
    world.manager.post("/v1/service-level-targets", target()).await.expect(201);
    let id = world.complaint().await;
    world.server.work().await;
    assert!(events(&world.province, "complaint.sla_breached").await.is_empty());
    let world = world.later(30).await;
    let shown = world.front.get(&format!("/v1/complaints/{id}")).await.expect(200);
    assert_eq!(shown["sla"]["state"], "breached");
    // Two concurrent workers: each clock is checked by one of them.
    let (a, b) = tokio::join!(world.server.work(), world.server.work());
    let ((), ()) = (a, b);
    world.server.work().await;
    let breaches = events(&world.province, "complaint.sla_breached").await;
    let clocks: Vec<_> = breaches.iter().map(|e| (e["subject_id"].clone(), e["data"]["clock"].clone())).collect();
    assert_eq!(clocks, [(json!(id), json!("first_response")), (json!(id), json!("resolution"))]);
    let escalations = events(&world.province, "complaint.escalated").await;
    assert_eq!((escalations.len(), &escalations[0]["data"]["level"]), (1, &json!(3)));
    assert_eq!(events(&world.elsewhere, "complaint.sla_breached").await.len(), 0);
    let shown = world.front.get(&format!("/v1/complaints/{id}")).await.expect(200);
    assert_eq!(shown["sla"]["escalation_level"], 3);
    assert_eq!(shown["version"], 1);
    let breached = world.front.get("/v1/complaints?sla=breached").await.expect(200);
    assert_eq!(breached["items"][0]["id"], json!(id));
    for other in ["due_soon", "on_time", "paused"] {
        let found = world.front.get(&format!("/v1/complaints?sla={other}")).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 0, "{other}");
    }
    let timeline = world.front.get(&format!("/v1/complaints/{id}/timeline")).await.expect(200);
    let steps: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|e| e["action"].clone()).collect();
    assert_eq!(steps, ["submit", "sla_breached", "escalated_to_level_3"]);
    assert_eq!(timeline["items"][1]["actor"], "system");
}

#[actix_web::test]
async fn a_late_first_response_is_published_even_without_background_work() {
    let world = World::start().await;
    let id = world.complaint().await;
    let world = world.later(12).await;
    let verified = world.step(&world.back, &id, "verify", json!({ "class": "enrolment", "priority": "normal" })).await;
    assert_eq!(verified["sla"]["state"], "on_time");
    let breaches = events(&world.front, "complaint.sla_breached").await;
    assert_eq!(breaches.len(), 1);
    assert_eq!(breaches[0]["data"]["clock"], "first_response");
    // The breach does not change the version of the complaint.
    assert_eq!(verified["version"], 2);
}

#[actix_web::test]
async fn verification_selects_the_target_by_priority() {
    let world = World::start().await;
    let id = world.complaint().await;
    let verified = world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "urgent" })).await;
    let target = &verified["sla"]["target"];
    assert_eq!((&target["kind"], &target["resolution_days"]), (&json!("light"), &json!(2)));
    assert!(verified["sla"]["first_responded_at"].is_string());
    let listed = world.front.get("/v1/complaints").await.expect(200);
    assert_eq!(listed["items"][0]["sla"]["resolution_due_at"], verified["sla"]["resolution_due_at"]);
    let rejected = world.complaint().await;
    let rejected = world.step(&world.back, &rejected, "reject", json!({ "reason": "out_of_scope" })).await;
    assert_eq!(rejected["sla"]["state"], "met");
}

#[actix_web::test]
async fn a_new_holiday_moves_open_deadlines_only_in_its_region() {
    let world = World::start().await;
    let here = world.complaint().await;
    let mut submission = crate::support::world::submission();
    submission["region_code"] = json!("34.04.07.2001");
    let there = world.elsewhere.post("/v1/complaints", submission).await.expect(201);
    let there = there["id"].as_str().unwrap().to_owned();
    let due = async |session: &Session, id: &str| -> chrono::DateTime<chrono::Utc> {
        let shown = session.get(&format!("/v1/complaints/{id}")).await.expect(200);
        shown["sla"]["resolution_due_at"].as_str().unwrap().parse().unwrap()
    };
    let (before, before_there) = (due(&world.front, &here).await, due(&world.elsewhere, &there).await);
    // The day of the deadline becomes a holiday.
    let day = (before + chrono::TimeDelta::hours(7)).date_naive();
    let mut holiday = anniversary();
    holiday["day"] = json!(day);
    let made = world.manager.post("/v1/holidays", holiday).await.expect(201);
    world.server.work().await;
    let after = due(&world.front, &here).await;
    assert!(after > before, "{after} is not after {before}");
    assert_eq!(due(&world.elsewhere, &there).await, before_there);
    let path = format!("/v1/holidays/{}", made["id"].as_str().unwrap());
    assert_eq!(delete(&world.manager, &path, Some("\"1\"")).await.status, 204);
    let (a, b) = tokio::join!(world.server.work(), world.server.work());
    let ((), ()) = (a, b);
    assert_eq!(due(&world.front, &here).await, before);
}
