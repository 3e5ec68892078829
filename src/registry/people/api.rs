//! Request bodies of the registry. `validation.rs` checks what a schema cannot express.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::http::text::{PersonName, ShortText};
use crate::registry::model::{
    CookingFuel, DisabilitySeverity, DisabilityType, DwellingTenure, FloorMaterial, IdentityStatus, IncomeClass,
    JknStatus, LightingSource, MaritalStatus, OccupationClass, RelationToHead, RoofMaterial, SchoolLevel, Sex,
    SocialCriterion, ToiletFacility, WallMaterial, WaterSource, WelfareSource,
};

crate::limited_text!(
    /// Name of the snapshot at its source, for example the quarter of the ranking.
    SnapshotVersion, 1..=40, "2026-Q3"
);

/// Sixteen digits that `Debug` does not print. The number itself is validated with the rest of the body.
macro_rules! secret_digits {
    ($(#[doc = $about:literal])+ $Name:ident, $example:literal) => {
        $(#[doc = $about])+
        #[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(pattern = r"^\d{16}$", example = $example)]
        pub struct $Name(String);

        impl $Name {
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($Name), "(**)"))
            }
        }
    };
}

secret_digits!(
    /// NIK (population number): 16 digits, `PPKKCC DDMMYY SSSS`; for a woman 40 is added to the day. Stored encrypted.
    NikDigits,
    "3204051203809001"
);
secret_digits!(
    /// Number of a family card (Kartu Keluarga, KK): 16 digits. Stored encrypted.
    FamilyCardDigits,
    "3204051506109001"
);

/// `validation.rs` validates these bodies as a whole, so that one response lists all faults.
macro_rules! validated_elsewhere {
    ($($Name:ident),+) => {$(
        impl Validate for $Name {
            fn validate(&self) -> Result<(), ValidationErrors> {
                Ok(())
            }
        }
    )+};
}
validated_elsewhere!(CreateFamily, CreateMember, CreatePerson, CreateWelfareStatus);

/// A family with all its members.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e",
    "family_card_no": "3204051506109001",
    "region_code": "32.04.05.2001",
    "address": "Kp. Cikalang RT 02 RW 05",
    "dwelling": {
        "tenure": "own", "land_title": true, "floor_material": "earth", "wall_material": "bamboo",
        "roof_material": "zinc", "floor_area_m2": 30, "habitable": false, "toilet": "shared",
        "lighting_source": "pln", "power_va": 450, "pln_customer_id": "99000000012",
    },
    "attributes": { "prior_housing_aid": false, "income_class": "MBR" },
    "programs": [{ "program_code": "KKS", "since": "2025-07-01" }],
    "members": [
        {
            "relation_to_head": "head", "nik": "3204051203809001", "identity_status": "verified",
            "full_name": "Asep Hidayat", "birth_date": "1980-03-12", "sex": "male", "marital_status": "married",
            "school_level": "sd", "school_enrolled": false, "occupation_class": "BURUH", "jkn_status": "inactive",
            "disability_type": "none", "chronic_illness": false,
        },
        {
            "relation_to_head": "child", "nik": "3204054505159001", "identity_status": "verified",
            "full_name": "Siti Rahmawati", "birth_date": "2015-05-05", "sex": "female", "school_level": "sd",
            "school_enrolled": true, "jkn_status": "none", "has_kip": false, "disability_type": "none",
        },
    ],
}))]
pub struct CreateFamily {
    /// Id chosen by the client (UUIDv7), so that a device can record offline; the service generates one when absent.
    pub id: Option<Uuid>,
    /// Number of the family card (KK), if the family has one.
    pub family_card_no: Option<FamilyCardDigits>,
    /// Village in which the family lives (`PP.KK.CC.DDDD`).
    #[schema(pattern = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$", example = "32.04.05.2001")]
    pub region_code: String,
    /// Address within the village.
    pub address: Option<ShortText>,
    /// Latitude of the dwelling in degrees (WGS 84).
    #[schema(minimum = -90, maximum = 90, example = -6.93)]
    pub latitude: Option<f64>,
    /// Longitude of the dwelling in degrees (WGS 84).
    #[schema(minimum = -180, maximum = 180, example = 107.72)]
    pub longitude: Option<f64>,
    /// The dwelling. Absent fields were not recorded.
    pub dwelling: Option<Dwelling>,
    /// Circumstances of the family. Absent fields were not recorded.
    pub attributes: Option<FamilyAttributes>,
    /// Assets of the family, as counts.
    pub assets: Option<FamilyAssets>,
    /// Programmes in which the family participates. Omit the field if this was not asked; an empty list means none.
    #[schema(max_items = 50)]
    pub programs: Option<Vec<HeldProgram>>,
    /// Welfare ranking of the family by a registry source. Needs the scope `registry:import` as well: a desk does not
    /// set a decile, it proposes or disputes one.
    pub welfare_status: Option<CreateWelfareStatus>,
    /// All members of the family. Exactly one is the head.
    #[schema(min_items = 1, max_items = 40)]
    pub members: Vec<CreateMember>,
}

