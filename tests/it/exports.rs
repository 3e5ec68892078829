//! Tests of exports: masking, access records, and that an export can be imported unchanged.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};
use slrt::slices::permissions as P;

use crate::imports::{count, import, loader};
use crate::support::{Session, World};

/// Runs an export, and returns the file.
pub async fn export(world: &World, who: &Session, body: Value, purpose: &[(&str, &str)]) -> String {
    let job = who.post_with("/v1/exports", purpose, body).await.expect(202);
    world.server.work().await;
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(who.get(&path).await.expect(200)["status"], "succeeded");
    who.get_with(&format!("{path}/result"), purpose).await.text
}

fn choice(codes: &'static [&'static str]) -> impl proptest::strategy::Strategy<Value = &'static str> {
    proptest::sample::select(codes)
}

const FLAGS: &[&str] = &["", "true", "false"];

/// Files of families and of their members, with randomly filled cells.
fn files(runner: &mut TestRunner) -> (String, String, String, String) {
    let family = (choice(&["", "Kp. Contoh, RT 01", "Blok \"A\""]), choice(FLAGS), choice(FLAGS), choice(&["", "MBR"]));
    let person = (
        (choice(FLAGS), choice(FLAGS), choice(FLAGS), choice(FLAGS), choice(FLAGS)),
        (choice(&["", "married", "widowed"]), choice(&["", "sd", "none"]), choice(&["", "BURUH"])),
        (choice(&["", "-", "poverty"]), choice(&["", "-", "PPKS-24", "PPKS-24|PPKS-11"]), choice(&["", "none"])),
    );
    let home =
        (choice(&["", "own"]), choice(&["", "450", "900"]), choice(&["", "-", "99000000012"]), choice(&["", "36.5"]));
    let mut draw = move || {
        let family = family.new_tree(runner).unwrap().current();
        let person = person.new_tree(runner).unwrap().current();
        (family, person, home.new_tree(runner).unwrap().current())
    };
    let mut families =
        String::from("id,family_card_no,region_code,address,disaster_victim,extreme_poor,income_class\r\n");
    let mut persons = String::from(
        "id,family_id,nik,identity_status,full_name,birth_date,sex,relation_to_head,school_enrolled,chronic_illness,has_kip,orphan,\
         sktm,marital_status,school_level,occupation_class,criteria,ppks_codes,disability_type\r\n",
    );
    let mut dwellings = String::from("family_id,tenure,power_va,pln_customer_id,floor_area_m2\r\n");
    let mut statuses = String::from("family_id,source,snapshot_version,as_of,decile,percentile\r\n");
    for n in 0..24_u32 {
        let ((address, flag, other, income), (flags, codes, lists), home) = draw();
        let id = uuid::Uuid::now_v7();
        let address = address.replace('"', "\"\"");
        families.push_str(&format!(
            "{id},3204050101199{n:03},32.04.05.2{:03},\"{address}\",{flag},{other},{income}\r\n",
            1 + n % 3
        ));
        let nik = if n % 5 == 0 { String::new() } else { format!("3204055203909{n:03}") };
        let status = if nik.is_empty() { "unknown" } else { "verified" };
        persons.push_str(&format!(
            "{},{id},{nik},{status},\"Orang, {n}\",1990-03-12,female,head,{},{},{},{},{},{},{},{},{},{},{}\r\n",
            uuid::Uuid::now_v7(),
            flags.0,
            flags.1,
            flags.2,
            flags.3,
            flags.4,
            codes.0,
            codes.1,
            codes.2,
            lists.0,
            lists.1,
            lists.2,
        ));
        dwellings.push_str(&format!("{id},{},{},{},{}\r\n", home.0, home.1, home.2, home.3));
        statuses.push_str(&format!("{id},dtsen,2026-Q3,2026-07-01,{},{}\r\n", 1 + n % 10, (n % 10) * 10 + 5));
    }
    (families, persons, dwellings, statuses)
}

pub const KINDS: [&str; 4] = ["families", "persons", "dwellings", "welfare_statuses"];
pub const PURPOSE: &[(&str, &str)] = &[("access-purpose", "verification")];

pub fn everything(world: &World) -> Session {
    world.server.session("loader", None, &["32.04"], slrt::auth::Permission::all())
}

#[actix_web::test]
async fn an_export_can_be_imported_again_without_loss() {
    let mut runner = TestRunner::default();
    let (families, persons, dwellings, statuses) = files(&mut runner);
    let mut given = vec![families, persons, dwellings, statuses];
    let mut exported = Vec::new();
    for _ in 0..2 {
        let world = World::start().await;
        let who = everything(&world);
        for (kind, text) in KINDS.iter().zip(&given) {
            let job = import(&world, &who, &format!("kind={kind}&on_conflict=fail"), text).await;
            assert_eq!((&job["status"], &job["counts"]["created"]), (&json!("succeeded"), &json!(24)), "{kind} {job}");
        }
        given.clear();
        for kind in KINDS {
            given.push(export(&world, &who, json!({ "kind": kind, "reveal": true }), PURPOSE).await);
        }
        exported.push(given.clone());
    }
    for (kind, (first, second)) in KINDS.iter().zip(exported[0].iter().zip(&exported[1])) {
        assert_eq!(first.lines().count(), 25, "{kind}");
        assert_eq!(first, second, "{kind}");
    }
}

