//! Work that no request waits for. Several processes may do it at once: each piece claims its rows
//! (`for update skip locked`) or is harmless to repeat. A slice that has such work adds a row to `WORK`.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::LocalBoxFuture;

use crate::app::Shared;
use crate::db::Db;
use crate::error::Error;
use crate::jobs::model::JobKind;
use crate::jobs::run::Runner;
use crate::telemetry;
use crate::transaction::Setting;
use crate::{
    complaints, directory, eligibility, events, idempotency, jobs, queues, referrals, registry, service_levels,
};

/// Connections for all background work of a process.
const CONNECTIONS: usize = 4;
const WAIT: Duration = Duration::from_secs(30);
const EVENTS_KEPT: TimeDelta = TimeDelta::days(90);

/// One kind of work, in a loop of its own: a long piece of one kind holds no other up.
struct Work {
    name: &'static str,
    every: Duration,
    run: for<'a> fn(&'a Worker) -> LocalBoxFuture<'a, Result<(), Error>>,
}

const WORK: &[Work] = &[
    Work { name: "keys", every: Duration::from_secs(5), run: |worker| Box::pin(follow_keys(worker)) },
    Work {
        name: "messages",
        every: Duration::from_secs(2),
        run: |worker| Box::pin(crate::messages::work::send_due(worker)),
    },
    Work {
        name: "old messages",
        every: Duration::from_secs(3600),
        run: |worker| Box::pin(crate::messages::work::forget(worker)),
    },
    Work {
        name: "attachments",
        every: Duration::from_secs(60),
        run: |worker| Box::pin(crate::attachments::work::look_after(worker)),
    },
    Work {
        name: "service-levels",
        every: Duration::from_secs(30),
        run: |worker| Box::pin(service_levels::actions::look_at_due(worker)),
    },
    // Two lanes: a long job does not hold a short one up.
    Work { name: "jobs", every: Duration::from_secs(1), run: |worker| Box::pin(jobs::run::run_due(worker)) },
    Work { name: "more jobs", every: Duration::from_secs(1), run: |worker| Box::pin(jobs::run::run_due(worker)) },
    Work {
        name: "names",
        every: Duration::from_secs(3600),
        run: |worker| Box::pin(registry::backfill::index_names(worker)),
    },
    Work {
        name: "complaints",
        every: Duration::from_secs(60),
        run: |worker| Box::pin(complaints::background::run_due(worker)),
    },
    Work {
        name: "tallies",
        every: Duration::from_secs(10),
        run: |worker| Box::pin(queues::actions::fold_tallies(worker)),
    },
    Work { name: "clean-up", every: Duration::from_secs(600), run: |worker| Box::pin(clean_up(worker)) },
    Work {
        name: "silent targets",
        every: Duration::from_secs(300),
        run: |worker| Box::pin(referrals::silence::follow_up(worker)),
    },
    Work {
        name: "held places",
        every: Duration::from_secs(60),
        run: |worker| Box::pin(directory::places::free_expired(worker)),
    },
];

/// How each kind of job is done. A slice that has jobs adds a row.
pub const RUNNERS: &[Runner] = &[
    crate::imports::run::RUNNER,
    crate::imports::export::RUNNER,
    crate::registry::snapshots::RUNNER,
    Runner { kind: JobKind::EligibilityRun, run: |run| Box::pin(eligibility::run::work(run)) },
    Runner { kind: JobKind::RuleTrial, run: |run| Box::pin(eligibility::trial::work(run)) },
];

/// What background work stands on.
#[derive(Clone)]
pub struct Worker {
    pub db: Db,
    pub shared: Arc<Shared>,
    pub runners: &'static [Runner],
}

impl Worker {
    pub fn new(shared: Arc<Shared>, url: &str) -> Result<Self, Error> {
        Ok(Self { db: Db::new(url, CONNECTIONS, WAIT)?, shared, runners: RUNNERS })
    }

    /// For a transaction in the service's own name.
    pub fn setting(&self) -> Setting {
        let shared = &self.shared;
        Setting {
            service_levels: Arc::clone(&shared.service_levels),
            ..Setting::of_system((**shared.clock).clone(), shared.tokens.keys().ring(), Arc::clone(&shared.programs))
        }
    }

    /// All work until the process ends. A piece that fails is tried again at its next turn.
    pub async fn run(self) {
        let loops = WORK.iter().map(|work| async {
            loop {
                self.turn(work).await;
                tokio::time::sleep(work.every).await;
            }
        });
        futures_util::future::join_all(loops).await;
    }

    async fn turn(&self, work: &Work) {
        let span = |trace_id: &str| tracing::error_span!("work", work = work.name, trace_id);
        telemetry::in_trace(span, self.take_turn(work)).await;
    }

    async fn take_turn(&self, work: &Work) {
        match (work.run)(self).await {
            Ok(()) => self.shared.metrics.work_succeeded(work.name, self.shared.clock.now()),
            Err(error) => {
                self.shared.metrics.work_failed(work.name);
                tracing::warn!(%error, "background work failed and will be tried again");
            }
        }
    }

    /// Every kind of work once, one after the other: for tests, which move the clock themselves.
    pub async fn run_once(&self) -> Result<(), Error> {
        for work in WORK {
            (work.run)(self).await?;
        }
        Ok(())
    }
}

async fn follow_keys(worker: &Worker) -> Result<(), Error> {
    worker.shared.tokens.refresh_keys(worker.shared.clock.now()).await;
    Ok(())
}

async fn clean_up(worker: &Worker) -> Result<(), Error> {
    worker.shared.limiter.sweep();
    worker.shared.follow_ups.0.sweep();
    let now = worker.shared.clock.now();
    let mut conn = worker.db.read().await?;
    let keys = idempotency::delete_before(&mut conn, now - idempotency::KEPT).await?;
    let old = events::store::delete_before(&mut conn, now - EVENTS_KEPT).await?;
    drop(conn);
    let jobs = jobs::run::clean_up(worker).await?;
    tracing::debug!(keys, events = old, jobs, "cleaned up");
    Ok(())
}
