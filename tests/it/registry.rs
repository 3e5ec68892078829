//! Families and persons: identity numbers, masking, lookups within the caller's regions, welfare snapshots.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bytea, Text};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::{Value, json};
use slrt::auth::sealing::IdentityKind;
use slrt::slices::permissions as P;

use crate::support::World;
use crate::support::http::faults;
use crate::support::world::{VILLAGE, family, ranked};

const NIK: &str = "3204055203909001";
const CARD: &str = "3204050101199001";

#[actix_web::test]
async fn a_person_is_found_by_nik_only_within_the_callers_regions() {
    let world = World::start().await;
    let id = world.family().await;
    let found = world.front.post("/v1/persons/lookup", json!({ "nik": NIK })).await.expect(200);
    assert_eq!(found["items"][0]["family_id"], json!(id));
    assert_eq!(found["items"][0]["nik"], "32************01");
    assert_eq!((found["items"][0]["birth_year"].as_i64(), found["items"][0].get("birth_date")), (Some(1990), None));
    let card = world.front.post("/v1/families/lookup", json!({ "family_card_no": CARD })).await.expect(200);
    assert_eq!(card["items"][0]["id"], json!(id));
    let purpose = [("access-purpose", "supervision")];
    for (path, body) in
        [("/v1/persons/lookup", json!({ "nik": NIK })), ("/v1/families/lookup", json!({ "family_card_no": CARD }))]
    {
        let nothing = world.elsewhere.post_with(path, &purpose, body).await.expect(200);
        assert_eq!(nothing["items"], json!([]), "{path}");
    }
    let unknown = world.front.post("/v1/persons/lookup", json!({ "nik": "3204055203909002" })).await.expect(200);
    assert_eq!(unknown["items"], json!([]));
}

