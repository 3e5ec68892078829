//! The other actions on complaints: transfer, questions, duplicates, reopening, appeal, and automatic actions of the
//! service.

use chrono::TimeDelta;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::world::submission;
use crate::support::{Session, World};

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

/// A session of the desk that is valid at the server's current time.
fn desk(world: &World) -> Session {
    let may = [P::COMPLAINTS_SUBMIT, P::COMPLAINTS_READ, P::COMPLAINTS_HANDLE, P::COMPLAINTS_APPROVE];
    world.server.session("bandung-late", None, &["32.04"], &may)
}

#[actix_web::test]
async fn a_question_pauses_the_complaint_and_the_answer_resumes_it() {
    let world = World::start().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "enrolment", "priority": "normal" })).await;
    let asked = world.step(&world.back, &id, "ask", json!({ "question": "Di sekolah mana?" })).await;
    assert_eq!((asked["status"].as_str(), asked["sla"]["state"].as_str()), (Some("awaiting_info"), Some("paused")));
    let path = format!("/v1/complaints/{id}");
    assert_eq!(world.front.get(&path).await.expect(200)["question"], "Di sekolah mana?");
    let refused = world.back.post(&format!("{path}/start"), json!({})).await;
    refused.expect_problem(409, "complaint-invalid-transition");
    let answered = world.step(&world.front, &id, "answer", json!({ "answer": "SDN Cileunyi 1." })).await;
    assert_eq!(answered["status"], "verified");
    let exchanges = world.front.get(&format!("{path}/exchanges")).await.expect(200);
    assert_eq!(exchanges["items"][0]["answer"], "SDN Cileunyi 1.");
    assert!(world.front.get(&path).await.expect(200).get("question").is_none());
}

#[actix_web::test]
async fn an_unanswered_question_resolves_the_complaint_once_and_it_can_be_reopened() {
    let world = World::start().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "ask", json!({ "question": "Di mana?" })).await;
    world.server.work().await;
    assert_eq!(world.front.get(&format!("/v1/complaints/{id}")).await.expect(200)["status"], "awaiting_info");
    world.server.shared.clock.advance(TimeDelta::days(30));
    tokio::join!(world.server.work(), world.server.work());
    let late = desk(&world);
    let ended = late.get(&format!("/v1/complaints/{id}")).await.expect(200);
    let how = (ended["status"].as_str(), ended["resolution"]["decision"].as_str(), ended["version"].as_i64());
    assert_eq!(how, (Some("resolved"), Some("no_response"), Some(3)));
    let reopened = world.step(&late, &id, "reopen", json!({ "reason": "Saya baru kembali." })).await;
    let how = (reopened["status"].as_str(), reopened["reopen_count"].as_i64());
    assert_eq!(how, (Some("in_progress"), Some(1)));
    assert!(reopened.get("resolution").is_none());
}

#[actix_web::test]
async fn an_unconfirmed_resolution_closes_automatically_and_the_reopening_window_ends() {
    let world = World::start().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "low" })).await;
    world.step(&world.back, &id, "inform", json!({ "answer": "Loket buka pukul delapan." })).await;
    world.server.shared.clock.advance(TimeDelta::days(40));
    world.server.work().await;
    let late = desk(&world);
    assert_eq!(late.get(&format!("/v1/complaints/{id}")).await.expect(200)["status"], "closed");
    world.server.shared.clock.advance(TimeDelta::days(31));
    let later = desk(&world);
    let again = later.post(&format!("/v1/complaints/{id}/reopen"), json!({ "reason": "Belum." })).await;
    again.expect_problem(409, "reopen-window-passed");
}

