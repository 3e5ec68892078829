//! Rights of data subjects: export, access records, correction, restriction, erasure.

use chrono::TimeDelta;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl as _;
use reqwest::Method;
use serde_json::{Value, json};
use slrt::imports::export::EXPORT;
use slrt::jobs::run::{Outcome, Run, Runner, Stop};
use slrt::slices::permissions as P;

use super::imports::{import, loader, problems};
use crate::support::http::faults;
use crate::support::world::{VILLAGE, organization, submission};
use crate::support::{Session, World};

const NIK: &str = "3204055203909001";
const OWN: [(&str, &str); 1] = [("access-purpose", "subject_request")];

/// Back office with the permission to reveal data.
fn opener(world: &World) -> Session {
    let may = [
        P::REGISTRY_READ,
        P::REGISTRY_WRITE,
        P::PII_REVEAL,
        P::ELIGIBILITY_CHECK,
        P::COMPLAINTS_READ,
        P::REFERRALS_READ,
    ];
    world.server.session("bandung-bo", Some(organization("slrt-bandung")), &["32.04"], &may)
}

/// A complaint about the person in their own words.
async fn own_complaint(world: &World, person: &str) -> String {
    let mut body = submission();
    body["subject"] = json!({ "person_id": person });
    let made = world.front.post("/v1/complaints", body).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_export_has_the_data_of_each_slice_and_names_no_other_person() {
    let world = World::start().await;
    let home = world.family().await;
    let person = world.member_of(&home).await;
    own_complaint(&world, &person).await;
    let mut neighbour = submission();
    neighbour["subject"] = json!({ "person_id": person });
    neighbour["complainant"] = json!({ "name": "Tetangga Lain", "relation": "tetangga" });
    world.front.post("/v1/complaints", neighbour).await.expect(201);
    let mut referral = world.referral(None).await;
    referral["subject"] = json!({ "person_id": person });
    world.back.post("/v1/referrals", referral).await.expect(201);
    world.proposal().await;
    world.subject_request(&person, "access").await;
    let own = world.front.get("/v1/complaints").await.expect(200)["items"][1]["id"].as_str().unwrap().to_owned();
    let note = json!({ "visibility": "internal", "text": "Berkas lengkap." });
    world.back.post(&format!("/v1/complaints/{own}/notes"), note).await.expect(201);
    world.attachment(&own).await;
    world.visit(&own).await;
    let stay = json!({ "kind": "elderly_home", "facility_name": "Panti Contoh", "region_code": "32.04.05", "since": "2026-07-01" });
    world.front.post(&format!("/v1/persons/{person}/add-residence"), stay).await.expect(200);
    let may = [P::COMPLAINTS_SUBMIT, P::ELIGIBILITY_CHECK];
    let desk = world.server.session("bandung-fo", Some(organization("slrt-bandung")), &["32.04"], &may);
    let mut objection = crate::eligibility_objections::objection(&home);
    objection["complainant"] = json!({ "name": "Tetangga Lain", "relation": "tetangga" });
    desk.post("/v1/eligibility/objections", objection).await.expect(201);
    let path = format!("/v1/persons/{person}/subject-export");
    let bo = opener(&world);
    bo.get(&path).await.expect_problem(400, "purpose-required");
    bo.get_with(&path, &[("access-purpose", "verification")]).await.expect_problem(400, "purpose-required");
    bo.get_with(&format!("/v1/persons/{person}"), &[("access-purpose", "verification")]).await.expect(200);

    let answer = bo.get_with(&path, &OWN).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(!answer.text.contains("Tetangga Lain") && !answer.text.contains("Ahmad Fauzi"));
    let export = answer.expect(200);
    let members = export["family"]["members"].as_array().unwrap();
    assert_eq!((members.len(), &members[0]["nik"]), (1, &json!(NIK)));
    assert_eq!(export["family"]["address"], "Kampung Contoh RT 01 RW 02");
    for part in [
        "residences",
        "objections",
        "messages",
        "attachments",
        "visits",
        "welfare_statuses",
        "referrals",
        "registry_proposals",
        "consents",
        "subject_requests",
    ] {
        assert_eq!(export[part].as_array().unwrap().len(), 1, "{part}");
    }
    let complaints = export["complaints"].as_array().unwrap();
    assert_eq!(complaints.len(), 3);
    assert_eq!(complaints[0]["notes"][0]["text"], "Berkas lengkap.");
    assert_eq!(complaints[0]["timeline"][0]["action"], "submit");
    assert_eq!(export["messages"][0]["recipient"], "0812-0000-9001");
    assert_eq!(export["residences"][0]["facility_name"], "Panti Contoh");
    assert_eq!(export["objections"][0]["evidence"]["snapshot"]["snapshot_version"], "2026-Q3");
    let actions: Vec<&str> =
        export["history"].as_array().unwrap().iter().map(|c| c["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["create", "create", "add-residence"]);
    assert_eq!(complaints[0]["complainant"]["phone"], "0812-0000-9001");
    assert_eq!(complaints[1].get("complainant"), None);
    assert_eq!(export["access_records"][0]["purpose"], "verification");

    let page = bo.get_with(&format!("{path}?format=html"), &OWN).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    for text in [
        "<html lang=\"id\">",
        NIK,
        "Cileunyi Kulon",
        "12 Maret 1990",
        "Siapa yang membuka data Anda",
        "Panti Contoh",
        "Berkas lengkap.",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(!page.text.contains("<script") && !page.text.contains("http://") && !page.text.contains("https://"));

    let records = bo.get(&format!("/v1/persons/{person}/access-records")).await.expect(200);
    let actions: Vec<&str> =
        records["items"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["person.export", "person.export", "person.reveal"]);
    let last = &records["items"][2];
    assert_eq!((&last["actor"], &last["lawful_basis"]), (&json!("bandung-bo"), &json!("legal_obligation")));
    assert_eq!(last["organization_id"], json!(organization("slrt-bandung")));
    world.front.get(&path).await.expect_problem(403, "insufficient-scope");
}

#[actix_web::test]
async fn a_request_has_a_deadline_and_an_answer() {
    let world = World::start().await;
    let person = world.member_of(&world.family().await).await;
    let id = world.subject_request(&person, "access").await;
    let path = format!("/v1/subject-requests/{id}");
    let open = world.front.get(&path).await.expect(200);
    let time = |name: &str| open[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(time("due_at") - time("received_at"), TimeDelta::hours(72));
    assert_eq!((&open["overdue"], &open["allowed_actions"]), (&json!(false), &json!(["fulfil", "refuse"])));
    world.server.shared.clock.advance(TimeDelta::hours(73));
    let world = World::around(world.server);
    let late = world.front.get("/v1/subject-requests?overdue=true").await.expect(200);
    assert_eq!((&late["items"][0]["id"], &late["items"][0]["overdue"]), (&json!(id), &json!(true)));
    assert_eq!(world.elsewhere.get("/v1/subject-requests").await.expect(200)["items"], json!([]));
    let answer = json!({ "answer": "Salinan data diserahkan di meja layanan." });
    let done = world.back.post(&format!("{path}/fulfil"), answer.clone()).await.expect(200);
    assert_eq!((&done["status"], &done["answered_by"]), (&json!("fulfilled"), &json!("bandung-bo")));
    let again = world.back.post(&format!("{path}/fulfil"), answer.clone()).await;
    again.expect_problem(409, "subject-request-invalid-transition");
    assert_eq!(world.front.get("/v1/subject-requests?overdue=true").await.expect(200)["items"], json!([]));
    let erasure = world.subject_request(&person, "erasure").await;
    let erasure = format!("/v1/subject-requests/{erasure}");
    let undone = world.back.post(&format!("{erasure}/fulfil"), answer.clone()).await;
    undone.expect_problem(409, "subject-request-not-done");
    let refusal = json!({ "reason": "law_requires_keeping", "answer": "Bantuan masih dipertanggungjawabkan." });
    let refused = world.back.post(&format!("{erasure}/refuse"), refusal).await.expect(200);
    assert_eq!((&refused["status"], &refused["refusal_reason"]), (&json!("refused"), &json!("law_requires_keeping")));
}

#[actix_web::test]
async fn restricted_data_is_stored_but_neither_shown_nor_used() {
    let world = World::start().await;
    let home = world.family().await;
    let person = world.member_of(&home).await;
    let path = format!("/v1/persons/{person}");
    let mut referral = world.referral(None).await;
    referral["subject"] = json!({ "person_id": person });
    referral["client_phone"] = json!("0812-0000-9001");
    let sent = world.back.post("/v1/referrals", referral.clone()).await.expect(201);
    let sent = format!("/v1/referrals/{}", sent["id"].as_str().unwrap());
    let request = world.subject_request(&person, "restriction").await;
    let body =
        json!({ "reason": "accuracy_contested", "request_id": request, "note": "Data disabilitas dipersoalkan." });
    world.front.post(&format!("{path}/restrict"), body.clone()).await.expect(200);
    world.front.post(&format!("{path}/restrict"), body).await.expect_problem(409, "already-restricted");
    let answered = world.front.get(&format!("/v1/subject-requests/{request}")).await.expect(200);
    assert_eq!(answered["status"], "fulfilled");

    let shown = world.front.get(&path).await.expect(200);
    assert_eq!((&shown["restricted"], &shown["full_name"]), (&json!(true), &json!("***")));
    assert!(shown.get("nik").is_none() && shown.get("birth_year").is_none() && shown.get("jkn_status").is_none());
    let family = world.front.get(&format!("/v1/families/{home}")).await;
    assert!(!family.text.contains("Siti") && family.text.contains("Ahmad Fauzi"));
    let bo = opener(&world);
    let supervision = [("access-purpose", "service_delivery")];
    bo.get_with(&path, &supervision).await.expect_problem(403, "processing-restricted");
    bo.get_with(&format!("/v1/families/{home}"), &supervision).await.expect_problem(403, "processing-restricted");
    assert_eq!(bo.get_with(&path, &[("access-purpose", "emergency")]).await.expect(200)["nik"], json!(NIK));
    assert_eq!(bo.get_with(&path, &OWN).await.expect(200)["full_name"], "Siti Rahmawati");
    // A search result alone would reveal recorded data.
    let described =
        json!({ "full_name": "Siti Rahmawati", "region_code": VILLAGE, "birth_date": "1990-03-12", "nik": NIK });
    for (search, body) in [
        ("search", json!({ "name": "Siti" })),
        ("search", json!({ "birth_date": "1990-03-12" })),
        ("search", json!({ "decile": 2, "name": "Siti" })),
        ("duplicate-search", described),
    ] {
        let found = world.front.post(&format!("/v1/persons/{search}"), body.clone()).await.expect(200);
        assert_eq!(found["items"], json!([]), "{search} {body}");
    }
    let duplicates = world.front.post("/v1/persons/duplicate-search", json!({ "person_id": person })).await;
    duplicates.expect_problem(403, "processing-restricted");
    let check = world.back.post("/v1/eligibility/checks", json!({ "person_id": person })).await;
    check.expect_problem(403, "processing-restricted");
    let many = json!({ "items": [{ "person_id": person }, { "family_id": home }] });
    let many = world.back.post("/v1/eligibility/checks/batch", many).await.expect(207);
    assert_eq!(many["items"][0]["problem"]["code"], "processing-restricted");
    assert_eq!(many["items"][1]["status"], 200);
    let complaint = format!("/v1/complaints/{}", own_complaint(&world, &person).await);
    bo.get_with(&complaint, &supervision).await.expect_problem(403, "processing-restricted");
    bo.get_with(&complaint, &[("access-purpose", "emergency")]).await.expect(200);
    for part in ["history", "residences"] {
        bo.get_with(&format!("{path}/{part}"), &supervision).await.expect_problem(403, "processing-restricted");
    }
    world.back.post("/v1/referrals", referral).await.expect_problem(403, "processing-restricted");
    bo.get_with(&sent, &supervision).await.expect_problem(403, "processing-restricted");
    assert_eq!(bo.get(&sent).await.expect(200)["client_phone"], "08**********01");

    let version = format!("\"{}\"", world.front.get(&path).await.expect(200)["version"]);
    let patch = json!({ "full_name": "Nama Lain" });
    let patched = world.front.send(reqwest::Method::PATCH, &path, &[("if-match", &version)], Some(patch)).await;
    patched.expect_problem(403, "processing-restricted");

    world.front.post(&format!("{path}/lift-restriction"), json!({})).await.expect(200);
    world.front.post(&format!("{path}/lift-restriction"), json!({})).await.expect_problem(409, "not-restricted");
    bo.get_with(&path, &supervision).await.expect(200);
    let found = world.front.post("/v1/persons/search", json!({ "name": "Siti" })).await.expect(200);
    assert_eq!(found["items"][0]["person"]["id"], json!(person));
    bo.get_with(&complaint, &supervision).await.expect(200);
    assert_eq!(bo.get_with(&sent, &supervision).await.expect(200)["client_phone"], "0812-0000-9001");
    let all = world.front.get(&format!("{path}/restrictions")).await.expect(200);
    assert!(all["items"][0]["lifted_at"].is_string());
}

#[actix_web::test]
async fn a_correction_is_applied_or_proposed() {
    let world = World::start().await;
    let person = world.member_of(&world.family().await).await;
    let path = format!("/v1/persons/{person}/correct");
    let request = world.subject_request(&person, "correction").await;
    let body = json!({ "changes": { "full_name": "Siti Rahmawati Putri" }, "request_id": request });
    let done = world.front.post(&path, body.clone()).await.expect(200);
    assert_eq!(done["person"]["full_name"], "Siti Rahmawati Putri");
    let refused = faults(&world.front.post(&path, body).await.expect_problem(422, "validation-failed"));
    assert_eq!(refused, [("/request_id".to_owned(), "unknown_request".to_owned())]);
    let mut always = json!({ "submit_from": 1, "submit_until": 31, "village_until": 31, "agency_until": 31 });
    always["source"] = json!("Uji coba");
    let owner = world.server.session("pusdatin", None, &["ID"], &[P::REGISTRY_IMPORT]);
    let window = "/v1/registry-proposal-windows/default";
    owner.send(reqwest::Method::PUT, window, &[("if-match", "\"1\"")], Some(always)).await.expect(200);
    let request = world.subject_request(&person, "correction").await;
    let evidence = json!([{ "kind": "identity_paper", "text": "Kartu keluarga" }]);
    let proposed = json!({
        "changes": { "marital_status": "widowed" }, "request_id": request,
        "proposal": { "statement": "Suami meninggal.", "evidence": evidence },
    });
    let answer = world.front.post(&path, proposed).await;
    assert!(!answer.text.contains(NIK));
    let proposal = answer.expect(200)["proposal"].clone();
    assert_eq!((&proposal["kind"], &proposal["person_id"]), (&json!("correction"), &json!(person)));
    let answered = world.front.get(&format!("/v1/subject-requests/{request}")).await.expect(200);
    assert_eq!(answered["proposal_id"], proposal["id"]);
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Every table with a row that contains a text, as text or as bytes.
async fn tables_with(world: &World, text: &str) -> Vec<String> {
    let mut conn = world.server.connection().await;
    let tables: Vec<Line> = diesel::sql_query(
        "select table_name::text as line from information_schema.tables where table_schema = 'public'",
    )
    .load(&mut conn)
    .await
    .unwrap();
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut found = Vec::new();
    for table in tables {
        let sql =
            format!("select count(*) from {0} t where t::text ilike '%{text}%' or t::text like '%{hex}%'", table.line);
        let count: Count = diesel::sql_query(sql).get_result(&mut conn).await.unwrap();
        if count.count > 0 {
            found.push(table.line);
        }
    }
    found
}

/// Records the person's name in every place that stores free text or names.
async fn record_name_everywhere(world: &World, home: &str, person: &str) {
    let patch = json!({ "full_name": "Siti Rahmawati", "marital_status": "widowed" });
    let version = [("if-match", "\"1\"")];
    let path = format!("/v1/persons/{person}");
    world.front.send(reqwest::Method::PATCH, &path, &version, Some(patch)).await.expect(200);
    let stay = json!({ "kind": "elderly_home", "facility_name": "Panti Siti Rahmawati", "region_code": "32.04.05", "since": "2026-07-01" });
    let key = [("idempotency-key", "\"stay-1\"")];
    world.front.send(reqwest::Method::POST, &format!("{path}/add-residence"), &key, Some(stay)).await.expect(200);
    let shock = json!({ "kind": "disaster", "happened_on": "2026-03-01", "note": "Siti Rahmawati mengungsi." });
    world.front.post(&format!("/v1/families/{home}/add-shock"), shock).await.expect(200);
    // As a reporter for the household, and as a reporter for another person.
    let mut complaint = submission();
    complaint["subject"] = json!({ "family_id": home });
    complaint["description"] = json!("Saya, SITI RAHMAWATI, melapor untuk keluarga.");
    let key = [("idempotency-key", "\"complaint-1\"")];
    let made = world.front.send(reqwest::Method::POST, "/v1/complaints", &key, Some(complaint)).await.expect(201);
    let made = made["id"].as_str().unwrap();
    let note = json!({ "visibility": "reporter", "text": "Ibu Siti Rahmawati datang lagi." });
    world.back.post(&format!("/v1/complaints/{made}/notes"), note).await.expect(201);
    world.visit(made).await;
    let visit = json!({
        "region_code": "32.04.05.2001", "family_id": home, "result": "met", "note": "Bertemu Siti Rahmawati.",
    });
    let facilitator = [P::COMPLAINTS_SUBMIT];
    let facilitator = world.server.session("bandung-fas", Some(organization("slrt-bandung")), &["32.04"], &facilitator);
    facilitator.post("/v1/visits", visit).await.expect(201);
    world.front.post("/v1/complaints", submission()).await.expect(201);
    let consent = json!({
        "subject": { "family_id": home }, "purpose": "verification", "lawful_basis": "consent",
        "given_by": { "role": "guardian", "name": "Siti Rahmawati" }, "method": "written", "given_on": "2026-01-05",
    });
    world.front.post("/v1/consents", consent).await.expect(201);
    world.server.work().await;
}

#[actix_web::test]
async fn erasure_removes_the_identity_and_retains_statistics() {
    let world = World::start().await;
    let home = world.family().await;
    let person = world.member_of(&home).await;
    let complaint = own_complaint(&world, &person).await;
    world.consent(&person).await;
    record_name_everywhere(&world, &home, &person).await;
    let request = world.subject_request(&person, "erasure").await;
    let path = format!("/v1/persons/{person}/erase");
    let body = json!({ "request_id": request, "ground": "subject_request" });
    let barred = world.back.post(&path, body.clone()).await.expect_problem(409, "erasure-barred");
    assert!(barred["detail"].as_str().unwrap().contains("complaint"), "{barred}");
    let reject = json!({ "reason": "out_of_scope", "note": "Bukan urusan Siti Rahmawati." });
    world.back.post(&format!("/v1/complaints/{complaint}/reject"), reject).await.expect(200);
    world.front.post(&path, body.clone()).await.expect_problem(403, "own-recommendation");
    let wrong = json!({ "request_id": complaint, "ground": "subject_request" });
    world.back.post(&path, wrong).await.expect_problem(422, "validation-failed");
    assert!(!tables_with(&world, "Siti Rahmawati").await.is_empty());

    let erased = world.back.post(&path, body.clone()).await.expect(200);
    assert_eq!((&erased["person_id"], &erased["request"]["status"]), (&json!(person), &json!("fulfilled")));
    assert_eq!(tables_with(&world, "Siti Rahmawati").await, Vec::<String>::new());
    assert_eq!(tables_with(&world, "0812-0000-9001").await, Vec::<String>::new());
    assert_eq!(tables_with(&world, NIK).await, Vec::<String>::new());
    world.back.post(&path, body.clone()).await.expect_problem(409, "already-erased");
    // Neither an import with the old data nor the desk can restore the person.
    let importer = loader(&world);
    let text = format!("id,region_code,nik,full_name,sex\r\n{person},32.04.05.2001,{NIK},Siti Rahmawati,female\r\n");
    let job = import(&world, &importer, "kind=persons&on_conflict=update", &text).await;
    assert_eq!(problems(&importer, &job).await, ["2,id,erased"]);
    let named = json!({ "full_name": "Siti Rahmawati" });
    let version = [("if-match", "*")];
    let patched = world.back.send(Method::PATCH, &format!("/v1/persons/{person}"), &version, Some(named)).await;
    patched.expect_problem(409, "already-erased");
    assert_eq!(tables_with(&world, "Siti Rahmawati").await, Vec::<String>::new());
    // The history lists the changes without values.
    let bo = opener(&world);
    let changes = bo.get_with(&format!("/v1/persons/{person}/history"), &OWN).await.expect(200);
    let changes = changes["items"].as_array().unwrap().clone();
    assert_eq!(changes[0]["action"], "erase");
    assert!(changes.len() > 2);
    assert!(changes.iter().flat_map(|c| c["fields"].as_array().unwrap()).all(|f| f.get("from").is_none()));
    let stays = bo.get_with(&format!("/v1/persons/{person}/residences"), &OWN).await.expect(200);
    assert_eq!((&stays["items"][0]["kind"], stays["items"][0].get("facility_name")), (&json!("elderly_home"), None));
    let complaints = world.front.get("/v1/complaints?status=received").await.expect(200);
    assert_eq!(complaints["items"].as_array().unwrap().len(), 2);
    let found = world.front.post("/v1/persons/lookup", json!({ "nik": NIK })).await.expect(200);
    assert_eq!(found["items"], json!([]));
    let left = world.front.get(&format!("/v1/persons/{person}")).await.expect(200);
    assert_eq!((&left["full_name"], &left["sex"]), (&json!("(dihapus)"), &json!("female")));
    assert!(left.get("nik").is_none());
    let retained = world.front.get(&format!("/v1/complaints/{complaint}")).await.expect(200);
    assert_eq!((&retained["status"], &retained["description"]), (&json!("rejected"), &json!("(dihapus)")));
    let other = world.front.get(&format!("/v1/families/{home}")).await;
    assert!(other.text.contains("Ahmad Fauzi"));
    let events = world.front.get("/v1/events?type=person.erased").await.expect(200);
    assert_eq!(events["items"][0]["subject_id"], json!(person));
    let trail = world.auditor.get(&format!("/v1/audit-records?target_id={person}")).await.expect(200);
    assert!(trail["items"].as_array().unwrap().iter().any(|r: &Value| r["action"] == "person.erase"));
    // The NIK can be used again: a person who returns is recorded as a new person.
    let returned = json!({ "region_code": "32.04.05.2001", "full_name": "Siti Baru", "sex": "female", "nik": NIK });
    world.front.post("/v1/persons", returned).await.expect(201);
}

/// Writes a partial result and then never finishes.
async fn write_and_hang(run: &mut Run) -> Result<Outcome, Stop> {
    run.step(async |_, progress| {
        progress.done = 1;
        progress.position = json!({ "region": "32.04.05.2001", "id": uuid::Uuid::max() });
        progress.result_type = Some("text/csv".to_owned());
        progress.write_result(b"Siti Rahmawati\r\n");
        Ok(())
    })
    .await?;
    std::future::pending().await
}

#[actix_web::test]
async fn a_running_export_restarts_without_the_erased_person() {
    const HANGS: &[Runner] = &[Runner { kind: EXPORT, run: |run| Box::pin(write_and_hang(run)) }];
    let world = World::start().await;
    let person = world.member_of(&world.family().await).await;
    let exporter = world.server.session("exporter", None, &["32.04"], slrt::auth::Permission::all());
    let params = json!({ "kind": "persons", "reveal": true, "purpose": "verification" });
    let job = format!("/v1/jobs/{}", world.job(&exporter, EXPORT, params).await);
    world.work_until_killed(&exporter, &job, HANGS, 1).await;
    let request = world.subject_request(&person, "erasure").await;
    let body = json!({ "request_id": request, "ground": "subject_request" });
    world.back.post(&format!("/v1/persons/{person}/erase"), body).await.expect(200);
    assert_eq!(exporter.get(&job).await.expect(200)["done"], 0);
    world.server.work().await;
    let done = exporter.get(&job).await.expect(200);
    assert_eq!((&done["status"], &done["done"]), (&json!("succeeded"), &json!(1)));
    let result = exporter.get_with(&format!("{job}/result"), &[("access-purpose", "verification")]).await.text;
    assert!(result.contains("Ahmad Fauzi") && !result.contains("Siti Rahmawati"), "{result}");
}
