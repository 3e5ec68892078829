//! Wire types of eligibility checks.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::evaluate::ComponentEstimate;
pub use super::model::{ClauseOutcome, EligibilityGap, EligibilityOutcome};
use super::rules::{Confidence, RecipientUnit};
use crate::registry::model::WelfareSource;
use crate::registry::people::api::NikDigits;

/// Whom to check, for what, on which day.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateEligibilityCheck {
    /// The person's NIK. Give exactly one of `nik`, `person_id` and `family_id`.
    #[schema(example = "3204051203809001")]
    pub nik: Option<NikDigits>,
    /// The person's id.
    #[schema(example = json!(null))]
    pub person_id: Option<Uuid>,
    /// The family's id. Programmes for individuals are then judged for each member.
    #[schema(example = json!(null))]
    pub family_id: Option<Uuid>,
    /// Codes of the programmes; all when absent.
    #[validate(length(min = 1, max = 50, code = "too_few"))]
    #[schema(min_items = 1, max_items = 50, example = json!(["PKH", "KIS"]))]
    pub programs: Option<Vec<String>>,
    /// The day whose rules and welfare snapshot count; today when absent. From 2005-01-01 to two years ahead.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Facts that the officer states, by name. They take the place of what the registry holds for this answer alone and are
    /// marked in it. `subject.*` is the named person's and needs `nik` or `person_id`. What a value may be stands in
    /// `/v1/reference/facts`.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({ "subject.sktm": true }))]
    pub facts: Option<BTreeMap<String, Value>>,
}

/// The same sentence in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BilingualText {
    /// In Indonesian.
    #[schema(value_type = String, example = "Terdaftar bukan berarti menerima.")]
    pub id: Text,
    /// In English.
    #[schema(value_type = String, example = "Registered does not mean recipient.")]
    pub en: Text,
}

/// Text that is mostly the same in every answer.
pub type Text = Cow<'static, str>;

impl BilingualText {
    pub fn new(id: impl Into<Text>, en: impl Into<Text>) -> Self {
        Self { id: id.into(), en: en.into() }
    }
}

/// The welfare snapshot that was used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilitySnapshot {
    /// Where the ranking comes from.
    #[schema(example = "dtsen")]
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    #[schema(example = "2026-Q3")]
    pub snapshot_version: String,
    /// Day from which it holds.
    #[schema(example = "2026-07-01")]
    pub as_of: NaiveDate,
}

/// What the rules of that day say about a person or a family, and why. Advice: a human decides.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilityCheck {
    /// The family.
    pub family_id: Uuid,
    /// The person asked about; absent when the family was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// Village in which the family lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The day whose rules and snapshot were used.
    #[schema(example = "2026-11-20")]
    pub evaluated_on: NaiveDate,
    /// The welfare snapshot used: the latest as of that day; null when there is none.
    pub snapshot: Option<EligibilitySnapshot>,
    /// Says that being registered is not being a recipient. Show it with every result.
    pub registered_not_recipient: BilingualText,
    /// The whole result in a few sentences, to be read to the citizen.
    #[serde(default)]
    pub summary: BilingualText,
    /// Names of the facts that the officer stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["subject.sktm"]))]
    pub stated_facts: Vec<String>,
    /// One result for each programme; for a programme whose recipient is a person, one for each person judged.
    pub results: Vec<EligibilityResult>,
}

impl EligibilityCheck {
    /// What the check came to for one programme or its local instance; with several persons judged, the best of them.
    pub fn outcome_of(&self, program_code: &str) -> Option<EligibilityOutcome> {
        let rank = |outcome: &EligibilityOutcome| match outcome {
            EligibilityOutcome::LikelyEligible => 2,
            EligibilityOutcome::Undetermined => 1,
            EligibilityOutcome::NotEligible => 0,
        };
        let of =
            |r: &&EligibilityResult| r.program_code == program_code || r.instance_of.as_deref() == Some(program_code);
        self.results.iter().filter(of).map(|r| r.outcome).max_by_key(rank)
    }
}

