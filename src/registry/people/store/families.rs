//! Statements on one family. A household is read in two statements: the family with its dependent rows, then its
//! members.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{dwellings, families, persons};
use crate::regions::RegionScope;
use crate::registry::model::Standing;
use crate::registry::rows::{
    DwellingRow, FamilyRow, Household, ParticipationRow, PersonRow, ShockRow, WelfareStatusRow,
};

/// How to find a household: by the id of the family or of an active member.
pub enum HouseholdOf {
    Family(Uuid),
    Person(Uuid),
}

/// The family with its dependent rows and members, and its welfare status as of a day.
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
            let active = persons::standing.eq(Standing::Active);
            let family = persons::table.filter(persons::id.eq(id)).filter(active).select(persons::family_id);
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

/// Active members of the family, the head first.
pub async fn list_members_of_visible(conn: &mut AsyncPgConnection, family_id: Uuid) -> QueryResult<Vec<PersonRow>> {
    let mut members: Vec<PersonRow> = persons::table
        .filter(persons::family_id.eq(family_id))
        .filter(persons::standing.eq(Standing::Active))
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    crate::registry::people::store::households::in_order(&mut members);
    Ok(members)
}

/// Family ids of the scope, page by page in order of id.
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

pub async fn is_visible(conn: &mut AsyncPgConnection, scope: &RegionScope, family_id: Uuid) -> QueryResult<bool> {
    let visible = families::table.filter(families::id.eq(family_id)).filter(scope.covers(families::region_code));
    diesel::select(diesel::dsl::exists(visible)).get_result(conn).await
}

/// Raises the version of the family and returns it.
pub async fn touch_family(conn: &mut AsyncPgConnection, id: Uuid, now: DateTime<Utc>) -> QueryResult<i32> {
    let touched = diesel::update(families::table.find(id))
        .set((families::version.eq(families::version + 1), families::updated_at.eq(now)))
        .returning(families::version);
    prepared(touched).get_result(conn).await
}

/// Raises the versions of the families and returns their regions.
pub async fn touch_families(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> QueryResult<Vec<String>> {
    let touched = diesel::update(families::table.filter(families::id.eq_any(ids)))
        .set((families::version.eq(families::version + 1), families::updated_at.eq(now)))
        .returning(families::region_code);
    prepared(touched).get_results(conn).await
}

pub async fn find_family(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<FamilyRow>> {
    lock.on(families::table
        .filter(families::id.eq(id))
        .filter(scope.covers(families::region_code))
        .select(FamilyRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}
