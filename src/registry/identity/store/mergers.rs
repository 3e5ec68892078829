//! Mergers of persons, and the ids of the records of one person.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::{identities, person_merges, persons};
use crate::regions::Unscoped;
use crate::registry::rows::{MergeRow, PersonRow};

pub async fn insert(conn: &mut AsyncPgConnection, row: &MergeRow) -> QueryResult<()> {
    diesel::insert_into(person_merges::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn find_in_force_of_visible(
    conn: &mut AsyncPgConnection,
    merged_person_id: Uuid,
) -> QueryResult<Option<MergeRow>> {
    person_merges::table
        .filter(person_merges::merged_person_id.eq(merged_person_id))
        .filter(person_merges::undone_at.is_null())
        .select(MergeRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

pub async fn set_undone(
    conn: &mut AsyncPgConnection,
    merged_person_id: Uuid,
    id: Uuid,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(person_merges::table.find((merged_person_id, id)))
        .set(person_merges::undone_at.eq(at))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Moves a number from one person to another, if the first one has it.
pub async fn set_bearer(
    conn: &mut AsyncPgConnection,
    index: &[u8],
    from: Uuid,
    (family_id, person_id): (Uuid, Uuid),
) -> QueryResult<()> {
    diesel::update(identities::table.find(index).filter(identities::person_id.eq(from)))
        .set((identities::family_id.eq(family_id), identities::person_id.eq(person_id)))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Every merger of these records, oldest first.
pub async fn list_of(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<MergeRow>> {
    person_merges::table
        .filter(person_merges::merged_person_id.eq_any(ids).or(person_merges::kept_person_id.eq_any(ids)))
        .order((person_merges::merged_at, person_merges::id))
        .select(MergeRow::as_select())
        .load(conn)
        .await
}

/// A merged record, in any region.
pub async fn find_behind(conn: &mut AsyncPgConnection, _why: Unscoped, id: Uuid) -> QueryResult<Option<PersonRow>> {
    persons::table.filter(persons::id.eq(id)).select(PersonRow::as_select()).first(conn).await.optional()
}

/// The person into whom this person was merged, if any.
pub async fn find_merge_target(conn: &mut AsyncPgConnection, _why: Unscoped, id: Uuid) -> QueryResult<Option<Uuid>> {
    let found: Option<Option<Uuid>> =
        persons::table.filter(persons::id.eq(id)).select(persons::merged_into).first(conn).await.optional()?;
    Ok(found.flatten())
}

/// The records merged directly into these.
pub async fn list_merged_into(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    persons::table.filter(persons::merged_into.eq_any(ids)).select(persons::id).load(conn).await
}
