//! The directory: organizations, their services, and the regions that each service covers. Public reads need no permission. The
//! location of a safe house is confidential: only its own staff and callers with `cases:restricted` for its region see it.

pub mod actions;
pub mod api;
pub mod defaults;
pub mod events;
pub mod load;
pub mod model;
pub mod permissions;
pub mod places;
pub mod problems;
pub mod routes;
mod routes_defaults;
mod store;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[("Directory", "Organizations and services, and the regions they serve.")],
    routes: routes::configure,
    codes,
    permissions: permissions::ALL,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    work: &[Work {
        name: "held places",
        every: Duration::from_secs(60),
        run: |context| Box::pin(places::free_expired(context)),
    }],
    ..Slice::new("directory")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::Sector>("sectors")
        .codes::<model::OrganizationKind>("organization-kinds")
        .codes::<model::GovernmentLevel>("government-levels")
}
