//! Events for other systems: an outbox written in the transaction of the change, and a feed from which a reader misses nothing.
//! Events contain ids, type, region, state and times, never personal data.

pub mod routes;
pub mod store;

use serde_json::Value;
use uuid::Uuid;

/// An event to be written to the outbox.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `<resource>.<what happened>`, for example `referral.accepted`.
    pub type_: String,
    pub subject_kind: &'static str,
    pub subject_id: Uuid,
    pub region_code: String,
    /// An organization that may read it in addition to the region.
    pub organization_id: Option<Uuid>,
    pub data: Value,
}
