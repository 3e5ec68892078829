//! Which side of a referral may take which edge. The target answers, the source sends and closes the loop, and whoever
//! oversees both only corrects a record.

use super::model::{ReferralAction as Action, ReferralStatus as Status};
use super::store::ReferralRow;
use crate::directory;
use crate::directory::model::OrganizationKind as Kind;
use crate::error::Error;
use crate::transaction::Tx;

/// A scope that is narrower than a province stands on the source's side.
const REGENCY: usize = 2;

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
        // A target refuses before it accepts; only afterwards can it cancel.
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

/// The organization that refers, or another desk over the same region below the province.
async fn is_source(tx: &mut Tx, row: &ReferralRow) -> Result<bool, Error> {
    let Some(level) = tx.actor.scope.level_over(&row.region_code) else { return Ok(false) };
    if tx.actor.organization_id == row.source_organization_id {
        return Ok(true);
    }
    if level < REGENCY {
        return Ok(false);
    }
    let Some(own) = tx.actor.organization_id else { return Ok(true) };
    let organization = directory::actions::find_organization(&mut tx.conn, own, None).await?;
    Ok(organization.is_some_and(|o| matches!(o.kind, Kind::SlrtDesk | Kind::PuskesosDesk | Kind::Government)))
}

fn oversees(tx: &Tx, row: &ReferralRow) -> bool {
    let own = tx.actor.organization_id == row.source_organization_id;
    !own && tx.actor.scope.level_over(&row.region_code).is_some_and(|level| level < REGENCY)
}

/// Has the target ever accepted it? A rejection is an answer too.
fn was_accepted(row: &ReferralRow) -> bool {
    row.answered_at.is_some() && row.status != Status::Rejected
}
