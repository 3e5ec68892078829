//! The calendar, targets and clocks.

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
async fn anybody_reads_the_calendar_of_a_region_and_year() {
    let world = World::start().await;
    world.manager.post("/v1/holidays", anniversary()).await.expect(201);
    let nobody = world.server.anonymous();
    let days = |found: Value| -> Vec<String> {
        found["items"].as_array().unwrap().iter().map(|h| h["day"].as_str().unwrap().to_owned()).collect()
    };
    let bandung = days(nobody.get("/v1/holidays?year=2026&region_code=32.04.05&limit=200").await.expect(200));
    assert!(bandung.contains(&"2026-04-20".to_owned()) && bandung.contains(&"2026-12-25".to_owned()));
    assert!(bandung.is_sorted() && bandung.iter().all(|d| d.starts_with("2026")));
    let sleman = days(nobody.get("/v1/holidays?year=2026&region_code=34.04&limit=200").await.expect(200));
    assert!(!sleman.contains(&"2026-04-20".to_owned()));
    let mut walked = Vec::new();
    let mut path = "/v1/holidays?limit=20".to_owned();
    loop {
        let page = nobody.get(&path).await.expect(200);
        walked.extend(days(page.clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/holidays?limit=20&cursor={next}");
    }
    assert_eq!(walked.len(), 80);
    assert!(walked.is_sorted());
}

#[actix_web::test]
async fn a_region_changes_its_own_calendar_and_no_other() {
    let world = World::start().await;
    let made = world.manager.post("/v1/holidays", anniversary()).await.expect(201);
    assert_eq!(made["confidence"], "decreed");
    let again = world.manager.post("/v1/holidays", anniversary()).await.expect(200);
    assert_eq!(again["id"], made["id"]);
    let mut other = anniversary();
    other["name"] = json!("Hari lain");
    world.manager.post("/v1/holidays", other).await.expect_problem(409, "holiday-exists");
    let mut abroad = anniversary();
    abroad["region_code"] = json!("32");
    world.manager.post("/v1/holidays", abroad.clone()).await.expect_problem(403, "region-not-granted");
    abroad.as_object_mut().unwrap().remove("region_code");
    world.manager.post("/v1/holidays", abroad).await.expect_problem(403, "region-not-granted");

    let path = format!("/v1/holidays/{}", made["id"].as_str().unwrap());
    delete(&world.manager, &path, None).await.expect_problem(428, "precondition-required");
    delete(&world.manager, &path, Some("\"7\"")).await.expect_problem(412, "version-mismatch");
    assert_eq!(delete(&world.manager, &path, Some("\"1\"")).await.status, 204);
    world.manager.get(&path).await.expect_problem(404, "not-found");
    delete(&world.manager, &path, Some("\"2\"")).await.expect_problem(404, "not-found");
    let back = world.manager.post("/v1/holidays", anniversary()).await.expect(201);
    assert_eq!((&back["id"], &back["version"]), (&made["id"], &json!(3)));
}

#[actix_web::test]
async fn an_upgrade_does_not_bring_back_a_day_that_was_taken_out() {
    let world = World::start().await;
    let ministry = world.server.session("ministry", None, &["ID"], &[slrt::auth::Permission::DirectoryWrite]);
    let found = ministry.get("/v1/holidays?year=2027&region_code=32.04&limit=200").await.expect(200);
    let estimated = found["items"].as_array().unwrap().iter().find(|h| h["confidence"] == "estimated").unwrap().clone();
    let path = format!("/v1/holidays/{}", estimated["id"].as_str().unwrap());
    delete(&world.manager, &path, Some("\"1\"")).await.expect_problem(404, "not-found");
    assert_eq!(delete(&ministry, &path, Some("\"1\"")).await.status, 204);
    let mut conn = world.server.connection().await;
    assert_eq!(slrt::service_levels::actions::load_reference(&mut conn).await.unwrap(), 0);
    ministry.get(&path).await.expect_problem(404, "not-found");
}
