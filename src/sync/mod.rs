//! Offline synchronization. Operations that a tablet recorded offline are applied in order, each once, by the use cases of the
//! endpoints. An operation that would overwrite a newer version is returned as a conflict with both sides. A tablet reads the
//! changes in its villages, and learns which resources are no longer its own.

pub mod actions;
pub mod api;
mod apply;
mod bundle;
mod canonical;
mod changes;
pub mod model;
pub mod routes;
mod routes_devices;
mod routes_visits;
mod store;
pub mod subject;
pub mod visits;
