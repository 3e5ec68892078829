//! Welfare status snapshots of families, and comparison of two rankings.

pub mod routes;
pub mod snapshots;
pub mod statuses;
pub(in crate::registry) mod store;
