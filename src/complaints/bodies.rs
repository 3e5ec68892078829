//! Bodies of the actions: those of the straight way first, then those beside it, and of notes.

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
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyComplaint {
    /// What kind of complaint it is.
    pub class: ComplaintClass,
    /// How urgent it is.
    pub priority: ComplaintPriority,
    /// The programme it concerns, where that became clear only now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH", max_length = 40)]
    pub program_code: Option<String>,
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Refusal to take a complaint up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RejectComplaint {
    /// Why.
    pub reason: ComplaintRejectionReason,
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// The officer who takes a complaint on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StartComplaint {
    /// Id of the officer; the caller itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<ShortText>,
}

/// A recommendation to the manager.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecommendComplaint {
    /// Refer or resolve.
    pub kind: RecommendationKind,
    /// Why.
    pub text: LongText,
}

/// A recommendation sent back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReturnComplaint {
    /// What is missing.
    pub note: LongText,
}

/// The manager's decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "decision_fits"), schema(function = "answer_fits"))]
#[schema(example = json!({"outcome": "refer", "note": "Setuju, rujuk ke pelaksana PKH."}))]
pub struct ApproveComplaint {
    /// `refer` sends the drafted referrals; `resolve` answers the citizen.
    pub outcome: RecommendationKind,
    /// How it is decided; required for `resolve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<ComplaintDecision>,
    /// What the citizen is told; required for `resolve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<LongText>,
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

fn decision_fits(input: &ApproveComplaint) -> Result<(), ValidationError> {
    part_fits(input.outcome, input.decision.is_some(), "/decision")
}

fn answer_fits(input: &ApproveComplaint) -> Result<(), ValidationError> {
    part_fits(input.outcome, input.answer.is_some(), "/answer")
}

/// An answer to the citizen belongs to `resolve`, and to nothing else.
fn part_fits(outcome: RecommendationKind, given: bool, at: &'static str) -> Result<(), ValidationError> {
    let code = match (outcome, given) {
        (RecommendationKind::Resolve, false) => "required",
        (RecommendationKind::Refer, true) => "only_with_resolve",
        _ => return Ok(()),
    };
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &at);
    Err(error)
}

/// The reporter's confirmation.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CloseComplaint {
    /// Satisfaction of the reporter, 1 (bad) to 5 (good).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 5, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 5, example = 4)]
    pub satisfaction: Option<u8>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Who is to handle it instead: another region, another organization, or both.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "goes_somewhere"))]
pub struct TransferComplaint {
    /// Region that it belongs to; need not lie within the caller's regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "32.04.05.2002")]
    pub region_code: Option<RegionCode>,
    /// Organization that is to handle it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub organization_id: Option<Uuid>,
    /// Why; for the timeline.
    pub note: LongText,
}

fn goes_somewhere(body: &TransferComplaint) -> Result<(), ValidationError> {
    if body.region_code.is_none() && body.organization_id.is_none() {
        let mut error = ValidationError::new("required");
        error.add_param("pointer".into(), &"/region_code");
        return Err(error);
    }
    Ok(())
}

/// What the desk needs to know from the reporter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskReporter {
    /// The question, as the reporter will read it.
    pub question: LongText,
}

/// What the reporter answers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuestion {
    /// The answer, in the reporter's words.
    pub answer: LongText,
}

/// Information that settles the matter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InformReporter {
    /// What the citizen is told.
    pub answer: LongText,
}

/// Why a complaint is taken up again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReopenComplaint {
    /// What is still amiss.
    pub reason: LongText,
}

/// Which complaint it repeats.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MarkDuplicate {
    /// A complaint of the same regency. One that is a duplicate itself stands for the one it repeats.
    pub duplicate_of: Uuid,
    /// Words for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Why the reporter withdraws.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct WithdrawComplaint {
    /// The reason.
    pub reason: LongText,
}

/// What the reporter holds against the decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AppealComplaint {
    /// The reporter's words.
    pub description: LongText,
}

/// A note on a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateComplaintNote {
    /// Who reads it.
    pub visibility: NoteVisibility,
    /// The note.
    pub text: LongText,
}

/// Which complaint to find.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ComplaintLookup {
    /// The reference number as it was said: case, blanks and dashes do not matter.
    #[validate(length(max = 40, code = "too_long"))]
    #[schema(max_length = 40, example = "3204-26-K7M4-9Q9")]
    pub reference_no: String,
}
