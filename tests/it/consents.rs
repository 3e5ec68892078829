//! Consent and the other lawful bases: recording, withdrawal, and what a withdrawal refuses.

use chrono::TimeDelta;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::world::VILLAGE;
use crate::support::{Session, World};

fn opener(world: &World) -> Session {
    world.server.session("bo", None, &["32.04"], &[P::REGISTRY_READ, P::PII_REVEAL])
}

async fn refer(world: &World, person: &str, basis: &str, given_on: Option<String>) -> crate::support::Answer {
    let mut body = world.referral(None).await;
    body.as_object_mut().unwrap().remove("region_code");
    body["subject"] = json!({ "person_id": person });
    body["lawful_basis"] = json!(basis);
    match given_on {
        Some(day) => body["consent_given_on"] = json!(day),
        None => drop(body.as_object_mut().unwrap().remove("consent_given_on")),
    }
    world.back.post("/v1/referrals", body).await
}

fn today(world: &World) -> String {
    slrt::clock::local_day(world.server.shared.clock.now()).to_string()
}

#[actix_web::test]
async fn a_referral_records_its_basis_once() {
    let world = World::start().await;
    let member = world.member_of(&world.family().await).await;
    let referral = refer(&world, &member, "consent", Some("2026-01-05".into())).await.expect(201);
    refer(&world, &member, "consent", Some("2026-01-05".into())).await.expect(201);
    refer(&world, &member, "vital_interest", None).await.expect(201);
    let list = format!("/v1/consents?person_id={member}");
    let found = world.front.get(&list).await.expect(200);
    let bases: Vec<(&str, &str)> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (c["lawful_basis"].as_str().unwrap(), c["given_on"].as_str().unwrap()))
        .collect();
    assert_eq!(bases, [("vital_interest", &*today(&world)), ("consent", "2026-01-05")]);
    assert_eq!(found["items"][1]["referral_id"], referral["id"]);
    assert_eq!(world.elsewhere.get(&list).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_withdrawn_consent_allows_no_referral_and_no_reveal() {
    let world = World::start().await;
    let member = world.member_of(&world.family().await).await;
    let drafted = refer(&world, &member, "consent", Some("2026-01-05".into())).await.expect(201);
    let consent = world.front.get(&format!("/v1/consents?person_id={member}")).await.expect(200)["items"][0].clone();
    assert_eq!((&consent["status"], &consent["allowed_actions"]), (&json!("active"), &json!(["withdraw"])));
    let path = format!("/v1/consents/{}", consent["id"].as_str().unwrap());
    let withdraw = json!({ "method": "witnessed_verbal", "note": "Tidak ingin dirujuk." });
    let withdrawn = world.front.post(&format!("{path}/withdraw"), withdraw.clone()).await.expect(200);
    assert_eq!((&withdrawn["status"], &withdrawn["allowed_actions"]), (&json!("withdrawn"), &json!([])));
    let again = world.front.post(&format!("{path}/withdraw"), withdraw).await;
    again.expect_problem(409, "consent-invalid-transition");

    // The draft cannot be sent, a new one cannot be drafted, and the data is not opened for a referral.
    let send = format!("/v1/referrals/{}/request", drafted["id"].as_str().unwrap());
    world.back.act(&send).await.expect_problem(403, "consent-withdrawn");
    let refused = refer(&world, &member, "consent", Some("2026-01-05".into())).await;
    let refused = faults(&refused.expect_problem(422, "validation-failed"));
    assert_eq!(refused, [("/consent_given_on".to_owned(), "consent_withdrawn".to_owned())]);
    let person = format!("/v1/persons/{member}");
    let open = |purpose: &'static str| {
        let (officer, person) = (opener(&world), person.clone());
        async move { officer.get_with(&person, &[("access-purpose", purpose)]).await }
    };
    open("referral").await.expect_problem(403, "consent-withdrawn");
    open("verification").await.expect(200);
    refer(&world, &member, "vital_interest", None).await.expect(201);

    // Any other basis now needs a legal reference.
    let refused = faults(&refer(&world, &member, "public_task", None).await.expect_problem(422, "validation-failed"));
    assert_eq!(refused, [("/legal_reference".to_owned(), "legal_reference_required".to_owned())]);
    let mut body = world.referral(None).await;
    body.as_object_mut().unwrap().remove("region_code");
    body["subject"] = json!({ "person_id": member });
    (body["lawful_basis"], body["legal_reference"]) = (json!("public_task"), json!("UU 11/2009, Pasal 9"));
    body.as_object_mut().unwrap().remove("consent_given_on");
    world.back.post("/v1/referrals", body).await.expect(201);
    let known = world.front.get(&format!("/v1/consents?person_id={member}")).await.expect(200);
    assert_eq!(known["items"][0]["legal_reference"], "UU 11/2009, Pasal 9");

    // New consent is valid again.
    let renewed = json!({
        "subject": { "person_id": member }, "purpose": "referral", "lawful_basis": "consent",
        "given_by": { "role": "guardian", "name": "Ahmad Hidayat" }, "method": "written", "given_on": today(&world),
    });
    world.front.post("/v1/consents", renewed).await.expect(201);
    open("referral").await.expect(200);
    world.back.act(&send).await.expect(200);
    let events = world.front.get("/v1/events?limit=200").await;
    assert!(events.text.contains("consent.withdrawn") && !events.text.contains("Hidayat"));
}

