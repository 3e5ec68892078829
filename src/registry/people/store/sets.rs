//! Reads of many rows by their keys or in the order of an export.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::keyset;
use crate::db::schema::{dwellings, families, identities, persons};
use crate::erased_text::ERASED;
use crate::regions::{RegionScope, Unscoped};
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::rows::{DwellingRow, FamilyRow, PersonRow};

/// Family and person ids of a blind index. They are unscoped: read them within a scope next.
pub async fn find_identity(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    index: &[u8],
) -> QueryResult<Option<(Uuid, Option<Uuid>)>> {
    identities::table.find(index).select((identities::family_id, identities::person_id)).first(conn).await.optional()
}

/// Family and person ids of blind indexes. They are unscoped: read them within a scope next.
pub async fn list_identities(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    indexes: &[&[u8]],
) -> QueryResult<Vec<(Vec<u8>, Uuid, Option<Uuid>)>> {
    identities::table
        .filter(identities::blind_index.eq_any(indexes))
        .select((identities::blind_index, identities::family_id, identities::person_id))
        .load(conn)
        .await
}

/// Region and standing of families. With `lock` the rows are locked in order of id for the rest of the transaction, for
/// a caller that changes data of these families.
pub async fn list_family_places(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    lock: bool,
) -> QueryResult<Vec<(Uuid, String, Standing)>> {
    let places = families::table
        .filter(families::id.eq_any(ids))
        .filter(scope.covers(families::region_code))
        .order(families::id)
        .select((families::id, families::region_code, families::standing));
    if lock { places.for_no_key_update().load(conn).await } else { places.load(conn).await }
}

/// Active members of these families with their regions, for their access records. Erased persons are left out.
pub async fn list_member_places(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    families: &[Uuid],
) -> QueryResult<Vec<(Uuid, String)>> {
    persons::table
        .filter(persons::family_id.eq_any(families))
        .filter(scope.covers(persons::region_code))
        .filter(persons::standing.eq(Standing::Active))
        .filter(persons::full_name.ne(ERASED))
        .order((persons::family_id, persons::id))
        .select((persons::id, persons::region_code))
        .load(conn)
        .await
}

pub async fn list_families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    lock: bool,
) -> QueryResult<Vec<FamilyRow>> {
    let rows = families::table
        .filter(families::id.eq_any(ids))
        .filter(scope.covers(families::region_code))
        .order(families::id)
        .select(FamilyRow::as_select());
    if lock { rows.for_no_key_update().load(conn).await } else { rows.load(conn).await }
}

pub async fn list_persons(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> QueryResult<Vec<PersonRow>> {
    persons::table
        .filter(persons::id.eq_any(ids))
        .filter(scope.covers(persons::region_code))
        .select(PersonRow::as_select())
        .load(conn)
        .await
}

/// Those of the ids that a family or person already has.
pub async fn list_existing_ids(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    let of_families = families::table.filter(families::id.eq_any(ids)).select(families::id);
    let of_persons = persons::table.filter(persons::id.eq_any(ids)).select(persons::id);
    of_families.union(of_persons).load(conn).await
}

pub async fn list_headed_of_visible(conn: &mut AsyncPgConnection, family_ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    persons::table
        .filter(persons::family_id.eq_any(family_ids))
        .filter(persons::relation_to_head.eq(RelationToHead::Head))
        .filter(persons::standing.eq(Standing::Active))
        .select(persons::family_id)
        .load(conn)
        .await
}

pub async fn list_dwellings_of_visible(
    conn: &mut AsyncPgConnection,
    family_ids: &[Uuid],
) -> QueryResult<Vec<DwellingRow>> {
    dwellings::table.filter(dwellings::family_id.eq_any(family_ids)).select(DwellingRow::as_select()).load(conn).await
}

/// Active families after a position, in the order of an export.
pub async fn list_families_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: (&str, Uuid),
    limit: i64,
) -> QueryResult<Vec<FamilyRow>> {
    families::table
        .filter(scope.covers(families::region_code))
        .filter(families::standing.eq(Standing::Active))
        .filter(keyset::after((families::region_code, families::id), after))
        .order((families::region_code, families::id))
        .limit(limit)
        .select(FamilyRow::as_select())
        .load(conn)
        .await
}

/// Active persons after a position, in the order of an export. The file can be imported again, so it has no inactive
/// persons.
pub async fn list_persons_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: (&str, Uuid),
    limit: i64,
) -> QueryResult<Vec<PersonRow>> {
    persons::table
        .filter(scope.covers(persons::region_code))
        .filter(persons::standing.eq(Standing::Active))
        .filter(keyset::after((persons::region_code, persons::id), after))
        .order((persons::region_code, persons::id))
        .limit(limit)
        .select(PersonRow::as_select())
        .load(conn)
        .await
}
