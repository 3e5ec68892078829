//! Response bodies of the registry. `viewer.rs` fills them for one caller.

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

/// A person of the registry. An absent field is unknown or, if `masked`, not shown.
#[serde_with::skip_serializing_none]
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
    /// Family of the person. A person who lives alone is the only member of a family.
    pub family_id: Uuid,
    /// Village in which the family lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Whether this response masks the NIK and omits the birth date and data on health, disability and orphanhood.
    #[schema(example = true)]
    pub masked: bool,
    /// Whether processing of this person's data is restricted. If so, few fields are shown, and only some purposes
    /// reveal the rest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(example = false)]
    pub restricted: bool,
    /// NIK; unless revealed, only its first two and last two digits are shown.
    #[schema(example = "32************01")]
    pub nik: Option<String>,
    /// Whether Dukcapil confirmed the identity.
    pub identity_status: IdentityStatus,
    /// Name as in the identity documents.
    #[schema(example = "Siti Rahmawati")]
    pub full_name: String,
    /// Year of birth.
    #[schema(example = 1990)]
    pub birth_year: Option<i32>,
    /// Date of birth; only when revealed.
    #[schema(example = json!(null))]
    pub birth_date: Option<NaiveDate>,
    /// Sex as in the identity documents.
    #[schema(example = "female")]
    pub sex: Sex,
    /// Relation to the head of the family.
    pub relation_to_head: RelationToHead,
    /// Marital status.
    #[schema(example = "married")]
    pub marital_status: Option<MaritalStatus>,
    /// School level attended now, or the last one completed.
    #[schema(example = "sma")]
    pub school_level: Option<SchoolLevel>,
    /// Whether the person attends school or university now.
    #[schema(example = false)]
    pub school_enrolled: Option<bool>,
    /// Occupation class of the person.
    #[schema(example = "BURUH")]
    pub occupation_class: Option<OccupationClass>,
    /// Type of disability; only when revealed.
    #[schema(example = json!(null))]
    pub disability_type: Option<DisabilityType>,
    /// Severity of the disability; only when revealed.
    #[schema(example = json!(null))]
    pub disability_severity: Option<DisabilitySeverity>,
    /// Whether the person has a chronic illness; only when revealed.
    #[schema(example = json!(null))]
    pub chronic_illness: Option<bool>,
    /// Whether the person is pregnant or gave birth in the last six weeks; only when revealed.
    #[schema(example = json!(null))]
    pub pregnant_or_postpartum: Option<bool>,
    /// Membership of the national health insurance (JKN).
    #[schema(example = "inactive")]
    pub jkn_status: Option<JknStatus>,
    /// Whether the person has a Kartu Indonesia Pintar (KIP).
    #[schema(example = false)]
    pub has_kip: Option<bool>,
    /// Whether one or both parents of the person have died; only when revealed.
    #[schema(example = json!(null))]
    pub orphan: Option<bool>,
    /// Whether the person has a certificate of poverty (SKTM).
    #[schema(example = false)]
    pub sktm: Option<bool>,
    /// Whether the village head certified that the person qualifies for aid.
    #[schema(example = false)]
    pub village_head_certified: Option<bool>,
    /// Whether a professional assessment recommended social rehabilitation; only when revealed.
    #[schema(example = json!(null))]
    pub assessment_recommended: Option<bool>,
    /// Social problem criteria; only when revealed, and `violence` only with the scope `cases:restricted`.
    #[schema(example = json!(null))]
    pub criteria: Option<Vec<SocialCriterion>>,
    /// Service need categories (PPKS). Categories on children in conflict with the law, violence, HIV, drug abuse and
    /// trafficking are omitted unless the token carries `cases:restricted`.
    #[schema(example = json!(["PPKS-24"]))]
    pub ppks_codes: Vec<String>,
    /// Inconsistencies of the NIK. They are warnings; the API does not reject the person for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!([]))]
    pub nik_warnings: Vec<NikWarning>,
    /// The same warnings, each with a pointer to the field in this response.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<RegistryWarning>,
    /// Status of the person. Only `active` persons are included in families, eligibility checks and searches.
    pub standing: Standing,
    /// Day of death or removal.
    #[schema(example = json!(null))]
    pub ended_on: Option<NaiveDate>,
    /// Record that replaced this one when the two were merged as the same person.
    #[schema(example = json!(null))]
    pub merged_into: Option<Uuid>,
    /// Version of the resource, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When the person was created in the registry.
    pub created_at: DateTime<Utc>,
    /// When the record last changed.
    pub updated_at: DateTime<Utc>,
}

