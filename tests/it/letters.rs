//! Recommendation letters, from issue to public verification.

use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::World;

/// Creates a referral of a person and sends it to PKH; returns its path.
async fn referral_of_person(world: &World) -> String {
    let family = world.family().await;
    let person = world.member_of(&family).await;
    let mut body = world.referral(None).await;
    body.as_object_mut().unwrap().remove("region_code");
    body["subject"] = json!({ "person_id": person });
    let made = world.back.post("/v1/referrals", body).await.expect(201);
    let path = format!("/v1/referrals/{}", made["id"].as_str().unwrap());
    world.back.act(&format!("{path}/request")).await.expect(200);
    path
}

async fn verify(world: &World, letter: &Value) -> String {
    let path = letter["verify_url"].as_str().unwrap().strip_prefix("https://slrt.test").unwrap().to_owned();
    let page = world.server.anonymous().get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    page.text
}

#[actix_web::test]
async fn a_letter_is_issued_printed_and_verified() {
    let world = World::start().await;
    let path = referral_of_person(&world).await;
    let at = format!("{path}/recommendation-letter");
    world.back.get(&at).await.expect_problem(404, "not-found");
    world.pkh.post(&at, json!({})).await.expect_problem(403, "not-the-source");
    world.back.post(&at, json!({ "valid_days": 0 })).await.expect_problem(422, "validation-failed");
    let letter = world.back.post(&at, json!({})).await.expect(201);
    assert_eq!(letter["status"], "valid");
    assert!(letter["number"].as_str().unwrap().starts_with("460/"));
    let again = world.back.post(&at, json!({})).await.expect(200);
    assert_eq!(again, letter, "no second letter while the first is valid");
    let seen = world.pkh.get(&at).await.expect(200);
    assert_eq!(seen["number"], letter["number"]);
    let file = world.pkh.get(&format!("{at}/document")).await;
    assert_eq!((file.status, file.header("content-type")), (200, Some("application/pdf")));
    assert!(file.text.starts_with("%PDF-") && file.text.contains("Siti Rahmawati"));
    assert!(file.text.contains(letter["code"].as_str().unwrap()));
    let id = path.rsplit('/').next().unwrap();
    let trail = world.auditor.get(&format!("/v1/audit-records?target_id={id}")).await.expect(200);
    let reveals = trail["items"].as_array().unwrap().iter().filter(|r| r["action"] == "recommendation_letter.reveal");
    assert_eq!(reveals.count(), 1);
    let page = verify(&world, &letter).await;
    let number = letter["number"].as_str().unwrap();
    assert!(page.contains("Genuine, and valid") && page.contains(number));
    // The random part of the number can contain the code of a programme.
    let page = page.replace(number, "");
    assert!(!page.contains("Siti") && !page.contains("PKH"), "the page shows no person and no programme");
}

#[actix_web::test]
async fn a_letter_expires_and_is_revoked_with_its_referral() {
    let world = World::start().await;
    let path = referral_of_person(&world).await;
    let at = format!("{path}/recommendation-letter");
    let first = world.back.post(&at, json!({ "valid_days": 7 })).await.expect(201);
    world.server.shared.clock.advance(chrono::TimeDelta::days(9));
    assert!(verify(&world, &first).await.contains("Genuine, but expired"));
    let bandung = slrt::demo::organization("slrt-bandung");
    let back = world.server.session("bandung-bo", bandung, &["32.04"], &[P::REFERRALS_READ, P::REFERRALS_SEND]);
    back.get(&format!("{at}/document")).await.expect_problem(409, "letter-not-valid");
    let second = back.post(&at, json!({})).await.expect(201);
    assert_ne!(first["code"], second["code"]);
    back.post(&format!("{path}/cancel"), json!({ "reason": "client_withdrew" })).await.expect(200);
    assert!(verify(&world, &second).await.contains("Genuine, but revoked"));
    back.post(&at, json!({})).await.expect_problem(409, "letter-not-possible");
}

#[actix_web::test]
async fn an_unknown_code_and_a_draft_have_no_letter() {
    let world = World::start().await;
    for code in ["8F3K-Q0ZD-77MX-1R4T-P", "x", "%3Cscript%3E"] {
        let page = world.server.anonymous().get(&format!("/verify/{code}")).await;
        assert!(page.status == 200 && page.text.contains("Unknown letter"), "{code}");
        assert!(!page.text.contains("<script"));
    }
    let draft = world.draft(None).await;
    let at = format!("/v1/referrals/{draft}/recommendation-letter");
    world.back.post(&at, json!({})).await.expect_problem(409, "letter-not-possible");
}
