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
pub mod problems;
pub mod reader;
pub mod routes;
pub mod routes_export;
pub mod run;
mod unpack;
pub mod upload;
mod welfare;

use crate::reference::catalogue::Catalogue;
use crate::slice::{Slice, schema};

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    schemas: || vec![schema::<model::OnConflict>(), schema::<model::OnFault>()],
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
