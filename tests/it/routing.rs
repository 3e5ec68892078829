//! Routing of needs: the examples of the handbook, and the defaults of regions.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::World;
use crate::support::http::faults;
use crate::support::world::{VILLAGE, organization};

/// Names of the candidates, best first, and the codes of the first one's reasons.
async fn candidates(world: &World, need: Value) -> (Vec<String>, Vec<String>) {
    let found = world.back.post("/v1/referrals/candidates", need).await.expect(200);
    let items = found["items"].as_array().unwrap();
    let names = items.iter().map(|c| c["service"]["name"].as_str().unwrap().to_owned()).collect();
    let reasons = items.first().map(|c| c["reasons"].as_array().unwrap().clone()).unwrap_or_default();
    (names, reasons.iter().map(|r| r["code"].as_str().unwrap().to_owned()).collect())
}

async fn service_named(world: &World, name: &str, query: &str) -> String {
    let found = world.front.get(&format!("/v1/services?{query}")).await.expect(200);
    let items = found["items"].as_array().unwrap();
    let found = items.iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("no service {name}"));
    found["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_broken_road_goes_to_the_owner_of_the_road() {
    let world = World::start().await;
    for (level, first) in [("regency", "Perbaikan jalan kabupaten"), ("province", "Perbaikan jalan provinsi")] {
        let need = json!({ "region_code": VILLAGE, "sector": "infrastructure", "owner_level": level });
        let (names, reasons) = candidates(&world, need).await;
        assert_eq!((names[0].as_str(), reasons[0].as_str()), (first, "level_in_charge"));
        assert_eq!(names.len(), 2, "the other office is still listed");
    }
}

#[actix_web::test]
async fn a_school_card_goes_to_the_level_that_runs_the_school() {
    let world = World::start().await;
    for (level, first) in [
        ("sd", "Usulan KIP jenjang SD/SMP"),
        ("smp", "Usulan KIP jenjang SD/SMP"),
        ("sma", "Usulan KIP jenjang SMA/SMK"),
    ] {
        let need = json!({ "region_code": VILLAGE, "program_code": "KIP", "school_level": level });
        let (names, reasons) = candidates(&world, need).await;
        assert_eq!((names[0].as_str(), reasons[0].as_str()), (first, "level_in_charge"), "{level}");
    }
}

#[actix_web::test]
async fn without_a_nik_identity_papers_come_first() {
    let world = World::start().await;
    let mut family = crate::support::world::family(3);
    family["members"][0].as_object_mut().unwrap().remove("nik");
    family["members"][0]["identity_status"] = json!("unknown");
    let made = world.front.post("/v1/families", family).await.expect(201);
    let need = json!({ "subject": { "family_id": made["id"] }, "program_code": "PKH" });
    let (names, reasons) = candidates(&world, need).await;
    assert_eq!((names[0].as_str(), reasons[0].as_str()), ("Perekaman dan penerbitan NIK", "identity_papers_first"));
    assert!(names.iter().any(|n| n.contains("PKH")));
    let known = world.family().await;
    let (names, _) = candidates(&world, json!({ "subject": { "family_id": known }, "program_code": "PKH" })).await;
    assert!(!names.contains(&"Perekaman dan penerbitan NIK".to_owned()));
}

#[actix_web::test]
async fn the_default_of_the_smallest_region_wins_and_is_a_reason() {
    let world = World::start().await;
    let post = service_named(&world, "Pengaduan subsidi listrik", "sector=electricity").await;
    let put = async |who: &crate::support::Session, place: &str, version: Option<&str>, service: &str| {
        let headers: Vec<_> = version.map(|v| ("if-match", v)).into_iter().collect();
        let path = format!("/v1/routing-defaults/{place}/electricity");
        who.send(Method::PUT, &path, &headers, Some(json!({ "service_id": service }))).await
    };
    let ministry = world.server.session("esdm", None, &["ID"], &[P::DIRECTORY_WRITE]);
    put(&world.manager, "ID", Some("\"0\""), &post).await.expect_problem(403, "region-not-granted");
    put(&world.manager, "34.04", Some("\"0\""), &post).await.expect_problem(403, "region-not-granted");
    put(&ministry, "ID", None, &post).await.expect_problem(428, "precondition-required");
    put(&ministry, "ID", Some("\"0\""), &post).await.expect(201);
    put(&ministry, "ID", Some("\"0\""), &post).await.expect_problem(412, "version-mismatch");
    let need = json!({ "region_code": VILLAGE, "sector": "electricity" });
    let (names, reasons) = candidates(&world, need.clone()).await;
    assert_eq!((names[0].as_str(), reasons[0].as_str()), ("Pengaduan subsidi listrik", "default_route"));
    let inherited = world.server.anonymous().get("/v1/routing-defaults/32.04/electricity").await.expect(200);
    assert_eq!((&inherited["set_in"], &inherited["version"]), (&json!("ID"), &json!(0)));
    let own = world.own_service(json!({ "sectors": ["electricity"], "name": "Posko listrik kabupaten" })).await;
    let set = put(&world.manager, "32.04", Some("\"0\""), &own).await.expect(201);
    assert_eq!((&set["set_in"], &set["set_by"]), (&json!("32.04"), &json!("bandung-mgr")));
    assert_eq!(candidates(&world, need.clone()).await.0[0], "Posko listrik kabupaten");
    let all = world.server.anonymous().get(&format!("/v1/routing-defaults/{VILLAGE}")).await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let path = "/v1/routing-defaults/32.04/electricity";
    world.manager.send(Method::DELETE, path, &[], None).await.expect_problem(428, "precondition-required");
    assert_eq!(world.manager.send(Method::DELETE, path, &[("if-match", "\"1\"")], None).await.status, 204);
    assert_eq!(candidates(&world, need).await.0[0], "Pengaduan subsidi listrik");
}

