//! Database rows of the registry.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db::schema::{
    dwellings, families, family_shocks, identities, person_merges, person_names, person_residences, persons,
    program_participations, registry_changes, registry_loads, welfare_statuses,
};
use crate::db::stored;
use crate::erased_text::ERASED;
use crate::error::Error;
use crate::registry::model::{
    CookingFuel, DisabilitySeverity, DisabilityType, DwellingTenure, FloorMaterial, IdentityStatus, JknStatus,
    LightingSource, MaritalStatus, OccupationClass, RelationToHead, ResidenceKind, RoofMaterial, SchoolLevel, Sex,
    ShockKind, Standing, ToiletFacility, WallMaterial, WaterSource, WelfareSource,
};
use crate::registry::people::api::FamilyAssets;

const FAMILY_ATTRIBUTES: &str = "families.attributes";
const FAMILY_ASSETS: &str = "families.assets";
const PERSON_ATTRIBUTES: &str = "persons.attributes";

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = families, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
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
    pub standing: Standing,
    pub merged_into: Option<Uuid>,
    pub assets: Value,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
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
    /// Purposes for which the data must not be used: see `privacy::limits`.
    pub limited_purposes: Vec<String>,
    pub attributes: Value,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub standing: Standing,
    pub ended_on: Option<NaiveDate>,
    pub merged_into: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = dwellings, primary_key(family_id), check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct DwellingRow {
    pub family_id: Uuid,
    pub tenure: Option<DwellingTenure>,
    pub floor_material: Option<FloorMaterial>,
    pub wall_material: Option<WallMaterial>,
    pub roof_material: Option<RoofMaterial>,
    pub water_source: Option<WaterSource>,
    pub lighting_source: Option<LightingSource>,
    pub power_va: Option<i32>,
    /// Empty if it is known that the dwelling has no number of its own.
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
    pub fn is_active_on(&self, day: NaiveDate) -> bool {
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

#[derive(Debug, Clone, Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = family_shocks, check_for_backend(diesel::pg::Pg))]
pub struct ShockRow {
    pub family_id: Uuid,
    pub id: Uuid,
    pub kind: ShockKind,
    pub happened_on: NaiveDate,
    pub until: Option<NaiveDate>,
    pub note: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// The rest of a name from one of its words on: see `names`.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = person_names)]
pub struct NameRow {
    pub family_id: Uuid,
    pub person_id: Uuid,
    pub word: i16,
    pub region_code: String,
    pub key: String,
    pub sound: String,
    /// Length in bytes of the prefix shared with the rest from an earlier word on; -1 for the first word.
    pub key_shared: i16,
    pub sound_shared: i16,
}

/// Key and version of a person's row at the time of the read.
#[derive(Debug, Clone, Copy)]
pub struct SeenPerson {
    pub family_id: Uuid,
    pub id: Uuid,
    pub version: i32,
}

/// A family with its dependent rows and members, as of a day.
#[derive(Debug, Clone)]
pub struct Household {
    pub family: FamilyRow,
    pub dwelling: Option<DwellingRow>,
    /// The latest welfare snapshot on or before that day.
    pub status: Option<WelfareStatusRow>,
    pub participations: Vec<ParticipationRow>,
    pub shocks: Vec<ShockRow>,
    /// Active members, the head first.
    pub members: Vec<PersonRow>,
    /// Revision of the programme rules, read in the same statement, so that facts and rules are of the same time.
    pub program_revision: i64,
}

impl Household {
    pub fn head(&self) -> Option<&PersonRow> {
        self.members.iter().find(|m| m.relation_to_head == RelationToHead::Head)
    }

    pub fn attributes(&self) -> Result<FamilyFacts, Error> {
        self.family.attributes()
    }
}

impl FamilyRow {
    pub fn attributes(&self) -> Result<FamilyFacts, Error> {
        stored::read(&self.attributes, FAMILY_ATTRIBUTES, self.id)
    }

    pub fn set_attributes(&mut self, facts: &FamilyFacts) -> Result<(), Error> {
        self.attributes = stored::replace(&self.attributes, facts, FAMILY_ATTRIBUTES, self.id)?;
        Ok(())
    }

    pub fn assets(&self) -> Result<FamilyAssets, Error> {
        stored::read(&self.assets, FAMILY_ASSETS, self.id)
    }

    pub fn set_assets(&mut self, assets: &FamilyAssets) -> Result<(), Error> {
        self.assets = stored::replace(&self.assets, assets, FAMILY_ASSETS, self.id)?;
        Ok(())
    }
}

impl PersonRow {
    pub fn attributes(&self) -> Result<PersonFacts, Error> {
        stored::read(&self.attributes, PERSON_ATTRIBUTES, self.id)
    }

    pub fn set_attributes(&mut self, facts: &PersonFacts) -> Result<(), Error> {
        self.attributes = stored::replace(&self.attributes, facts, PERSON_ATTRIBUTES, self.id)?;
        Ok(())
    }

    pub fn is_erased(&self) -> bool {
        self.full_name == ERASED
    }
}

/// Content of `families.attributes`.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FamilyFacts {
    pub disaster_victim: Option<bool>,
    pub breadwinner_laid_off: Option<bool>,
    pub lost_livelihood: Option<bool>,
    pub extreme_poor: Option<bool>,
    pub prior_housing_aid: Option<bool>,
    pub income_class: Option<crate::registry::model::IncomeClass>,
    /// The programmes were asked, so that an empty list means none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub programs_known: bool,
}

/// Content of `persons.attributes`.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PersonFacts {
    pub sktm: Option<bool>,
    pub village_head_certified: Option<bool>,
    pub assessment_recommended: Option<bool>,
    pub criteria: Option<Vec<crate::registry::model::SocialCriterion>>,
    /// The categories were assessed, so that an empty list means none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ppks_known: bool,
}

/// A change of a family or a person: see `history`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registry_changes, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct ChangeRow {
    pub subject_id: Uuid,
    pub id: Uuid,
    pub subject_kind: String,
    pub family_id: Uuid,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub client_id: String,
    pub action: String,
    pub fields: Vec<String>,
    pub values_sealed: Option<Vec<u8>>,
    pub happened_on: Option<NaiveDate>,
    pub reason: Option<String>,
}

/// An import batch that created families and persons: see `history`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registry_loads, check_for_backend(diesel::pg::Pg))]
pub struct LoadRow {
    pub at: DateTime<Utc>,
    pub import_id: Uuid,
    pub actor: String,
    pub client_id: String,
}

/// A person's record that was merged into another record of the same person: see `mergers`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_merges, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct MergeRow {
    pub merged_person_id: Uuid,
    pub id: Uuid,
    pub merged_family_id: Uuid,
    pub kept_person_id: Uuid,
    pub kept_family_id: Uuid,
    pub taken: Vec<String>,
    pub participation_ids: Vec<Uuid>,
    pub identity_moved: bool,
    pub family_closed: bool,
    pub actor: String,
    pub merged_at: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
    pub residence_ids: Vec<Uuid>,
}

/// A stay in an institution.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = person_residences, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct ResidenceRow {
    pub person_id: Uuid,
    pub id: Uuid,
    pub kind: ResidenceKind,
    pub facility_id: Option<Uuid>,
    pub facility_name: Option<String>,
    pub region_code: String,
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}
