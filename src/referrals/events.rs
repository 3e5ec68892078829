//! Events of this slice.

use crate::events::EventType;

pub const EVENTS: &[EventType] = &[
    EventType::new("referral.drafted", "A referral was drafted"),
    EventType::new("referral.draft", "A referral is back in state `draft`"),
    EventType::new("referral.requested", "A referral was sent to its target"),
    EventType::new("referral.acknowledged", "The target acknowledged a referral"),
    EventType::new("referral.accepted", "The target accepted a referral"),
    EventType::new("referral.rejected", "The target rejected a referral"),
    EventType::new("referral.in_progress", "The target works on a referral"),
    EventType::new("referral.on_hold", "The target put a referral on hold"),
    EventType::new("referral.completed", "A referral was completed"),
    EventType::new("referral.failed", "A referral failed"),
    EventType::new("referral.cancelled", "A referral was cancelled"),
    EventType::new("referral.entered_in_error", "A referral was marked as entered in error"),
    EventType::new("referral.place_reserved", "A place was reserved for a referral"),
    EventType::new("referral.loop_closed", "The citizen was informed of the outcome"),
    EventType::new("referral.replaced", "A referral was replaced by another"),
    EventType::new("referral.replacement_withdrawn", "The replacement of a referral was withdrawn"),
    EventType::new("referral.overdue", "The target did not answer before the due time"),
    EventType::new("referral.escalated", "The escalation level of a referral rose"),
    EventType::new("referral.reminded", "The target was reminded"),
    EventType::new("referral.review_due", "The review of a referral on hold is due"),
];