/// Two bodies have these fields. A flattened struct would accept unknown fields, so a macro writes them twice.
macro_rules! with_person_fields {
    ($(#[$meta:meta])* pub struct $Name:ident { $($own:tt)* }) => {
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub struct $Name {
            /// Id chosen by the client (UUIDv7); the service generates one when absent.
            pub id: Option<Uuid>,
            $($own)*
            /// NIK, if the person has one.
            pub nik: Option<NikDigits>,
            /// Whether Dukcapil confirmed the identity; `unknown` when absent. `verified` needs a NIK.
            #[schema(example = "verified")]
            pub identity_status: Option<IdentityStatus>,
            /// Name as in the identity documents.
            pub full_name: PersonName,
            /// Date of birth; taken from the NIK when absent.
            #[schema(example = "1990-03-12")]
            pub birth_date: Option<NaiveDate>,
            /// Sex as in the identity documents.
            pub sex: Sex,
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
            /// Type of disability. `none` means no disability; omit the field if this was not asked.
            #[schema(example = "none")]
            pub disability_type: Option<DisabilityType>,
            /// Severity of the disability.
            #[schema(example = "mild")]
            pub disability_severity: Option<DisabilitySeverity>,
            /// Whether the person has a chronic illness.
            #[schema(example = false)]
            pub chronic_illness: Option<bool>,
            /// Whether the person is pregnant or gave birth in the last six weeks.
            #[schema(example = false)]
            pub pregnant_or_postpartum: Option<bool>,
            /// Membership of the national health insurance (JKN).
            #[schema(example = "inactive")]
            pub jkn_status: Option<JknStatus>,
            /// Whether the person has a Kartu Indonesia Pintar (KIP).
            #[schema(example = false)]
            pub has_kip: Option<bool>,
            /// Whether one or both parents of the person have died.
            #[schema(example = false)]
            pub orphan: Option<bool>,
            /// Whether the person has a certificate of poverty (SKTM).
            #[schema(example = false)]
            pub sktm: Option<bool>,
            /// Whether the village head certified that the person qualifies for aid.
            #[schema(example = false)]
            pub village_head_certified: Option<bool>,
            /// Whether a professional assessment recommended social rehabilitation.
            #[schema(example = false)]
            pub assessment_recommended: Option<bool>,
            /// Social problem criteria (UU 11/2009). Omit the field if this was not assessed; an empty list means none.
            #[schema(max_items = 7, example = json!([]))]
            pub criteria: Option<Vec<SocialCriterion>>,
            /// Service need categories (PPKS, Permensos 8/2012), see `GET /v1/reference/service-need-categories`. Omit
            /// the field if this was not assessed; an empty list means none.
            #[schema(max_items = 26, example = json!(["PPKS-24"]))]
            pub ppks_codes: Option<Vec<String>>,
            /// Programmes in which the person participates.
            #[schema(max_items = 50)]
            pub programs: Option<Vec<HeldProgram>>,
        }
    };
}

with_person_fields! {
    /// A person as a member of a family.
    pub struct CreateMember {
        /// Relation to the head of the family.
        pub relation_to_head: RelationToHead,
    }
}

with_person_fields! {
    /// A person who lives without a family, for example on the street. The service creates a family with this person as
    /// its only member.
    #[schema(example = json!({
        "region_code": "32.04.05.2001", "address": "Terminal, sisi utara", "full_name": "Ujang Permana",
        "sex": "male", "ppks_codes": ["PPKS-11"], "assessment_recommended": true,
    }))]
    pub struct CreatePerson {
        /// Village in which the person stays (`PP.KK.CC.DDDD`).
        #[schema(pattern = r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$", example = "32.04.05.2001")]
        pub region_code: String,
        /// Where the person can be found.
        pub address: Option<ShortText>,
    }
}

