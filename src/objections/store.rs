//! The rows of objections.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::ObjectionKind;
use crate::db::schema::eligibility_objections;
use crate::regions::Unscoped;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = eligibility_objections, check_for_backend(diesel::pg::Pg))]
pub struct ObjectionRow {
    pub complaint_id: Uuid,
    pub kind: ObjectionKind,
    pub program_code: String,
    pub family_id: Uuid,
    pub person_id: Option<Uuid>,
    pub evidence: Value,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
}

pub async fn insert_objection(conn: &mut AsyncPgConnection, row: &ObjectionRow) -> QueryResult<()> {
    diesel::insert_into(eligibility_objections::table).values(row).execute(conn).await.map(|_| ())
}

/// The objection of a complaint that the caller may see.
pub async fn find_objection_of_visible(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
) -> QueryResult<Option<ObjectionRow>> {
    eligibility_objections::table.find(complaint_id).select(ObjectionRow::as_select()).first(conn).await.optional()
}

/// Objections about these persons, or about the household as a whole.
pub async fn list_objections_about(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_id: Uuid,
) -> QueryResult<Vec<ObjectionRow>> {
    let of_family = eligibility_objections::family_id.eq(family_id).and(eligibility_objections::person_id.is_null());
    eligibility_objections::table
        .filter(eligibility_objections::person_id.eq_any(person_ids).or(of_family))
        .order((eligibility_objections::created_at, eligibility_objections::complaint_id))
        .select(ObjectionRow::as_select())
        .load(conn)
        .await
}

/// Clears the hashes: with a hash, a guess of the erased content could be confirmed.
pub async fn clear_hashes(conn: &mut AsyncPgConnection, complaints: &[Uuid]) -> QueryResult<()> {
    diesel::update(eligibility_objections::table.filter(eligibility_objections::complaint_id.eq_any(complaints)))
        .set(eligibility_objections::submission_hash.eq(Vec::new()))
        .execute(conn)
        .await
        .map(|_| ())
}
