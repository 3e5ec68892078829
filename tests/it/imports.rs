//! Tests of bulk import: accepted and refused files; no row is duplicated or partly written.

use std::io::Write as _;

use diesel_async::RunQueryDsl as _;
use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::support::http::faults;
use crate::support::world::family;
use crate::support::{Answer, Session, World};

const FAMILIES: &str = "family_card_no,region_code,address\r\n\
    3204050101199001,32.04.05.2001,\"Kp. Contoh, RT 01\"\r\n3204050101199002,32.04.05.2002,\r\n";
const PERSONS: &str = "family_card_no,nik,identity_status,full_name,sex,relation_to_head,ppks_codes\r\n\
    3204050101199001,3204055203909001,verified,Siti Rahmawati,female,head,-\r\n\
    3204050101199001,3204051008159001,verified,Ahmad Fauzi,male,child,\r\n\
    3204050101199002,3204055203909002,verified,Dewi Lestari,female,head,PPKS-24\r\n";

pub fn loader(world: &World) -> Session {
    let may = [P::REGISTRY_IMPORT, P::REGISTRY_READ, P::EVENTS_READ, P::STATS_READ, P::PII_REVEAL];
    world.server.session("loader", None, &["32.04"], &may)
}

pub async fn send(who: &Session, query: &str, kind: &str, body: &[u8]) -> Answer {
    let headers = [("content-type", kind)];
    who.raw(Method::POST, &format!("/v1/imports?{query}"), &headers, Some(body.to_vec())).await
}

/// Sends the file, runs the worker, and reads the job.
pub async fn import(world: &World, who: &Session, query: &str, text: &str) -> Value {
    let accepted = send(who, query, "text/csv", text.as_bytes()).await;
    assert!(accepted.header("retry-after").is_some());
    let path = accepted.header("location").unwrap_or_default().to_owned();
    accepted.expect(202);
    world.server.work().await;
    who.get(&path).await.expect(200)
}

pub async fn problems(who: &Session, job: &Value) -> Vec<String> {
    let text = who.get(&format!("/v1/jobs/{}/problems", job["id"].as_str().unwrap())).await.text;
    text.lines()
        .skip(1)
        .map(|line| line.splitn(4, ',').take(3).collect::<Vec<_>>().join(",").replace('"', ""))
        .collect()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

pub async fn count(world: &World, what: &str) -> i64 {
    let query = diesel::sql_query(format!("select count(*) as n from {what}"));
    query.get_result::<Count>(&mut world.server.connection().await).await.unwrap().n
}

pub async fn filled() -> (World, Session) {
    let world = World::start().await;
    let who = loader(&world);
    assert_eq!(import(&world, &who, "kind=families", FAMILIES).await["status"], "succeeded");
    assert_eq!(import(&world, &who, "kind=persons", PERSONS).await["status"], "succeeded");
    (world, who)
}

#[actix_web::test]
async fn imported_families_and_persons_are_found_by_their_numbers() {
    let (world, who) = filled().await;
    let found = world.front.post("/v1/persons/lookup", json!({ "nik": "3204051008159001" })).await.expect(200);
    let found = &found["items"][0];
    assert_eq!((&found["full_name"], &found["birth_year"]), (&json!("Ahmad Fauzi"), &json!(2015)));
    assert_eq!(found["nik"], "32************01");
    let body = json!({ "family_card_no": "3204050101199001" });
    let family = world.front.post("/v1/families/lookup", body).await.expect(200);
    assert_eq!(family["items"][0]["members"].as_array().unwrap().len(), 2);
    assert_eq!(count(&world, "identities").await, 5);
    let sealed = "persons where nik_sealed is not null and position('3204' in encode(nik_sealed, 'escape')) = 0";
    assert_eq!(count(&world, sealed).await, 3);
    assert_eq!(count(&world, "job_files where file = 'input'").await, 0);
    let job = import(&world, &who, "kind=persons", PERSONS).await;
    assert_eq!(job["counts"], json!({ "checked": 3, "skipped": 3 }), "a repeated import duplicates no one");
}

#[actix_web::test]
async fn an_upload_is_encrypted_and_a_repeat_with_the_same_key_creates_no_second_job() {
    let world = World::start().await;
    let who = loader(&world);
    let headers = [("content-type", "text/csv"), ("idempotency-key", "\"load-1\"")];
    let send = || who.raw(Method::POST, "/v1/imports?kind=persons", &headers, Some(PERSONS.as_bytes().to_vec()));
    let first = send().await.expect(202);
    let again = send().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(202)["id"], first["id"]);
    assert_eq!(count(&world, "jobs").await, 1);
    assert_eq!(count(&world, "job_files").await, 1);
    assert_eq!(count(&world, "job_files where position('Siti'::bytea in content) > 0").await, 0);
    let other = [("content-type", "text/csv"), ("idempotency-key", "\"load-1\"")];
    let other =
        who.raw(Method::POST, "/v1/imports?kind=persons&dry_run=true", &other, Some(PERSONS.as_bytes().to_vec()));
    other.await.expect_problem(422, "idempotency-key-reused");
    assert_eq!(count(&world, "job_files").await, 1);
}

