//! Desks, who works there, and which village is covered by whom. A desk belongs to an organization of the directory; an
//! officer is given no region that whoever enters them does not cover, and what a token then allows is what the client and
//! the officer's roles have in common.

pub mod actions;
pub mod api;
pub mod coverage;
pub mod model;
pub mod problems;
pub mod routes;
mod routes_coverage;
mod routes_staff;
pub mod staff;
pub mod staff_api;
mod store;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    tags: &[("Desks", "Desks, the villages they serve, and coverage."), ("Staff", "Officers and their roles.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    ..Slice::new("desks")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::DeskKind>("desk-kinds")
        .codes::<model::FieldDuty>("field-duties")
        .codes::<model::CoverageGap>("coverage-gaps")
}
