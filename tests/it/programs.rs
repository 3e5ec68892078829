//! Programmes and rules as data: versions that are never edited, local instances, mistakes with their pointers.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::{Session, World};

/// A session that maintains national programmes.
fn ministry(world: &World) -> Session {
    world.server.session("kemensos", None, &["ID"], &[P::PROGRAMS_WRITE, P::ELIGIBILITY_CHECK, P::EVENTS_READ])
}

/// A session that maintains the programmes of Kabupaten Bandung.
fn regency(world: &World) -> Session {
    world.server.session("pemkab", None, &["32.04"], &[P::PROGRAMS_WRITE, P::ELIGIBILITY_CHECK, P::EVENTS_READ])
}

fn decile_at_most(decile: u8) -> Value {
    json!({ "all": [{ "field": "family.decile", "op": "lte", "value": decile }] })
}

fn local(code: &str) -> Value {
    json!({
        "code": code, "name": "Bantuan beras daerah", "recipient_unit": "family", "owner": "Dinas Sosial",
        "legal_basis": "Perbup contoh", "confidence": "local", "region_code": "32.04",
    })
}

#[actix_web::test]
async fn a_new_version_ends_the_one_before_and_none_is_edited() {
    let world = World::start().await;
    let ministry = ministry(&world);
    let before = world.server.anonymous().get("/v1/programs/PKH").await.expect(200);
    assert_eq!(before["rules"][0].get("effective_to"), None);
    let body = json!({ "effective_from": "2027-01-01", "rule": decile_at_most(1), "source": "Kepmensos contoh" });
    let made = ministry.post("/v1/programs/PKH/rule-versions", body.clone()).await;
    assert_eq!(made.header("location"), Some("/v1/programs/PKH/rule-versions/2"));
    assert_eq!(made.expect(201)["version"], 2);
    let after = world.server.anonymous().get("/v1/programs/PKH").await.expect(200);
    assert_eq!(after["rules"][0]["effective_to"], "2026-12-31");
    assert_eq!(after["rules"][0]["rule"], before["rules"][0]["rule"]);

    // A version between the two ends before the later one. A first day that is taken or in the past is refused.
    let between = json!({ "effective_from": "2026-12-15", "rule": decile_at_most(2) });
    let between = ministry.post("/v1/programs/PKH/rule-versions", between).await.expect(201);
    assert_eq!(between["effective_to"], "2026-12-31");
    let again = ministry.post("/v1/programs/PKH/rule-versions", body).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&again), [("/effective_from".to_owned(), "first_day_taken".to_owned())]);
    let past = json!({ "effective_from": "2026-01-01", "rule": decile_at_most(1), "effective_to": "2025-12-31" });
    let past = ministry.post("/v1/programs/PKH/rule-versions", past).await.expect_problem(422, "validation-failed");
    let codes: Vec<_> = faults(&past).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["in_the_past", "too_small"]);

    // A check uses the version of its day.
    let family = world.family().await;
    let on = async |day: &str| {
        let body = json!({ "family_id": family, "programs": ["PKH"], "on": day });
        world.back.post("/v1/eligibility/checks", body).await.expect(200)["results"][0].clone()
    };
    assert_eq!(
        (&on("2026-12-14").await["rule_version"], &on("2026-12-15").await["rule_version"]),
        (&json!(1), &json!(3))
    );
    let later = on("2027-01-01").await;
    assert_eq!((&later["rule_version"], &later["outcome"]), (&json!(2), &json!("not_eligible")));
}

#[actix_web::test]
async fn a_version_can_be_withdrawn_only_before_it_begins() {
    let world = World::start().await;
    let ministry = ministry(&world);
    let body = json!({ "effective_from": "2027-01-01", "rule": decile_at_most(1) });
    ministry.post("/v1/programs/KIP/rule-versions", body.clone()).await.expect(201);
    let path = "/v1/programs/KIP/rule-versions/2/withdraw";
    let program = ministry.act(path).await.expect(200);
    assert_eq!((program["rules"].as_array().unwrap().len(), program["rules"][0].get("effective_to")), (1, None));
    let twice = ministry.act(path).await.expect_problem(409, "rule-version-begun");
    assert_eq!((&twice["current_state"], &twice["allowed"]), (&json!("withdrawn"), &json!([])));
    let begun = ministry.act("/v1/programs/KIP/rule-versions/1/withdraw").await;
    assert_eq!(begun.expect_problem(409, "rule-version-begun")["current_state"], "begun");
    ministry.act("/v1/programs/KIP/rule-versions/9/withdraw").await.expect_problem(404, "not-found");
    // The day can be used again, the number cannot.
    let made = ministry.post("/v1/programs/KIP/rule-versions", body).await.expect(201);
    assert_eq!(made["version"], 3);
}

