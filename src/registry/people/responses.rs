//! What the registry shows; `viewer.rs` fills it for one caller.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::registry::identity::nik::NikWarning;
use crate::registry::model::{
    DisabilitySeverity, DisabilityType, IdentityStatus, JknStatus, MaritalStatus, OccupationClass, RelationToHead,
    SchoolLevel, Sex, ShockKind, SocialCriterion, Standing, WelfareSource,
};
use crate::registry::people::api::{Dwelling, FamilyAssets, FamilyAttributes};
use crate::registry::rows::{ParticipationRow, WelfareStatusRow};

/// A person of the registry. What is absent is not known or, when `masked`, not shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f",
    "family_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e",
    "region_code": "32.04.05.2001",
    "masked": true,
    "nik": "32************01",
    "identity_status": "verified",
    "full_name": "Asep Hidayat",
    "birth_year": 1980,
    "sex": "male",
    "relation_to_head": "head",
    "marital_status": "married",
    "school_level": "sd",
    "school_enrolled": false,
    "occupation_class": "BURUH",
    "jkn_status": "inactive",
    "ppks_codes": [],
    "standing": "active",
    "version": 1,
    "created_at": "2026-11-20T03:15:00Z",
    "updated_at": "2026-11-20T03:15:00Z",
}))]
pub struct Person {
    /// Id of the person.
    pub id: Uuid,
    /// The family the person belongs to; somebody alone is a family of one.
    pub family_id: Uuid,
    /// Village in which the family lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Are the NIK, the birth date and data on health, disability and orphanhood held back in this answer?
    #[schema(example = true)]
    pub masked: bool,
    /// Has the person restricted the processing of their data? Then little is shown, and only some purposes open it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(example = false)]
    pub restricted: bool,
    /// NIK, masked to its first two and last two digits unless revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "32************01")]
    pub nik: Option<String>,
    /// Whether Dukcapil confirmed the identity.
    pub identity_status: IdentityStatus,
    /// Name as in the papers.
    #[schema(example = "Siti Rahmawati")]
    pub full_name: String,
    /// Year of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1990)]
    pub birth_year: Option<i32>,
    /// Date of birth, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub birth_date: Option<NaiveDate>,
    /// Sex as in the papers.
    #[schema(example = "female")]
    pub sex: Sex,
    /// Relation to the head of the family.
    pub relation_to_head: RelationToHead,
    /// Marital status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "married")]
    pub marital_status: Option<MaritalStatus>,
    /// School level attended, or the last one finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "sma")]
    pub school_level: Option<SchoolLevel>,
    /// Is the person at school or university now?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = false)]
    pub school_enrolled: Option<bool>,
    /// What the person lives on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "BURUH")]
    pub occupation_class: Option<OccupationClass>,
    /// Kind of disability, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub disability_type: Option<DisabilityType>,
    /// How severe it is, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub disability_severity: Option<DisabilitySeverity>,
    /// Chronically ill, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub chronic_illness: Option<bool>,
    /// Pregnant or postpartum, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub pregnant_or_postpartum: Option<bool>,
    /// Membership of the national health insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "inactive")]
    pub jkn_status: Option<JknStatus>,
    /// Holds a Kartu Indonesia Pintar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = false)]
    pub has_kip: Option<bool>,
    /// Has lost one or both parents, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub orphan: Option<bool>,
    /// Holds a certificate of poverty (SKTM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = false)]
    pub sktm: Option<bool>,
    /// Certified by the village head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = false)]
    pub village_head_certified: Option<bool>,
    /// Recommended by a professional assessment, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub assessment_recommended: Option<bool>,
    /// Social problem criteria, when revealed; `violence` only with `cases:restricted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub criteria: Option<Vec<SocialCriterion>>,
    /// Service need categories (PPKS). Those on children in conflict with the law, violence, HIV, drug abuse and
    /// trafficking are left out unless the token carries `cases:restricted`.
    #[schema(example = json!(["PPKS-24"]))]
    pub ppks_codes: Vec<String>,
    /// What is odd about the NIK: shown, and never a reason to refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!([]))]
    pub nik_warnings: Vec<NikWarning>,
    /// The same with the place in this answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<RegistryWarning>,
    /// Whether the person still counts. Who does not is left out of families, checks and searches.
    pub standing: Standing,
    /// Day of death or removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub ended_on: Option<NaiveDate>,
    /// The record that stands for this one since both were found to be the same person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub merged_into: Option<Uuid>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When the person was entered.
    pub created_at: DateTime<Utc>,
    /// When the record last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a registry source said of a family's welfare at a time. Never changed afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WelfareStatus {
    /// Id of the snapshot.
    pub id: Uuid,
    /// Where the ranking comes from.
    #[schema(example = "dtsen")]
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    #[schema(example = "2026-Q3")]
    pub snapshot_version: String,
    /// Day from which the ranking holds.
    #[schema(example = "2026-07-01")]
    pub as_of: NaiveDate,
    /// Tenth of the population, from 1 (poorest) to 10. A rank, not the word "poor".
    #[schema(minimum = 1, maximum = 10, example = 2)]
    pub decile: i16,
    /// Hundredth of the population, from 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100, example = 17)]
    pub percentile: Option<i16>,
    /// When it was entered here.
    pub created_at: DateTime<Utc>,
}

