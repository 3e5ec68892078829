//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("job.succeeded", "A job succeeded"),
    EventType::new("job.failed", "A job failed"),
    EventType::new("job.cancelled", "A job was cancelled"),
];
