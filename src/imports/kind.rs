//! What each kind of row defines. A row is parsed without the database, then validated against it together with its batch: once
//! to validate the whole file, and again in the transaction that writes.

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
use crate::registry::people::build::{RowContext, Rows};
use crate::registry::people::document::{self, Document};
use crate::registry::people::history::ImportedChange;

/// Context for parsing a row.
pub struct Reading<'a> {
    pub today: NaiveDate,
    pub sealer: &'a Sealer,
}

/// Keys that must be unique in the whole file but are known only after a look-up in the registry, for example one family named
/// once by its id and once by its family card. Stores an 8-byte hash for each key.
#[derive(Default)]
pub struct Seen {
    hashes: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

impl Seen {
    /// True if the key has not been seen before.
    pub fn insert(&self, what: impl Hash) -> bool {
        let hash = self.hasher.hash_one(what);
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).insert(hash)
    }
}

/// Context for planning a batch.
pub struct Planning<'a> {
    pub scope: &'a RegionScope,
    pub keys: &'a KeyRing,
    pub now: DateTime<Utc>,
    /// Keys of earlier rows in the same pass over the file.
    pub seen: &'a Seen,
    pub on_conflict: OnConflict,
    /// The caller may see the restricted categories.
    pub sees_all: bool,
    /// False while the file is only validated: then no row is built.
    pub write: bool,
    /// No number of these rows was in use when the file was validated, so the look-up is skipped. If a number is taken in the
    /// meantime, the unique index makes the write fail, and the job is retried with the look-up.
    pub numbers_unused: bool,
}

impl Planning<'_> {
    /// The holders of the numbers with these keyed indexes.
    pub async fn number_holders(&self, conn: &mut AsyncPgConnection, indexes: &[&[u8]]) -> Result<Bearers, Error> {
        if self.numbers_unused { Ok(Bearers::new()) } else { load::find_nik_holders(conn, indexes).await }
    }

    pub fn stamp(&self) -> RowContext<'_> {
        RowContext { sealer: &self.keys.sealer, now: self.now }
    }

    /// Locks the families of the rows when the batch is written.
    pub fn lock<'a>(&self, persons: &'a [Uuid]) -> Hold<'a> {
        if self.write { Hold::WithThoseOf(persons) } else { Hold::No }
    }

    /// True if stored rows may be updated. They must be read with a lock, or concurrent changes are lost.
    pub fn updates_stored(&self) -> bool {
        self.write && self.on_conflict == OnConflict::Update
    }
}

/// Result of planning a batch.
#[derive(Default)]
pub struct Plan {
    pub created: i64,
    pub updated: i64,
    /// Rows that exist already with the same values.
    pub unchanged: i64,
    pub skipped: i64,
    pub faults: Vec<FileFault>,
    /// At least one number of these rows is already in use.
    pub numbers_in_use: bool,
    /// Rows to insert.
    pub new: Rows,
    /// Rows that replace those with the same keys.
    pub changed: Rows,
    /// Families whose version increases.
    pub touched: HashSet<Uuid>,
    pub directory: DirectoryRows,
    /// Changes to existing rows, for the history.
    pub history: Vec<ImportedChange>,
    pub events: Vec<NewEvent>,
}

impl Plan {
    pub fn fault(&mut self, line: u64, column: &str, code: &'static str) {
        self.faults.push(FileFault::new(line, column, code));
    }

    /// The family that a row names, if it is active.
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

    /// Records the differences between two documents of a person or a family.
    pub fn changed(&mut self, (kind, id): (&'static str, Uuid), family_id: Uuid, before: &Document, after: &Document) {
        let values = document::differences(before, after);
        self.history.push(ImportedChange { kind, id, family_id, values });
    }

    /// Handles an existing row that is not updated.
    pub fn skip_existing(&mut self, on_conflict: OnConflict, line: u64, column: &str) {
        match on_conflict {
            OnConflict::Fail => self.fault(line, column, "exists_already"),
            OnConflict::Skip | OnConflict::Update => self.skipped += 1,
        }
    }
}

/// A key that must be unique in a file: its column, its value, and the fault code of a duplicate.
pub struct UniqueKey {
    pub column: &'static str,
    pub key: Vec<u8>,
    pub code: &'static str,
}

pub trait Kind: 'static {
    type Row: Send + 'static;
    const KIND: ImportKind;

    /// Returns `None` when a cell is invalid.
    fn read(cells: &mut Cells<'_>, reading: &Reading<'_>) -> Option<Self::Row>;

    fn unique_keys(row: &Self::Row) -> Vec<UniqueKey>;

    fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, Self::Row)>,
    ) -> impl Future<Output = Result<Plan, Error>> + Send;
}
