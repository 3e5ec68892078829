//! Work that no request waits for: following the key file, forgetting what is past its keeping time. Several
//! processes may do it at once; each step is idempotent.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::app::Shared;
use crate::db::Db;
use crate::{events, idempotency};

const TICK: Duration = Duration::from_secs(5);
/// Ticks between two clean-ups.
const CLEAN_UP: u64 = 120;
const EVENTS_KEPT: TimeDelta = TimeDelta::days(90);

pub async fn run(shared: Arc<Shared>, url: String) {
    let Ok(db) = Db::new(&url, 1, TICK) else { return };
    let mut tick: u64 = 0;
    loop {
        shared.tokens.keys().refresh();
        if tick.is_multiple_of(CLEAN_UP) {
            shared.limiter.sweep();
            if let Err(error) = clean_up(&db, &shared).await {
                tracing::warn!(%error, "the clean-up failed and will be tried again");
            }
        }
        tick = tick.wrapping_add(1);
        tokio::time::sleep(TICK).await;
    }
}

async fn clean_up(db: &Db, shared: &Shared) -> Result<(), crate::error::Error> {
    let now = shared.clock.now();
    let mut conn = db.read().await?;
    let keys = idempotency::delete_before(&mut conn, now - idempotency::KEPT).await?;
    let old = events::store::delete_before(&mut conn, now - EVENTS_KEPT).await?;
    tracing::debug!(keys, events = old, "cleaned up");
    Ok(())
}
