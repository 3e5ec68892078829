//! Service levels: deadlines for the first response and the decision of a complaint, in working days of the official calendar of its
//! region. Holidays and targets are data that a region can change for itself.

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
