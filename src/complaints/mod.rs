//! Complaints, from submission to closure. The table in `transitions` is the only place that defines the allowed state
//! changes.

pub mod actions;
pub mod api;
pub mod api_lists;
mod assign;
pub mod background;
mod batch;
pub mod bodies;
mod circumstances;
pub mod events;
pub mod follow_ups;
pub mod model;
pub mod notes;
mod notifications;
pub mod permissions;
pub mod problems;
mod read;
pub mod reference_no;
pub mod routes;
mod routes_actions;
pub mod routes_follow_ups;
mod routes_notes;
mod routes_steps;
mod routes_terms;
mod similar;
pub mod steps;
mod store;
pub mod subject;
mod submit;
pub mod terms;
pub mod transitions;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[
        ("Complaints", "From submission to closure."),
        ("Follow-up", "For reporters: follow a complaint with its number and code."),
    ],
    routes: routes::configure,
    codes,
    permissions: permissions::ALL,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    work: &[
        Work {
            name: "complaints",
            every: Duration::from_secs(60),
            run: |context| Box::pin(background::run_due(context)),
        },
        Work {
            name: "follow-up quota",
            every: Duration::from_secs(600),
            run: |context| Box::pin(routes_follow_ups::sweep_quota(context)),
        },
    ],
    ..Slice::new("complaints")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::ComplaintClass>("complaint-classes")
        .codes::<model::ComplaintPriority>("complaint-priorities")
        .codes::<model::ComplaintChannel>("complaint-channels")
        .codes::<model::ComplaintAction>("complaint-actions")
        .codes::<model::ComplaintDecision>("complaint-decisions")
        .codes::<model::ComplaintRejectionReason>("complaint-rejection-reasons")
        .codes::<model::NoteVisibility>("note-visibilities")
        .codes::<model::Vulnerability>("vulnerabilities")
        .codes::<model::DuplicateReason>("duplicate-reasons")
        .machine("complaint-states", transitions::EDGES)
}
