//! Lawful bases for using the data of a person or family: consent and the other bases of UU 27/2022. A withdrawal closes its purpose
//! on the person's own row, so a read needs no query for consents.

pub mod actions;
pub mod api;
pub mod events;
pub mod model;
pub mod problems;
pub mod routes;
mod store;
pub mod transitions;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[("Consents", "Consent and other lawful bases for the use of personal data, by purpose.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    ..Slice::new("consents")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::ConsentAction>("consent-actions")
        .codes::<model::ConsentMethod>("consent-methods")
        .codes::<model::ConsentGiver>("consent-givers")
        .machine("consent-states", transitions::EDGES)
}
