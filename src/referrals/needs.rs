//! One need of one client that is referred to several services: the state of each referral and of the need.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{Referral, show};
use super::model::{ReferralNeedState, ReferralStatus as Status};
use super::store::Record;
use super::transitions::FINAL;
use crate::error::Error;

/// A need and its referrals.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralNeed {
    /// Id of the need.
    pub id: Uuid,
    /// State of the need: `met` if one referral is completed; `unmet` if all ended in another way.
    pub state: ReferralNeedState,
    /// Number of referrals in each state; states without a referral are left out.
    pub counts: Vec<ReferralNeedCount>,
    /// The referrals, oldest first, without those entered in error.
    pub items: Vec<Referral>,
}

/// Number of referrals in one state.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralNeedCount {
    /// The state.
    pub status: Status,
    /// Number of referrals.
    #[schema(example = 2)]
    pub count: usize,
}

pub fn view(id: Uuid, records: Vec<Record>, viewer: Option<Uuid>) -> Result<ReferralNeed, Error> {
    let states: Vec<Status> = records.iter().map(|r| r.row.status).collect();
    let counts = Status::ALL
        .iter()
        .map(|&status| ReferralNeedCount { status, count: states.iter().filter(|s| **s == status).count() })
        .filter(|c| c.count > 0)
        .collect();
    Ok(ReferralNeed {
        id,
        state: state(&states),
        counts,
        items: records.into_iter().map(|record| show(record, viewer)).collect::<Result<_, _>>()?,
    })
}

fn state(states: &[Status]) -> ReferralNeedState {
    if states.contains(&Status::Completed) {
        ReferralNeedState::Met
    } else if states.iter().any(|s| *s != Status::Draft && !FINAL.contains(s)) {
        ReferralNeedState::Open
    } else if states.contains(&Status::Draft) {
        ReferralNeedState::Drafted
    } else {
        ReferralNeedState::Unmet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_completed_referral_meets_the_need() {
        use Status::*;
        assert_eq!(state(&[Rejected, Completed, Requested]), ReferralNeedState::Met);
        assert_eq!(state(&[Rejected, OnHold, Draft]), ReferralNeedState::Open);
        assert_eq!(state(&[Rejected, Draft]), ReferralNeedState::Drafted);
        assert_eq!(state(&[Rejected, Cancelled]), ReferralNeedState::Unmet);
    }
}
