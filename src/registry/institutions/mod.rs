//! Residence in institutions: stays of persons, and the counts of the residence map.

pub mod residences;
pub mod routes;
pub(in crate::registry) mod store;
