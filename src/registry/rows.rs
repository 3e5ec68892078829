//! The registry's rows, as the database holds them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::model::{
    CookingFuel, DisabilitySeverity, DisabilityType, DwellingTenure, FloorMaterial, IdentityStatus, JknStatus,
    LightingSource, MaritalStatus, OccupationClass, RelationToHead, RoofMaterial, SchoolLevel, Sex, ToiletFacility,
    WallMaterial, WaterSource, WelfareSource,
};
use crate::db::schema::{dwellings, families, identities, persons, program_participations, welfare_statuses};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = families, check_for_backend(diesel::pg::Pg))]
pub struct FamilyRow {
    pub id: Uuid,
    pub region_code: String,
    pub family_card_sealed: Option<Vec<u8>>,
    pub address: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub attributes: Value,
    pub submission_hash: Option<Vec<u8>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = persons, primary_key(family_id, id), check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct PersonRow {
    pub family_id: Uuid,
    pub id: Uuid,
    pub region_code: String,
    pub nik_sealed: Option<Vec<u8>>,
    pub identity_status: IdentityStatus,
    pub full_name: String,
    pub birth_date: Option<NaiveDate>,
    pub sex: Sex,
    pub relation_to_head: RelationToHead,
    pub marital_status: Option<MaritalStatus>,
    pub school_level: Option<SchoolLevel>,
    pub school_enrolled: Option<bool>,
    pub occupation_class: Option<OccupationClass>,
    pub disability_type: Option<DisabilityType>,
    pub disability_severity: Option<DisabilitySeverity>,
    pub chronic_illness: Option<bool>,
    pub pregnant_or_postpartum: Option<bool>,
    pub jkn_status: Option<JknStatus>,
    pub has_kip: Option<bool>,
    pub orphan: Option<bool>,
    pub ppks_codes: Vec<String>,
    /// Purposes for which the data may not be used: see `PersonRow::limits`.
    pub limited_purposes: Vec<String>,
    pub attributes: Value,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = dwellings, check_for_backend(diesel::pg::Pg))]
pub struct DwellingRow {
    pub family_id: Uuid,
    pub tenure: Option<DwellingTenure>,
    pub floor_material: Option<FloorMaterial>,
    pub wall_material: Option<WallMaterial>,
    pub roof_material: Option<RoofMaterial>,
    pub water_source: Option<WaterSource>,
    pub lighting_source: Option<LightingSource>,
    pub power_va: Option<i32>,
    /// Empty when the dwelling is known to have none of its own.
    pub pln_customer_id: Option<String>,
    pub cooking_fuel: Option<CookingFuel>,
    pub toilet: Option<ToiletFacility>,
    pub floor_area_m2: Option<f64>,
    pub land_title: Option<bool>,
    pub habitable: Option<bool>,
    pub wall_or_roof_dangerous: Option<bool>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = welfare_statuses, check_for_backend(diesel::pg::Pg))]
pub struct WelfareStatusRow {
    pub family_id: Uuid,
    pub id: Uuid,
    pub source: WelfareSource,
    pub snapshot_version: String,
    pub as_of: NaiveDate,
    pub decile: i16,
    pub percentile: Option<i16>,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = program_participations, check_for_backend(diesel::pg::Pg))]
pub struct ParticipationRow {
    pub family_id: Uuid,
    pub id: Uuid,
    pub person_id: Option<Uuid>,
    pub program_code: String,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
}

impl ParticipationRow {
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }
}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = identities)]
pub struct IdentityRow {
    pub blind_index: Vec<u8>,
    pub kind: &'static str,
    pub family_id: Uuid,
    pub person_id: Option<Uuid>,
}

/// A family with all that belongs to it, as of a day.
#[derive(Debug, Clone)]
pub struct Household {
    pub family: FamilyRow,
    pub dwelling: Option<DwellingRow>,
    /// The latest snapshot of that day or before.
    pub status: Option<WelfareStatusRow>,
    pub participations: Vec<ParticipationRow>,
    /// The head first.
    pub members: Vec<PersonRow>,
    /// Of the programmes' rules, read in the same statement: facts and rules are of one moment.
    pub program_revision: i64,
}

impl Household {
    pub fn head(&self) -> Option<&PersonRow> {
        self.members.iter().find(|m| m.relation_to_head == RelationToHead::Head)
    }

    pub fn attributes(&self) -> FamilyFacts {
        serde_json::from_value(self.family.attributes.clone()).unwrap_or_default()
    }
}

impl PersonRow {
    pub fn attributes(&self) -> PersonFacts {
        serde_json::from_value(self.attributes.clone()).unwrap_or_default()
    }
}

/// What `families.attributes` holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FamilyFacts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disaster_victim: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breadwinner_laid_off: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_livelihood: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extreme_poor: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_housing_aid: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub income_class: Option<super::model::IncomeClass>,
    /// The programmes were asked for, so that an empty list says "none".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub programs_known: bool,
}

/// What `persons.attributes` holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PersonFacts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sktm: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village_head_certified: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment_recommended: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<Vec<super::model::SocialCriterion>>,
    /// The categories were assessed, so that an empty list says "none".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ppks_known: bool,
}
