//! Person searches: each scans one index in page order and filters by the other criteria. The search uses the birth date index if
//! there is a birth date, because few persons share one; then the name, then a category, a programme or a decile. The scan is the
//! same for all values, so the planner does not see the values (`db::unseen`).

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::keyset;
use crate::db::prepared::prepared_for;
use crate::db::schema::{person_names, persons, search_facets};
use crate::db::unseen::{limited, unseen};
use crate::regions::RegionScope;
use crate::registry::model::Standing;
use crate::registry::rows::PersonRow;

/// Search criteria besides the name.
#[derive(Debug)]
pub struct SearchFilter {
    pub within: Option<RegionScope>,
    pub birth_date: Option<NaiveDate>,
    pub ppks_code: Option<String>,
    pub decile: Option<i16>,
    pub program_code: Option<String>,
    pub all_standings: bool,
    pub today: NaiveDate,
    pub limit: i64,
}

impl SearchFilter {
    /// The entry of the facet index to scan: a category is rarer than a programme, and a programme is rarer than a decile.
    pub fn facet(&self) -> Option<String> {
        let ppks = self.ppks_code.as_ref().map(|code| format!("ppks:{code}"));
        let program = || self.program_code.as_ref().map(|code| format!("program:{code}"));
        let decile = || self.decile.map(|decile| format!("decile:{decile}"));
        ppks.or_else(program).or_else(decile)
    }
}

/// The range of all texts with a prefix.
#[derive(Debug)]
pub struct NameRange {
    from: String,
    below: String,
    bytes: i16,
    letters: i32,
}

impl From<String> for NameRange {
    fn from(prefix: String) -> Self {
        let bytes = i16::try_from(prefix.len()).unwrap_or(i16::MAX);
        let letters = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
        // The last Unicode character: every text with the prefix is below.
        Self { below: format!("{prefix}\u{10FFFF}"), from: prefix, bytes, letters }
    }
}

/// The form of the name to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameForm {
    Key,
    Sound,
}

/// Adds the conditions on recorded data to a query that contains `persons`. The two id columns are those of the table that is read
/// first, so that a row is filtered out before the person's row is read. A condition in a subquery with a limit stays a filter:
/// the planner does not turn it into a join that it could start from.
macro_rules! narrowed {
    ($query:expr, $filter:expr, $family_id:literal, $person_id:literal) => {{
        let (mut query, filter): (_, &SearchFilter) = ($query, $filter);
        query = query.filter(is_open());
        if !filter.all_standings {
            query = query.filter(persons::standing.eq(Standing::Active));
        }
        if let Some(code) = &filter.ppks_code {
            query = query.filter(
                sql::<Bool>("coalesce(persons.ppks_codes @> ")
                    .bind::<Array<Text>, _>(vec![code.clone()])
                    .sql(", false)"),
            );
        }
        if let Some(decile) = filter.decile {
            query = query.filter(
                sql::<Bool>(concat!(
                    "(select true from search_facets d where d.family_id = ",
                    $family_id,
                    " and d.person_id = '00000000-0000-0000-0000-000000000000' and d.facet = ",
                ))
                .bind::<Text, _>(format!("decile:{decile}"))
                .sql(" limit 1)"),
            );
        }
        if let Some(code) = &filter.program_code {
            query = query.filter(
                sql::<Bool>(concat!(
                    "(select true from program_participations q where q.family_id = ",
                    $family_id,
                    " and (q.person_id is null or q.person_id = ",
                    $person_id,
                    ") and q.program_code = ",
                ))
                .bind::<Text, _>(code.clone())
                .sql(" and coalesce(q.since <= ")
                .bind::<Date, _>(filter.today)
                .sql(", true) and coalesce(q.until >= ")
                .bind::<Date, _>(filter.today)
                .sql(", true) limit 1)"),
            );
        }
        query
    }};
}

/// Excludes persons whose processing is restricted: a hit alone would reveal recorded data.
fn is_open() -> SqlLiteral<Bool> {
    sql::<Bool>("(persons.limited_purposes @> array['restricted']) is not true")
}

/// Persons born on a day, ordered by family. The name is a filter on these few rows.
pub async fn list_by_birth_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: &SearchFilter,
    (birth_date, name): (NaiveDate, Option<(NameForm, &NameRange)>),
    after: Option<(Uuid, Uuid)>,
) -> QueryResult<Vec<PersonRow>> {
    let mut query = persons::table
        .filter(persons::birth_date.eq(birth_date))
        .filter(scope.covers(persons::region_code))
        .limit(filter.limit)
        .select(PersonRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers(persons::region_code));
    }
    query = keyset::ascending(query, (persons::family_id, persons::id), after);
    if let Some((form, range)) = name {
        let column = match form {
            NameForm::Key => "key",
            NameForm::Sound => "sound",
        };
        // Written so that the planner cannot use the name index: it would scan all matching names for each of these few persons.
        query = query.filter(
            sql::<Bool>(
                "(select true from person_names n where n.family_id = persons.family_id and n.person_id = persons.id and left(n.",
            )
            .sql(column)
            .sql(", ")
            .bind::<Integer, _>(range.letters)
            .sql(") = ")
            .bind::<Text, _>(range.from.clone())
            .sql(" limit 1)"),
        );
    }
    let narrowed = narrowed!(query, filter, "persons.family_id", "persons.id");
    prepared_for(regions_of(scope, filter), narrowed).load(conn).await
}

