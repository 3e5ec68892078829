//! API types of checks of many subjects: batches, region runs, and trials of a draft rule.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::api::{CreateEligibilityCheck, EligibilityCheck};
use super::model::{EligibilityOutcome, RunFormat};
use crate::http::problem::Problem;
use crate::regions::RegionCode;

/// Up to 1,000 checks in one request.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EligibilityCheckBatch {
    /// The checks. Each one is evaluated independently of the others.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<CreateEligibilityCheck>, min_items = 1, max_items = 1000)]
    pub items: Vec<Value>,
    /// True to list every condition of every rule. The response is then about thirty times as large.
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub clauses: bool,
}

/// Result of a batch of checks.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EligibilityCheckBatchResult {
    /// One result per item, in the order of the request.
    pub items: Vec<EligibilityCheckBatchItem>,
}

/// Result of one check of a batch.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EligibilityCheckBatchItem {
    /// Index of the item in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// HTTP status that the item would have as a single request.
    #[schema(example = 200)]
    pub status: u16,
    /// The check, if the item succeeded.
    pub resource: Option<EligibilityCheck>,
    /// The problem, if the item failed.
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

/// A check of every family of a region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateEligibilityRun {
    /// Region whose families are checked.
    #[schema(example = "32.04")]
    pub region_code: RegionCode,
    /// Codes of the programmes. Default: all that apply where the family lives.
    #[validate(length(min = 1, max = 50, code = "too_few"))]
    #[schema(min_items = 1, max_items = 50, example = json!(["PKH", "KIS"]))]
    pub programs: Option<Vec<String>>,
    /// Day whose rules and welfare snapshot are used. Default: today.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Outcomes to write to the result file. Default: all. The counts of the job include all outcomes.
    #[validate(length(min = 1, max = 3, code = "too_few"))]
    #[schema(min_items = 1, max_items = 3, example = json!(["likely_eligible", "undetermined"]))]
    pub outcomes: Option<Vec<EligibilityOutcome>>,
    /// Format of the result file.
    #[serde(default)]
    #[schema(default = "csv", example = "csv")]
    pub format: RunFormat,
}

/// A draft rule to try before it takes effect.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateRuleTrial {
    /// The draft rule tree.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 3 }] }))]
    pub rule: Value,
    /// Region whose families are evaluated.
    #[schema(example = "32.04")]
    pub region_code: RegionCode,
    /// Day whose rule in force and welfare snapshot are used for the comparison. Default: today.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Size of a random sample of families. The response then has the result. Without it, a job evaluates the whole region.
    #[validate(range(min = 10, max = 2000, code = "out_of_range"))]
    #[schema(minimum = 10, maximum = 2000, example = 500)]
    pub sample: Option<u32>,
}

/// Effect of a draft rule compared with the rule in force. Counts below 10 are suppressed, and further counts from which they could be
/// derived (complementary suppression).
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleTrial {
    /// Code of the programme.
    #[schema(example = "PKH")]
    pub program_code: String,
    /// Region whose families were evaluated.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Day of the comparison.
    #[schema(example = "2026-11-20")]
    pub on: NaiveDate,
    /// Version of the rule in force that the draft was compared with. Absent if none is in force on that day.
    #[schema(example = 1)]
    pub rule_version: Option<i32>,
    /// True if a sample was evaluated, false for the whole region.
    #[schema(example = true)]
    pub sampled: bool,
    /// Counts of the whole region.
    pub total: TrialCounts,
    /// Counts of each region one level below, in order of code.
    pub regions: Vec<RegionTrial>,
}

/// Counts of one region below the region of the trial.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegionTrial {
    /// Code of the region.
    #[schema(example = "32.04.05")]
    pub region_code: String,
    /// Name of the region.
    #[schema(example = "Cileunyi")]
    pub name: String,
    /// Counts of the region.
    pub counts: TrialCounts,
}

/// Numbers of families, or of persons for a programme for individuals. A suppressed number is null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialCounts {
    /// Families or persons evaluated.
    #[schema(example = 500)]
    pub judged: Option<i64>,
    /// Likely eligible by the rule in force.
    #[schema(example = 210)]
    pub eligible_before: Option<i64>,
    /// Likely eligible by the draft.
    #[schema(example = 180)]
    pub eligible_after: Option<i64>,
    /// Likely eligible by the draft, but not by the rule in force.
    #[schema(example = 12)]
    pub newly_eligible: Option<i64>,
    /// Likely eligible by the rule in force, but not by the draft.
    #[schema(example = 42)]
    pub no_longer_eligible: Option<i64>,
    /// Undetermined by the draft.
    #[schema(example = 30)]
    pub undetermined_after: Option<i64>,
}
