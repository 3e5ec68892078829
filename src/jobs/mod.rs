//! Background jobs: work that takes longer than a request may. A job belongs to a client and to regions. A worker holds a job
//! by a lease that it renews, and works in short transactions that also store the job's position, so it can be killed at any
//! time.

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
