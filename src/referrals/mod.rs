//! Referrals: from a desk to whoever can help, and back. Visible to the regions that own one and to its target
//! organization, and to nobody else; the target never sees a draft.

pub mod actions;
pub mod api;
mod batch;
pub mod bodies;
mod candidates;
mod client;
mod identity;
mod links;
pub mod model;
mod needs;
pub mod routes;
mod routes_actions;
mod routes_needs;
mod routing;
mod sides;
pub mod silence;
pub mod steps;
mod store;
pub mod subject;
pub mod transitions;
