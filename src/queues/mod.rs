//! Work queues: complaints and referrals that wait for an action, most urgent first. The complaint queue reads only the
//! clocks of open complaints, so that its cost does not grow with the number of ended ones.

pub mod actions;
pub mod api;
pub mod api_referrals;
mod referrals;
pub mod routes;
pub mod rules;
mod store;

use std::time::Duration;

use crate::background::Work;
use crate::slice::{Slice, schema, schema_as};

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    schemas: || vec![schema::<api::WorkOrder>(), schema_as::<rules::Side>("ReferralQueueSide")],
    tags: &[("Work queues", "Open work, most urgent first.")],
    routes: routes::configure,
    work: &[Work {
        name: "tallies",
        every: Duration::from_secs(10),
        run: |context| Box::pin(actions::compact_tallies(context)),
    }],
    ..Slice::new("queues")
};
