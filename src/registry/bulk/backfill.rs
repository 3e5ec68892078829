//! Names of people who were entered before there was an index of names. What is entered now brings its own.

use crate::background::Context;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::registry::bulk::load::{self, Names};
use crate::registry::identity::store::names as name_store;

const AT_ONCE: i64 = 2000;

/// Harmless to repeat, and over at once where nothing is missing.
pub async fn index_names(context: &Context) -> Result<(), Error> {
    let mut conn = context.db.read().await?;
    loop {
        let rows =
            name_store::list_nameless(&mut conn, Unscoped::FollowUpOfScopedAction, crate::erased_text::ERASED, AT_ONCE)
                .await?;
        if rows.is_empty() {
            return Ok(());
        }
        load::insert_names(&mut conn, Names::of(&rows)).await?;
        tracing::info!(persons = rows.len(), "names indexed");
    }
}
