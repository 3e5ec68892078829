//! Which step a state waits for, and whom it therefore waits for. Pure, and derived from the table of edges.

use crate::auth::roles::Role;
use crate::complaints::model::{ComplaintAction as Action, ComplaintStatus as Status};
use crate::complaints::transitions::EDGES;
use crate::referrals::model::{ReferralAction, ReferralStatus};
use crate::regions::RegionScope;

/// The step that takes a complaint on; `None` when it has ended.
pub const fn waits_for(status: Status) -> Option<Action> {
    match status {
        Status::Received => Some(Action::Verify),
        Status::Verified => Some(Action::Start),
        Status::AwaitingInfo => Some(Action::Answer),
        Status::InProgress => Some(Action::Recommend),
        Status::PendingApproval => Some(Action::Resolve),
        Status::Referred => Some(Action::ReferralsEnded),
        Status::Resolved => Some(Action::Close),
        Status::Closed | Status::Rejected | Status::Withdrawn | Status::Duplicate => None,
    }
}

crate::text_enum! {
    /// Whom a referral waits for.
    pub enum Side {
        Target = "target": "Penerima rujukan" / "Who received it",
        Source = "source": "Pengirim rujukan" / "Who sent it",
    }
}

/// The step that takes a referral on: the target's until it ends, then the source's word to the citizen.
pub const fn referral_waits_for(status: ReferralStatus) -> Option<ReferralAction> {
    match status {
        ReferralStatus::Requested => Some(ReferralAction::Accept),
        ReferralStatus::Accepted => Some(ReferralAction::Start),
        ReferralStatus::InProgress => Some(ReferralAction::Complete),
        ReferralStatus::OnHold => Some(ReferralAction::Resume),
        ReferralStatus::Rejected | ReferralStatus::Completed | ReferralStatus::Failed | ReferralStatus::Cancelled => {
            Some(ReferralAction::CloseLoop)
        }
        ReferralStatus::Draft | ReferralStatus::EnteredInError => None,
    }
}

/// The states in which the next step is one that this role may take.
pub fn states_for(role: Role) -> Vec<Status> {
    let may = |status: Status| {
        let Some(action) = waits_for(status) else { return false };
        let edge = EDGES.iter().find(|e| e.action == action && e.from.contains(&status));
        edge.and_then(|e| e.by).is_some_and(|permission| role.permissions().contains(permission))
    };
    Status::ALL.iter().copied().filter(|status| may(*status)).collect()
}

/// From which level on a queue concerns whoever covers these regions: the ministry's begins at 3, a province's at 2.
pub fn level_of(scope: &RegionScope) -> i16 {
    match scope.codes() {
        codes if codes.iter().any(|code| code == "ID") => 3,
        codes if !codes.is_empty() && codes.iter().all(|code| code.len() == 2) => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complaints::transitions::FINAL;

    #[test]
    fn every_state_that_has_not_ended_waits_for_a_step_of_its_own() {
        for &status in Status::ALL {
            let next = waits_for(status);
            assert_eq!(next.is_none(), FINAL.contains(&status), "{status}");
            if let Some(action) = next {
                assert!(EDGES.iter().any(|e| e.action == action && e.from.contains(&status)), "{status} {action}");
            }
        }
    }

    #[test]
    fn a_referral_waits_for_a_step_that_its_state_has() {
        use crate::referrals::transitions;
        for &status in ReferralStatus::ALL {
            if let Some(action) = referral_waits_for(status) {
                assert!(transitions::next(status, action).is_ok(), "{status} {action}");
            }
        }
    }

    #[test]
    fn each_role_sees_what_it_can_take_on() {
        assert_eq!(states_for(Role::Manager), [Status::PendingApproval]);
        assert_eq!(states_for(Role::FrontOffice), [Status::AwaitingInfo, Status::Resolved]);
        assert_eq!(states_for(Role::Supervisor), [Status::Received, Status::Verified, Status::InProgress]);
        assert!(states_for(Role::Auditor).is_empty());
    }

    #[test]
    fn a_wider_scope_begins_higher() {
        let level = |codes: &[&str]| level_of(&RegionScope::from_codes(codes));
        assert_eq!(
            [level(&["ID"]), level(&["32"]), level(&["32", "34.04"]), level(&["32.04"]), level(&[])],
            [3, 2, 0, 0, 0]
        );
    }
}
