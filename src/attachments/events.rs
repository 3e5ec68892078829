//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("attachment.completed", "An upload was completed"),
    EventType::new("attachment.withdrawn", "An attachment was withdrawn"),
];