#[actix_web::test]
async fn a_change_of_the_description_needs_the_version() {
    let world = World::start().await;
    let ministry = ministry(&world);
    let path = "/v1/programs/PKH";
    let change = json!({ "notes": "Lansia: 60 tahun ke atas." });
    let patch =
        async |headers: &[(&str, &str)]| ministry.send(Method::PATCH, path, headers, Some(change.clone())).await;
    patch(&[]).await.expect_problem(428, "precondition-required");
    patch(&[("if-match", "\"7\"")]).await.expect_problem(412, "version-mismatch");
    let changed = patch(&[("if-match", "\"1\"")]).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let changed = changed.expect(200);
    assert_eq!(
        (&changed["notes"], &changed["name"]),
        (&json!("Lansia: 60 tahun ke atas."), &json!("Program Keluarga Harapan"))
    );
    let trail = world.auditor.get("/v1/audit-records").await.expect(200);
    assert_eq!(trail["items"][0]["action"], "program.update");
}

#[actix_web::test]
async fn a_region_can_change_only_its_own_programmes() {
    let world = World::start().await;
    let (ministry, regency) = (ministry(&world), regency(&world));
    let body = json!({ "effective_from": "2027-01-01", "rule": decile_at_most(1) });
    regency.post("/v1/programs/PKH/rule-versions", body.clone()).await.expect_problem(403, "region-not-granted");
    let made = regency.post("/v1/programs", local("BERAS_3204")).await;
    assert_eq!(made.header("location"), Some("/v1/programs/BERAS_3204"));
    made.expect(201);
    regency.post("/v1/programs", local("BERAS_3204")).await.expect(200);
    let mut other = local("BERAS_3204");
    other["name"] = json!("Lain");
    regency.post("/v1/programs", other.clone()).await.expect_problem(409, "already-exists");
    other["region_code"] = json!("34.04");
    regency.post("/v1/programs", other.clone()).await.expect_problem(403, "region-not-granted");
    other["region_code"] = Value::Null;
    other["code"] = json!("BERAS");
    regency.post("/v1/programs", other.clone()).await.expect_problem(403, "region-not-granted");
    ministry.post("/v1/programs", other).await.expect(201);
    // The first version of a programme may begin in the past.
    let first = json!({ "effective_from": "2020-01-01", "rule": decile_at_most(3) });
    regency.post("/v1/programs/BERAS_3204/rule-versions", first).await.expect(201);

    let family = world.family().await;
    let check = world.back.post("/v1/eligibility/checks", json!({ "family_id": family })).await.expect(200);
    let of = |code: &str| check["results"].as_array().unwrap().iter().find(|r| r["program_code"] == code).cloned();
    assert_eq!(of("BERAS_3204").unwrap()["outcome"], "likely_eligible");
    let events = regency.get("/v1/events?type=program.changed").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_local_instance_replaces_the_national_programme_in_its_region() {
    let world = World::start().await;
    let family = world.family().await;
    let member = world.member_of(&family).await;
    let ask = json!({ "person_id": member, "programs": ["KIS_DAERAH"], "facts": { "subject.sktm": true } });
    let open = world.back.post("/v1/eligibility/checks", ask.clone()).await.expect(200);
    assert_eq!(open["results"][0]["outcome"], "undetermined");
    let mut instance = local("KIS_DAERAH_3204");
    instance["recipient_unit"] = json!("individual");
    instance["instance_of"] = json!("KIS_DAERAH");
    let made = regency(&world).post("/v1/programs", instance.clone()).await.expect(201);
    assert_eq!(made["rules"][0]["effective_from"], "2021-01-01");
    let settled = world.back.post("/v1/eligibility/checks", ask).await.expect(200);
    let result = &settled["results"][0];
    assert_eq!((&result["program_code"], &result["outcome"]), (&json!("KIS_DAERAH_3204"), &json!("likely_eligible")));
    assert_eq!((&result["instance_of"], &result["program_region_code"]), (&json!("KIS_DAERAH"), &json!("32.04")));
    let all = world.back.post("/v1/eligibility/checks", json!({ "person_id": member })).await.expect(200);
    let codes: Vec<_> = all["results"].as_array().unwrap().iter().map(|r| r["program_code"].clone()).collect();
    assert_eq!((codes.len(), codes.contains(&json!("KIS_DAERAH"))), (13, false));
    // An instance of the province does not apply where the regency has its own.
    let mut wider = instance.clone();
    (wider["code"], wider["region_code"]) = (json!("KIS_DAERAH_32"), json!("32"));
    let province = world.server.session("provinsi", None, &["32"], &[P::PROGRAMS_WRITE]);
    province.post("/v1/programs", wider).await.expect(201);
    let all = world.back.post("/v1/eligibility/checks", json!({ "person_id": member })).await.expect(200);
    let again: Vec<_> = all["results"].as_array().unwrap().iter().map(|r| r["program_code"].clone()).collect();
    assert_eq!(again, codes);
    // The instance does not apply in another regency.
    let mut body = crate::support::world::family(7);
    body["region_code"] = json!("34.04.01.2001");
    let foreign = world.elsewhere.post("/v1/families", body).await.expect(201)["id"].clone();
    let ask = json!({ "family_id": foreign, "programs": ["KIS_DAERAH_3204"] });
    let outside = world.elsewhere.post("/v1/eligibility/checks", ask).await.expect(200);
    assert_eq!(
        (&outside["results"][0]["outcome"], &outside["results"][0]["gap"]),
        (&json!("not_eligible"), &json!("outside_region"))
    );
    instance["code"] = json!("KIS_DAERAH_LAIN");
    regency(&world).post("/v1/programs", instance.clone()).await.expect_problem(409, "already-exists");
    instance["instance_of"] = json!("KIS_DAERAH_3204");
    let chain = regency(&world).post("/v1/programs", instance).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&chain), [("/instance_of".to_owned(), "unknown_program".to_owned())]);
}

