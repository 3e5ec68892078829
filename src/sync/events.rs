//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[EventType::new("visit.created", "A visit was recorded")];