#[actix_web::test]
async fn a_withdrawal_by_the_family_applies_to_each_member() {
    let world = World::start().await;
    let home = world.family().await;
    let member = world.member_of(&home).await;
    let body = json!({
        "subject": { "family_id": home }, "purpose": "eligibility_check", "lawful_basis": "consent",
        "given_by": { "role": "head_of_family" }, "method": "thumbprint", "given_on": "2026-01-05",
    });
    let made = world.front.post("/v1/consents", body).await.expect(201);
    let path = format!("/v1/consents/{}/withdraw", made["id"].as_str().unwrap());
    world.front.post(&path, json!({ "method": "written" })).await.expect(200);
    let purpose = [("access-purpose", "eligibility_check")];
    let officer = opener(&world);
    officer.get_with(&format!("/v1/persons/{member}"), &purpose).await.expect_problem(403, "consent-withdrawn");
    officer.get_with(&format!("/v1/families/{home}"), &purpose).await.expect_problem(403, "consent-withdrawn");
    let nik = json!({ "nik": "3204055203909001" });
    officer.post_with("/v1/persons/lookup", &purpose, nik).await.expect_problem(403, "consent-withdrawn");
    // It applies also to a person who moves in later.
    let newcomer = json!({ "region_code": VILLAGE, "full_name": "Tini Hartini", "sex": "female" });
    let newcomer = world.front.post("/v1/persons", newcomer).await.expect(201)["id"].as_str().unwrap().to_owned();
    let person = format!("/v1/persons/{newcomer}");
    officer.get_with(&person, &purpose).await.expect(200);
    let moved = json!({ "family_id": home, "relation_to_head": "other_relative" });
    world.front.post(&format!("{person}/move"), moved).await.expect(200);
    officer.get_with(&person, &purpose).await.expect_problem(403, "consent-withdrawn");
    let trail = world.auditor.get(&format!("/v1/audit-records?target_id={member}")).await.expect(200);
    assert!(!trail.to_string().contains("person.reveal"));
}

#[actix_web::test]
async fn consent_needs_its_giver_and_another_basis_a_legal_reference() {
    let world = World::start().await;
    let member = world.member_of(&world.family().await).await;
    let base = json!({ "subject": { "person_id": member }, "purpose": "verification", "lawful_basis": "consent", "given_on": "2026-01-05" });
    let refused = |body: Value| async {
        faults(&world.front.post("/v1/consents", body).await.expect_problem(422, "validation-failed"))
    };
    assert_eq!(refused(base.clone()).await, [("/given_by".to_owned(), "required".to_owned())]);
    let mut other = base.clone();
    other["lawful_basis"] = json!("legal_obligation");
    assert_eq!(refused(other.clone()).await, [("/legal_reference".to_owned(), "legal_reference_required".to_owned())]);
    other["legal_reference"] = json!("UU 13/2011 pasal 8");
    let made = world.front.post("/v1/consents", other).await.expect(201);
    assert_eq!(made["allowed_actions"], json!([]));
    let path = format!("/v1/consents/{}/withdraw", made["id"].as_str().unwrap());
    let refused = world.front.post(&path, json!({ "method": "written" })).await;
    refused.expect_problem(409, "consent-invalid-transition");
}

#[actix_web::test]
async fn consent_expires_after_its_date_and_a_repeated_request_returns_200() {
    let world = World::start().await;
    let member = world.member_of(&world.family().await).await;
    let body = json!({
        "id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e", "subject": { "person_id": member }, "purpose": "referral",
        "lawful_basis": "consent", "given_by": { "role": "subject" }, "method": "written",
        "given_on": "2026-01-05", "expires_on": today(&world),
    });
    world.front.post("/v1/consents", body.clone()).await.expect(201);
    world.front.post("/v1/consents", body.clone()).await.expect(200);
    let mut other = body;
    other["method"] = json!("electronic");
    world.front.post("/v1/consents", other).await.expect_problem(409, "already-exists");
    world.server.shared.clock.advance(TimeDelta::days(1));
    let world = World::around(world.server);
    let list = |status: &str| format!("/v1/consents?person_id={member}&status={status}");
    assert_eq!(world.front.get(&list("active")).await.expect(200)["items"], json!([]));
    assert_eq!(world.front.get(&list("expired")).await.expect(200)["items"][0]["status"], "expired");
}

#[actix_web::test]
async fn each_purpose_has_a_lawful_basis() {
    let world = World::start().await;
    let list = world.server.anonymous().get("/v1/reference/access-purposes").await.expect(200);
    let items = list["items"].as_array().unwrap();
    let of = |code: &str| items.iter().find(|i| i["code"] == code).unwrap()["attributes"].clone();
    assert_eq!(of("emergency")["lawful_basis"], "vital_interest");
    assert!(items.iter().all(|i| i["attributes"]["legal_reference"].is_string()));
}
