//! Proposals and disputes about the welfare registry (usul and sanggah): a desk never changes a ranking, it proposes and
//! disputes. The village deliberates, the agency verifies, the manager forwards, and the owner of the registry decides.

pub mod actions;
pub mod api;
mod batch;
mod content;
pub mod events;
pub mod model;
mod outcome;
pub mod problems;
pub mod routes;
mod routes_actions;
mod routes_windows;
pub mod rules;
mod store;
pub mod transitions;
mod windows;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[(
        "Registry proposals",
        "Proposals and disputes about the registry, their monthly window and their outcome.",
    )],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    ..Slice::new("proposals")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::RegistryProposalKind>("registry-proposal-kinds")
        .codes::<model::RegistryProposalAction>("registry-proposal-actions")
        .codes::<model::DeliberationDecision>("deliberation-decisions")
        .codes::<model::ProposalRefusalReason>("proposal-refusal-reasons")
        .codes::<model::ProposalEvidenceKind>("proposal-evidence-kinds")
        .machine("registry-proposal-states", transitions::EDGES)
}
