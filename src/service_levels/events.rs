//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("complaint.sla_breached", "A deadline of a complaint passed"),
    EventType::new("complaint.escalated", "The escalation level of a complaint rose"),
];
