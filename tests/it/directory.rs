//! The directory: changes by its maintainers, and public reads.

use reqwest::Method;
use serde_json::json;
use slrt::slices::permissions as P;

use crate::support::World;
use crate::support::http::faults;
use crate::support::world::{VILLAGE, organization};

#[actix_web::test]
async fn a_change_needs_the_version_and_changes_only_what_is_sent() {
    let world = World::start().await;
    let id = world.own_service(json!({ "requirements": "KTP", "capacity": 3 })).await;
    let path = format!("/v1/services/{id}");
    let change = json!({ "requirements": null, "capacity": 5 });
    let patch = async |version: Option<&str>, body: serde_json::Value| {
        let headers: Vec<_> = version.map(|v| ("if-match", v)).into_iter().collect();
        world.manager.send(Method::PATCH, &path, &headers, Some(body)).await
    };
    patch(None, change.clone()).await.expect_problem(428, "precondition-required");
    patch(Some("\"7\""), change.clone()).await.expect_problem(412, "version-mismatch");
    let now = patch(Some("\"1\""), change.clone()).await.expect(200);
    assert_eq!((&now["capacity"], now.get("requirements"), &now["version"]), (&json!(5), None, &json!(2)));
    assert_eq!(now["name"], "Layanan percobaan");
    let same = patch(Some("\"2\""), change).await.expect(200);
    assert_eq!(same["version"], 2, "a change without effect makes no new version");
    let faulty =
        json!({ "sectors": [], "answer_days": 0, "closures": [{ "from_on": "2027-01-05", "until_on": "2027-01-01" }] });
    let problem = patch(Some("\"2\""), faulty).await.expect_problem(422, "validation-failed");
    let codes: Vec<_> = faults(&problem).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(codes, ["/answer_days", "/closures/0/until_on", "/sectors"]);
    let unknown = patch(Some("\"2\""), json!({ "in_use": 0 })).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&unknown), [("/in_use".into(), "unknown_field".into())]);
}

