//! Every action of every role in every state of a complaint: actions that the table does not allow are refused and
//! change nothing.

use serde_json::json;
use slrt::auth::permission::Permission;
use slrt::auth::roles::Role as Officer;
use slrt::complaints::model::ComplaintStatus;
use slrt::complaints::transitions::EDGES;

use crate::support::machine::{Machine, Role, Side, calls};
use crate::support::world::submission;
use crate::support::{Session, World};

/// A regency that transferred its complaints to the desk's regency and can still read them.
const OLD_REGION: &str = "32.73.01.1001";

struct Fixture {
    world: World,
    /// A session with all permissions in the old regency.
    old_regency: Session,
}

impl Fixture {
    /// A complaint that another regency transferred to the desk.
    async fn received(&self) -> String {
        let mut body = submission();
        body["region_code"] = json!(OLD_REGION);
        let made = self.old_regency.post("/v1/complaints", body).await.expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let to = json!({ "region_code": crate::support::world::VILLAGE, "note": "Pelapor tinggal di sana." });
        self.old_regency.post(&format!("/v1/complaints/{id}/transfer"), to).await.expect(200);
        id
    }

    async fn in_state(&self, state: ComplaintStatus) -> String {
        use ComplaintStatus as S;
        let world = &self.world;
        let id = self.received().await;
        let verify = json!({ "class": "unmet_need", "priority": "normal" });
        let path: &[(&Session, &str, serde_json::Value)] = &[
            (&world.back, "verify", verify),
            (&world.back, "start", json!({})),
            (&world.back, "recommend", json!({ "kind": "resolve", "text": "Sudah dibantu." })),
            (&world.manager, "approve", json!({ "outcome": "resolve", "decision": "upheld", "answer": "Sudah." })),
            (&world.front, "close", json!({})),
        ];
        let steps = match state {
            S::Verified => 1,
            S::InProgress => 2,
            S::PendingApproval | S::Referred => 3,
            S::Resolved => 4,
            S::Closed => 5,
            _ => 0,
        };
        for (who, action, body) in &path[..steps] {
            world.step(who, &id, action, body.clone()).await;
        }
        let reason = json!({ "reason": "Tidak jadi." });
        match state {
            S::AwaitingInfo => {
                world.step(&world.back, &id, "ask", json!({ "question": "Berapa anak?" })).await;
            }
            S::Referred => {
                world.draft(Some(&id)).await;
                world.step(&world.manager, &id, "approve", json!({ "outcome": "refer" })).await;
            }
            S::Rejected => {
                world.step(&world.back, &id, "reject", json!({ "reason": "out_of_scope" })).await;
            }
            S::Withdrawn => {
                world.step(&world.front, &id, "withdraw", reason).await;
            }
            S::Duplicate => {
                let root = world.complaint().await;
                world.step(&world.back, &id, "mark-duplicate", json!({ "duplicate_of": root })).await;
            }
            _ => {}
        }
        id
    }
}

#[actix_web::test]
async fn every_illegal_action_of_every_role_in_every_state_is_refused() {
    let world = World::start().await;
    let old_regency = world.server.session("kota", None, &["32.73"], Permission::all());
    let fixture = Fixture { world, old_regency };
    let all = &fixture;
    let made = ComplaintStatus::ALL.iter().map(|state| async move { (state.to_string(), all.in_state(*state).await) });
    let complaints = futures_util::future::join_all(made).await;
    assert_eq!(complaints.len(), 11);
    let machine = Machine {
        root: "/v1/complaints",
        illegal: "complaint-invalid-transition",
        calls: calls(EDGES, |action| matches!(action, "refer" | "resolve").then_some("approve")),
        things: complaints,
    };
    assert!(machine.calls.len() >= 14);
    let server = &fixture.world.server;
    let mut roles: Vec<Role> = Officer::ALL
        .iter()
        .map(|officer| {
            let may: Vec<Permission> = officer.permissions().iter().collect();
            let name = officer.to_string();
            Role { session: server.session(&name, None, &["32.04"], &may), name, may, side: Side::Within }
        })
        .collect();
    let mut with_all = |name: &str, regions: &[&str], side| {
        let may = Permission::all().to_vec();
        let session = server.session(name, None, regions, &may);
        roles.push(Role { name: name.to_owned(), session, may, side });
    };
    with_all("everything", &["32.04"], Side::Within);
    with_all("province", &["32"], Side::Within);
    with_all("neighbour", &["34.04"], Side::Outside);
    with_all("no region", &[], Side::Outside);
    with_all("region of the trail", &["32.73"], Side::OnlyReads("region-not-granted"));
    let refused = machine.check_refusals(&fixture.world.back, &roles).await;
    assert_eq!(refused, 11 * machine.calls.len() * roles.len());
}

#[actix_web::test]
async fn the_officer_who_recommended_cannot_decide_or_return() {
    let world = World::start().await;
    let id = world.pending_complaint().await;
    let both = world.server.session("bandung-bo", None, &["32.04"], Permission::all());
    for action in ["approve", "return"] {
        let answer = both.post(&format!("/v1/complaints/{id}/{action}"), json!({ "no_such_field": true })).await;
        answer.expect_problem(403, "own-recommendation");
    }
    assert_eq!(world.back.get(&format!("/v1/complaints/{id}")).await.expect(200)["version"], 4);
}
