//! The welfare registry: families, their members, and what each registry source said of them at a time. A number that
//! identifies somebody stands sealed, is found by a keyed index, and is shown masked unless its opening is recorded.

pub mod actions;
pub mod answers;
pub mod api;
pub mod build;
pub mod bulk;
mod bulk_store;
pub mod correct;
pub mod create;
pub mod judge;
pub mod limits;
pub mod load;
pub mod model;
pub mod nik;
pub mod routes;
pub mod routes_persons;
pub mod routes_snapshots;
pub mod rows;
pub mod snapshots;
mod store;
pub mod welfare;
