//! Proposals and disputes about the welfare registry (usul and sanggah): a desk never changes a ranking, it proposes and
//! disputes. The village deliberates, the agency verifies, the manager forwards, and the owner of the registry decides.

pub mod actions;
pub mod api;
mod batch;
mod content;
pub mod model;
mod outcome;
pub mod routes;
mod routes_actions;
mod routes_windows;
pub mod rules;
mod store;
pub mod transitions;
mod windows;
