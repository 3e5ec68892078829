//! Welfare status snapshots of families, and the comparison of two snapshots.

pub mod routes;
pub mod snapshots;
pub mod statuses;
pub(in crate::registry) mod store;
