//! Objections: a complaint with the disputed result as evidence.

use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::world::organization;
use crate::support::{Session, World};

pub fn objection(family: &str) -> Value {
    json!({
        "kind": "wrongly_excluded", "family_id": family, "program_code": "PKH",
        "statement": "Keluarga ini memenuhi syarat tetapi tidak menerima.",
        "complainant": { "name": "Siti Rahmawati", "phone": "0812-0000-9001" },
    })
}

fn desk(world: &World) -> Session {
    let may = [P::COMPLAINTS_SUBMIT, P::COMPLAINTS_READ, P::ELIGIBILITY_CHECK, P::COMPLAINTS_HANDLE];
    world.server.session("bandung-fo", Some(organization("slrt-bandung")), &["32.04"], &may)
}

#[actix_web::test]
async fn an_objection_becomes_a_complaint_with_the_result_as_evidence() {
    let world = World::start().await;
    let family = world.family().await;
    let desk = desk(&world);
    let made = desk.post("/v1/eligibility/objections", objection(&family)).await.expect(201);
    let id = made["complaint_id"].as_str().unwrap().to_owned();
    assert_eq!((&made["proposed_class"], &made["complaint"]["status"]), (&json!("enrolment"), &json!("received")));
    assert_eq!(made["evidence"]["results"][0]["outcome"], "likely_eligible");
    let complaint = desk.get(&format!("/v1/complaints/{id}")).await.expect(200);
    assert_eq!((&complaint["subject"]["family_id"], &complaint["program_code"]), (&json!(family), &json!("PKH")));
    // Later changes of the registry do not change the evidence.
    let later = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-11-01", "decile": 9 });
    world.registry_loader().post(&format!("/v1/families/{family}/welfare-statuses"), later).await.expect(201);
    let read = desk.get(&format!("/v1/eligibility/objections/{id}")).await.expect(200);
    assert_eq!(read["evidence"]["results"], made["evidence"]["results"]);
    assert_eq!(read["evidence"]["snapshot"]["snapshot_version"], "2026-Q3");
    let verify = json!({ "class": read["proposed_class"], "priority": "normal" });
    desk.post(&format!("/v1/complaints/{id}/verify"), verify).await.expect(200);
}

#[actix_web::test]
async fn an_objection_recorded_offline_is_stored_once() {
    let world = World::start().await;
    let family = world.family().await;
    let desk = desk(&world);
    let mut body = objection(&family);
    body["id"] = json!(uuid::Uuid::now_v7());
    desk.post("/v1/eligibility/objections", body.clone()).await.expect(201);
    let again = desk.post("/v1/eligibility/objections", body.clone()).await.expect(200);
    assert_eq!(again["complaint_id"], body["id"]);
    body["statement"] = json!("Lain.");
    desk.post("/v1/eligibility/objections", body).await.expect_problem(409, "already-exists");
}

#[actix_web::test]
async fn an_objection_has_one_subject_in_the_callers_regions_and_a_programme() {
    let world = World::start().await;
    let family = world.family().await;
    let desk = desk(&world);
    let refused = async |session: &Session, body: Value| {
        faults(&session.post("/v1/eligibility/objections", body).await.expect_problem(422, "validation-failed"))
    };
    let mut body = objection(&family);
    body["program_code"] = json!("NOTHING");
    assert_eq!(refused(&desk, body).await, [("/program_code".to_owned(), "unknown_program".to_owned())]);
    let foreign = refused(&world.elsewhere, objection(&family)).await;
    assert_eq!(foreign, [("/family_id".to_owned(), "unknown_family".to_owned())]);
    let mut both = objection(&family);
    both["person_id"] = both["family_id"].clone();
    assert_eq!(refused(&desk, both).await[0].1, "one_of");
    let without_check = world.server.session("bandung-fo", None, &["32.04"], &[P::COMPLAINTS_SUBMIT]);
    let refused = without_check.post("/v1/eligibility/objections", objection(&family)).await;
    refused.expect_problem(403, "insufficient-scope");
}

/// The migration withholds conditions in evidence that was stored before results were withheld. The outcome stays.
#[actix_web::test]
async fn the_migration_withholds_specific_data_in_old_evidence() {
    const UP: &str = include_str!("../../migrations/2026-11-28-0083_withheld_results_and_names/up.sql");
    let world = World::start().await;
    let family = world.family().await;
    let desk = desk(&world);
    let made = desk.post("/v1/eligibility/objections", objection(&family)).await.expect(201);
    let id = made["complaint_id"].as_str().unwrap().to_owned();
    let mut conn = world.server.connection().await;
    // As stored before: the condition is met, decisive, named in the summary, and counted.
    let before = format!(
        r#"update eligibility_objections set evidence = jsonb_set(jsonb_set(jsonb_set(evidence,
            '{{results,0,clauses,0}}', evidence #> '{{results,0,clauses,0}}'
                || '{{"field": "family.count_pregnant_or_postpartum", "outcome": "met", "decisive": true}}'),
            '{{results,0,summary,id}}', '"PKH: layak. Dasarnya: Jumlah ibu hamil atau nifas."'),
            '{{results,0,components}}', '{{"items": [{{"code": "pregnant_or_postpartum", "count": 1,
                "amount_idr_per_year": 3000000, "confidence": "medium"}}], "total_idr_per_year": 3000000, "missing": []}}')
        where complaint_id = '{id}'"#
    );
    conn.batch_execute(&before).await.unwrap();
    conn.batch_execute(UP).await.unwrap();
    let read = desk.get(&format!("/v1/eligibility/objections/{id}")).await.expect(200);
    let (was, now) = (&made["evidence"]["results"][0], &read["evidence"]["results"][0]);
    assert_eq!((&now["outcome"], &now["rule_version"]), (&was["outcome"], &was["rule_version"]));
    assert_eq!(now.get("components"), None);
    let clauses = now["clauses"].as_array().unwrap();
    assert_eq!(clauses.len(), was["clauses"].as_array().unwrap().len());
    assert_eq!((&clauses[0]["outcome"], &clauses[0]["decisive"]), (&json!("withheld"), &json!(false)));
    assert_eq!(clauses[1]["outcome"], was["clauses"][1]["outcome"]);
    assert_eq!(now["summary"]["id"], "Program Keluarga Harapan: kemungkinan layak.");
}
