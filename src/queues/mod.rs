//! Work queues: what waits for whom, most urgent first. A view over the clocks of complaints that have not ended; it
//! never looks at those that have, so that a desk's queue costs the same after ten years.

pub mod actions;
pub mod api;
pub mod api_referrals;
mod referrals;
pub mod routes;
pub mod rules;
mod store;
