//! Bulk reads and writes of the registry for imports and exports, within the scope of the job's creator.

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

/// The family that a row refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FamilyKey {
    Id(Uuid),
    /// Blind index of the family card number.
    Card(Vec<u8>),
}

/// The region and the standing of a family.
#[derive(Debug, Clone)]
pub struct Place {
    pub family_id: Uuid,
    pub region_code: String,
    pub standing: Standing,
}

/// The families that the keys refer to, in any region. The caller must read their data within a scope.
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

/// Reads families without a lock, or locks them until the transaction ends, together with the families of these persons. The data of
/// a locked family does not change before it is written: every change of a family or a person locks the family first.
#[derive(Debug, Clone, Copy)]
pub enum Hold<'a> {
    No,
    WithThoseOf(&'a [Uuid]),
}

#[derive(Debug, Default)]
pub struct Families {
    places: HashMap<FamilyKey, Place>,
    /// All families within the scope, whether a key refers to them or not.
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

/// The existing families within the scope.
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
    let lock = matches!(hold, Hold::WithThoseOf(_));
    let rows = store::list_family_places(conn, scope, &ids, lock).await?;
    let place = |(family_id, region_code, standing)| (family_id, Place { family_id, region_code, standing });
    let places: HashMap<Uuid, Place> = rows.into_iter().map(place).collect();
    let place_of = |(key, family_id): (FamilyKey, Uuid)| Some((key, places.get(&family_id)?.clone()));
    Ok(Families { places: named.into_iter().filter_map(place_of).collect(), found: places.keys().copied().collect() })
}

/// The family, or the family and person, that has a number, by the blind index of the number.
pub type Bearers = HashMap<Vec<u8>, (Uuid, Option<Uuid>)>;

/// The holders of the numbers with these blind indexes, in any region. The caller must read their data within a scope.
pub async fn find_nik_holders(conn: &mut AsyncPgConnection, indexes: &[&[u8]]) -> Result<Bearers, Error> {
    if indexes.is_empty() {
        return Ok(Bearers::new());
    }
    let rows = store::list_identities(conn, Unscoped::ReadWithinScopeNext, indexes).await?;
    Ok(rows.into_iter().map(|(index, family_id, person_id)| (index, (family_id, person_id))).collect())
}

/// The ids that a family or a person already has, in any region.
pub async fn taken_ids(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(store::list_existing_ids(conn, Unscoped::Uniqueness, ids).await?.into_iter().collect())
}

/// The families that have a head.
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
    lock: bool,
) -> Result<HashMap<Uuid, FamilyRow>, Error> {
    let rows = store::list_families(conn, scope, ids, lock).await?;
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

/// Dwellings of families that were found within the scope.
pub async fn dwellings(conn: &mut AsyncPgConnection, families: &[Uuid]) -> Result<HashMap<Uuid, DwellingRow>, Error> {
    let rows = store::list_dwellings_of_visible(conn, families).await?;
    Ok(rows.into_iter().map(|row| (row.family_id, row)).collect())
}

/// All welfare snapshots of families that were found within the scope.
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

/// Disables sequential scans until the transaction ends. The planner takes a table that was empty shortly before for a small one,
/// and would scan all of it for each batch.
pub async fn look_up_by_index(conn: &mut AsyncPgConnection) -> Result<(), Error> {
    Ok(conn.batch_execute("set local enable_seqscan = off").await?)
}

/// Entries of the name index.
#[derive(Debug, Default)]
pub struct Names {
    /// The persons of these names, with the versions that were read.
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

/// Inserts new rows, except the names.
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

/// Writes the names of inserted persons. May run at the same time as the next inserts: `backfill::index_names` finds persons without
/// names, and the later of the two leaves existing rows unchanged. The names of a person who was changed, moved or erased in between
/// are replaced or deleted.
pub async fn insert_names(conn: &mut AsyncPgConnection, names: Names) -> Result<(), Error> {
    let Names { of, rows } = names;
    conn.transaction(async |conn| {
        look_up_by_index(conn).await?;
        name_store::insert_name_rows(conn, rows, IfTaken::Leave).await?;
        // Checked after the insert: a later change of a person finds these names.
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

/// Replaces the rows with the same keys.
pub async fn replace(conn: &mut AsyncPgConnection, rows: Rows) -> Result<(), Error> {
    bulk_store::insert_families(conn, rows.families, IfTaken::Replace).await?;
    name_store::replace_names(conn, &rows.persons).await?;
    bulk_store::insert_persons(conn, rows.persons, IfTaken::Replace).await.map_err(taken)?;
    bulk_store::insert_dwellings(conn, rows.dwellings, IfTaken::Replace).await?;
    claim(conn, rows.identities).await
}

/// Claims numbers that were free when the rows were planned, in the same order as the requests of a desk, to avoid deadlocks.
async fn claim(conn: &mut AsyncPgConnection, mut numbers: Vec<IdentityRow>) -> Result<(), Error> {
    numbers.sort_unstable_by(|a, b| a.blind_index.cmp(&b.blind_index));
    bulk_store::insert_identities(conn, numbers, IfTaken::Fail).await.map_err(taken)
}

/// Increments the versions of the families and returns their regions.
pub async fn touch(
    conn: &mut AsyncPgConnection,
    families: &[Uuid],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<String>, Error> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::touch_families(conn, families, now).await?)
}

/// A concurrent transaction inserted the same key after the check: the caller may retry.
fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            Error::new(Code::CONCURRENT_CHANGE).retry_after(1)
        }
        _ => error.into(),
    }
}

/// A page of an export, ordered by (region, id). For the first page the region is empty.
pub async fn page_of_families(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: (&str, Uuid),
    limit: i64,
) -> Result<Vec<FamilyRow>, Error> {
    Ok(store::list_families_after(conn, scope, after, limit).await?)
}

/// Id and region of all members of these families.
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
