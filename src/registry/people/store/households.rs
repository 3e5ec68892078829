//! Reads of many families at once: one statement per table, regardless of the number of families.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::{dwellings, families, family_shocks, persons, program_participations, welfare_statuses};
use crate::regions::RegionScope;
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::rows::{
    DwellingRow, FamilyRow, Household, ParticipationRow, PersonRow, ShockRow, WelfareStatusRow,
};

/// Person id and family id of those persons that the scope covers.
pub async fn list_families_of_persons(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> QueryResult<Vec<(Uuid, Uuid)>> {
    persons::table
        .filter(persons::id.eq_any(ids))
        .filter(scope.covers(persons::region_code))
        .select((persons::id, persons::family_id))
        .load(conn)
        .await
}

type Root = (FamilyRow, Option<DwellingRow>, i64);

const REVISION: &str = "(select revision from program_revision)";

/// Those of the families that the scope covers, with their welfare status as of a day.
pub async fn list_households(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    on: NaiveDate,
) -> QueryResult<Vec<Household>> {
    let roots: Vec<Root> = families::table
        .left_join(dwellings::table.on(dwellings::family_id.eq(families::id)))
        .filter(families::id.eq_any(ids))
        .filter(scope.covers(families::region_code))
        .select((FamilyRow::as_select(), Option::<DwellingRow>::as_select(), sql::<BigInt>(REVISION)))
        .load(conn)
        .await?;
    complete_of_visible(conn, roots, on).await
}

/// The next families of the scope, in order of village and id.
pub async fn list_households_after(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Option<&(String, Uuid)>,
    limit: i64,
    on: NaiveDate,
) -> QueryResult<Vec<Household>> {
    let (region, id) = after.map_or(("", Uuid::nil()), |(region, id)| (region.as_str(), *id));
    let behind = sql::<Bool>("(families.region_code, families.id) > (")
        .bind::<Text, _>(region)
        .sql(", ")
        .bind::<SqlUuid, _>(id)
        .sql(")");
    let roots: Vec<Root> = families::table
        .left_join(dwellings::table.on(dwellings::family_id.eq(families::id)))
        .filter(scope.covers(families::region_code))
        .filter(families::standing.eq(Standing::Active))
        .filter(behind)
        .order((families::region_code, families::id))
        .limit(limit)
        .select((FamilyRow::as_select(), Option::<DwellingRow>::as_select(), sql::<BigInt>(REVISION)))
        .load(conn)
        .await?;
    complete_of_visible(conn, roots, on).await
}

/// A sample of `size` families of the scope, ordered by a hash of their ids: the same at each call.
pub async fn list_sample(conn: &mut AsyncPgConnection, scope: &RegionScope, size: i64) -> QueryResult<Vec<Uuid>> {
    families::table
        .filter(scope.covers(families::region_code))
        .filter(families::standing.eq(Standing::Active))
        .order(sql::<Text>("md5(families.id::text)"))
        .limit(size)
        .select(families::id)
        .load(conn)
        .await
}

pub async fn count_families(conn: &mut AsyncPgConnection, scope: &RegionScope) -> QueryResult<i64> {
    families::table
        .filter(scope.covers(families::region_code))
        .filter(families::standing.eq(Standing::Active))
        .count()
        .get_result(conn)
        .await
}

/// Reads the members, welfare statuses, participations and shocks of the families, in four statements.
async fn complete_of_visible(
    conn: &mut AsyncPgConnection,
    roots: Vec<Root>,
    on: NaiveDate,
) -> QueryResult<Vec<Household>> {
    let ids: Vec<Uuid> = roots.iter().map(|(family, ..)| family.id).collect();
    let members: Vec<PersonRow> = persons::table
        .filter(persons::family_id.eq_any(&ids))
        .filter(persons::standing.eq(Standing::Active))
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    let statuses: Vec<WelfareStatusRow> = welfare_statuses::table
        .filter(welfare_statuses::family_id.eq_any(&ids))
        .filter(welfare_statuses::as_of.le(on))
        .distinct_on(welfare_statuses::family_id)
        .order((welfare_statuses::family_id, welfare_statuses::as_of.desc(), welfare_statuses::id.desc()))
        .select(WelfareStatusRow::as_select())
        .load(conn)
        .await?;
    let participations: Vec<ParticipationRow> = program_participations::table
        .filter(program_participations::family_id.eq_any(&ids))
        .order(program_participations::id)
        .select(ParticipationRow::as_select())
        .load(conn)
        .await?;
    let shocks: Vec<ShockRow> = family_shocks::table
        .filter(family_shocks::family_id.eq_any(&ids))
        .order((family_shocks::happened_on.desc(), family_shocks::id.desc()))
        .select(ShockRow::as_select())
        .load(conn)
        .await?;
    let mut shocks = by_family(shocks, |row| row.family_id);
    let mut members = by_family(members, |row| row.family_id);
    let mut statuses: HashMap<Uuid, WelfareStatusRow> = statuses.into_iter().map(|row| (row.family_id, row)).collect();
    let mut participations = by_family(participations, |row| row.family_id);
    let households = roots.into_iter().map(|(family, dwelling, program_revision)| {
        let mut members = members.remove(&family.id).unwrap_or_default();
        in_order(&mut members);
        Household {
            status: statuses.remove(&family.id),
            participations: participations.remove(&family.id).unwrap_or_default(),
            shocks: shocks.remove(&family.id).unwrap_or_default(),
            members,
            family,
            dwelling,
            program_revision,
        }
    });
    Ok(households.collect())
}

/// Sorts members: the head first, then by time of creation.
pub fn in_order(members: &mut [PersonRow]) {
    members.sort_by_key(|m| (m.relation_to_head != RelationToHead::Head, m.created_at, m.id));
}

fn by_family<T>(rows: Vec<T>, family: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut grouped: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(family(&row)).or_default().push(row);
    }
    grouped
}
