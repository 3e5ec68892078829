//! Links between referrals: an onward referral is part of another one, and a new referral can replace an ended one.

use uuid::Uuid;

use super::actions::publish;
use super::api::CreateReferral;
use super::model::ReferralStatus::{self as Status, *};
use super::store::{self, Record, Viewpoint};
use super::transitions;
use crate::db::lock::Lock;
use crate::error::Error;
use crate::registry::people::actions::Subject;
use crate::transaction::{Target, Tx};

/// Maximum length of a chain of onward referrals.
const MAX_CHAIN_LENGTH: usize = 10;

/// The referrals that a new referral links to.
pub struct Links {
    pub part_of: Option<Record>,
    pub replaces: Option<Record>,
}

pub async fn find(tx: &mut Tx, input: &CreateReferral) -> Result<Links, Error> {
    let part_of = match input.part_of {
        Some(id) => {
            let whole = lock_visible(tx, id).await?.ok_or_else(|| Error::field("/part_of", "unknown_referral"))?;
            if !matches!(whole.row.status, Accepted | InProgress | OnHold | Completed | Failed) {
                return Err(Error::field("/part_of", "not_accepted"));
            }
            Some(whole)
        }
        None => None,
    };
    let replaces = match input.replaces {
        Some(id) => {
            let old = lock_visible(tx, id).await?.ok_or_else(|| Error::field("/replaces", "unknown_referral"))?;
            if !matches!(old.row.status, Rejected | Failed | Cancelled) {
                return Err(Error::field("/replaces", "not_ended"));
            }
            // If the same draft is sent again, the replacement is this draft itself.
            if old.details.replaced_by_id.is_some_and(|by| Some(by) != input.id) {
                return Err(Error::field("/replaces", "already_replaced"));
            }
            Some(old)
        }
        None => None,
    };
    Ok(Links { part_of, replaces })
}

/// Locks the referral: if two requests replace the same one, the second sees the result of the first.
async fn lock_visible(tx: &mut Tx, id: Uuid) -> Result<Option<Record>, Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    Ok(store::find_visible(&mut tx.conn, view, id, Lock::ForUpdate).await?)
}

/// Linked referrals must be about the same client.
pub fn check_client(
    part_of: &Option<Record>,
    replaces: &Option<Record>,
    subject: Option<&Subject>,
) -> Result<(), Error> {
    for (before, pointer) in [(part_of, "/part_of"), (replaces, "/replaces")] {
        let client_family = before.as_ref().and_then(|b| b.row.family_id);
        if client_family.is_some_and(|family| subject.is_none_or(|s| s.family_id != family)) {
            return Err(Error::field(pointer, "other_client"));
        }
    }
    Ok(())
}

/// Prevents cycles: a chain must not contain a service whose referral is still open.
pub async fn check_chain(tx: &mut Tx, whole: &Record, service_id: Uuid) -> Result<(), Error> {
    let mut at = whole.clone();
    for _ in 0..MAX_CHAIN_LENGTH {
        if at.row.service_id == service_id && !transitions::FINAL.contains(&at.row.status) {
            return Err(Error::field("/service_id", "already_in_chain"));
        }
        let Some(id) = at.details.part_of_id else { return Ok(()) };
        let actor = tx.actor.clone();
        let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
        match store::find_visible(&mut tx.conn, view, id, Lock::No).await? {
            Some(next) => at = next,
            None => return Ok(()),
        }
    }
    Err(Error::field("/part_of", "chain_too_long"))
}

/// Marks the old referral as replaced; its state does not change.
pub async fn replace(tx: &mut Tx, mut old: Record, by: Uuid) -> Result<(), Error> {
    old.details.replaced_by_id = Some(by);
    save_link(tx, old, "replaced").await
}

/// Removes the link from the referral that a referral entered in error had replaced.
pub async fn unlink_replaced(tx: &mut Tx, record: &Record) -> Result<(), Error> {
    let Some(id) = record.details.replaces_id else { return Ok(()) };
    match lock_visible(tx, id).await? {
        Some(mut old) if old.details.replaced_by_id == Some(record.row.id) => {
            old.details.replaced_by_id = None;
            save_link(tx, old, "replacement_withdrawn").await
        }
        _ => Ok(()),
    }
}

async fn save_link(tx: &mut Tx, mut old: Record, what: &str) -> Result<(), Error> {
    let Record { row, details } = &mut old;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, row).await?;
    store::save_details(&mut tx.conn, details).await?;
    let status: Status = row.status;
    let of = Target { kind: "referral", id: row.id, region_code: &row.region_code };
    tx.step(of, what, Some(status.as_str()), status.as_str(), None);
    publish(tx, row, what, Some(status));
    Ok(())
}