#[actix_web::test]
async fn every_mistake_in_a_rule_is_listed_with_its_pointer() {
    let world = World::start().await;
    let ministry = ministry(&world);
    let rule = json!({ "all": [
        { "field": "family.shoe_size", "op": "lte", "value": 4 },
        { "any": [{ "field": "family.decile", "op": "contains", "value": "x" }, { "not": [] }] },
        { "field": "family.decile", "op": "between", "value": [5, 1] },
    ] });
    let found = ministry.post("/v1/rules/validate", json!({ "rule": rule })).await.expect(200);
    let errors: Vec<_> = found["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect();
    let expected = [
        ("/rule/all/0/field", "rule_field_unknown"),
        ("/rule/all/1/any/0/op", "rule_operator_unfit"),
        ("/rule/all/1/any/1/not", "rule_not_object"),
        ("/rule/all/2/value", "rule_range_reversed"),
    ];
    assert_eq!((found["valid"].as_bool(), errors), (Some(false), expected.to_vec()));
    assert_ne!(found["errors"][0]["detail"]["id"], "Nilai tidak sah");
    let body = json!({ "effective_from": "2027-01-01", "rule": rule });
    let refused = ministry.post("/v1/programs/PKH/rule-versions", body).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let good = ministry.post("/v1/rules/validate", json!({ "rule": decile_at_most(3) })).await.expect(200);
    assert_eq!((&good["valid"], &good["facts"]), (&json!(true), &json!(["family.decile"])));
}

#[actix_web::test]
async fn a_deep_tree_is_refused_with_a_clear_error() {
    let world = World::start().await;
    let ministry = ministry(&world);
    let nested = |levels: usize| {
        let tree = format!("{}{}{}", "{\"not\":".repeat(levels), decile_at_most(3), "}".repeat(levels));
        format!("{{\"rule\":{tree}}}").into_bytes()
    };
    let ask = async |levels| {
        let json = [("content-type", "application/json")];
        ministry.raw(Method::POST, "/v1/rules/validate", &json, Some(nested(levels))).await
    };
    assert_eq!(ask(30).await.expect(200)["valid"], true);
    let deep = ask(60).await.expect(200);
    assert_eq!(deep["errors"][0]["code"], "rule_too_deep");
    assert_eq!(deep["errors"][0]["pointer"].as_str().unwrap().matches("/not").count(), 32);
    for levels in [1000, 50_000] {
        let problem = ask(levels).await.expect_problem(400, "body-too-deep");
        let fault = &problem["errors"][0];
        assert_eq!((&fault["code"], &fault["maximum"]), (&json!("too_deep"), &json!(127)));
        let pointer = fault["pointer"].as_str().unwrap();
        assert!(pointer.starts_with("/rule/not/not") && pointer.matches('/').count() == 127, "{pointer}");
    }
}

#[actix_web::test]
async fn the_facts_are_listed_with_their_operators() {
    let world = World::start().await;
    let list = world.server.anonymous().get("/v1/reference/facts").await.expect(200);
    let facts = list["items"].as_array().unwrap();
    let decile = facts.iter().find(|f| f["code"] == "family.decile").unwrap();
    assert_eq!((&decile["label_id"], &decile["attributes"]["kind"]), (&json!("Desil kesejahteraan"), &json!("int")));
    assert!(decile["attributes"]["operators"].as_array().unwrap().contains(&json!("between")));
}
