//! Each write of the registry is recorded in the history: who, when, which fields.

use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::contract::operations;
use crate::support::world::{family, organization};
use crate::support::{Session, World};

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

struct Home {
    head: String,
    child: String,
}

/// A family with a head and a child.
async fn home(who: &Session, serial: u16) -> Home {
    let made = who.post("/v1/families", family(serial)).await.expect(201);
    let member = |at: usize| made["members"][at]["id"].as_str().unwrap().to_owned();
    Home { head: member(0), child: member(1) }
}

/// Writes of the contract, each with the action in the history.
const TABLE: &[(&str, &str)] = &[
    ("POST /v1/families", "create"),
    ("POST /v1/persons", "create"),
    ("PATCH /v1/families/{id}", "update"),
    ("PATCH /v1/persons/{id}", "update"),
    ("POST /v1/families/{id}/add-program", "update"),
    ("POST /v1/families/{id}/end-program", "update"),
    ("POST /v1/families/{id}/add-shock", "update"),
    ("POST /v1/families/{id}/end-shock", "update"),
    ("POST /v1/families/{id}/change-head", "change-head"),
    ("POST /v1/families/{id}/merge", "take-in"),
    ("POST /v1/families/{id}/split", "split"),
    ("POST /v1/families/{id}/welfare-statuses", "add-welfare-status"),
    ("POST /v1/persons/{id}/add-residence", "add-residence"),
    ("POST /v1/persons/{id}/end-residence", "end-residence"),
    ("POST /v1/persons/{id}/correct", "correct"),
    ("POST /v1/persons/{id}/erase", "erase"),
    ("POST /v1/persons/{id}/restrict", "limit"),
    ("POST /v1/persons/{id}/lift-restriction", "lift-limit"),
    ("POST /v1/persons/{id}/merge", "merge"),
    ("POST /v1/persons/{id}/undo-merge", "undo-merge"),
    ("POST /v1/persons/{id}/move", "move"),
    ("POST /v1/persons/{id}/record-death", "record-death"),
    ("POST /v1/persons/{id}/remove", "remove"),
    ("POST /v1/persons/{id}/reinstate", "reinstate"),
];

/// Operations under the registry's paths that change no record.
const NO_WRITES: &[&str] = &[
    "POST /v1/families/lookup",
    "POST /v1/persons/lookup",
    "POST /v1/persons/search",
    "POST /v1/persons/duplicate-search",
    "POST /v1/persons/{id}/subject-requests",
];

#[actix_web::test]
async fn the_table_lists_every_write_of_the_contract() {
    for (path, method, _) in operations() {
        let ours = path.starts_with("/v1/families") || path.starts_with("/v1/persons");
        let name = format!("{} {path}", method.to_uppercase());
        if ours && !name.starts_with("GET ") {
            let known = TABLE.iter().any(|(row, _)| *row == name) || NO_WRITES.contains(&name.as_str());
            assert!(known, "{name} is not in the table");
        }
    }
}

/// Makes the call and checks that the history of its subject has an entry for it. Returns the response.
async fn write_and_check(who: &Session, subject: &str, call: &str, body: Value) -> Value {
    let (method, path) = call.split_once(' ').unwrap();
    let action = TABLE.iter().find(|(row, _)| *row == call).unwrap_or_else(|| panic!("{call}")).1;
    let kind = if path.starts_with("/v1/families") { "families" } else { "persons" };
    let at = |subject: &str| format!("/v1/{kind}/{subject}/history");
    let before = match path.contains("{id}") {
        true => who.get(&at(subject)).await.expect(200)["items"].as_array().unwrap().len(),
        false => 0,
    };
    let version = match method {
        "PATCH" => who.get(&format!("/v1/{kind}/{subject}")).await.expect(200)["version"].to_string(),
        _ => String::new(),
    };
    let condition = format!("\"{version}\"");
    let headers: &[(&str, &str)] = if version.is_empty() { &[] } else { &[("if-match", &condition)] };
    let method: Method = method.parse().unwrap();
    let answer = who.send(method, &path.replace("{id}", subject), headers, Some(body)).await;
    assert!(answer.status < 300, "{call}: {}", answer.text);
    let made: Value = serde_json::from_str(&answer.text).unwrap();
    let subject = if path.contains("{id}") { subject.to_owned() } else { id(&made) };
    let history = who.get(&at(&subject)).await.expect(200);
    let items = history["items"].as_array().unwrap();
    assert!(items.len() > before, "{call} is not in the history");
    let new = &items[..items.len() - before];
    let entry = new.iter().find(|e| e["action"] == action).unwrap_or_else(|| panic!("{call}: {new:?}"));
    assert_eq!(entry["actor"], "bandung-fo", "{call}");
    assert!(entry["at"].is_string());
    if ["create", "update", "correct", "erase", "add-welfare-status", "limit", "record-death"].contains(&action) {
        assert!(!entry["fields"].as_array().unwrap().is_empty(), "{call} names no field");
    }
    made
}

fn full_access(world: &World) -> Session {
    let may = [P::REGISTRY_READ, P::REGISTRY_WRITE, P::REGISTRY_IMPORT, P::COMPLAINTS_READ];
    world.server.session("bandung-fo", Some(organization("slrt-bandung")), &["32.04"], &may)
}

