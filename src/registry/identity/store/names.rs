//! The name index of the person search: the statements that keep it consistent with the persons.
//!
//! An import writes names shortly after the persons, on its own connection. A name has no foreign key to its person, so neither
//! writer blocks the other through it. Instead, a transaction that changes a person first writes the new names and then deletes the
//! old ones; the write waits for a concurrent writer of the same rows. The import checks afterwards whether the persons are unchanged.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Int2, Int4, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::prepared::prepared;
use crate::db::schema::{person_names, persons};
use crate::regions::Unscoped;
use crate::registry::bulk::store::{self as bulk_store, IfTaken};
use crate::registry::identity::names;
use crate::registry::rows::{NameRow, PersonRow, SeenPerson};

pub fn name_rows(persons: &[PersonRow]) -> Vec<NameRow> {
    persons.iter().flat_map(rows_of).collect()
}

fn rows_of(person: &PersonRow) -> impl Iterator<Item = NameRow> {
    (0i16..).zip(names::keys(&person.full_name)).map(|(word, name)| NameRow {
        family_id: person.family_id,
        person_id: person.id,
        word,
        region_code: person.region_code.clone(),
        key: name.key,
        sound: name.sound,
        key_shared: name.key_shared,
        sound_shared: name.sound_shared,
    })
}

/// Writes rows in the order of an index, so that many rows go to the same pages. All writers use this one order, so two writers of
/// the same names cannot deadlock.
pub async fn insert_name_rows(
    conn: &mut AsyncPgConnection,
    mut rows: Vec<NameRow>,
    if_taken: IfTaken,
) -> QueryResult<()> {
    rows.sort_unstable_by(|a, b| (&a.key, a.person_id, a.word).cmp(&(&b.key, b.person_id, b.word)));
    bulk_store::insert_names(conn, rows, if_taken).await
}

/// Writes the current names of persons.
pub async fn insert_names(conn: &mut AsyncPgConnection, persons: &[PersonRow]) -> QueryResult<()> {
    insert_name_rows(conn, name_rows(persons), IfTaken::Replace).await
}

/// Writes the current names of changed persons, and deletes names that no longer apply.
pub async fn replace_names(conn: &mut AsyncPgConnection, persons: &[PersonRow]) -> QueryResult<()> {
    if persons.is_empty() {
        return Ok(());
    }
    let names: Vec<Vec<NameRow>> = persons.iter().map(|person| rows_of(person).collect()).collect();
    let words: Vec<i16> = names.iter().map(|names| i16::try_from(names.len()).unwrap_or(i16::MAX)).collect();
    insert_name_rows(conn, names.into_iter().flatten().collect(), IfTaken::Replace).await?;
    let beyond = "delete from person_names n using unnest($1::uuid[], $2::uuid[], $3::int2[]) as now (family_id, person_id, words) \
                  where n.family_id = now.family_id and n.person_id = now.person_id and n.word >= now.words";
    let query = diesel::sql_query(beyond)
        .bind::<Array<SqlUuid>, _>(persons.iter().map(|person| person.family_id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(persons.iter().map(|person| person.id).collect::<Vec<_>>())
        .bind::<Array<Int2>, _>(words);
    prepared(query).execute(conn).await.map(|_| ())
}

/// Deletes the names of an erased person, or of a person who moved from this family. The caller has locked the person and written
/// the names before: a delete does not see rows that a concurrent transaction is writing.
pub async fn delete_names(conn: &mut AsyncPgConnection, family_id: Uuid, id: Uuid) -> QueryResult<()> {
    let names =
        person_names::table.filter(person_names::family_id.eq(family_id)).filter(person_names::person_id.eq(id));
    diesel::delete(names).execute(conn).await.map(|_| ())
}

/// Persons with a name but without entries in the name index.
pub async fn list_nameless(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    erased: &str,
    limit: i64,
) -> QueryResult<Vec<PersonRow>> {
    let named = person_names::table
        .filter(person_names::family_id.eq(persons::family_id))
        .filter(person_names::person_id.eq(persons::id));
    persons::table
        .filter(persons::full_name.ne(erased))
        .filter(diesel::dsl::not(diesel::dsl::exists(named)))
        .limit(limit)
        .select(PersonRow::as_select())
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct ChangedPerson {
    #[diesel(sql_type = SqlUuid)]
    family_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The persons that changed since they were read, each by family and id, with the current row if it still exists in this family.
pub async fn list_changed_persons(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    seen: &[SeenPerson],
) -> QueryResult<Vec<(Uuid, Uuid, Option<PersonRow>)>> {
    let changed = "select seen.family_id, seen.id from unnest($1::uuid[], $2::uuid[], $3::int4[]) as seen (family_id, id, version) \
                   left join persons using (family_id, id) where persons.version is distinct from seen.version";
    let query = diesel::sql_query(changed)
        .bind::<Array<SqlUuid>, _>(seen.iter().map(|person| person.family_id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(seen.iter().map(|person| person.id).collect::<Vec<_>>())
        .bind::<Array<Int4>, _>(seen.iter().map(|person| person.version).collect::<Vec<_>>());
    let changed: Vec<ChangedPerson> = prepared(query).load(conn).await?;
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let ids = changed.iter().map(|person| person.id);
    let now: Vec<PersonRow> =
        persons::table.filter(persons::id.eq_any(ids)).select(PersonRow::as_select()).load(conn).await?;
    let mut now: HashMap<_, _> = now.into_iter().map(|row| ((row.family_id, row.id), row)).collect();
    Ok(changed.into_iter().map(|seen| (seen.family_id, seen.id, now.remove(&(seen.family_id, seen.id)))).collect())
}
