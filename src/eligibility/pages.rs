//! The families of a scope a page at a time, in order of village and id. The next page is read while the present one is
//! being judged, so that the database and this process work at once.

use chrono::NaiveDate;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::db::Db;
use crate::error::Error;
use crate::regions::RegionScope;
use crate::registry::people::actions as registry;
use crate::registry::rows::Household;

/// Families a page: some tenths of a second.
const A_PAGE: i64 = 1000;

pub struct Pages {
    db: Db,
    scope: RegionScope,
    on: NaiveDate,
    ahead: JoinHandle<Result<Vec<Household>, Error>>,
}

/// The family after which to go on.
pub type Place = (String, Uuid);

impl Pages {
    pub fn new(db: &Db, scope: &RegionScope, on: NaiveDate, after: Option<Place>) -> Self {
        Self { ahead: read(db, scope, on, after), db: db.clone(), scope: scope.clone(), on }
    }

    /// Empty when there is none any more. What is asked again after a failure is for a new `Pages`.
    pub async fn next(&mut self) -> Result<Vec<Household>, Error> {
        let homes = (&mut self.ahead).await.map_err(Error::internal)??;
        if let Some(after) = place_of(&homes) {
            self.ahead = read(&self.db, &self.scope, self.on, Some(after));
        }
        Ok(homes)
    }
}

/// The place behind these families.
pub fn place_of(homes: &[Household]) -> Option<Place> {
    homes.last().map(|home| (home.family.region_code.clone(), home.family.id))
}

/// In a task of its own, which ends by itself when nobody waits for it any more.
fn read(
    db: &Db,
    scope: &RegionScope,
    on: NaiveDate,
    after: Option<Place>,
) -> JoinHandle<Result<Vec<Household>, Error>> {
    let (db, scope) = (db.clone(), scope.clone());
    tokio::task::spawn_local(async move {
        registry::next_households(&mut *db.read().await?, &scope, after.as_ref(), A_PAGE, on).await
    })
}
