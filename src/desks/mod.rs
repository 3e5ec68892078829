//! Desks, officers, and the facilitators of each village. A desk belongs to an organization of the directory. An
//! administrator can give an officer only regions that the administrator's own token covers. A token for an officer has
//! the permissions and regions that client and officer have in common.

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
    examples: &[include_str!("examples.json")],
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
