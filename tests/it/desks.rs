//! Desks, officers, assignments and the coverage report.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::world::organization;
use crate::support::{Session, World};

const HERE: &str = "32.04.05.2001";

fn puskesos() -> Value {
    json!({
        "kind": "puskesos", "organization_id": organization("slrt-bandung"), "name": "Puskesos Contoh",
        "region_code": HERE, "opening_hours": "Senin–Jumat 08.00–15.00", "villages": [HERE],
    })
}

fn officer(id: &str) -> Value {
    json!({
        "id": id, "organization_id": organization("slrt-bandung"), "name": "Dewi Lestari",
        "regions": ["32.04.05"], "roles": ["facilitator"],
    })
}

fn assignment(who: &str, duty: &str, desk: &Value) -> Value {
    json!({
        "staff_id": who, "duty": duty, "region_code": HERE, "desk_id": desk, "since": "2026-01-05",
        "assignment_order": "SPT/460/12/2026",
    })
}

async fn change(session: &Session, method: Method, path: &str, version: i32, body: Value) -> Value {
    let version = format!("\"{version}\"");
    session.send(method, path, &[("if-match", &version)], Some(body)).await.expect(200)
}

fn administrator(world: &World) -> Session {
    world.server.session("admin", None, &["32.04"], &[P::ACCESS_ADMIN, P::STATS_READ, P::COMPLAINTS_READ])
}

#[actix_web::test]
async fn the_coverage_of_a_desk_shows_officers_and_gaps() {
    let world = World::start().await;
    let admin = administrator(&world);
    let desk = world.manager.post("/v1/desks", puskesos()).await.expect(201);
    for who in ["relawan-1", "relawan-2", "fasilitator-1"] {
        admin.post("/v1/staff", officer(who)).await.expect(201);
    }
    let path = format!("/v1/desks/{}/coverage", desk["id"].as_str().unwrap());
    let empty = world.front.get(&path).await.expect(200);
    assert_eq!(empty["villages"][0]["gaps"], json!(["facilitator", "volunteers"]));
    for (who, duty) in [("relawan-1", "volunteer"), ("relawan-2", "volunteer"), ("fasilitator-1", "facilitator")] {
        world.manager.post("/v1/facilitator-assignments", assignment(who, duty, &desk["id"])).await.expect(201);
    }
    let again = assignment("relawan-1", "volunteer", &desk["id"]);
    world.manager.post("/v1/facilitator-assignments", again).await.expect_problem(409, "already-assigned");
    let covered = world.front.get(&path).await.expect(200);
    assert_eq!(
        (&covered["villages"][0]["gaps"], covered["villages"][0]["people"].as_array().unwrap().len()),
        (&json!([]), 3)
    );
    // A disabled officer covers no village.
    let off = json!({ "active": false });
    let disabled = change(&admin, Method::PATCH, "/v1/staff/relawan-2", 1, off).await;
    assert_eq!((&disabled["active"], &disabled["version"]), (&json!(false), &json!(2)));
    let covered = world.front.get(&path).await.expect(200);
    assert_eq!(covered["villages"][0]["gaps"], json!(["volunteers"]));
}

#[actix_web::test]
async fn the_coverage_report_counts_villages_by_district() {
    let world = World::start().await;
    let whole = json!({
        "kind": "slrt", "organization_id": organization("slrt-bandung"), "name": "SLRT", "region_code": "32.04",
    });
    let desk = world.manager.post("/v1/desks", whole).await.expect(201);
    let overseer = world.server.session("jabar", None, &["32"], &[P::STATS_READ]);
    let report = overseer.get("/v1/coverage-report?region_code=32").await.expect(200);
    assert!(report["total"]["villages"].as_u64().unwrap() > 5_000);
    let of = |report: &Value, code: &str| -> Value {
        report["districts"].as_array().unwrap().iter().find(|d| d["region_code"] == code).unwrap()["counts"].clone()
    };
    assert_eq!(of(&report, "32.04.05")["without_desk"], 0);
    assert_ne!(of(&report, "32.05.01")["without_desk"], 0);
    // A report on a district includes the desk of its regency.
    let district = overseer.get("/v1/coverage-report?region_code=32.04.05").await.expect(200);
    assert_eq!(district["total"], of(&report, "32.04.05"));
    let gaps = overseer.get("/v1/coverage-report/villages?region_code=32&missing=desk&limit=3").await.expect(200);
    assert_eq!(gaps["items"].as_array().unwrap().len(), 3);
    let next = gaps["next_cursor"].as_str().unwrap();
    let path = format!("/v1/coverage-report/villages?region_code=32&missing=desk&limit=3&cursor={next}");
    let more = overseer.get(&path).await.expect(200);
    assert!(more["items"][0]["region_code"].as_str() > gaps["items"][2]["region_code"].as_str());
    overseer.get("/v1/coverage-report?region_code=34").await.expect_problem(404, "not-found");
    let closed = format!("/v1/desks/{}", desk["id"].as_str().unwrap());
    change(&world.manager, Method::PATCH, &closed, 1, json!({ "active": false })).await;
    let report = overseer.get("/v1/coverage-report?region_code=32.04").await.expect(200);
    assert_eq!(report["total"]["without_desk"], report["total"]["villages"]);
}