#[actix_web::test]
async fn invalid_rows_refuse_the_file_with_line_and_column_and_nothing_is_written() {
    let (world, who) = filled().await;
    let text = "family_card_no,nik,full_name,sex,relation_to_head,birth_date\r\n\
        3204050101199001,3204051008169003,Budi,male,child,\r\n\
        3204050101199001,3204051008169003,Budi,male,child,\r\n\
        3204050101199009,3204051008169004,Budi,male,child,\r\n\
        3204050101199001,9904051008169005,Budi,man,child,2999-01-01\r\n\
        3204050101199001,3204051008169006,\"Bu\"di,male,child,\r\n\
        3204050101199001,3204051008169007,Budi,male\r\n\
        3204050101199001,3204051008169008,Budi,male,head,\r\n";
    let job = import(&world, &who, "kind=persons", text).await;
    assert_eq!((&job["status"], &job["failure"]["code"]), (&json!("failed"), &json!("import-refused")));
    let expected = [
        "3,nik,repeated",
        "4,family_card_no,unknown_family",
        "5,sex,unknown_value",
        "6,full_name,bad_quotes",
        "7,,too_few_columns",
        "8,relation_to_head,head_required",
    ];
    assert_eq!(problems(&who, &job).await, expected);
    assert_eq!(count(&world, "persons").await, 3);

    let skipping = import(&world, &who, "kind=persons&on_fault=skip", text).await;
    assert_eq!(skipping["counts"], json!({ "checked": 7, "created": 1, "faulty": 6 }));
    assert_eq!(count(&world, "persons").await, 4);
}

#[actix_web::test]
async fn all_errors_of_a_row_are_reported_and_no_value_is_repeated() {
    let (_world, who) = filled().await;
    let text = "family_card_no,region_code,latitude,income_class\r\n\
        32040501,32.04.05.9999,91,RICH\r\n3204050101199007,34.04.01.2001,,\r\n3204050101199008,32.04,,\r\n";
    let job = import(&_world, &who, "kind=families&dry_run=true", text).await;
    assert_eq!(job["status"], "succeeded");
    let reported = problems(&who, &job).await;
    let expected = [
        "2,income_class,unknown_value",
        "2,family_card_no,family_card_length",
        "2,latitude,too_large",
        "2,region_code,unknown_region",
        "3,region_code,outside_scope",
        "4,region_code,village_required",
    ];
    assert_eq!(reported, expected);
    let text = who.get(&format!("/v1/jobs/{}/problems", job["id"].as_str().unwrap())).await.text;
    assert!(!text.contains("32040501") && !text.contains("RICH"));
}

