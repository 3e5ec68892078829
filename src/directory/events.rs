//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("organization.changed", "An organization was created or changed"),
    EventType::new("organization.deactivated", "An organization was deactivated"),
    EventType::new("organization.reactivated", "An organization was reactivated"),
    EventType::new("service.changed", "A service was created or changed"),
    EventType::new("service.deactivated", "A service was deactivated"),
    EventType::new("service.reactivated", "A service was reactivated"),
];
