//! Database access for places at a service: in use and reserved.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::prepared::prepared;
use crate::db::schema::{place_reservations, services};

/// Adds to the places in use and the reserved places, which never fall below zero.
pub async fn adjust_places(conn: &mut AsyncPgConnection, id: Uuid, in_use: i32, reserved: i32) -> QueryResult<()> {
    let update = diesel::update(
        services::table
            .filter(services::id.eq(id))
            .filter((services::in_use + in_use).ge(0))
            .filter((services::reserved + reserved).ge(0)),
    )
    .set((services::in_use.eq(services::in_use + in_use), services::reserved.eq(services::reserved + reserved)));
    prepared(update).execute(conn).await.map(|_| ())
}

/// The same if a place is free; returns false if not. The row lock serializes concurrent requests.
pub async fn adjust_if_free(conn: &mut AsyncPgConnection, id: Uuid, in_use: i32, reserved: i32) -> QueryResult<bool> {
    let update = diesel::update(services::table.filter(services::id.eq(id)).filter(
        services::capacity.is_null().or((services::in_use + services::reserved).nullable().lt(services::capacity)),
    ))
    .set((services::in_use.eq(services::in_use + in_use), services::reserved.eq(services::reserved + reserved)));
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

/// Returns false if the referral has no valid reservation.
pub async fn set_reservation_expiry(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let reservation = place_reservations::table
        .filter(place_reservations::service_id.eq(service_id))
        .filter(place_reservations::referral_id.eq(referral_id))
        .filter(place_reservations::expires_at.gt(now));
    diesel::update(reservation).set(place_reservations::expires_at.eq(expires_at)).execute(conn).await.map(|n| n == 1)
}

/// Deletes the reservation if it is valid at that time. Returns false if there is none.
pub async fn delete_reservation(
    conn: &mut AsyncPgConnection,
    service_id: Uuid,
    referral_id: Uuid,
    valid_at: DateTime<Utc>,
) -> QueryResult<bool> {
    let reservation = place_reservations::table
        .filter(place_reservations::service_id.eq(service_id))
        .filter(place_reservations::referral_id.eq(referral_id))
        .filter(place_reservations::expires_at.gt(valid_at));
    diesel::delete(reservation).execute(conn).await.map(|n| n == 1)
}

/// Deletes expired reservations of this service and frees their places. Skips rows that another transaction has locked.
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

/// The same for all services, at most 500 reservations per call.
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