#[actix_web::test]
async fn an_export_is_masked_unless_revealed_and_a_reveal_is_recorded() {
    let world = World::start().await;
    world.family().await;
    let who = loader(&world);
    let masked = export(&world, &who, json!({ "kind": "persons" }), PURPOSE).await;
    assert!(masked.contains("32************01") && !masked.contains("320405520390900"), "{masked}");
    assert!(!masked.contains("1990-03-12") && masked.contains(",1990,"), "{masked}");
    let masked = export(&world, &who, json!({ "kind": "families", "region_code": "32.04.05" }), &[]).await;
    assert!(masked.contains("32************01") && !masked.contains("Kampung"), "{masked}");

    who.post("/v1/exports", json!({ "kind": "persons", "reveal": true })).await.expect_problem(400, "purpose-required");
    let forbidden = world.front.post_with("/v1/exports", PURPOSE, json!({ "kind": "persons", "reveal": true }));
    forbidden.await.expect_problem(403, "insufficient-scope");
    who.post("/v1/exports", json!({ "kind": "persons", "region_code": "34" }))
        .await
        .expect_problem(403, "region-not-granted");

    let shown = export(&world, &who, json!({ "kind": "persons", "reveal": true }), PURPOSE).await;
    assert!(shown.contains("3204055203909001") && shown.contains("1990-03-12"), "{shown}");
    assert_eq!(count(&world, "audit_records where action = 'person.reveal' and purpose = 'verification'").await, 2);
    assert_eq!(
        count(&world, "audit_records where action = 'job.reveal'").await,
        4,
        "two exports, each with one record for the request and one for the download"
    );
    // Family data is recorded as an access to every member.
    for (kind, families) in [("families", 1), ("dwellings", 2)] {
        export(&world, &who, json!({ "kind": kind, "reveal": true }), PURPOSE).await;
        let recorded = async |whom: &str| {
            count(&world, &format!("audit_records where action = 'family.reveal' and target_kind = '{whom}'")).await
        };
        assert_eq!((recorded("family").await, recorded("person").await), (families, 2 * families), "{kind}");
    }
    let jobs = who.get("/v1/jobs?kind=export").await.expect(200);
    let revealed = jobs["items"].as_array().unwrap().iter().find(|job| job["params"]["reveal"] == true).unwrap();
    let path = format!("/v1/jobs/{}/result", revealed["id"].as_str().unwrap());
    who.get(&path).await.expect_problem(400, "purpose-required");
    let lesser = world.server.session("loader", None, &["32.04"], &[P::REGISTRY_READ, P::EVENTS_READ]);
    lesser.get_with(&path, PURPOSE).await.expect_problem(403, "insufficient-scope");
}

#[actix_web::test]
async fn a_restricted_person_is_not_exported() {
    let world = World::start().await;
    let home = world.family().await;
    let person = world.member_of(&home).await;
    let who = loader(&world);
    let path = format!("/v1/persons/{person}");
    let body =
        json!({ "reason": "accuracy_contested", "request_id": world.subject_request(&person, "restriction").await });
    world.front.post(&format!("{path}/restrict"), body).await.expect(200);
    for reveal in [true, false] {
        let persons = export(&world, &who, json!({ "kind": "persons", "reveal": reveal }), PURPOSE).await;
        assert!(!persons.contains(&person) && !persons.contains("3204055203909001"), "{persons}");
        assert_eq!(persons.lines().count(), 2, "the header and the other member: {persons}");
    }
    let families = export(&world, &who, json!({ "kind": "families", "reveal": true }), PURPOSE).await;
    assert!(families.contains(&home) && !families.contains("Kampung"), "{families}");
    let jobs = who.get("/v1/jobs?kind=export").await.expect(200);
    let withheld = |job: &&Value| job["params"]["kind"] == "persons" && job["counts"]["withheld"] == 1;
    assert_eq!(jobs["items"].as_array().unwrap().iter().filter(withheld).count(), 2);
    assert_eq!(count(&world, "audit_records where action = 'family.reveal'").await, 0);

    world.front.post(&format!("{path}/lift-restriction"), json!({})).await.expect(200);
    let persons = export(&world, &who, json!({ "kind": "persons", "reveal": true }), PURPOSE).await;
    assert!(persons.contains("3204055203909001"));
}

