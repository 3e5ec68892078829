//! The authorization matrix: for every operation of the contract, no token is 401, any other permission is 403, and another
//! region is 404.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::auth::permission::Permission;
use slrt::imports::export::EXPORT;

use crate::support::contract::operations;
use crate::support::{Session, World};

struct Guarded {
    path: String,
    method: Method,
    permission: Permission,
    body: Option<Value>,
}

fn guarded() -> Vec<Guarded> {
    operations()
        .into_iter()
        .filter_map(|(path, method, operation)| {
            let permission = operation["security"][0]["oauth2"][0].as_str()?.parse().expect("a known permission");
            let body = operation["requestBody"]["content"]["application/json"].get("example").cloned();
            Some(Guarded { path, method: method.to_uppercase().parse().unwrap(), permission, body })
        })
        .collect()
}

fn with_id(path: &str, id: &str) -> String {
    path.replace("{id}", id).replace("{code}", id)
}

async fn call(session: &Session, operation: &Guarded, id: &str) -> crate::support::Answer {
    session.send(operation.method.clone(), &with_id(&operation.path, id), &[], operation.body.clone()).await
}

#[actix_web::test]
async fn without_a_token_every_guarded_operation_is_401() {
    let world = World::start().await;
    let anonymous = world.server.anonymous();
    let operations = guarded();
    assert!(operations.len() > 25);
    for operation in operations {
        let answer = call(&anonymous, &operation, "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e").await;
        let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
        answer.expect_problem(401, "invalid-token");
        assert!(challenge.contains("error=\"invalid_token\""), "{}: {challenge}", operation.path);
    }
}

#[actix_web::test]
async fn without_its_permission_every_operation_is_403_and_names_it() {
    let world = World::start().await;
    for operation in guarded() {
        let others: Vec<Permission> =
            Permission::all().iter().copied().filter(|p| *p != operation.permission).collect();
        let session = world.server.session("all-but-one", None, &["ID"], &others);
        let answer = call(&session, &operation, "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e").await;
        let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
        answer.expect_problem(403, "insufficient-scope");
        assert!(challenge.contains(operation.permission.as_str()), "{}: {challenge}", operation.path);
    }
}

