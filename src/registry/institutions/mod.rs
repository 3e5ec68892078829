//! Residence in an institution: stays, and counts on a map.

pub mod residences;
pub mod routes;
pub(in crate::registry) mod store;
