//! Searches for persons: a range of the index of names, or of what is recorded of them, in an order that pages can follow.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, SmallInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::model::Standing;
use super::super::rows::PersonRow;
use crate::db::schema::{person_names, persons};
use crate::regions::RegionScope;

/// What a search is narrowed to besides a name.
#[derive(Debug)]
pub struct SearchFilter {
    pub within: Option<RegionScope>,
    pub birth_date: Option<NaiveDate>,
    pub ppks_code: Option<String>,
    pub decile: Option<i16>,
    pub program_code: Option<String>,
    pub all_standings: bool,
    pub today: NaiveDate,
    pub after: Option<(String, Uuid)>,
    pub limit: i64,
}

/// Every text that begins so.
#[derive(Debug)]
pub struct NameRange {
    from: String,
    below: String,
}

impl From<String> for NameRange {
    fn from(prefix: String) -> Self {
        // The last character there is: nothing that begins so lies beyond.
        Self { below: format!("{prefix}\u{10FFFF}"), from: prefix }
    }
}

/// The conditions on what is recorded, for a query that has `persons` in it.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (mut query, filter): (_, &SearchFilter) = ($query, $filter);
        if !filter.all_standings {
            query = query.filter(persons::standing.eq(Standing::Active));
        }
        if let Some(day) = filter.birth_date {
            query = query.filter(persons::birth_date.eq(day));
        }
        if let Some(code) = &filter.ppks_code {
            // Spelt as the index's own condition, so that the index serves it.
            query = query
                .filter(sql::<Bool>("persons.ppks_codes <> '{}'"))
                .filter(persons::ppks_codes.contains(vec![code.clone()]));
        }
        if let Some(decile) = filter.decile {
            query = query.filter(
                sql::<Bool>(
                    "(select w.decile from welfare_statuses w where w.family_id = persons.family_id \
                     order by w.as_of desc, w.id desc limit 1) = ",
                )
                .bind::<SmallInt, _>(decile),
            );
        }
        if let Some(code) = &filter.program_code {
            query = query.filter(
                sql::<Bool>(
                    "exists (select from program_participations q where q.family_id = persons.family_id \
                     and (q.person_id is null or q.person_id = persons.id) and q.program_code = ",
                )
                .bind::<Text, _>(code.clone())
                .sql(" and coalesce(q.since <= ")
                .bind::<Date, _>(filter.today)
                .sql(", true) and coalesce(q.until >= ")
                .bind::<Date, _>(filter.today)
                .sql(", true))"),
            );
        }
        query
    }};
}

/// In the order of the ids, that is, of entry.
pub async fn list_by_facts_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: &SearchFilter,
) -> QueryResult<Vec<PersonRow>> {
    let mut query = persons::table
        .filter(scope.covers_by_regency(persons::region_code))
        .order(persons::id.asc())
        .limit(filter.limit)
        .select(PersonRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers_by_regency(persons::region_code));
    }
    if let Some((_, id)) = &filter.after {
        query = query.filter(persons::id.gt(*id));
    }
    narrowed!(query, filter).load(conn).await
}

/// In the order of the names, each person once: at the first word from which the name fits.
macro_rules! by_name {
    ($name:ident, $column:ident, $earlier:literal) => {
        pub async fn $name(
            conn: &mut AsyncPgConnection,
            scope: &RegionScope,
            filter: &SearchFilter,
            range: &NameRange,
        ) -> QueryResult<Vec<(PersonRow, String)>> {
            let of = person_names::person_id.eq(persons::id).and(person_names::family_id.eq(persons::family_id));
            let earlier = sql::<Bool>(concat!(
                "not exists (select from person_names e where e.family_id = person_names.family_id \
                 and e.person_id = person_names.person_id and e.word < person_names.word and e.",
                $earlier,
                " >= "
            ))
            .bind::<Text, _>(range.from.clone())
            .sql(concat!(" and e.", $earlier, " < "))
            .bind::<Text, _>(range.below.clone())
            .sql(")");
            let mut query = person_names::table
                .inner_join(persons::table.on(of))
                .filter(scope.covers_by_regency(person_names::region_code))
                .filter(person_names::$column.ge(range.from.clone()))
                .filter(person_names::$column.lt(range.below.clone()))
                .filter(earlier)
                .order((person_names::$column.asc(), person_names::person_id.asc()))
                .limit(filter.limit)
                .select((PersonRow::as_select(), person_names::$column))
                .into_boxed();
            if let Some(within) = &filter.within {
                query = query.filter(within.covers_by_regency(person_names::region_code));
            }
            if let Some((key, id)) = &filter.after {
                query = query
                    .filter(person_names::$column.ge(key.clone()))
                    .filter(person_names::$column.gt(key.clone()).or(person_names::person_id.gt(*id)));
            }
            narrowed!(query, filter).load(conn).await
        }
    };
}
by_name!(list_by_key_visible, key, "key");
by_name!(list_by_sound_visible, sound, "sound");

/// Who sounds like this in the regency of a village, and who was born on the day, within the scope: few, to be judged.
pub async fn list_candidates_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    regency: &RegionScope,
    range: &NameRange,
    birth_date: Option<NaiveDate>,
    most: i64,
) -> QueryResult<Vec<PersonRow>> {
    let of = person_names::person_id.eq(persons::id).and(person_names::family_id.eq(persons::family_id));
    let mut found: Vec<PersonRow> = person_names::table
        .inner_join(persons::table.on(of))
        .filter(scope.covers_by_regency(person_names::region_code))
        .filter(regency.covers_by_regency(person_names::region_code))
        .filter(person_names::sound.ge(&range.from))
        .filter(person_names::sound.lt(&range.below))
        .filter(persons::standing.eq(Standing::Active))
        .limit(most)
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    if let Some(day) = birth_date {
        let born: Vec<PersonRow> = persons::table
            .filter(persons::birth_date.eq(day))
            .filter(scope.covers(persons::region_code))
            .filter(persons::standing.eq(Standing::Active))
            .limit(most)
            .select(PersonRow::as_select())
            .load(conn)
            .await?;
        found.extend(born);
    }
    Ok(found)
}
