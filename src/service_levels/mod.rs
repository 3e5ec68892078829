//! Service levels: by when a complaint must have a first answer and a decision, counted in working days on the official
//! calendar of its region. Deadlines are data: holidays and targets can be changed by a region for itself.

pub mod actions;
pub mod api;
pub mod cache;
pub mod calendar;
mod clocks;
pub mod filter;
pub mod model;
mod reference;
pub mod routes;
pub mod rules;
mod store;
pub mod targets;
