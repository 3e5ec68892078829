//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("person.restricted", "Processing of a person was restricted"),
    EventType::new("person.restriction_lifted", "The restriction of a person ended"),
    EventType::new("person.erased", "The data of a person was erased"),
    EventType::new("person.exported", "A person was given a copy of their data"),
    EventType::new("subject_request.received", "A request of a data subject was received"),
    EventType::new("subject_request.fulfilled", "A request of a data subject was fulfilled"),
    EventType::new("subject_request.refused", "A request of a data subject was refused"),
    EventType::new("subject_request.withdrawn", "A request of a data subject was withdrawn"),
];
