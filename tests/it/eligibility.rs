//! Eligibility checks: three-valued, explained, with the rules and the snapshot of a day.

use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::World;
use crate::support::http::faults;
use crate::support::world::{VILLAGE, family};

fn of<'a>(check: &'a Value, program: &str) -> &'a Value {
    check["results"].as_array().unwrap().iter().find(|r| r["program_code"] == program).unwrap()
}

#[actix_web::test]
async fn a_family_is_checked_for_all_thirteen_programmes() {
    let world = World::start().await;
    let family = world.family().await;
    let check = world.back.post("/v1/eligibility/checks", json!({ "family_id": family })).await.expect(200);
    let mut programs: Vec<_> =
        check["results"].as_array().unwrap().iter().map(|r| r["program_code"].as_str().unwrap()).collect();
    programs.sort_unstable();
    programs.dedup();
    assert_eq!(programs.len(), 13);
    assert_eq!(check["snapshot"]["snapshot_version"], "2026-Q3");
    let pkh = of(&check, "PKH");
    assert_eq!(pkh["outcome"], "likely_eligible");
    assert!(pkh["clauses"].as_array().unwrap().iter().all(|c| c["explanation"]["id"].as_str().unwrap().len() > 3));
    assert_eq!(of(&check, "LISTRIK_SUBSIDI")["outcome"], "likely_eligible");
    assert_eq!(of(&check, "BPBL")["outcome"], "not_eligible");
    let (id, en) = (pkh["summary"]["id"].as_str().unwrap(), pkh["summary"]["en"].as_str().unwrap());
    let start = "Keluarga ini kemungkinan layak menerima Program Keluarga Harapan. Dasarnya: ";
    assert!(id.starts_with(start) && id.contains("perlu dipastikan petugas"), "{id}");
    assert!(id.contains("Desil kesejahteraan 2, syaratnya paling tinggi 4") && id.contains("26 Mei 2025"), "{id}");
    assert!(en.contains("This family is likely eligible for") && en.contains("fairly certain"), "{en}");
    let whole = check["summary"]["id"].as_str().unwrap();
    assert!(whole.starts_with("Kemungkinan layak menerima: ") && whole.contains("Terdaftar bukan berarti menerima."));
    let rst = of(&check, "RST");
    assert_eq!(rst["outcome"], "undetermined");
    let missing: Vec<_> = rst["missing"].as_array().unwrap().iter().map(|m| m["field"].as_str().unwrap()).collect();
    assert!(missing.contains(&"dwelling.land_title"), "{missing:?}");
    assert!(rst["missing"][0]["question_id"].as_str().or(rst["missing"][0]["question"]["id"].as_str()).is_some());
}

