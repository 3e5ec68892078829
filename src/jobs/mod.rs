//! Work that takes longer than a request may. A job belongs to a client and to regions; a worker takes it for as long as it
//! renews its lease, works in short transactions that carry the job's position with them, and may be killed at any time.

pub mod actions;
pub mod api;
pub mod events;
pub mod files;
pub mod model;
pub mod problems;
pub mod routes;
pub mod run;
pub mod store;
pub mod transitions;
