//! Wire types of programmes and their rules.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::api::BilingualText;
use super::cache::{CompiledProgram, Version};
use super::rules::{Component, Confidence, RecipientUnit};
use crate::http::text::{LongText, Name, ShortText};
use crate::regions::RegionCode;

/// An assistance programme with its rules.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Program {
    /// Id of the programme, as the trail and events name it.
    pub id: Uuid,
    /// Code of the programme.
    #[schema(example = "PKH")]
    pub code: String,
    /// Its name.
    #[schema(example = "Program Keluarga Harapan")]
    pub name: String,
    /// Who receives it.
    pub recipient_unit: RecipientUnit,
    /// Who runs it.
    #[schema(example = "Kemensos Ditjen Linjamsos / Dinas Sosial")]
    pub owner: String,
    /// Its legal basis.
    #[schema(example = "Permensos 1/2018; Kepmensos 79/HUK/2025")]
    pub legal_basis: String,
    /// How sure the figures are.
    #[schema(example = "medium")]
    pub confidence: Confidence,
    /// What else there is to know.
    #[schema(example = "Elderly: regulation 60+, practice often 70+.")]
    pub notes: String,
    /// Where a local programme applies; absent for a national one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub region_code: Option<String>,
    /// The national programme in whose place a local one stands inside its region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub instance_of: Option<String>,
    /// What it pays for, where it pays by component.
    pub components: Vec<ProgramComponent>,
    /// Every version of its rule that was not withdrawn, oldest first. A version is never edited.
    pub rules: Vec<ProgramRule>,
    /// Version of the programme with its rules, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it or its rules last changed.
    pub updated_at: DateTime<Utc>,
}

/// A kind of family member that a programme pays for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramComponent {
    /// Code of the component.
    #[schema(example = "elementary_school")]
    pub code: String,
    /// The fact that counts such members.
    #[schema(example = "family.count_enrolled_sd")]
    pub fact: String,
    /// Amount a year, in rupiah.
    #[schema(example = 900_000)]
    pub amount_idr_per_year: i64,
    /// How sure the amount is.
    #[schema(example = "medium")]
    pub confidence: Confidence,
}

/// One version of a programme's rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProgramRule {
    /// Number of the version, from 1.
    #[schema(example = 1)]
    pub version: i32,
    /// First day.
    #[schema(example = "2025-05-26")]
    pub effective_from: NaiveDate,
    /// Last day: the one before the next version begins, if not set before; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub effective_to: Option<NaiveDate>,
    /// The conditions: a tree of `all`, `any` and `not` over `{field, op, value}`.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 4 }] }))]
    pub rule: Value,
    /// Most components counted for a family, best paid first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 4)]
    pub max_components_per_family: Option<u32>,
    /// Amounts that hold with this version; absent when the programme's own do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub components: Option<Vec<ProgramComponent>>,
    /// How sure the figures are.
    #[schema(example = "medium")]
    pub confidence: Confidence,
    /// Where the figures come from, when it is not the legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub source: Option<String>,
}

/// All programmes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProgramList {
    /// The programmes, in order of code.
    pub items: Vec<Program>,
}

impl From<&CompiledProgram> for Program {
    fn from(program: &CompiledProgram) -> Self {
        Self {
            id: program.id,
            code: program.code.clone(),
            name: program.name.clone(),
            recipient_unit: program.recipient_unit,
            owner: program.owner.clone(),
            legal_basis: program.legal_basis.clone(),
            confidence: program.confidence,
            notes: program.notes.clone(),
            region_code: program.region_code.clone(),
            instance_of: program.instance_of.clone(),
            components: program.components.iter().map(ProgramComponent::from).collect(),
            rules: program.versions.iter().map(ProgramRule::from).collect(),
            version: program.version,
            created_at: program.created_at,
            updated_at: program.updated_at,
        }
    }
}

impl From<&Component> for ProgramComponent {
    fn from(component: &Component) -> Self {
        Self {
            code: component.code.clone(),
            fact: component.fact.name().to_owned(),
            amount_idr_per_year: component.amount_idr_per_year,
            confidence: component.confidence,
        }
    }
}

impl From<&Version> for ProgramRule {
    fn from(version: &Version) -> Self {
        Self {
            version: version.version,
            effective_from: version.effective_from,
            effective_to: version.effective_to,
            rule: version.tree.clone(),
            max_components_per_family: version.limits.max_components_per_family,
            components: version.components.as_ref().map(|list| list.iter().map(ProgramComponent::from).collect()),
            confidence: version.confidence,
            source: version.source.clone(),
        }
    }
}

