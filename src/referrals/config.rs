//! Configuration of this slice.

use clap::Args;

/// Escalation of referrals without an answer.
#[derive(Debug, Clone, Args)]
pub struct SilenceArgs {
    /// Working days between two reminders to a target that has not answered.
    #[arg(long, env = "SLRT_REFERRAL_REMIND_DAYS", default_value = "3", value_parser = clap::value_parser!(u16).range(1..=365))]
    pub referral_remind_days: u16,
    /// Working days past the due time from one escalation level to the next; level 1 starts at the due time.
    #[arg(long, env = "SLRT_REFERRAL_ESCALATE_DAYS", default_value = "7", value_parser = clap::value_parser!(u16).range(1..=365))]
    pub referral_escalate_days: u16,
    /// Working days past the due time after which an unanswered referral is cancelled with the reason `no_response`; 0: never.
    #[arg(long, env = "SLRT_REFERRAL_CANCEL_DAYS", default_value = "30", value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub referral_cancel_days: u16,
}
