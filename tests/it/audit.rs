//! Tests of the audit trail: every change leaves a row, without personal data.

use serde_json::json;

use crate::support::World;

#[actix_web::test]
async fn every_step_of_the_main_flow_is_audited() {
    let world = World::start().await;
    let complaint = world.pending_complaint().await;
    let referral = world.draft(Some(&complaint)).await;
    world.step(&world.manager, &complaint, "approve", json!({ "outcome": "refer" })).await;
    world.pkh.act(&format!("/v1/referrals/{referral}/accept")).await.expect(200);
    let trail = world.auditor.get("/v1/audit-records?limit=200").await.expect(200);
    let mut actions: Vec<(String, String)> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["action"].as_str().unwrap().to_owned(), r["actor"].as_str().unwrap().to_owned()))
        .collect();
    actions.sort();
    let expected = [
        ("complaint.recommend", "bandung-bo"),
        ("complaint.refer", "bandung-mgr"),
        ("complaint.start", "bandung-bo"),
        ("complaint.submit", "bandung-fo"),
        ("complaint.verify", "bandung-bo"),
        ("referral.accept", "pkh"),
        ("referral.create", "bandung-bo"),
        ("referral.request", "bandung-mgr"),
    ];
    assert_eq!(actions, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert!(!trail.to_string().contains("Siti"));
    let refused = world.front.get("/v1/audit-records").await;
    refused.expect_problem(403, "insufficient-scope");
}

#[actix_web::test]
async fn a_refused_request_is_not_audited() {
    let world = World::start().await;
    let id = world.complaint().await;
    world
        .back
        .post(&format!("/v1/complaints/{id}/recommend"), json!({}))
        .await
        .expect_problem(409, "complaint-invalid-transition");
    world.back.post(&format!("/v1/complaints/{id}/verify"), json!({})).await.expect_problem(422, "validation-failed");
    let trail = world.auditor.get(&format!("/v1/audit-records?target_id={id}")).await.expect(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
}
