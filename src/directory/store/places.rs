//! Places at a service: those taken, and those held for a time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::prepared::prepared;
use crate::db::schema::{place_reservations, services};

/// Moves what is taken and what is held; never below zero.
pub async fn adjust_places(conn: &mut AsyncPgConnection, id: Uuid, taken: i32, held: i32) -> QueryResult<()> {
    let update = diesel::update(
        services::table
            .filter(services::id.eq(id))
            .filter((services::in_use + taken).ge(0))
            .filter((services::reserved + held).ge(0)),
    )
    .set((services::in_use.eq(services::in_use + taken), services::reserved.eq(services::reserved + held)));
    prepared(update).execute(conn).await.map(|_| ())
}

/// The same when a place is free; false when none is. The row's lock makes those who ask at once come one by one.
pub async fn adjust_if_free(conn: &mut AsyncPgConnection, id: Uuid, taken: i32, held: i32) -> QueryResult<bool> {
    let update = diesel::update(services::table.filter(services::id.eq(id)).filter(
        services::capacity.is_null().or((services::in_use + services::reserved).nullable().lt(services::capacity)),
    ))
    .set((services::in_use.eq(services::in_use + taken), services::reserved.eq(services::reserved + held)));
    prepared(update).execute(conn).await.map(|n| n == 1)
}

pub async fn insert_reservation(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::insert_into(place_reservations::table)
        .values((
            place_reservations::service_id.eq(service_id),
            place_reservations::referral_id.eq(referral_id),
            place_reservations::expires_at.eq(expires_at),
            place_reservations::created_at.eq(now),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// False when there is none that still holds.
pub async fn set_reservation_expiry(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let held = place_reservations::table
        .filter(place_reservations::service_id.eq(service_id))
        .filter(place_reservations::referral_id.eq(referral_id))
        .filter(place_reservations::expires_at.gt(now));
    diesel::update(held).set(place_reservations::expires_at.eq(expires_at)).execute(conn).await.map(|n| n == 1)
}

/// Takes the reservation away if it still holds at that time.
pub async fn delete_reservation(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    valid_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let held = place_reservations::table
        .filter(place_reservations::service_id.eq(service_id))
        .filter(place_reservations::referral_id.eq(referral_id))
        .filter(place_reservations::expires_at.gt(valid_at));
    diesel::delete(held).execute(conn).await.map(|n| n == 1)
}

/// What has expired at this service, skipping what another transaction is at.
pub async fn delete_expired_at(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "with expired as (select service_id, referral_id from place_reservations \
           where service_id = $1 and expires_at <= $2 for update skip locked), \
         gone as (delete from place_reservations r using expired e \
           where r.service_id = e.service_id and r.referral_id = e.referral_id returning r.service_id) \
         update services s set reserved = s.reserved - g.n \
           from (select service_id, count(*)::integer as n from gone group by service_id) g where s.id = g.service_id",
    )
    .bind::<diesel::sql_types::Uuid, _>(service_id)
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(conn)
    .await
}

/// The same at every service, a bounded number at a time.
pub async fn delete_expired(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    diesel::sql_query(
        "with expired as (select service_id, referral_id from place_reservations \
           where expires_at <= $1 order by service_id limit 500 for update skip locked), \
         gone as (delete from place_reservations r using expired e \
           where r.service_id = e.service_id and r.referral_id = e.referral_id returning r.service_id) \
         update services s set reserved = s.reserved - g.n \
           from (select service_id, count(*)::integer as n from gone group by service_id) g where s.id = g.service_id",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(conn)
    .await
}