/// What one programme's rule says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "program_code": "KIS",
    "program_name": "Kartu Indonesia Sehat (PBI Jaminan Kesehatan)",
    "recipient_unit": "individual",
    "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f",
    "outcome": "undetermined",
    "rule_version": 1,
    "effective_from": "2025-05-26",
    "legal_basis": "UU 40/2004; Perpres 82/2018 jo. 59/2024; Kepmensos 79/HUK/2025; Permensos 3/2025",
    "confidence": "medium",
    "summary": {
        "id": "Kartu Indonesia Sehat (PBI Jaminan Kesehatan): belum dapat ditentukan untuk orang ini. Yang masih perlu diketahui: status kepesertaan JKN. Keyakinan atas angkanya sedang.",
        "en": "Kartu Indonesia Sehat (PBI Jaminan Kesehatan): cannot be determined yet for this person. Still to be found out: JKN membership. Confidence in its figures: medium.",
    },
    "clauses": [
        {
            "pointer": "/all/1", "field": "family.decile",
            "label": { "id": "Desil kesejahteraan", "en": "Welfare decile" },
            "op": "lte", "expected": 5, "actual": 2, "stated": false, "outcome": "met", "decisive": false,
            "explanation": {
                "id": "Desil kesejahteraan 2 (batas: paling tinggi 5)", "en": "Welfare decile 2 (limit: at most 5)",
            },
        },
        {
            "pointer": "/all/2", "field": "subject.jkn_status",
            "label": { "id": "Status kepesertaan JKN", "en": "JKN membership" },
            "op": "ne", "expected": "active", "stated": false, "outcome": "undetermined", "decisive": true,
            "explanation": {
                "id": "Status kepesertaan JKN: belum diketahui (syarat: bukan aktif)",
                "en": "JKN membership: not known yet (required: not active)",
            },
        },
    ],
    "missing": [{
        "field": "subject.jkn_status",
        "question_id": "Apakah orang ini peserta JKN, dan apakah masih aktif?",
        "question_en": "Is the person a JKN member, and is the membership active?",
    }],
}))]
pub struct EligibilityResult {
    /// Code of the programme.
    #[schema(example = "PKH")]
    pub program_code: String,
    /// Its name.
    #[schema(example = "Program Keluarga Harapan")]
    pub program_name: String,
    /// Where a local programme applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub program_region_code: Option<String>,
    /// The national programme in whose place the local one stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub instance_of: Option<String>,
    /// Who receives it.
    #[schema(example = "family")]
    pub recipient_unit: RecipientUnit,
    /// The person whose facts stand for `subject.*`: the one who would receive it, or for a family's programme its head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// What the rule comes to.
    pub outcome: EligibilityOutcome,
    /// Why no rule could be applied; the outcome is then `undetermined`, or `not_eligible` outside a local programme's region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub gap: Option<EligibilityGap>,
    /// Version of the rule in force that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub rule_version: Option<i32>,
    /// First day of that version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-05-26")]
    pub effective_from: Option<NaiveDate>,
    /// Last day of that version, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub effective_to: Option<NaiveDate>,
    /// Legal basis of the programme.
    #[schema(example = "Permensos 1/2018; Kepmensos 79/HUK/2025")]
    pub legal_basis: String,
    /// How sure the rule's figures are. Show it.
    #[schema(example = "medium")]
    pub confidence: Confidence,
    /// The result in a few sentences, to be read to the citizen.
    #[serde(default)]
    pub summary: BilingualText,
    /// Every condition of the rule with its own outcome, in the order of the rule.
    pub clauses: Vec<EligibilityClause>,
    /// What to find out, because it can still change the outcome, as far as what may be shown tells.
    pub missing: Vec<MissingFact>,
    /// What the family's members would add up to, for a programme that pays by component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<BenefitEstimate>,
}

/// One condition of a rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilityClause {
    /// JSON pointer of the condition in the rule tree.
    #[schema(example = "/all/2")]
    pub pointer: String,
    /// Name of the fact.
    #[schema(value_type = String, example = "family.decile")]
    pub field: Text,
    /// Label of the fact.
    pub label: BilingualText,
    /// The operator.
    #[schema(value_type = String, example = "lte")]
    pub op: Text,
    /// What the rule compares with.
    #[schema(example = json!(4))]
    pub expected: Value,
    /// What is known. Absent when it is not known, or when it is specific personal data (health, disability, income,
    /// categories) and the token does not carry `pii:reveal` or no `Access-Purpose` was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(2))]
    pub actual: Option<Value>,
    /// Was the value stated by the officer?
    #[schema(example = false)]
    pub stated: bool,
    /// What the condition comes to; `withheld` where `actual` may not be shown, for the one would tell the other.
    #[schema(example = "met")]
    pub outcome: ClauseOutcome,
    /// Is it a reason for the outcome of the whole rule? Never said where the reasons rest on something withheld.
    pub decisive: bool,
    /// The condition in words.
    pub explanation: BilingualText,
}

/// A fact to find out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MissingFact {
    /// Name of the fact, as `facts` of a check takes it.
    #[schema(value_type = String, example = "subject.jkn_status")]
    pub field: Text,
    /// What to ask, in Indonesian.
    #[schema(value_type = String, example = "Apakah orang ini peserta JKN, dan apakah masih aktif?")]
    pub question_id: Text,
    /// What to ask, in English.
    #[schema(value_type = String, example = "Is the person a JKN member, and is the membership active?")]
    pub question_en: Text,
}

/// What a family's members add up to: best paid first, up to the programme's limit. Quota and verification decide. Components
/// that count what is specific personal data (pregnancy, disability) are for a token that may see it; to others they are `withheld`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BenefitEstimate {
    /// The components counted.
    pub items: Vec<BenefitComponent>,
    /// Sum of a year, in rupiah.
    #[schema(example = 3_900_000)]
    pub total_idr_per_year: i64,
    /// Facts without which the estimate may change.
    #[schema(example = json!([]))]
    pub missing: Vec<String>,
    /// Codes of the components left out of items and sum, because this caller may not know whether anybody counts for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["pregnant_or_postpartum", "severe_disability"]))]
    pub withheld: Vec<String>,
}

/// One component counted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BenefitComponent {
    /// Code of the component.
    #[schema(example = "elementary_school")]
    pub code: String,
    /// How many members it is counted for.
    #[schema(minimum = 1, example = 1)]
    pub count: u32,
    /// Amount of one a year, in rupiah.
    #[schema(example = 900_000)]
    pub amount_idr_per_year: i64,
    /// How sure the amount is.
    #[schema(example = "medium")]
    pub confidence: Confidence,
}

impl From<ComponentEstimate> for BenefitEstimate {
    fn from(estimate: ComponentEstimate) -> Self {
        let items = estimate.counted.into_iter().map(|c| BenefitComponent {
            code: c.code,
            count: c.count,
            amount_idr_per_year: c.amount_idr_per_year,
            confidence: c.confidence,
        });
        Self {
            items: items.collect(),
            total_idr_per_year: estimate.total_idr_per_year,
            missing: estimate.missing.iter().map(|fact| fact.name().to_owned()).collect(),
            withheld: estimate.withheld,
        }
    }
}
