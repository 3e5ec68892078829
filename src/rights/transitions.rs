//! State machine of a data subject's request. Pure.

use super::model::SubjectRequestAction as A;
use super::model::SubjectRequestStatus::{self as S, *};
use crate::state_machine::{Edge, Target};

const fn edge(action: A, from: &'static [S], to: S, carries: &'static [&'static str]) -> Edge<S, A> {
    Edge {
        action,
        from,
        to: Target::State(to),
        by: Some(crate::registry::permissions::REGISTRY_WRITE),
        carries,
        offered: true,
    }
}

pub const EDGES: &[Edge<S, A>] = &[
    edge(A::Receive, &[], Received, &["kind", "requested_by"]),
    edge(A::Fulfil, &[Received], Fulfilled, &["answer"]),
    edge(A::Refuse, &[Received], Refused, &["reason", "answer"]),
];
