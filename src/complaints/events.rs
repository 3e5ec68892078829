//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("complaint.submitted", "A complaint was submitted"),
    EventType::new("complaint.verified", "A complaint was verified"),
    EventType::new("complaint.received", "A complaint is back in state `received`"),
    EventType::new("complaint.awaiting_info", "The desk asked the reporter a question"),
    EventType::new("complaint.in_progress", "Work on a complaint started or continued"),
    EventType::new("complaint.pending_approval", "A recommendation waits for the decision"),
    EventType::new("complaint.referred", "A complaint was referred"),
    EventType::new("complaint.resolved", "A complaint was decided"),
    EventType::new("complaint.closed", "A complaint was closed"),
    EventType::new("complaint.rejected", "A complaint was rejected"),
    EventType::new("complaint.withdrawn", "The reporter withdrew a complaint"),
    EventType::new("complaint.duplicate", "A complaint was marked as a duplicate"),
    EventType::new("complaint.transferred", "A complaint was transferred to another region or agency"),
    EventType::new("complaint.appealed", "An appeal against the decision was submitted"),
    EventType::new("complaint.noted", "A note was added to a complaint"),
    EventType::new("complaint.assigned", "A complaint was assigned to an officer"),
];
