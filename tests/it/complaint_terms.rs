//! Complaint terms: the smallest region with own terms decides, and a caller sets terms only within their own regions.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::{Answer, faults};
use crate::support::world::VILLAGE;
use crate::support::{Session, World};

fn terms(reopen_days: i16) -> Value {
    json!({
        "answer_working_days": 1, "confirm_working_days": 20, "reopen_days": reopen_days, "source": "Perbup 12/2026",
    })
}

async fn send(who: &Session, method: Method, place: &str, version: Option<&str>, body: Option<Value>) -> Answer {
    let headers: Vec<_> = version.map(|v| ("if-match", v)).into_iter().collect();
    who.send(method, &format!("/v1/complaint-terms/{place}"), &headers, body).await
}

async fn put(who: &Session, place: &str, version: Option<&str>, body: Value) -> Answer {
    send(who, Method::PUT, place, version, Some(body)).await
}

#[actix_web::test]
async fn a_region_sets_and_removes_its_own_terms() {
    let world = World::start().await;
    let anonymous = world.server.anonymous();
    let country = anonymous.get("/v1/complaint-terms/ID").await.expect(200);
    assert_eq!((&country["answer_working_days"], &country["reopen_days"]), (&json!(10), &json!(30)));
    let inherited = anonymous.get("/v1/complaint-terms/32.04").await;
    assert!(inherited.header("etag").is_none());
    let inherited = inherited.expect(200);
    assert_eq!((&inherited["set_in"], &inherited["version"]), (&json!("ID"), &json!(0)));

    put(&world.manager, "ID", Some("\"1\""), terms(9)).await.expect_problem(403, "region-not-granted");
    put(&world.manager, "34.04", Some("\"0\""), terms(9)).await.expect_problem(403, "region-not-granted");
    put(&world.manager, "32.04", None, terms(9)).await.expect_problem(428, "precondition-required");
    put(&world.manager, "32.04", Some("\"1\""), terms(9)).await.expect_problem(412, "version-mismatch");
    let refused =
        put(&world.manager, "32.04", Some("\"0\""), terms(400)).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/reopen_days".into(), "out_of_range".into())]);
    let set = put(&world.manager, "32.04", Some("\"0\""), terms(9)).await;
    assert_eq!((set.header("etag"), set.header("location")), (Some("\"1\""), Some("/v1/complaint-terms/32.04")));
    assert_eq!(set.expect(201)["set_by"], "bandung-mgr");
    put(&world.manager, "32.04", Some("\"0\""), terms(8)).await.expect_problem(412, "version-mismatch");
    assert_eq!(put(&world.manager, "32.04", Some("\"1\""), terms(8)).await.expect(200)["version"], 2);
    let inside = anonymous.get(&format!("/v1/complaint-terms/{VILLAGE}")).await.expect(200);
    assert_eq!((&inside["set_in"], &inside["reopen_days"]), (&json!("32.04"), &json!(8)));
    assert_eq!(anonymous.get("/v1/complaint-terms/34.04").await.expect(200)["reopen_days"], 30);
    anonymous.get("/v1/complaint-terms/99").await.expect_problem(404, "not-found");

    send(&world.manager, Method::DELETE, "32.04", None, None).await.expect_problem(428, "precondition-required");
    assert_eq!(send(&world.manager, Method::DELETE, "32.04", Some("\"2\""), None).await.status, 204);
    assert_eq!(anonymous.get("/v1/complaint-terms/32.04").await.expect(200)["set_in"], "ID");
    let ministry = world.server.session("ministry", None, &["ID"], &[P::DIRECTORY_WRITE]);
    let last = send(&ministry, Method::DELETE, "ID", Some("\"1\""), None).await;
    last.expect_problem(409, "terms-of-last-resort");
    let trail = world.auditor.get("/v1/audit-records?limit=200").await.expect(200);
    let mut done: Vec<_> = trail["items"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    done.sort_unstable();
    assert_eq!(done, ["complaint_terms.remove", "complaint_terms.set", "complaint_terms.set"]);
}

#[actix_web::test]
async fn complaints_follow_the_terms_of_their_region() {
    let world = World::start().await;
    put(&world.manager, "32.04", Some("\"0\""), terms(0)).await.expect(201);
    let id = world.complaint().await;
    world.step(&world.back, &id, "ask", json!({ "question": "Di mana?" })).await;
    // More than one working day even with a weekend and holidays, and less than the ten working days of the country.
    world.server.shared.clock.advance(TimeDelta::days(12));
    world.server.work().await;
    let may = [P::COMPLAINTS_SUBMIT, P::COMPLAINTS_READ];
    let late = world.server.session("bandung-late", None, &["32.04"], &may);
    let path = format!("/v1/complaints/{id}");
    assert_eq!(late.get(&path).await.expect(200)["status"], "resolved");
    world.server.shared.clock.advance(TimeDelta::seconds(60));
    let again = late.post(&format!("{path}/reopen"), json!({ "reason": "Belum." })).await;
    again.expect_problem(409, "reopen-window-passed");
}
