//! The state machine of jobs. Pure.

use super::model::JobAction as A;
use super::model::JobStatus::{self as S, *};
use crate::auth::Permission as P;
use crate::state_machine::{self, Edge, IllegalTransition, Target};

/// Final states.
pub const FINAL: &[S] = &[Succeeded, Failed, Cancelled];

const fn edge(action: A, from: &'static [S], to: S, by: Option<P>) -> Edge<S, A> {
    Edge { action, from, to: Target::State(to), by, carries: &[], offered: true }
}

/// Who may create a job depends on its kind. A job whose lease expired can be claimed again.
pub const EDGES: &[Edge<S, A>] = &[
    edge(A::Create, &[], Queued, None),
    edge(A::Claim, &[Queued, Running], Running, None),
    edge(A::Succeed, &[Running], Succeeded, None),
    edge(A::Fail, &[Running], Failed, None),
    edge(A::Cancel, &[Queued, Running], Cancelled, Some(crate::events::permissions::EVENTS_READ)),
];

pub fn next(from: S, action: A) -> Result<S, IllegalTransition<S, A>> {
    match state_machine::next(EDGES, from, action)? {
        Target::State(to) => Ok(to),
        Target::Previous | Target::Same => Ok(from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_action() {
        for &from in S::ALL {
            for &action in A::ALL {
                let expected = match (from, action) {
                    (Queued | Running, A::Claim) => Some(Running),
                    (Queued | Running, A::Cancel) => Some(Cancelled),
                    (Running, A::Succeed) => Some(Succeeded),
                    (Running, A::Fail) => Some(Failed),
                    _ => None,
                };
                assert_eq!(next(from, action).ok(), expected, "{from} --{action}-->");
            }
        }
    }
}
