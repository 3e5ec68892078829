//! What background work needs, and how a slice declares its own. The table of all work is made by `worker`, above the slices.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use crate::auth::keys::Keys;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::resources::Resources;
use crate::transaction::TxContext;

/// One kind of work, run in a loop of its own, so that a long run of one kind does not delay another. Several processes run it at
/// the same time: it locks its rows with `for update skip locked`, or is harmless to repeat.
#[derive(Debug)]
pub struct Work {
    /// Label in metrics and in the log.
    pub name: &'static str,
    /// Pause between two runs.
    pub every: Duration,
    pub run: for<'a> fn(&'a Context) -> LocalBoxFuture<'a, Result<(), Error>>,
}

/// Shared by all background work of a process.
#[derive(Clone)]
pub struct Context {
    pub db: Db,
    /// One connection for the sequencer: it must not wait for other work.
    pub sequencer_db: Db,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub resources: Resources,
}

impl Context {
    /// For a transaction in the service's own name.
    pub fn tx_context(&self) -> TxContext {
        TxContext::system(self.clock.clone(), self.keys.ring(), self.resources.clone())
    }
}
