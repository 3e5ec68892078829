//! Objections to an eligibility result: each becomes a complaint of the class `enrolment` that carries the result as evidence.

pub mod actions;
pub mod api;
pub mod model;
pub mod routes;
mod store;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice { routes: routes::configure, codes, ..Slice::new("objections") };

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue.codes::<model::ObjectionKind>("objection-kinds")
}
