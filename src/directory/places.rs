//! Places at a service. One conditional update takes a place, so concurrent requests cannot take more places than there are. A place
//! that is reserved for an unanswered referral counts as occupied until the reservation expires.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::store;
use crate::background::Context;
use crate::error::Error;
use crate::transaction::Tx;

/// Takes a place for a client: the one reserved for the referral, or a free one.
pub async fn take(tx: &mut Tx, service_id: Uuid, referral_id: Uuid) -> Result<(), Error> {
    if store::delete_reservation(&mut tx.conn, service_id, referral_id, tx.now).await? {
        return Ok(store::adjust_places(&mut tx.conn, service_id, 1, -1).await?);
    }
    store::delete_expired_at(&mut tx.conn, service_id, tx.now).await?;
    require_free(store::adjust_if_free(&mut tx.conn, service_id, 1, 0).await?)
}

/// Reserves a place for a referral, or extends the reservation that it has.
pub async fn reserve(tx: &mut Tx, service_id: Uuid, referral_id: Uuid, until: DateTime<Utc>) -> Result<(), Error> {
    if store::set_reservation_expiry(&mut tx.conn, service_id, referral_id, tx.now, until).await? {
        return Ok(());
    }
    store::delete_expired_at(&mut tx.conn, service_id, tx.now).await?;
    require_free(store::adjust_if_free(&mut tx.conn, service_id, 0, 1).await?)?;
    Ok(store::insert_reservation(&mut tx.conn, service_id, referral_id, tx.now, until).await?)
}

fn require_free(free: bool) -> Result<(), Error> {
    if free { Ok(()) } else { Err(Error::new(crate::directory::problems::NO_CAPACITY)) }
}

/// Frees the place of a client who leaves.
pub async fn free(tx: &mut Tx, service_id: Uuid) -> Result<(), Error> {
    Ok(store::adjust_places(&mut tx.conn, service_id, -1, 0).await?)
}

/// Releases the place that is reserved for a referral, if there is one: the referral ended without being accepted.
pub async fn release(tx: &mut Tx, service_id: Uuid, referral_id: Uuid) -> Result<(), Error> {
    if store::delete_reservation(&mut tx.conn, service_id, referral_id, DateTime::UNIX_EPOCH).await? {
        store::adjust_places(&mut tx.conn, service_id, 0, -1).await?;
    }
    Ok(())
}

/// Background work: deletes expired reservations and frees their places. Idempotent.
pub async fn free_expired(context: &Context) -> Result<(), Error> {
    let now = context.clock.now();
    let freed = store::delete_expired(&mut *context.db.read().await?, now).await?;
    if freed > 0 {
        tracing::info!(freed, "reserved places expired");
    }
    Ok(())
}