#[actix_web::test]
async fn a_reveal_needs_the_permission_and_a_purpose_and_writes_an_access_record() {
    let world = World::start().await;
    let id = world.family().await;
    let member = world.member_of(&id).await;
    let path = format!("/v1/persons/{member}");
    assert_eq!(world.front.get(&path).await.expect(200)["nik"], "32************01");
    let may = world.server.session("bo", None, &["32.04"], &[P::REGISTRY_READ, P::PII_REVEAL]);
    may.get(&path).await.expect_problem(400, "purpose-required");
    may.get_with(&path, &[("access-purpose", "curiosity")]).await.expect_problem(400, "purpose-required");
    let shown = may.get_with(&path, &[("access-purpose", "verification")]).await.expect(200);
    assert_eq!((shown["nik"].as_str(), shown["birth_date"].as_str()), (Some(NIK), Some("1990-03-12")));
    let audit_records = world.auditor.get(&format!("/v1/audit-records?target_id={member}")).await.expect(200);
    let reveals: Vec<_> =
        audit_records["items"].as_array().unwrap().iter().filter(|r| r["action"] == "person.reveal").collect();
    assert_eq!((reveals.len(), reveals[0]["purpose"].as_str()), (1, Some("verification")));
    assert!(!audit_records.to_string().contains(NIK));
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

#[actix_web::test]
async fn a_desk_creates_a_family_without_a_decile() {
    let world = World::start().await;
    let problem = world.front.post("/v1/families", ranked(1)).await.expect_problem(403, "insufficient-scope");
    assert!(problem["detail"].as_str().unwrap().contains("registry:import"), "{problem}");
    let made = world.front.post("/v1/families", family(1)).await.expect(201);
    let path = format!("/v1/families/{}/welfare-statuses", made["id"].as_str().unwrap());
    let status = ranked(1)["welfare_status"].clone();
    world.front.post(&path, status.clone()).await.expect_problem(403, "insufficient-scope");
    world.registry_loader().post(&path, status).await.expect(201);
}

/// A stolen dump contains no NIK and no family card number. Checks every row of every table as text.
#[actix_web::test]
async fn the_database_contains_no_plain_identity_number() {
    let world = World::start().await;
    let key = [("idempotency-key", "f1")];
    world.front.post_with("/v1/families", &key, family(1)).await.expect(201);
    let mut conn = world.server.connection().await;
    let tables: Vec<Line> = diesel::sql_query(
        "select table_name::text as line from information_schema.tables where table_schema = 'public'",
    )
    .load(&mut conn)
    .await
    .unwrap();
    assert!(tables.len() > 15);
    let hex = |number: &str| number.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    for table in tables {
        for number in [NIK, CARD] {
            let sql = format!(
                "select count(*) from {0} where {0}::text like '%{number}%' or {0}::text like '%{1}%'",
                table.line,
                hex(number)
            );
            let found: Count = diesel::sql_query(sql).get_result(&mut conn).await.unwrap();
            assert_eq!(found.count, 0, "{} contains a number", table.line);
        }
    }
}

#[actix_web::test]
async fn an_identity_number_belongs_to_one_person_or_family() {
    let world = World::start().await;
    world.family().await;
    let mut other = family(1);
    other["family_card_no"] = json!("3204050101199777");
    let answer = world.front.post("/v1/families", other).await;
    assert!(!answer.text.contains(NIK));
    answer.expect_problem(409, "identity-in-use");
    let mut other = family(2);
    other["family_card_no"] = json!(CARD);
    world.front.post("/v1/families", other).await.expect_problem(409, "identity-in-use");
    world.front.post("/v1/families", family(2)).await.expect(201);
}

#[actix_web::test]
async fn concurrent_requests_for_the_same_niks_in_another_order_do_not_deadlock() {
    let world = World::start().await;
    let niks = ["3204055203909011", "3204055203909012", "3204055203909013"];
    let member = |nik: &str, relation: &str| json!({ "nik": nik, "identity_status": "verified", "full_name": "Siti", "sex": "female", "relation_to_head": relation });
    let household = |[head, second, third]: [&str; 3]| {
        let members = [member(head, "head"), member(second, "child"), member(third, "child")];
        json!({ "region_code": VILLAGE, "members": members })
    };
    // Both requests wait for the middle NIK, while each has locked the one that the other needs next.
    let index = world.server.shared.tokens.keys().ring().sealer.blind_index(IdentityKind::Nik, niks[1]);
    let claim =
        diesel::sql_query("insert into identities values ($1, 'nik', gen_random_uuid())").bind::<Bytea, _>(index);
    let mut other = world.server.connection().await;
    other.batch_execute("begin").await.unwrap();
    claim.execute(&mut other).await.unwrap();
    let release = async {
        world.until_blocked(2).await;
        other.batch_execute("rollback").await.unwrap();
    };
    let [one, two] = [niks, [niks[2], niks[1], niks[0]]].map(|niks| world.front.post("/v1/families", household(niks)));
    let (one, two, ()) = tokio::join!(one, two, release);
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.text, two.text);
}

#[actix_web::test]
async fn all_invalid_niks_are_reported_at_once() {
    let world = World::start().await;
    let mut body = family(1);
    body["members"][0]["nik"] = json!("9904055203909001");
    body["members"][1]["nik"] = json!("3204053113159001");
    let answer = world.front.post("/v1/families", body).await;
    assert!(!answer.text.contains("9904055203909001"));
    let found = faults(&answer.expect_problem(422, "validation-failed"));
    assert!(found.contains(&("/members/0/nik".into(), "nik_unknown_province".into())), "{found:?}");
    assert!(found.contains(&("/members/1/nik".into(), "nik_birth_date".into())), "{found:?}");
    let mut headless = family(1);
    headless["members"][0]["relation_to_head"] = json!("spouse");
    let found = faults(&world.front.post("/v1/families", headless).await.expect_problem(422, "validation-failed"));
    assert!(found.iter().any(|(_, code)| code == "head_required"), "{found:?}");
    let none = world.front.post("/v1/persons/lookup", json!({ "nik": NIK })).await.expect(200);
    assert_eq!(none["items"], json!([]));
}

