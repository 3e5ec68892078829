//! State transitions of a complaint. Pure: the permission of each transition is named here and checked by the type of
//! the handler's caller.

use super::model::ComplaintAction as A;
use super::model::ComplaintStatus::{self as S, *};
use crate::auth::Permission as P;
use crate::state_machine::{self, Edge, IllegalTransition, Target};

/// Final states: an open complaint is in any other state.
pub const FINAL: &[S] = &[Closed, Rejected, Withdrawn, Duplicate];
const OPEN: &[S] = &[Received, Verified, AwaitingInfo, InProgress, PendingApproval, Referred, Resolved];

const fn edge(action: A, from: &'static [S], to: S, by: Option<P>, carries: &'static [&'static str]) -> Edge<S, A> {
    Edge { action, from, to: Target::State(to), by, carries, offered: true }
}

pub const EDGES: &[Edge<S, A>] = &[
    edge(
        A::Submit,
        &[],
        Received,
        Some(crate::complaints::permissions::COMPLAINTS_SUBMIT),
        &["sector", "region_code", "description"],
    ),
    edge(
        A::Verify,
        &[Received],
        Verified,
        Some(crate::complaints::permissions::COMPLAINTS_HANDLE),
        &["class", "priority"],
    ),
    edge(A::Reject, &[Received], Rejected, Some(crate::complaints::permissions::COMPLAINTS_HANDLE), &["reason"]),
    edge(
        A::Transfer,
        &[Received, Verified],
        Received,
        Some(crate::complaints::permissions::COMPLAINTS_TRANSFER),
        &["note"],
    ),
    edge(
        A::Ask,
        &[Received, Verified, InProgress],
        AwaitingInfo,
        Some(crate::complaints::permissions::COMPLAINTS_HANDLE),
        &["question"],
    ),
    Edge {
        action: A::Answer,
        from: &[AwaitingInfo],
        to: Target::Previous,
        by: Some(crate::complaints::permissions::COMPLAINTS_SUBMIT),
        carries: &["answer"],
        offered: true,
    },
    edge(A::TimeOut, &[AwaitingInfo], Resolved, None, &[]),
    edge(A::Start, &[Verified], InProgress, Some(crate::complaints::permissions::COMPLAINTS_HANDLE), &["assignee"]),
    edge(
        A::Recommend,
        &[InProgress],
        PendingApproval,
        Some(crate::complaints::permissions::COMPLAINTS_HANDLE),
        &["kind", "text"],
    ),
    edge(
        A::Return,
        &[PendingApproval],
        InProgress,
        Some(crate::complaints::permissions::COMPLAINTS_APPROVE),
        &["note"],
    ),
    edge(
        A::Refer,
        &[PendingApproval],
        Referred,
        Some(crate::complaints::permissions::COMPLAINTS_APPROVE),
        &["referrals"],
    ),
    edge(
        A::Resolve,
        &[PendingApproval],
        Resolved,
        Some(crate::complaints::permissions::COMPLAINTS_APPROVE),
        &["decision", "answer"],
    ),
    edge(A::Inform, &[Verified], Resolved, Some(crate::complaints::permissions::COMPLAINTS_HANDLE), &["answer"]),
    edge(A::ReferralsEnded, &[Referred], InProgress, None, &[]),
    edge(A::Close, &[Resolved], Closed, Some(crate::complaints::permissions::COMPLAINTS_SUBMIT), &[]),
    edge(A::CloseUnanswered, &[Resolved], Closed, None, &[]),
    edge(
        A::Reopen,
        &[Resolved, Closed],
        InProgress,
        Some(crate::complaints::permissions::COMPLAINTS_SUBMIT),
        &["reason"],
    ),
    edge(A::MarkDuplicate, OPEN, Duplicate, Some(crate::complaints::permissions::COMPLAINTS_HANDLE), &["duplicate_of"]),
    edge(A::Withdraw, OPEN, Withdrawn, Some(crate::complaints::permissions::COMPLAINTS_SUBMIT), &["reason"]),
    Edge {
        action: A::Appeal,
        from: &[Closed, Rejected],
        to: Target::Same,
        by: Some(crate::complaints::permissions::COMPLAINTS_SUBMIT),
        carries: &["description"],
        offered: true,
    },
];

/// The state that follows; `before` is the state that a pause interrupted.
pub fn next(from: S, before: Option<S>, action: A) -> Result<S, IllegalTransition<S, A>> {
    match state_machine::next(EDGES, from, action)? {
        Target::State(to) => Ok(to),
        Target::Same => Ok(from),
        Target::Previous => Ok(before.unwrap_or(Received)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transition table of the handbook, written a second time as triples, so that an error in either copy shows.
    const LEGAL: &[(S, A, S)] = &[
        (Received, A::Verify, Verified),
        (Received, A::Reject, Rejected),
        (Received, A::Transfer, Received),
        (Verified, A::Transfer, Received),
        (Received, A::Ask, AwaitingInfo),
        (Verified, A::Ask, AwaitingInfo),
        (InProgress, A::Ask, AwaitingInfo),
        (AwaitingInfo, A::TimeOut, Resolved),
        (Verified, A::Start, InProgress),
        (InProgress, A::Recommend, PendingApproval),
        (PendingApproval, A::Return, InProgress),
        (PendingApproval, A::Refer, Referred),
        (PendingApproval, A::Resolve, Resolved),
        (Verified, A::Inform, Resolved),
        (Referred, A::ReferralsEnded, InProgress),
        (Resolved, A::Close, Closed),
        (Resolved, A::CloseUnanswered, Closed),
        (Resolved, A::Reopen, InProgress),
        (Closed, A::Reopen, InProgress),
        (AwaitingInfo, A::Answer, Verified),
        (Closed, A::Appeal, Closed),
        (Rejected, A::Appeal, Rejected),
    ];

    #[test]
    fn every_pair_of_state_and_action_matches_the_handbook() {
        for &from in S::ALL {
            for &action in A::ALL {
                let expected = match action {
                    A::MarkDuplicate if !FINAL.contains(&from) => Some(Duplicate),
                    A::Withdraw if !FINAL.contains(&from) => Some(Withdrawn),
                    _ => LEGAL.iter().find(|(f, a, _)| *f == from && *a == action).map(|(_, _, to)| *to),
                };
                assert_eq!(next(from, Some(Verified), action).ok(), expected, "{from} --{action}-->");
            }
        }
    }

    #[test]
    fn a_refusal_lists_the_allowed_actions() {
        let refused = next(Received, None, A::Close).unwrap_err();
        assert_eq!(refused.current, Received);
        assert_eq!(refused.allowed, [A::Verify, A::Reject, A::Transfer, A::Ask, A::MarkDuplicate, A::Withdraw]);
        assert_eq!(next(Rejected, None, A::Verify).unwrap_err().allowed, [A::Appeal]);
        assert!(next(Withdrawn, None, A::Verify).unwrap_err().allowed.is_empty());
    }
}
