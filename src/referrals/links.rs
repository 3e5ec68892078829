//! Referrals that belong together: an onward one is part of another, a new one stands in the place of one that ended.

use uuid::Uuid;

use super::actions::publish;
use super::api::CreateReferral;
use super::model::ReferralStatus::{self as Status, *};
use super::store::{self, Record, Viewpoint};
use super::transitions;
use crate::error::Error;
use crate::registry::people::actions::Subject;
use crate::transaction::Tx;

/// Longer chains of onward referrals are a ring in disguise.
const LONGEST_CHAIN: usize = 10;

/// What a new referral follows from.
pub struct Links {
    pub part_of: Option<Record>,
    pub replaces: Option<Record>,
}

pub async fn find(tx: &mut Tx, input: &CreateReferral) -> Result<Links, Error> {
    let part_of = match input.part_of {
        Some(id) => {
            let whole = visible(tx, id).await?.ok_or_else(|| Error::field("/part_of", "unknown_referral"))?;
            if !matches!(whole.row.status, Accepted | InProgress | OnHold | Completed | Failed) {
                return Err(Error::field("/part_of", "not_accepted"));
            }
            Some(whole)
        }
        None => None,
    };
    let replaces = match input.replaces {
        Some(id) => {
            let old = visible(tx, id).await?.ok_or_else(|| Error::field("/replaces", "unknown_referral"))?;
            if !matches!(old.row.status, Rejected | Failed | Cancelled) {
                return Err(Error::field("/replaces", "not_ended"));
            }
            // The same draft sent again has replaced it itself.
            if old.details.replaced_by_id.is_some_and(|by| Some(by) != input.id) {
                return Err(Error::field("/replaces", "already_replaced"));
            }
            Some(old)
        }
        None => None,
    };
    Ok(Links { part_of, replaces })
}

/// Locked: of two that would replace the same one, the second sees the first.
async fn visible(tx: &mut Tx, id: Uuid) -> Result<Option<Record>, Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    Ok(store::lock_visible(&mut tx.conn, view, id).await?)
}

/// Both are about the same client.
pub fn check_client(
    part_of: &Option<Record>,
    replaces: &Option<Record>,
    subject: Option<&Subject>,
) -> Result<(), Error> {
    for (before, pointer) in [(part_of, "/part_of"), (replaces, "/replaces")] {
        let known = before.as_ref().and_then(|b| b.row.family_id);
        if known.is_some_and(|family| subject.is_none_or(|s| s.family_id != family)) {
            return Err(Error::field(pointer, "other_client"));
        }
    }
    Ok(())
}

/// A client is not sent round in a ring: no service twice in a chain while it still has the client.
pub async fn check_chain(tx: &mut Tx, whole: &Record, service_id: Uuid) -> Result<(), Error> {
    let mut at = whole.clone();
    for _ in 0..LONGEST_CHAIN {
        if at.row.service_id == service_id && !transitions::FINAL.contains(&at.row.status) {
            return Err(Error::field("/service_id", "already_in_chain"));
        }
        let Some(id) = at.details.part_of_id else { return Ok(()) };
        let actor = tx.actor.clone();
        let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
        match store::find_visible(&mut tx.conn, view, id).await? {
            Some(next) => at = next,
            None => return Ok(()),
        }
    }
    Err(Error::field("/part_of", "chain_too_long"))
}

/// Marks the old one as replaced; its state stays what it is.
pub async fn replace(tx: &mut Tx, mut old: Record, by: Uuid) -> Result<(), Error> {
    old.details.replaced_by_id = Some(by);
    mark(tx, old, "replaced").await
}

/// What a referral entered in error had replaced stands alone again.
pub async fn release_replaced(tx: &mut Tx, record: &Record) -> Result<(), Error> {
    let Some(id) = record.details.replaces_id else { return Ok(()) };
    match visible(tx, id).await? {
        Some(mut old) if old.details.replaced_by_id == Some(record.row.id) => {
            old.details.replaced_by_id = None;
            mark(tx, old, "replacement_withdrawn").await
        }
        _ => Ok(()),
    }
}

async fn mark(tx: &mut Tx, mut old: Record, what: &str) -> Result<(), Error> {
    let Record { row, details } = &mut old;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, row).await?;
    store::save_details(&mut tx.conn, details).await?;
    tx.audit(&format!("referral.{what}"), "referral", row.id, Some(&row.region_code));
    let status: Status = row.status;
    tx.timeline(row.id, what, Some(status.as_str()), status.as_str(), None);
    publish(tx, row, what, Some(status));
    Ok(())
}
