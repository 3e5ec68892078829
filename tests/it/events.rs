//! Tests of the event feed: ordered, complete, and never ahead of transactions that can still commit.

use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use serde_json::{Value, json};

use crate::support::World;

async fn read(world: &World, after: Option<&str>) -> (Vec<Value>, String) {
    let path = after.map_or_else(|| "/v1/events".to_owned(), |cursor| format!("/v1/events?after={cursor}"));
    let page = world.front.get(&path).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    (page["items"].as_array().unwrap().clone(), cursor)
}

/// Inserts one event, in the connection's own transaction.
async fn insert_event(conn: &mut AsyncPgConnection, type_: &str, region: &str) {
    let insert = "insert into events (id, type, subject_kind, subject_id, region_code, data, occurred_at) \
                  values (gen_random_uuid(), $1, 'complaint', gen_random_uuid(), $2, '{}', now())";
    diesel::sql_query(insert).bind::<Text, _>(type_).bind::<Text, _>(region).execute(conn).await.unwrap();
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

/// A transaction that began earlier commits later: its event must not appear before the reader's cursor.
#[actix_web::test]
async fn a_late_commit_is_not_missed() {
    let world = World::start().await;
    let mut slow = world.server.connection().await;
    diesel::sql_query("begin").execute(&mut slow).await.unwrap();
    insert_event(&mut slow, "complaint.slow", "32.04.05.2001").await;
    world.complaint().await;
    let (seen, cursor) = read(&world, None).await;
    assert!(seen.is_empty(), "events newer than a running transaction are withheld");
    diesel::sql_query("commit").execute(&mut slow).await.unwrap();
    let (seen, _) = read(&world, Some(&cursor)).await;
    let types: Vec<_> = seen.iter().map(|e| e["type"].clone()).collect();
    assert_eq!(types, ["complaint.slow", "complaint.submitted"]);
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
