//! Tests of imports and exports together with data subject rights.

use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::exports::{KINDS, PURPOSE, everything, export};
use crate::imports::{count, filled, import, problems};
use crate::support::{Session, World};

async fn restrict(world: &World, person: &str) {
    let request = world.subject_request(person, "restriction").await;
    let body = json!({ "reason": "accuracy_contested", "request_id": request });
    world.front.post(&format!("/v1/persons/{person}/restrict"), body).await.expect(200);
}

/// Gives consent for verification on behalf of the subject, and withdraws it.
async fn withdraw(world: &World, subject: Value) {
    let body = json!({
        "subject": subject, "purpose": "verification", "lawful_basis": "consent",
        "given_by": { "role": "subject" }, "method": "written", "given_on": "2026-01-05",
    });
    let made = world.front.post("/v1/consents", body).await.expect(201);
    let path = format!("/v1/consents/{}/withdraw", made["id"].as_str().unwrap());
    world.front.post(&path, json!({ "method": "written" })).await.expect(200);
}

async fn erase(world: &World, person: &str) {
    let request = world.subject_request(person, "erasure").await;
    let body = json!({ "request_id": request, "ground": "subject_request" });
    world.back.post(&format!("/v1/persons/{person}/erase"), body).await.expect(200);
}

async fn person_of(world: &World, nik: &str) -> Value {
    let found = world.front.post("/v1/persons/lookup", json!({ "nik": nik })).await.expect(200);
    found["items"][0].clone()
}

#[actix_web::test]
async fn an_export_with_restricted_and_erased_persons_can_be_imported_again() {
    let world = World::start().await;
    let who = everything(&world);
    let numbered = |n: u16| crate::support::world::ranked(n);
    let mut homes = Vec::new();
    for n in 1..=4 {
        let made = world.create_family(numbered(n)).await;
        homes.push((made["id"].as_str().unwrap().to_owned(), made["members"][0]["id"].as_str().unwrap().to_owned()));
    }
    restrict(&world, &homes[0].1).await;
    withdraw(&world, json!({ "person_id": homes[1].1 })).await;
    erase(&world, &homes[2].1).await;
    for kind in KINDS {
        let text = export(&world, &who, json!({ "kind": kind, "reveal": true }), PURPOSE).await;
        assert!(!text.contains("**") && !text.contains("(dihapus)"), "{kind}: {text}");
        let rows = text.lines().count() - 1;
        assert_eq!(rows, if kind == "persons" { 5 } else { 4 }, "{kind}: {text}");
        let again = import(&world, &who, &format!("kind={kind}&on_conflict=update"), &text).await;
        let same = if kind == "welfare_statuses" { "skipped" } else { "unchanged" };
        assert_eq!((&again["status"], &again["counts"][same]), (&json!("succeeded"), &json!(rows)), "{kind}: {again}");
    }
    let jobs = who.get("/v1/jobs?kind=export").await.expect(200);
    let counted = |kind: &str, what: &str| {
        let mut jobs = jobs["items"].as_array().unwrap().iter();
        jobs.find(|job| job["params"]["kind"] == kind).unwrap()["counts"][what].clone()
    };
    assert_eq!(
        (counted("persons", "withheld"), counted("families", "masked"), counted("dwellings", "masked")),
        (json!(3), json!(2), json!(2))
    );
}

#[actix_web::test]
async fn an_import_does_not_change_a_restricted_person() {
    let (world, who) = filled().await;
    let person = person_of(&world, "3204051008159001").await["id"].as_str().unwrap().to_owned();
    restrict(&world, &person).await;
    let text = "family_card_no,nik,full_name,sex,relation_to_head,jkn_status\r\n\
        3204050101199001,3204055203909001,Siti Rahmawati,female,head,active\r\n\
        3204050101199001,3204051008159001,Ahmad Fauzi,male,child,active\r\n";
    let refused = import(&world, &who, "kind=persons&on_conflict=update", text).await;
    assert_eq!(refused["failure"]["code"], "import-refused");
    assert_eq!(problems(&who, &refused).await, ["3,nik,processing_restricted"]);
    let others = import(&world, &who, "kind=persons&on_conflict=update&on_fault=skip", text).await;
    assert_eq!(others["counts"], json!({ "checked": 2, "faulty": 1, "updated": 1 }));
    assert_eq!(count(&world, "persons where jkn_status = 'active'").await, 1);
}

