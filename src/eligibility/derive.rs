//! Derives facts from registry records. Pure. A value that is not recorded stays unknown. A count that may be too low is set only if it
//! is at least one: that settles every "at least one" condition.

use chrono::NaiveDate;

use super::facts::{FactId as F, FactSet, Value};
use crate::error::Error;
use crate::regions::directory;
use crate::registry::model::{
    DisabilitySeverity, DisabilityType, FloorMaterial, IdentityStatus, LightingSource, RelationToHead, RoofMaterial,
    SchoolLevel, Sex, ToiletFacility, WallMaterial, WelfareSource,
};
use crate::registry::rows::{DwellingRow, Household, ParticipationRow, PersonRow};

const ELDERLY: u32 = 60;
const CHILDBEARING: std::ops::RangeInclusive<u32> = 10..=55;
/// Ages at which a person without recorded schooling may attend a school.
const SCHOOL_AGES: std::ops::RangeInclusive<u32> = 5..=24;

/// Sets a fact. The kinds here match the table of facts; debug builds and tests check that.
fn put(facts: &mut FactSet, id: F, value: impl Into<Value>) {
    let set = facts.set(id, value);
    debug_assert!(set.is_ok(), "{} has another kind", id.name());
}

fn put_known<T: Into<Value>>(facts: &mut FactSet, id: F, value: Option<T>) {
    if let Some(value) = value {
        put(facts, id, value);
    }
}

