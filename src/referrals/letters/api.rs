//! Request and response types of letters.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::code;
use super::model::LetterStatus;
use super::store::LetterRow;

/// Request to issue a recommendation letter.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"valid_days": 30}))]
pub struct IssueRecommendationLetter {
    /// Days for which the letter is valid, from today; 30 if absent.
    #[validate(range(min = 1, max = 180, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 180, example = 30)]
    pub valid_days: Option<u16>,
}

/// A recommendation letter. The PDF with the client's name is at
/// `GET /v1/referrals/{id}/recommendation-letter/document`.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecommendationLetter {
    /// Id of the referral.
    pub referral_id: Uuid,
    /// Letter number: class 460 (social affairs), a random part with a check character, the region of the desk and the
    /// year.
    #[schema(example = "460/7K3Q9FX/SLRT-32.04/2026")]
    pub number: String,
    /// Code for the verification page.
    #[schema(example = "8F3K-Q0ZD-77MX-1R4T-P")]
    pub code: String,
    /// URL of the public page that shows whether the letter is genuine and valid. The page contains no personal data.
    #[schema(example = "https://slrt.example.go.id/verify/8F3K-Q0ZD-77MX-1R4T-P")]
    pub verify_url: String,
    /// Status of the letter today.
    pub status: LetterStatus,
    /// Name of the organization that issued it.
    #[schema(example = "Sekretariat SLRT Kabupaten Bandung")]
    pub issuer_name: String,
    /// Id of the officer or client that issued it.
    #[schema(example = "bandung-bo-1")]
    pub issued_by: String,
    /// Date of issue.
    pub issued_on: NaiveDate,
    /// Last day of validity.
    pub valid_until_on: NaiveDate,
    /// Time of revocation, after its referral was cancelled or entered in error.
    pub revoked_at: Option<DateTime<Utc>>,
}

pub fn status(row: &LetterRow, today: NaiveDate) -> LetterStatus {
    if row.revoked_at.is_some() {
        LetterStatus::Revoked
    } else if row.valid_until_on < today {
        LetterStatus::Expired
    } else {
        LetterStatus::Valid
    }
}

pub fn verify_url(base: &str, row: &LetterRow) -> String {
    format!("{base}/verify/{}", code::grouped(&row.code))
}

pub fn show(row: LetterRow, base: &str, today: NaiveDate) -> RecommendationLetter {
    RecommendationLetter {
        verify_url: verify_url(base, &row),
        status: status(&row, today),
        referral_id: row.referral_id,
        number: row.number,
        code: code::grouped(&row.code),
        issuer_name: row.issuer_name,
        issued_by: row.issued_by,
        issued_on: row.issued_on,
        valid_until_on: row.valid_until_on,
        revoked_at: row.revoked_at,
    }
}
