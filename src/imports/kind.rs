//! What each kind of row must know of itself. A row is read without the database, then held against it together with its
//! batch: once to judge the whole file, and once more in the transaction that writes.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::cells::Cells;
use super::model::{ImportKind, OnConflict};
use super::reader::FileFault;
use crate::auth::keys::KeyRing;
use crate::auth::sealing::Sealer;
use crate::directory::load::DirectoryRows;
use crate::error::Error;
use crate::events::NewEvent;
use crate::regions::RegionScope;
use crate::registry::bulk::load::{self, Bearers, Families, FamilyKey, Hold, Place};
use crate::registry::model::Standing;
use crate::registry::people::build::{Rows, Stamp};
use crate::registry::people::document::{self, Document};
use crate::registry::people::history::Loaded;

/// What reading a row needs.
pub struct Reading<'a> {
    pub today: NaiveDate,
    pub sealer: &'a Sealer,
}

/// What may stand once in a whole file and is known only after a look at the registry: the same family by its id and by its card,
/// say. Eight bytes each, whatever the file holds.
#[derive(Default)]
pub struct Seen {
    hashes: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

impl Seen {
    /// Does it stand there for the first time?
    pub fn first(&self, what: impl Hash) -> bool {
        let hash = self.hasher.hash_one(what);
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).insert(hash)
    }
}

/// What planning a batch needs.
pub struct Planning<'a> {
    pub scope: &'a RegionScope,
    pub keys: &'a KeyRing,
    pub now: DateTime<Utc>,
    /// Of the rows before, in the same pass over the file.
    pub seen: &'a Seen,
    pub on_conflict: OnConflict,
    /// Whoever asked sees the specific categories.
    pub sees_all: bool,
    /// False while the file is only judged: then no row is built.
    pub write: bool,
    /// Nobody bore a number of these rows when the file was judged. Whoever claims one since makes the writing fail, and it is
    /// taken up anew without this.
    pub unclaimed: bool,
}

impl Planning<'_> {
    /// Whom the keyed indexes name.
    pub async fn bearers(&self, conn: &mut AsyncPgConnection, indexes: &[&[u8]]) -> Result<Bearers, Error> {
        if self.unclaimed { Ok(Bearers::new()) } else { load::find_bearers(conn, indexes).await }
    }

    pub fn stamp(&self) -> Stamp<'_> {
        Stamp { sealer: &self.keys.sealer, now: self.now }
    }

    /// Rows of a batch that is written hang on families that are held.
    pub fn hold<'a>(&self, persons: &'a [Uuid]) -> Hold<'a> {
        if self.write { Hold::WithThoseOf(persons) } else { Hold::No }
    }

    /// What is stored may be written anew. Whoever reads it for that holds it, or what somebody else changes meanwhile is lost.
    pub fn changes(&self) -> bool {
        self.write && self.on_conflict == OnConflict::Update
    }
}

/// What a batch comes to.
#[derive(Default)]
pub struct Plan {
    pub created: i64,
    pub updated: i64,
    /// There already, with all that the row says.
    pub unchanged: i64,
    pub skipped: i64,
    pub faults: Vec<FileFault>,
    /// Somebody bears a number of these rows already.
    pub claimed: bool,
    /// Rows to enter.
    pub new: Rows,
    /// Rows that take the place of those with the same keys.
    pub changed: Rows,
    /// Families that change as resources.
    pub touched: HashSet<Uuid>,
    pub directory: DirectoryRows,
    /// What changed in rows that were there.
    pub history: Vec<Loaded>,
    pub events: Vec<NewEvent>,
}

impl Plan {
    pub fn fault(&mut self, line: u64, column: &str, code: &'static str) {
        self.faults.push(FileFault::new(line, column, code));
    }

    /// The family that a row names, if there is one that still counts.
    pub fn family<'a>(
        &mut self,
        families: &'a Families,
        key: &FamilyKey,
        (line, column): (u64, &str),
    ) -> Option<&'a Place> {
        match families.get(key) {
            Some(place) if place.standing == Standing::Active => return Some(place),
            Some(_) => self.fault(line, column, "ended"),
            None => self.fault(line, column, "unknown_family"),
        }
        None
    }

    /// What changed between two documents of a person or a family.
    pub fn changed(&mut self, (kind, id): (&'static str, Uuid), family_id: Uuid, before: &Document, after: &Document) {
        let values = document::differences(before, after);
        self.history.push(Loaded { kind, id, family_id, values });
    }

    /// A row that is there already and is not to be changed.
    pub fn leave(&mut self, on_conflict: OnConflict, line: u64, column: &str) {
        match on_conflict {
            OnConflict::Fail => self.fault(line, column, "exists_already"),
            OnConflict::Skip | OnConflict::Update => self.skipped += 1,
        }
    }
}

/// A key that may stand once in a file: its column, what it is, and the fault of the second one.
pub struct Once {
    pub column: &'static str,
    pub key: Vec<u8>,
    pub code: &'static str,
}

pub trait Kind: 'static {
    type Row: Send + 'static;
    const KIND: ImportKind;

    /// `None` when the cells hold a fault.
    fn read(cells: &mut Cells<'_>, reading: &Reading<'_>) -> Option<Self::Row>;

    fn once(row: &Self::Row) -> Vec<Once>;

    fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, Self::Row)>,
    ) -> impl Future<Output = Result<Plan, Error>> + Send;
}
