//! Identity of persons: NIK and family card numbers, names, duplicates and mergers.

pub mod duplicates;
pub mod identities;
pub mod mergers;
pub mod names;
pub mod nik;
pub mod routes;
pub mod search;
pub(in crate::registry) mod store;
