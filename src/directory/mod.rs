//! Who can help, with what, where: organizations and their services. The public part needs no permission; a service
//! serves a region when its area contains it. Where a safe house stands is told to few.

pub mod actions;
pub mod api;
pub mod load;
pub mod model;
pub mod places;
pub mod routes;
mod store;
