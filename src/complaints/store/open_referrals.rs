//! How many referrals of a complaint are open.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::complaint_open_referrals as table;

/// Of a complaint that the caller was shown to see.
pub async fn count_of_visible(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<i32> {
    table::table.find(complaint_id).select(table::open).first(conn).await.optional().map(Option::unwrap_or_default)
}

/// Adds one open referral.
pub async fn insert_one(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<()> {
    diesel::insert_into(table::table)
        .values((table::complaint_id.eq(complaint_id), table::open.eq(1)))
        .on_conflict(table::complaint_id)
        .do_update()
        .set(table::open.eq(table::open + 1))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Removes one open referral and returns how many are left.
pub async fn delete_one(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<i32> {
    diesel::update(table::table.find(complaint_id))
        .set(table::open.eq(table::open - 1))
        .returning(table::open)
        .get_result(conn)
        .await
}