#[actix_web::test]
async fn an_imported_number_gets_the_same_identity_status_as_one_entered_at_a_desk() {
    let (world, who) = filled().await;
    let entered = json!({
        "region_code": "32.04.05.2001", "full_name": "Asep", "sex": "male", "nik": "3204051008159011", "birth_date": "2015-08-10",
    });
    let entered = world.front.post("/v1/persons", entered).await.expect(201);
    let header = "id,family_card_no,region_code,nik,full_name,sex,relation_to_head,identity_status\r\n";
    let id = uuid::Uuid::now_v7();
    let other = uuid::Uuid::now_v7();
    let without = format!(
        "{header}{id},3204050101199001,,,Budi,male,child,\r\n{other},,32.04.05.2001,,Dewi,female,,unverified\r\n"
    );
    assert_eq!(import(&world, &who, "kind=persons", &without).await["counts"]["created"], 2);
    let with = format!(
        "{header},,32.04.05.2001,3204051008159012,Cecep,male,,\r\n{id},3204050101199001,,3204051008159013,Budi,male,child,\r\n\
         {other},,32.04.05.2001,3204055008159014,Dewi,female,,\r\n"
    );
    let job = import(&world, &who, "kind=persons&on_conflict=update", &with).await;
    assert_eq!(job["counts"], json!({ "checked": 3, "created": 1, "updated": 2 }));
    for nik in ["3204051008159012", "3204051008159013", "3204055008159014"] {
        assert_eq!(person_of(&world, nik).await["identity_status"], entered["identity_status"], "{nik}");
    }
}

#[actix_web::test]
async fn a_member_imported_into_a_family_with_withdrawn_consent_gets_the_same_limits() {
    let (world, who) = filled().await;
    let query = json!({ "family_card_no": "3204050101199001" });
    let found = world.front.post("/v1/families/lookup", query).await.expect(200);
    let home = found["items"][0]["id"].as_str().unwrap().to_owned();
    withdraw(&world, json!({ "family_id": home })).await;
    let text = "family_card_no,nik,full_name,sex,relation_to_head\r\n\
        3204050101199001,3204051008159021,Budi,male,child\r\n3204050101199002,3204051008159022,Dewi,female,child\r\n";
    assert_eq!(import(&world, &who, "kind=persons", text).await["counts"]["created"], 2);
    assert_eq!(count(&world, "persons where limited_purposes = '{verification}'").await, 3);
    let opener = world.server.session("bo", None, &["32.04"], &[P::REGISTRY_READ, P::PII_REVEAL]);
    let path = format!("/v1/persons/{}", person_of(&world, "3204051008159021").await["id"].as_str().unwrap());
    opener.get_with(&path, PURPOSE).await.expect_problem(403, "consent-withdrawn");

    let new_consent = json!({
        "subject": { "family_id": home }, "purpose": "verification", "lawful_basis": "consent",
        "given_by": { "role": "subject" }, "method": "written", "given_on": "2026-01-06",
    });
    world.front.post("/v1/consents", new_consent).await.expect(201);
    let text =
        "family_card_no,nik,full_name,sex,relation_to_head\r\n3204050101199001,3204051008159023,Cecep,male,child\r\n";
    import(&world, &who, "kind=persons", text).await;
    assert_eq!(count(&world, "persons where limited_purposes <> '{}'").await, 0);
}

/// Runs an export, and returns the path of its result.
async fn export_of(world: &World, who: &Session, kind: &str, with: Value, purpose: &[(&str, &str)]) -> String {
    let mut body = json!({ "kind": kind });
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    let job = who.post_with("/v1/exports", purpose, body).await.expect(202);
    world.server.work().await;
    format!("/v1/jobs/{}/result", job["id"].as_str().unwrap())
}

async fn access_records(who: &Session, person: &str) -> Vec<(String, String)> {
    let records = who.get(&format!("/v1/persons/{person}/access-records")).await.expect(200);
    let text = |record: &Value, name: &str| record[name].as_str().unwrap().to_owned();
    records["items"].as_array().unwrap().iter().map(|r| (text(r, "action"), text(r, "purpose"))).collect()
}

fn records(actions: &[&str]) -> Vec<(String, String)> {
    actions.iter().map(|action| ((*action).to_owned(), "verification".to_owned())).collect()
}

