//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[EventType::new("program.changed", "A programme or one of its rules changed")];
