//! Notes to people: what a reporter is told at each visible step of a complaint. A note is queued with the change itself, put
//! into words and handed to a gateway by background work, and never sent twice by two processes. Who reported anonymously,
//! or left no telephone, is told nothing.

pub mod actions;
pub mod api;
mod gateway;
pub mod model;
pub mod routes;
mod routes_templates;
mod rules;
mod store;
pub mod work;

pub use gateway::Gateway;
pub use store::{MessageRow, insert};
