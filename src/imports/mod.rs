//! Bulk import and export. A file is stored before it is worked on, judged whole before a row is written, and read in memory
//! that does not grow with it; rows and position commit together, so that a kill neither loses nor doubles any.

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
pub mod problems;
pub mod reader;
pub mod routes;
pub mod routes_export;
pub mod run;
mod unpack;
pub mod upload;
mod welfare;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    tags: &[("Imports", "Files with many rows, in and out.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    jobs: &[run::RUNNER, export::RUNNER],
    ..Slice::new("imports")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue.codes::<model::ImportKind>("import-kinds")
}
