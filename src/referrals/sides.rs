//! Checks which side of a referral may take an action. The target answers; the source sends and closes the loop; a
//! province or the ministry, which oversees both, may only mark a referral as entered in error.

use super::model::{ReferralAction as Action, ReferralStatus as Status};
use super::store::ReferralRow;
use crate::directory;
use crate::directory::model::OrganizationKind as Kind;
use crate::error::Error;
use crate::transaction::Tx;

/// Level of a regency. A scope of this level or below can act as the source; a wider one only oversees.
const REGENCY_LEVEL: usize = 2;

pub async fn check(tx: &mut Tx, row: &ReferralRow, action: Action) -> Result<(), Error> {
    let is_target = tx.actor.organization_id == Some(row.target_organization_id);
    match action {
        Action::Acknowledge
        | Action::ReservePlace
        | Action::Accept
        | Action::Reject
        | Action::Start
        | Action::Hold
        | Action::Resume
        | Action::Complete
        | Action::Fail => {
            if is_target {
                Ok(())
            } else {
                Err(Error::new(crate::referrals::problems::NOT_THE_TARGET))
            }
        }
        // Before accepting, the target rejects instead.
        Action::Cancel if is_target && row.status != Status::Requested => Ok(()),
        Action::EnterInError if !is_target && oversees(tx, row) => {
            if was_accepted(row) {
                Ok(())
            } else {
                Err(Error::new(crate::referrals::problems::ONLY_SOURCE_BEFORE_ACCEPTANCE))
            }
        }
        Action::Create | Action::Request | Action::Cancel | Action::CloseLoop | Action::EnterInError => {
            if !is_target && is_source(tx, row).await? {
                Ok(())
            } else {
                Err(Error::new(crate::referrals::problems::NOT_THE_SOURCE))
            }
        }
    }
}

/// True for the organization that refers, and for another desk or government office of the same regency or village.
async fn is_source(tx: &mut Tx, row: &ReferralRow) -> Result<bool, Error> {
    let Some(level) = tx.actor.scope.level_over(&row.region_code) else { return Ok(false) };
    if tx.actor.organization_id == row.source_organization_id {
        return Ok(true);
    }
    if level < REGENCY_LEVEL {
        return Ok(false);
    }
    let Some(own) = tx.actor.organization_id else { return Ok(true) };
    let organization = directory::actions::find_organization(&mut tx.conn, own, None).await?;
    Ok(organization.is_some_and(|o| matches!(o.kind, Kind::SlrtDesk | Kind::PuskesosDesk | Kind::Government)))
}

fn oversees(tx: &Tx, row: &ReferralRow) -> bool {
    let own = tx.actor.organization_id == row.source_organization_id;
    !own && tx.actor.scope.level_over(&row.region_code).is_some_and(|level| level < REGENCY_LEVEL)
}

/// True if the target has accepted it. `answered_at` is also set by a rejection.
fn was_accepted(row: &ReferralRow) -> bool {
    row.answered_at.is_some() && row.status != Status::Rejected
}
