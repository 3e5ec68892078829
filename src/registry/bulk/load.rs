//! What an import and an export ask of the registry: many rows at once, within the scope of whoever asked.

use std::collections::{HashMap, HashSet};

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use uuid::Uuid;

use crate::registry::bulk::store::{self as bulk_store, IfTaken};
use crate::registry::identity::store::names as name_store;
use crate::registry::model::Standing;
use crate::registry::people::build::Rows;
use crate::registry::people::store;
use crate::registry::rows::{DwellingRow, FamilyRow, IdentityRow, NameRow, PersonRow, SeenPerson, WelfareStatusRow};
use crate::registry::welfare::store as status_store;

use crate::error::Code;
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};
use crate::registry::people::store::households;

/// Which family a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FamilyKey {
    Id(Uuid),
    /// Keyed index of the family card's number.
    Card(Vec<u8>),
}

/// Where a family lives, and whether it still counts.
#[derive(Debug, Clone)]
pub struct Place {
    pub family_id: Uuid,
    pub region_code: String,
    pub standing: Standing,
}

/// The families that the keys name, wherever they live: what is read of them must be read within a scope.
async fn named(conn: &mut AsyncPgConnection, keys: &HashSet<FamilyKey>) -> Result<Vec<(FamilyKey, Uuid)>, Error> {
    let (mut named, mut cards) = (Vec::with_capacity(keys.len()), Vec::new());
    for key in keys {
        match key {
            FamilyKey::Id(id) => named.push((key.clone(), *id)),
            FamilyKey::Card(index) => cards.push(index.as_slice()),
        }
    }
    if !cards.is_empty() {
        let rows = store::list_identities(conn, Unscoped::ReadWithinScopeNext, &cards).await?;
        named.extend(rows.into_iter().map(|(index, family_id, _)| (FamilyKey::Card(index), family_id)));
    }
    Ok(named)
}

/// Families as they stand, or held until the transaction ends, with those of these persons: what is read of a family that is
/// held is still so when it is written. Whoever changes a family or a person holds the family first.
#[derive(Debug, Clone, Copy)]
pub enum Hold<'a> {
    No,
    WithThoseOf(&'a [Uuid]),
}

#[derive(Debug, Default)]
pub struct Families {
    places: HashMap<FamilyKey, Place>,
    /// Those within the scope, named or not.
    found: HashSet<Uuid>,
}

impl Families {
    pub fn get(&self, key: &FamilyKey) -> Option<&Place> {
        self.places.get(key)
    }

    pub fn ids(&self) -> Vec<Uuid> {
        self.found.iter().copied().collect()
    }

    pub fn holds(&self, family_id: Uuid) -> bool {
        self.found.contains(&family_id)
    }
}

/// Those of the families that there are within the scope.
pub async fn find_families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    keys: &HashSet<FamilyKey>,
    hold: Hold<'_>,
) -> Result<Families, Error> {
    let named = named(conn, keys).await?;
    let mut ids: Vec<Uuid> = named.iter().map(|(_, family_id)| *family_id).collect();
    if let Hold::WithThoseOf(persons) = hold
        && !persons.is_empty()
    {
        let families = households::list_families_of_persons(conn, scope, persons).await?;
        ids.extend(families.into_iter().map(|(_, family_id)| family_id));
    }
    if ids.is_empty() {
        return Ok(Families::default());
    }
    let held = matches!(hold, Hold::WithThoseOf(_));
    let rows = store::list_family_places(conn, scope, &ids, held).await?;
    let place = |(family_id, region_code, standing)| (family_id, Place { family_id, region_code, standing });
    let places: HashMap<Uuid, Place> = rows.into_iter().map(place).collect();
    let place_of = |(key, family_id): (FamilyKey, Uuid)| Some((key, places.get(&family_id)?.clone()));
    Ok(Families { places: named.into_iter().filter_map(place_of).collect(), found: places.keys().copied().collect() })
}

/// The family, and the person, that bears a number, by the number's keyed index.
pub type Bearers = HashMap<Vec<u8>, (Uuid, Option<Uuid>)>;

/// Whom the keyed indexes name, wherever they live: what is read of them must be read within a scope.
pub async fn find_nik_holders(conn: &mut AsyncPgConnection, indexes: &[&[u8]]) -> Result<Bearers, Error> {
    if indexes.is_empty() {
        return Ok(Bearers::new());
    }
    let rows = store::list_identities(conn, Unscoped::ReadWithinScopeNext, indexes).await?;
    Ok(rows.into_iter().map(|(index, family_id, person_id)| (index, (family_id, person_id))).collect())
}

