//! Names of people who were entered before there was an index of names. What is entered now brings its own.

use super::load::{self, Names};
use super::store;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::worker::Worker;

const AT_ONCE: i64 = 2000;

/// Harmless to repeat, and over at once where nothing is missing.
pub async fn index_names(worker: &Worker) -> Result<(), Error> {
    let mut conn = worker.db.read().await?;
    loop {
        let rows =
            store::list_nameless(&mut conn, Unscoped::FollowUpOfScopedAction, super::erase::ERASED, AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(());
        }
        load::insert_names(&mut conn, Names::of(&rows)).await?;
        tracing::info!(persons = rows.len(), "names indexed");
    }
}
