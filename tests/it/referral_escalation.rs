//! Reminders, escalation and cancellation of unanswered referrals. The tests advance the clock.

use chrono::{Datelike as _, TimeDelta};
use serde_json::json;

use crate::support::World;
use crate::support::world::VILLAGE;

async fn event_types(world: &World) -> Vec<String> {
    let back = world.server.session(
        "bandung-events",
        slrt::demo::organization("slrt-bandung"),
        &["32.04"],
        &[slrt::slices::permissions::EVENTS_READ],
    );
    let events = back.get("/v1/events?limit=200").await.expect(200);
    let all = events["items"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap().to_owned());
    all.filter(|t| t.starts_with("referral.")).collect()
}

async fn read(world: &World, id: &str) -> serde_json::Value {
    let back = world.server.session(
        "bandung-reader",
        slrt::demo::organization("slrt-bandung"),
        &["32.04"],
        &[slrt::slices::permissions::REFERRALS_READ],
    );
    back.get(&format!("/v1/referrals/{id}")).await.expect(200)
}

/// Start of the n-th working day after a time, in western Indonesia.
async fn working_day(world: &World, from: chrono::DateTime<chrono::Utc>, days: usize) -> chrono::DateTime<chrono::Utc> {
    let zone = TimeDelta::hours(7);
    let mut holidays = Vec::new();
    let mut day = (from + zone).date_naive();
    for year in [day.year(), day.year() + 1] {
        let path = format!("/v1/holidays?year={year}&region_code={VILLAGE}&limit=200");
        let found = world.server.anonymous().get(&path).await.expect(200);
        holidays.extend(found["items"].as_array().unwrap().iter().map(|h| h["day"].as_str().unwrap().to_owned()));
    }
    let mut left = days;
    while left > 0 {
        day = day.succ_opt().unwrap();
        let is_working_day = day.weekday().number_from_monday() < 6 && !holidays.contains(&day.to_string());
        left -= usize::from(is_working_day);
    }
    day.and_time(chrono::NaiveTime::MIN).and_utc() - zone
}

/// The regency adds a holiday on the next working day.
#[actix_web::test]
async fn a_regional_holiday_delays_the_reminder() {
    let world = World::start().await;
    let clock = &world.server.shared.clock;
    let holiday = working_day(&world, clock.now(), 1).await + TimeDelta::hours(7);
    let day = json!({
        "region_code": "32.04", "day": holiday.date_naive(), "kind": "regional", "name": "Hari Jadi", "source": "Perbup 1",
    });
    let before = working_day(&world, clock.now(), 3).await;
    world.manager.post("/v1/holidays", day).await.expect(201);
    let after = working_day(&world, clock.now(), 3).await;
    assert!(after > before);
    let id = world.requested().await;
    world.server.work().await;
    clock.advance(before - clock.now() + TimeDelta::hours(1));
    world.server.work().await;
    assert!(read(&world, &id).await.get("reminders").is_none_or(|n| *n == json!(0)));
    clock.advance(after - clock.now() + TimeDelta::minutes(1));
    world.server.work().await;
    assert_eq!(read(&world, &id).await["reminders"], 1);
}

#[actix_web::test]
async fn an_unanswered_referral_is_reminded_escalated_and_finally_cancelled() {
    let world = World::start().await;
    let id = world.requested().await;
    let clock = &world.server.shared.clock;
    let due: chrono::DateTime<chrono::Utc> = read(&world, &id).await["due_at"].as_str().unwrap().parse().unwrap();
    world.server.work().await;
    assert_eq!(event_types(&world).await, ["referral.drafted", "referral.requested"], "nothing is due yet");
    // Working days on the calendar of the client's region.
    let after = async |from: chrono::DateTime<chrono::Utc>, days: usize| working_day(&world, from, days).await;
    let reminder = after(clock.now(), 3).await;
    clock.advance(reminder - clock.now() - TimeDelta::minutes(1));
    world.server.work().await;
    assert_eq!(read(&world, &id).await["version"], 2, "no reminder before the third working day");
    clock.advance(TimeDelta::minutes(2));
    world.server.work().await;
    world.server.work().await;
    let now = read(&world, &id).await;
    assert_eq!((&now["reminders"], &now["escalation_level"], &now["version"]), (&json!(1), &json!(0), &json!(3)));
    clock.advance(due - clock.now() + TimeDelta::hours(1));
    world.server.work().await;
    let now = read(&world, &id).await;
    assert_eq!((&now["escalation_level"], &now["status"]), (&json!(1), &json!("requested")));
    let events = event_types(&world).await;
    assert!(events.contains(&"referral.overdue".to_owned()) && events.contains(&"referral.escalated".to_owned()));
    clock.advance(after(due, 7).await - clock.now() + TimeDelta::minutes(1));
    world.server.work().await;
    assert_eq!(read(&world, &id).await["escalation_level"], 2);
    clock.advance(after(due, 14).await - clock.now() + TimeDelta::minutes(1));
    world.server.work().await;
    assert_eq!(read(&world, &id).await["escalation_level"], 3);
    clock.advance(after(due, 30).await - clock.now() + TimeDelta::minutes(1));
    world.server.work().await;
    let ended = read(&world, &id).await;
    assert_eq!((&ended["status"], &ended["reason"]["code"]), (&json!("cancelled"), &json!("no_response")));
    let events = event_types(&world).await;
    assert_eq!(events.last().unwrap(), "referral.cancelled");
    assert_eq!(events.iter().filter(|t| *t == "referral.overdue").count(), 1);
    world.server.work().await;
    assert_eq!(event_types(&world).await.len(), events.len(), "an ended referral gets no more events");
}

#[actix_web::test]
async fn an_answer_stops_reminders_and_a_due_review_is_published_once() {
    let world = World::start().await;
    let id = world.accepted().await;
    let review_at = world.server.shared.clock.now() + TimeDelta::days(5);
    let hold = json!({ "reason": "waitlist", "review_at": review_at });
    world.pkh.post(&format!("/v1/referrals/{id}/hold"), hold).await.expect(200);
    world.server.shared.clock.advance(TimeDelta::days(6));
    world.server.work().await;
    world.server.work().await;
    let events = event_types(&world).await;
    assert_eq!(events.iter().filter(|t| *t == "referral.review_due").count(), 1);
    assert!(!events.contains(&"referral.reminded".to_owned()));
    let back = world.server.session(
        "bandung-2",
        slrt::demo::organization("slrt-bandung"),
        &["32.04"],
        &[slrt::slices::permissions::REFERRALS_READ],
    );
    let due = back.get("/v1/referrals?review_due=true").await.expect(200);
    assert_eq!(due["items"][0]["id"], json!(id));
}
