//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("consent.recorded", "A consent or another lawful basis was recorded"),
    EventType::new("consent.withdrawn", "A consent was withdrawn"),
];
