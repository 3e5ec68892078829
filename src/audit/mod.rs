//! The audit trail: one row for every mutation and every reveal, written in the transaction it tells of. It names ids,
//! never people.

pub mod access;
pub mod permissions;
pub mod routes;
pub mod store;
