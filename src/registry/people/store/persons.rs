//! Statements on one person: read, lock, save, and the limits on the purposes of use.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Nullable;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{families, persons};
use crate::regions::{RegionScope, Unscoped};
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::rows::PersonRow;

pub async fn find_person(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<PersonRow>> {
    lock.on(persons::table
        .filter(persons::id.eq(id))
        .filter(scope.covers(persons::region_code))
        .select(PersonRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

/// Writes back a row that this transaction has locked.
pub async fn save_person(conn: &mut AsyncPgConnection, row: &PersonRow) -> QueryResult<()> {
    prepared(diesel::update(persons::table.find((row.family_id, row.id))).set(row)).execute(conn).await?;
    crate::registry::identity::store::names::replace_names(conn, std::slice::from_ref(row)).await
}

/// Finds a person by the full primary key. A sharded database reads it from one shard.
pub async fn find_member(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    family_id: Uuid,
    id: Uuid,
) -> QueryResult<Option<PersonRow>> {
    persons::table
        .find((family_id, id))
        .filter(scope.covers(persons::region_code))
        .select(PersonRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The family, region and name of a person, or of a family with the name of its head, and the record it was merged
/// into.
pub async fn find_name(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    person_id: Option<Uuid>,
    family_id: Option<Uuid>,
) -> QueryResult<Option<(Uuid, String, Option<String>, Option<Uuid>)>> {
    if let Some(id) = person_id {
        let mut query = persons::table
            .filter(persons::id.eq(id))
            .filter(scope.covers(persons::region_code))
            .select((persons::family_id, persons::region_code, persons::full_name.nullable(), persons::merged_into))
            .into_boxed();
        if let Some(family_id) = family_id {
            query = query.filter(persons::family_id.eq(family_id));
        }
        return query.first(conn).await.optional();
    }
    let Some(id) = family_id else { return Ok(None) };
    let head = persons::family_id
        .eq(families::id)
        .and(persons::relation_to_head.eq(RelationToHead::Head))
        .and(persons::standing.eq(Standing::Active));
    families::table
        .left_join(persons::table.on(head))
        .filter(families::id.eq(id))
        .filter(scope.covers(families::region_code))
        .select((families::id, families::region_code, persons::full_name.nullable(), families::merged_into))
        .first(conn)
        .await
        .optional()
}

/// Sets or lifts a limit of one member or all members. A person who already has that state is not changed.
pub async fn set_limit(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    person_id: Option<Uuid>,
    limit: &str,
    on: bool,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    diesel::sql_query(
        "update persons set limited_purposes = case when $4 then array_append(limited_purposes, $3) \
         else array_remove(limited_purposes, $3) end, version = version + 1, updated_at = $5 \
         where family_id = $1 and ($2 is null or id = $2) and ($3 = any(limited_purposes)) <> $4",
    )
    .bind::<diesel::sql_types::Uuid, _>(family_id)
    .bind::<Nullable<diesel::sql_types::Uuid>, _>(person_id)
    .bind::<diesel::sql_types::Text, _>(limit)
    .bind::<diesel::sql_types::Bool, _>(on)
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .execute(conn)
    .await
}

pub async fn list_limits_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    person_id: Option<Uuid>,
) -> QueryResult<Vec<Vec<String>>> {
    let mut query =
        persons::table.filter(persons::family_id.eq(family_id)).select(persons::limited_purposes).into_boxed();
    if let Some(id) = person_id {
        query = query.filter(persons::id.eq(id));
    }
    query.load(conn).await
}

/// The limits of these persons and of all persons of these families, with the family id.
pub async fn list_limits_of_subjects(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_ids: &[Uuid],
) -> QueryResult<Vec<(Uuid, Vec<String>)>> {
    persons::table
        .filter(persons::id.eq_any(person_ids).or(persons::family_id.eq_any(family_ids)))
        .filter(persons::limited_purposes.ne(Vec::<String>::new()))
        .select((persons::family_id, persons::limited_purposes))
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}

/// Whether the trace has an access record of a person, or of the person's family, where the person has one of these
/// limits or (with `erased`) was erased. The query starts from such persons, because they are few.
pub async fn has_access_to_limited_person(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    trace: &str,
    limits: &[&str],
    erased: bool,
) -> QueryResult<bool> {
    let found: Found = diesel::sql_query(
        "select exists (select from persons p where (p.limited_purposes <> '{}' or p.full_name = '(dihapus)') \
         and (p.limited_purposes && $2 or ($3 and p.full_name = '(dihapus)')) \
         and exists (select from audit_records a where a.target_id = any(array[p.id, p.family_id]) and a.trace_id = $1)) as found",
    )
    .bind::<diesel::sql_types::Text, _>(trace)
    .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(limits)
    .bind::<diesel::sql_types::Bool, _>(erased)
    .get_result(conn)
    .await?;
    Ok(found.found)
}
