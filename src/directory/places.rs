//! Places at a service. A place is taken by one conditional update, so that however many ask at once no more are given
//! than there are. A place held for a referral that is not yet answered counts as taken until it expires.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::store;
use crate::background::Context;
use crate::error::Error;
use crate::transaction::Tx;

/// A client takes a place: the one held for the referral, or a free one.
pub async fn take(tx: &mut Tx, service_id: Uuid, referral_id: Uuid) -> Result<(), Error> {
    if store::delete_reservation(&mut tx.conn, service_id, referral_id, tx.now).await? {
        return Ok(store::adjust_places(&mut tx.conn, service_id, 1, -1).await?);
    }
    store::delete_expired_at(&mut tx.conn, service_id, tx.now).await?;
    given(store::adjust_if_free(&mut tx.conn, service_id, 1, 0).await?)
}

/// Holds a place for a referral, or moves the expiry of the one it has.
pub async fn reserve(tx: &mut Tx, service_id: Uuid, referral_id: Uuid, until: DateTime<Utc>) -> Result<(), Error> {
    if store::set_reservation_expiry(&mut tx.conn, service_id, referral_id, tx.now, until).await? {
        return Ok(());
    }
    store::delete_expired_at(&mut tx.conn, service_id, tx.now).await?;
    given(store::adjust_if_free(&mut tx.conn, service_id, 0, 1).await?)?;
    Ok(store::insert_reservation(&mut tx.conn, service_id, referral_id, tx.now, until).await?)
}

fn given(free: bool) -> Result<(), Error> {
    if free { Ok(()) } else { Err(Error::new(crate::directory::problems::NO_CAPACITY)) }
}

/// A client leaves.
pub async fn free(tx: &mut Tx, service_id: Uuid) -> Result<(), Error> {
    Ok(store::adjust_places(&mut tx.conn, service_id, -1, 0).await?)
}

/// The referral that a place may be held for has ended without being accepted.
pub async fn release(tx: &mut Tx, service_id: Uuid, referral_id: Uuid) -> Result<(), Error> {
    if store::delete_reservation(&mut tx.conn, service_id, referral_id, DateTime::UNIX_EPOCH).await? {
        store::adjust_places(&mut tx.conn, service_id, 0, -1).await?;
    }
    Ok(())
}

/// Background work: places whose time is over are free again. Harmless to repeat.
pub async fn free_expired(context: &Context) -> Result<(), Error> {
    let now = context.clock.now();
    let freed = store::delete_expired(&mut *context.db.read().await?, now).await?;
    if freed > 0 {
        tracing::info!(freed, "held places expired");
    }
    Ok(())
}