#[actix_web::test]
async fn a_file_that_cannot_be_parsed_is_refused_at_once() {
    let world = World::start().await;
    let who = loader(&world);
    type Errors<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&[u8], Errors<'_>); 7] = [
        (
            b"nik,name\n",
            &[
                ("/header/2", "column_unknown"),
                ("/header/full_name", "column_missing"),
                ("/header/sex", "column_missing"),
            ],
        ),
        (b"nik,sex\n", &[("/header/full_name", "column_missing")]),
        (b"full_name,sex,3204055203909001\n", &[("/header/3", "column_unknown")]),
        (b"", &[("/lines/1", "header_required")]),
        (b"full_name,sex\n\"Budi,male\n", &[("/lines/2", "quote_not_closed")]),
        (b"full_name,sex\xff\n", &[("/lines/1", "not_utf8")]),
        (&[0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], &[("/lines/1", "gzip_damaged")]),
    ];
    for (body, expected) in cases {
        let refused = send(&who, "kind=persons", "text/csv", body).await.expect_problem(422, "validation-failed");
        let expected: Vec<_> = expected.iter().map(|(p, code)| ((*p).to_owned(), (*code).to_owned())).collect();
        assert_eq!(faults(&refused), expected);
        assert!(!refused.to_string().contains("3204055203909001"));
    }
    let long = [b"full_name,sex\n".as_slice(), &vec![b'x'; 200_000]].concat();
    let refused = send(&who, "kind=persons", "text/csv", &long).await.expect_problem(422, "validation-failed");
    assert_eq!(faults(&refused), [("/lines/2".to_owned(), "line_too_long".to_owned())]);
    send(&who, "kind=persons", "text/plain", b"x").await.expect_problem(415, "unsupported-media-type");
    send(&who, "kind=people", "text/csv", b"x").await.expect_problem(400, "malformed-parameter");
    send(&who, "", "text/csv", b"x").await.expect_problem(400, "malformed-parameter");
    assert_eq!(count(&world, "jobs").await + count(&world, "job_files").await, 0);
}