#[actix_web::test]
async fn an_inactive_organization_is_no_candidate_and_accepts_no_referral() {
    let world = World::start().await;
    let service = world.own_service(json!({})).await;
    let draft = json!({
        "service_id": service, "need": "Perlu tempat.", "lawful_basis": "public_task", "region_code": VILLAGE,
    });
    let draft = world.back.post("/v1/referrals", draft).await.expect(201);
    let send = format!("/v1/referrals/{}/request", draft["id"].as_str().unwrap());
    let candidates = async || {
        let need = json!({ "region_code": VILLAGE, "sector": "other" });
        let found = world.back.post("/v1/referrals/candidates", need).await.expect(200);
        found["items"].as_array().unwrap().iter().any(|c| c["service"]["id"] == json!(service))
    };
    assert!(candidates().await);
    let owner = format!("/v1/organizations/{}", organization("pupr-bandung"));
    let off = json!({ "active": false });
    world.manager.send(Method::PATCH, &owner, &[("if-match", "\"1\"")], Some(off)).await.expect(200);
    assert!(!candidates().await);
    world.back.act(&send).await.expect_problem(409, "service-inactive");
    let on = json!({ "active": true });
    world.manager.send(Method::PATCH, &owner, &[("if-match", "\"2\"")], Some(on)).await.expect(200);
    world.back.act(&send).await.expect(200);
    let events = world.back.get("/v1/events").await.expect(200);
    let types: Vec<_> = events["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert!(types.contains(&"organization.deactivated") && types.contains(&"organization.reactivated"));
}

#[actix_web::test]
async fn a_closed_service_is_no_candidate_and_the_refusal_names_its_opening() {
    let world = World::start().await;
    let today = slrt::clock::local_day(world.server.shared.clock.now());
    let day = |n: i64| today + chrono::TimeDelta::days(n);
    let closures = json!([
        { "from_on": day(-1), "until_on": day(2), "reason": "Libur bersama" },
        { "from_on": day(3), "until_on": day(4) },
    ]);
    let service = world.own_service(json!({ "closures": closures })).await;
    let need = json!({ "region_code": VILLAGE, "sector": "other" });
    let found = world.back.post("/v1/referrals/candidates", need).await.expect(200);
    assert!(found["items"].as_array().unwrap().iter().all(|c| c["service"]["id"] != json!(service)));
    let draft = json!({
        "service_id": service, "need": "Perlu tempat.", "lawful_basis": "public_task", "region_code": VILLAGE,
    });
    let draft = world.back.post("/v1/referrals", draft).await.expect(201);
    let send = format!("/v1/referrals/{}/request", draft["id"].as_str().unwrap());
    let refused = world.back.act(&send).await.expect_problem(409, "service-closed");
    assert!(refused["detail"].as_str().unwrap().contains(&day(5).to_string()), "{}", refused["detail"]);
}

#[actix_web::test]
async fn the_location_of_a_safe_house_is_confidential() {
    let world = World::start().await;
    let body = json!({
        "kind": "shelter", "name": "Rumah Aman Melati", "region_code": VILLAGE,
        "phone": "(022) 555-0199", "address": "Jalan Tersembunyi 7", "confidential_location": true,
    });
    let made = world.manager.post("/v1/organizations", body).await.expect(201);
    let id: uuid::Uuid = made["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/v1/organizations/{id}");
    let restricted = world.server.session("restricted", None, &["32.04"], &[P::CASES_RESTRICTED]);
    let elsewhere = world.server.session("restricted-2", None, &["34.04"], &[P::CASES_RESTRICTED]);
    let own = world.server.session("melati", Some(id), &[], &[P::REFERRALS_READ]);
    for (session, may_see) in [
        (&world.server.anonymous(), false),
        (&world.back, false),
        (&elsewhere, false),
        (&restricted, true),
        (&own, true),
    ] {
        let seen = session.get(&path).await.expect(200);
        assert_eq!(seen.get("address").is_some(), may_see);
        assert_eq!(seen["region_code"] == VILLAGE, may_see);
        assert_eq!(seen["phone"], "(022) 555-0199");
    }
    let listed = async |session: &crate::support::Session, within: &str| {
        let found = session.get(&format!("/v1/organizations?kind=shelter&within={within}")).await.expect(200);
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(listed(&world.server.anonymous(), VILLAGE).await, 0, "the filter does not reveal it");
    assert_eq!(listed(&world.server.anonymous(), "32.04").await, 1);
    assert_eq!(listed(&restricted, VILLAGE).await, 1);
}

/// 200 clients, 10 places: exactly 10 get one.
#[actix_web::test]
async fn no_place_is_given_twice() {
    let world = World::start().await;
    let service = world.own_service(json!({ "capacity": 10 })).await;
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(world.requested_at(&service).await);
    }
    let target = world.target_of_own();
    let paths: Vec<String> = ids.iter().map(|id| format!("/v1/referrals/{id}/accept")).collect();
    let responses = futures_util::future::join_all(paths.iter().map(|path| target.act(path))).await;
    let accepted = responses.iter().filter(|r| r.status == 200).count();
    let full = responses.iter().filter(|r| r.status == 409 && r.body["code"] == "no-capacity").count();
    assert_eq!((accepted, full), (10, 190));
    let after = world.front.get(&format!("/v1/services/{service}")).await.expect(200);
    assert_eq!(after["in_use"], 10);
}

#[actix_web::test]
async fn a_reserved_place_counts_until_it_expires() {
    let world = World::start().await;
    let service = world.own_service(json!({ "capacity": 1 })).await;
    let target = world.target_of_own();
    let first = world.requested_at(&service).await;
    let second = world.requested_at(&service).await;
    let until = world.server.shared.clock.now() + chrono::TimeDelta::days(2);
    let reservation = json!({ "expires_at": until });
    let reserve = format!("/v1/referrals/{first}/reserve-place");
    world.back.post(&reserve, reservation.clone()).await.expect_problem(403, "insufficient-scope");
    target.post(&reserve, reservation.clone()).await.expect(200);
    target.post(&reserve, reservation.clone()).await.expect(200);
    let places = async || {
        let seen = world.server.anonymous().get(&format!("/v1/services/{service}")).await.expect(200);
        (seen["in_use"].as_i64().unwrap(), seen["reserved"].as_i64().unwrap())
    };
    assert_eq!(places().await, (0, 1));
    let other = format!("/v1/referrals/{second}/reserve-place");
    target.post(&other, reservation).await.expect_problem(409, "no-capacity");
    target.act(&format!("/v1/referrals/{second}/accept")).await.expect_problem(409, "no-capacity");
    world.server.shared.clock.advance(chrono::TimeDelta::days(3));
    world.server.work().await;
    assert_eq!(places().await, (0, 0));
    let target = world.target_of_own();
    target.act(&format!("/v1/referrals/{second}/accept")).await.expect(200);
    assert_eq!(places().await, (1, 0));
    target.act(&format!("/v1/referrals/{first}/accept")).await.expect_problem(409, "no-capacity");
}

#[actix_web::test]
async fn acceptance_uses_the_reserved_place_and_rejection_frees_it() {
    let world = World::start().await;
    let service = world.own_service(json!({ "capacity": 1 })).await;
    let target = world.target_of_own();
    let reservation = json!({ "expires_at": world.server.shared.clock.now() + chrono::TimeDelta::days(2) });
    let places = async || {
        let seen = world.front.get(&format!("/v1/services/{service}")).await.expect(200);
        (seen["in_use"].as_i64().unwrap(), seen["reserved"].as_i64().unwrap())
    };
    let refused = world.requested_at(&service).await;
    target.post(&format!("/v1/referrals/{refused}/reserve-place"), reservation.clone()).await.expect(200);
    target.post(&format!("/v1/referrals/{refused}/reject"), json!({ "reason": "incomplete" })).await.expect(200);
    assert_eq!(places().await, (0, 0));
    let taken = world.requested_at(&service).await;
    target.post(&format!("/v1/referrals/{taken}/reserve-place"), reservation).await.expect(200);
    target.act(&format!("/v1/referrals/{taken}/accept")).await.expect(200);
    assert_eq!(places().await, (1, 0));
    target.post(&format!("/v1/referrals/{taken}/cancel"), json!({ "reason": "client_withdrew" })).await.expect(200);
    assert_eq!(places().await, (0, 0));
}

#[actix_web::test]
async fn a_repeated_creation_creates_one_entry() {
    let world = World::start().await;
    let organization_id = uuid::Uuid::now_v7();
    let body =
        json!({ "id": organization_id, "kind": "government", "name": "Dinas Percobaan", "region_code": "32.04" });
    world.manager.post("/v1/organizations", body.clone()).await.expect(201);
    let again = world.manager.post("/v1/organizations", body.clone()).await.expect(200);
    assert_eq!(again["id"], json!(organization_id));
    let mut other = body;
    other["name"] = json!("Dinas Lain");
    world.manager.post("/v1/organizations", other.clone()).await.expect_problem(409, "already-exists");
    other["id"] = json!("f47ac10b-58cc-4372-a567-0e02b2c3d479");
    let refused = world.manager.post("/v1/organizations", other).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/id".into(), "not_uuid_v7".into())]);

    let body = json!({
        "id": uuid::Uuid::now_v7(), "organization_id": organization("pupr-bandung"), "name": "Layanan dari luring",
        "sectors": ["other"], "area_codes": ["32.04"], "capacity": 3,
    });
    let made = world.manager.post("/v1/services", body.clone()).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let referral = world.requested_at(id).await;
    world.target_of_own().act(&format!("/v1/referrals/{referral}/accept")).await.expect(200);
    // A place that was taken in the meantime does not count as other content.
    let again = world.manager.post("/v1/services", body.clone()).await.expect(200);
    assert_eq!((&again["id"], &again["in_use"], &again["version"]), (&body["id"], &json!(1), &json!(1)));
    let mut other = body;
    other["capacity"] = json!(4);
    world.manager.post("/v1/services", other).await.expect_problem(409, "already-exists");
}
