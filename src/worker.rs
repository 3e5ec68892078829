//! Runs the background work of all slices. Several processes may do so at the same time: see `background::Work`.

use std::sync::Arc;

use crate::app::Shared;
use crate::background::{Context, Work};
use crate::error::Error;
use crate::metrics::Metrics;
use crate::slices::SLICES;
use crate::telemetry;

pub struct Worker {
    pub context: Context,
    metrics: Arc<Metrics>,
}

fn all_work() -> impl Iterator<Item = &'static Work> {
    SLICES.iter().flat_map(|slice| slice.work)
}

impl Worker {
    pub fn new(shared: &Shared) -> Result<Self, Error> {
        Ok(Self { context: shared.background()?, metrics: shared.metrics.clone().into_inner() })
    }

    /// Runs all work until the process ends. Work that fails runs again at its next turn.
    pub async fn run(self) {
        let loops = all_work().map(|work| async {
            loop {
                self.turn(work).await;
                tokio::time::sleep(work.every).await;
            }
        });
        futures_util::future::join_all(loops).await;
    }

    async fn turn(&self, work: &Work) {
        let span = |trace_id: &str| tracing::error_span!("work", work = work.name, trace_id);
        telemetry::in_trace(span, async {
            match (work.run)(&self.context).await {
                Ok(()) => self.metrics.work_succeeded(work.name, self.context.clock.now()),
                Err(error) => {
                    self.metrics.work_failed(work.name);
                    tracing::warn!(%error, "background work failed; it runs again at its next turn");
                }
            }
        })
        .await;
    }

    /// Runs each kind of work once, in order: for tests, which set the clock themselves.
    pub async fn run_once(&self) -> Result<(), Error> {
        for work in all_work() {
            (work.run)(&self.context).await?;
        }
        Ok(())
    }
}
