//! What an import and an export ask of the registry: many rows at once, within the scope of whoever asked.

use std::collections::{HashMap, HashSet};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use uuid::Uuid;

use super::build::Rows;
use super::bulk_store::{self, IfTaken};
use super::rows::{DwellingRow, FamilyRow, NameRow, PersonRow, WelfareStatusRow};
use super::store;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::regions::{RegionScope, Unscoped};

/// Which family a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FamilyKey {
    Id(Uuid),
    /// Keyed index of the family card's number.
    Card(Vec<u8>),
}

/// Where a family lives.
#[derive(Debug, Clone)]
pub struct Place {
    pub family_id: Uuid,
    pub region_code: String,
}

/// Those of the families that there are within the scope.
pub async fn find_families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    keys: &HashSet<FamilyKey>,
) -> Result<HashMap<FamilyKey, Place>, Error> {
    let cards: Vec<&[u8]> = keys
        .iter()
        .filter_map(|k| if let FamilyKey::Card(index) = k { Some(index.as_slice()) } else { None })
        .collect();
    let mut ids: Vec<Uuid> =
        keys.iter().filter_map(|k| if let FamilyKey::Id(id) = k { Some(*id) } else { None }).collect();
    let named = if cards.is_empty() {
        Vec::new()
    } else {
        store::list_identities(conn, Unscoped::ReadWithinScopeNext, &cards).await?
    };
    ids.extend(named.iter().map(|(_, family_id, _)| *family_id));
    let mut places: HashMap<Uuid, String> = HashMap::new();
    if !ids.is_empty() {
        places.extend(store::list_family_regions(conn, scope, &ids).await?);
    }
    let place = |family_id: Uuid| places.get(&family_id).map(|region| Place { family_id, region_code: region.clone() });
    let mut found: HashMap<FamilyKey, Place> = named
        .into_iter()
        .filter_map(|(index, family_id, _)| Some((FamilyKey::Card(index), place(family_id)?)))
        .collect();
    for key in keys {
        if let FamilyKey::Id(id) = key
            && let Some(place) = place(*id)
        {
            found.insert(key.clone(), place);
        }
    }
    Ok(found)
}

/// Whom the keyed indexes name, wherever they live: what is read of them must be read within a scope.
pub async fn find_bearers(
    conn: &mut AsyncPgConnection,
    indexes: &[&[u8]],
) -> Result<HashMap<Vec<u8>, (Uuid, Option<Uuid>)>, Error> {
    if indexes.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store::list_identities(conn, Unscoped::ReadWithinScopeNext, indexes).await?;
    Ok(rows.into_iter().map(|(index, family_id, person_id)| (index, (family_id, person_id))).collect())
}

/// Those of the ids that stand for a family or a person somewhere.
pub async fn taken_ids(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(store::list_taken(conn, Unscoped::Uniqueness, ids).await?.into_iter().collect())
}

/// Those of the families that have a head.
pub async fn with_head(conn: &mut AsyncPgConnection, families: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    if families.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(store::list_headed_of_visible(conn, families).await?.into_iter().collect())
}

pub async fn families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, FamilyRow>, Error> {
    let rows = store::list_families(conn, scope, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

pub async fn persons(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, PersonRow>, Error> {
    let rows = store::list_persons(conn, scope, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Of families that were found within the scope.
pub async fn dwellings(conn: &mut AsyncPgConnection, families: &[Uuid]) -> Result<HashMap<Uuid, DwellingRow>, Error> {
    let rows = store::list_dwellings_of_visible(conn, families).await?;
    Ok(rows.into_iter().map(|row| (row.family_id, row)).collect())
}

/// Every snapshot of families that were found within the scope.
pub async fn statuses(
    conn: &mut AsyncPgConnection,
    families: &[Uuid],
) -> Result<HashMap<Uuid, Vec<WelfareStatusRow>>, Error> {
    let mut all: HashMap<Uuid, Vec<WelfareStatusRow>> = HashMap::new();
    for row in store::list_all_statuses_of_visible(conn, families).await? {
        all.entry(row.family_id).or_default().push(row);
    }
    Ok(all)
}

/// Until the transaction ends, rows are found by their keys. A table that was empty a moment ago looks small to the planner,
/// and it would read the whole of it for each batch.
pub async fn look_up_by_index(conn: &mut AsyncPgConnection) -> Result<(), Error> {
    Ok(conn.batch_execute("set local enable_seqscan = off").await?)
}

/// What the search for names finds people by.
#[derive(Debug, Default)]
pub struct Names(Vec<NameRow>);

impl Names {
    pub fn of(persons: &[PersonRow]) -> Self {
        Self(store::name_rows(persons))
    }

    pub fn append(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Enters new rows, but for the names.
pub async fn insert(conn: &mut AsyncPgConnection, rows: Rows) -> Result<(), Error> {
    bulk_store::insert_families(conn, rows.families, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_persons(conn, rows.persons, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_dwellings(conn, rows.dwellings, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_statuses(conn, rows.statuses, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_identities(conn, rows.identities, IfTaken::Fail).await.map_err(taken)?;
    if !rows.participations.is_empty() {
        store::insert_participations(conn, &rows.participations).await?;
    }
    Ok(())
}

/// The names of rows that were entered. They may be written beside the next rows, since whoever has none is found by
/// `backfill::index_names`; whichever of the two comes later leaves what it finds.
pub async fn insert_names(conn: &mut AsyncPgConnection, mut names: Names) -> Result<(), Error> {
    // In the order of the index that they go to, many at once meet in the same pages. It is one order for all writers, so
    // that two with the same names wait for each other one way only.
    names.0.sort_unstable_by(|a, b| (&a.key, a.person_id, a.word).cmp(&(&b.key, b.person_id, b.word)));
    Ok(bulk_store::insert_names(conn, names.0, IfTaken::Leave).await?)
}

/// Puts rows in the place of those with the same keys.
pub async fn replace(conn: &mut AsyncPgConnection, rows: Rows) -> Result<(), Error> {
    let names = Names::of(&rows.persons);
    bulk_store::insert_families(conn, rows.families, IfTaken::Replace).await?;
    bulk_store::insert_persons(conn, rows.persons, IfTaken::Replace).await?;
    store::replace_names(conn, names.0).await?;
    bulk_store::insert_dwellings(conn, rows.dwellings, IfTaken::Replace).await?;
    bulk_store::insert_identities(conn, rows.identities, IfTaken::Fail).await.map_err(taken)
}

/// The families as resources changed.
pub async fn touch(
    conn: &mut AsyncPgConnection,
    families: &[Uuid],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    if families.is_empty() {
        return Ok(());
    }
    Ok(store::touch_families(conn, families, now).await?)
}

/// Somebody else entered the same key between the look and the write: worth another look.
fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            Error::new(Code::ConcurrentChange).retry_after(1)
        }
        _ => error.into(),
    }
}

/// A page of an export, in the order of (region, id); an empty region for the first one.
pub async fn page_of_families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: (&str, Uuid),
    limit: i64,
) -> Result<Vec<FamilyRow>, Error> {
    Ok(store::list_families_after(conn, scope, after, limit).await?)
}

pub async fn page_of_persons(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: (&str, Uuid),
    limit: i64,
) -> Result<Vec<PersonRow>, Error> {
    Ok(store::list_persons_after(conn, scope, after, limit).await?)
}
