//! Eligibility checks: which programmes a family or person is likely eligible for, and why. Rules are data; results are three-valued and
//! always advice.

pub mod actions;
pub mod answer;
pub mod api;
pub mod api_many;
pub mod api_programs;
mod batch;
pub mod cache;
pub mod derive;
pub mod evaluate;
pub mod events;
mod explain;
pub mod facts;
pub mod model;
mod pages;
pub mod permissions;
pub mod problems;
mod programs;
mod reference;
pub mod routes;
mod routes_programs;
pub mod rules;
pub mod run;
mod store;
pub mod trial;
mod values;
pub mod visibility;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[
        ("Eligibility", "Which programmes a family or person may get, and why."),
        ("Programmes", "The programmes and their rules, versioned by date."),
    ],
    routes: routes::configure,
    codes,
    permissions: permissions::ALL,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    jobs: &[run::RUNNER, trial::RUNNER],
    ..Slice::new("eligibility")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::EligibilityOutcome>("eligibility-outcomes")
        .codes::<model::EligibilityGap>("eligibility-gaps")
        .codes::<model::ClauseOutcome>("clause-outcomes")
        .codes::<rules::Confidence>("confidences")
        .codes::<rules::RecipientUnit>("recipient-units")
        .entries("facts", actions::fact_catalogue())
        .data("programs", "GET /v1/programs", include_str!("../../reference/programs.json"), "programs", &[])
}
