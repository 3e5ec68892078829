//! The rows of a stored file, batch by batch. Unpacking, parsing and validation run in a thread of their own while the previous
//! batch is written.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use actix_web::web::Bytes;
use chrono::NaiveDate;
use uuid::Uuid;

use super::cells::Cells;
use super::kind::{Kind, Reading};
use super::model::ImportFormat;
use super::reader::{FileFault, Reader, Record, Refused};
use crate::auth::keys::KeyRing;
use crate::db::Db;
use crate::error::Error;
use crate::jobs::files;

/// Rows of a batch: one transaction, well under a second.
const BATCH: usize = 5000;
/// Bytes to parse before checking whether the batch is full.
pub const READ_CHUNK: usize = 1024;
/// Maximum rows of a file. Limits the memory that finds duplicate numbers.
pub const MAX_RECORDS: u64 = 2_000_000;

/// A parsed row, or all its errors.
pub type Line<R> = Result<(u64, R), Vec<FileFault>>;

/// Why the reading stopped.
pub enum Broken {
    File(Vec<FileFault>),
    Service(Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

pub struct Batches<K: Kind> {
    db: Db,
    keys: Arc<KeyRing>,
    job_id: Uuid,
    next_piece: i32,
    /// `None` while a thread has it.
    scan: Option<Scan>,
    ended: bool,
    kind: std::marker::PhantomData<K>,
}

/// State that moves between threads.
struct Scan {
    reader: Reader,
    records: VecDeque<Result<Record, FileFault>>,
    /// The unread rest of the current piece.
    piece: Bytes,
    /// Hashes of unique keys, 8 bytes each.
    seen: HashSet<u64>,
    hasher: RandomState,
    keys: Arc<KeyRing>,
    today: NaiveDate,
    count: u64,
}

impl<K: Kind> Batches<K> {
    pub fn new(db: Db, keys: Arc<KeyRing>, job_id: Uuid, format: ImportFormat, today: NaiveDate) -> Self {
        let scan = Scan {
            reader: Reader::new(format, &K::KIND),
            records: VecDeque::new(),
            piece: Bytes::new(),
            seen: HashSet::new(),
            hasher: RandomState::new(),
            keys: keys.clone(),
            today,
            count: 0,
        };
        Self { db, keys, job_id, next_piece: 0, scan: Some(scan), ended: false, kind: std::marker::PhantomData }
    }

    /// The next rows in the order of the file; empty at its end.
    pub async fn next(&mut self) -> Result<Vec<Line<K::Row>>, Broken> {
        loop {
            let ended = self.ended;
            let lines = self.with_scan(move |scan| scan.read_on::<K>(ended)).await?;
            if let Some(lines) = lines {
                return Ok(lines);
            }
            let place = (self.job_id, files::INPUT, self.next_piece);
            let piece = files::get(&mut *self.db.read().await?, &self.keys.sealer, place).await?;
            self.next_piece += 1;
            self.ended = piece.is_none();
            self.with_scan(move |scan| scan.take(piece)).await?;
        }
    }

    async fn with_scan<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Scan) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Broken> {
        let missing = || Error::internal("the reader of the import is missing");
        let mut scan = self.scan.take().ok_or_else(missing)?;
        let (scan, outcome) = tokio::task::spawn_blocking(move || {
            let outcome = work(&mut scan);
            (scan, outcome)
        })
        .await
        .map_err(Error::internal)?;
        self.scan = Some(scan);
        outcome.map_err(|refused| Broken::File(refused.0))
    }
}

impl Scan {
    /// Takes the next piece of the file, or its end.
    fn take(&mut self, piece: Option<Bytes>) -> Result<(), Refused> {
        match piece {
            Some(piece) => {
                self.piece = piece;
                Ok(())
            }
            None => {
                let mut records = Vec::new();
                let outcome = self.reader.finish(&mut records);
                self.add(records)?;
                outcome
            }
        }
    }

    /// The next batch, or `None` if the current piece does not fill it. Parses in small chunks, because gzip may expand them.
    fn read_on<K: Kind>(&mut self, ended: bool) -> Result<Option<Vec<Line<K::Row>>>, Refused> {
        while self.records.len() < BATCH && !self.piece.is_empty() {
            let slice = self.piece.split_to(self.piece.len().min(READ_CHUNK));
            let mut records = Vec::new();
            let outcome = self.reader.feed(&slice, &mut records);
            self.add(records)?;
            outcome?;
        }
        Ok((self.records.len() >= BATCH || ended).then(|| self.lines::<K>()))
    }

    fn add(&mut self, records: Vec<Result<Record, FileFault>>) -> Result<(), Refused> {
        self.count += records.len() as u64;
        self.records.extend(records);
        if self.count > MAX_RECORDS {
            return Err(FileFault::new(self.count, "", "too_many_records").into());
        }
        Ok(())
    }

    fn lines<K: Kind>(&mut self) -> Vec<Line<K::Row>> {
        let batch = self.records.len().min(BATCH);
        let records: Vec<_> = self.records.drain(..batch).collect();
        records.into_iter().map(|record| self.line::<K>(record)).collect()
    }

    fn line<K: Kind>(&mut self, record: Result<Record, FileFault>) -> Line<K::Row> {
        let record = record.map_err(|fault| vec![fault])?;
        let keys = self.keys.clone();
        let reading = Reading { today: self.today, sealer: &keys.sealer };
        let mut cells = Cells::new(&record, K::KIND.columns());
        let row = K::read(&mut cells, &reading);
        if let Some(row) = &row {
            for key in K::unique_keys(row) {
                if !self.seen.insert(self.hasher.hash_one((key.column, &key.key))) {
                    cells.fault(key.column, key.code);
                }
            }
        }
        cells.finish()?;
        match row {
            Some(row) => Ok((record.line, row)),
            None => Err(vec![FileFault::new(record.line, "", "invalid")]),
        }
    }
}