#[actix_web::test]
async fn a_person_without_identity_documents_can_be_created() {
    let world = World::start().await;
    let body = json!({ "region_code": VILLAGE, "full_name": "Tanpa Nama", "sex": "male", "ppks_codes": ["PPKS-11"] });
    let made = world.front.post("/v1/persons", body).await.expect(201);
    assert!(made.get("nik").is_none());
    assert_eq!(made["identity_status"], "unknown");
    let home = world.front.get(&format!("/v1/families/{}", made["family_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(home["members"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_snapshot_is_never_overwritten_and_a_decile_change_publishes_an_event() {
    let world = World::start().await;
    let id = world.family().await;
    let path = format!("/v1/families/{id}/welfare-statuses");
    let loader = world.registry_loader();
    let next = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-11-01", "decile": 5 });
    // A desk does not set a decile.
    world.front.post(&path, next.clone()).await.expect_problem(403, "insufficient-scope");
    loader.post(&path, next.clone()).await.expect(201);
    loader.post(&path, next.clone()).await.expect(200);
    let mut other = next;
    other["decile"] = json!(1);
    assert_eq!(loader.post(&path, other).await.status, 409);
    let list = world.front.get(&path).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let events = world.front.get("/v1/events?type=welfare_status.changed").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
    assert_eq!(events["items"][0]["data"]["direction"], "up");
    let wrong = json!({ "source": "dtsen", "snapshot_version": "x", "as_of": "2026-11-01", "decile": 11 });
    let found = faults(&loader.post(&path, wrong).await.expect_problem(422, "validation-failed"));
    assert_eq!(found, [("/decile".to_owned(), "too_large".to_owned())]);
}

#[actix_web::test]
async fn a_restricted_category_is_omitted_without_the_permission() {
    let world = World::start().await;
    let body = json!({ "region_code": VILLAGE, "full_name": "Tanpa Nama", "sex": "male", "ppks_codes": ["PPKS-11", "PPKS-16"] });
    let made = world.front.post("/v1/persons", body).await.expect(201);
    let path = format!("/v1/persons/{}", made["id"].as_str().unwrap());
    assert_eq!(world.front.get(&path).await.expect(200)["ppks_codes"], json!(["PPKS-11"]));
}

#[actix_web::test]
async fn an_identity_number_in_free_text_is_rejected_in_any_script_and_not_echoed() {
    let world = World::start().await;
    let rejected = async |change: Value, secret: &str| {
        let mut body = family(7);
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = world.front.post("/v1/families", body).await;
        assert!(!answer.text.contains(secret), "{}", answer.text);
        faults(&answer.expect_problem(422, "validation-failed"))
    };
    let number = "3204055203909001";
    let dwelling = json!({ "dwelling": { "pln_customer_id": number } });
    let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(rejected(dwelling, number).await, at("/dwelling/pln_customer_id", "contains_identity_number"));
    assert_eq!(rejected(json!({ number: 1 }), number).await, at("/***", "unknown_field"));
    let arabic = "٣٢٠٤٠٥٥٢٠٣٩٠٩٠٠١";
    let address = json!({ "address": format!("Kampung {arabic}") });
    assert_eq!(rejected(address, arabic).await, at("/address", "contains_identity_number"));
}

#[actix_web::test]
async fn revealing_a_family_history_writes_an_access_record_for_each_member() {
    let world = World::start().await;
    let home = world.family().await;
    let member = world.member_of(&home).await;
    let opener = world.server.session("bandung-sup", None, &["32.04"], &[P::REGISTRY_READ, P::PII_REVEAL]);
    let history = format!("/v1/families/{home}/history");
    opener.get(&history).await.expect(200);
    opener.get_with(&history, &[("access-purpose", "supervision")]).await.expect(200);
    let records = opener.get(&format!("/v1/persons/{member}/access-records")).await.expect(200);
    let records = records["items"].as_array().unwrap();
    assert_eq!((records.len(), &records[0]["purpose"]), (1, &json!("supervision")));
}
