//! Tests of imports with concurrent changes: a killed worker, a desk that changes the same records, names indexed by another
//! process.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use reqwest::Method;
use serde_json::{Value, json};
use slrt::error::Error;
use slrt::jobs::run::run_due;
use slrt::registry::bulk::backfill::index_names;
use slrt::slices::runners;

use super::imports::{count, filled, import, loader, problems, send};
use crate::support::world::VILLAGE;
use crate::support::{Session, World};

/// Runs an import while the statements of another transaction are uncommitted. They commit once the import waits for their
/// locks.
async fn import_during(world: &World, who: &Session, kind: &str, text: &str, change: &str) {
    let accepted = send(who, &format!("kind={kind}&on_conflict=update"), "text/csv", text.as_bytes()).await.expect(202);
    let mut other = world.server.connection().await;
    other.batch_execute(&format!("begin; {change}")).await.unwrap();
    let worker = world.server.worker(&runners());
    run_until_blocked(world, statement(other, "commit"), run_due(&worker)).await;
    let done = who.get(&format!("/v1/jobs/{}", accepted["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(done["counts"]["updated"], 1, "{done}");
}

async fn statement(mut of: AsyncPgConnection, sql: &str) {
    of.batch_execute(sql).await.unwrap();
}

/// Runs the work while another transaction is open; the other one continues once the work waits for its locks.
async fn run_until_blocked(
    world: &World,
    unblock: impl Future<Output = ()>,
    work: impl Future<Output = Result<(), Error>>,
) {
    let mut work = std::pin::pin!(work);
    tokio::select! {
        ended = &mut work => panic!("expected the work to wait: {ended:?}"),
        () = world.until_blocked(1) => {}
    }
    unblock.await;
    work.await.unwrap();
}

#[actix_web::test]
async fn changes_by_a_desk_during_an_import_are_not_lost() {
    let (world, who) = filled().await;
    let text = "family_card_no,nik,full_name,sex,relation_to_head,jkn_status\r\n\
        3204050101199001,3204055203909001,Siti Rahmawati,female,head,active\r\n";
    let lock = "select from families for update";
    let change = "update persons set chronic_illness = true, version = version + 1 where full_name = 'Siti Rahmawati'";
    import_during(&world, &who, "persons", text, &format!("{lock}; {change}")).await;
    assert_eq!(count(&world, "persons where jkn_status = 'active' and chronic_illness and version = 3").await, 1);

    let text = "family_card_no,region_code,disaster_victim\r\n3204050101199002,32.04.05.2002,true\r\n";
    let change = "update families set address = 'Jalan Baru', version = version + 1";
    import_during(&world, &who, "families", text, change).await;
    let both = "families where address = 'Jalan Baru' and attributes->>'disaster_victim' = 'true'";
    assert_eq!(count(&world, both).await, 1);

    let home = "family_card_no,power_va\r\n3204050101199001,450\r\n";
    import(&world, &who, "kind=dwellings", home).await;
    let home = "family_card_no,power_va\r\n3204050101199001,900\r\n";
    let change = "update dwellings set tenure = 'own'";
    import_during(&world, &who, "dwellings", home, &format!("{lock}; {change}")).await;
    assert_eq!(count(&world, "dwellings where tenure = 'own' and power_va = 900").await, 1);
}

#[actix_web::test]
async fn a_place_reserved_during_an_import_is_counted() {
    let world = World::start().await;
    let who = world.server.session("keeper", None, &["ID"], slrt::auth::Permission::all());
    let found = who.get("/v1/services?limit=1").await.expect(200);
    let service = &found["items"][0];
    let (id, owner) = (service["id"].as_str().unwrap(), service["organization_id"].as_str().unwrap());
    let text = format!(
        "id,organization_id,name,sectors,area_codes,requirements\r\n{id},{owner},\"{}\",food,{},Kartu keluarga\r\n",
        service["name"].as_str().unwrap(),
        service["area_codes"][0].as_str().unwrap(),
    );
    let before = count(&world, "services where in_use = 1").await;
    let change = format!("update services set in_use = in_use + 1 where id = '{id}'");
    import_during(&world, &who, "services", &text, &change).await;
    assert_eq!(count(&world, "services where requirements = 'Kartu keluarga' and in_use = 1").await, 1);
    assert_eq!(count(&world, "services where in_use = 1").await, before + 1);

    let text = "kind,name,region_code,email\r\nagency,Dinas Contoh,32.04,a@contoh.go.id\r\n";
    import(&world, &who, "kind=organizations", text).await;
    let change = "update organizations set phone = '(022) 555', version = version + 1 where name = 'Dinas Contoh'";
    import_during(&world, &who, "organizations", &text.replace("a@", "b@"), change).await;
    let both = "organizations where email = 'b@contoh.go.id' and phone = '(022) 555' and version = 3";
    assert_eq!(count(&world, both).await, 1);
}

#[actix_web::test]
async fn a_name_changed_while_names_are_indexed_leaves_no_old_entry() {
    let (world, _) = filled().await;
    let mut other = world.server.connection().await;
    other.batch_execute("delete from person_names").await.unwrap();
    let rename = "begin; select from persons where full_name = 'Siti Rahmawati' for update; \
                  update persons set full_name = 'Dewi', version = version + 1 where full_name = 'Siti Rahmawati'; \
                  insert into person_names (family_id, person_id, word, region_code, key, sound, key_shared, sound_shared) \
                  select family_id, id, 0, region_code, 'dewi', 'dewi', -1, -1 from persons where full_name = 'Dewi'";
    other.batch_execute(rename).await.unwrap();
    let worker = world.server.worker(&runners());
    run_until_blocked(&world, statement(other, "commit"), index_names(&worker)).await;
    assert_eq!(count(&world, "person_names where key like '%rahma%' or key like 'siti%'").await, 0);
    assert_eq!(count(&world, WITHOUT_NAMES).await, 0);
}

/// SQL that indexes the words of a name as an import does.
const WORDS: &str = "insert into person_names (family_id, person_id, word, region_code, key, sound, key_shared, sound_shared) \
     select family_id, id, n.word, region_code, n.key, n.key, -1, -1 from persons, lateral \
     (select (ordinality - 1)::int2 as word, key from regexp_split_to_table(lower(full_name), ' ') with ordinality as w (key)) n";

async fn id_of(world: &World, name: &str) -> String {
    let found = world.front.post("/v1/persons/search", json!({ "name": name })).await.expect(200);
    found["items"][0]["person"]["id"].as_str().unwrap().to_owned()
}

/// Persons without an entry in the name index.
const WITHOUT_NAMES: &str = "persons where not exists (select from person_names n where n.person_id = id)";

/// Entries of the name index whose person is not in that family and region.
const STALE_NAMES: &str = "person_names n where not exists \
     (select from persons p where p.family_id = n.family_id and p.id = n.person_id and p.region_code = n.region_code)";

#[actix_web::test]
async fn a_person_changed_while_their_name_is_indexed_has_one_name_only() {
    let (world, _) = filled().await;
    let (renamed, moved) = (id_of(&world, "Siti Rahmawati").await, id_of(&world, "Ahmad Fauzi").await);
    let write =
        |id: &str| format!("delete from person_names where person_id = '{id}'; begin; {WORDS} where id = '{id}'");

    let mut writer = world.server.connection().await;
    writer.batch_execute(&write(&renamed)).await.unwrap();
    let headers = [("if-match", "\"1\""), ("content-type", "application/merge-patch+json")];
    let path = format!("/v1/persons/{renamed}");
    let rename = async {
        world.front.send(Method::PATCH, &path, &headers, Some(json!({ "full_name": "Dewi" }))).await.expect(200);
        Ok(())
    };
    run_until_blocked(&world, statement(writer, "commit"), rename).await;
    assert_eq!(count(&world, &format!("person_names where person_id = '{renamed}'")).await, 1);

    let mut writer = world.server.connection().await;
    writer.batch_execute(&write(&moved)).await.unwrap();
    let body = json!({ "new_family": { "region_code": "32.04.06.2003" } });
    let path = format!("/v1/persons/{moved}/move");
    let move_away = async {
        world.front.post(&path, body).await.expect(200);
        Ok(())
    };
    run_until_blocked(&world, statement(writer, "commit"), move_away).await;
    assert_eq!(count(&world, STALE_NAMES).await, 0);
    assert_eq!(id_of(&world, "Ahmad Fauzi").await, moved);
}

#[actix_web::test]
async fn a_person_who_moved_before_the_names_were_indexed_is_found_in_one_place() {
    let (world, _) = filled().await;
    let mut other = world.server.connection().await;
    other.batch_execute("delete from person_names").await.unwrap();
    // As a desk does: it inserts and deletes names that another process may be writing, and moves the person.
    let who = "full_name = 'Ahmad Fauzi'";
    let elsewhere = "(select id from families where region_code = '32.04.05.2002')";
    let away = format!(
        "begin; {WORDS} where {who}; delete from person_names; \
         update persons set family_id = {elsewhere}, region_code = '32.04.05.2002', version = version + 1 where {who}; \
         {WORDS} where {who}",
    );
    other.batch_execute(&away).await.unwrap();
    let worker = world.server.worker(&runners());
    run_until_blocked(&world, statement(other, "commit"), index_names(&worker)).await;
    assert_eq!(count(&world, STALE_NAMES).await, 0);
    assert_eq!(count(&world, WITHOUT_NAMES).await, 0);
}

#[actix_web::test]
async fn a_killed_import_neither_loses_nor_duplicates_a_row() {
    // More than two batches. The last one cannot be written while another transaction holds a lock on the family of its last
    // row.
    const ROWS: i64 = 11_000;
    let world = World::start().await;
    let who = loader(&world);
    world.family().await;
    let members = count(&world, "persons").await;
    let mut text = String::from("family_card_no,region_code,full_name,sex,relation_to_head\r\n");
    for n in 1..ROWS {
        text.push_str(&format!(",32.04.05.2001,Orang {n},male,\r\n"));
    }
    text.push_str("3204050101199001,,Orang terakhir,male,child\r\n");
    let accepted = send(&who, "kind=persons", "text/csv", text.as_bytes()).await.expect(202);
    let path = format!("/v1/jobs/{}", accepted["id"].as_str().unwrap());
    let mut blocker = world.server.connection().await;
    blocker.batch_execute("begin; select from families for update").await.unwrap();
    world.work_until_killed(&who, &path, &runners(), 1).await;
    blocker.batch_execute("rollback").await.unwrap();
    assert!((1..ROWS).contains(&(count(&world, "persons").await - members)));
    world.server.shared.clock.advance(chrono::TimeDelta::seconds(61));
    world.server.work().await;
    let done = who.get(&path).await.expect(200);
    assert_eq!((&done["status"], &done["counts"]["created"]), (&json!("succeeded"), &json!(ROWS)));
    let people = ROWS + members;
    assert_eq!(count(&world, "persons").await, people);
    assert_eq!(count(&world, "(select distinct full_name from persons) as names").await, people);
    assert_eq!(count(&world, "person_names where word = 0").await, people, "every person is found by name");
}

/// Runs the job; a person with Dewi's number is created after the validation, while the write waits for the lock on their
/// family.
async fn number_taken_during(world: &World, who: &Session, accepted: &Value) -> Value {
    let mut blocker = world.server.connection().await;
    blocker.batch_execute("begin; select from families for update").await.unwrap();
    let worker = world.server.worker(&runners());
    let take_number = async {
        let body = json!({ "region_code": VILLAGE, "full_name": "Dewi", "sex": "female", "nik": "3204051203809777" });
        world.front.post("/v1/persons", body).await.expect(201);
        blocker.batch_execute("commit").await.unwrap();
    };
    run_until_blocked(world, take_number, run_due(&worker)).await;
    world.server.shared.clock.advance(chrono::TimeDelta::seconds(61));
    world.server.work().await;
    who.get(&format!("/v1/jobs/{}", accepted["id"].as_str().unwrap())).await.expect(200)
}

#[actix_web::test]
async fn a_number_taken_after_the_validation_is_not_stored_twice() {
    let world = World::start().await;
    let who = loader(&world);
    world.family().await;
    let text = "family_card_no,nik,full_name,sex,relation_to_head\r\n\
        3204050101199001,3204051203809777,Dewi,female,child\r\n3204050101199001,,Ahmad,male,child\r\n";
    let accepted = send(&who, "kind=persons", "text/csv", text.as_bytes()).await.expect(202);
    let done = number_taken_during(&world, &who, &accepted).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    assert_eq!((&done["counts"]["created"], &done["counts"]["skipped"]), (&json!(1), &json!(1)));
    assert_eq!(count(&world, "persons where full_name = 'Dewi'").await, 1);
}

#[actix_web::test]
async fn names_indexed_by_another_process_do_not_stop_an_import() {
    let world = World::start().await;
    let who = loader(&world);
    let text = "region_code,full_name,sex\r\n32.04.05.2001,Siti,female\r\n32.04.05.2001,Ahmad,male\r\n";
    let accepted = send(&who, "kind=persons", "text/csv", text.as_bytes()).await.expect(202);
    let path = format!("/v1/jobs/{}", accepted["id"].as_str().unwrap());
    // The indexer looks for persons without names after the import has written them, and before it has written their names.
    let mut indexer = world.server.connection().await;
    indexer.batch_execute("begin; lock table person_names in exclusive mode").await.unwrap();
    let worker = world.server.worker(&runners());
    let names = "insert into person_names (family_id, person_id, word, region_code, key, sound, key_shared, sound_shared) \
                 select family_id, id, 0, region_code, lower(full_name), '', -1, -1 from persons; commit";
    run_until_blocked(&world, statement(indexer, names), run_due(&worker)).await;
    let done = who.get(&path).await.expect(200);
    assert_eq!((&done["status"], &done["counts"]["created"]), (&json!("succeeded"), &json!(2)));
    assert_eq!(count(&world, "person_names").await, 2);
}

#[actix_web::test]
async fn a_file_that_becomes_invalid_while_it_is_written_fails() {
    // One batch and one row. That row cannot be written while another transaction holds a lock on its family.
    const ROWS: i64 = 5_001;
    let world = World::start().await;
    let who = loader(&world);
    world.family().await;
    let mut text = String::from("family_card_no,region_code,nik,full_name,sex,relation_to_head\r\n");
    for n in 1..ROWS {
        text.push_str(&format!(",32.04.05.2001,,Orang {n},male,\r\n"));
    }
    text.push_str("3204050101199001,,3204051203809777,Dewi,female,child\r\n");
    let query = "kind=persons&on_conflict=fail";
    let accepted = send(&who, query, "text/csv", text.as_bytes()).await.expect(202);
    let done = number_taken_during(&world, &who, &accepted).await;
    assert_eq!((&done["status"], &done["failure"]["code"]), (&json!("failed"), &json!("import-partly-written")));
    assert_eq!(done["counts"], json!({ "checked": ROWS, "created": ROWS - 1, "faulty": 1 }));
    assert_eq!(done["done"], ROWS - 1);
    assert_eq!(problems(&who, &done).await, ["5002,nik,exists_already"]);
    assert_eq!(count(&world, "persons where full_name = 'Dewi'").await, 1);
    assert_eq!(
        count(
            &world,
            "person_names n join persons p on p.id = n.person_id where p.full_name like 'Orang %' and n.word = 0"
        )
        .await,
        ROWS - 1
    );
}