impl CreatePerson {
    /// The family with this person as its only member and head.
    pub fn into_family(self) -> CreateFamily {
        CreateFamily {
            id: None,
            family_card_no: None,
            region_code: self.region_code,
            address: self.address,
            latitude: None,
            longitude: None,
            dwelling: None,
            attributes: None,
            assets: None,
            programs: None,
            welfare_status: None,
            members: vec![CreateMember {
                id: self.id,
                relation_to_head: RelationToHead::Head,
                nik: self.nik,
                identity_status: self.identity_status,
                full_name: self.full_name,
                birth_date: self.birth_date,
                sex: self.sex,
                marital_status: self.marital_status,
                school_level: self.school_level,
                school_enrolled: self.school_enrolled,
                occupation_class: self.occupation_class,
                disability_type: self.disability_type,
                disability_severity: self.disability_severity,
                chronic_illness: self.chronic_illness,
                pregnant_or_postpartum: self.pregnant_or_postpartum,
                jkn_status: self.jkn_status,
                has_kip: self.has_kip,
                orphan: self.orphan,
                sktm: self.sktm,
                village_head_certified: self.village_head_certified,
                assessment_recommended: self.assessment_recommended,
                criteria: self.criteria,
                ppks_codes: self.ppks_codes,
                programs: self.programs,
            }],
        }
    }
}

/// A dwelling. Absent fields were not recorded.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dwelling {
    /// Tenure: by which right the family lives in the dwelling.
    pub tenure: Option<DwellingTenure>,
    /// Whether the family has a land title.
    pub land_title: Option<bool>,
    /// Main material of the floor.
    #[schema(example = "cement")]
    pub floor_material: Option<FloorMaterial>,
    /// Main material of the walls.
    pub wall_material: Option<WallMaterial>,
    /// Main material of the roof.
    #[schema(example = "zinc")]
    pub roof_material: Option<RoofMaterial>,
    /// Floor area in square metres.
    #[schema(minimum = 0, maximum = 10_000, example = 36)]
    pub floor_area_m2: Option<f64>,
    /// Whether the walls or the roof are a danger to the residents.
    #[schema(example = false)]
    pub wall_or_roof_dangerous: Option<bool>,
    /// Whether the dwelling is fit to live in.
    pub habitable: Option<bool>,
    /// Source of drinking water.
    #[schema(example = "protected_well")]
    pub water_source: Option<WaterSource>,
    /// Toilet facility that the family uses.
    pub toilet: Option<ToiletFacility>,
    /// Main cooking fuel.
    #[schema(example = "lpg_3kg")]
    pub cooking_fuel: Option<CookingFuel>,
    /// Main source of lighting.
    pub lighting_source: Option<LightingSource>,
    /// Installed electric power in volt-amperes (VA).
    #[schema(minimum = 0, maximum = 200_000, example = 450)]
    pub power_va: Option<i32>,
    /// PLN customer number, up to 20 digits; an empty string means that the dwelling has no number of its own. Masked
    /// responses show only the last two digits.
    #[schema(pattern = r"^[0-9*]{0,20}$", max_length = 20, example = "99000000012")]
    pub pln_customer_id: Option<String>,
}