#[actix_web::test]
async fn desks_of_a_village_are_public() {
    let world = World::start().await;
    let desk = world.manager.post("/v1/desks", puskesos()).await.expect(201);
    let anonymous = world.server.anonymous();
    let found = anonymous.get(&format!("/v1/desks?serving={HERE}")).await.expect(200);
    assert_eq!(found["items"][0]["id"], desk["id"]);
    assert!(anonymous.get("/v1/desks?serving=32.04.05.2002").await.expect(200)["items"].as_array().unwrap().is_empty());
    let path = format!("/v1/desks/{}", desk["id"].as_str().unwrap());
    let villages = json!({ "villages": ["32.04.05.2001", "32.04.05.2002"] });
    let changed = change(&world.manager, Method::PUT, &format!("{path}/villages"), 1, villages).await;
    assert_eq!((&changed["version"], changed["villages"].as_array().unwrap().len()), (&json!(2), 2));
    assert_eq!(
        anonymous.get("/v1/desks?serving=32.04.05.2002").await.expect(200)["items"].as_array().unwrap().len(),
        1
    );
    let wrong = json!({ "villages": ["34.04.07.2001", "32.04.05"] });
    let refused = world
        .manager
        .send(Method::PUT, &format!("{path}/villages"), &[("if-match", "\"2\"")], Some(wrong))
        .await
        .expect_problem(422, "validation-failed");
    let expected = [("/villages/0", "outside_desk_region"), ("/villages/1", "village_required")];
    assert_eq!(faults(&refused), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[actix_web::test]
async fn an_administrator_cannot_give_regions_outside_their_own() {
    let world = World::start().await;
    let admin = administrator(&world);
    let mut wide = officer("terlalu-luas");
    wide["regions"] = json!(["32.04", "34.04"]);
    let refused = admin.post("/v1/staff", wide).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/regions/1".into(), "outside_your_regions".into())]);
    let mut foreign = officer("orang-lain");
    foreign["organization_id"] = json!(organization("slrt-sleman"));
    let refused = admin.post("/v1/staff", foreign).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/organization_id".into(), "unknown_organization".into())]);
    let made = admin.post("/v1/staff", officer("bandung-bo-9")).await.expect(201);
    admin.post("/v1/staff", officer("bandung-bo-9")).await.expect_problem(409, "already-exists");
    let wider = json!({ "regions": ["34.04"] });
    admin
        .send(Method::PATCH, "/v1/staff/bandung-bo-9", &[("if-match", "\"1\"")], Some(wider))
        .await
        .expect_problem(422, "validation-failed");
    let changed = change(&admin, Method::PATCH, "/v1/staff/bandung-bo-9", 1, json!({ "roles": ["back_office"] })).await;
    assert_eq!((&changed["roles"], &changed["name"]), (&json!(["back_office"]), &made["name"]));
    let listed = admin.get("/v1/staff?role=back_office&active=true").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let trail = format!("/v1/audit-records?target_id={}", made["record_id"].as_str().unwrap());
    let trail = world.auditor.get(&trail).await.expect(200);
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|r| r["action"].clone()).collect();
    assert_eq!(actions, ["staff.change", "staff.create"]);
    assert!(!trail.to_string().contains("Dewi"));
}

#[actix_web::test]
async fn an_assignment_has_an_order_and_an_end() {
    let world = World::start().await;
    let admin = administrator(&world);
    let desk = world.manager.post("/v1/desks", puskesos()).await.expect(201);
    admin.post("/v1/staff", officer("relawan-1")).await.expect(201);
    let mut wrong = assignment("tidak-ada", "volunteer", &Value::Null);
    wrong["until"] = json!("2025-01-01");
    let refused =
        world.manager.post("/v1/facilitator-assignments", wrong).await.expect_problem(422, "validation-failed");
    let mut found = faults(&refused);
    found.sort();
    let expected = [("/desk_id", "required"), ("/staff_id", "unknown_officer"), ("/until", "ends_before_it_begins")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let body = assignment("relawan-1", "volunteer", &desk["id"]);
    let made = world.manager.post("/v1/facilitator-assignments", body.clone()).await.expect(201);
    let path = format!("/v1/facilitator-assignments/{}", made["id"].as_str().unwrap());
    let ended = world.manager.post(&format!("{path}/end"), json!({ "until": "2026-06-30" })).await.expect(200);
    assert_eq!((&ended["until"], &ended["version"]), (&json!("2026-06-30"), &json!(2)));
    let on = |day: &str| format!("/v1/facilitator-assignments?region_code=32.04&on={day}");
    assert_eq!(world.front.get(&on("2026-06-30")).await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.front.get(&on("2026-07-01")).await.expect(200)["items"].as_array().unwrap().len(), 0);
    // A later assignment order for the same village does not overlap.
    let mut next = body;
    next["since"] = json!("2026-07-01");
    world.manager.post("/v1/facilitator-assignments", next).await.expect(201);
}
