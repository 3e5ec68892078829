//! Inserts of new rows, and the checks before them.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::{
    dwellings, families, identities, persons, program_participations, programs, registry_changes, welfare_statuses,
};
use crate::regions::Unscoped;
use crate::registry::rows::{DwellingRow, FamilyRow, IdentityRow, ParticipationRow, PersonRow, WelfareStatusRow};

/// The family that has one of these client-chosen ids, in any region, with its submission hash: by the family's id or
/// by the ids of its persons. Used only to compare; nothing of it is shown.
pub async fn find_existing_family(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    family_id: Option<Uuid>,
    person_ids: &[Uuid],
) -> QueryResult<Option<(Uuid, Option<Vec<u8>>)>> {
    if let Some(id) = family_id {
        let existing = families::table.find(id).select((families::id, families::submission_hash));
        if let Some(found) = existing.first(conn).await.optional()? {
            return Ok(Some(found));
        }
    }
    if person_ids.is_empty() {
        return Ok(None);
    }
    // The family that the earlier request created, even if the person has moved since.
    let created: Option<Uuid> = registry_changes::table
        .filter(registry_changes::subject_id.eq_any(person_ids))
        .filter(registry_changes::action.eq("create"))
        .select(registry_changes::family_id)
        .first(conn)
        .await
        .optional()?;
    let current = persons::table.filter(persons::id.eq_any(person_ids)).select(persons::family_id);
    let mut query = families::table.into_boxed();
    query = match created {
        Some(id) => query.filter(families::id.eq(id)),
        None => query.filter(families::id.eq_any(current)),
    };
    query.select((families::id, families::submission_hash)).first(conn).await.optional()
}

/// Those of the codes that are codes of programmes.
pub async fn list_known_programs(conn: &mut AsyncPgConnection, codes: &[&str]) -> QueryResult<Vec<String>> {
    programs::table.filter(programs::code.eq_any(codes)).select(programs::code).load(conn).await
}

pub async fn insert_families(conn: &mut AsyncPgConnection, rows: &[FamilyRow]) -> QueryResult<()> {
    diesel::insert_into(families::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn insert_persons(conn: &mut AsyncPgConnection, rows: &[PersonRow]) -> QueryResult<()> {
    diesel::insert_into(persons::table).values(rows).execute(conn).await?;
    crate::registry::identity::store::names::insert_names(conn, rows).await
}

pub async fn insert_dwellings(conn: &mut AsyncPgConnection, rows: &[DwellingRow]) -> QueryResult<()> {
    diesel::insert_into(dwellings::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn insert_statuses(conn: &mut AsyncPgConnection, rows: &[WelfareStatusRow]) -> QueryResult<()> {
    diesel::insert_into(welfare_statuses::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn insert_participations(conn: &mut AsyncPgConnection, rows: &[ParticipationRow]) -> QueryResult<()> {
    diesel::insert_into(program_participations::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn insert_identities(conn: &mut AsyncPgConnection, rows: &[IdentityRow]) -> QueryResult<()> {
    diesel::insert_into(identities::table).values(rows).execute(conn).await.map(|_| ())
}
