//! Service levels: deadlines for the first response and the decision of a complaint, in working days of the official calendar of its
//! region. Holidays and targets are data that a region can change for itself.

pub mod actions;
pub mod api;
pub mod cache;
pub mod calendar;
mod clocks;
pub mod events;
pub mod filter;
pub mod matter;
pub mod model;
pub mod problems;
mod reference;
pub mod routes;
pub mod rules;
mod store;
pub mod targets;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::{Slice, schema};

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    schemas: || vec![schema::<model::SlaFilter>()],
    tags: &[("Service levels", "Deadlines in working days: calendar and targets.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    events: events::EVENTS,
    work: &[Work {
        name: "service-levels",
        every: Duration::from_secs(30),
        run: |context| Box::pin(actions::check_due_clocks(context)),
    }],
    ..Slice::new("service_levels")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::HolidayKind>("holiday-kinds")
        .codes::<model::HolidayConfidence>("holiday-confidences")
        .codes::<model::CalendarBasis>("calendar-bases")
        .codes::<model::ServiceLevelKind>("service-level-kinds")
        .codes::<model::TargetConfidence>("target-confidences")
        .codes::<model::SlaState>("sla-states")
}
