//! Referrals from a desk to an organization that can help, and the result. A referral is visible only to the regions
//! that own it and to its target organization. The target does not see drafts.

pub mod actions;
pub mod api;
mod batch;
pub mod bodies;
mod candidates;
mod client;
pub mod config;
pub mod decisions;
pub mod escalation;
pub mod events;
mod identity;
pub mod letters;
mod links;
pub mod model;
mod needs;
pub mod permissions;
pub mod problems;
pub mod routes;
mod routes_actions;
mod routes_needs;
mod routing;
mod sides;
pub mod steps;
mod store;
pub mod subject;
pub mod transitions;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::{Slice, schema};

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json"), include_str!("letters/examples.json")],
    schemas: || vec![schema::<model::ReferralDirection>()],
    tags: &[("Referrals", "From draft to the closed loop.")],
    routes: routes::configure,
    pages: letters::configure_page,
    codes,
    permissions: permissions::ALL,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    work: &[Work {
        name: "silent targets",
        every: Duration::from_secs(300),
        run: |context| Box::pin(escalation::follow_up(context)),
    }],
    ..Slice::new("referrals")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::ReferralAction>("referral-actions")
        .codes::<model::ReferralRejectionReason>("referral-rejection-reasons")
        .codes::<model::ReferralCancellationReason>("referral-cancellation-reasons")
        .codes::<model::ReferralHoldReason>("referral-hold-reasons")
        .codes::<model::ReferralFailureReason>("referral-failure-reasons")
        .codes::<model::ReferralErrorReason>("referral-error-reasons")
        .codes::<model::ReferralNeedState>("referral-need-states")
        .codes::<model::IdentityMatch>("identity-matches")
        .codes::<letters::model::LetterStatus>("letter-statuses")
        .codes::<model::ReferralOutcomeCode>("referral-outcomes")
        .machine("referral-states", transitions::EDGES)
}