#[actix_web::test]
async fn a_resource_in_another_region_is_404_like_one_that_does_not_exist() {
    let world = World::start().await;
    let complaint = world.complaint().await;
    let referral = world.requested().await;
    let family = world.family().await;
    let member = world.member_of(&family).await;
    let job = world.job(&world.front, EXPORT, json!({})).await;
    let day = serde_json::json!({
        "region_code": "32.04", "day": "2026-04-20", "kind": "regional", "name": "Hari Jadi", "source": "Perbup 1/2026",
    });
    let holiday = world.manager.post("/v1/holidays", day).await.expect(201);
    let holiday = holiday["id"].as_str().unwrap().to_owned();
    let attachment = world.attachment(&complaint).await;
    let message = world.message_about(&complaint).await;
    let device = world.device("bandung-fas").await;
    let visit = world.visit(&complaint).await;
    let figures = serde_json::json!({
        "kind": "ordinary", "first_response_days": 1, "resolution_days": 4,
        "province_after_days": 1, "ministry_after_days": 2, "source": "Perbup 7/2026",
    });
    let target = serde_json::json!({ "region_code": "32.04", "figures": figures });
    let target = world.manager.post("/v1/service-level-targets", target).await.expect(201);
    let target = target["id"].as_str().unwrap().to_owned();
    let proposal = world.proposal().await;
    let consent = world.consent(&member).await;
    let request = world.subject_request(&member, "access").await;
    let bandung = crate::support::world::organization("slrt-bandung");
    let desk = json!({ "kind": "slrt", "organization_id": bandung, "name": "SLRT", "region_code": "32.04" });
    let desk = world.manager.post("/v1/desks", desk).await.expect(201);
    let admin = world.server.session("admin", None, &["32.04"], &[slrt::slices::permissions::ACCESS_ADMIN]);
    let officer = json!({
        "id": "relawan-1", "organization_id": bandung, "name": "Dewi", "regions": ["32.04"], "roles": ["facilitator"],
    });
    admin.post("/v1/staff", officer).await.expect(201);
    let assignment = json!({
        "staff_id": "relawan-1", "duty": "facilitator", "region_code": "32.04.05.2001", "since": "2026-01-05",
        "assignment_order": "SPT 1",
    });
    let assignment = world.manager.post("/v1/facilitator-assignments", assignment).await.expect(201);
    let id_of = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let may = [slrt::slices::permissions::COMPLAINTS_SUBMIT, slrt::slices::permissions::ELIGIBILITY_CHECK];
    let submitter = world.server.session("bandung-fo", None, &["32.04"], &may);
    let objection = crate::eligibility_objections::objection(&family);
    let objection = submitter.post("/v1/eligibility/objections", objection).await.expect(201);
    let objection = objection["complaint_id"].as_str().unwrap().to_owned();
    let owned = [
        ("/v1/eligibility/objections/{id}", objection),
        ("/v1/attachments/{id}", attachment),
        ("/v1/messages/{id}", message),
        ("/v1/devices/{id}", device),
        ("/v1/visits/{id}", visit),
        ("/v1/jobs/{id}", job),
        ("/v1/referral-needs/{id}", world.need().await),
        ("/v1/complaints/{id}", complaint),
        ("/v1/referrals/{id}", referral),
        ("/v1/organizations/{id}", crate::support::world::organization("slrt-bandung").to_string()),
        ("/v1/services/{id}", world.own_service(json!({})).await),
        ("/v1/families/{id}", family),
        ("/v1/persons/{id}", member),
        ("/v1/holidays/{id}", holiday),
        ("/v1/desks/{id}", id_of(&desk)),
        ("/v1/facilitator-assignments/{id}", id_of(&assignment)),
        ("/v1/staff/{id}", "relawan-1".to_owned()),
        ("/v1/service-level-targets/{id}", target),
        ("/v1/registry-proposals/{id}", proposal),
        ("/v1/consents/{id}", consent),
        ("/v1/subject-requests/{id}", request),
    ];
    let mut checked = 0;
    for operation in guarded().into_iter().filter(|o| o.path.contains("{id}")) {
        let id = owned.iter().find(|(prefix, _)| operation.path.starts_with(prefix));
        let (_, id) = id.unwrap_or_else(|| panic!("no example of {} for this test", operation.path));
        let export = operation.path.ends_with("/subject-export");
        let purpose = [("access-purpose", if export { "subject_request" } else { "supervision" })];
        let path = with_id(&operation.path, id);
        let foreign = world.elsewhere.send(operation.method.clone(), &path, &purpose, operation.body.clone()).await;
        let unknown = with_id(&operation.path, "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e");
        let missing = world.elsewhere.send(operation.method.clone(), &unknown, &purpose, operation.body.clone()).await;
        let (mut a, mut b) = (foreign.expect_problem(404, "not-found"), missing.expect_problem(404, "not-found"));
        for problem in [&mut a, &mut b] {
            problem["trace_id"] = Value::Null;
            problem["instance"] = Value::Null;
        }
        assert_eq!(a, b, "{}", operation.path);
        checked += 1;
    }
    assert!(checked > 20);
}

#[actix_web::test]
async fn a_list_contains_nothing_of_another_region() {
    let world = World::start().await;
    world.complaint().await;
    world.requested().await;
    for path in ["/v1/complaints", "/v1/referrals", "/v1/events"] {
        let found = world.elsewhere.get(path).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 0, "{path}");
    }
    let wider = world.elsewhere.get("/v1/complaints?region_code=32.04").await.expect(200);
    assert_eq!(wider["items"].as_array().unwrap().len(), 0);
    assert_eq!(world.province.get("/v1/complaints").await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn creating_a_resource_in_another_region_is_403() {
    let world = World::start().await;
    let body = crate::support::world::submission();
    world.elsewhere.post("/v1/complaints", body).await.expect_problem(403, "region-not-granted");
    let referral = world.referral(None).await;
    world.elsewhere.post("/v1/referrals", referral).await.expect_problem(403, "region-not-granted");
}