#[actix_web::test]
async fn the_old_region_of_a_transferred_complaint_can_read_it_but_not_act() {
    let world = World::start().await;
    let id = world.complaint().await;
    let path = format!("/v1/complaints/{id}");
    let nowhere = json!({ "region_code": "99.99", "note": "Salah wilayah." });
    let refused = world.back.post(&format!("{path}/transfer"), nowhere).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/region_code".into(), "unknown_region".into())]);
    for wide in ["ID", "34"] {
        let body = json!({ "region_code": wide, "note": "Bukan wilayah kami." });
        let refused = world.back.post(&format!("{path}/transfer"), body).await.expect_problem(422, "validation-failed");
        let code = if wide == "ID" { "format" } else { "wider_than_regency" };
        assert_eq!(faults(&refused), [("/region_code".into(), code.into())]);
    }
    let note = world.back.post(&format!("{path}/transfer"), json!({ "region_code": "34.04.01.2001" })).await;
    assert_eq!(faults(&note.expect_problem(422, "validation-failed")), [("/note".into(), "required".into())]);

    let moved = json!({ "region_code": "34.04.01.2001", "note": "Keluarga sudah pindah ke Sleman." });
    world.step(&world.back, &id, "transfer", moved).await;
    assert_eq!(world.elsewhere.get(&path).await.expect(200)["status"], "received");
    let seen = world.front.get(&path).await.expect(200);
    assert_eq!(
        (seen["region_code"].as_str(), seen["allowed_actions"].as_array().unwrap().len()),
        (Some("34.04.01.2001"), 0)
    );
    world.front.get(&format!("{path}/timeline")).await.expect(200);
    let verify = json!({ "class": "enrolment", "priority": "normal" });
    world.back.post(&format!("{path}/verify"), verify.clone()).await.expect_problem(403, "region-not-granted");
    assert_eq!(world.front.get("/v1/complaints").await.expect(200)["items"].as_array().unwrap().len(), 0);
    let passed_on = world.front.get("/v1/complaints?passed_on=true").await.expect(200);
    assert_eq!(passed_on["items"][0]["id"], id.as_str());
    world.elsewhere.post(&format!("{path}/verify"), verify).await.expect(200);
    let events = world.front.get("/v1/events?type=complaint.transferred").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn duplicates_point_to_the_root_and_form_no_cycles() {
    let world = World::start().await;
    let ids = [world.complaint().await, world.complaint().await, world.complaint().await];
    let mark = async |from: &str, to: &str| {
        let body = json!({ "duplicate_of": to });
        world.back.post(&format!("/v1/complaints/{from}/mark-duplicate"), body).await
    };
    let fault = |answer: crate::support::Answer| faults(&answer.expect_problem(422, "validation-failed"))[0].1.clone();
    assert_eq!(fault(mark(&ids[0], &ids[0]).await), "itself");
    assert_eq!(fault(mark(&ids[0], "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e").await), "unknown_complaint");
    mark(&ids[1], &ids[0]).await.expect(200);
    // A duplicate of a duplicate is a duplicate of the first.
    assert_eq!(mark(&ids[2], &ids[1]).await.expect(200)["duplicate_of"], ids[0].as_str());
    assert_eq!(fault(mark(&ids[0], &ids[1]).await), "repeats_this_one");
    // If the root is marked as a duplicate too, all its duplicates point to the new root.
    let older = world.complaint().await;
    mark(&ids[0], &older).await.expect(200);
    for id in &ids {
        let seen = world.front.get(&format!("/v1/complaints/{id}")).await.expect(200);
        assert_eq!((seen["status"].as_str(), seen["duplicate_of"].as_str()), (Some("duplicate"), Some(older.as_str())));
    }
}

#[actix_web::test]
async fn two_complaints_marked_as_duplicates_of_each_other_form_no_cycle() {
    let world = World::start().await;
    let (a, b) = (world.complaint().await, world.complaint().await);
    let mark = async |from: &str, to: &str| {
        let body = json!({ "duplicate_of": to });
        world.back.post(&format!("/v1/complaints/{from}/mark-duplicate"), body).await.status
    };
    let (one, other) = tokio::join!(mark(&a, &b), mark(&b, &a));
    let mut both = [one, other];
    both.sort_unstable();
    assert_eq!(both, [200, 422]);
}

#[actix_web::test]
async fn a_marking_does_not_wait_for_another_regency() {
    let world = World::start().await;
    let submit = async || {
        let mut body = submission();
        body["region_code"] = json!("34.04.07.2001");
        let made = world.elsewhere.post("/v1/complaints", body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let (a, b) = (submit().await, submit().await);
    // A marking in Bandung holds its lock.
    let mut bandung = world.server.connection().await;
    let lock = "begin; select pg_advisory_xact_lock(hashtext('complaints/mark-duplicate/32.04'))";
    diesel_async::SimpleAsyncConnection::batch_execute(&mut bandung, lock).await.unwrap();
    let mark = async |from: &str, to: &str| {
        let body = json!({ "duplicate_of": to });
        world.elsewhere.post(&format!("/v1/complaints/{from}/mark-duplicate"), body).await
    };
    let (one, other) = tokio::join!(mark(&a, &b), mark(&b, &a));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [200, 422]);
    let here = world.complaint().await;
    let across = mark(&a, &here).await;
    assert!(matches!(across.status, 409 | 422), "a complaint of another regency is not visible");
}

#[actix_web::test]
async fn an_obsolete_timer_does_not_block_others() {
    let world = World::start().await;
    let (stuck, waiting) = (world.complaint().await, world.complaint().await);
    world.step(&world.back, &waiting, "ask", json!({ "question": "Di mana?" })).await;
    let mut conn = world.server.connection().await;
    let timer =
        format!("insert into complaint_timers values ('{stuck}', 'close_unanswered', now() - interval '1 day')");
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, &timer).await.unwrap();
    world.server.shared.clock.advance(TimeDelta::days(30));
    world.server.work().await;
    let late = desk(&world);
    let status = async |id: &str| late.get(&format!("/v1/complaints/{id}")).await.expect(200)["status"].clone();
    assert_eq!((status(&stuck).await, status(&waiting).await), (json!("received"), json!("resolved")));
    let auditor = world.server.session("auditor", None, &["ID"], &[P::AUDIT_READ]);
    let trail = auditor.get(&format!("/v1/audit-records?target_id={stuck}")).await.expect(200);
    let done: Vec<_> = trail["items"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(done.iter().filter(|a| **a == "complaint.drop_timer").count(), 1, "{done:?}");
}

#[actix_web::test]
async fn a_complaint_without_a_clock_gets_one_as_if_it_had_run_since_receipt() {
    let world = World::start().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "enrolment", "priority": "normal" })).await;
    let path = format!("/v1/complaints/{id}");
    let before = world.front.get(&path).await.expect(200);
    let mut conn = world.server.connection().await;
    let old = format!(
        "delete from complaint_clocks where complaint_id = '{id}'; insert into complaints_without_clock values ('{id}')"
    );
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, &old).await.unwrap();
    assert!(world.front.get(&path).await.expect(200).get("sla").is_none());
    world.server.work().await;
    world.server.work().await;
    let after = world.front.get(&path).await.expect(200);
    assert_eq!((&after["sla"], &after["version"]), (&before["sla"], &before["version"]));
    let queue = world.back.get("/v1/work-queue").await.expect(200);
    assert_eq!(queue["items"][0]["id"], id.as_str());
}

