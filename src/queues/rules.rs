//! The action that each state waits for, and the role that takes it. Pure, and derived from the transition tables.

use crate::auth::roles::Role;
use crate::complaints::model::{ComplaintAction as Action, ComplaintStatus as Status};
use crate::complaints::transitions::EDGES;
use crate::referrals::model::{ReferralAction, ReferralStatus};
use crate::regions::RegionScope;

/// The action that a complaint waits for; `None` if it has ended.
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
    /// Side of a referral that must act.
    pub enum Side {
        Target = "target": "Penerima rujukan" / "Receiver of the referral",
        Source = "source": "Pengirim rujukan" / "Sender of the referral",
    }
}

/// The action that a referral waits for: an action of the target until it ends, then the source must inform the
/// citizen.
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

/// States whose next action this role may take.
pub fn states_for(role: Role) -> Vec<Status> {
    let may = |status: Status| {
        let Some(action) = waits_for(status) else { return false };
        let edge = EDGES.iter().find(|e| e.action == action && e.from.contains(&status));
        edge.and_then(|e| e.by).is_some_and(|permission| permission.roles().contains(&role))
    };
    Status::ALL.iter().copied().filter(|status| may(*status)).collect()
}

/// Default escalation level of a queue for a scope: 3 for the ministry, 2 for a province, 0 for all others.
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
    fn every_open_state_waits_for_one_of_its_actions() {
        for &status in Status::ALL {
            let next = waits_for(status);
            assert_eq!(next.is_none(), FINAL.contains(&status), "{status}");
            if let Some(action) = next {
                assert!(EDGES.iter().any(|e| e.action == action && e.from.contains(&status)), "{status} {action}");
            }
        }
    }

    #[test]
    fn a_referral_waits_for_one_of_the_actions_of_its_state() {
        use crate::referrals::transitions;
        for &status in ReferralStatus::ALL {
            if let Some(action) = referral_waits_for(status) {
                assert!(transitions::next(status, action).is_ok(), "{status} {action}");
            }
        }
    }

    #[test]
    fn each_role_gets_the_states_it_can_act_on() {
        assert_eq!(states_for(Role::Manager), [Status::PendingApproval]);
        assert_eq!(states_for(Role::FrontOffice), [Status::AwaitingInfo, Status::Resolved]);
        assert_eq!(states_for(Role::Supervisor), [Status::Received, Status::Verified, Status::InProgress]);
        assert!(states_for(Role::Auditor).is_empty());
    }

    #[test]
    fn a_wider_scope_has_a_higher_default_level() {
        let level = |codes: &[&str]| level_of(&RegionScope::from_codes(codes));
        assert_eq!(
            [level(&["ID"]), level(&["32"]), level(&["32", "34.04"]), level(&["32.04"]), level(&[])],
            [3, 2, 0, 0, 0]
        );
    }
}
