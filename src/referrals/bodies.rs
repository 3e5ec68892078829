//! What the actions on a referral carry.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::api::fault;
use super::model::{
    ReferralCancellationReason, ReferralErrorReason, ReferralFailureReason, ReferralHoldReason, ReferralOutcomeCode,
    ReferralRejectionReason,
};
use crate::http::text::LongText;

/// Refusal by the target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "rejection_fits"))]
pub struct RejectReferral {
    /// Why.
    pub reason: ReferralRejectionReason,
    /// Words that go with it; required for `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LongText>,
}

fn rejection_fits(input: &RejectReferral) -> Result<(), ValidationError> {
    if input.reason == ReferralRejectionReason::Other && input.text.is_none() {
        return fault("text_required", "/text");
    }
    Ok(())
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CompleteReferral {
    /// Code of the outcome.
    pub outcome: ReferralOutcomeCode,
    /// When the help was given; not in the future.
    pub delivered_on: NaiveDate,
    /// What was done.
    pub note: LongText,
}

/// Cancellation by the source, or by the target after it accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "cancellation_fits"))]
pub struct CancelReferral {
    /// Why.
    pub reason: ReferralCancellationReason,
    /// Words that go with it; required for `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LongText>,
}

fn cancellation_fits(input: &CancelReferral) -> Result<(), ValidationError> {
    if input.reason == ReferralCancellationReason::Other && input.text.is_none() {
        return fault("text_required", "/text");
    }
    Ok(())
}

/// The citizen has heard.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CloseReferralLoop {
    /// When the citizen heard what came of it; not in the future.
    pub citizen_informed_at: DateTime<Utc>,
    /// Satisfaction of the citizen, 1 (bad) to 5 (good).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 5, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub satisfaction: Option<u8>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// A pause.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct HoldReferral {
    /// Why.
    pub reason: ReferralHoldReason,
    /// When the target looks at it again: in the future, at most a year ahead. From then on it stands among those whose
    /// review is due, and the event `referral.review_due` tells both sides once.
    #[schema(example = "2027-01-15T02:00:00Z")]
    pub review_at: DateTime<Utc>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LongText>,
}

/// The help did not come about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FailReferral {
    /// Why.
    pub reason: ReferralFailureReason,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LongText>,
}

/// A mistake of record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "error_fits"))]
pub struct EnterReferralInError {
    /// What was recorded wrongly.
    pub reason: ReferralErrorReason,
    /// Words that go with it; required for `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<LongText>,
}

fn error_fits(input: &EnterReferralInError) -> Result<(), ValidationError> {
    if input.reason == ReferralErrorReason::Other && input.text.is_none() {
        return fault("text_required", "/text");
    }
    Ok(())
}

/// A place kept free for the client until the target answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReservePlace {
    /// Until when: in the future, at most 30 days ahead. The place is free again afterwards.
    #[schema(example = "2027-01-15T02:00:00Z")]
    pub expires_at: DateTime<Utc>,
}
