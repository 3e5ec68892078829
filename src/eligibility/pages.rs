//! Reads the families of a scope page by page, in order of village and id. The next page is read while the current one is evaluated, so
//! that the database and this process work in parallel.

use chrono::NaiveDate;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::db::Db;
use crate::error::Error;
use crate::regions::RegionScope;
use crate::registry::people::actions as registry;
use crate::registry::rows::Household;

/// Families per page; one page takes some tenths of a second.
const PAGE_SIZE: i64 = 1000;

pub struct Pages {
    db: Db,
    scope: RegionScope,
    on: NaiveDate,
    prefetched: JoinHandle<Result<Vec<Household>, Error>>,
}

/// The last family read: region code and id.
pub type Cursor = (String, Uuid);

impl Pages {
    pub fn new(db: &Db, scope: &RegionScope, on: NaiveDate, after: Option<Cursor>) -> Self {
        Self { prefetched: read(db, scope, on, after), db: db.clone(), scope: scope.clone(), on }
    }

    /// The next page; empty at the end. After an error, create a new `Pages`.
    pub async fn next(&mut self) -> Result<Vec<Household>, Error> {
        let homes = (&mut self.prefetched).await.map_err(Error::internal)??;
        if let Some(after) = cursor_after(&homes) {
            self.prefetched = read(&self.db, &self.scope, self.on, Some(after));
        }
        Ok(homes)
    }
}

/// The cursor after these families.
pub fn cursor_after(homes: &[Household]) -> Option<Cursor> {
    homes.last().map(|home| (home.family.region_code.clone(), home.family.id))
}

/// Reads in its own task, which finishes even if its handle is dropped.
fn read(
    db: &Db,
    scope: &RegionScope,
    on: NaiveDate,
    after: Option<Cursor>,
) -> JoinHandle<Result<Vec<Household>, Error>> {
    let (db, scope) = (db.clone(), scope.clone());
    tokio::task::spawn_local(async move {
        registry::next_households(&mut *db.read().await?, &scope, after.as_ref(), PAGE_SIZE, on).await
    })
}