impl From<WelfareStatusRow> for WelfareStatus {
    fn from(row: WelfareStatusRow) -> Self {
        Self {
            id: row.id,
            source: row.source,
            snapshot_version: row.snapshot_version,
            as_of: row.as_of,
            decile: row.decile,
            percentile: row.percentile,
            created_at: row.created_at,
        }
    }
}

/// A programme that the family, or one of its members, is or was in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProgramParticipation {
    /// Id of the participation, by which it is ended.
    pub id: Uuid,
    /// Code of the programme.
    #[schema(example = "KKS")]
    pub program_code: String,
    /// The member it is for; absent when it is for the whole family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub person_id: Option<Uuid>,
    /// First day, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-07-01")]
    pub since: Option<NaiveDate>,
    /// Last day; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub until: Option<NaiveDate>,
}

impl From<ParticipationRow> for ProgramParticipation {
    fn from(row: ParticipationRow) -> Self {
        let ParticipationRow { id, program_code, person_id, since, until, .. } = row;
        Self { id, program_code, person_id, since, until }
    }
}

/// Something that struck a family.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FamilyShock {
    /// Id of the entry, by which it is ended.
    pub id: Uuid,
    /// What it was.
    pub kind: ShockKind,
    /// The day on which it happened or began.
    #[schema(example = "2026-10-03")]
    pub happened_on: NaiveDate,
    /// The day on which it was overcome; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub until: Option<NaiveDate>,
    /// Words that go with it, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub note: Option<String>,
}

/// A family of the registry. What is absent is not known or, when `masked`, not shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Family {
    /// Id of the family.
    pub id: Uuid,
    /// Village in which the family lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Are numbers, address, place, birth dates, income and data on health held back in this answer?
    #[schema(example = true)]
    pub masked: bool,
    /// Number of the family card, masked to its first two and last two digits unless revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "32************01")]
    pub family_card_no: Option<String>,
    /// Address within the village; `***` when there is one and it is not revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "***")]
    pub address: Option<String>,
    /// Latitude in degrees, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub latitude: Option<f64>,
    /// Longitude in degrees, when revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub longitude: Option<f64>,
    /// The dwelling, as far as it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwelling: Option<Dwelling>,
    /// Circumstances of the family, as far as they were recorded.
    pub attributes: FamilyAttributes,
    /// What the family owns, as counts; `gold_grams` only when revealed.
    pub assets: FamilyAssets,
    /// The latest snapshot of the family's welfare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welfare_status: Option<WelfareStatus>,
    /// Programmes the family is or was in.
    pub programs: Vec<ProgramParticipation>,
    /// Everybody in the family, the head first.
    pub members: Vec<Person>,
    /// What struck the family, latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shocks: Vec<FamilyShock>,
    /// What is odd about somebody's NIK: shown, and never a reason to refuse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<RegistryWarning>,
    /// Whether the family still counts.
    pub standing: Standing,
    /// The family that took this one in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub merged_into: Option<Uuid>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When the family was entered.
    pub created_at: DateTime<Utc>,
    /// When the record last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is odd and was taken all the same: no fault, for a fault refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryWarning {
    /// The field of this answer that contradicts the NIK, or the NIK itself.
    #[schema(example = "/sex")]
    pub pointer: String,
    /// What is odd; `GET /v1/reference/nik-warnings` has the words.
    #[schema(example = "nik_sex_differs")]
    pub code: NikWarning,
}

impl RegistryWarning {
    pub fn of(code: NikWarning) -> Self {
        let pointer = match code {
            NikWarning::UnknownRegency | NikWarning::UnknownDistrict => "/nik",
            NikWarning::BirthDateDiffers => "/birth_date",
            NikWarning::SexDiffers => "/sex",
        };
        Self { pointer: pointer.to_owned(), code }
    }
}

/// The person found, or nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonMatches {
    /// None or one.
    #[schema(max_items = 1)]
    pub items: Vec<Person>,
}

/// The family found, or nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FamilyMatches {
    /// None or one.
    #[schema(max_items = 1)]
    pub items: Vec<Family>,
}
