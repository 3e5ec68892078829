//! Bodies of the actions that come beside the straight way: transfer, question and answer, reopening, duplicates,
//! withdrawal, appeal; and of notes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::NoteVisibility;
use crate::http::text::LongText;
use crate::regions::RegionCode;

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
