//! Work without a network: what a tablet recorded offline is applied in its order, each operation once, by the very actions
//! that the endpoints use; what would overwrite something newer comes back with both sides; and a tablet is given what
//! changed in its villages, and told what is no longer its own.

pub mod actions;
pub mod api;
mod apply;
mod bundle;
mod changes;
pub mod model;
pub mod routes;
mod routes_devices;
mod routes_visits;
mod store;
pub mod subject;
pub mod visits;