/// Persons with a recorded facet, ordered by family. A person may participate in a programme both alone and with the family.
pub async fn list_by_facet_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: &SearchFilter,
    facet: &str,
    after: Option<(Uuid, Uuid)>,
) -> QueryResult<Vec<PersonRow>> {
    // An array with one element, so that the planner looks up the persons of each family: with plain columns it could also scan all
    // persons in this order and skip those without the facet.
    let of = sql::<Bool>(
        "persons.family_id = any(array[search_facets.family_id]) and (search_facets.person_id = persons.id \
         or search_facets.person_id = '00000000-0000-0000-0000-000000000000')",
    );
    let mut query = search_facets::table
        .inner_join(persons::table.on(of))
        .filter(search_facets::facet.eq(unseen(facet.to_owned())))
        .filter(scope.covers_by_regency(search_facets::region_code).unseen())
        .distinct_on((search_facets::family_id, persons::id))
        .order_by((search_facets::family_id.asc(), persons::id.asc()))
        .select(PersonRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers_by_regency(search_facets::region_code).unseen());
    }
    if let Some((family_id, id)) = after {
        // The row has columns of two tables: the family alone says where the scan starts.
        query = query
            .filter(search_facets::family_id.ge(unseen(family_id)))
            .filter(keyset::after((search_facets::family_id, persons::id), (unseen(family_id), unseen(id))));
    }
    // A person's own programme participation has its own entry, so the person of the entry is sufficient.
    let narrowed = narrowed!(query, filter, "search_facets.family_id", "search_facets.person_id");
    prepared_for(regions_of(scope, filter), limited(narrowed, filter.limit)).load(conn).await
}

fn regions_of(scope: &RegionScope, filter: &SearchFilter) -> usize {
    scope.codes().len().max(filter.within.as_ref().map_or(0, |within| within.codes().len()))
}

/// Persons ordered by name, each once: at the first word from which the name matches.
macro_rules! by_name {
    ($name:ident, $column:ident, $shared:ident) => {
        pub async fn $name(
            conn: &mut AsyncPgConnection,
            scope: &RegionScope,
            filter: &SearchFilter,
            range: &NameRange,
            after: Option<(String, Uuid)>,
        ) -> QueryResult<Vec<(PersonRow, String)>> {
            // Joined by the unique id only: with a second condition the planner expects no rows, and collects all rows before it
            // sorts. All other columns are in the name index, so it is scanned in order for any value.
            let of = person_names::person_id.eq(persons::id);
            let mut query = person_names::table
                .inner_join(persons::table.on(of))
                .filter(scope.covers_by_regency(person_names::region_code).unseen())
                .filter(person_names::$column.ge(unseen(range.from.clone())))
                .filter(person_names::$column.lt(unseen(range.below.clone())))
                .filter(person_names::$shared.lt(unseen(range.bytes)))
                .select((PersonRow::as_select(), person_names::$column))
                .into_boxed();
            if let Some(within) = &filter.within {
                query = query.filter(within.covers_by_regency(person_names::region_code).unseen());
            }
            let after = after.map(|(key, id)| (unseen(key), unseen(id)));
            query = keyset::ascending(query, (person_names::$column, person_names::person_id), after);
            let narrowed = narrowed!(query, filter, "person_names.family_id", "person_names.person_id");
            prepared_for(regions_of(scope, filter), limited(narrowed, filter.limit)).load(conn).await
        }
    };
}
by_name!(list_by_key_visible, key, key_shared);
by_name!(list_by_sound_visible, sound, sound_shared);

/// Duplicate candidates within the scope: persons of the regency whose name sounds alike, and persons born on the day.
pub async fn list_candidates_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    regency: &RegionScope,
    range: &NameRange,
    birth_date: Option<NaiveDate>,
    limit: i64,
) -> QueryResult<Vec<PersonRow>> {
    let of = person_names::person_id.eq(persons::id).and(person_names::family_id.eq(persons::family_id));
    let mut found: Vec<PersonRow> = person_names::table
        .inner_join(persons::table.on(of))
        .filter(scope.covers_by_regency(person_names::region_code))
        .filter(regency.covers_by_regency(person_names::region_code))
        .filter(person_names::sound.ge(&range.from))
        .filter(person_names::sound.lt(&range.below))
        .filter(persons::standing.eq(Standing::Active))
        .filter(is_open())
        .limit(limit)
        .select(PersonRow::as_select())
        .load(conn)
        .await?;
    if let Some(day) = birth_date {
        let born: Vec<PersonRow> = persons::table
            .filter(persons::birth_date.eq(day))
            .filter(scope.covers(persons::region_code))
            .filter(persons::standing.eq(Standing::Active))
            .filter(is_open())
            .limit(limit)
            .select(PersonRow::as_select())
            .load(conn)
            .await?;
        found.extend(born);
    }
    Ok(found)
}