#[actix_web::test]
async fn importing_an_export_does_not_remove_entries_that_the_caller_may_not_see() {
    let world = World::start().await;
    let (who, sees_all) = (loader(&world), everything(&world));
    let text = "region_code,full_name,sex,criteria,ppks_codes\r\n\
        32.04.05.2001,Ujang,male,violence|poverty,PPKS-24|PPKS-16\r\n\
        32.04.05.2001,Asep,male,poverty,PPKS-24\r\n32.04.05.2001,Dewi,female,violence,-\r\n";
    import(&world, &sees_all, "kind=persons", text).await;
    let exported = export(&world, &who, json!({ "kind": "persons", "reveal": true }), PURPOSE).await;
    assert!(!exported.contains("violence") && !exported.contains("PPKS-16"), "{exported}");
    let line = |name: &str| exported.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("Ujang").ends_with(",,") && line("Dewi").ends_with(",,-"), "{exported}");
    assert!(line("Asep").ends_with(",poverty,PPKS-24"), "{exported}");
    import(&world, &who, "kind=persons&on_conflict=update", &exported).await;
    // Nor does a list of the caller.
    let emptied = exported.replace(&line("Ujang"), &format!("{}-,-", line("Ujang").strip_suffix(',').unwrap()));
    import(&world, &who, "kind=persons&on_conflict=update", &emptied).await;
    let stored = "persons where attributes->'criteria' @> '[\"violence\"]'";
    assert_eq!(count(&world, stored).await, 2);
    assert_eq!(count(&world, "persons where full_name = 'Ujang' and ppks_codes = '{PPKS-16}'").await, 1);
    import(&world, &sees_all, "kind=persons&on_conflict=update", &emptied).await;
    assert_eq!(count(&world, "persons where full_name = 'Ujang' and ppks_codes = '{}'").await, 1);
}

#[actix_web::test]
async fn an_export_contains_nothing_of_another_region() {
    let world = World::start().await;
    world.family().await;
    let elsewhere = world.server.session("sleman", None, &["34.04"], slrt::auth::Permission::all());
    for kind in KINDS {
        let text = export(&world, &elsewhere, json!({ "kind": kind }), PURPOSE).await;
        assert_eq!(text.lines().count(), 1, "{kind}: {text}");
    }
}

#[actix_web::test]
async fn the_directory_can_be_imported_and_exported() {
    let world = World::start().await;
    let who = everything(&world);
    let text = "kind,name,region_code,program_code,phone\r\nagency,Dinas Contoh,32.04,,(022) 555\r\nagency,Dinas Lain,34.04,,\r\nagency,Dinas Tiga,32.04,XYZ,\r\n";
    let job = import(&world, &who, "kind=organizations&on_fault=skip", text).await;
    assert_eq!(job["counts"], json!({ "checked": 3, "created": 1, "faulty": 2 }));
    let again = import(
        &world,
        &who,
        "kind=organizations&on_conflict=update",
        "kind,name,region_code,email\r\nagency,Dinas Contoh,32.04,a@contoh.go.id\r\n",
    )
    .await;
    assert_eq!(again["counts"]["updated"], 1);
    let found = world.front.get("/v1/organizations?within=32.04&kind=agency&limit=200").await.expect(200);
    let made = found["items"].as_array().unwrap().iter().find(|o| o["name"] == "Dinas Contoh").unwrap().clone();
    assert_eq!((&made["phone"], &made["email"]), (&json!("(022) 555"), &json!("a@contoh.go.id")));
    let text = format!(
        "organization_id,name,sectors,area_codes,capacity\r\n{0},Bantuan pangan,food|health,32.04,40\r\n{0},Seluruh negeri,food,ID,\r\n{0},Lain,food,99.99,-1\r\n",
        made["id"].as_str().unwrap()
    );
    let job = import(&world, &who, "kind=services&on_fault=skip", &text).await;
    assert_eq!(job["counts"], json!({ "checked": 3, "created": 2, "faulty": 1 }));
    let exported = export(&world, &who, json!({ "kind": "services" }), PURPOSE).await;
    let line = exported.lines().find(|line| line.contains("Bantuan pangan")).unwrap().to_owned();
    assert!(line.contains("food|health") && line.contains(",40,"), "{line}");
    let same = import(&world, &who, "kind=services", &exported).await;
    let rows = exported.lines().count() - 1;
    assert_eq!(same["counts"], json!({ "checked": rows, "skipped": rows }));
}