#[actix_web::test]
async fn a_download_needs_the_purpose_of_the_export_and_is_recorded_for_every_person_in_it() {
    let world = World::start().await;
    let who = everything(&world);
    let person = world.member_of(&world.family().await).await;
    let result = export_of(&world, &who, "persons", json!({ "reveal": true }), PURPOSE).await;
    let later = world.front.post("/v1/families", crate::support::world::family(2)).await.expect(201);
    let later = later["members"][0]["id"].as_str().unwrap();
    assert_eq!(access_records(&who, &person).await, records(&["person.reveal"]));
    who.get(&result).await.expect_problem(400, "purpose-required");
    who.get_with(&result, &[("access-purpose", "supervision")]).await.expect_problem(403, "purpose-differs");
    assert_eq!(access_records(&who, &person).await, records(&["person.reveal"]), "nothing was downloaded");
    for _ in 0..2 {
        assert_eq!(who.get_with(&result, PURPOSE).await.status, 200);
    }
    assert_eq!(access_records(&who, &person).await, records(&["export.reveal", "export.reveal", "person.reveal"]));
    assert_eq!(access_records(&who, later).await, records(&[]), "not in the file");
    let households = export_of(&world, &who, "families", json!({ "reveal": true }), PURPOSE).await;
    assert_eq!(who.get_with(&households, PURPOSE).await.status, 200);
    assert_eq!(access_records(&who, later).await, records(&["export.reveal", "family.reveal"]));
}

#[actix_web::test]
async fn exporting_names_needs_a_purpose() {
    let world = World::start().await;
    let person = world.member_of(&world.family().await).await;
    let who = everything(&world);
    let reader = world.server.session("reader", None, &["32.04"], &[P::REGISTRY_READ, P::EVENTS_READ]);
    reader.post("/v1/exports", json!({ "kind": "persons" })).await.expect_problem(400, "purpose-required");
    let families = export_of(&world, &reader, "families", json!({}), &[]).await;
    assert_eq!(reader.get(&families).await.status, 200);
    let result = export_of(&world, &reader, "persons", json!({}), PURPOSE).await;
    reader.get(&result).await.expect_problem(400, "purpose-required");
    let text = reader.get_with(&result, PURPOSE).await.text;
    assert!(text.contains("Siti Rahmawati") && text.contains("**01") && !text.contains("1990-"), "{text}");
    assert_eq!(access_records(&who, &person).await, records(&["export.reveal", "person.export_names"]));
}

#[actix_web::test]
async fn a_download_is_refused_once_a_person_in_the_file_has_limited_processing() {
    let world = World::start().await;
    let who = everything(&world);
    let mut homes = Vec::new();
    for n in 1..=3 {
        homes.push(world.front.post("/v1/families", crate::support::world::family(n)).await.expect(201));
    }
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let (first, second, child) = (id(&homes[0]["members"][0]), id(&homes[1]), id(&homes[2]["members"][1]));
    let other: &[(&str, &str)] = &[("access-purpose", "supervision")];
    let persons = export_of(&world, &who, "persons", json!({ "reveal": true }), PURPOSE).await;
    let families = export_of(&world, &who, "families", json!({ "reveal": true }), PURPOSE).await;
    let homes = export_of(&world, &who, "dwellings", json!({ "reveal": true }), PURPOSE).await;
    let names = export_of(&world, &who, "persons", json!({}), PURPOSE).await;
    let supervised = export_of(&world, &who, "persons", json!({ "reveal": true }), other).await;
    let files = [&persons, &families, &homes, &names];

    restrict(&world, &first).await;
    for file in files {
        who.get_with(file, PURPOSE).await.expect_problem(409, "export-outdated");
    }
    who.get_with(&supervised, other).await.expect_problem(409, "export-outdated");
    assert_eq!(access_records(&who, &first).await.iter().filter(|(action, _)| action == "export.reveal").count(), 0);
    let newer = export_of(&world, &who, "families", json!({ "reveal": true }), PURPOSE).await;
    assert_eq!(who.get_with(&newer, PURPOSE).await.status, 200, "created afterwards");
    world.front.post(&format!("/v1/persons/{first}/lift-restriction"), json!({})).await.expect(200);
    for file in files {
        assert_eq!(who.get_with(file, PURPOSE).await.status, 200);
    }

    withdraw(&world, json!({ "family_id": second })).await;
    for file in files {
        who.get_with(file, PURPOSE).await.expect_problem(409, "export-outdated");
    }
    assert_eq!(who.get_with(&supervised, other).await.status, 200, "consent for this purpose was not withdrawn");

    // Erased in another district, which this export does not cover; but the person is in the file.
    let here = json!({ "reveal": true, "region_code": "32.04.05" });
    let here = export_of(&world, &who, "persons", here, other).await;
    assert_eq!(who.get_with(&here, other).await.status, 200);
    let away = json!({ "new_family": { "region_code": "32.04.06.2003" } });
    world.front.post(&format!("/v1/persons/{child}/move"), away).await.expect(200);
    erase(&world, &child).await;
    who.get_with(&here, other).await.expect_problem(409, "export-outdated");
}
