//! Work without a network: what a tablet recorded offline is applied in its order, each operation once, by the very actions
//! that the endpoints use; what would overwrite something newer comes back with both sides; and a tablet is given what
//! changed in its villages, and told what is no longer its own.

pub mod actions;
pub mod api;
mod apply;
mod bundle;
mod canonical;
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