#[actix_web::test]
async fn gzip_and_ndjson_are_accepted() {
    let world = World::start().await;
    let who = loader(&world);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(FAMILIES.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let headers = [("content-type", "text/csv"), ("content-encoding", "gzip")];
    who.raw(Method::POST, "/v1/imports?kind=families", &headers, Some(packed)).await.expect(202);
    let alone = json!({
        "region_code": "32.04.05.2001", "full_name": "Ujang Permana", "sex": "male", "ppks_codes": ["PPKS-11"],
        "address": "Terminal", "sktm": true, "criteria": [],
    });
    let lines = format!("{alone}\n\n{alone}\n");
    send(&who, "kind=persons", "application/x-ndjson", lines.as_bytes()).await.expect(202);
    world.server.work().await;
    assert_eq!(count(&world, "families where family_card_sealed is not null").await, 2);
    assert_eq!(count(&world, "persons where ppks_codes = '{PPKS-11}' and attributes->>'sktm' = 'true'").await, 2);
}

#[actix_web::test]
async fn an_ndjson_line_gives_the_same_values_as_a_csv_line() {
    let world = World::start().await;
    let who = loader(&world);
    let send = async |query: &str, lines: &[Value]| {
        let text = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let job = send(&who, query, "application/x-ndjson", text.as_bytes()).await.expect(202);
        world.server.work().await;
        who.get(&format!("/v1/jobs/{}", job["id"].as_str().unwrap())).await.expect(200)
    };
    let person = |with: Value| {
        let mut line = json!({ "region_code": "32.04.05.2001", "full_name": "Ujang", "sex": "male" });
        line.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        line
    };
    let wrong = [
        person(json!({ "full_name": true })),
        person(json!({ "full_name": "" })),
        person(json!({ "nik": 3_204_055_203_909_001_u64 })),
        person(json!({ "address": ["Terminal"] })),
        person(json!({ "sktm": 1 })),
        person(json!({ "ppks_codes": [24] })),
        person(json!({ "criteria": false, "address": 7, "marital_status": "alone" })),
    ];
    let refused = send("kind=persons", &wrong).await;
    let expected = [
        "1,full_name,type",
        "2,full_name,required",
        "3,nik,type",
        "4,address,type",
        "5,sktm,type",
        "6,ppks_codes,type",
        "7,address,type",
        "7,criteria,type",
        "7,marital_status,unknown_value",
    ];
    assert_eq!(problems(&who, &refused).await, expected);
    let sound =
        person(json!({ "address": "", "sktm": false, "ppks_codes": [], "criteria": null, "marital_status": "" }));
    assert_eq!(send("kind=persons", &[sound]).await["counts"]["created"], 1);
    assert_eq!(count(&world, "families where address is null").await, 1);
    let expected = "persons where attributes = '{\"sktm\": false, \"ppks_known\": true}' and marital_status is null";
    assert_eq!(count(&world, expected).await, 1);
}

#[actix_web::test]
async fn existing_rows_are_skipped_updated_or_refuse_the_file() {
    let (world, who) = filled().await;
    let text = "family_card_no,nik,full_name,sex,relation_to_head,jkn_status\r\n\
        3204050101199001,3204055203909001,Siti Rahmawati,female,head,active\r\n\
        3204050101199002,3204051008159001,Ahmad Fauzi,male,child,active\r\n";
    let failed = import(&world, &who, "kind=persons&on_conflict=fail", text).await;
    assert_eq!(problems(&who, &failed).await, ["2,nik,exists_already", "3,nik,exists_already"]);
    let updated = import(&world, &who, "kind=persons&on_conflict=update&on_fault=skip", text).await;
    assert_eq!(updated["counts"], json!({ "checked": 2, "faulty": 1, "updated": 1 }));
    assert_eq!(problems(&who, &updated).await, ["3,family_card_no,other_family"]);
    assert_eq!(count(&world, "persons where jkn_status = 'active' and version = 2").await, 1);
    assert_eq!(count(&world, "persons where ppks_codes = '{PPKS-24}'").await, 1, "an empty cell changes nothing");
}

#[actix_web::test]
async fn a_row_without_new_values_changes_nothing() {
    let (world, who) = filled().await;
    let everything = world.server.session("loader", None, &["32.04"], slrt::auth::Permission::all());
    let home = "family_card_no,tenure,power_va\r\n3204050101199001,own,450\r\n";
    import(&world, &who, "kind=dwellings", home).await;
    let agency = "kind,name,region_code,phone\r\nagency,Dinas Contoh,32.04,(022) 555\r\n";
    import(&world, &everything, "kind=organizations", agency).await;
    let state = async || {
        let versions = "(select generate_series(1, version) from persons union all select generate_series(1, version) from families \
                        union all select generate_series(1, version) from organizations) as versions";
        let events = "events where type not like 'job.%'";
        (count(&world, versions).await, count(&world, "registry_changes").await, count(&world, events).await)
    };
    let before = state().await;
    let files =
        [("families", FAMILIES, 2), ("persons", PERSONS, 3), ("dwellings", home, 1), ("organizations", agency, 1)];
    for (kind, text, rows) in files {
        for dry_run in [true, false] {
            let query = format!("kind={kind}&on_conflict=update&dry_run={dry_run}");
            let job = import(&world, &everything, &query, text).await;
            assert_eq!(job["counts"], json!({ "checked": rows, "unchanged": rows }), "{kind}");
        }
    }
    assert_eq!(before, state().await);
}

#[actix_web::test]
async fn a_dwelling_belongs_to_a_family_and_is_updated_by_its_filled_cells() {
    let (world, who) = filled().await;
    let text = "family_card_no,tenure,power_va,pln_customer_id\r\n3204050101199001,own,450,-\r\n3204050101199002,palace,-5,12x\r\n";
    let refused = import(&world, &who, "kind=dwellings", text).await;
    let expected = ["3,tenure,unknown_value", "3,power_va,too_small", "3,pln_customer_id,format"];
    assert_eq!(problems(&who, &refused).await, expected);
    let made = import(&world, &who, "kind=dwellings&on_fault=skip", text).await;
    assert_eq!(made["counts"]["created"], 1);
    let text = "family_card_no,power_va\r\n3204050101199001,900\r\n";
    let changed = import(&world, &who, "kind=dwellings&on_conflict=update", text).await;
    assert_eq!(changed["counts"]["updated"], 1);
    assert_eq!(count(&world, "dwellings where tenure = 'own' and power_va = 900 and pln_customer_id = ''").await, 1);
}

#[actix_web::test]
async fn changes_by_an_import_are_in_the_history() {
    let (world, who) = filled().await;
    let query = json!({ "family_card_no": "3204050101199001" });
    let found = world.front.post("/v1/families/lookup", query).await.expect(200);
    let text = "family_card_no,power_va\r\n3204050101199001,900\r\n";
    import(&world, &who, "kind=dwellings", "family_card_no,power_va\r\n3204050101199001,450\r\n").await;
    import(&world, &who, "kind=dwellings&on_conflict=update", text).await;
    let family = found["items"][0]["id"].as_str().unwrap();
    let trail = world.front.get(&format!("/v1/families/{family}/history")).await.expect(200);
    let last = &trail["items"][0];
    assert_eq!((&last["action"], &last["fields"]), (&json!("import"), &json!([{ "field": "dwelling.power_va" }])));
    assert_eq!(last["actor"], "loader");
}

#[actix_web::test]
async fn the_import_that_created_a_record_is_the_first_entry_of_its_history() {
    let (world, _) = filled().await;
    let query = json!({ "family_card_no": "3204050101199001" });
    let found = world.front.post("/v1/families/lookup", query).await.expect(200);
    let (home, person) = (&found["items"][0]["id"], &found["items"][0]["members"][0]["id"]);
    let entered = |trail: &Value| {
        let items = trail["items"].as_array().unwrap();
        let entry = items.last().unwrap();
        assert_eq!((&entry["action"], &entry["actor"]), (&json!("import"), &json!("loader")));
        assert_eq!(entry["fields"], json!([]));
        items.len()
    };
    for (kind, id) in [("families", home), ("persons", person)] {
        let path = format!("/v1/{kind}/{}/history", id.as_str().unwrap());
        assert_eq!(entered(&world.front.get(&path).await.expect(200)), 1);
    }
    let path = format!("/v1/persons/{}/history", person.as_str().unwrap());
    let patch = json!({ "jkn_status": "inactive" });
    let record = format!("/v1/persons/{}", person.as_str().unwrap());
    world.front.send(Method::PATCH, &record, &[("if-match", "\"1\"")], Some(patch)).await.expect(200);
    let first = world.front.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(first["items"][0]["action"], "update");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.front.get(&format!("{path}?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((entered(&second), &second["next_cursor"]), (1, &Value::Null));
    // A person created at the desk has only the desk's entry.
    let made = world.front.post("/v1/families", family(11)).await.expect(201);
    let trail = world.front.get(&format!("/v1/families/{}/history", made["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    assert_eq!(trail["items"][0]["action"], "create");
}

#[actix_web::test]
async fn a_form_uploads_a_file_like_a_body() {
    let (world, who) = filled().await;
    let form = |name: &str, file: &str, more: &str| {
        let part = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n");
        format!("--x\r\n{part}family_card_no,power_va\r\n3204050101199001,900\r\n\r\n--x{more}--\r\n")
    };
    let send = |text: String| {
        let headers = [("content-type", "multipart/form-data; boundary=x")];
        let who = &who;
        async move { who.raw(Method::POST, "/v1/imports?kind=dwellings", &headers, Some(text.into_bytes())).await }
    };
    let path = send(form("file", "rumah.csv", "")).await.expect(202)["id"].as_str().unwrap().to_owned();
    world.server.work().await;
    assert_eq!(who.get(&format!("/v1/jobs/{path}")).await.expect(200)["counts"]["created"], 1);
    send(form("file", "rumah.xlsx", "")).await.expect_problem(415, "unsupported-media-type");
    send(form("file", "RUMAH.CSV", "")).await.expect(202);
    let error_of = async |text: String| faults(&send(text).await.expect_problem(422, "validation-failed")).remove(0);
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(error_of(form("berkas", "rumah.csv", "")).await, fault("/berkas", "unknown_field"));
    assert_eq!(error_of(form("3204055203909001", "rumah.csv", "")).await, fault("/", "unknown_field"));
    assert_eq!(error_of("--x--\r\n".to_owned()).await, fault("/file", "required"));
    let second = |name: &str| format!("\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nx\r\n--x");
    assert_eq!(error_of(form("file", "rumah.csv", &second("file"))).await, fault("/file", "repeated"));
    assert_eq!(error_of(form("file", "rumah.csv", &second("kind"))).await, fault("/kind", "unknown_field"));
    let cut = form("file", "rumah.csv", "").split_off(0).replace("--x--\r\n", "");
    send(cut).await.expect_problem(400, "malformed-body");
}

#[actix_web::test]
async fn a_new_snapshot_publishes_events_for_changed_deciles() {
    let (world, who) = filled().await;
    let ranking = |version: &str, day: &str, a: i32, b: i32| {
        format!(
            "family_card_no,source,snapshot_version,as_of,decile\r\n\
             3204050101199001,dtsen,{version},{day},{a}\r\n3204050101199002,dtsen,{version},{day},{b}\r\n"
        )
    };
    let first = import(&world, &who, "kind=welfare_statuses", &ranking("2026-Q2", "2026-04-01", 2, 5)).await;
    assert_eq!(first["counts"]["created"], 2);
    let second = import(&world, &who, "kind=welfare_statuses", &ranking("2026-Q3", "2026-07-01", 1, 5)).await;
    assert_eq!(second["counts"]["created"], 2);
    let events = who.get("/v1/events?type=welfare_status.changed").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
    assert_eq!(events["items"][0]["data"]["direction"], "down");
    let same = import(&world, &who, "kind=welfare_statuses", &ranking("2026-Q3", "2026-07-01", 1, 5)).await;
    assert_eq!(same["counts"], json!({ "checked": 2, "skipped": 2 }));
    let other = ranking("2026-Q3", "2026-07-01", 9, 11);
    let other = import(&world, &who, "kind=welfare_statuses&on_conflict=update", &other).await;
    assert_eq!(problems(&who, &other).await, ["2,decile,snapshot_differs", "3,decile,too_large"]);
}

#[actix_web::test]
async fn templates_have_the_listed_columns_and_pass_validation() {
    let (world, _) = filled().await;
    let who = world.server.session("loader", None, &["32.04"], slrt::auth::Permission::all());
    let kinds = who.get("/v1/imports/kinds").await.expect(200);
    for kind in kinds["items"].as_array().unwrap() {
        let template = who.get(kind["template"].as_str().unwrap()).await.text;
        let columns = kind["columns"].as_array().unwrap();
        assert_eq!(template.lines().next().unwrap().split(',').count(), columns.len());
        let name = kind["kind"].as_str().unwrap();
        let job = import(&world, &who, &format!("kind={name}&dry_run=true"), &template).await;
        let reported = problems(&who, &job).await;
        let unknown = reported.iter().all(|p| p.ends_with("unknown_family") || p.ends_with("unknown_organization"));
        assert!(unknown, "{name}: {reported:?}");
    }
    who.get("/v1/imports/templates/people").await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn importing_into_the_directory_needs_the_permission_to_write_it() {
    let world = World::start().await;
    let who = loader(&world);
    let text = "kind,name,region_code\r\nagency,Dinas Contoh,32.04\r\n";
    for kind in ["organizations", "services"] {
        let refused = send(&who, &format!("kind={kind}"), "text/csv", text.as_bytes()).await;
        let challenge = refused.header("www-authenticate").unwrap_or_default().to_owned();
        refused.expect_problem(403, "insufficient-scope");
        assert!(challenge.contains("directory:write"), "{challenge}");
    }
    assert_eq!(count(&world, "jobs").await + count(&world, "job_files").await, 0);
    let manager =
        world.server.session("loader", None, &["32.04"], &[P::REGISTRY_IMPORT, P::DIRECTORY_WRITE, P::EVENTS_READ]);
    assert_eq!(import(&world, &manager, "kind=organizations", text).await["counts"]["created"], 1);
    let without_import = world.server.session("mgr", None, &["32.04"], &[P::DIRECTORY_WRITE]);
    send(&without_import, "kind=organizations", "text/csv", text.as_bytes())
        .await
        .expect_problem(403, "insufficient-scope");
}

#[actix_web::test]
async fn two_keys_of_one_family_are_recognized_in_the_whole_file() {
    let (world, who) = filled().await;
    import(&world, &who, "kind=families", "family_card_no,region_code\r\n3204050101199003,32.04.05.2001\r\n").await;
    let query = json!({ "family_card_no": "3204050101199003" });
    let found = world.front.post("/v1/families/lookup", query).await.expect(200);
    let home = found["items"][0]["id"].as_str().unwrap();
    // The second head is in a different batch than the first.
    let mut text =
        format!("family_id,family_card_no,region_code,full_name,sex,relation_to_head\r\n{home},,,Siti,female,head\r\n");
    for n in 0..5_000 {
        text.push_str(&format!(",,32.04.05.2001,Orang {n},male,\r\n"));
    }
    text.push_str(",3204050101199003,,Dewi,female,head\r\n");
    let refused = import(&world, &who, "kind=persons", &text).await;
    assert_eq!((&refused["status"], &refused["failure"]["code"]), (&json!("failed"), &json!("import-refused")));
    assert_eq!(problems(&who, &refused).await, ["5003,relation_to_head,head_required"]);
    assert_eq!(count(&world, "persons").await, 3);

    let text = format!("family_id,family_card_no,power_va\r\n{home},,450\r\n,3204050101199003,900\r\n");
    let refused = import(&world, &who, "kind=dwellings", &text).await;
    assert_eq!(problems(&who, &refused).await, ["3,family_card_no,repeated"]);
    let skipping = import(&world, &who, "kind=dwellings&on_fault=skip", &text).await;
    assert_eq!(skipping["counts"], json!({ "checked": 2, "created": 1, "faulty": 1 }));
}
