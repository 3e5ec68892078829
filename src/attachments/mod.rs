//! Photos and documents attached to complaints, referrals and registry proposals. Access to an attachment follows its parent.
//! The content arrives in chunks, so an upload survives a lost connection or a killed process, and it is shown only after it
//! has been validated.

pub mod actions;
pub mod api;
pub mod config;
mod content;
pub mod events;
mod images;
mod links;
pub mod model;
mod parents;
pub mod problems;
pub mod routes;
mod routes_of_parents;
mod routes_upload;
pub mod storage;
mod store;
mod upload;
pub mod work;

use std::time::Duration;

use crate::background::Work;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[("Attachments", "Photos and papers on complaints, referrals and registry proposals.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    work: &[Work {
        name: "attachments",
        every: Duration::from_secs(60),
        run: |context| Box::pin(work::maintain(context)),
    }],
    ..Slice::new("attachments")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::AttachmentKind>("attachment-kinds")
        .codes::<model::AttachmentParentKind>("attachment-parent-kinds")
        .codes::<model::AttachmentStatus>("attachment-statuses")
        .codes::<model::AttachmentMediaType>("attachment-media-types")
}
