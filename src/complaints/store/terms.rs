//! Rows of complaint terms. They are public to read; the caller checks the scope before a change.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::schema::complaint_terms;
use crate::regions::Unscoped;
use crate::regions::place::depth;

/// Time limits for reporters.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = complaint_terms, check_for_backend(diesel::pg::Pg))]
#[diesel(primary_key(region_code))]
pub struct TermsRow {
    pub region_code: String,
    pub answer_working_days: i16,
    pub confirm_working_days: i16,
    pub reopen_days: i16,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
    pub source: String,
    pub set_by: String,
}

/// Terms of the smallest of these regions.
pub async fn find_nearest(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    regions: &[String],
) -> QueryResult<Option<TermsRow>> {
    let found: Vec<TermsRow> = complaint_terms::table
        .filter(complaint_terms::region_code.eq_any(regions))
        .select(TermsRow::as_select())
        .load(conn)
        .await?;
    Ok(found.into_iter().max_by_key(|row| depth(&row.region_code)))
}

pub async fn lock_terms(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    region_code: &str,
) -> QueryResult<Option<TermsRow>> {
    let row = complaint_terms::table.find(region_code).select(TermsRow::as_select()).for_update();
    row.first(conn).await.optional()
}

/// Returns false if the region already has its own terms.
pub async fn insert_terms(conn: &mut AsyncPgConnection, row: &TermsRow) -> QueryResult<bool> {
    diesel::insert_into(complaint_terms::table).values(row).on_conflict_do_nothing().execute(conn).await.map(|n| n == 1)
}

pub async fn save_terms(conn: &mut AsyncPgConnection, row: &TermsRow) -> QueryResult<()> {
    diesel::update(complaint_terms::table.find(&row.region_code)).set(row).execute(conn).await.map(|_| ())
}

pub async fn delete_terms(conn: &mut AsyncPgConnection, region_code: &str) -> QueryResult<()> {
    diesel::delete(complaint_terms::table.find(region_code)).execute(conn).await.map(|_| ())
}
