//! Complaints: what people bring to a desk, from submission to closure. The table of edges in `transitions` is the only
//! place that knows what may follow what.

pub mod actions;
pub mod api;
mod batch;
pub mod model;
pub mod routes;
mod routes_actions;
mod store;
mod telling;
pub mod transitions;
