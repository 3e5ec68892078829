//! The modules below the slices, described like slices. They cannot describe themselves: a slice's description names
//! permissions, jobs and events, which are declared here.

use std::time::Duration;

use crate::auth::Permission;
use crate::auth::roles::Role;
use crate::auth::tokens::Tokens;
use crate::background::{Context, Work};
use crate::error::Error;
use crate::events::sequencer::Sequencer;
use crate::http::rate_limit::Limiter;
use crate::regions::model::RegionKind;
use crate::slice::Slice;
use crate::{audit, auth, events, health, http, idempotency, jobs, reference, regions};

pub(super) const AUTH: Slice = Slice {
    examples: &[include_str!("../auth/examples.json")],
    tags: &[("Access", "Sign in, and the keys that verify tokens.")],
    routes: auth::routes::configure,
    codes: |catalogue| catalogue.codes::<Permission>("permissions").codes::<Role>("roles"),
    permissions: auth::permissions::ALL,
    problems: auth::problems::ALL,
    work: &[Work { name: "keys", every: Duration::from_secs(5), run: |context| Box::pin(refresh_keys(context)) }],
    ..Slice::new("auth")
};

pub(super) const REGIONS: Slice = Slice {
    examples: &[include_str!("../regions/examples.json")],
    tags: &[("Regions", "The 91,599 administrative regions.")],
    routes: regions::routes::configure,
    codes: |catalogue| catalogue.codes::<RegionKind>("region-kinds"),
    ..Slice::new("regions")
};

pub(super) const REFERENCE: Slice = Slice {
    examples: &[include_str!("../reference/examples.json")],
    tags: &[("Reference", "Code lists and state machines, with labels in Indonesian and English.")],
    routes: reference::routes::configure,
    ..Slice::new("reference")
};

pub(super) const JOBS: Slice = Slice {
    examples: &[include_str!("../jobs/examples.json")],
    tags: &[("Jobs", "Work that continues after its request was answered.")],
    routes: jobs::routes::configure,
    codes: |catalogue| {
        catalogue.codes::<jobs::model::JobKind>("job-kinds").machine("job-states", jobs::transitions::EDGES)
    },
    problems: jobs::problems::ALL,
    events: jobs::events::EVENTS,
    work: &[
        // Two lanes: a long job does not delay a short one.
        Work { name: "jobs", every: Duration::from_secs(1), run: |context| Box::pin(jobs::run::run_due(context)) },
        Work { name: "more jobs", every: Duration::from_secs(1), run: |context| Box::pin(jobs::run::run_due(context)) },
        Work {
            name: "old jobs",
            every: Duration::from_secs(600),
            run: |context| Box::pin(jobs::run::delete_expired(context)),
        },
    ],
    ..Slice::new("jobs")
};

pub(super) const EVENTS: Slice = Slice {
    examples: &[include_str!("../events/examples.json")],
    tags: &[("Events", "Changes of state, for other systems.")],
    routes: events::routes::configure,
    permissions: events::permissions::ALL,
    work: &[
        Work { name: "sequencer", every: Duration::from_millis(50), run: |context| Box::pin(sequence(context)) },
        Work {
            name: "old events",
            every: Duration::from_secs(600),
            run: |context| Box::pin(events::delete_expired(&context.db, context.clock.now())),
        },
    ],
    ..Slice::new("events")
};

pub(super) const AUDIT: Slice = Slice {
    examples: &[include_str!("../audit/examples.json")],
    tags: &[("Audit", "The audit trail: changes and reveals of personal data.")],
    routes: audit::routes::configure,
    permissions: audit::permissions::ALL,
    ..Slice::new("audit")
};

pub(super) const IDEMPOTENCY: Slice = Slice {
    work: &[Work {
        name: "idempotency keys",
        every: Duration::from_secs(600),
        run: |context| Box::pin(idempotency::delete_expired(&context.db, context.clock.now())),
    }],
    ..Slice::new("idempotency")
};

/// Health, the quota of each client, and the contract itself.
pub(super) const SERVICE: Slice = Slice {
    examples: &[include_str!("../examples.json"), include_str!("../http/examples.json")],
    tags: &[("Service", "Health of the service and its contract.")],
    routes: |config| {
        health::configure(config);
        config.service(http::contract::get_contract);
    },
    work: &[Work { name: "quota", every: Duration::from_secs(600), run: |context| Box::pin(sweep_quota(context)) }],
    ..Slice::new("service")
};

async fn sequence(context: &Context) -> Result<(), Error> {
    let sequencer = context.resources.get::<Sequencer>()?;
    sequencer.turn(&mut *context.sequencer_db.read().await?, context.clock.now()).await
}

async fn refresh_keys(context: &Context) -> Result<(), Error> {
    context.resources.get::<Tokens>()?.refresh_keys(context.clock.now()).await;
    Ok(())
}

/// Drops the quotas of clients that are gone.
async fn sweep_quota(context: &Context) -> Result<(), Error> {
    context.resources.get::<Limiter>()?.sweep();
    Ok(())
}