#[actix_web::test]
async fn snapshots_are_compared_by_region_and_counts_below_ten_are_suppressed() {
    let world = World::start().await;
    let who = loader(&world);
    let (mut families, mut first, mut second) =
        (String::from("family_card_no,region_code\r\n"), String::new(), String::new());
    let header = "family_card_no,source,snapshot_version,as_of,decile\r\n";
    for n in 0..20 {
        families.push_str(&format!("3204050101199{n:03},32.04.05.2001\r\n"));
        first.push_str(&format!("3204050101199{n:03},dtsen,2026-Q2,2026-04-01,2\r\n"));
        second.push_str(&format!("3204050101199{n:03},dtsen,2026-Q3,2026-07-01,{}\r\n", if n < 12 { 1 } else { 3 }));
    }
    import(&world, &who, "kind=families", &families).await;
    import(&world, &who, "kind=welfare_statuses", &format!("{header}{first}")).await;
    import(&world, &who, "kind=welfare_statuses", &format!("{header}{second}")).await;
    let known = who.get("/v1/welfare-snapshots").await.expect(200);
    assert_eq!(
        (&known["items"][0]["snapshot_version"], &known["items"][0]["families"]),
        (&json!("2026-Q3"), &json!(20))
    );
    let ask = |region: &str| {
        json!({
            "region_code": region,
            "from": { "source": "dtsen", "snapshot_version": "2026-Q2" },
            "to": { "source": "dtsen", "snapshot_version": "2026-Q3" },
        })
    };
    let job = who.post("/v1/welfare-snapshots/compare", ask("32.04")).await.expect(202);
    world.server.work().await;
    let result = who.get(&format!("/v1/jobs/{}/result", job["id"].as_str().unwrap())).await.expect(200);
    let region = result["regions"].as_array().unwrap().iter().find(|r| r["region_code"] == "32.04.05").unwrap();
    assert_eq!((&region["moved_down"], &region["moved_up"]), (&json!(12), &json!(0)));
    assert_eq!((&region["matrix"][1][0], &region["matrix"][1][2]), (&json!(12), &json!(null)));
    // By village, the same cells are suppressed as by district.
    let job = who.post("/v1/welfare-snapshots/compare", ask("32.04.05")).await.expect(202);
    world.server.work().await;
    let result = who.get(&format!("/v1/jobs/{}/result", job["id"].as_str().unwrap())).await.expect(200);
    let regions = result["regions"].as_array().unwrap();
    assert!(regions.len() > 1 && regions.iter().all(|r| r["region_code"].as_str().unwrap().starts_with("32.04.05.")));
    let village = regions.iter().find(|r| r["region_code"] == "32.04.05.2001").unwrap();
    assert_eq!((&village["matrix"][1][0], &village["matrix"][1][2]), (&json!(12), &json!(null)));
    who.post("/v1/welfare-snapshots/compare", ask("34")).await.expect_problem(403, "region-not-granted");
    let mut unknown = ask("32.04");
    unknown["from"]["snapshot_version"] = json!("2019-Q1");
    let refused = who.post("/v1/welfare-snapshots/compare", unknown).await.expect_problem(422, "validation-failed");
    assert_eq!(
        (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
        (&json!("/from"), &json!("unknown_snapshot"))
    );
}

#[actix_web::test]
async fn a_family_that_moves_is_counted_in_its_new_region() {
    let world = World::start().await;
    let home = world.family().await;
    let ranked = json!({ "source": "dtsen", "snapshot_version": "2026-Q4", "as_of": "2026-10-01", "decile": 3 });
    world.registry_loader().post(&format!("/v1/families/{home}/welfare-statuses"), ranked).await.expect(201);
    let counted = async |region: &str| {
        let who = world.server.session("desk", None, &[region], &[P::STATS_READ, P::REGISTRY_READ]);
        let known = who.get("/v1/welfare-snapshots").await.expect(200);
        let items = known["items"].as_array().unwrap();
        items.iter().map(|s| s["snapshot_version"].clone()).collect::<Vec<_>>()
    };
    // Counts below ten are suppressed in the API, so the table is read.
    let ranked_once = async |village: &str| {
        count(&world, &format!("welfare_snapshot_counts where region_code = '{village}' and families = 1")).await
    };
    let before = [json!("2026-Q4"), json!("2026-Q3")];
    assert_eq!((counted("32.04.05").await, counted("32.04.06").await), (before.to_vec(), Vec::new()));
    assert_eq!((ranked_once("32.04.05.2001").await, ranked_once("32.04.06.2003").await), (2, 0));

    let version = format!("\"{}\"", world.front.get(&format!("/v1/families/{home}")).await.expect(200)["version"]);
    let headers = [("if-match", version.as_str()), ("content-type", "application/merge-patch+json")];
    let away = json!({ "region_code": "32.04.06.2003" });
    world.front.send(Method::PATCH, &format!("/v1/families/{home}"), &headers, Some(away)).await.expect(200);
    assert_eq!((counted("32.04.05").await, counted("32.04.06").await), (Vec::new(), before.to_vec()));
    assert_eq!((ranked_once("32.04.05.2001").await, ranked_once("32.04.06.2003").await), (0, 2));
}