#[actix_web::test]
async fn a_submission_lists_possible_duplicates_within_the_callers_regions() {
    let world = World::start().await;
    let first = world.complaint().await;
    let mut body = submission();
    body["description"] = json!("Keluarga dengan dua anak sekolah belum pernah menerima bantuan PKH");
    let made = world.front.post("/v1/complaints", body).await.expect(201);
    let found = &made["possible_duplicates"];
    assert_eq!((found.as_array().unwrap().len(), found[0]["id"].as_str()), (1, Some(first.as_str())));
    assert_eq!(codes(&found[0]["reasons"]), ["same_place", "same_sector", "similar_words"]);
    let path = format!("/v1/complaints/{}/duplicate-candidates", made["id"].as_str().unwrap());
    assert_eq!(world.front.get(&path).await.expect(200)["items"][0]["id"], first.as_str());
    let mut other = submission();
    other["sector"] = json!("infrastructure");
    other["description"] = json!("Jembatan gantung putus diterjang banjir.");
    let made = world.front.post("/v1/complaints", other).await.expect(201);
    assert!(made.get("possible_duplicates").is_none());
}

#[actix_web::test]
async fn an_appeal_goes_to_the_province_and_is_possible_once() {
    let world = World::start().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "reject", json!({ "reason": "out_of_scope" })).await;
    let path = format!("/v1/complaints/{id}/appeal");
    let words = json!({ "description": "Ini termasuk layanan SLRT." });
    let made = world.front.post(&path, words.clone()).await.expect(201);
    assert_eq!((made["appeal_of"].as_str(), made["region_code"].as_str()), (Some(id.as_str()), Some("32")));
    world.front.post(&path, words.clone()).await.expect_problem(409, "appeal-exists");
    let appeal = format!("/v1/complaints/{}", made["id"].as_str().unwrap());
    assert_eq!(world.front.get(&appeal).await.expect(200)["allowed_actions"], json!([]));
    let verify = json!({ "class": "enrolment", "priority": "normal" });
    world.back.post(&format!("{appeal}/verify"), verify.clone()).await.expect_problem(403, "region-not-granted");
    let province = world.server.session(
        "jabar-bo",
        None,
        &["32"],
        &[P::COMPLAINTS_HANDLE, P::COMPLAINTS_SUBMIT, P::COMPLAINTS_TRANSFER],
    );
    province.post(&format!("{appeal}/verify"), verify).await.expect(200);
    // The regency that decided must not decide on the appeal.
    let down = json!({ "region_code": "32.04.05.2001", "note": "Kembali ke desa." });
    let refused = province.post(&format!("{appeal}/transfer"), down).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/region_code".into(), "appeal_stays_above".into())]);
    province.post(&format!("{appeal}/withdraw"), json!({ "reason": "Sudah jelas." })).await.expect(200);
}

