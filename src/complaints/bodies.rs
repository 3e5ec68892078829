//! Request bodies of the actions and of notes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{
    ComplaintClass, ComplaintDecision, ComplaintPriority, ComplaintRejectionReason, NoteVisibility, RecommendationKind,
};
use crate::http::text::{LongText, ShortText};
use crate::regions::RegionCode;

/// Verification by the back office.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyComplaint {
    /// Class of the complaint.
    pub class: ComplaintClass,
    /// Priority of the complaint. One below `suggested_priority` needs a `note`.
    pub priority: ComplaintPriority,
    /// Code of the programme concerned, if it was not known at submission.
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: Option<String>,
    /// Note for the timeline.
    pub note: Option<LongText>,
}

/// Rejection of a complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RejectComplaint {
    /// Reason for the rejection.
    pub reason: ComplaintRejectionReason,
    /// Note for the timeline.
    pub note: Option<LongText>,
}

/// Assignment of the officer who handles a complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StartComplaint {
    /// Id of the officer; if absent, the caller.
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<ShortText>,
}

/// A recommendation to the manager.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecommendComplaint {
    /// Recommended outcome: refer or resolve.
    pub kind: RecommendationKind,
    /// Reason for the recommendation.
    pub text: LongText,
}

/// Return of a recommendation to the back office.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReturnComplaint {
    /// What is missing.
    pub note: LongText,
}

/// The manager's decision.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "decision_matches_outcome"), schema(function = "answer_matches_outcome"))]
#[schema(example = json!({"outcome": "refer", "note": "Setuju, rujuk ke pelaksana PKH."}))]
pub struct ApproveComplaint {
    /// `refer` sends the drafted referrals; `resolve` answers the reporter.
    pub outcome: RecommendationKind,
    /// The decision; required for `resolve`, not allowed for `refer`.
    pub decision: Option<ComplaintDecision>,
    /// Answer to the reporter; required for `resolve`, not allowed for `refer`.
    pub answer: Option<LongText>,
    /// Note for the timeline.
    pub note: Option<LongText>,
}

fn decision_matches_outcome(input: &ApproveComplaint) -> Result<(), ValidationError> {
    matches_outcome(input.outcome, input.decision.is_some(), "/decision")
}

fn answer_matches_outcome(input: &ApproveComplaint) -> Result<(), ValidationError> {
    matches_outcome(input.outcome, input.answer.is_some(), "/answer")
}

/// `resolve` needs a decision and an answer; `refer` takes neither.
fn matches_outcome(outcome: RecommendationKind, given: bool, at: &'static str) -> Result<(), ValidationError> {
    let code = match (outcome, given) {
        (RecommendationKind::Resolve, false) => "required",
        (RecommendationKind::Refer, true) => "only_with_resolve",
        _ => return Ok(()),
    };
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &at);
    Err(error)
}

/// Confirmation by the reporter.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CloseComplaint {
    /// Satisfaction of the reporter, from 1 (bad) to 5 (good).
    #[validate(range(min = 1, max = 5, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub satisfaction: Option<u8>,
    /// Note of the reporter or officer.
    pub note: Option<LongText>,
}

/// New handler of a complaint: another region, another organization, or both.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_destination"))]
pub struct TransferComplaint {
    /// New region; it may be outside the caller's regions.
    #[schema(example = "32.04.05.2002")]
    pub region_code: Option<RegionCode>,
    /// Id of the new organization.
    #[schema(nullable, example = json!(null))]
    pub organization_id: Option<Uuid>,
    /// Reason; shown in the timeline.
    pub note: LongText,
}

fn has_destination(body: &TransferComplaint) -> Result<(), ValidationError> {
    if body.region_code.is_none() && body.organization_id.is_none() {
        let mut error = ValidationError::new("required");
        error.add_param("pointer".into(), &"/region_code");
        return Err(error);
    }
    Ok(())
}

/// A question to the reporter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskReporter {
    /// The question; the reporter reads it as it is.
    pub question: LongText,
}

/// The reporter's answer to a question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuestion {
    /// The answer, in the reporter's words.
    pub answer: LongText,
}

/// Information that resolves a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InformReporter {
    /// Answer to the reporter.
    pub answer: LongText,
}

/// Reopening of a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReopenComplaint {
    /// Reason: what is not resolved yet.
    pub reason: LongText,
}

/// Marking of a complaint as a duplicate.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MarkDuplicate {
    /// Id of the original complaint, in the same regency. If that one is itself a duplicate, its original is used.
    pub duplicate_of: Uuid,
    /// Note for the timeline.
    pub note: Option<LongText>,
}

/// Withdrawal by the reporter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct WithdrawComplaint {
    /// Reason for the withdrawal.
    pub reason: LongText,
}

/// Appeal of the reporter against a decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AppealComplaint {
    /// Reason for the appeal, in the reporter's words.
    pub description: LongText,
}

/// A new note on a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateComplaintNote {
    /// Readers of the note.
    pub visibility: NoteVisibility,
    /// Text of the note.
    pub text: LongText,
}

/// Lookup of a complaint by its reference number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ComplaintLookup {
    /// The reference number. Upper or lower case, blanks and dashes make no difference.
    #[validate(length(max = 40, code = "too_long"))]
    #[schema(max_length = 40, example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
}
