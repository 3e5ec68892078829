//! The registry's statements. A family is read in two: the root with what hangs on it once, and its members. `.._of_visible`
//! reads what belongs to a family that the caller was shown to see.

pub mod changes;
pub mod households;
pub mod listing;
pub mod mergers;
pub mod residences;
pub mod search;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{RelationToHead, Standing, WelfareSource};
use super::rows::{
    DwellingRow, FamilyRow, Household, IdentityRow, NameRow, ParticipationRow, PersonRow, ShockRow, WelfareStatusRow,
};
use super::{bulk_store, names};
use crate::db::prepared::prepared;
use crate::db::schema::{
    dwellings, families, identities, person_names, persons, program_participations, programs, welfare_statuses,
};
use crate::http::page::PageRequest;
use crate::regions::{RegionScope, Unscoped};

/// Whom a blind index names: an id that says nothing until it is read within a scope.
pub async fn find_identity(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    index: &[u8],
) -> QueryResult<Option<(Uuid, Option<Uuid>)>> {
    identities::table.find(index).select((identities::family_id, identities::person_id)).first(conn).await.optional()
}

pub async fn find_person(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<PersonRow>> {
    persons::table
        .filter(persons::id.eq(id))
        .filter(scope.covers(persons::region_code))
        .select(PersonRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Holds the person for the rest of the transaction.
pub async fn lock_person(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<PersonRow>> {
    persons::table
        .filter(persons::id.eq(id))
        .filter(scope.covers(persons::region_code))
        .select(PersonRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Writes back a row that this transaction has locked.
pub async fn save_person(conn: &mut AsyncPgConnection, row: &PersonRow) -> QueryResult<()> {
    prepared(diesel::update(persons::table.find((row.family_id, row.id))).set(row)).execute(conn).await?;
    diesel::delete(
        person_names::table
            .filter(person_names::family_id.eq(row.family_id))
            .filter(person_names::person_id.eq(row.id)),
    )
    .execute(conn)
    .await?;
    insert_names(conn, std::slice::from_ref(row)).await
}

/// The same by the whole key, which a sharded engine answers from one shard.
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

/// A person's name and family, or a family with its head's name: just enough to speak of a subject.
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

/// Which family of the scope a person belongs to.
pub enum HouseholdOf {
    Family(Uuid),
    Person(Uuid),
}

/// The family with all that belongs to it, its welfare as of a day.
pub async fn find_household(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    whose: HouseholdOf,
    on: NaiveDate,
) -> QueryResult<Option<Household>> {
    type Root = (FamilyRow, Option<DwellingRow>, Option<Value>, Option<Value>, Option<Value>, i64);
    let status = sql::<Nullable<Jsonb>>(
        "(select to_jsonb(w) from welfare_statuses w where w.family_id = families.id and w.as_of <= ",
    )
    .bind::<Date, _>(on)
    .sql(" order by w.as_of desc, w.id desc limit 1)");
    let participations = sql::<Nullable<Jsonb>>(
        "(select jsonb_agg(p order by p.id) from program_participations p where p.family_id = families.id)",
    );
    let shocks = sql::<Nullable<Jsonb>>(
        "(select jsonb_agg(s order by s.happened_on desc, s.id desc) from family_shocks s where s.family_id = families.id)",
    );
    let root = families::table
        .left_join(dwellings::table.on(dwellings::family_id.eq(families::id)))
        .filter(scope.covers(families::region_code))
        .select((
            FamilyRow::as_select(),
            Option::<DwellingRow>::as_select(),
            status,
            participations,
            shocks,
            sql::<BigInt>("(select revision from program_revision)"),
        ));
    let found: Option<Root> = match whose {
        HouseholdOf::Family(id) => prepared(root.filter(families::id.eq(id))).get_result(conn).await,
        HouseholdOf::Person(id) => {
            let lives = persons::standing.eq(Standing::Active);
            let family = persons::table.filter(persons::id.eq(id)).filter(lives).select(persons::family_id);
            prepared(root.filter(families::id.eq_any(family))).get_result(conn).await
        }
    }
    .optional()?;
    let Some((family, dwelling, status, participations, shocks, program_revision)) = found else { return Ok(None) };
    let members = list_members_of_visible(conn, family.id).await?;
    let status = status.map(serde_json::from_value::<WelfareStatusRow>).transpose().map_err(unreadable)?;
    let participations = participations.map(serde_json::from_value::<Vec<ParticipationRow>>);
    let participations = participations.transpose().map_err(unreadable)?.unwrap_or_default();
    let shocks =
        shocks.map(serde_json::from_value::<Vec<ShockRow>>).transpose().map_err(unreadable)?.unwrap_or_default();
    Ok(Some(Household { family, dwelling, status, participations, shocks, members, program_revision }))
}

fn unreadable(error: serde_json::Error) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(Box::new(error))
}

/// Who lives in it now, the head first.
pub async fn list_members_of_visible(conn: &mut AsyncPgConnection, family_id: Uuid) -> QueryResult<Vec<PersonRow>> {
    let mut members: Vec<PersonRow> = persons::table
        .filter(persons::family_id.eq(family_id))
        .filter(persons::standing.eq(Standing::Active))
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    households::in_order(&mut members);
    Ok(members)
}

/// Families of the scope by their ids, a page at a time.
pub async fn list_family_ids(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Option<Uuid>,
    limit: i64,
) -> QueryResult<Vec<Uuid>> {
    families::table
        .filter(scope.covers(families::region_code))
        .filter(families::id.gt(after.unwrap_or_default()))
        .order(families::id)
        .limit(limit)
        .select(families::id)
        .load(conn)
        .await
}

/// Holds the family for the rest of the transaction.
pub async fn lock_family(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<FamilyRow>> {
    families::table
        .filter(families::id.eq(id))
        .filter(scope.covers(families::region_code))
        .select(FamilyRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

pub async fn is_visible(conn: &mut AsyncPgConnection, scope: &RegionScope, family_id: Uuid) -> QueryResult<bool> {
    let visible = families::table.filter(families::id.eq(family_id)).filter(scope.covers(families::region_code));
    diesel::select(diesel::dsl::exists(visible)).get_result(conn).await
}

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
    bulk_store::insert_names(conn, name_rows(rows), true).await
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
    bulk_store::insert_names(conn, names, true).await
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

pub async fn find_status_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    source: WelfareSource,
    snapshot_version: &str,
) -> QueryResult<Option<WelfareStatusRow>> {
    welfare_statuses::table
        .filter(welfare_statuses::family_id.eq(family_id))
        .filter(welfare_statuses::source.eq(source))
        .filter(welfare_statuses::snapshot_version.eq(snapshot_version))
        .select(WelfareStatusRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn find_latest_status_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
) -> QueryResult<Option<WelfareStatusRow>> {
    welfare_statuses::table
        .filter(welfare_statuses::family_id.eq(family_id))
        .order((welfare_statuses::as_of.desc(), welfare_statuses::id.desc()))
        .select(WelfareStatusRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// As they were entered.
pub async fn list_statuses_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    page: &PageRequest,
) -> QueryResult<Vec<WelfareStatusRow>> {
    let mut query = welfare_statuses::table
        .filter(welfare_statuses::family_id.eq(family_id))
        .order((welfare_statuses::created_at, welfare_statuses::id))
        .limit(page.fetch())
        .select(WelfareStatusRow::as_select())
        .into_boxed();
    if let Some(after) = page.after {
        query = query.filter(
            welfare_statuses::created_at
                .gt(after.time())
                .or(welfare_statuses::created_at.eq(after.time()).and(welfare_statuses::id.gt(after.id))),
        );
    }
    query.load(conn).await
}

/// The family as a resource changed: its next version.
pub async fn touch_family(conn: &mut AsyncPgConnection, id: Uuid, now: DateTime<Utc>) -> QueryResult<i32> {
    let touched = diesel::update(families::table.find(id))
        .set((families::version.eq(families::version + 1), families::updated_at.eq(now)))
        .returning(families::version);
    prepared(touched).get_result(conn).await
}

pub async fn find_family(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<FamilyRow>> {
    families::table
        .filter(families::id.eq(id))
        .filter(scope.covers(families::region_code))
        .select(FamilyRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Sets or lifts a limit of one member or of all; whoever has it already is left alone.
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

/// The limits of these persons, and of everybody in these families, by family.
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

pub async fn list_family_regions(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> QueryResult<Vec<(Uuid, String)>> {
    families::table
        .filter(families::id.eq_any(ids))
        .filter(scope.covers(families::region_code))
        .select((families::id, families::region_code))
        .load(conn)
        .await
}

pub async fn list_families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> QueryResult<Vec<FamilyRow>> {
    families::table
        .filter(families::id.eq_any(ids))
        .filter(scope.covers(families::region_code))
        .select(FamilyRow::as_select())
        .load(conn)
        .await
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

/// Those of the ids that a family or a person has.
pub async fn list_taken(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
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

pub async fn list_all_statuses_of_visible(
    conn: &mut AsyncPgConnection,
    family_ids: &[Uuid],
) -> QueryResult<Vec<WelfareStatusRow>> {
    welfare_statuses::table
        .filter(welfare_statuses::family_id.eq_any(family_ids))
        .order((welfare_statuses::family_id, welfare_statuses::as_of, welfare_statuses::id))
        .select(WelfareStatusRow::as_select())
        .load(conn)
        .await
}

/// Who is found by no name, though there is one.
pub async fn list_nameless(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    erased: &str,
    most: i64,
) -> QueryResult<Vec<PersonRow>> {
    let named = person_names::table
        .filter(person_names::family_id.eq(persons::family_id))
        .filter(person_names::person_id.eq(persons::id));
    persons::table
        .filter(persons::full_name.ne(erased))
        .filter(diesel::dsl::not(diesel::dsl::exists(named)))
        .limit(most)
        .select(PersonRow::as_select())
        .load(conn)
        .await
}

pub async fn touch_families(conn: &mut AsyncPgConnection, ids: &[Uuid], now: DateTime<Utc>) -> QueryResult<()> {
    let touched = diesel::update(families::table.filter(families::id.eq_any(ids)))
        .set((families::version.eq(families::version + 1), families::updated_at.eq(now)));
    prepared(touched).execute(conn).await.map(|_| ())
}

/// In the order of an export: those that count.
pub async fn list_families_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    (region, id): (&str, Uuid),
    limit: i64,
) -> QueryResult<Vec<FamilyRow>> {
    families::table
        .filter(scope.covers(families::region_code))
        .filter(families::standing.eq(Standing::Active))
        .filter(families::region_code.gt(region).or(families::region_code.eq(region).and(families::id.gt(id))))
        .filter(families::region_code.ge(region))
        .order((families::region_code, families::id))
        .limit(limit)
        .select(FamilyRow::as_select())
        .load(conn)
        .await
}

/// The same for persons: who died or was removed is no row of a file that is imported again.
pub async fn list_persons_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    (region, id): (&str, Uuid),
    limit: i64,
) -> QueryResult<Vec<PersonRow>> {
    persons::table
        .filter(scope.covers(persons::region_code))
        .filter(persons::standing.eq(Standing::Active))
        .filter(persons::region_code.gt(region).or(persons::region_code.eq(region).and(persons::id.gt(id))))
        .filter(persons::region_code.ge(region))
        .order((persons::region_code, persons::id))
        .limit(limit)
        .select(PersonRow::as_select())
        .load(conn)
        .await
}

#[derive(Debug, Clone, Queryable)]
pub struct SnapshotRow {
    pub source: WelfareSource,
    pub snapshot_version: String,
    pub as_of: NaiveDate,
    pub families: i64,
}

/// The rankings that there are within the scope, newest first, with how many families each holds.
/// From the counts that are kept by village.
pub async fn list_snapshots(conn: &mut AsyncPgConnection, scope: &RegionScope) -> QueryResult<Vec<SnapshotRow>> {
    use crate::db::schema::welfare_snapshot_counts as counts;
    let families = sql::<BigInt>("sum(families)::bigint");
    counts::table
        .filter(scope.covers(counts::region_code))
        .group_by((counts::source, counts::snapshot_version, counts::as_of))
        .having(families.clone().gt(0))
        .order((counts::as_of.desc(), counts::source, counts::snapshot_version))
        .limit(500)
        .select((counts::source, counts::snapshot_version, counts::as_of, families))
        .load(conn)
        .await
}

#[derive(Debug, Clone, QueryableByName)]
pub struct MoveRow {
    #[diesel(sql_type = diesel::sql_types::SmallInt)]
    pub from_decile: i16,
    #[diesel(sql_type = diesel::sql_types::SmallInt)]
    pub to_decile: i16,
    #[diesel(sql_type = BigInt)]
    pub families: i64,
}

/// How many families of a region moved from which decile to which between two rankings, each a source and a version.
pub async fn list_moves(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    region: &str,
    from: (WelfareSource, &str),
    to: (WelfareSource, &str),
) -> QueryResult<Vec<MoveRow>> {
    use diesel::sql_types::{Array, Text};
    diesel::sql_query(
        "select b.decile as from_decile, a.decile as to_decile, count(*) as families \
         from families f \
         join welfare_statuses b on b.family_id = f.id and b.source = $1 and b.snapshot_version = $2 \
         join welfare_statuses a on a.family_id = f.id and a.source = $3 and a.snapshot_version = $4 \
         where f.region_code >= $5 and f.region_code < $5 || '/' \
         and exists (select from unnest($6) as c where c = 'ID' or f.region_code = c or f.region_code like c || '.%') \
         group by 1, 2",
    )
    .bind::<Text, _>(from.0)
    .bind::<Text, _>(from.1)
    .bind::<Text, _>(to.0)
    .bind::<Text, _>(to.1)
    .bind::<Text, _>(region)
    .bind::<Array<Text>, _>(scope.codes())
    .load(conn)
    .await
}
