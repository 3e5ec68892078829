//! The audit trail: one row for every change and every reveal, written in the same transaction. It contains ids, no personal
//! data.

pub mod access;
pub mod permissions;
pub mod routes;
pub mod store;
