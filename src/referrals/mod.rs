//! Referrals: from a desk to whoever can help, and back. Visible to the regions that own one and to its target
//! organization, and to nobody else; the target never sees a draft.

pub mod actions;
pub mod api;
pub mod bodies;
mod candidates;
mod links;
pub mod model;
pub mod routes;
mod routes_actions;
mod routing;
mod sides;
mod steps;
mod store;
pub mod subject;
pub mod transitions;
