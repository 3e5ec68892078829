//! Rights of data subjects (UU 27/2022): access to all stored data and to the records of who opened it, correction, restriction and
//! erasure. Each request has a deadline and an answer.

pub mod actions;
pub mod api;
mod erase;
pub mod events;
mod export;
mod html;
mod html_cases;
mod html_history;
mod html_page;
pub mod model;
pub mod problems;
pub mod routes;
mod routes_persons;
mod store;
pub mod transitions;

use crate::reference::catalogue::Catalogue;
use crate::slice::{Slice, schema};

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    schemas: || vec![schema::<api::ExportFormat>()],
    tags: &[(
        "Subject rights",
        "Rights of the data subject: a copy, the access records, correction, restriction, erasure.",
    )],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    ..Slice::new("rights")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::SubjectRequestKind>("subject-request-kinds")
        .codes::<model::SubjectRequestAction>("subject-request-actions")
        .codes::<model::SubjectRequestRefusalReason>("subject-request-refusal-reasons")
        .codes::<model::IdentityCheck>("identity-checks")
        .codes::<model::RestrictionReason>("restriction-reasons")
        .codes::<model::ErasureGround>("erasure-grounds")
        .machine("subject-request-states", transitions::EDGES)
}
