//! State transitions of a referral. Pure. `sides` checks which side of a referral may take a transition.

use super::model::ReferralAction as A;
use super::model::ReferralStatus::{self as S, *};
use crate::auth::Permission as P;
use crate::state_machine::{self, Edge, IllegalTransition, Target};

/// Final states. The only transition out of one is to `entered_in_error`.
pub const FINAL: &[S] = &[Completed, Failed, Rejected, Cancelled, EnteredInError];

const fn edge(action: A, from: &'static [S], to: S, by: Option<P>, carries: &'static [&'static str]) -> Edge<S, A> {
    Edge { action, from, to: Target::State(to), by, carries, offered: true }
}

pub const EDGES: &[Edge<S, A>] = &[
    edge(
        A::Create,
        &[],
        Draft,
        Some(crate::referrals::permissions::REFERRALS_SEND),
        &["service_id", "need", "lawful_basis"],
    ),
    edge(A::Request, &[Draft], Requested, Some(crate::referrals::permissions::REFERRALS_SEND), &[]),
    Edge {
        action: A::Acknowledge,
        from: &[Requested],
        to: Target::Same,
        by: Some(crate::referrals::permissions::REFERRALS_RESPOND),
        carries: &[],
        offered: true,
    },
    Edge {
        action: A::ReservePlace,
        from: &[Requested],
        to: Target::Same,
        by: Some(crate::referrals::permissions::REFERRALS_RESPOND),
        carries: &["expires_at"],
        offered: true,
    },
    edge(A::Accept, &[Requested], Accepted, Some(crate::referrals::permissions::REFERRALS_RESPOND), &[]),
    edge(A::Reject, &[Requested], Rejected, Some(crate::referrals::permissions::REFERRALS_RESPOND), &["reason"]),
    edge(A::Start, &[Accepted], InProgress, Some(crate::referrals::permissions::REFERRALS_RESPOND), &[]),
    edge(
        A::Hold,
        &[Accepted, InProgress],
        OnHold,
        Some(crate::referrals::permissions::REFERRALS_RESPOND),
        &["reason", "review_at"],
    ),
    edge(A::Resume, &[OnHold], InProgress, Some(crate::referrals::permissions::REFERRALS_RESPOND), &[]),
    edge(
        A::Complete,
        &[Accepted, InProgress, OnHold],
        Completed,
        Some(crate::referrals::permissions::REFERRALS_RESPOND),
        &["outcome", "delivered_on", "note"],
    ),
    edge(
        A::Fail,
        &[Accepted, InProgress, OnHold],
        Failed,
        Some(crate::referrals::permissions::REFERRALS_RESPOND),
        &["reason"],
    ),
    edge(
        A::Cancel,
        &[Requested, Accepted, InProgress, OnHold],
        Cancelled,
        Some(crate::referrals::permissions::REFERRALS_SEND),
        &["reason"],
    ),
    // The service cancels a referral that the target never answers; see `silence`.
    edge(A::Cancel, &[Requested], Cancelled, None, &[]),
    edge(
        A::EnterInError,
        &[Draft, Requested, Accepted, InProgress, OnHold, Completed, Failed, Rejected, Cancelled],
        EnteredInError,
        Some(crate::referrals::permissions::REFERRALS_CORRECT),
        &["reason"],
    ),
    Edge {
        action: A::CloseLoop,
        from: &[Completed, Failed, Rejected, Cancelled],
        to: Target::Same,
        by: Some(crate::referrals::permissions::REFERRALS_SEND),
        carries: &["citizen_informed_at"],
        offered: true,
    },
];

pub fn next(from: S, action: A) -> Result<S, IllegalTransition<S, A>> {
    match state_machine::next(EDGES, from, action)? {
        Target::State(to) => Ok(to),
        Target::Same => Ok(from),
        Target::Previous => Err(IllegalTransition { current: from, allowed: state_machine::allowed(EDGES, from) }),
    }
}

/// True if a referral in this state occupies a place at the service.
pub fn occupies_place(status: S) -> bool {
    matches!(status, Accepted | InProgress | OnHold)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGAL: &[(S, A, S)] = &[
        (Draft, A::Request, Requested),
        (Requested, A::Acknowledge, Requested),
        (Requested, A::ReservePlace, Requested),
        (Requested, A::Accept, Accepted),
        (Requested, A::Reject, Rejected),
        (Accepted, A::Start, InProgress),
        (Accepted, A::Hold, OnHold),
        (InProgress, A::Hold, OnHold),
        (OnHold, A::Resume, InProgress),
        (Accepted, A::Complete, Completed),
        (InProgress, A::Complete, Completed),
        (OnHold, A::Complete, Completed),
        (Accepted, A::Fail, Failed),
        (InProgress, A::Fail, Failed),
        (OnHold, A::Fail, Failed),
        (Requested, A::Cancel, Cancelled),
        (Accepted, A::Cancel, Cancelled),
        (InProgress, A::Cancel, Cancelled),
        (OnHold, A::Cancel, Cancelled),
        (Completed, A::CloseLoop, Completed),
        (Failed, A::CloseLoop, Failed),
        (Rejected, A::CloseLoop, Rejected),
        (Cancelled, A::CloseLoop, Cancelled),
    ];

    #[test]
    fn every_pair_of_state_and_action_matches_the_handbook() {
        for &from in S::ALL {
            for &action in A::ALL {
                let expected = match action {
                    A::EnterInError if from != EnteredInError => Some(EnteredInError),
                    _ => LEGAL.iter().find(|(f, a, _)| *f == from && *a == action).map(|(_, _, to)| *to),
                };
                assert_eq!(next(from, action).ok(), expected, "{from} --{action}-->");
            }
        }
    }

    #[test]
    fn a_final_state_changes_only_to_entered_in_error() {
        for &from in FINAL {
            for &action in A::ALL {
                let to = next(from, action).ok();
                assert!(to.is_none() || to == Some(from) || to == Some(EnteredInError), "{from} --{action}-->");
            }
        }
    }
}
