//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("registry_proposal.submitted", "A registry proposal was submitted"),
    EventType::new("registry_proposal.village_verification", "A registry proposal waits for the village"),
    EventType::new("registry_proposal.agency_verification", "A registry proposal waits for the agency"),
    EventType::new("registry_proposal.forwarded", "A registry proposal was forwarded"),
    EventType::new("registry_proposal.accepted", "A registry proposal was accepted"),
    EventType::new("registry_proposal.rejected", "A registry proposal was rejected"),
    EventType::new("registry_proposal.returned", "A registry proposal was returned"),
    EventType::new("registry_proposal.withdrawn", "A registry proposal was withdrawn"),
    EventType::new("registry_dispute.submitted", "A registry dispute was submitted"),
    EventType::new("registry_dispute.village_verification", "A registry dispute waits for the village"),
    EventType::new("registry_dispute.agency_verification", "A registry dispute waits for the agency"),
    EventType::new("registry_dispute.forwarded", "A registry dispute was forwarded"),
    EventType::new("registry_dispute.accepted", "A registry dispute was accepted"),
    EventType::new("registry_dispute.rejected", "A registry dispute was rejected"),
    EventType::new("registry_dispute.returned", "A registry dispute was returned"),
    EventType::new("registry_dispute.withdrawn", "A registry dispute was withdrawn"),
];
