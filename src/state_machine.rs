//! State machines as data: one table of transitions each. The transition check, the 409 response, the contract and the
//! code lists are derived from it. Pure.

use crate::auth::Permission;
use crate::db::text_enum::CodeList;
use crate::error::{Code, Error};

/// The state after a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<S> {
    State(S),
    /// The state before the pause, when a pause ends.
    Previous,
    /// The same state; the action changes only other fields.
    Same,
}

/// One row of a transition table.
#[derive(Debug)]
pub struct Edge<S: 'static, A> {
    pub action: A,
    /// Empty for the action that creates the resource.
    pub from: &'static [S],
    pub to: Target<S>,
    /// Permission that the action needs; `None` if only the service itself takes it.
    pub by: Option<Permission>,
    /// Required fields of the action's request body.
    pub carries: &'static [&'static str],
    /// True if the action has an endpoint. The table is complete before all endpoints exist.
    pub offered: bool,
}

impl<S, A> Edge<S, A> {
    /// The same row, marked as having no endpoint yet.
    pub const fn not_yet(self) -> Self
    where
        S: Copy,
        A: Copy,
    {
        Self { offered: false, ..self }
    }
}

/// An action that the current state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state {current} does not allow this action")]
pub struct IllegalTransition<S: std::fmt::Debug + std::fmt::Display, A: std::fmt::Debug> {
    pub current: S,
    pub allowed: Vec<A>,
}

impl<S, A> IllegalTransition<S, A>
where
    S: CodeList + std::fmt::Debug + std::fmt::Display,
    A: CodeList + std::fmt::Debug,
{
    /// The 409 problem of a slice: the current state and the actions that it allows.
    pub fn problem(&self, code: Code) -> Error {
        Error::transition(code, self.current.text(), self.allowed.iter().map(CodeList::text).collect())
    }
}

/// The target of `action` from `current`, or an error with the allowed actions.
pub fn next<S, A>(edges: &[Edge<S, A>], current: S, action: A) -> Result<Target<S>, IllegalTransition<S, A>>
where
    S: Copy + PartialEq + std::fmt::Debug + std::fmt::Display,
    A: Copy + PartialEq + std::fmt::Debug,
{
    edges
        .iter()
        .find(|edge| edge.action == action && edge.from.contains(&current))
        .map(|edge| edge.to)
        .ok_or_else(|| IllegalTransition { current, allowed: allowed(edges, current) })
}

/// Actions with an endpoint that are allowed in this state.
pub fn allowed<S: Copy + PartialEq, A: Copy + PartialEq>(edges: &[Edge<S, A>], current: S) -> Vec<A> {
    let mut actions = Vec::new();
    for edge in edges.iter().filter(|e| e.by.is_some() && e.offered && e.from.contains(&current)) {
        if !actions.contains(&edge.action) {
            actions.push(edge.action);
        }
    }
    actions
}
