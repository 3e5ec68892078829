//! Types of the case tables: a case, its steps, how many working days ago they happened, and who performed them.

use crate::complaints::model::{
    ComplaintClass, ComplaintDecision, ComplaintPriority, ComplaintRejectionReason, NoteVisibility, RecommendationKind,
};
use crate::directory::model::Sector;
use crate::referrals::model::{ReferralHoldReason, ReferralOutcomeCode, ReferralRejectionReason};

/// A complaint, a referral, or a complaint that became a referral.
pub struct Case {
    /// Name by which another case refers to it.
    pub key: &'static str,
    /// Index of the family within the regency; the case is in the family's village.
    pub home: usize,
    pub about: About,
    pub sector: Sector,
    pub text: &'static str,
    pub steps: &'static [Step],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// About the family; its head reports.
    Family,
    /// About the village; the family's head reports.
    Village,
    /// About the village; the reporter is anonymous.
    Anonymous,
}

/// A step, and how many working days ago it happened; 0 is now.
pub struct Step {
    pub ago: u16,
    /// An officer or a client of the demo.
    pub by: &'static str,
    pub act: Act,
}

pub const fn step(ago: u16, by: &'static str, act: Act) -> Step {
    Step { ago, by, act }
}

pub enum Act {
    Submit,
    Verify(ComplaintClass, ComplaintPriority),
    Reject(ComplaintRejectionReason),
    Start,
    Ask(&'static str),
    Note(NoteVisibility, &'static str),
    Recommend(RecommendationKind, &'static str),
    /// The manager sends the drafted referral.
    Refer,
    /// The manager answers the citizen.
    Resolve(ComplaintDecision, &'static str),
    Inform(&'static str),
    /// With the reporter's satisfaction.
    Close(u8),
    Withdraw(&'static str),
    /// Of the case with this key.
    MarkDuplicate(&'static str),
    /// A referral to this service, with the need.
    Draft(&'static str, &'static str),
    Send,
    Acknowledge,
    /// For this many days.
    ReservePlace(i64),
    Accept,
    Decline(ReferralRejectionReason, &'static str),
    Serve,
    /// With a review after this many days.
    Hold(ReferralHoldReason, i64),
    Complete(ReferralOutcomeCode, &'static str),
    /// The citizen was informed; with their satisfaction.
    CloseLoop(u8),
}
