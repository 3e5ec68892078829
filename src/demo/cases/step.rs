//! The words in which the tables tell what happened: a case, its steps, how many working days ago and by whom.

use crate::complaints::model::{
    ComplaintClass, ComplaintDecision, ComplaintPriority, ComplaintRejectionReason, NoteVisibility, RecommendationKind,
};
use crate::directory::model::Sector;
use crate::referrals::model::{ReferralHoldReason, ReferralOutcomeCode, ReferralRejectionReason};

/// One matter: a complaint, a referral, or a complaint that became a referral.
pub struct Case {
    /// By which another case names it.
    pub key: &'static str,
    /// Which of the regency's families; the matter lies in its village.
    pub home: usize,
    pub about: About,
    pub sector: Sector,
    pub text: &'static str,
    pub steps: &'static [Step],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The family, whose head reports.
    Family,
    /// The village; the family's head reports.
    Village,
    /// The village, and nobody gives a name.
    Unnamed,
}

/// What was done, and when: so many working days before today, none for this moment.
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
    /// The manager sends what was drafted.
    Refer,
    /// The manager answers the citizen.
    Resolve(ComplaintDecision, &'static str),
    Inform(&'static str),
    /// With the reporter's satisfaction.
    Close(u8),
    Withdraw(&'static str),
    /// Of the case with this key.
    MarkDuplicate(&'static str),
    /// A referral to this service, with what is needed.
    Draft(&'static str, &'static str),
    Send,
    Acknowledge,
    /// For so many days.
    ReservePlace(i64),
    Accept,
    Decline(ReferralRejectionReason, &'static str),
    Serve,
    /// To be looked at again after so many days.
    Hold(ReferralHoldReason, i64),
    Complete(ReferralOutcomeCode, &'static str),
    /// The citizen has heard, and says how good it was.
    CloseLoop(u8),
}
