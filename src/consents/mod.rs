//! Why somebody's data may be used, and for what: consent and the other lawful bases of UU 27/2022. A withdrawal closes
//! its purpose on the person's own row, so that no reading has to ask for it.

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
