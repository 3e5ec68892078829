//! The welfare registry: families, their members, and what each registry source said of them at a time. A number that
//! identifies somebody stands sealed, is found by a keyed index, and is shown masked unless its opening is recorded.

pub mod actions;
pub mod answers;
pub mod api;
pub mod api_changes;
pub mod backfill;
pub mod build;
pub mod bulk;
mod change;
pub mod correct;
pub mod create;
mod document;
pub mod duplicates;
mod endings;
pub mod history;
mod holdings;
mod identities;
pub mod judge;
pub mod listing;
mod mergers;
pub mod model;
mod moves;
pub mod names;
pub mod nik;
pub mod residences;
pub mod routes;
pub mod routes_changes;
pub mod routes_lists;
pub mod routes_persons;
pub mod routes_residences;
pub mod routes_search;
pub mod rows;
pub mod search;
mod store;
pub mod subject;
pub mod welfare;