/// Code of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(pattern = "^[A-Z][A-Z0-9_]{1,39}$", min_length = 2, max_length = 40, example = "KIS_DAERAH_3204")]
pub struct ProgramCode(String);

impl ProgramCode {
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<'de> Deserialize<'de> for ProgramCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as Deserialize>::deserialize(deserializer)?;
        let fits = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if fits { Ok(Self(text)) } else { Err(serde::de::Error::custom("format")) }
    }
}

/// A new programme. It decides nothing until it has a rule version; the instance of a national programme begins with
/// that programme's rules.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateProgram {
    /// Its code, which never changes.
    pub code: ProgramCode,
    /// Its name.
    #[schema(example = "Jaminan kesehatan daerah Kabupaten Bandung")]
    pub name: Name,
    /// Who receives it.
    #[schema(example = "individual")]
    pub recipient_unit: RecipientUnit,
    /// Who runs it.
    #[schema(example = "Dinas Kesehatan Kabupaten Bandung")]
    pub owner: ShortText,
    /// Its legal basis.
    #[schema(example = "Perbup Bandung 12/2025 (contoh)")]
    pub legal_basis: ShortText,
    /// How sure its figures are.
    #[schema(example = "local")]
    pub confidence: Confidence,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Kuota ditetapkan tiap tahun.")]
    pub notes: Option<LongText>,
    /// Where a local programme applies; absent for a national one, which only a token for the whole country may enter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// The national programme in whose place it stands inside its region. The rules that programme has now become its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "KIS_DAERAH")]
    pub instance_of: Option<String>,
    /// What it pays for, where it pays by component; that of the national programme when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 50, code = "too_many"))]
    #[schema(max_items = 50, example = json!([]))]
    pub components: Option<Vec<ProgramComponent>>,
}

/// What to change of a programme's description. Rules and amounts change by a new rule version.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateProgram {
    /// Its name.
    #[schema(example = "Program Keluarga Harapan")]
    pub name: Option<Name>,
    /// Who runs it.
    #[schema(example = "Kemensos Ditjen Linjamsos / Dinas Sosial")]
    pub owner: Option<ShortText>,
    /// Its legal basis.
    #[schema(example = "Permensos 1/2018")]
    pub legal_basis: Option<ShortText>,
    /// How sure its figures are.
    #[schema(example = "regulation")]
    pub confidence: Option<Confidence>,
    /// What else there is to know.
    #[schema(example = "Lansia: 60 tahun ke atas.")]
    pub notes: Option<LongText>,
}

/// A new version of a programme's rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateRuleVersion {
    /// First day, today or later; the version before ends the day before. A day in the past is taken only while no version has begun.
    #[schema(example = "2027-01-01")]
    pub effective_from: NaiveDate,
    /// Last day; absent while no end is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub effective_to: Option<NaiveDate>,
    /// The conditions: a tree of `all`, `any` and `not` over `{field, op, value}`. Facts and their operators stand in
    /// `GET /v1/reference/facts`.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 3 }] }))]
    pub rule: Value,
    /// Most components counted for a family, best paid first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 100, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 100, example = json!(null))]
    pub max_components_per_family: Option<u32>,
    /// Amounts that hold with this version; the programme's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 50, code = "too_many"))]
    #[schema(max_items = 50, example = json!(null))]
    pub components: Option<Vec<ProgramComponent>>,
    /// How sure the figures are; the programme's own confidence when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "regulation")]
    pub confidence: Option<Confidence>,
    /// Where the figures come from, when it is not the legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Kepmensos (contoh)")]
    pub source: Option<ShortText>,
}

/// A rule to be checked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ValidateRule {
    /// The tree.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 3 }] }))]
    pub rule: Value,
}

/// What a check of a rule came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleValidation {
    /// Can it be used as it is?
    #[schema(example = true)]
    pub valid: bool,
    /// Every mistake, each with its place.
    pub errors: Vec<RuleFault>,
    /// The facts it asks about, when it is valid.
    #[schema(example = json!(["family.decile"]))]
    pub facts: Vec<String>,
}

/// A mistake in a rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleFault {
    /// Where, as a JSON pointer into the body.
    #[schema(example = "/rule/all/0/op")]
    pub pointer: String,
    /// What, as a stable name.
    #[schema(example = "rule_operator_unfit")]
    pub code: String,
    /// The same in words.
    pub detail: BilingualText,
}
