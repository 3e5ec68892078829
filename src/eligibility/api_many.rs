//! Wire types of checks of many subjects: batches, region runs, and trials of a draft rule.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::api::{CreateEligibilityCheck, EligibilityCheck};
use super::model::{EligibilityOutcome, RunFormat};
use crate::http::problem::Problem;
use crate::regions::RegionCode;

/// Up to 1,000 checks at once.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EligibilityCheckBatch {
    /// The checks; each is judged by itself.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<CreateEligibilityCheck>, min_items = 1, max_items = 1000)]
    pub items: Vec<Value>,
    /// Explain every condition of every rule? The answer is then some thirty times as large.
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub clauses: bool,
}

/// What a batch of checks came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EligibilityCheckBatchResult {
    /// One result an item, in order.
    pub items: Vec<EligibilityCheckBatchItem>,
}

/// What one check of a batch came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EligibilityCheckBatchItem {
    /// Place in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// The status it would have had alone.
    #[schema(example = 200)]
    pub status: u16,
    /// The check, if it could be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<EligibilityCheck>,
    /// What is wrong, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

/// A check of every family of a region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateEligibilityRun {
    /// The region.
    #[schema(example = "32.04")]
    pub region_code: RegionCode,
    /// Codes of the programmes; all when absent.
    #[validate(length(min = 1, max = 50, code = "too_few"))]
    #[schema(min_items = 1, max_items = 50, example = json!(["PKH", "KIS"]))]
    pub programs: Option<Vec<String>>,
    /// The day whose rules and welfare snapshot count; today when absent.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Write only results with these outcomes; all when absent. The counts take in all.
    #[validate(length(min = 1, max = 3, code = "too_few"))]
    #[schema(min_items = 1, max_items = 3, example = json!(["likely_eligible", "undetermined"]))]
    pub outcomes: Option<Vec<EligibilityOutcome>>,
    /// Form of the result file.
    #[serde(default)]
    #[schema(default = "csv", example = "csv")]
    pub format: RunFormat,
}

/// A draft of a rule, to be tried before it takes effect.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateRuleTrial {
    /// The draft.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 3 }] }))]
    pub rule: Value,
    /// The region whose families it is tried on.
    #[schema(example = "32.04")]
    pub region_code: RegionCode,
    /// The day whose rule in force and welfare snapshot it is held against; today when absent.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Try it on so many families drawn by chance, and answer at once. Without it the whole region is a job.
    #[validate(range(min = 10, max = 2000, code = "out_of_range"))]
    #[schema(minimum = 10, maximum = 2000, example = 500)]
    pub sample: Option<u32>,
}

/// What a draft would change. Numbers below 10 are not told, nor the one from which they could be worked out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleTrial {
    /// The programme.
    #[schema(example = "PKH")]
    pub program_code: String,
    /// The region tried on.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The day.
    #[schema(example = "2026-11-20")]
    pub on: NaiveDate,
    /// The version that the draft was held against; absent when none is in force that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub rule_version: Option<i32>,
    /// Is it a sample?
    #[schema(example = true)]
    pub sampled: bool,
    /// Of the whole region.
    pub total: TrialCounts,
    /// Of each region one level below, in order of code.
    pub regions: Vec<RegionTrial>,
}

/// How many, in one region below.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegionTrial {
    /// The region.
    #[schema(example = "32.04.05")]
    pub region_code: String,
    /// Its name.
    #[schema(example = "Cileunyi")]
    pub name: String,
    /// Its numbers.
    pub counts: TrialCounts,
}

/// How many families, or persons where the programme is for persons. Null where the number is not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialCounts {
    /// Judged.
    #[schema(example = 500)]
    pub judged: Option<i64>,
    /// Likely eligible by the rule in force.
    #[schema(example = 210)]
    pub eligible_before: Option<i64>,
    /// Likely eligible by the draft.
    #[schema(example = 180)]
    pub eligible_after: Option<i64>,
    /// Not likely eligible by the rule in force, but by the draft.
    #[schema(example = 12)]
    pub newly_eligible: Option<i64>,
    /// Likely eligible by the rule in force, but not by the draft.
    #[schema(example = 42)]
    pub no_longer_eligible: Option<i64>,
    /// Undetermined by the draft.
    #[schema(example = 30)]
    pub undetermined_after: Option<i64>,
}