/// A welfare snapshot: the ranking of a family by a registry source at one time. It never changes.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WelfareStatus {
    /// Id of the snapshot.
    pub id: Uuid,
    /// Source of the ranking.
    #[schema(example = "dtsen")]
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    #[schema(example = "2026-Q3")]
    pub snapshot_version: String,
    /// Day from which the ranking is valid.
    #[schema(example = "2026-07-01")]
    pub as_of: NaiveDate,
    /// Decile of the population, from 1 (poorest) to 10. It is a rank; it does not mean that the family is poor.
    #[schema(minimum = 1, maximum = 10, example = 2)]
    pub decile: i16,
    /// Percentile of the population, from 1 to 100.
    #[schema(minimum = 1, maximum = 100, example = 17)]
    pub percentile: Option<i16>,
    /// When the snapshot was added to this registry.
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

/// A current or past programme participation of the family or one of its members.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProgramParticipation {
    /// Id of the participation; use it to end the participation.
    pub id: Uuid,
    /// Code of the programme.
    #[schema(example = "KKS")]
    pub program_code: String,
    /// The member who participates; absent when the whole family participates.
    #[schema(example = json!(null))]
    pub person_id: Option<Uuid>,
    /// First day, if known.
    #[schema(example = "2025-07-01")]
    pub since: Option<NaiveDate>,
    /// Last day; absent while the participation continues.
    #[schema(example = json!(null))]
    pub until: Option<NaiveDate>,
}

impl From<ParticipationRow> for ProgramParticipation {
    fn from(row: ParticipationRow) -> Self {
        let ParticipationRow { id, program_code, person_id, since, until, .. } = row;
        Self { id, program_code, person_id, since, until }
    }
}

/// A shock that hit a family, for example a disaster or a layoff.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FamilyShock {
    /// Id of the shock; use it to end the shock.
    pub id: Uuid,
    /// Kind of shock.
    pub kind: ShockKind,
    /// The day on which it happened or began.
    #[schema(example = "2026-10-03")]
    pub happened_on: NaiveDate,
    /// The day on which the family had recovered; absent while the shock continues.
    #[schema(example = json!(null))]
    pub until: Option<NaiveDate>,
    /// Note; only when revealed.
    #[schema(example = json!(null))]
    pub note: Option<String>,
}

/// A family of the registry. An absent field is unknown or, if `masked`, not shown.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Family {
    /// Id of the family.
    pub id: Uuid,
    /// Village in which the family lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Whether this response masks numbers and the address and omits coordinates, birth dates, income and data on
    /// health.
    #[schema(example = true)]
    pub masked: bool,
    /// Number of the family card (KK); unless revealed, only its first two and last two digits are shown.
    #[schema(example = "32************01")]
    pub family_card_no: Option<String>,
    /// Address within the village; `***` if an address is recorded but not revealed.
    #[schema(example = "***")]
    pub address: Option<String>,
    /// Latitude of the dwelling in degrees (WGS 84); only when revealed.
    #[schema(example = json!(null))]
    pub latitude: Option<f64>,
    /// Longitude of the dwelling in degrees (WGS 84); only when revealed.
    #[schema(example = json!(null))]
    pub longitude: Option<f64>,
    /// The dwelling. Absent fields were not recorded.
    pub dwelling: Option<Dwelling>,
    /// Circumstances of the family. Absent fields were not recorded.
    pub attributes: FamilyAttributes,
    /// Assets of the family, as counts; `gold_grams` only when revealed.
    pub assets: FamilyAssets,
    /// The latest welfare snapshot of the family.
    pub welfare_status: Option<WelfareStatus>,
    /// Current and past programme participations.
    pub programs: Vec<ProgramParticipation>,
    /// Members of the family, the head first.
    pub members: Vec<Person>,
    /// Shocks that hit the family, latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shocks: Vec<FamilyShock>,
    /// Inconsistencies of the members' NIKs. They are warnings; the API does not reject the family for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<RegistryWarning>,
    /// Status of the family.
    pub standing: Standing,
    /// Family into which this one was merged.
    #[schema(example = json!(null))]
    pub merged_into: Option<Uuid>,
    /// Version of the resource, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When the family was created in the registry.
    pub created_at: DateTime<Utc>,
    /// When the record last changed.
    pub updated_at: DateTime<Utc>,
}

/// A warning about accepted data. Unlike a fault, it does not reject the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegistryWarning {
    /// JSON pointer to the field of this response that contradicts the NIK, or to the NIK itself.
    #[schema(example = "/sex")]
    pub pointer: String,
    /// Code of the warning; `GET /v1/reference/nik-warnings` has the texts.
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

/// The person found, or an empty list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonMatches {
    /// At most one item.
    #[schema(max_items = 1)]
    pub items: Vec<Person>,
}

/// The family found, or an empty list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FamilyMatches {
    /// At most one item.
    #[schema(max_items = 1)]
    pub items: Vec<Family>,
}
