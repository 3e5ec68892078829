//! The list of slices: the only place that names them all.

mod foundation;
pub mod permissions;

use std::sync::Once;

use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::Permission;
use crate::error::{Code, field_codes};
use crate::events::EventType;
use crate::jobs::model::JobKind;
use crate::jobs::run::Runner;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;
use crate::{
    attachments, complaints, consents, desks, directory, eligibility, imports, message_queue, messages, objections,
    proposals, purposes, queues, referrals, registry, rights, service_levels, sync,
};

/// In the order in which the contract lists their tags.
pub const SLICES: &[Slice] = &[
    foundation::AUTH,
    foundation::REGIONS,
    foundation::REFERENCE,
    registry::SLICE,
    proposals::SLICE,
    purposes::SLICE,
    consents::SLICE,
    rights::SLICE,
    eligibility::SLICE,
    objections::SLICE,
    directory::SLICE,
    complaints::SLICE,
    referrals::SLICE,
    imports::SLICE,
    attachments::SLICE,
    message_queue::SLICE,
    messages::SLICE,
    sync::SLICE,
    foundation::JOBS,
    service_levels::SLICE,
    desks::SLICE,
    queues::SLICE,
    foundation::EVENTS,
    foundation::AUDIT,
    foundation::IDEMPOTENCY,
    foundation::SERVICE,
];

/// Gives the modules below the slices what the slices declare. The first thing that any command and any test does.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        Permission::install(SLICES.iter().flat_map(|slice| slice.permissions).copied());
        Code::install(SLICES.iter().flat_map(|slice| slice.problems).copied());
        field_codes::install(SLICES.iter().flat_map(|slice| slice.fields).copied());
        EventType::install(SLICES.iter().flat_map(|slice| slice.events).copied());
        JobKind::install(SLICES.iter().flat_map(|slice| slice.jobs).map(|runner| runner.kind));
    });
}

pub fn routes(config: &mut ServiceConfig) {
    for slice in SLICES {
        (slice.routes)(config);
    }
}

/// Schemas of the contract that only parameters use.
pub fn schemas() -> Vec<(String, Value)> {
    SLICES.iter().flat_map(|slice| (slice.schemas)()).collect()
}

/// Every code list and state machine.
pub fn catalogue() -> Catalogue {
    SLICES.iter().fold(Catalogue::default(), |catalogue, slice| (slice.codes)(catalogue))
}

pub fn runners() -> Vec<Runner> {
    SLICES.iter().flat_map(|slice| slice.jobs).copied().collect()
}