#[actix_web::test]
async fn each_write_records_who_when_and_which_fields() {
    let world = World::start().await;
    let who = full_access(&world);
    let mut done = Vec::new();
    let mut write = async |subject: &str, call: &'static str, body: Value| {
        done.push(call);
        write_and_check(&who, subject, call, body).await
    };
    let a = write("", "POST /v1/families", family(1)).await;
    let alone = json!({ "region_code": "32.04.05.2001", "full_name": "Orang Contoh", "sex": "male" });
    write("", "POST /v1/persons", alone).await;
    let (a, head, child) = (
        id(&a),
        a["members"][0]["id"].as_str().unwrap().to_owned(),
        a["members"][1]["id"].as_str().unwrap().to_owned(),
    );
    write(&a, "PATCH /v1/families/{id}", json!({ "address": "Jalan Contoh 2" })).await;
    write(&child, "PATCH /v1/persons/{id}", json!({ "jkn_status": "active" })).await;
    let program = json!({ "program_code": "PKH", "since": "2026-01-01" });
    let program = write(&a, "POST /v1/families/{id}/add-program", program).await;
    let end = json!({ "participation_id": program["programs"][0]["id"], "until": "2026-06-01" });
    write(&a, "POST /v1/families/{id}/end-program", end).await;
    let shock = json!({ "kind": "disaster", "happened_on": "2026-03-01" });
    let shock = write(&a, "POST /v1/families/{id}/add-shock", shock).await;
    let over = json!({ "shock_id": shock["shocks"][0]["id"], "until": "2026-06-01" });
    write(&a, "POST /v1/families/{id}/end-shock", over).await;
    let ranked = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-10-01", "decile": 3 });
    write(&a, "POST /v1/families/{id}/welfare-statuses", ranked).await;
    let stay =
        json!({ "kind": "child_home", "facility_name": "Panti", "region_code": "32.04.05", "since": "2026-07-01" });
    let stay = write(&child, "POST /v1/persons/{id}/add-residence", stay).await;
    let left = json!({ "residence_id": stay["items"][0]["id"], "until": "2026-08-01" });
    write(&child, "POST /v1/persons/{id}/end-residence", left).await;
    write(&child, "POST /v1/persons/{id}/correct", json!({ "changes": { "full_name": "Ahmad Fauzan" } })).await;
    write(&child, "POST /v1/persons/{id}/restrict", json!({ "reason": "accuracy_contested" })).await;
    write(&child, "POST /v1/persons/{id}/lift-restriction", json!({})).await;
    write(&a, "POST /v1/families/{id}/change-head", json!({ "person_id": child, "former_head_relation": "parent" }))
        .await;
    write(&a, "POST /v1/families/{id}/change-head", json!({ "person_id": head, "former_head_relation": "child" }))
        .await;
    write(&child, "POST /v1/persons/{id}/remove", json!({ "reason": "moved_abroad", "removed_on": "2026-11-01" }))
        .await;
    write(&child, "POST /v1/persons/{id}/reinstate", json!({})).await;
    let b = home(&who, 2).await;
    write(&b.child, "POST /v1/persons/{id}/move", json!({ "family_id": a, "relation_to_head": "child" })).await;
    let part = json!({
        "new_family": { "region_code": "32.04.05.2001" },
        "members": [{ "person_id": b.child, "relation_to_head": "head" }],
    });
    let part = id(&write(&a, "POST /v1/families/{id}/split", part).await);
    let whole = json!({ "family_id": part, "members": [{ "person_id": b.child, "relation_to_head": "child" }] });
    write(&a, "POST /v1/families/{id}/merge", whole).await;
    write(&child, "POST /v1/persons/{id}/merge", json!({ "duplicate_id": b.child })).await;
    write(&b.child, "POST /v1/persons/{id}/undo-merge", json!({})).await;
    let death = json!({ "died_on": "2026-11-01" });
    write(&b.child, "POST /v1/persons/{id}/record-death", death).await;
    let asked = json!({ "kind": "erasure", "requested_by": { "identity_check": "identity_paper" } });
    let path = format!("/v1/persons/{}/subject-requests", b.head);
    let request = id(&world.back.post(&path, asked).await.expect(201));
    let erase = json!({ "request_id": request, "ground": "subject_request" });
    write(&b.head, "POST /v1/persons/{id}/erase", erase).await;
    let missing: Vec<&str> = TABLE.iter().map(|(call, _)| *call).filter(|call| !done.contains(call)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[actix_web::test]
async fn changes_by_other_slices_are_recorded_too() {
    let world = World::start().await;
    let home = world.family().await;
    let person = world.member_of(&home).await;
    let actions = async |kind: &str, of: &str| -> Vec<String> {
        let history = world.front.get(&format!("/v1/{kind}/{of}/history")).await.expect(200);
        history["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap().to_owned()).collect()
    };
    let consent = world.consent(&person).await;
    world.front.post(&format!("/v1/consents/{consent}/withdraw"), json!({ "method": "written" })).await.expect(200);
    assert_eq!(actions("persons", &person).await.first().map(String::as_str), Some("limit"));
    world.consent(&person).await;
    assert_eq!(actions("persons", &person).await.first().map(String::as_str), Some("lift-limit"));
    assert_eq!(actions("families", &home).await, ["create"]);
}