#[actix_web::test]
async fn a_reference_number_is_found_as_typed_but_only_if_it_is_valid() {
    let world = World::start().await;
    let made = world.front.post("/v1/complaints", submission()).await.expect(201);
    let number = made["reference_no"].as_str().unwrap().to_owned();
    assert!(number.starts_with("3204-"), "{number}");
    for typed in [number.clone(), number.to_lowercase().replace('-', " "), number.replace('-', "")] {
        let found = world.front.post("/v1/complaints/lookup", json!({ "reference_no": typed })).await.expect(200);
        assert_eq!(found["items"][0]["id"], made["id"]);
    }
    let other = world.elsewhere.post("/v1/complaints/lookup", json!({ "reference_no": number })).await.expect(200);
    assert_eq!(other["items"], json!([]));
    let mut wrong = number.into_bytes();
    wrong.swap(9, 11);
    let wrong = String::from_utf8(wrong).unwrap();
    let slip = world.front.post("/v1/complaints/lookup", json!({ "reference_no": wrong })).await;
    if slip.status != 200 {
        assert_eq!(faults(&slip.expect_problem(422, "validation-failed"))[0].1, "not_a_reference");
    }
}

#[actix_web::test]
async fn an_anonymous_reporter_follows_the_complaint_with_number_and_code() {
    let world = World::start().await;
    let mut body = submission();
    body["anonymous"] = json!(true);
    body.as_object_mut().unwrap().remove("complainant");
    let key = [("idempotency-key", "\"walk-in-1\"")];
    let made = world.front.post_with("/v1/complaints", &key, body.clone()).await.expect(201);
    let (id, number) = (made["id"].as_str().unwrap(), made["reference_no"].as_str().unwrap());
    let code = made["follow_up_code"].as_str().unwrap();
    // The code is shown once: neither a replayed response nor a read contains it.
    let again = world.front.post_with("/v1/complaints", &key, body).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert!(again.expect(201).get("follow_up_code").is_none());
    assert!(world.front.get(&format!("/v1/complaints/{id}")).await.expect(200).get("follow_up_code").is_none());

    let reporter = world.server.anonymous();
    let own =
        |text: &str| json!({ "reference_no": number.to_lowercase(), "code": code.replace('-', " "), "text": text });
    let credentials = json!({ "reference_no": number, "code": code });
    let seen = reporter.post("/v1/follow-ups/lookup", credentials.clone()).await.expect(200);
    assert_eq!((seen["status"].as_str(), codes(&seen["allowed_actions"])), (Some("received"), vec!["withdraw"]));
    world.step(&world.back, id, "ask", json!({ "question": "Di RT berapa?" })).await;
    let note = json!({ "visibility": "internal", "text": "Periksa lapangan." });
    world.front.post(&format!("/v1/complaints/{id}/notes"), note).await.expect(201);
    let seen = reporter.post("/v1/follow-ups/lookup", credentials.clone()).await.expect(200);
    assert_eq!((seen["question"].as_str(), seen["notes"].as_array().unwrap().len()), (Some("Di RT berapa?"), 0));
    let answered = reporter.post("/v1/follow-ups/answer", own("RT 02.")).await.expect(200);
    assert_eq!(answered["status"], "received");
    let noted = reporter.post("/v1/follow-ups/notes", own("Mohon segera.")).await.expect(200);
    assert_eq!(
        noted["notes"][0],
        json!({ "text": "Mohon segera.", "own": true, "written_at": noted["notes"][0]["written_at"] })
    );
    reporter
        .post("/v1/follow-ups/close", credentials.clone())
        .await
        .expect_problem(409, "complaint-invalid-transition");

    let issued = world.front.act(&format!("/v1/complaints/{id}/follow-up-code")).await.expect(200);
    reporter.post("/v1/follow-ups/lookup", credentials).await.expect_problem(404, "not-found");
    let fresh = json!({ "reference_no": number, "code": issued["follow_up_code"], "text": "Sudah selesai." });
    assert_eq!(reporter.post("/v1/follow-ups/withdraw", fresh).await.expect(200)["status"], "withdrawn");
}

