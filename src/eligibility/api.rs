//! API types of eligibility checks.

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

/// An eligibility check: the subject, the programmes and the day.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateEligibilityCheck {
    /// NIK of the person. Send exactly one of `nik`, `person_id` and `family_id`.
    #[schema(example = "3204051203809001")]
    pub nik: Option<NikDigits>,
    /// Id of the person.
    #[schema(example = json!(null))]
    pub person_id: Option<Uuid>,
    /// Id of the family. Programmes for individuals are then evaluated for each member.
    #[schema(example = json!(null))]
    pub family_id: Option<Uuid>,
    /// Codes of the programmes. Default: all that apply where the family lives.
    #[validate(length(min = 1, max = 50, code = "too_few"))]
    #[schema(min_items = 1, max_items = 50, example = json!(["PKH", "KIS"]))]
    pub programs: Option<Vec<String>>,
    /// Day whose rules and welfare snapshot are used. Default: today. From 2005-01-01 to two years ahead.
    #[schema(example = "2026-11-20")]
    pub on: Option<NaiveDate>,
    /// Facts that the officer states, by name. They replace the values of the registry for this check only and are marked in the
    /// response. Facts `subject.*` and `assessment.*` need `nik` or `person_id`. Valid names and values: `GET /v1/reference/facts`.
    #[schema(value_type = Option<BTreeMap<String, Value>>, example = json!({ "subject.sktm": true }))]
    pub facts: Option<BTreeMap<String, Value>>,
}

/// The same text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BilingualText {
    /// In Indonesian.
    #[schema(value_type = String, example = "Terdaftar bukan berarti menerima.")]
    pub id: Text,
    /// In English.
    #[schema(value_type = String, example = "Registered does not mean recipient.")]
    pub en: Text,
}

/// Text that is usually static.
pub type Text = Cow<'static, str>;

impl BilingualText {
    pub fn new(id: impl Into<Text>, en: impl Into<Text>) -> Self {
        Self { id: id.into(), en: en.into() }
    }
}

/// The welfare snapshot that was used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilitySnapshot {
    /// Source of the ranking.
    #[schema(example = "dtsen")]
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    #[schema(example = "2026-Q3")]
    pub snapshot_version: String,
    /// Day as of which it is valid.
    #[schema(example = "2026-07-01")]
    pub as_of: NaiveDate,
}

/// Result of an eligibility check: outcomes by the rules of that day, with reasons. It is advice: a human decides.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EligibilityCheck {
    /// The family.
    pub family_id: Uuid,
    /// The person of the request. Absent for a check of a family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// Village in which the family lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Day whose rules and snapshot were used.
    #[schema(example = "2026-11-20")]
    pub evaluated_on: NaiveDate,
    /// The welfare snapshot used: the latest as of that day, or null if there is none.
    pub snapshot: Option<EligibilitySnapshot>,
    /// Notice that a registered family is not yet a recipient. Show it with every result.
    pub registered_not_recipient: BilingualText,
    /// The whole result in a few sentences that an officer can read to the citizen.
    #[serde(default)]
    pub summary: BilingualText,
    /// Names of the facts that the officer stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["subject.sktm"]))]
    pub stated_facts: Vec<String>,
    /// One result per programme; for a programme whose recipient is an individual, one per person evaluated.
    pub results: Vec<EligibilityResult>,
}