#[actix_web::test]
async fn a_stated_fact_settles_an_undetermined_outcome() {
    let world = World::start().await;
    let family = world.family().await;
    let member = world.member_of(&family).await;
    let ask = |facts: Value| json!({ "person_id": member, "programs": ["ATENSI"], "facts": facts });
    let open = world.back.post("/v1/eligibility/checks", ask(json!({}))).await.expect(200);
    assert_eq!(of(&open, "ATENSI")["outcome"], "undetermined");
    let stated = world.back.post("/v1/eligibility/checks", ask(json!({ "subject.criteria": ["disability"] }))).await;
    let stated = stated.expect(200);
    assert_eq!(of(&stated, "ATENSI")["outcome"], "likely_eligible");
    let unknown = world.back.post("/v1/eligibility/checks", ask(json!({ "subject.shoe_size": 42 }))).await;
    let found = faults(&unknown.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/facts/subject.shoe_size".to_owned(), "fact_unknown".to_owned())]);
}

#[actix_web::test]
async fn a_past_day_is_evaluated_with_its_own_rules() {
    let world = World::start().await;
    let family = world.family().await;
    let on = async |day: &str| {
        let body = json!({ "family_id": family, "programs": ["KKS"], "on": day });
        let check = world.back.post("/v1/eligibility/checks", body).await.expect(200);
        of(&check, "KKS").clone()
    };
    let now = on("2026-10-15").await;
    assert_eq!((now["rule_version"].as_i64(), now["outcome"].as_str()), (Some(3), Some("likely_eligible")));
    let then = on("2025-07-01").await;
    assert_eq!(
        (then["rule_version"].as_i64(), then["outcome"].as_str()),
        (Some(2), Some("undetermined")),
        "no snapshot yet"
    );
    let before = on("2014-01-01").await;
    assert_eq!(before["outcome"], "undetermined");
    assert!(before.get("rule_version").is_none());
}

#[actix_web::test]
async fn a_check_has_exactly_one_subject_in_the_callers_regions() {
    let world = World::start().await;
    let family = world.family().await;
    for body in [json!({}), json!({ "family_id": family, "nik": "3204055203909001" })] {
        let found =
            faults(&world.back.post("/v1/eligibility/checks", body).await.expect_problem(422, "validation-failed"));
        assert!(found.iter().any(|(_, code)| code == "one_of"), "{found:?}");
    }
    let by_nik = json!({ "nik": "3204055203909001", "programs": ["KIS"] });
    world.back.post("/v1/eligibility/checks", by_nik.clone()).await.expect(200);
    world.elsewhere.post("/v1/eligibility/checks", by_nik).await.expect_problem(404, "not-found");
    let unknown = json!({ "family_id": family, "programs": ["NOTHING"] });
    let found =
        faults(&world.back.post("/v1/eligibility/checks", unknown).await.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/programs/0".to_owned(), "unknown_program".to_owned())]);
}

/// The referral stores the check of the day on which it was sent. The target sees it without data that it may not see.
#[actix_web::test]
async fn a_referral_stores_the_check_of_its_day() {
    let world = World::start().await;
    let family = world.family().await;
    let mut draft = world.referral(None).await;
    draft["subject"] = json!({ "family_id": family });
    draft["region_code"] = json!(VILLAGE);
    let id = world.back.post("/v1/referrals", draft).await.expect(201)["id"].as_str().unwrap().to_owned();
    let sent = world.back.act(&format!("/v1/referrals/{id}/request")).await.expect(200);
    assert_eq!(sent["subject_name"], "Siti Rahmawati");
    assert_eq!(sent["eligibility"]["results"][0]["program_code"], "PKH");
    let later = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-11-01", "decile": 9 });
    world.registry_loader().post(&format!("/v1/families/{family}/welfare-statuses"), later).await.expect(201);
    let read = world.back.get(&format!("/v1/referrals/{id}")).await.expect(200);
    assert_eq!(read["eligibility"]["snapshot"]["snapshot_version"], "2026-Q3");
    // The target sees the outcome, not the data.
    let shown = world.pkh.get(&format!("/v1/referrals/{id}")).await.expect(200);
    assert!(shown["eligibility"].is_object() && shown["eligibility"].get("snapshot").is_none());
}

#[actix_web::test]
async fn programmes_are_listed_with_rules_legal_basis_and_confidence() {
    let world = World::start().await;
    let any = world.server.anonymous();
    let list = any.get("/v1/programs").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 13);
    let kks = any.get("/v1/programs/KKS").await.expect(200);
    let text = kks.to_string();
    assert!(
        text.contains("family.welfare_percentile") && text.contains("2015-01-01") && text.contains("low"),
        "{text}"
    );
    any.get("/v1/programs/NOTHING").await.expect_problem(404, "not-found");
}

/// A desk without the right to specific data sees the same for a family with a pregnant member as for one without.
#[actix_web::test]
async fn specific_data_is_withheld_in_components_conditions_and_texts() {
    let world = World::start().await;
    let opener = world.server.session("bandung-sup", None, &["32.04"], &[P::ELIGIBILITY_CHECK, P::PII_REVEAL]);
    let mut estimates = Vec::new();
    for (serial, pregnant) in [(1, true), (2, false)] {
        let mut body = family(serial);
        let severity = if pregnant { json!("severe") } else { Value::Null };
        for member in body["members"].as_array_mut().unwrap() {
            member["pregnant_or_postpartum"] = json!(pregnant && member["sex"] == "female");
            member["disability_type"] = if pregnant { json!("physical") } else { Value::Null };
            member["disability_severity"] = severity.clone();
        }
        let made = world.front.post("/v1/families", body).await.expect(201);
        let ask = json!({ "family_id": made["id"], "programs": ["PKH"] });
        let result = world.back.post("/v1/eligibility/checks", ask.clone()).await.expect(200)["results"][0].clone();
        let field = "family.count_pregnant_or_postpartum";
        let clause = result["clauses"].as_array().unwrap().iter().find(|c| c["field"] == field).unwrap();
        if pregnant {
            assert_eq!((&clause["outcome"], &clause["decisive"]), (&json!("withheld"), &json!(false)));
        }
        for lang in ["id", "en"] {
            let text = result["summary"][lang].as_str().unwrap();
            assert!(!text.contains("hamil") && !text.contains("regnant") && !text.contains("isab"), "{text}");
        }
        let codes = json!(["pregnant_or_postpartum", "severe_disability"]);
        assert_eq!(result["components"]["withheld"], codes);
        estimates.push((result["components"]["items"].clone(), result["components"]["total_idr_per_year"].clone()));
        if pregnant {
            let purpose = [("access-purpose", "eligibility_check")];
            let opened = opener.post_with("/v1/eligibility/checks", &purpose, ask).await.expect(200);
            assert_eq!(opened["results"][0]["components"]["items"][0]["code"], "pregnant_or_postpartum");
            assert!(opened["results"][0]["components"].get("withheld").is_none());
        }
    }
    assert_eq!(estimates[0], estimates[1]);
}

/// Counts for a family use the data of all its members, so each member gets an access record.
#[actix_web::test]
async fn a_revealed_check_creates_an_access_record_for_each_member() {
    let world = World::start().await;
    let home = world.family().await;
    let read = world.front.get(&format!("/v1/families/{home}")).await.expect(200);
    let members: Vec<_> = read["members"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    let opener = world.server.session("bandung-sup", None, &["32.04"], &[P::ELIGIBILITY_CHECK, P::PII_REVEAL]);
    let purpose = [("access-purpose", "eligibility_check")];
    let asked = [json!({ "family_id": home }), json!({ "person_id": members[1] })];
    for ask in asked.clone() {
        opener.post_with("/v1/eligibility/checks", &purpose, ask).await.expect(200);
    }
    let batch = json!({ "items": asked });
    opener.post_with("/v1/eligibility/checks/batch", &purpose, batch).await.expect(207);
    for member in members {
        let records = opener.get(&format!("/v1/persons/{member}/access-records")).await.expect(200);
        let records = records["items"].as_array().unwrap();
        assert_eq!(
            records.len(),
            3,
            "one for the family check, one for the person check, one for the batch: {records:?}"
        );
        assert!(records.iter().all(|r| r["actor"] == "bandung-sup" && r["purpose"] == "eligibility_check"));
    }
}

#[actix_web::test]
async fn a_stated_fact_is_validated_with_the_bounds_and_codes_of_the_reference() {
    let world = World::start().await;
    let home = world.family().await;
    let member = world.member_of(&home).await;
    let refused = async |facts: Value| {
        let body = json!({ "person_id": member, "programs": ["PKH"], "facts": facts });
        world.back.post("/v1/eligibility/checks", body).await.expect_problem(422, "validation-failed")
    };
    for (name, value, suffix, code) in [
        ("family.decile", json!(11), "", "too_large"),
        ("family.count_age_0_6", json!(-1), "", "too_small"),
        ("subject.school_level", json!("university"), "", "unknown_value"),
        ("subject.ppks_codes", json!(["PPKS-11", "PPKS-77"]), "/1", "unknown_value"),
        ("family.programs_active", json!(["PKH", "NOTHING"]), "/1", "unknown_program"),
        ("region.code", json!("99.99"), "", "unknown_region"),
        ("dwelling.pln_customer_id", json!("3204055203909001"), "", "contains_identity_number"),
    ] {
        let problem = refused(json!({ name: value })).await;
        assert_eq!(faults(&problem), [(format!("/facts/{name}{suffix}"), code.to_owned())]);
    }
    let problem = refused(json!({ "family.decile": 11 })).await;
    assert_eq!(problem["errors"][0]["maximum"], 10);
    let keyed = refused(json!({ "3204055203909001": 1 })).await;
    assert_eq!(faults(&keyed), [("/facts/***".to_owned(), "fact_unknown".to_owned())]);
    let facts = world.server.anonymous().get("/v1/reference/facts").await.expect(200);
    let listed = |name: &str| {
        let of = |fact: &&Value| fact["code"] == name;
        facts["items"].as_array().unwrap().iter().find(of).unwrap()["attributes"].clone()
    };
    let decile = listed("family.decile");
    assert_eq!((&decile["minimum"], &decile["maximum"]), (&json!(1), &json!(10)));
    assert!(listed("subject.school_level")["codes"].as_array().unwrap().contains(&json!("smp")));
}