/// The facts that are the same for every member of the family.
pub fn family_facts(home: &Household, on: NaiveDate) -> Result<FactSet, Error> {
    let mut facts = FactSet::new();
    let f = &mut facts;
    if let Some(status) = &home.status {
        if status.source != WelfareSource::Local {
            put(f, F::FamilyRegistryListed, true);
        }
        put(f, F::FamilyDecile, i64::from(status.decile));
        put_known(f, F::FamilyWelfarePercentile, status.percentile.map(i64::from));
    }
    region(f, &home.family.region_code);
    members(f, &home.members, on);
    let known = home.attributes()?;
    put_known(f, F::FamilyPriorHousingAid, known.prior_housing_aid);
    put_known(f, F::FamilyIncomeClass, known.income_class.map(|c| c.as_str()));
    put_known(f, F::FamilyDisasterVictim, known.disaster_victim);
    put_known(f, F::FamilyBreadwinnerLaidOff, known.breadwinner_laid_off);
    put_known(f, F::FamilyLostLivelihood, known.lost_livelihood);
    put_known(f, F::FamilyExtremePoor, known.extreme_poor);
    if known.programs_known || !home.participations.is_empty() {
        // The participation of a member who died, left or was merged no longer counts for the family.
        let inside = |p: &ParticipationRow| p.person_id.is_none_or(|id| home.members.iter().any(|m| m.id == id));
        let running = home.participations.iter().filter(|p| p.is_active_on(on) && inside(p));
        let mut active: Vec<String> = running.map(|p| p.program_code.clone()).collect();
        active.sort();
        active.dedup();
        put(f, F::FamilyProgramsActive, active);
        let prakerja = home.participations.iter().filter(|p| p.program_code == "PRAKERJA").count();
        put(f, F::FamilyCountPrakerjaRecipients, count(prakerja));
    }
    if let Some(dwelling) = &home.dwelling {
        dwelling_facts(f, dwelling, home.members.len());
    }
    Ok(facts)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn region(facts: &mut FactSet, code: &str) {
    put(facts, F::RegionCode, code.to_owned());
    put_known(facts, F::RegionVillageKind, directory::find(code).map(|region| region.kind.as_str()));
}

fn age(person: &PersonRow, on: NaiveDate) -> Option<u32> {
    person.birth_date.and_then(|born| on.years_since(born))
}

/// Counts the members for whom `is` is true. Unknown if the count is zero and any member's value is unknown.
fn put_count(facts: &mut FactSet, id: F, members: &[PersonRow], is: impl Fn(&PersonRow) -> Option<bool>) {
    let (mut counted, mut all_known) = (0, true);
    for value in members.iter().map(is) {
        counted += usize::from(value == Some(true));
        all_known &= value.is_some();
    }
    if counted > 0 || all_known {
        put(facts, id, count(counted));
    }
}

fn members(facts: &mut FactSet, members: &[PersonRow], on: NaiveDate) {
    put(facts, F::FamilyCountMembers, count(members.len()));
    put_count(facts, F::FamilyCountPregnantOrPostpartum, members, |m| {
        let cannot_be = m.sex == Sex::Male || age(m, on).is_some_and(|age| !CHILDBEARING.contains(&age));
        if cannot_be { Some(false) } else { m.pregnant_or_postpartum }
    });
    put_count(facts, F::FamilyCountAge06, members, |m| age(m, on).map(|age| age <= 6));
    put_count(facts, F::FamilyCountAge60Plus, members, |m| age(m, on).map(|age| age >= ELDERLY));
    put_count(facts, F::FamilyCountAge70Plus, members, |m| age(m, on).map(|age| age >= 70));
    put_count(facts, F::FamilyCountSevereDisability, members, severely_disabled);
    let levels = [
        (F::FamilyCountEnrolledSd, SchoolLevel::Sd),
        (F::FamilyCountEnrolledSmp, SchoolLevel::Smp),
        (F::FamilyCountEnrolledSma, SchoolLevel::Sma),
    ];
    for (id, level) in levels {
        put_count(facts, id, members, |m| attends(m, level, on));
    }
    put_known(facts, F::FamilyChronicIllnessOrDisability, any(members, |m| either(m.chronic_illness, disabled(m))));
    let alone = match members {
        [only] => age(only, on).map(|age| age >= ELDERLY),
        _ => Some(false),
    };
    put_known(facts, F::FamilySingleElderlyHousehold, alone);
    let head = members.iter().find(|m| m.relation_to_head == RelationToHead::Head);
    put_known(facts, F::FamilyFemaleHeaded, head.map(|head| head.sex == Sex::Female));
}

fn attends(person: &PersonRow, level: SchoolLevel, on: NaiveDate) -> Option<bool> {
    match (person.school_enrolled, person.school_level) {
        (Some(false), _) => Some(false),
        (Some(true), known) => known.map(|known| known == level),
        (None, _) => match age(person, on) {
            Some(age) if !SCHOOL_AGES.contains(&age) => Some(false),
            _ => None,
        },
    }
}

fn disabled(person: &PersonRow) -> Option<bool> {
    person.disability_type.map(|kind| kind != DisabilityType::None)
}

fn severely_disabled(person: &PersonRow) -> Option<bool> {
    match (person.disability_type, person.disability_severity) {
        (Some(DisabilityType::None), _) => Some(false),
        (_, Some(severity)) => Some(severity == DisabilitySeverity::Severe),
        _ => None,
    }
}

/// The three-valued "or" of Kleene logic.
fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn any(members: &[PersonRow], is: impl Fn(&PersonRow) -> Option<bool>) -> Option<bool> {
    members.iter().map(is).fold(Some(false), either)
}

fn dwelling_facts(facts: &mut FactSet, home: &DwellingRow, people: usize) {
    put_known(facts, F::DwellingTenure, home.tenure.map(|c| c.as_str()));
    put_known(facts, F::DwellingLandTitle, home.land_title);
    put_known(facts, F::DwellingFloorMaterial, home.floor_material.map(|c| c.as_str()));
    put_known(facts, F::DwellingWallMaterial, home.wall_material.map(|c| c.as_str()));
    put_known(facts, F::DwellingRoofMaterial, home.roof_material.map(|c| c.as_str()));
    put_known(facts, F::DwellingWallOrRoofDangerous, home.wall_or_roof_dangerous);
    put_known(facts, F::DwellingWallOrRoofPerishable, perishable(home));
    put_known(facts, F::DwellingFloorSubstandard, floor_substandard(home));
    put_known(facts, F::DwellingMckAdequate, mck_adequate(home));
    put_known(facts, F::DwellingHabitable, home.habitable);
    put_known(facts, F::DwellingFloorAreaM2, home.floor_area_m2);
    if people > 0 {
        let people = u32::try_from(people).map_or(f64::MAX, f64::from);
        put_known(facts, F::DwellingFloorAreaPerCapitaM2, home.floor_area_m2.map(|area| area / people));
    }
    put_known(facts, F::DwellingWaterSource, home.water_source.map(|c| c.as_str()));
    put_known(facts, F::DwellingToilet, home.toilet.map(|c| c.as_str()));
    put_known(facts, F::DwellingCookingFuel, home.cooking_fuel.map(|c| c.as_str()));
    put_known(facts, F::DwellingLightingSource, home.lighting_source.map(|c| c.as_str()));
    put_known(facts, F::DwellingPowerVa, home.power_va.map(i64::from));
    put_known(facts, F::DwellingPlnCustomerId, home.pln_customer_id.clone());
    // A dwelling without PLN electricity has no power rating and no customer number.
    if home.lighting_source.is_some_and(|source| source != LightingSource::Pln) {
        facts.set_absent(F::DwellingPowerVa);
        facts.set_absent(F::DwellingPlnCustomerId);
    }
}

/// Bamboo and thatch are perishable; wood is undetermined.
fn perishable(home: &DwellingRow) -> Option<bool> {
    let wall = match home.wall_material {
        Some(WallMaterial::Bamboo) => Some(true),
        Some(WallMaterial::Brick) => Some(false),
        Some(WallMaterial::Wood | WallMaterial::Other) | None => None,
    };
    let roof = match home.roof_material {
        Some(RoofMaterial::Thatch) => Some(true),
        Some(RoofMaterial::Concrete | RoofMaterial::Tile | RoofMaterial::Zinc | RoofMaterial::Asbestos) => Some(false),
        Some(RoofMaterial::Other) | None => None,
    };
    either(wall, roof)
}

/// Planks and bamboo are undetermined: whether they are broken needs a visit.
fn floor_substandard(home: &DwellingRow) -> Option<bool> {
    match home.floor_material? {
        FloorMaterial::Earth => Some(true),
        FloorMaterial::Tile | FloorMaterial::Cement => Some(false),
        FloorMaterial::Wood | FloorMaterial::Bamboo => None,
    }
}

fn mck_adequate(home: &DwellingRow) -> Option<bool> {
    match home.toilet? {
        ToiletFacility::Own => Some(true),
        ToiletFacility::Public | ToiletFacility::None => Some(false),
        ToiletFacility::Shared => None,
    }
}

/// Adds the facts about one person.
pub fn add_person(facts: &mut FactSet, person: &PersonRow, on: NaiveDate) -> Result<(), Error> {
    put(facts, F::SubjectIdentityStatus, person.identity_status.as_str());
    put_known(
        facts,
        F::SubjectNikVerified,
        match person.identity_status {
            IdentityStatus::Verified => Some(true),
            IdentityStatus::Unverified => Some(false),
            IdentityStatus::Unknown => None,
        },
    );
    put_known(facts, F::SubjectAge, age(person, on).map(i64::from));
    put(facts, F::SubjectSex, person.sex.as_str());
    put(facts, F::SubjectRelation, person.relation_to_head.as_str());
    put_known(facts, F::SubjectMaritalStatus, person.marital_status.map(|c| c.as_str()));
    put_known(facts, F::SubjectSchoolEnrolled, person.school_enrolled);
    put_known(facts, F::SubjectSchoolLevel, person.school_level.map(|c| c.as_str()));
    put_known(facts, F::SubjectOccupationClass, person.occupation_class.map(|c| c.as_str()));
    put_known(facts, F::SubjectHasKip, person.has_kip);
    put_known(facts, F::SubjectJknStatus, person.jkn_status.map(|c| c.as_str()));
    put_known(facts, F::SubjectOrphan, person.orphan);
    put_known(facts, F::SubjectDisabled, disabled(person));
    put_known(facts, F::SubjectDisabilityType, person.disability_type.map(|c| c.as_str()));
    put_known(facts, F::SubjectDisabilitySeverity, person.disability_severity.map(|c| c.as_str()));
    put_known(facts, F::SubjectChronicIllness, person.chronic_illness);
    put_known(facts, F::SubjectPregnantOrPostpartum, person.pregnant_or_postpartum);
    let known = person.attributes()?;
    if known.ppks_known || !person.ppks_codes.is_empty() {
        put(facts, F::SubjectPpksCodes, person.ppks_codes.clone());
    }
    let criteria = known.criteria.map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>());
    put_known(facts, F::SubjectCriteria, criteria);
    put_known(facts, F::SubjectSktm, known.sktm);
    put_known(facts, F::SubjectVillageHeadCertified, known.village_head_certified);
    put_known(facts, F::AssessmentRecommended, known.assessment_recommended);
    Ok(())
}
