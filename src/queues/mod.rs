//! Work queues: what waits for whom, most urgent first. A view over the clocks of complaints that have not ended; it
//! never looks at those that have, so that a desk's queue costs the same after ten years.

pub mod actions;
pub mod api;
pub mod api_referrals;
mod referrals;
pub mod routes;
pub mod rules;
mod store;

use std::time::Duration;

use crate::background::Work;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    tags: &[("Work queues", "Open work, most urgent first.")],
    routes: routes::configure,
    work: &[Work {
        name: "tallies",
        every: Duration::from_secs(10),
        run: |context| Box::pin(actions::fold_tallies(context)),
    }],
    ..Slice::new("queues")
};