#[actix_web::test]
async fn a_default_must_match_its_sector_and_region() {
    let world = World::start().await;
    let put = async |service: Value| {
        let path = "/v1/routing-defaults/32.04/electricity";
        let body = json!({ "service_id": service });
        let problem = world.manager.send(Method::PUT, path, &[("if-match", "\"0\"")], Some(body)).await;
        faults(&problem.expect_problem(422, "validation-failed"))
    };
    let road = json!(service_named(&world, "Perbaikan jalan kabupaten", "sector=infrastructure").await);
    assert_eq!(put(road).await, [("/service_id".into(), "other_sector".into())]);
    assert_eq!(put(json!(uuid::Uuid::now_v7())).await, [("/service_id".into(), "unknown_service".into())]);
    let elsewhere = json!({
        "organization_id": organization("pupr-bandung"), "name": "Di tempat lain",
        "sectors": ["electricity"], "area_codes": ["34.04"],
    });
    let made = world.manager.post("/v1/services", elsewhere).await.expect(201);
    assert_eq!(put(made["id"].clone()).await, [("/service_id".into(), "outside_service_area".into())]);
    world.server.anonymous().get("/v1/routing-defaults/32.04/electricity").await.expect_problem(404, "not-found");
    world.server.anonymous().get("/v1/routing-defaults/99/electricity").await.expect_problem(404, "not-found");
}

/// Only the latest answers count, so that reading them costs the same after years.
#[actix_web::test]
async fn the_answer_time_of_a_service_is_that_of_its_latest_answers() {
    let world = World::start().await;
    let service = world.own_service(json!({})).await;
    let referral = world.requested_at(&service).await;
    let need = json!({ "region_code": VILLAGE, "sector": "other" });
    let answers = async || {
        let found = world.back.post("/v1/referrals/candidates", need.clone()).await.expect(200);
        let items = found["items"].as_array().unwrap();
        let candidate = items.iter().find(|c| c["service"]["id"] == service.as_str()).unwrap().clone();
        let reasons = candidate["reasons"].as_array().unwrap();
        reasons.iter().find(|r| r["code"].as_str().unwrap().ends_with("answer_time")).unwrap()["text_en"].clone()
    };
    assert_eq!(answers().await, "Promises an answer within 14 days");
    let mut conn = world.server.connection().await;
    // A referral that was answered so many days ago, after so many days.
    let mut answered = async |count: u32, days_ago: u32, days: u32, status: &str| {
        let copies = format!(
            "create temp table copied as select r.* from referrals r, generate_series(1, {count}) where r.id = '{referral}'; \
             update copied set id = gen_random_uuid(), status = '{status}', answered_at = now() - interval '{days_ago} days', \
                requested_at = now() - interval '{days_ago} days' - interval '{days} days'; \
             alter table copied drop column waits_for, drop column waits_since; \
             insert into referrals select * from copied; drop table copied"
        );
        diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, &copies).await.unwrap();
    };
    answered(300, 40, 20, "completed").await;
    assert_eq!(answers().await, "Answers within 20 days on average");
    answered(50, 10, 2, "accepted").await;
    assert_eq!(answers().await, "Answers within 2 days on average");
    answered(20, 1, 9, "entered_in_error").await;
    assert_eq!(answers().await, "Answers within 2 days on average");
    answered(25, 1, 4, "rejected").await;
    assert_eq!(answers().await, "Answers within 3 days on average");
}
