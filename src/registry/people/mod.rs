//! Families and persons: creation, changes, moves, death and removal, and their history.

pub mod actions;
pub mod api;
pub mod api_changes;
pub mod build;
pub mod change;
pub mod correct;
pub mod create;
pub mod document;
pub mod history;
pub mod life_events;
pub mod listing;
pub mod moves;
pub mod participations;
pub mod responses;
pub mod routes;
pub mod routes_changes;
pub mod routes_lists;
pub mod routes_persons;
pub mod sets;
pub(in crate::registry) mod store;
pub mod validation;
pub mod viewer;
