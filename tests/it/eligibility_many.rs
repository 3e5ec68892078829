//! Checks of many subjects: batches, whole regions as jobs, and trials of draft rules.

use std::collections::HashMap;

use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::{Session, World};

const OTHER_VILLAGE: &str = "32.04.06.2001";

#[actix_web::test]
async fn a_batch_returns_the_same_results_as_single_requests() {
    let world = World::start().await;
    let family = world.family().await;
    let member = world.member_of(&family).await;
    let items = [
        json!({ "family_id": family, "programs": ["PKH", "KIS"] }),
        json!({ "nik": "3204055203909001", "programs": ["KIS"], "on": "2026-10-01" }),
        json!({ "person_id": member, "programs": ["ATENSI"], "facts": { "subject.criteria": ["disability"] } }),
        json!({ "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e" }),
        json!({ "nik": "3204055203909002" }),
        json!({ "family_id": family, "programs": ["NOTHING"] }),
        json!({ "family_id": family, "shoe_size": 42 }),
        json!({ "family_id": family, "on": "2014-01-01", "programs": ["PKH"] }),
    ];
    let body = json!({ "items": items, "clauses": true });
    let batch = world.back.post("/v1/eligibility/checks/batch", body.clone()).await.expect(207);
    let results = batch["items"].as_array().unwrap();
    let statuses: Vec<_> = results.iter().map(|r| r["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 200, 404, 404, 422, 422, 200]);
    for (index, item) in items.iter().enumerate() {
        let single = world.back.post("/v1/eligibility/checks", item.clone()).await;
        assert_eq!((u64::from(single.status), &results[index]["index"]), (statuses[index], &json!(index)));
        if single.status == 200 {
            assert_eq!(single.body, results[index]["resource"], "item {index}");
        } else {
            assert_eq!(
                (&single.body["code"], faults(&single.body)),
                (&results[index]["problem"]["code"], faults(&results[index]["problem"]))
            );
        }
    }
    let brief = json!({ "items": body["items"] });
    let brief = world.back.post("/v1/eligibility/checks/batch", brief).await.expect(207);
    let result = &brief["items"][2]["resource"]["results"][0];
    assert_eq!((&result["clauses"], &result["outcome"]), (&json!([]), &json!("likely_eligible")));
    let elsewhere = json!({ "items": [{ "family_id": family }] });
    let hidden = world.elsewhere.post("/v1/eligibility/checks/batch", elsewhere).await.expect(207);
    assert_eq!(hidden["items"][0]["problem"]["code"], "not-found");
    world
        .back
        .post("/v1/eligibility/checks/batch", json!({ "items": [] }))
        .await
        .expect_problem(422, "validation-failed");
}

async fn finished(world: &World, session: &Session, made: Value) -> Value {
    world.server.work().await;
    let job = session.get(&format!("/v1/jobs/{}", made["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(job["status"], "succeeded", "{job}");
    job
}

#[actix_web::test]
async fn a_region_run_writes_every_result_and_counts_them() {
    let world = World::start().await;
    world.families_in(&["32.04.05.2001", OTHER_VILLAGE], 600).await;
    world.families_in(&["34.04.01.2001"], 5).await;
    let body = json!({ "region_code": "32.04", "programs": ["PKH", "KIS"], "format": "ndjson" });
    let made = world.back.post("/v1/eligibility/runs", body).await;
    assert!(made.header("location").unwrap().starts_with("/v1/jobs/") && made.header("retry-after").is_some());
    let job = finished(&world, &world.back, made.expect(202)).await;
    assert_eq!((&job["done"], &job["total"]), (&json!(1200), &json!(1200)));
    let id = job["id"].as_str().unwrap();
    let text = world.back.get(&format!("/v1/jobs/{id}/result")).await.text;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut counts: HashMap<String, i64> = HashMap::new();
    for line in &lines {
        let key = format!("{}.{}", line["program_code"].as_str().unwrap(), line["outcome"].as_str().unwrap());
        *counts.entry(key).or_default() += 1;
    }
    assert_eq!(job["counts"], json!(counts));
    assert_eq!(lines.iter().filter(|line| line["program_code"] == "PKH").count(), 1200);
    assert!(lines.iter().all(|line| line["region_code"].as_str().unwrap().starts_with("32.04.")));
    // A single check has the same result as the run.
    for line in lines.iter().step_by(397) {
        let body = match line["person_id"].as_str().filter(|_| line["program_code"] == "KIS") {
            Some(person) => json!({ "person_id": person, "programs": ["KIS"] }),
            None => json!({ "family_id": line["family_id"], "programs": ["PKH"] }),
        };
        let single = world.back.post("/v1/eligibility/checks", body).await.expect(200)["results"][0].clone();
        assert_eq!((&single["outcome"], &single["rule_version"]), (&line["outcome"], &line["rule_version"]));
        let missing: Vec<_> = single["missing"].as_array().unwrap().iter().map(|m| m["field"].clone()).collect();
        assert_eq!(json!(missing), line["missing"]);
        assert_eq!(single["components"]["total_idr_per_year"], line["estimate_idr_per_year"]);
    }
}

#[actix_web::test]
async fn a_run_writes_the_requested_outcomes_as_csv_in_the_callers_regions() {
    let world = World::start().await;
    world.families_in(&[OTHER_VILLAGE], 40).await;
    let body = json!({ "region_code": "32.04.06", "programs": ["PKH"], "outcomes": ["likely_eligible"] });
    let made = world.back.post("/v1/eligibility/runs", body).await.expect(202);
    let job = finished(&world, &world.back, made).await;
    let id = job["id"].as_str().unwrap();
    let text = world.back.get(&format!("/v1/jobs/{id}/result")).await.text;
    let likely = job["counts"]["PKH.likely_eligible"].as_i64().unwrap();
    assert_eq!(text.lines().count() as i64, likely + 1);
    assert!(
        text.starts_with("region_code,family_id,")
            && text.lines().skip(1).all(|l| l.contains(",PKH,1,likely_eligible,"))
    );
    let sum: i64 = job["counts"].as_object().unwrap().values().map(|v| v.as_i64().unwrap()).sum();
    assert_eq!(sum, 40);
    let foreign = json!({ "region_code": "34.04" });
    world.back.post("/v1/eligibility/runs", foreign).await.expect_problem(403, "region-not-granted");
    let wrong = json!({ "region_code": "32.04", "programs": ["NOTHING"], "on": "1999-01-01" });
    let wrong = world.back.post("/v1/eligibility/runs", wrong).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&wrong).len(), 2);
    world.elsewhere.get(&format!("/v1/jobs/{id}")).await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn a_trial_compares_a_draft_and_suppresses_small_counts() {
    let world = World::start().await;
    world.families_in(&["32.04.05.2001", OTHER_VILLAGE], 400).await;
    world.families_in(&["32.04.07.2001"], 3).await;
    let may = [P::PROGRAMS_WRITE, P::EVENTS_READ];
    let regency = world.server.session("pemkab", None, &["32.04"], &may);
    let rule = json!({ "all": [
        { "field": "family.registry_listed", "op": "eq", "value": true },
        { "field": "family.decile", "op": "lte", "value": 2 },
    ] });
    let whole = json!({ "rule": rule, "region_code": "32.04" });
    let made = regency.post("/v1/programs/KKS/trials", whole.clone()).await.expect(202);
    let job = finished(&world, &regency, made).await;
    let path = format!("/v1/jobs/{}/result", job["id"].as_str().unwrap());
    let trial = regency.get(&path).await.expect(200);
    assert_eq!(
        (&trial["rule_version"], &trial["sampled"], &trial["total"]["judged"]),
        (&json!(3), &json!(false), &json!(803))
    );
    let number = |name: &str| trial["total"][name].as_i64();
    assert!(number("no_longer_eligible").unwrap() > 50, "{trial}");
    assert_eq!((number("newly_eligible"), number("eligible_after")), (None, None), "complementary suppression");
    let regions = trial["regions"].as_array().unwrap();
    assert_eq!(
        regions.iter().map(|r| r["region_code"].as_str().unwrap()).collect::<Vec<_>>(),
        ["32.04.05", "32.04.06", "32.04.07"]
    );
    assert_eq!(regions[2]["counts"]["judged"], Value::Null);
    assert_eq!(regions.iter().filter(|r| r["counts"]["judged"].is_null()).count(), 2);

    let sample = json!({ "rule": rule, "region_code": "32.04", "sample": 100 });
    let now = regency.post("/v1/programs/KKS/trials", sample).await.expect(200);
    assert_eq!((&now["sampled"], &now["total"]["judged"]), (&json!(true), &json!(100)));
    let foreign = json!({ "rule": rule, "region_code": "34.04" });
    regency.post("/v1/programs/KKS/trials", foreign).await.expect_problem(403, "region-not-granted");
    let wrong = json!({ "rule": { "all": [] }, "region_code": "32.04" });
    let wrong = regency.post("/v1/programs/KKS/trials", wrong).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&wrong), [("/rule/all".to_owned(), "rule_group_empty".to_owned())]);
    regency.post("/v1/programs/NOTHING/trials", whole).await.expect_problem(404, "not-found");
}