/// Circumstances of a family that programme rules use. Absent fields were not recorded.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyAttributes {
    /// Whether the family is a disaster victim.
    #[schema(example = false)]
    pub disaster_victim: Option<bool>,
    /// Whether the breadwinner was laid off.
    #[schema(example = false)]
    pub breadwinner_laid_off: Option<bool>,
    /// Whether the family lost its livelihood.
    #[schema(example = false)]
    pub lost_livelihood: Option<bool>,
    /// Whether the family is classified as extremely poor.
    #[schema(example = false)]
    pub extreme_poor: Option<bool>,
    /// Whether the family received housing aid before.
    #[schema(example = false)]
    pub prior_housing_aid: Option<bool>,
    /// Income class as the housing programmes define it. In responses only when personal data is revealed.
    pub income_class: Option<IncomeClass>,
}

macro_rules! assets {
    ($( #[doc = $about:literal] $name:ident ),+ $(,)?) => {
        /// Assets of a family, as counts. Absent fields were not counted.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct FamilyAssets {
            $(
                #[doc = $about]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(minimum = 0, maximum = 1_000_000, example = 1)]
                pub $name: Option<i32>,
            )+
        }

        impl FamilyAssets {
            pub fn counts(&self) -> impl Iterator<Item = (&'static str, i32)> {
                [$((stringify!($name), self.$name)),+].into_iter().filter_map(|(name, count)| Some((name, count?)))
            }
        }
    };
}
assets!(
    /// Bicycles.
    bicycles,
    /// Motorcycles.
    motorcycles,
    /// Cars.
    cars,
    /// Boats, with or without a motor.
    boats,
    /// Gas cylinders of 5.5 kg and more.
    gas_cylinders,
    /// Refrigerators.
    refrigerators,
    /// Air conditioners.
    air_conditioners,
    /// Water heaters.
    water_heaters,
    /// Televisions.
    televisions,
    /// Computers and laptops.
    computers,
    /// Smartphones.
    smartphones,
    /// Gold and jewellery, in grams.
    gold_grams,
    /// Land other than that of the dwelling, in square metres.
    other_land_m2,
    /// Houses other than the dwelling.
    other_houses,
    /// Cattle and buffaloes.
    cattle,
    /// Goats, sheep and pigs.
    goats_sheep_pigs,
    /// Poultry.
    poultry,
);

/// A current or past programme participation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldProgram {
    /// Code of the programme.
    #[schema(example = "KKS")]
    pub program_code: String,
    /// First day, if known.
    #[schema(example = "2025-07-01")]
    pub since: Option<NaiveDate>,
    /// Last day; absent while the participation continues.
    #[schema(example = "2027-06-30")]
    pub until: Option<NaiveDate>,
}

/// A welfare snapshot: the ranking of a family by a registry source at one time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWelfareStatus {
    /// Source of the ranking.
    #[schema(example = "dtsen")]
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    pub snapshot_version: SnapshotVersion,
    /// Day from which the ranking is valid.
    #[schema(example = "2026-07-01")]
    pub as_of: NaiveDate,
    /// Decile of the population, from 1 (poorest) to 10. It is a rank; it does not mean that the family is poor.
    #[schema(minimum = 1, maximum = 10, example = 2)]
    pub decile: i16,
    /// Percentile of the population, from 1 to 100, if the source gives it. It must lie within the decile.
    #[schema(minimum = 1, maximum = 100, example = 17)]
    pub percentile: Option<i16>,
}

/// The number by which to find a person.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PersonLookup {
    /// The person's NIK.
    pub nik: NikDigits,
}

/// The number by which to find a family: exactly one of the two.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FamilyLookup {
    /// NIK of any member.
    pub nik: Option<NikDigits>,
    /// Number of the family card.
    #[schema(example = json!(null))]
    pub family_card_no: Option<FamilyCardDigits>,
}
