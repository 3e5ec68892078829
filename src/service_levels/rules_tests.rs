//! Tests of the clocks: step by step, and by properties.

use super::*;
use crate::service_levels::calendar::end_of;
use crate::service_levels::model::TargetConfidence;
use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

const REGION: &str = "32.04.05.2001";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::new([("ID".to_owned(), day("2026-12-25")), ("ID".to_owned(), day("2026-01-01"))])
}

fn target(first: i16, resolution: i16) -> TargetRow {
    TargetRow {
        id: Uuid::nil(),
        region_code: "ID".into(),
        sector: None,
        class: None,
        priority: None,
        kind: ServiceLevelKind::Ordinary,
        first_response_days: first,
        resolution_days: resolution,
        province_after_days: 3,
        ministry_after_days: 6,
        confidence: TargetConfidence::Practice,
        source: String::new(),
        version: 1,
        removed_at: None,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// Received on a Monday morning in Bandung: first response within two working days, decision within ten.
fn received() -> Clock {
    let now = at("2026-11-23T02:00:00Z");
    let mut clock = Clock::start(Uuid::nil(), 1, REGION, &target(2, 10), Status::Received, now);
    clock.step(Status::Received, now).unwrap();
    clock.recalculate(&calendar(), now).unwrap();
    clock
}

#[test]
fn the_first_response_is_due_before_the_decision() {
    let clock = received();
    assert_eq!(clock.first_response_due_at, Some(end_of(REGION, day("2026-11-25"))));
    assert_eq!(clock.resolution_due_at, end_of(REGION, day("2026-12-07")));
    assert_eq!((clock.due_at, clock.check_at), (end_of(REGION, day("2026-11-25")), Some(at("2026-11-25T17:00:00Z"))));
    assert_eq!(clock.state(at("2026-11-24T16:59:59Z")), SlaState::OnTime);
    assert_eq!(clock.state(at("2026-11-24T17:00:00Z")), SlaState::DueSoon);
    assert_eq!(clock.state(at("2026-11-25T16:59:59Z")), SlaState::DueSoon);
    assert_eq!(clock.state(at("2026-11-25T17:00:00Z")), SlaState::Breached);
}

#[test]
fn verification_stops_the_first_clock_and_a_decision_the_second() {
    let mut clock = received();
    let verified = at("2026-11-24T02:00:00Z");
    clock.step(Status::Verified, verified).unwrap();
    clock.recalculate(&calendar(), verified).unwrap();
    assert_eq!((clock.first_responded_at, clock.due_at), (Some(verified), clock.resolution_due_at));
    // The last fifth of ten working days.
    assert_eq!(clock.state(at("2026-12-03T16:59:59Z")), SlaState::OnTime);
    assert_eq!(clock.state(at("2026-12-03T17:00:00Z")), SlaState::DueSoon);
    let decided = at("2026-12-07T16:00:00Z");
    clock.step(Status::Resolved, decided).unwrap();
    clock.recalculate(&calendar(), decided).unwrap();
    assert_eq!((clock.state(at("2027-03-01T00:00:00Z")), clock.check_at), (SlaState::Met, None));
    assert!(clock.open);
    clock.step(Status::Closed, at("2026-12-09T02:00:00Z")).unwrap();
    assert_eq!((clock.open, clock.stopped_at), (false, Some(decided)));
}

#[test]
fn a_late_first_response_stays_a_breach() {
    let mut clock = received();
    clock.step(Status::Verified, at("2026-11-27T02:00:00Z")).unwrap();
    clock.step(Status::Resolved, at("2026-11-30T02:00:00Z")).unwrap();
    assert_eq!(clock.state(at("2026-12-01T02:00:00Z")), SlaState::Breached);
}

#[test]
fn a_breach_escalates_from_desk_to_ministry_and_is_reported_once() {
    let (calendar, mut clock) = (calendar(), received());
    assert_eq!(clock.check(&calendar, at("2026-11-25T16:59:59Z")), Findings::default());
    let mut found = Vec::new();
    let mut now = at("2026-11-25T17:00:00Z");
    while let Some(next) = clock.check_at {
        assert!(next <= now + TimeDelta::days(15), "the checks would never end");
        now = next;
        let findings = clock.check(&calendar, now);
        assert_eq!(clock.check(&calendar, now), Findings::default());
        found.push((now, findings.breaches, findings.escalated_to));
    }
    let expected = [
        (at("2026-11-25T17:00:00Z"), vec![Breach::FirstResponse], Some(1)),
        (at("2026-11-29T17:00:00Z"), vec![], Some(2)),
        (at("2026-12-02T17:00:00Z"), vec![], Some(3)),
        (at("2026-12-07T17:00:00Z"), vec![Breach::Resolution], None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn one_check_after_a_long_time_finds_all_breaches() {
    let mut clock = received();
    let findings = clock.check(&calendar(), at("2027-06-01T02:00:00Z"));
    assert_eq!(findings, Findings { breaches: vec![Breach::FirstResponse, Breach::Resolution], escalated_to: Some(3) });
    assert_eq!(clock.check_at, None);
}

#[test]
fn a_paused_clock_has_no_breach() {
    let mut clock = received();
    clock.step(Status::AwaitingInfo, at("2026-11-24T02:00:00Z")).unwrap();
    clock.recalculate(&calendar(), at("2026-11-24T02:00:00Z")).unwrap();
    assert_eq!((clock.state(at("2027-01-01T00:00:00Z")), clock.check_at), (SlaState::Paused, None));
    assert_eq!(clock.check(&calendar(), at("2027-01-01T00:00:00Z")), Findings::default());
    assert_eq!(clock.first_responded_at, None);
}

#[test]
fn a_reopened_complaint_owes_no_first_response() {
    assert!(reopens(Status::Resolved, Status::InProgress) && reopens(Status::Closed, Status::InProgress));
    assert!(!reopens(Status::Resolved, Status::Closed) && !reopens(Status::AwaitingInfo, Status::InProgress));
    let now = at("2026-11-23T02:00:00Z");
    let mut clock = Clock::start(Uuid::nil(), 2, REGION, &target(2, 10), Status::InProgress, now);
    clock.step(Status::InProgress, now).unwrap();
    clock.recalculate(&calendar(), now).unwrap();
    assert_eq!((clock.first_response_due_at, clock.due_at), (None, end_of(REGION, day("2026-12-07"))));
}

#[test]
fn a_deadline_that_moves_into_the_future_is_no_breach() {
    let mut clock = received();
    let now = at("2026-11-25T18:00:00Z");
    clock.check(&calendar(), now);
    assert_eq!(clock.state(now), SlaState::Breached);
    let more = Calendar::new([("32.04".to_owned(), day("2026-11-24"))]);
    clock.recalculate(&more, now).unwrap();
    assert_eq!((clock.first_response_breached_at, clock.escalation_level), (None, 1));
    assert_eq!(clock.check_at, Some(at("2026-11-26T17:00:00Z")));
    assert_eq!(clock.basis, CalendarBasis::WeekendsOnly);
}

proptest! {
    /// A pause moves both deadlines by exactly the working days in it, also if it is split into several pauses.
    #[test]
    fn a_pause_shifts_by_the_working_days_in_it(
        hours in 1i64..400, length in 0i64..900, cut in 0i64..900, first in 1i16..6, resolution in 6i16..60,
    ) {
        let calendar = calendar();
        let start = at("2026-11-20T03:00:00Z");
        let (from, until) = (start + TimeDelta::hours(hours), start + TimeDelta::hours(hours + length));
        let middle = start + TimeDelta::hours(hours + cut.min(length));
        let mut clock = Clock::start(Uuid::nil(), 1, REGION, &target(first, resolution), Status::Received, start);
        clock.recalculate(&calendar, start).unwrap();
        let (due, first_due) = (clock.resolution_due_at, clock.first_response_due_at.unwrap());
        let mut pieces = clock.clone();
        clock.step(Status::AwaitingInfo, from).unwrap();
        clock.step(Status::Received, until).unwrap();
        clock.recalculate(&calendar, until).unwrap();
        for (begin, end) in [(from, middle), (middle, until)] {
            pieces.step(Status::AwaitingInfo, begin).unwrap();
            pieces.step(Status::Received, end).unwrap();
        }
        pieces.recalculate(&calendar, until).unwrap();
        let passed = calendar.between(REGION, day_in(REGION, from), day_in(REGION, until));
        let shifted = |due| end_of(REGION, calendar.add(REGION, day_in(REGION, due), passed));
        prop_assert_eq!(clock.resolution_due_at, shifted(due));
        prop_assert_eq!(clock.first_response_due_at, Some(shifted(first_due)));
        prop_assert_eq!(pieces.resolution_due_at, clock.resolution_due_at);
    }

    /// The next check is always in the future.
    #[test]
    fn checking_always_ends(hours in prop::collection::vec(1i64..200, 1..12), answered: bool) {
        let (calendar, mut clock) = (calendar(), received());
        let mut now = at("2026-11-23T02:00:00Z");
        if answered {
            clock.step(Status::Verified, now).unwrap();
            clock.recalculate(&calendar, now).unwrap();
        }
        for step in hours {
            now += TimeDelta::hours(step);
            clock.check(&calendar, now);
            prop_assert!(clock.check_at.is_none_or(|next| next > now), "{:?} at {}", clock.check_at, now);
        }
    }
}
