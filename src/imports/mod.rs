//! Bulk import and export. A file is stored first, then validated as a whole, then written. Memory use does not grow with the
//! file. The rows and the position commit in one transaction, so a crash neither loses nor duplicates rows.

pub mod actions;
pub mod api;
mod batches;
mod cells;
pub mod columns;
mod directory;
pub mod download;
mod dwellings;
pub mod export;
mod export_rows;
mod families;
mod kind;
pub mod model;
mod persons;
pub mod reader;
pub mod routes;
pub mod routes_export;
pub mod run;
mod unpack;
pub mod upload;
mod welfare;
