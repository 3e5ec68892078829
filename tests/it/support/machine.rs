//! Tests over HTTP that a state machine refuses everything that is not in its table: every state, every action, every role. A
//! call that the table allows has an invalid body, so that nothing changes.

use serde_json::{Value, json};
use slrt::auth::permission::Permission;
use slrt::state_machine::Edge;

use super::http::Session;

/// An action that callers can use, with the states in which it is possible.
pub struct Call {
    /// Last segment of its path.
    pub action: String,
    pub from: Vec<String>,
    pub needs: Permission,
}

/// Relation of a role to the tested resources.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// It may act if it has the permission.
    Within,
    /// The resources are outside its regions: 404.
    Outside,
    /// It sees the resources; every action is 403 with this code.
    OnlyReads(&'static str),
}

pub struct Role {
    pub name: String,
    pub session: Session,
    pub may: Vec<Permission>,
    pub side: Side,
}

pub struct Machine {
    /// Path of the collection, for example `/v1/complaints`.
    pub root: &'static str,
    /// Problem code of the 409.
    pub illegal: &'static str,
    pub calls: Vec<Call>,
    /// One resource in each state: (state, id).
    pub things: Vec<(String, String)>,
}

/// The actions of a table; `renamed` returns the path of an action whose path differs.
pub fn calls<S, A>(edges: &[Edge<S, A>], renamed: impl Fn(&str) -> Option<&'static str>) -> Vec<Call>
where
    S: std::fmt::Display,
    A: std::fmt::Display,
{
    let mut calls: Vec<Call> = Vec::new();
    for edge in edges.iter().filter(|e| e.offered && !e.from.is_empty()) {
        let Some(needs) = edge.by else { continue };
        let name = edge.action.to_string();
        let action = renamed(&name).map_or_else(|| name.replace('_', "-"), str::to_owned);
        let from = edge.from.iter().map(ToString::to_string);
        match calls.iter_mut().find(|c| c.action == action) {
            Some(known) => known.from.extend(from),
            None => calls.push(Call { action, from: from.collect(), needs }),
        }
    }
    calls
}

impl Machine {
    /// Returns the number of calls, all of which were refused as expected.
    pub async fn check_refusals(&self, reader: &Session, roles: &[Role]) -> usize {
        let all = self.things.iter().map(|(state, id)| self.of_one(state, id, reader, roles));
        futures_util::future::join_all(all).await.into_iter().sum()
    }

    async fn of_one(&self, state: &str, id: &str, reader: &Session, roles: &[Role]) -> usize {
        let path = format!("{}/{id}", self.root);
        let snapshot = async || -> (Value, Value) {
            let now = reader.get(&path).await.expect(200);
            (now, reader.get(&format!("{path}/timeline")).await.expect(200))
        };
        let before = snapshot().await;
        assert_eq!(before.0["status"], state);
        let mut refused = 0;
        for role in roles {
            for call in &self.calls {
                let place = format!("{state} --{}--> by {}", call.action, role.name);
                let (status, code) = if !role.may.contains(&call.needs) {
                    (403, "insufficient-scope")
                } else {
                    match role.side {
                        Side::Outside => (404, "not-found"),
                        Side::OnlyReads(code) => (403, code),
                        Side::Within if !call.from.iter().any(|s| s == state) => (409, self.illegal),
                        Side::Within => (422, "validation-failed"),
                    }
                };
                let body = json!({ "no_such_field": true });
                let answer = role.session.post(&format!("{path}/{}", call.action), body).await;
                let got = (answer.status, answer.body["code"].as_str().unwrap_or_default());
                assert_eq!(got, (status, code), "{place}: {}", answer.text);
                if status == 409 {
                    assert_eq!(answer.body["current_state"], state, "{place}");
                }
                refused += 1;
            }
            let now = reader.get(&path).await.expect(200);
            assert_eq!(now["version"], before.0["version"], "{state}: {} changed it", role.name);
        }
        assert_eq!(snapshot().await, before, "{state}");
        refused
    }
}
