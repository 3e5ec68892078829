//! What happened, for other systems: an outbox written with the change itself, and a feed in which a reader misses
//! nothing. Events carry ids, type, region, state and times, never personal data.

pub mod routes;
pub mod store;

use serde_json::Value;
use uuid::Uuid;

/// An event on its way into the outbox.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `<thing>.<what happened>`, for example `referral.accepted`.
    pub type_: String,
    pub subject_kind: &'static str,
    pub subject_id: Uuid,
    pub region_code: String,
    /// The organization that may read it besides the region.
    pub organization_id: Option<Uuid>,
    pub data: Value,
}
