//! Referrals: from a desk to whoever can help, and back. Visible to the regions that own one and to its target
//! organization, and to nobody else; the target never sees a draft.

pub mod actions;
pub mod api;
mod candidates;
pub mod model;
pub mod routes;
mod routes_actions;
mod store;
pub mod transitions;
