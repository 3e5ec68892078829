//! State machines as data: one table of edges each, from which the guard, the 409 answer, the contract and the code
//! lists are derived. Pure.

use crate::auth::Permission;

/// Where an edge leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<S> {
    State(S),
    /// The state it was in before (a pause that ends).
    Previous,
    /// No change of state; the action leaves its own mark.
    Same,
}

/// One row of a table.
#[derive(Debug)]
pub struct Edge<S: 'static, A> {
    pub action: A,
    /// Empty for the edge that begins a life.
    pub from: &'static [S],
    pub to: Target<S>,
    /// Who may; `None` is the service itself.
    pub by: Option<Permission>,
    /// What the action's body must carry.
    pub carries: &'static [&'static str],
    /// Is there an endpoint for it? The table is whole from the start; the endpoints come one by one.
    pub offered: bool,
}

impl<S, A> Edge<S, A> {
    /// The same edge, for which there is no endpoint yet.
    pub const fn not_yet(self) -> Self
    where
        S: Copy,
        A: Copy,
    {
        Self { offered: false, ..self }
    }
}

/// An edge that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the state {current} does not allow this")]
pub struct IllegalTransition<S: std::fmt::Debug + std::fmt::Display, A: std::fmt::Debug> {
    pub current: S,
    pub allowed: Vec<A>,
}

/// Where `action` leads from `current`, or what could be done instead.
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

/// What people can do with a thing in this state.
pub fn allowed<S: Copy + PartialEq, A: Copy + PartialEq>(edges: &[Edge<S, A>], current: S) -> Vec<A> {
    let mut actions = Vec::new();
    for edge in edges.iter().filter(|e| e.by.is_some() && e.offered && e.from.contains(&current)) {
        if !actions.contains(&edge.action) {
            actions.push(edge.action);
        }
    }
    actions
}
