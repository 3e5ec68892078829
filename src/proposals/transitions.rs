//! State machine of a registry proposal. Pure: the permission of each edge is named here and checked by the type of the handler's caller.

use super::model::RegistryProposalAction as A;
use super::model::RegistryProposalStatus::{self as S, *};
use crate::auth::Permission as P;
use crate::state_machine::{self, Edge, IllegalTransition, Target};

/// Final states. A returned proposal can be replaced by a new one (`replaces_id`).
pub const FINAL: &[S] = &[Accepted, Rejected, Returned];

const fn edge(action: A, from: &'static [S], to: S, by: P, carries: &'static [&'static str]) -> Edge<S, A> {
    Edge { action, from, to: Target::State(to), by: Some(by), carries, offered: true }
}

pub const EDGES: &[Edge<S, A>] = &[
    edge(
        A::Submit,
        &[],
        Submitted,
        crate::complaints::permissions::COMPLAINTS_SUBMIT,
        &["kind", "nik", "full_name", "statement", "evidence"],
    ),
    edge(
        A::VerifyVillage,
        &[Submitted],
        VillageVerification,
        crate::complaints::permissions::COMPLAINTS_HANDLE,
        &["deliberation"],
    ),
    edge(
        A::DeclineVillage,
        &[Submitted],
        Rejected,
        crate::complaints::permissions::COMPLAINTS_HANDLE,
        &["deliberation", "reason"],
    ),
    edge(
        A::VerifyAgency,
        &[VillageVerification],
        AgencyVerification,
        crate::complaints::permissions::COMPLAINTS_HANDLE,
        &["finding"],
    ),
    edge(
        A::ReturnAgency,
        &[VillageVerification],
        Returned,
        crate::complaints::permissions::COMPLAINTS_HANDLE,
        &["reason"],
    ),
    edge(A::Forward, &[AgencyVerification], Forwarded, crate::complaints::permissions::COMPLAINTS_APPROVE, &[]),
    edge(
        A::ReturnManager,
        &[AgencyVerification],
        Returned,
        crate::complaints::permissions::COMPLAINTS_APPROVE,
        &["reason"],
    ),
    edge(A::Accept, &[Forwarded], Accepted, crate::registry::permissions::REGISTRY_IMPORT, &[]),
    edge(A::Reject, &[Forwarded], Rejected, crate::registry::permissions::REGISTRY_IMPORT, &["reason"]),
    edge(A::Return, &[Forwarded], Returned, crate::registry::permissions::REGISTRY_IMPORT, &["reason"]),
];

pub fn next(from: S, action: A) -> Result<S, IllegalTransition<S, A>> {
    match state_machine::next(EDGES, from, action)? {
        Target::State(to) => Ok(to),
        Target::Previous | Target::Same => {
            Err(IllegalTransition { current: from, allowed: state_machine::allowed(EDGES, from) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second copy of the table, as triples, so that an error in one of them fails the test.
    const LEGAL: &[(S, A, S)] = &[
        (Submitted, A::VerifyVillage, VillageVerification),
        (Submitted, A::DeclineVillage, Rejected),
        (VillageVerification, A::VerifyAgency, AgencyVerification),
        (VillageVerification, A::ReturnAgency, Returned),
        (AgencyVerification, A::Forward, Forwarded),
        (AgencyVerification, A::ReturnManager, Returned),
        (Forwarded, A::Accept, Accepted),
        (Forwarded, A::Reject, Rejected),
        (Forwarded, A::Return, Returned),
    ];

    #[test]
    fn every_pair_of_state_and_action_follows_the_handbook() {
        for &from in S::ALL {
            for &action in A::ALL {
                let expected = LEGAL.iter().find(|(f, a, _)| *f == from && *a == action).map(|(_, _, to)| *to);
                assert_eq!(next(from, action).ok(), expected, "{from} --{action}-->");
            }
        }
    }

    #[test]
    fn a_final_state_allows_no_action() {
        for &end in FINAL {
            assert!(next(end, A::Accept).unwrap_err().allowed.is_empty(), "{end}");
        }
    }
}
