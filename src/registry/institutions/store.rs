//! Stays in institutions, and their number by region.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::{person_residences, persons};
use crate::regions::RegionScope;
use crate::registry::model::{ResidenceKind, Standing};
use crate::registry::rows::ResidenceRow;

pub async fn insert(conn: &mut AsyncPgConnection, row: &ResidenceRow) -> QueryResult<()> {
    diesel::insert_into(person_residences::table).values(row).execute(conn).await.map(|_| ())
}

/// Latest first.
pub async fn list_of_visible(conn: &mut AsyncPgConnection, person_id: Uuid) -> QueryResult<Vec<ResidenceRow>> {
    person_residences::table
        .filter(person_residences::person_id.eq(person_id))
        .order((person_residences::since.desc(), person_residences::id.desc()))
        .select(ResidenceRow::as_select())
        .load(conn)
        .await
}

pub async fn set_end(
    conn: &mut AsyncPgConnection,
    person_id: Uuid,
    id: Uuid,
    until: NaiveDate,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(person_residences::table.find((person_id, id)))
        .set((person_residences::until.eq(until), person_residences::updated_at.eq(now)))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Moves all stays of a person to another person. Returns the ids of the stays.
pub async fn set_person(conn: &mut AsyncPgConnection, from: Uuid, to: Uuid) -> QueryResult<Vec<Uuid>> {
    diesel::update(person_residences::table.filter(person_residences::person_id.eq(from)))
        .set(person_residences::person_id.eq(to))
        .returning(person_residences::id)
        .get_results(conn)
        .await
}

/// Moves only the stays with these ids to another person.
pub async fn set_person_of(conn: &mut AsyncPgConnection, ids: &[Uuid], from: Uuid, to: Uuid) -> QueryResult<()> {
    let those = person_residences::table
        .filter(person_residences::person_id.eq(from))
        .filter(person_residences::id.eq_any(ids));
    diesel::update(those).set(person_residences::person_id.eq(to)).execute(conn).await.map(|_| ())
}

/// Deletes the institutions from the stays of an erased person. The stays still count.
pub async fn set_names_forgotten(conn: &mut AsyncPgConnection, person_id: Uuid, now: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(person_residences::table.filter(person_residences::person_id.eq(person_id)))
        .set((
            person_residences::facility_id.eq(None::<Uuid>),
            person_residences::facility_name.eq(None::<String>),
            person_residences::updated_at.eq(now),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Number of current stays, by region and kind.
pub async fn count_by_region(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    kind: Option<ResidenceKind>,
    today: NaiveDate,
) -> QueryResult<Vec<(String, ResidenceKind, i64)>> {
    let lives = persons::table
        .filter(persons::standing.eq(Standing::Active))
        .filter(persons::id.eq(person_residences::person_id));
    let kinds = kind.map_or_else(|| ResidenceKind::ALL.to_vec(), |kind| vec![kind]);
    person_residences::table
        .filter(person_residences::since.le(today))
        .filter(person_residences::until.is_null().or(person_residences::until.ge(today)))
        .filter(scope.covers(person_residences::region_code))
        .filter(person_residences::kind.eq_any(kinds))
        .filter(diesel::dsl::exists(lives))
        .group_by((person_residences::region_code, person_residences::kind))
        .select((person_residences::region_code, person_residences::kind, count_star()))
        .load(conn)
        .await
}