#[actix_web::test]
async fn a_wrong_number_and_a_wrong_code_get_the_same_response_and_a_quota() {
    let world = World::start().await;
    let made = world.front.post("/v1/complaints", submission()).await.expect(201);
    let other = world.front.post("/v1/complaints", submission()).await.expect(201);
    let reporter = world.server.anonymous();
    let wrong_code = json!({ "reference_no": made["reference_no"], "code": other["follow_up_code"] });
    let wrong_number = json!({ "reference_no": "3204-26-K7M4-9Q9", "code": made["follow_up_code"] });
    let mut answers = Vec::new();
    for body in [&wrong_code, &wrong_number] {
        let mut problem = reporter.post("/v1/follow-ups/lookup", body.clone()).await.expect_problem(404, "not-found");
        problem["trace_id"] = Value::Null;
        answers.push(problem);
    }
    assert_eq!(answers[0], answers[1]);
    for _ in 0..9 {
        reporter.post("/v1/follow-ups/lookup", wrong_code.clone()).await;
    }
    let bounded = reporter.post("/v1/follow-ups/lookup", wrong_code).await;
    assert!(bounded.header("retry-after").is_some());
    bounded.expect_problem(429, "too-many-requests");
}

#[actix_web::test]
async fn vulnerabilities_raise_the_suggested_priority_and_a_lower_one_needs_a_reason() {
    let world = World::start().await;
    let family = json!({
        "region_code": "32.04.05.2001",
        "members": [{
            "full_name": "Ujang Permana", "sex": "male", "birth_date": "1950-02-03", "relation_to_head": "head",
            "disability_type": "physical",
        }],
    });
    let family = world.front.post("/v1/families", family).await.expect(201);
    let second = world.family().await;
    let mut body = submission();
    body["subject"] = json!({ "family_id": family["id"] });
    body["subjects"] = json!([{ "family_id": second }, { "family_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e" }]);
    let refused = world.front.post("/v1/complaints", body.clone()).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/subjects/1/family_id".into(), "unknown_family".into())]);
    body["subjects"] = json!([{ "family_id": second }]);
    let made = world.front.post("/v1/complaints", body).await.expect(201);
    assert_eq!(codes(&made["vulnerabilities"]), ["disability", "elderly", "no_identity_papers"]);
    assert_eq!(made["suggested_priority"], "urgent");
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/complaints/{id}");
    assert_eq!(world.front.get(&path).await.expect(200)["subjects"][0]["family_id"], second.as_str());
    let lower = json!({ "class": "unmet_need", "priority": "normal" });
    let refused = world.back.post(&format!("{path}/verify"), lower).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/note".into(), "reason_for_lower_priority".into())]);
    let why = json!({ "class": "unmet_need", "priority": "normal", "note": "Sudah didampingi keluarga." });
    world.step(&world.back, id, "verify", why).await;
}

#[actix_web::test]
async fn a_complaint_with_an_open_referral_cannot_be_withdrawn() {
    let world = World::start().await;
    let id = world.pending_complaint().await;
    world.draft(Some(&id)).await;
    world.step(&world.manager, &id, "approve", json!({ "outcome": "refer" })).await;
    let body = json!({ "reason": "Tidak jadi." });
    let refused = world.front.post(&format!("/v1/complaints/{id}/withdraw"), body).await;
    refused.expect_problem(409, "complaint-has-open-referrals");
}

#[actix_web::test]
async fn an_old_capture_time_is_marked_as_doubtful_and_stored_as_sent() {
    let world = World::start().await;
    let mut body = submission();
    body["captured_at"] = json!("2019-05-01T08:00:00Z");
    let made = world.front.post("/v1/complaints", body.clone()).await.expect(201);
    assert_eq!(
        (made["captured_at"].as_str(), made["captured_at_doubtful"].as_bool()),
        (Some("2019-05-01T08:00:00Z"), Some(true))
    );
    body["captured_at"] = json!(chrono::Utc::now() - TimeDelta::days(2));
    let made = world.front.post("/v1/complaints", body).await.expect(201);
    assert!(made.get("captured_at_doubtful").is_none());
}

#[actix_web::test]
async fn a_complaint_with_an_open_referral_does_not_close_automatically() {
    let world = World::start().await;
    let id = world.pending_complaint().await;
    let referral = world.draft(Some(&id)).await;
    world.back.act(&format!("/v1/referrals/{referral}/request")).await.expect(200);
    world.pkh.act(&format!("/v1/referrals/{referral}/accept")).await.expect(200);
    let decision = json!({ "outcome": "resolve", "decision": "upheld", "answer": "Sudah." });
    world.step(&world.manager, &id, "approve", decision).await;
    world.server.shared.clock.advance(TimeDelta::days(20));
    // Two concurrent workers.
    futures_util::future::join(world.server.work(), world.server.work()).await;
    let late = desk(&world);
    assert_eq!(late.get(&format!("/v1/complaints/{id}")).await.expect(200)["status"], "resolved");
}
