//! What comes in: rows that are new, and the names by which a search finds people.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::bulk_store::{self, IfTaken};
use super::super::names;
use super::super::rows::{DwellingRow, FamilyRow, IdentityRow, NameRow, ParticipationRow, PersonRow, WelfareStatusRow};
use crate::db::schema::{
    dwellings, families, identities, person_names, persons, program_participations, programs, welfare_statuses,
};
use crate::regions::Unscoped;

/// What stands under ids that a client chose, wherever it lies: the hash of a family's body by the family's id, and
/// the family of each person. Nothing of it is shown.
pub async fn find_taken(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    family_id: Option<Uuid>,
    person_ids: &[Uuid],
) -> QueryResult<Option<(Uuid, Option<Vec<u8>>)>> {
    if let Some(id) = family_id {
        let taken = families::table.find(id).select((families::id, families::submission_hash));
        if let Some(found) = taken.first(conn).await.optional()? {
            return Ok(Some(found));
        }
    }
    if person_ids.is_empty() {
        return Ok(None);
    }
    let of = persons::table.filter(persons::id.eq_any(person_ids)).select(persons::family_id);
    families::table
        .filter(families::id.eq_any(of))
        .select((families::id, families::submission_hash))
        .first(conn)
        .await
        .optional()
}

/// Those of the codes that are programmes.
pub async fn list_known_programs(conn: &mut AsyncPgConnection, codes: &[&str]) -> QueryResult<Vec<String>> {
    programs::table.filter(programs::code.eq_any(codes)).select(programs::code).load(conn).await
}

pub async fn insert_families(conn: &mut AsyncPgConnection, rows: &[FamilyRow]) -> QueryResult<()> {
    diesel::insert_into(families::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn insert_persons(conn: &mut AsyncPgConnection, rows: &[PersonRow]) -> QueryResult<()> {
    diesel::insert_into(persons::table).values(rows).execute(conn).await?;
    insert_names(conn, rows).await
}

/// At every way in which a person or a name comes in, so that a search misses nobody.
pub async fn insert_names(conn: &mut AsyncPgConnection, rows: &[PersonRow]) -> QueryResult<()> {
    bulk_store::insert_names(conn, name_rows(rows), IfTaken::Replace).await
}

pub fn name_rows(rows: &[PersonRow]) -> Vec<NameRow> {
    let names = rows.iter().flat_map(|row| {
        (0i16..).zip(names::keys(&row.full_name)).map(|(word, name)| NameRow {
            family_id: row.family_id,
            person_id: row.id,
            word,
            region_code: row.region_code.clone(),
            key: name.key,
            sound: name.sound,
            key_shared: name.key_shared,
            sound_shared: name.sound_shared,
        })
    });
    names.collect()
}

/// The names of people whose rows were written anew.
pub async fn replace_names(conn: &mut AsyncPgConnection, names: Vec<NameRow>) -> QueryResult<()> {
    if names.is_empty() {
        return Ok(());
    }
    let families: Vec<Uuid> = names.iter().map(|name| name.family_id).collect();
    let persons: Vec<Uuid> = names.iter().map(|name| name.person_id).collect();
    let old = person_names::table
        .filter(person_names::family_id.eq_any(families))
        .filter(person_names::person_id.eq_any(persons));
    diesel::delete(old).execute(conn).await?;
    bulk_store::insert_names(conn, names, IfTaken::Replace).await
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
