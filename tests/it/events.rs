//! Tests of the event feed and of the order of changes: complete, in one order, and the same after a restore.

use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
use serde_json::{Value, json};
use slrt::events::sequencer::Sequencer;

use crate::support::World;

async fn read(world: &World, after: Option<&str>) -> (Vec<Value>, String) {
    let path = after.map_or_else(|| "/v1/events".to_owned(), |cursor| format!("/v1/events?after={cursor}"));
    let page = world.front.get(&path).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    (page["items"].as_array().unwrap().clone(), cursor)
}

/// Records one event, in the connection's own transaction.
async fn insert_event(conn: &mut AsyncPgConnection, type_: &str, region: &str) {
    let insert = "with change as ( \
            insert into outbox (change_id, stream, at) values (gen_random_uuid(), left($2, 5), now()) returning change_id \
        ) insert into events (id, type, subject_kind, subject_id, region_code, data, occurred_at, change_id) \
          select gen_random_uuid(), $1, 'complaint', gen_random_uuid(), $2, '{}', now(), change_id from change";
    diesel::sql_query(insert).bind::<Text, _>(type_).bind::<Text, _>(region).execute(conn).await.unwrap();
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

async fn count(conn: &mut AsyncPgConnection, sql: &str) -> i64 {
    diesel::sql_query(sql).get_result::<Count>(conn).await.unwrap().n
}

async fn run(conn: &mut AsyncPgConnection, sql: &str) {
    diesel::sql_query(sql).execute(conn).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn every_change_of_state_is_an_event_without_personal_data() {
    let world = World::start().await;
    let id = world.complaint().await;
    world.step(&world.back, &id, "verify", json!({ "class": "unmet_need", "priority": "low" })).await;
    let (events, cursor) = read(&world, None).await;
    let types: Vec<_> = events.iter().map(|e| e["type"].clone()).collect();
    assert_eq!(types, ["complaint.submitted", "complaint.verified"]);
    assert_eq!(events[1]["data"], json!({ "from": "received", "to": "verified", "version": 2 }));
    let text = serde_json::to_string(&events).unwrap();
    for secret in ["Siti", "0812-0000-9001", "081200009001", "+6281200009001"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(read(&world, Some(&cursor)).await.0.is_empty());
    world.step(&world.back, &id, "start", json!({})).await;
    assert_eq!(read(&world, Some(&cursor)).await.0.len(), 1);
    let only = world.front.get("/v1/events?type=complaint.verified").await.expect(200);
    assert_eq!(only["items"].as_array().unwrap().len(), 1);
    world.front.get("/v1/events?after=nonsense").await.expect_problem(400, "invalid-cursor");
}

/// A transaction that began earlier commits later: it delays no one, and no reader misses it.
#[actix_web::test]
async fn a_late_commit_delays_no_one_and_is_not_missed() {
    let world = World::start().await;
    let mut slow = world.server.connection().await;
    run(&mut slow, "begin").await;
    insert_event(&mut slow, "complaint.slow", "32.04.05.2001").await;
    world.complaint().await;
    let (seen, cursor) = read(&world, None).await;
    assert_eq!(types(&seen), ["complaint.submitted"]);
    run(&mut slow, "commit").await;
    assert_eq!(types(&read(&world, Some(&cursor)).await.0), ["complaint.slow"]);
    let (all, _) = read(&world, None).await;
    assert_eq!(
        types(&all),
        ["complaint.submitted", "complaint.slow"],
        "the order is the same for a reader who begins later"
    );
}

#[actix_web::test]
async fn a_killed_writer_leaves_nothing_and_delays_no_one() {
    let world = World::start().await;
    let mut writer = world.server.connection().await;
    run(&mut writer, "begin").await;
    insert_event(&mut writer, "complaint.lost", "32.04.05.2001").await;
    drop(writer);
    world.complaint().await;
    assert_eq!(types(&read(&world, None).await.0), ["complaint.submitted"]);
}

/// A reader with a long snapshot, as a backup has, and a role of its own that writes.
#[actix_web::test]
async fn neither_a_long_snapshot_nor_another_role_hides_events() {
    let world = World::start().await;
    let mut backup = world.server.connection().await;
    run(&mut backup, "begin isolation level repeatable read read only").await;
    run(&mut backup, "select count(*) from events").await;
    let role = format!("loader_{}", uuid::Uuid::new_v4().simple());
    let mut loader = world.server.connection().await;
    run(&mut loader, &format!("create role {role}")).await;
    run(&mut loader, &format!("grant insert, select on outbox, events to {role}")).await;
    run(&mut loader, &format!("set role {role}")).await;
    run(&mut loader, "begin").await;
    insert_event(&mut loader, "complaint.loaded", "32.04.05.2001").await;
    world.complaint().await;
    let (seen, cursor) = read(&world, None).await;
    assert_eq!(types(&seen), ["complaint.submitted"]);
    run(&mut loader, "commit").await;
    assert_eq!(types(&read(&world, Some(&cursor)).await.0), ["complaint.loaded"]);
    run(&mut backup, "commit").await;
    run(&mut loader, "reset role").await;
    run(&mut loader, &format!("drop owned by {role}")).await;
    run(&mut loader, &format!("drop role {role}")).await;
}

/// Two-phase commit: the transaction commits long after its session is gone.
#[actix_web::test]
async fn a_prepared_transaction_that_commits_late_is_not_missed() {
    let world = World::start().await;
    let mut conn = world.server.connection().await;
    let name = uuid::Uuid::new_v4();
    run(&mut conn, "begin").await;
    insert_event(&mut conn, "complaint.prepared", "32.04.05.2001").await;
    run(&mut conn, &format!("prepare transaction '{name}'")).await;
    world.complaint().await;
    let (seen, cursor) = read(&world, None).await;
    assert_eq!(types(&seen), ["complaint.submitted"]);
    run(&mut conn, &format!("commit prepared '{name}'")).await;
    assert_eq!(types(&read(&world, Some(&cursor)).await.0), ["complaint.prepared"]);
}

/// Two processes number at the same time: every change gets one position, and no position is given twice.
#[actix_web::test]
async fn two_sequencers_give_each_position_once() {
    let world = World::start().await;
    let done = std::cell::Cell::new(false);
    let number = async || {
        let (sequencer, mut conn) = (Sequencer::default(), world.server.connection().await);
        while !done.get() {
            sequencer.turn(&mut conn, chrono::Utc::now()).await.unwrap();
            run(&mut conn, "update sequencer set lease_until = '-infinity'").await;
        }
    };
    let write = async {
        for _ in 0..10 {
            futures_util::future::join_all((0..4).map(|_| world.complaint())).await;
        }
        done.set(true);
    };
    tokio::join!(number(), number(), write);
    let (events, _) = read(&world, None).await;
    assert_eq!(events.len(), 40);
    let mut conn = world.server.connection().await;
    let gaps = "select count(*) as n from generate_series(1, (select last_position from sequencer)) p \
                where (select count(distinct change_id) from changes where position = p) <> 1";
    assert_eq!(count(&mut conn, gaps).await, 0);
}

/// A sequencer that was stopped in the middle of a step numbered nothing. The other one continues when the lease has expired, and
/// the first cannot number with its old lease.
#[actix_web::test]
async fn a_killed_sequencer_is_replaced() {
    let world = World::start().await;
    let (killed, other) = (Sequencer::default(), Sequencer::default());
    let (mut first, mut second) = (world.server.connection().await, world.server.connection().await);
    let positions = "select last_position as n from sequencer";
    world.complaint().await;
    killed.turn(&mut first, chrono::Utc::now()).await.unwrap();
    world.complaint().await;
    // Killed before it commits.
    first.begin_test_transaction().await.unwrap();
    killed.turn(&mut first, chrono::Utc::now()).await.unwrap();
    drop(first);
    other.turn(&mut second, chrono::Utc::now()).await.unwrap();
    assert_eq!(count(&mut second, positions).await, 1, "the lease has not expired");
    run(&mut second, "update sequencer set lease_until = '-infinity'").await;
    other.turn(&mut second, chrono::Utc::now()).await.unwrap();
    assert_eq!(count(&mut second, positions).await, 2);
    world.complaint().await;
    killed.turn(&mut world.server.connection().await, chrono::Utc::now()).await.unwrap();
    assert_eq!(count(&mut second, positions).await, 2, "the fencing token is the other one's");
    other.turn(&mut second, chrono::Utc::now()).await.unwrap();
    assert_eq!(count(&mut second, positions).await, 3);
}

/// After a restore the last events that a reader saw may be gone, and others have their positions: it gets 410 and the cursor up to
/// which both are the same.
#[actix_web::test]
async fn after_a_restore_a_cursor_is_refused_and_replaced() {
    let world = World::start().await;
    world.complaint().await;
    let (_, early) = read(&world, None).await;
    let mut conn = world.server.connection().await;
    // The copy was made here. What came after it is lost, and other changes take the positions.
    world.complaint().await;
    let (_, late) = read(&world, Some(&early)).await;
    run(&mut conn, "delete from events where change_id in (select change_id from changes where position > 1)").await;
    run(&mut conn, "delete from changes where position > 1").await;
    run(&mut conn, "update sequencer set last_position = 1, server = 'another'").await;
    let path = format!("/v1/events?after={late}");
    let problem = world.front.get(&path).await;
    let problem = problem.expect_problem(410, "cursor-expired");
    let resync = problem["resync_cursor"].as_str().unwrap();
    world.complaint().await;
    let (events, _) = read(&world, Some(resync)).await;
    assert_eq!(types(&events), ["complaint.submitted"], "the new one, and nothing twice");
    world.front.get(&format!("/v1/events?after={early}")).await.expect_problem(410, "cursor-expired");
}

/// Deleted changes cannot be read: a reader that comes too late gets 410, and no list with a gap.
#[actix_web::test]
async fn a_cursor_older_than_the_stored_changes_is_refused() {
    let world = World::start().await;
    let start = world.front.get("/v1/events").await.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    world.complaint().await;
    let since = "2026-01-01T00:00:00Z";
    world.front.get(&format!("/v1/complaints?updated_since={since}")).await.expect(200);
    world.server.shared.clock.advance(chrono::TimeDelta::days(91));
    world.server.work().await;
    let later = world.server.session(
        "later",
        None,
        &["32.04"],
        &[slrt::slices::permissions::EVENTS_READ, slrt::slices::permissions::COMPLAINTS_READ],
    );
    let problem = later.get(&format!("/v1/events?after={start}")).await.expect_problem(410, "cursor-expired");
    let resync = problem["resync_cursor"].as_str().unwrap().to_owned();
    later.get(&format!("/v1/events?after={resync}")).await.expect(200);
    later.get(&format!("/v1/complaints?updated_since={since}")).await.expect_problem(410, "cursor-expired");
}

/// The same where no change is stored any more: an empty page would say that nothing changed.
#[actix_web::test]
async fn a_time_before_the_last_deleted_change_is_refused() {
    let world = World::start().await;
    world.complaint().await;
    world.front.get("/v1/complaints?updated_since=2026-01-01T00:00:00Z").await.expect(200);
    let mut conn = world.server.connection().await;
    let later = chrono::Utc::now() + chrono::TimeDelta::days(1);
    assert!(slrt::events::order::delete_before(&mut conn, later).await.unwrap() > 0);
    let old = "/v1/complaints?updated_since=2026-01-01T00:00:00Z";
    world.front.get(old).await.expect_problem(410, "cursor-expired");
    let after = later.format("%Y-%m-%dT%H:%M:%SZ");
    world.front.get(&format!("/v1/complaints?updated_since={after}")).await.expect(200);
}

/// A village desk sees few of the country's events. Its cursor moves past the others, so that no read scans them twice.
#[actix_web::test]
async fn the_cursor_moves_past_events_of_others() {
    let world = World::start().await;
    let (nothing, before) = read(&world, None).await;
    assert!(nothing.is_empty());
    let mut conn = world.server.connection().await;
    insert_event(&mut conn, "complaint.elsewhere", "51.71.01.1001").await;
    let (nothing, passed) = read(&world, Some(&before)).await;
    assert!(nothing.is_empty() && passed != before, "{before} {passed}");
    world.complaint().await;
    assert_eq!(read(&world, Some(&passed)).await.0.len(), 1);
}

/// Concurrent writers and one reader that pages continuously: the reader sees each event once.
#[actix_web::test]
async fn a_reader_misses_nothing_while_others_write() {
    let world = World::start().await;
    let writers = futures_util::future::join_all((0..8).map(|_| async {
        for _ in 0..10 {
            world.complaint().await;
        }
    }));
    let done = std::cell::Cell::new(false);
    let reader = async {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let finished = done.get();
            let (events, next) = read(&world, cursor.as_deref()).await;
            seen.extend(events.iter().map(|e| e["id"].as_str().unwrap().to_owned()));
            cursor = Some(next);
            if finished && events.is_empty() {
                return seen;
            }
        }
    };
    let (_, seen) = tokio::join!(
        async {
            writers.await;
            done.set(true);
        },
        reader
    );
    let unique: std::collections::HashSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (80, 80));
}

#[actix_web::test]
async fn an_event_is_deleted_after_its_retention() {
    let world = World::start().await;
    world.complaint().await;
    world.server.work().await;
    assert_eq!(world.front.get("/v1/events").await.expect(200)["items"].as_array().unwrap().len(), 1);
    world.server.shared.clock.advance(chrono::TimeDelta::days(91));
    world.server.work().await;
    let later = world.server.session("later", None, &["32.04"], &[slrt::slices::permissions::EVENTS_READ]);
    // The event of the deadline that has passed in the meantime is new; the old event is deleted.
    let found = later.get("/v1/events").await.expect(200);
    assert!(found["items"].as_array().unwrap().iter().all(|e| e["type"] != "complaint.submitted"), "{found}");
}
