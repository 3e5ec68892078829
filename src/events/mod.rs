//! Events for other systems: an outbox written in the transaction of the change, and a feed from which a reader misses nothing.
//! Events contain ids, type, region, state and times, never personal data.

pub mod order;
pub mod permissions;
pub mod routes;
pub mod sequencer;
pub mod store;

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Db;
use crate::error::Error;

const RETENTION: TimeDelta = TimeDelta::days(90);

/// A type of event, as its slice declares it.
#[derive(Debug, Clone, Copy)]
pub struct EventType {
    /// `<thing>.<what happened>`, for example `referral.accepted`.
    pub name: &'static str,
    /// What happened.
    pub about: &'static str,
}

static ALL: OnceLock<Vec<EventType>> = OnceLock::new();

impl EventType {
    pub const fn new(name: &'static str, about: &'static str) -> Self {
        Self { name, about }
    }

    /// Sets the types of the service. Called by the composition root; later calls change nothing.
    pub fn install(all: impl Iterator<Item = EventType>) {
        ALL.get_or_init(|| all.collect());
    }

    pub fn all() -> &'static [EventType] {
        ALL.get().map_or(&[], Vec::as_slice)
    }

    pub fn is_declared(name: &str) -> bool {
        Self::all().iter().any(|declared| declared.name == name)
    }
}

/// An event to add to the outbox.
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

/// Deletes events and changes past their retention. A cursor before the oldest stored change has expired.
pub async fn delete_expired(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    let mut conn = db.read().await?;
    let events = store::delete_before(&mut conn, now - RETENTION).await?;
    let changes = order::delete_before(&mut conn, now - RETENTION).await?;
    tracing::debug!(events, changes, "deleted expired events");
    Ok(())
}
