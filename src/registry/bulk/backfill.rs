//! Fills the name index for persons that have no entries in it, such as those registered before the index existed.

use crate::background::Context;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::registry::bulk::load::{self, Names};
use crate::registry::identity::store::names as name_store;

const BATCH_SIZE: i64 = 2000;

/// Idempotent; returns at once if no entry is missing.
pub async fn index_names(context: &Context) -> Result<(), Error> {
    let mut conn = context.db.read().await?;
    loop {
        let rows = name_store::list_nameless(
            &mut conn,
            Unscoped::FollowUpOfScopedAction,
            crate::erased_text::ERASED,
            BATCH_SIZE,
        )
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        load::insert_names(&mut conn, Names::of(&rows)).await?;
        tracing::info!(persons = rows.len(), "names indexed");
    }
}
