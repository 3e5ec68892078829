//! The main process, end to end: complaint, decision, referrals, answer, closure.

use serde_json::json;

use crate::support::World;

#[actix_web::test]
async fn a_complaint_with_two_referrals_is_answered_and_closed() {
    let world = World::start().await;
    let complaint = world.pending_complaint().await;
    let path = format!("/v1/complaints/{complaint}");
    let approve = json!({ "outcome": "refer" });
    world.manager.post(&format!("{path}/approve"), approve.clone()).await.expect_problem(422, "nothing-to-refer");

    let first = world.draft(Some(&complaint)).await;
    let second = world.draft(Some(&complaint)).await;
    let referred = world.step(&world.manager, &complaint, "approve", approve).await;
    assert_eq!(referred["status"], "referred");
    let sent = world.back.get(&format!("/v1/referrals?complaint_id={complaint}&status=requested")).await.expect(200);
    assert_eq!(sent["items"].as_array().unwrap().len(), 2);

    for (referral, last) in [(&first, false), (&second, true)] {
        let at = format!("/v1/referrals/{referral}");
        world.pkh.act(&format!("{at}/accept")).await.expect(200);
        let done = json!({ "outcome": "enrolled", "delivered_on": "2026-01-10", "note": "Selesai." });
        world.pkh.post(&format!("{at}/complete"), done).await.expect(200);
        let status = world.front.get(&path).await.expect(200)["status"].clone();
        assert_eq!(status, if last { "in_progress" } else { "referred" });
    }
    world.step(&world.back, &complaint, "recommend", json!({ "kind": "resolve", "text": "Sudah terdaftar." })).await;
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Keluarga sudah terdaftar PKH." });
    world.step(&world.manager, &complaint, "approve", decision).await;
    let closed = world.step(&world.front, &complaint, "close", json!({ "satisfaction": 5 })).await;
    assert_eq!(closed["status"], "closed");
}

#[actix_web::test]
async fn a_complaint_with_an_open_referral_is_not_closed() {
    let world = World::start().await;
    let complaint = world.pending_complaint().await;
    let referral = world.draft(Some(&complaint)).await;
    world.back.act(&format!("/v1/referrals/{referral}/request")).await.expect(200);
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Sudah." });
    world.step(&world.manager, &complaint, "approve", decision).await;
    let path = format!("/v1/complaints/{complaint}/close");
    world.front.post(&path, json!({})).await.expect_problem(409, "complaint-has-open-referrals");
    let cancel = json!({ "reason": "resolved_otherwise" });
    world.back.post(&format!("/v1/referrals/{referral}/cancel"), cancel).await.expect(200);
    world.front.post(&path, json!({})).await.expect(200);
}

#[actix_web::test]
async fn two_referrals_that_end_concurrently_change_the_complaint_once() {
    let world = World::start().await;
    let complaint = world.pending_complaint().await;
    let ids = [world.draft(Some(&complaint)).await, world.draft(Some(&complaint)).await];
    world.step(&world.manager, &complaint, "approve", json!({ "outcome": "refer" })).await;
    let reject = async |id: &str| {
        let body = json!({ "reason": "not_eligible" });
        world.pkh.post(&format!("/v1/referrals/{id}/reject"), body).await
    };
    let (a, b) = tokio::join!(reject(&ids[0]), reject(&ids[1]));
    assert_eq!((a.status, b.status), (200, 200));
    let timeline = world.front.get(&format!("/v1/complaints/{complaint}/timeline")).await.expect(200);
    let moves = timeline["items"].as_array().unwrap().iter().filter(|e| e["action"] == "referrals_ended").count();
    assert_eq!(moves, 1);
    let last = timeline["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["actor"], "system");
    assert_eq!(world.front.get(&format!("/v1/complaints/{complaint}")).await.expect(200)["status"], "in_progress");
}
