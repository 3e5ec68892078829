//! Offline synchronization. Operations that a tablet recorded offline are applied in order, each once, by the use cases of the
//! endpoints. An operation that would overwrite a newer version is returned as a conflict with both sides. A tablet reads the
//! changes in its villages, and learns which resources are no longer its own.

pub mod actions;
pub mod api;
mod apply;
mod bundle;
mod changes;
pub mod events;
pub mod model;
pub mod problems;
pub mod routes;
mod routes_devices;
mod routes_visits;
mod store;
pub mod subject;
pub mod visits;

use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice {
    examples: &[include_str!("examples.json")],
    tags: &[("Sync", "Work without a network: tablets, their uploads and downloads, visits.")],
    routes: routes::configure,
    codes,
    problems: problems::ALL,
    fields: problems::FIELDS,
    events: events::EVENTS,
    ..Slice::new("sync")
};

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::SyncOperationKind>("sync-operation-kinds")
        .codes::<model::SyncItemKind>("sync-item-kinds")
        .codes::<model::VisitResult>("visit-results")
}