impl EligibilityCheck {
    /// Outcome for one programme or its local instance; the best one if several persons were evaluated.
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

/// Result for one programme.
#[serde_with::skip_serializing_none]
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
        "id": "Orang ini belum dapat dipastikan memenuhi syarat Kartu Indonesia Sehat (PBI Jaminan Kesehatan). Yang masih perlu diketahui: Status kepesertaan JKN. Aturan ini berlaku sejak 26 Mei 2025. Angka batasnya cukup pasti, tetapi perlu dipastikan petugas.",
        "en": "It cannot be determined yet whether this person is eligible for Kartu Indonesia Sehat (PBI Jaminan Kesehatan). Still to be found out: JKN membership. This rule has been in force since 26 May 2025. Its thresholds are fairly certain, but an officer must confirm them.",
    },
    "clauses": [
        {
            "pointer": "/all/1", "field": "family.decile",
            "label": { "id": "Desil kesejahteraan", "en": "Welfare decile" },
            "op": "lte", "expected": 5, "actual": 2, "stated": false, "outcome": "met", "decisive": false,
            "explanation": {
                "id": "Desil kesejahteraan 2, syaratnya paling tinggi 5", "en": "Welfare decile 2 (limit: at most 5)",
            },
        },
        {
            "pointer": "/all/2", "field": "subject.jkn_status",
            "label": { "id": "Status kepesertaan JKN", "en": "JKN membership" },
            "op": "ne", "expected": "active", "stated": false, "outcome": "undetermined", "decisive": true,
            "explanation": {
                "id": "Status kepesertaan JKN: belum diketahui, syaratnya selain aktif",
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
    /// Name of the programme.
    #[schema(example = "Program Keluarga Harapan")]
    pub program_name: String,
    /// Region of a local programme. Absent for a national one.
    #[schema(example = json!(null))]
    pub program_region_code: Option<String>,
    /// Code of the national programme that this local one replaces.
    #[schema(example = json!(null))]
    pub instance_of: Option<String>,
    /// Recipient of the programme.
    #[schema(example = "family")]
    pub recipient_unit: RecipientUnit,
    /// The person whose facts were used for `subject.*`: the recipient, or the head of the family for a programme for families.
    pub person_id: Option<Uuid>,
    /// Outcome of the rule.
    pub outcome: EligibilityOutcome,
    /// Reason why no rule could be applied. The outcome is then `undetermined`, or `not_eligible` outside the region of a local
    /// programme.
    #[schema(example = json!(null))]
    pub gap: Option<EligibilityGap>,
    /// Version of the rule in force on that day.
    #[schema(example = 1)]
    pub rule_version: Option<i32>,
    /// First day of that version.
    #[schema(example = "2025-05-26")]
    pub effective_from: Option<NaiveDate>,
    /// Last day of that version, if it has one.
    #[schema(example = json!(null))]
    pub effective_to: Option<NaiveDate>,
    /// Legal basis of the programme.
    #[schema(example = "Permensos 1/2018; Kepmensos 79/HUK/2025")]
    pub legal_basis: String,
    /// How certain the figures of the rule are. Show it with the result.
    #[schema(example = "medium")]
    pub confidence: Confidence,
    /// The result in a few sentences that an officer can read to the citizen.
    #[serde(default)]
    pub summary: BilingualText,
    /// Every condition of the rule with its own outcome, in the order of the rule.
    pub clauses: Vec<EligibilityClause>,
    /// Facts to collect, because they can still change the outcome. Withheld data is not considered.
    pub missing: Vec<MissingFact>,
    /// Estimated amount for the family, for a programme that pays by component.
    pub components: Option<BenefitEstimate>,
}

/// One condition of a rule.
#[serde_with::skip_serializing_none]
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
    /// Operator of the comparison.
    #[schema(value_type = String, example = "lte")]
    pub op: Text,
    /// Value that the rule compares with.
    #[schema(example = json!(4))]
    pub expected: Value,
    /// Value of the fact. Absent if it is unknown. Also absent if it is specific personal data (health, disability, income, categories)
    /// and the token has no `pii:reveal` or the request has no `Access-Purpose`.
    #[schema(example = json!(2))]
    pub actual: Option<Value>,
    /// True if the officer stated the value.
    #[schema(example = false)]
    pub stated: bool,
    /// Outcome of the condition. `withheld` if `actual` may not be shown, because the outcome would reveal it.
    #[schema(example = "met")]
    pub outcome: ClauseOutcome,
    /// True if the condition is a reason for the outcome of the rule. Always false if the reasons depend on withheld data.
    pub decisive: bool,
    /// The condition as a sentence.
    pub explanation: BilingualText,
}

/// A fact to collect.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MissingFact {
    /// Name of the fact, as in `facts` of a check.
    #[schema(value_type = String, example = "subject.jkn_status")]
    pub field: Text,
    /// Question to ask, in Indonesian.
    #[schema(value_type = String, example = "Apakah orang ini peserta JKN, dan apakah masih aktif?")]
    pub question_id: Text,
    /// Question to ask, in English.
    #[schema(value_type = String, example = "Is the person a JKN member, and is the membership active?")]
    pub question_en: Text,
}

/// Estimated amount of a family's components: highest amounts first, up to the programme's limit. Quota and verification decide.
/// Components that depend on specific personal data (pregnancy, disability) are only for a token that may see that data; for others
/// they are `withheld`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BenefitEstimate {
    /// The components counted.
    pub items: Vec<BenefitComponent>,
    /// Sum per year, in rupiah.
    #[schema(example = 3_900_000)]
    pub total_idr_per_year: i64,
    /// Names of unknown facts that may change the estimate.
    #[schema(example = json!([]))]
    pub missing: Vec<String>,
    /// Codes of the components left out of items and sum, because the caller may not see the data that they depend on.
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
    /// Number of members that it is counted for.
    #[schema(minimum = 1, example = 1)]
    pub count: u32,
    /// Amount per member and year, in rupiah.
    #[schema(example = 900_000)]
    pub amount_idr_per_year: i64,
    /// How certain the amount is.
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
