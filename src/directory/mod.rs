//! Who can help, with what, where: organizations and their services. The public part needs no permission; a service
//! serves a region when its area contains it.

pub mod actions;
pub mod api;
pub mod model;
pub mod routes;
mod store;
