//! Every action of every side in every state of a referral: actions that the table does not allow are refused and
//! change nothing.

use serde_json::{Value, json};
use slrt::auth::permission::Permission;
use slrt::referrals::model::{ReferralAction as Action, ReferralStatus as Status};
use slrt::referrals::transitions;

use crate::support::{Session, World};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Side {
    Source,
    Target,
    /// Another organization of the same regency, which is not a desk.
    Bystander,
    Province,
    Elsewhere,
}

const TARGET_ACTIONS: &[Action] = &[
    Action::Acknowledge,
    Action::ReservePlace,
    Action::Accept,
    Action::Reject,
    Action::Start,
    Action::Hold,
    Action::Resume,
    Action::Complete,
    Action::Fail,
];

/// The status that the handbook's rules on sides give, written a second time. `None`: the transition table decides.
fn refusal(side: Side, state: Status, action: Action, target_sees: bool) -> Option<u16> {
    let was_accepted = !matches!(state, Status::Draft | Status::Requested | Status::Rejected);
    match side {
        Side::Elsewhere => Some(404),
        Side::Target if !target_sees => Some(404),
        Side::Target if TARGET_ACTIONS.contains(&action) => None,
        _ if TARGET_ACTIONS.contains(&action) => Some(403),
        Side::Source => None,
        Side::Target if action == Action::Cancel && state != Status::Requested => None,
        Side::Province if action == Action::EnterInError && was_accepted => None,
        _ => Some(403),
    }
}

/// Creates a referral and brings it into a state through its actions.
async fn in_state(world: &World, source: &Session, target: &Session, service: &str, state: Status) -> String {
    let body = json!({
        "service_id": service, "need": "Perlu layanan.", "lawful_basis": "public_task",
        "region_code": crate::support::world::VILLAGE,
    });
    let made = source.post("/v1/referrals", body).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let hold =
        json!({ "reason": "waitlist", "review_at": world.server.shared.clock.now() + chrono::TimeDelta::days(5) });
    let complete = json!({ "outcome": "service_delivered", "delivered_on": "2026-01-10", "note": "Selesai." });
    let cancel = json!({ "reason": "wrong_target" });
    let in_error = json!({ "reason": "entered_twice" });
    let none = json!(null);
    let accept = [(source, "request", &none), (target, "accept", &none)];
    let steps: Vec<(&Session, &str, &Value)> = match state {
        Status::Draft => vec![],
        Status::Requested => vec![(source, "request", &none)],
        Status::Accepted => accept.to_vec(),
        Status::InProgress => [&accept[..], &[(target, "start", &none)]].concat(),
        Status::OnHold => [&accept[..], &[(target, "hold", &hold)]].concat(),
        Status::Completed => [&accept[..], &[(target, "complete", &complete)]].concat(),
        Status::Failed => {
            let fail = json!({ "reason": "no_show" });
            for (who, action, _) in accept {
                who.act(&format!("/v1/referrals/{id}/{action}")).await.expect(200);
            }
            target.post(&format!("/v1/referrals/{id}/fail"), fail).await.expect(200);
            vec![]
        }
        Status::Rejected => {
            source.act(&format!("/v1/referrals/{id}/request")).await.expect(200);
            target.post(&format!("/v1/referrals/{id}/reject"), json!({ "reason": "incomplete" })).await.expect(200);
            vec![]
        }
        Status::Cancelled => [&accept[..], &[(source, "cancel", &cancel)]].concat(),
        Status::EnteredInError => [&accept[..], &[(source, "enter-in-error", &in_error)]].concat(),
    };
    for (who, action, body) in steps {
        let path = format!("/v1/referrals/{id}/{action}");
        if body.is_null() { who.act(&path).await } else { who.post(&path, body.clone()).await }.expect(200);
    }
    id
}

#[actix_web::test]
async fn every_illegal_action_of_every_side_is_refused_and_changes_nothing() {
    let world = World::start().await;
    let of = |key: &str, regions: &[&str]| {
        world.server.session(key, slrt::demo::organization(key), regions, Permission::all())
    };
    let sides = [
        (Side::Source, of("slrt-bandung", &["32.04"])),
        (Side::Target, of("pupr-bandung", &[])),
        (Side::Bystander, of("disdik-bandung", &["32.04"])),
        (Side::Province, of("dinsos-jabar", &["32"])),
        (Side::Elsewhere, of("slrt-sleman", &["34.04"])),
    ];
    let (source, target) = (&sides[0].1, &sides[1].1);
    let service = world.own_service(json!({})).await;
    let (mut refused, mut illegal) = (0, 0);
    for &state in Status::ALL {
        let id = in_state(&world, source, target, &service, state).await;
        let path = format!("/v1/referrals/{id}");
        let before = source.get(&path).await.expect(200);
        assert_eq!(before["status"], state.as_str());
        let target_sees = state != Status::Draft;
        for &action in Action::ALL.iter().filter(|a| **a != Action::Create) {
            for (side, session) in &sides {
                let place = format!("{side:?}: {state} --{action}-->");
                let legal = transitions::next(state, action).is_ok();
                let expected = refusal(*side, state, action, target_sees);
                if expected.is_none() && legal {
                    continue;
                }
                let answer = session.post(&format!("{path}/{}", action.as_str().replace('_', "-")), json!({})).await;
                assert_eq!(answer.status, expected.unwrap_or(409), "{place} {}", answer.text);
                if expected.is_none() {
                    assert_eq!(answer.body["current_state"], state.as_str(), "{place}");
                    let named = before["allowed_actions"].as_array().unwrap();
                    assert_eq!(answer.body["allowed"].as_array().unwrap_or(&Vec::new()), named, "{place}");
                    illegal += 1;
                } else {
                    assert!(answer.body.get("current_state").is_none(), "{place} discloses the state");
                    refused += 1;
                }
            }
        }
        assert_eq!(source.get(&path).await.expect(200), before, "{state} must not change");
    }
    assert_eq!((illegal, refused), (95, 514));
}

#[actix_web::test]
async fn of_two_different_concurrent_answers_one_wins() {
    let world = World::start().await;
    for _ in 0..5 {
        let id = world.requested().await;
        let path = format!("/v1/referrals/{id}");
        let (yes, no) = (format!("{path}/accept"), format!("{path}/reject"));
        let reject = json!({ "reason": "incomplete" });
        let (a, b) = tokio::join!(world.pkh.act(&yes), world.pkh.post(&no, reject));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}
