//! Cache of the calendar and the targets: one copy per process, reloaded when the revision rises.

use std::sync::{Arc, PoisonError, RwLock};

use diesel_async::AsyncPgConnection;

use super::calendar::Calendar;
use super::store;
use super::targets::TargetRow;
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};

/// Calendar and targets at one revision.
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
    /// The current standards, as this transaction sees them.
    pub async fn latest(&self, conn: &AsyncPgConnection) -> Result<Arc<Standards>, Error> {
        // Read the revision first: if a table changes in between, the next call only loads it again.
        let revision = store::find_revision(conn).await?;
        let cached = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(standards) = cached.filter(|s| s.revision == revision) {
            return Ok(standards);
        }
        let everywhere = RegionScope::everything(Unscoped::ServiceStandards);
        let days = store::list_days(conn, &everywhere).await?;
        let targets = store::list_all_targets(conn, &everywhere).await?;
        let standards = Arc::new(Standards { revision, calendar: Calendar::new(days), targets });
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(standards.clone());
        tracing::debug!(revision, "holidays and targets loaded");
        Ok(standards)
    }
}
