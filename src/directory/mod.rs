//! The directory: organizations, their services, and the regions that each service covers. Public reads need no permission. The
//! location of a safe house is confidential: only its own staff and callers with `cases:restricted` for its region see it.

pub mod actions;
pub mod api;
pub mod defaults;
pub mod load;
pub mod model;
pub mod places;
pub mod routes;
mod routes_defaults;
mod store;
