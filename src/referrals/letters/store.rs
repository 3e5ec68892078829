//! Rows of letters, keyed by the verification code.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::recommendation_letters;
use crate::regions::Unscoped;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = recommendation_letters, check_for_backend(diesel::pg::Pg))]
pub struct LetterRow {
    pub code: String,
    pub referral_id: Uuid,
    pub region_code: String,
    pub number: String,
    pub issuer_id: Option<Uuid>,
    pub issuer_name: String,
    pub issued_by: String,
    pub officer_name: Option<String>,
    pub issued_on: NaiveDate,
    pub valid_until_on: NaiveDate,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Returns false if the code or the number already exists.
pub async fn insert(conn: &mut AsyncPgConnection, row: &LetterRow) -> QueryResult<bool> {
    let insert = diesel::insert_into(recommendation_letters::table).values(row).on_conflict_do_nothing();
    insert.execute(conn).await.map(|n| n == 1)
}

/// The last letter of a referral that is visible to the caller.
pub async fn find_last_of_visible(conn: &mut AsyncPgConnection, referral_id: Uuid) -> QueryResult<Option<LetterRow>> {
    recommendation_letters::table
        .filter(recommendation_letters::referral_id.eq(referral_id))
        .order((recommendation_letters::created_at.desc(), recommendation_letters::code))
        .select(LetterRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// For the public page, which shows no personal data.
pub async fn find_by_code(conn: &mut AsyncPgConnection, _why: Unscoped, code: &str) -> QueryResult<Option<LetterRow>> {
    recommendation_letters::table.find(code).select(LetterRow::as_select()).first(conn).await.optional()
}

/// Revokes all letters of a referral; returns their number.
pub async fn set_revoked(conn: &mut AsyncPgConnection, referral_id: Uuid, at: DateTime<Utc>) -> QueryResult<usize> {
    let valid = recommendation_letters::table
        .filter(recommendation_letters::referral_id.eq(referral_id))
        .filter(recommendation_letters::revoked_at.is_null());
    diesel::update(valid).set(recommendation_letters::revoked_at.eq(at)).execute(conn).await
}
