//! Photos and papers on complaints, referrals and registry proposals. An attachment is visible exactly to whoever may see its parent, arrives in
//! pieces that survive a cut line and a killed process, and is shown only after its content proved to be what was said.

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
    tags: &[("Attachments", "Photos and papers on complaints, referrals and registry proposals.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    work: &[Work {
        name: "attachments",
        every: Duration::from_secs(60),
        run: |context| Box::pin(work::look_after(context)),
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
