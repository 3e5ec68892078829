//! The calendar and the targets, one copy for the process, renewed when the revision rises.

use std::sync::{Arc, PoisonError, RwLock};

use diesel_async::AsyncPgConnection;

use super::calendar::Calendar;
use super::store;
use super::targets::TargetRow;
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};

/// What deadlines are made from, at one revision.
#[derive(Debug)]
pub struct Standards {
    pub revision: i64,
    pub calendar: Calendar,
    pub targets: Vec<TargetRow>,
}

#[derive(Debug, Default)]
pub struct ServiceLevelCache {
    current: RwLock<Option<Arc<Standards>>>,
}

impl ServiceLevelCache {
    /// What holds now, as this transaction sees it.
    pub async fn latest(&self, conn: &AsyncPgConnection) -> Result<Arc<Standards>, Error> {
        // The revision is read first: were a table to change in between, the next check would only load again.
        let revision = store::find_revision(conn).await?;
        let held = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(standards) = held.filter(|s| s.revision == revision) {
            return Ok(standards);
        }
        let everywhere = RegionScope::everything(Unscoped::ServiceStandards);
        let days = store::list_days(conn, &everywhere).await?;
        let targets = store::list_all_targets(conn, &everywhere).await?;
        let read = Arc::new(Standards { revision, calendar: Calendar::new(days), targets });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        tracing::debug!(revision, "holidays and targets were read");
        Ok(read)
    }
}