/// Those of the ids that stand for a family or a person somewhere.
pub async fn taken_ids(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(store::list_existing_ids(conn, Unscoped::Uniqueness, ids).await?.into_iter().collect())
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
    hold: bool,
) -> Result<HashMap<Uuid, FamilyRow>, Error> {
    let rows = store::list_families(conn, scope, ids, hold).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

pub async fn persons(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, PersonRow>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
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
    for row in status_store::list_all_statuses_of_visible(conn, families).await? {
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
pub struct Names {
    /// Whose names they are, as they were seen.
    of: Vec<SeenPerson>,
    rows: Vec<NameRow>,
}

impl Names {
    pub fn of(persons: &[PersonRow]) -> Self {
        let seen = |row: &PersonRow| SeenPerson { family_id: row.family_id, id: row.id, version: row.version };
        Self { of: persons.iter().map(seen).collect(), rows: name_store::name_rows(persons) }
    }

    pub fn append(&mut self, more: Self) {
        self.of.extend(more.of);
        self.rows.extend(more.rows);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Enters new rows, but for the names.
pub async fn insert(conn: &mut AsyncPgConnection, rows: Rows) -> Result<(), Error> {
    bulk_store::insert_families(conn, rows.families, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_persons(conn, rows.persons, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_dwellings(conn, rows.dwellings, IfTaken::Fail).await.map_err(taken)?;
    bulk_store::insert_statuses(conn, rows.statuses, IfTaken::Fail).await.map_err(taken)?;
    claim(conn, rows.identities).await?;
    if !rows.participations.is_empty() {
        store::insert_participations(conn, &rows.participations).await?;
    }
    Ok(())
}

/// The names of rows that were entered. They may be written beside the next rows, since whoever has none is found by
/// `backfill::index_names`: whichever of the two comes later leaves what it finds. Whoever was changed, moved or erased in
/// between gets them anew, or loses them.
pub async fn insert_names(conn: &mut AsyncPgConnection, names: Names) -> Result<(), Error> {
    let Names { of, rows } = names;
    conn.transaction(async |conn| {
        look_up_by_index(conn).await?;
        name_store::insert_name_rows(conn, rows, IfTaken::Leave).await?;
        // Asked after they were put in: whoever changes a person from here on finds them.
        for (family_id, id, now) in
            name_store::list_changed_persons(conn, Unscoped::FollowUpOfScopedAction, &of).await?
        {
            match now.filter(|person| !person.is_erased()) {
                Some(person) => name_store::replace_names(conn, &[person]).await?,
                None => name_store::delete_names(conn, family_id, id).await?,
            }
        }
        Ok(())
    })
    .await
}

/// Puts rows in the place of those with the same keys.
pub async fn replace(conn: &mut AsyncPgConnection, rows: Rows) -> Result<(), Error> {
    bulk_store::insert_families(conn, rows.families, IfTaken::Replace).await?;
    name_store::replace_names(conn, &rows.persons).await?;
    bulk_store::insert_persons(conn, rows.persons, IfTaken::Replace).await.map_err(taken)?;
    bulk_store::insert_dwellings(conn, rows.dwellings, IfTaken::Replace).await?;
    claim(conn, rows.identities).await
}

/// Numbers that were free when the rows were planned, in the order in which a desk claims them.
async fn claim(conn: &mut AsyncPgConnection, mut numbers: Vec<IdentityRow>) -> Result<(), Error> {
    numbers.sort_unstable_by(|a, b| a.blind_index.cmp(&b.blind_index));
    bulk_store::insert_identities(conn, numbers, IfTaken::Fail).await.map_err(taken)
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
            Error::new(Code::CONCURRENT_CHANGE).retry_after(1)
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

/// Id and region of everybody who lives in these families.
pub async fn member_places(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    families: &[Uuid],
) -> Result<Vec<(Uuid, String)>, Error> {
    Ok(store::list_member_places(conn, scope, families).await?)
}

pub async fn page_of_persons(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: (&str, Uuid),
    limit: i64,
) -> Result<Vec<PersonRow>, Error> {
    Ok(store::list_persons_after(conn, scope, after, limit).await?)
}
