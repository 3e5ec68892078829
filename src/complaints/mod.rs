//! Complaints: what people bring to a desk, from submission to closure. The table of edges in `transitions` is the only
//! place that knows what may follow what.

pub mod actions;
pub mod api;
pub mod api_lists;
mod assign;
pub mod background;
mod batch;
pub mod bodies;
mod circumstances;
pub mod follow_ups;
pub mod model;
pub mod notes;
mod read;
pub mod reference_no;
pub mod routes;
mod routes_actions;
pub mod routes_follow_ups;
mod routes_notes;
mod routes_steps;
mod routes_terms;
mod similar;
pub mod steps;
mod store;
pub mod subject;
mod submit;
mod telling;
pub mod terms;
pub mod transitions;
