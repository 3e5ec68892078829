//! Request bodies of the actions on a referral.

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

/// Rejection by the target.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_rejection"))]
pub struct RejectReferral {
    /// Reason for the rejection.
    pub reason: ReferralRejectionReason,
    /// Explanation of the reason; required for `other`.
    pub text: Option<LongText>,
}

fn validate_rejection(input: &RejectReferral) -> Result<(), ValidationError> {
    if input.reason == ReferralRejectionReason::Other && input.text.is_none() {
        return fault("text_required", "/text");
    }
    Ok(())
}

/// Completion by the target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CompleteReferral {
    /// Code of the outcome.
    pub outcome: ReferralOutcomeCode,
    /// Date when the service was delivered; not in the future.
    pub delivered_on: NaiveDate,
    /// Description of what was done.
    pub note: LongText,
}

/// Cancellation by the source, or by the target after accepting.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_cancellation"))]
pub struct CancelReferral {
    /// Reason for the cancellation.
    pub reason: ReferralCancellationReason,
    /// Explanation of the reason; required for `other`.
    pub text: Option<LongText>,
}

fn validate_cancellation(input: &CancelReferral) -> Result<(), ValidationError> {
    if input.reason == ReferralCancellationReason::Other && input.text.is_none() {
        return fault("text_required", "/text");
    }
    Ok(())
}

/// Confirmation that the citizen was informed of the outcome.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CloseReferralLoop {
    /// Time when the citizen was informed; not in the future.
    pub citizen_informed_at: DateTime<Utc>,
    /// Satisfaction of the citizen, from 1 (bad) to 5 (good).
    #[validate(range(min = 1, max = 5, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 5, example = 5)]
    pub satisfaction: Option<u8>,
    /// Note for the record.
    pub note: Option<LongText>,
}

/// Putting a referral on hold.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct HoldReferral {
    /// Reason for the hold.
    pub reason: ReferralHoldReason,
    /// Time of the next review by the target: in the future, at most 366 days ahead. At that time the event
    /// `referral.review_due` is published once to both sides, and the filter `review_due=true` includes the referral.
    #[schema(example = "2027-01-15T02:00:00Z")]
    pub review_at: DateTime<Utc>,
    /// Explanation of the reason.
    pub text: Option<LongText>,
}

/// Failure of a referral.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FailReferral {
    /// Reason for the failure.
    pub reason: ReferralFailureReason,
    /// Explanation of the reason.
    pub text: Option<LongText>,
}

/// Marking of a referral as entered in error.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_error"))]
pub struct EnterReferralInError {
    /// Reason why the record is an error.
    pub reason: ReferralErrorReason,
    /// Explanation of the reason; required for `other`.
    pub text: Option<LongText>,
}

fn validate_error(input: &EnterReferralInError) -> Result<(), ValidationError> {
    if input.reason == ReferralErrorReason::Other && input.text.is_none() {
        return fault("text_required", "/text");
    }
    Ok(())
}

/// Reservation of a place for the client until the target answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReservePlace {
    /// Expiry of the reservation: in the future, at most 30 days ahead. After it, the place is free again.
    #[schema(example = "2027-01-15T02:00:00Z")]
    pub expires_at: DateTime<Utc>,
}
