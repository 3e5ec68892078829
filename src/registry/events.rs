//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("family.created", "A family was entered"),
    EventType::new("family.updated", "A family was changed"),
    EventType::new("family.closed", "A family was closed"),
    EventType::new("family.reopened", "A closed family was reopened"),
    EventType::new("family.split", "A family was split"),
    EventType::new("family.merged", "A family was merged into another"),
    EventType::new("person.created", "A person was entered"),
    EventType::new("person.updated", "A person was changed"),
    EventType::new("person.moved", "A person moved to another family"),
    EventType::new("person.died", "The death of a person was recorded"),
    EventType::new("person.removed", "A person was removed"),
    EventType::new("person.reinstated", "A removal or death was undone"),
    EventType::new("person.merged", "A record was merged into another record of the same person"),
    EventType::new("person.unmerged", "A merger was undone"),
    EventType::new("welfare_status.changed", "The decile of a family changed"),
];
