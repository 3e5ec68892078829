//! API types of programmes and their rules.

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
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Program {
    /// Id of the programme, as in audit records and events.
    pub id: Uuid,
    /// Code of the programme.
    #[schema(example = "PKH")]
    pub code: String,
    /// Name of the programme.
    #[schema(example = "Program Keluarga Harapan")]
    pub name: String,
    /// Recipient of the programme.
    pub recipient_unit: RecipientUnit,
    /// Body that runs the programme.
    #[schema(example = "Kemensos Ditjen Linjamsos / Dinas Sosial")]
    pub owner: String,
    /// Legal basis.
    #[schema(example = "Permensos 1/2018; Kepmensos 79/HUK/2025")]
    pub legal_basis: String,
    /// How certain the figures are.
    #[schema(example = "medium")]
    pub confidence: Confidence,
    /// Notes for officers.
    #[schema(example = "Elderly: regulation 60+, practice often 70+.")]
    pub notes: String,
    /// Region of a local programme. Absent for a national one.
    #[schema(example = json!(null))]
    pub region_code: Option<String>,
    /// Code of the national programme that this local one replaces inside its region.
    #[schema(example = json!(null))]
    pub instance_of: Option<String>,
    /// Components, for a programme that pays by component.
    pub components: Vec<ProgramComponent>,
    /// Every rule version that is not withdrawn, oldest first. A version is never edited.
    pub rules: Vec<ProgramRule>,
    /// Version of the programme with its rules, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was created.
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
    /// Name of the fact that counts these members.
    #[schema(example = "family.count_enrolled_sd")]
    pub fact: String,
    /// Amount per member and year, in rupiah.
    #[schema(example = 900_000)]
    pub amount_idr_per_year: i64,
    /// How certain the amount is.
    #[schema(example = "medium")]
    pub confidence: Confidence,
}

/// One version of a programme's rule.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProgramRule {
    /// Number of the version, from 1.
    #[schema(example = 1)]
    pub version: i32,
    /// First day on which the version is in force.
    #[schema(example = "2025-05-26")]
    pub effective_from: NaiveDate,
    /// Last day on which the version is in force: at the latest the day before the next version begins. Absent if no end is known.
    #[schema(example = json!(null))]
    pub effective_to: Option<NaiveDate>,
    /// The conditions: a tree of `all`, `any` and `not` over `{field, op, value}`.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 4 }] }))]
    pub rule: Value,
    /// Maximum number of components counted for a family, highest amounts first.
    #[schema(example = 4)]
    pub max_components_per_family: Option<u32>,
    /// Components of this version. Absent if those of the programme apply.
    #[schema(example = json!(null))]
    pub components: Option<Vec<ProgramComponent>>,
    /// How certain the figures are.
    #[schema(example = "medium")]
    pub confidence: Confidence,
    /// Source of the figures, if it is not the legal basis.
    #[schema(example = json!(null))]
    pub source: Option<String>,
}

/// List of all programmes.
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
        let is_valid = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if is_valid { Ok(Self(text)) } else { Err(serde::de::Error::custom("format")) }
    }
}

/// A new programme. Without a rule version its outcome is `undetermined`. An instance of a national programme starts with a copy of that
/// programme's rules.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateProgram {
    /// Code of the programme. It cannot be changed later.
    pub code: ProgramCode,
    /// Name of the programme.
    #[schema(example = "Jaminan kesehatan daerah Kabupaten Bandung")]
    pub name: Name,
    /// Recipient of the programme.
    #[schema(example = "individual")]
    pub recipient_unit: RecipientUnit,
    /// Body that runs the programme.
    #[schema(example = "Dinas Kesehatan Kabupaten Bandung")]
    pub owner: ShortText,
    /// Legal basis.
    #[schema(example = "Perbup Bandung 12/2025 (contoh)")]
    pub legal_basis: ShortText,
    /// How certain the figures are.
    #[schema(example = "local")]
    pub confidence: Confidence,
    /// Notes for officers.
    #[schema(example = "Kuota ditetapkan tiap tahun.")]
    pub notes: Option<LongText>,
    /// Region of a local programme. Absent for a national one, which needs a token for the whole country.
    #[schema(example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Code of the national programme that it replaces inside its region. The current rules of that programme are copied.
    #[schema(example = "KIS_DAERAH")]
    pub instance_of: Option<String>,
    /// Components, for a programme that pays by component. Default: those of the national programme.
    #[validate(length(max = 50, code = "too_many"))]
    #[schema(max_items = 50, example = json!([]))]
    pub components: Option<Vec<ProgramComponent>>,
}

/// Changes to the description of a programme. Rules and amounts change only by a new rule version.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateProgram {
    /// Name of the programme.
    #[schema(example = "Program Keluarga Harapan")]
    pub name: Option<Name>,
    /// Body that runs the programme.
    #[schema(example = "Kemensos Ditjen Linjamsos / Dinas Sosial")]
    pub owner: Option<ShortText>,
    /// Legal basis.
    #[schema(example = "Permensos 1/2018")]
    pub legal_basis: Option<ShortText>,
    /// How certain the figures are.
    #[schema(example = "regulation")]
    pub confidence: Option<Confidence>,
    /// Notes for officers.
    #[schema(example = "Lansia: 60 tahun ke atas.")]
    pub notes: Option<LongText>,
}

/// A new version of a programme's rule.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateRuleVersion {
    /// First day on which the version is in force: today or later. The version before it ends on the day before. A day in the past is
    /// allowed only if no version has begun.
    #[schema(example = "2027-01-01")]
    pub effective_from: NaiveDate,
    /// Last day on which the version is in force. Absent: no end.
    #[schema(example = json!(null))]
    pub effective_to: Option<NaiveDate>,
    /// The conditions: a tree of `all`, `any` and `not` over `{field, op, value}`. Facts and their operators:
    /// `GET /v1/reference/facts`.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 3 }] }))]
    pub rule: Value,
    /// Maximum number of components counted for a family, highest amounts first.
    #[validate(range(min = 1, max = 100, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 100, example = json!(null))]
    pub max_components_per_family: Option<u32>,
    /// Components of this version. Default: those of the programme.
    #[validate(length(max = 50, code = "too_many"))]
    #[schema(max_items = 50, example = json!(null))]
    pub components: Option<Vec<ProgramComponent>>,
    /// How certain the figures are. Default: the confidence of the programme.
    #[schema(example = "regulation")]
    pub confidence: Option<Confidence>,
    /// Source of the figures, if it is not the legal basis.
    #[schema(example = "Kepmensos (contoh)")]
    pub source: Option<ShortText>,
}

/// A rule to validate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ValidateRule {
    /// The rule tree.
    #[schema(value_type = Object, example = json!({ "all": [{ "field": "family.decile", "op": "lte", "value": 3 }] }))]
    pub rule: Value,
}

/// Result of the validation of a rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleValidation {
    /// True if the rule has no mistakes.
    #[schema(example = true)]
    pub valid: bool,
    /// All mistakes.
    pub errors: Vec<RuleFault>,
    /// Names of the facts that the rule uses, if it is valid.
    #[schema(example = json!(["family.decile"]))]
    pub facts: Vec<String>,
}

/// A mistake in a rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleFault {
    /// JSON pointer to the mistake in the request body.
    #[schema(example = "/rule/all/0/op")]
    pub pointer: String,
    /// Code of the mistake; a stable name.
    #[schema(example = "rule_operator_unfit")]
    pub code: String,
    /// Description of the mistake.
    pub detail: BilingualText,
}
