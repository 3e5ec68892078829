//! Statements that change a family or a person, and those on the history.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::prepared::{prepared, prepared_for};
use crate::db::schema::{
    dwellings, families, family_shocks, identities, persons, program_participations, registry_changes, registry_loads,
};
use crate::http::page::PageRequest;
use crate::registry::people::history::Subject;
use crate::registry::rows::{
    ChangeRow, DwellingRow, FamilyRow, IdentityRow, LoadRow, ParticipationRow, PersonRow, ShockRow,
};

pub async fn insert(conn: &mut AsyncPgConnection, rows: &[ChangeRow]) -> QueryResult<()> {
    prepared_for(rows.len(), diesel::insert_into(registry_changes::table).values(rows)).execute(conn).await.map(|_| ())
}

/// Latest first.
pub async fn list_of_visible(
    conn: &mut AsyncPgConnection,
    subject_id: Uuid,
    page: &PageRequest,
) -> QueryResult<Vec<ChangeRow>> {
    let mut query = registry_changes::table
        .filter(registry_changes::subject_id.eq(subject_id))
        .order(registry_changes::id.desc())
        .limit(page.fetch())
        .select(ChangeRow::as_select())
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(registry_changes::id.lt(after.id));
    }
    query.load(conn).await
}

pub async fn list_all_of_visible(conn: &mut AsyncPgConnection, subject_id: Uuid) -> QueryResult<Vec<ChangeRow>> {
    registry_changes::table
        .filter(registry_changes::subject_id.eq(subject_id))
        .order(registry_changes::id)
        .select(ChangeRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_load(conn: &mut AsyncPgConnection, row: &LoadRow) -> QueryResult<()> {
    // Two batches of one import have the same time only if the clock does not advance, as in tests.
    prepared(diesel::insert_into(registry_loads::table).values(row).on_conflict_do_nothing())
        .execute(conn)
        .await
        .map(|_| ())
}

/// The import batch that created a subject at this time. None if the subject has a `create` change of its own.
pub async fn find_load_of_visible(
    conn: &mut AsyncPgConnection,
    subject_id: Uuid,
    made_at: DateTime<Utc>,
) -> QueryResult<Option<LoadRow>> {
    let created = registry_changes::table
        .filter(registry_changes::subject_id.eq(subject_id))
        .filter(registry_changes::action.eq("create"));
    registry_loads::table
        .filter(registry_loads::at.eq(made_at))
        .filter(not(exists(created)))
        .select(LoadRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// When the subject was created.
pub async fn find_made_at_of_visible(
    conn: &mut AsyncPgConnection,
    subject: Subject,
) -> QueryResult<Option<DateTime<Utc>>> {
    match subject {
        Subject::Family(id) => families::table.find(id).select(families::created_at).first(conn).await.optional(),
        Subject::Person(id) => {
            persons::table.filter(persons::id.eq(id)).select(persons::created_at).first(conn).await.optional()
        }
    }
}

/// Erases the values in the history of an erased person. The names of the fields and the times of the changes stay.
pub async fn erase_values(conn: &mut AsyncPgConnection, subject_id: Uuid) -> QueryResult<()> {
    diesel::update(registry_changes::table.filter(registry_changes::subject_id.eq(subject_id)))
        .set(registry_changes::values_sealed.eq(None::<Vec<u8>>))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Writes back a row that this transaction has locked.
pub async fn save_family(conn: &mut AsyncPgConnection, row: &FamilyRow) -> QueryResult<()> {
    prepared(diesel::update(families::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

pub async fn find_dwelling_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
) -> QueryResult<Option<DwellingRow>> {
    dwellings::table.find(family_id).select(DwellingRow::as_select()).first(conn).await.optional()
}

pub async fn replace_dwelling(conn: &mut AsyncPgConnection, row: &DwellingRow) -> QueryResult<()> {
    let insert =
        diesel::insert_into(dwellings::table).values(row).on_conflict(dwellings::family_id).do_update().set(row);
    prepared(insert).execute(conn).await.map(|_| ())
}

pub async fn delete_dwelling(conn: &mut AsyncPgConnection, family_id: Uuid) -> QueryResult<()> {
    diesel::delete(dwellings::table.find(family_id)).execute(conn).await.map(|_| ())
}

/// All persons of the family, including those who died or were removed or merged.
pub async fn list_all_persons_of_visible(conn: &mut AsyncPgConnection, family_id: Uuid) -> QueryResult<Vec<PersonRow>> {
    persons::table.filter(persons::family_id.eq(family_id)).select(PersonRow::as_select()).load(conn).await
}

/// Deletes the row of a person who moves; the caller inserts it under the new family at once.
pub async fn delete_person(conn: &mut AsyncPgConnection, row: &PersonRow) -> QueryResult<()> {
    diesel::delete(persons::table.find((row.family_id, row.id))).execute(conn).await?;
    crate::registry::identity::store::names::insert_names(conn, std::slice::from_ref(row)).await?;
    crate::registry::identity::store::names::delete_names(conn, row.family_id, row.id).await
}

/// Inserts the identities that are free and returns their blind indexes. Rows are sorted, so that two concurrent
/// requests for the same numbers cannot deadlock.
pub async fn insert_free_identities(conn: &mut AsyncPgConnection, rows: &[IdentityRow]) -> QueryResult<Vec<Vec<u8>>> {
    let mut rows: Vec<&IdentityRow> = rows.iter().collect();
    rows.sort_unstable_by_key(|row| &row.blind_index);
    diesel::insert_into(identities::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(identities::blind_index)
        .get_results(conn)
        .await
}

pub async fn delete_identity(conn: &mut AsyncPgConnection, index: &[u8]) -> QueryResult<()> {
    diesel::delete(identities::table.find(index)).execute(conn).await.map(|_| ())
}

/// Points the identities of a person to the person's new family.
pub async fn set_identities_of_person(
    conn: &mut AsyncPgConnection,
    from: (Uuid, Uuid),
    to: (Uuid, Uuid),
) -> QueryResult<usize> {
    diesel::update(identities::table.filter(identities::family_id.eq(from.0)).filter(identities::person_id.eq(from.1)))
        .set((identities::family_id.eq(to.0), identities::person_id.eq(to.1)))
        .execute(conn)
        .await
}

/// Points the card number of a merged family to the family that it was merged into.
pub async fn set_identities_of_family(conn: &mut AsyncPgConnection, from: Uuid, to: Uuid) -> QueryResult<usize> {
    diesel::update(identities::table.filter(identities::family_id.eq(from)).filter(identities::person_id.is_null()))
        .set(identities::family_id.eq(to))
        .execute(conn)
        .await
}

/// Moves the programme participations of a person. Returns their ids.
pub async fn set_participations_of_person(
    conn: &mut AsyncPgConnection,
    from: (Uuid, Uuid),
    to: (Uuid, Uuid),
) -> QueryResult<Vec<Uuid>> {
    use program_participations as p;
    diesel::update(p::table.filter(p::family_id.eq(from.0)).filter(p::person_id.eq(from.1)))
        .set((p::family_id.eq(to.0), p::person_id.eq(to.1)))
        .returning(p::id)
        .get_results(conn)
        .await
}

/// Moves only the programme participations with these ids.
pub async fn set_participations(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
    from: Uuid,
    to: (Uuid, Option<Uuid>),
) -> QueryResult<()> {
    use program_participations as p;
    diesel::update(p::table.filter(p::family_id.eq(from)).filter(p::id.eq_any(ids)))
        .set((p::family_id.eq(to.0), p::person_id.eq(to.1)))
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn list_participations_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
) -> QueryResult<Vec<ParticipationRow>> {
    program_participations::table
        .filter(program_participations::family_id.eq(family_id))
        .order(program_participations::id)
        .select(ParticipationRow::as_select())
        .load(conn)
        .await
}

pub async fn set_participation_end(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    id: Uuid,
    until: NaiveDate,
) -> QueryResult<()> {
    diesel::update(program_participations::table.find((family_id, id)))
        .set(program_participations::until.eq(until))
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn insert_shock(conn: &mut AsyncPgConnection, row: &ShockRow) -> QueryResult<()> {
    diesel::insert_into(family_shocks::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn find_shock_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<ShockRow>> {
    family_shocks::table.find((family_id, id)).select(ShockRow::as_select()).first(conn).await.optional()
}

pub async fn set_shock_end(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    id: Uuid,
    until: NaiveDate,
) -> QueryResult<()> {
    diesel::update(family_shocks::table.find((family_id, id)))
        .set(family_shocks::until.eq(until))
        .execute(conn)
        .await
        .map(|_| ())
}
