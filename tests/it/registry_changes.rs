//! Changes of families and persons: patches, moves, splits, mergers, death and removal, each with its history.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use super::imports::{import, loader, problems};
use crate::support::World;
use crate::support::http::{Answer, Session, faults};
use crate::support::world::{VILLAGE, family, ranked};

const NIK: &str = "3204055203909001";

async fn patch(who: &Session, path: &str, version: &Value, body: Value) -> Answer {
    let tag = format!("\"{version}\"");
    let headers = [("if-match", tag.as_str()), ("content-type", "application/merge-patch+json")];
    who.send(Method::PATCH, path, &headers, Some(body)).await
}

async fn home(world: &World, id: &str) -> Value {
    world.front.get(&format!("/v1/families/{id}")).await.expect(200)
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

#[actix_web::test]
async fn a_merge_patch_changes_only_its_fields_and_is_recorded_in_the_history() {
    let world = World::start().await;
    let family = world.family().await;
    let head = world.member_of(&family).await;
    let path = format!("/v1/persons/{head}");
    let body = json!({ "jkn_status": "active", "school_enrolled": null });
    world.front.send(Method::PATCH, &path, &[], Some(body.clone())).await.expect_problem(428, "precondition-required");
    patch(&world.front, &path, &json!(7), body.clone()).await.expect_problem(412, "version-mismatch");
    let changed = patch(&world.front, &path, &json!(1), body.clone()).await.expect(200);
    assert_eq!(
        (changed["jkn_status"].as_str(), changed.get("school_enrolled"), &changed["version"]),
        (Some("active"), None, &json!(2))
    );
    // The same patch again changes nothing.
    assert_eq!(patch(&world.front, &path, &json!(2), body).await.expect(200)["version"], 2);
    assert_eq!(home(&world, &family).await["version"], 2);
    let history = world.front.get(&format!("{path}/history")).await.expect(200);
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
    assert_eq!(history["items"][1]["action"], "create");
    assert_eq!(history["items"][0]["actor"], "bandung-fo");
    assert_eq!(history["items"][0]["fields"], json!([{ "field": "jkn_status" }, { "field": "school_enrolled" }]));
    let may = world.server.session("bo", None, &["32.04"], &[P::REGISTRY_READ, P::PII_REVEAL]);
    let shown = may.get_with(&format!("{path}/history"), &[("access-purpose", "verification")]).await.expect(200);
    assert_eq!(shown["items"][0]["fields"][0], json!({ "field": "jkn_status", "from": "none", "to": "active" }));
    let events = world.front.get("/v1/events?type=person.updated").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn an_invalid_patch_is_rejected_with_pointers_and_changes_nothing() {
    let world = World::start().await;
    let family = world.family().await;
    let path = format!("/v1/persons/{}", world.member_of(&family).await);
    let faults_of = async |body| {
        faults(&patch(&world.front, &path, &json!(1), body).await.expect_problem(422, "validation-failed"))
    };
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(faults_of(json!({ "birth_date": "2031-01-01" })).await, one("/birth_date", "in_the_future"));
    assert_eq!(faults_of(json!({ "programs": [] })).await, one("/programs", "unknown_field"));
    assert_eq!(faults_of(json!({ "relation_to_head": "child" })).await, one("/relation_to_head", "head_required"));
    assert_eq!(faults_of(json!({ "full_name": null })).await, one("/full_name", "type"));
    assert_eq!(faults_of(json!({ "nik": null })).await, one("/nik", "required"));
    assert_eq!(home(&world, &family).await["version"], 1);
    let path = format!("/v1/families/{family}");
    let answer =
        patch(&world.front, &path, &json!(1), json!({ "region_code": "32.04.99.2001", "assets": { "cars": -1 } }))
            .await;
    let found = faults(&answer.expect_problem(422, "validation-failed"));
    assert!(found.contains(&("/assets/cars".to_owned(), "too_small".to_owned())), "{found:?}");
}

#[actix_web::test]
async fn a_patched_region_moves_the_family_with_all_members() {
    let world = World::start().await;
    let family = world.family().await;
    let path = format!("/v1/families/{family}");
    let body =
        json!({ "dwelling": { "power_va": 900 }, "assets": { "motorcycles": 1 }, "region_code": "32.04.05.2002" });
    let changed = patch(&world.front, &path, &json!(1), body).await.expect(200);
    assert_eq!((&changed["dwelling"]["power_va"], &changed["dwelling"]["tenure"]), (&json!(900), &json!("own")));
    assert_eq!(changed["assets"], json!({ "motorcycles": 1 }));
    assert!(changed["members"].as_array().unwrap().iter().all(|m| m["region_code"] == "32.04.05.2002"));
    let away = patch(&world.front, &path, &changed["version"], json!({ "region_code": "34.04.07.2001" })).await;
    away.expect_problem(403, "region-not-granted");
}

#[actix_web::test]
async fn a_nik_can_be_added_later_unless_it_belongs_to_another_person() {
    let world = World::start().await;
    let family_id = world.family().await;
    let body = json!({ "region_code": VILLAGE, "full_name": "Tanpa Nama", "sex": "male" });
    let person = world.front.post("/v1/persons", body).await.expect(201);
    let path = format!("/v1/persons/{}", id(&person));
    let answer = patch(&world.front, &path, &json!(1), json!({ "nik": NIK })).await;
    assert!(!answer.text.contains(NIK));
    let problem = answer.expect_problem(409, "identity-in-use");
    assert_eq!(problem["conflicts"][0]["pointer"], "/nik");
    assert_eq!(problem["conflicts"][0]["family_id"], json!(family_id));
    let new = "3204051203809777";
    let changed =
        patch(&world.front, &path, &json!(1), json!({ "nik": new, "identity_status": "verified" })).await.expect(200);
    assert_eq!((changed["nik"].as_str(), &changed["birth_year"]), (Some("32************77"), &json!(1980)));
    let found = world.front.post("/v1/persons/lookup", json!({ "nik": new })).await.expect(200);
    assert_eq!(found["items"][0]["id"], person["id"]);
    // Contradictions are warnings.
    let warned = patch(&world.front, &path, &json!(2), json!({ "sex": "female" })).await.expect(200);
    assert_eq!(warned["nik_warnings"], json!(["nik_sex_differs"]));
    assert_eq!(warned["warnings"], json!([{ "pointer": "/sex", "code": "nik_sex_differs" }]));
    let history = world.front.get(&format!("{path}/history")).await.text;
    assert!(!history.contains(new));
}

#[actix_web::test]
async fn a_conflict_names_the_other_record_only_to_callers_who_may_see_it() {
    let world = World::start().await;
    world.family().await;
    let mut body = family(1);
    body["region_code"] = json!("34.04.07.2001");
    let far = world.elsewhere.post("/v1/families", body.clone()).await.expect_problem(409, "identity-in-use");
    assert!(far.get("conflicts").is_none(), "{far}");
    let both = world.server.session("pusat", None, &["ID"], &[P::REGISTRY_READ, P::REGISTRY_WRITE]);
    let near = both.post("/v1/families", body).await.expect_problem(409, "identity-in-use");
    let places: Vec<&str> =
        near["conflicts"].as_array().unwrap().iter().map(|c| c["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/family_card_no", "/members/0/nik", "/members/1/nik"]);
    // The rejected family does not exist, so its id is given only if the client chose it.
    assert!(near["conflicts"][0].get("claimed_by_family_id").is_none(), "{near}");
    let mut named = family(1);
    named["id"] = json!(uuid::Uuid::now_v7());
    let near = both.post("/v1/families", named.clone()).await.expect_problem(409, "identity-in-use");
    assert_eq!(near["conflicts"][0]["claimed_by_family_id"], named["id"]);
}

#[actix_web::test]
async fn a_dead_person_stays_readable_and_is_no_longer_a_member() {
    let world = World::start().await;
    let family = world.family().await;
    let members = home(&world, &family).await["members"].clone();
    let (head, child) = (id(&members[0]), id(&members[1]));
    let path = format!("/v1/persons/{head}/record-death");
    let found = faults(
        &world.front.post(&path, json!({ "died_on": "2026-11-01" })).await.expect_problem(422, "validation-failed"),
    );
    assert_eq!(found, [("/new_head_id".to_owned(), "required".to_owned())]);
    let body = json!({ "died_on": "1980-01-01", "new_head_id": child });
    assert_eq!(
        faults(&world.front.post(&path, body).await.expect_problem(422, "validation-failed"))[0].1,
        "before_birth"
    );
    let stay = json!({ "kind": "elderly_home", "facility_name": "Panti Contoh", "region_code": "32.04", "since": "2026-07-01" });
    world.front.post(&format!("/v1/persons/{head}/add-residence"), stay).await.expect(200);
    let program = json!({ "program_code": "KKS", "person_id": head });
    world.front.post(&format!("/v1/families/{family}/add-program"), program).await.expect(200);
    let body = json!({ "died_on": "2026-11-01", "new_head_id": child });
    let dead = world.front.post(&path, body.clone()).await.expect(200);
    assert_eq!((dead["standing"].as_str(), dead["ended_on"].as_str()), (Some("deceased"), Some("2026-11-01")));
    // A death ends the stay in an institution and the programme participation.
    let stays = async || world.front.get(&format!("/v1/persons/{head}/residences")).await.expect(200)["items"].clone();
    assert_eq!(stays().await[0]["until"], "2026-11-01");
    assert_eq!(active_programs(&world, &family).await, json!([]));
    let again = world.front.post(&path, body).await.expect_problem(409, "person-invalid-transition");
    assert_eq!((again["current_state"].as_str(), &again["allowed"]), (Some("deceased"), &json!(["reinstate"])));
    let now = home(&world, &family).await;
    assert_eq!((now["members"].as_array().unwrap().len(), &now["members"][0]["relation_to_head"]), (1, &json!("head")));
    world.front.get(&format!("/v1/persons/{head}")).await.expect(200);
    world.back.post("/v1/eligibility/checks", json!({ "person_id": head })).await.expect_problem(404, "not-found");
    let list = world.front.get("/v1/persons").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        world.front.get("/v1/persons?include_ended=true").await.expect(200)["items"].as_array().unwrap().len(),
        2
    );
    world.server.shared.clock.advance(chrono::TimeDelta::seconds(5));
    let feed = world.front.get("/v1/persons?updated_since=2020-01-01T00:00:00Z").await.expect(200);
    assert!(feed["items"].as_array().unwrap().iter().any(|p| p["standing"] == "deceased"), "{feed}");
    let back = world.front.act(&format!("/v1/persons/{head}/reinstate")).await.expect(200);
    assert_eq!(
        (back["standing"].as_str(), back["relation_to_head"].as_str()),
        (Some("active"), Some("other_relative"))
    );
    assert!(stays().await[0].get("until").is_none());
    assert_eq!(active_programs(&world, &family).await, json!(["KKS"]));
}

/// The active programmes of the family as an eligibility check sees them.
async fn active_programs(world: &World, family: &str) -> Value {
    let ask = json!({ "family_id": family });
    let check = world.back.post("/v1/eligibility/checks", ask).await.expect(200);
    let clauses = check["results"].as_array().unwrap().iter().flat_map(|r| r["clauses"].as_array().unwrap());
    let mut asked = clauses.filter(|c| c["field"] == "family.programs_active");
    asked.next().expect("a condition on the active programmes")["actual"].clone()
}

#[actix_web::test]
async fn a_person_moves_with_their_nik_and_programmes() {
    let world = World::start().await;
    let family = world.family().await;
    let child = id(&home(&world, &family).await["members"][1]);
    let program = json!({ "program_code": "KIP", "person_id": child, "since": "2026-01-01" });
    world.front.post(&format!("/v1/families/{family}/add-program"), program.clone()).await.expect(200);
    let twice = world.front.post(&format!("/v1/families/{family}/add-program"), program).await;
    assert_eq!(faults(&twice.expect_problem(422, "validation-failed"))[0].1, "already_held");
    let body = json!({ "new_family": { "region_code": VILLAGE }, "moved_on": "2026-11-01" });
    let moved = world.front.post(&format!("/v1/persons/{child}/move"), body).await.expect(200);
    assert_eq!(moved["relation_to_head"], "head");
    let new = moved["family_id"].as_str().unwrap();
    assert_eq!(home(&world, new).await["programs"][0]["program_code"], "KIP");
    let found = world.front.post("/v1/persons/lookup", json!({ "nik": "3204051008159001" })).await.expect(200);
    assert_eq!(found["items"][0]["family_id"], json!(new));
    let body = json!({ "family_id": family, "relation_to_head": "child" });
    world.front.post(&format!("/v1/persons/{child}/move"), body).await.expect(200);
    // The family without members is closed.
    assert_eq!(home(&world, new).await["standing"], "removed");
    let into = json!({ "family_id": new, "relation_to_head": "child" });
    world.front.post(&format!("/v1/persons/{child}/move"), into).await.expect_problem(409, "family-invalid-transition");
    let history = world.front.get(&format!("/v1/persons/{child}/history")).await.expect(200);
    assert_eq!(history["items"][1]["happened_on"], "2026-11-01");
}

/// Ids of the persons that a search finds.
async fn found(world: &World, body: Value) -> Vec<String> {
    let page = world.front.post("/v1/persons/search", body).await.expect(200);
    page["items"].as_array().unwrap().iter().map(|hit| id(&hit["person"])).collect()
}

/// The participation of the family has ended and that of a member is active: the search finds only the member, once.
#[actix_web::test]
async fn a_search_finds_a_members_own_participation_after_that_of_the_family_ended() {
    let world = World::start().await;
    let family = world.family().await;
    let child = id(&home(&world, &family).await["members"][1]);
    patch(&world.front, &format!("/v1/persons/{child}"), &json!(1), json!({ "ppks_codes": ["PPKS-24"] }))
        .await
        .expect(200);
    let at = |what: &str| format!("/v1/families/{family}/{what}");
    let with_program =
        world.front.post(&at("add-program"), json!({ "program_code": "KIP", "since": "2025-01-01" })).await.expect(200);
    let over = json!({ "participation_id": with_program["programs"][0]["id"], "until": "2025-12-31" });
    world.front.post(&at("end-program"), over).await.expect(200);
    let own = json!({ "program_code": "KIP", "person_id": child, "since": "2026-01-01" });
    world.front.post(&at("add-program"), own).await.expect(200);
    for asked in [
        json!({ "program_code": "KIP" }),
        json!({ "program_code": "KIP", "decile": 2 }),
        json!({ "program_code": "KIP", "ppks_code": "PPKS-24" }),
        json!({ "program_code": "KIP", "name": "ahmad" }),
    ] {
        assert_eq!(found(&world, asked).await, std::slice::from_ref(&child));
    }
}

#[actix_web::test]
async fn a_search_by_facts_reflects_every_change() {
    let world = World::start().await;
    let family = world.family().await;
    let child = id(&home(&world, &family).await["members"][1]);
    let (pkh, kip) = (json!({ "program_code": "PKH" }), json!({ "program_code": "KIP" }));
    let program = json!({ "program_code": "PKH", "since": "2026-01-01" });
    world.front.post(&format!("/v1/families/{family}/add-program"), program).await.expect(200);
    let own = json!({ "program_code": "KIP", "person_id": child });
    world.front.post(&format!("/v1/families/{family}/add-program"), own).await.expect(200);
    assert_eq!((found(&world, pkh.clone()).await.len(), found(&world, kip.clone()).await), (2, vec![child.clone()]));
    assert_eq!(
        found(&world, json!({ "program_code": "PKH", "decile": 2, "name": "ahmad" })).await,
        std::slice::from_ref(&child)
    );

    // A page may end in the middle of a family.
    let ask = |cursor: Option<Value>| {
        let mut body = json!({ "decile": 2, "limit": 1 });
        cursor.into_iter().for_each(|cursor| body["cursor"] = cursor);
        world.front.post("/v1/persons/search", body)
    };
    let first = ask(None).await.expect(200);
    let second = ask(Some(first["next_cursor"].clone())).await.expect(200);
    assert_ne!(first["items"][0]["person"]["id"], second["items"][0]["person"]["id"]);
    assert!(second.get("next_cursor").is_none());

    let later = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-11-01", "decile": 9 });
    world.registry_loader().post(&format!("/v1/families/{family}/welfare-statuses"), later).await.expect(201);
    assert!(found(&world, json!({ "decile": 2 })).await.is_empty());
    assert_eq!(found(&world, json!({ "decile": 9 })).await.len(), 2);

    let path = format!("/v1/persons/{child}");
    patch(&world.front, &path, &json!(1), json!({ "ppks_codes": ["PPKS-24"] })).await.expect(200);
    assert_eq!(found(&world, json!({ "ppks_code": "PPKS-24" })).await, std::slice::from_ref(&child));
    let away = json!({ "new_family": { "region_code": "32.04.06.2003" } });
    world.front.post(&format!("/v1/persons/{child}/move"), away).await.expect(200);
    for fact in [json!({ "ppks_code": "PPKS-24" }), kip, json!({ "birth_date": "2015-08-10" })] {
        let within = |region: &str| {
            let mut body = fact.clone();
            body["region_code"] = json!(region);
            found(&world, body)
        };
        assert_eq!(within("32.04.06").await, std::slice::from_ref(&child), "{fact}");
        assert!(within("32.04.05").await.is_empty(), "{fact}");
    }
    assert_eq!(found(&world, pkh).await.len(), 1);
    let version = world.front.get(&path).await.expect(200)["version"].clone();
    patch(&world.front, &path, &version, json!({ "ppks_codes": [] })).await.expect(200);
    assert!(found(&world, json!({ "ppks_code": "PPKS-24" })).await.is_empty());
}

#[actix_web::test]
async fn a_family_can_be_split_and_merged_again() {
    let world = World::start().await;
    let family = world.family().await;
    let members = home(&world, &family).await["members"].clone();
    let (head, child) = (id(&members[0]), id(&members[1]));
    let all = json!([
        { "person_id": head, "relation_to_head": "head" }, { "person_id": child, "relation_to_head": "child" },
    ]);
    let path = format!("/v1/families/{family}/split");
    let body = json!({ "new_family": { "region_code": VILLAGE }, "members": all });
    assert_eq!(faults(&world.front.post(&path, body).await.expect_problem(422, "validation-failed"))[0].1, "too_many");
    let body = json!({
        "new_family": { "id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d77", "region_code": VILLAGE },
        "members": [{ "person_id": head, "relation_to_head": "head" }], "new_head_id": child,
    });
    let made = world.front.post(&path, body.clone()).await.expect(201);
    assert_eq!(world.front.post(&path, body).await.expect(200)["id"], made["id"]);
    assert_eq!(made["members"][0]["id"], json!(head));
    let path = format!("/v1/families/{}/merge", id(&made));
    let short = json!({ "family_id": family, "members": [] });
    assert_eq!(faults(&world.front.post(&path, short).await.expect_problem(422, "validation-failed"))[0].1, "too_few");
    let body = json!({ "family_id": family, "members": [{ "person_id": child, "relation_to_head": "child" }] });
    let whole = world.front.post(&path, body).await.expect(200);
    assert_eq!(whole["members"].as_array().unwrap().len(), 2);
    let gone = home(&world, &family).await;
    assert_eq!((gone["standing"].as_str(), &gone["merged_into"]), (Some("merged"), &made["id"]));
    let card =
        world.front.post("/v1/families/lookup", json!({ "family_card_no": "3204050101199001" })).await.expect(200);
    assert_eq!(card["items"][0]["id"], made["id"]);
    // An import finds the family by its card number in the family it was merged into, but not by its own id.
    let loader_session = loader(&world);
    let by_card = "family_card_no,power_va\r\n3204050101199001,900\r\n";
    let job = import(&world, &loader_session, "kind=dwellings&on_conflict=update", by_card).await;
    assert_eq!(job["status"], "succeeded");
    let by_id = format!("family_id,power_va\r\n{family},900\r\n");
    let job = import(&world, &loader_session, "kind=dwellings&on_conflict=update", &by_id).await;
    assert_eq!(problems(&loader_session, &job).await, ["2,family_id,ended"]);
    let by_id = format!("id,region_code,address\r\n{family},{VILLAGE},Jalan Lama\r\n");
    let job = import(&world, &loader_session, "kind=families&on_conflict=update", &by_id).await;
    assert_eq!(problems(&loader_session, &job).await, ["2,id,ended"]);
    let body = json!({ "person_id": child, "former_head_relation": "parent" });
    let headed = world.front.post(&format!("/v1/families/{}/change-head", id(&made)), body).await.expect(200);
    assert_eq!(headed["members"][0]["id"], json!(child));
}

#[actix_web::test]
async fn a_shock_can_be_added_and_ended() {
    let world = World::start().await;
    let family = world.family().await;
    let path = format!("/v1/families/{family}");
    let body = json!({ "kind": "disaster", "happened_on": "2026-10-03", "note": "Banjir" });
    let struck = world.front.post(&format!("{path}/add-shock"), body).await.expect(200);
    assert_eq!((&struck["attributes"]["disaster_victim"], struck["shocks"][0].get("note")), (&json!(true), None));
    let end = |day: &str| json!({ "shock_id": struck["shocks"][0]["id"], "until": day });
    let early = world.front.post(&format!("{path}/end-shock"), end("2026-10-01")).await;
    assert_eq!(faults(&early.expect_problem(422, "validation-failed"))[0].1, "ends_before_it_begins");
    let over = world.front.post(&format!("{path}/end-shock"), end("2026-11-01")).await.expect(200);
    assert_eq!(over["shocks"][0]["until"], "2026-11-01");
}

#[actix_web::test]
async fn lists_have_pages_and_cover_only_the_callers_regions() {
    let world = World::start().await;
    for serial in 1..=5 {
        world.create_family(ranked(serial)).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/families?limit=2&region_code=32.04.05".to_owned();
    loop {
        let page = world.front.get(&path).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(id));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/families?limit=2&region_code=32.04.05&cursor={next}");
    }
    let mut unique = seen.clone();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (5, 5));
    let one = world.front.get("/v1/families?limit=1").await.expect(200);
    assert_eq!(one["items"][0]["members"].as_array().unwrap().len(), 2);
    assert_eq!(one["items"][0]["welfare_status"]["decile"], 2);
    for path in ["/v1/families", "/v1/persons"] {
        assert_eq!(world.elsewhere.get(path).await.expect(200)["items"], json!([]), "{path}");
    }
}
