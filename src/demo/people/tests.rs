//! Tests of the synthetic persons: valid and unique numbers, reproducible results, plausible data.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::*;
use crate::registry::identity::nik::{FamilyCardNo, Nik};
use crate::registry::model::{
    CookingFuel, DisabilitySeverity, DisabilityType, DwellingTenure, FloorMaterial, JknStatus, LightingSource,
    MaritalStatus, OccupationClass, RelationToHead, RoofMaterial, SchoolLevel, ToiletFacility, WallMaterial,
    WaterSource,
};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default()
}

fn families(seed: u64, count: usize) -> Vec<SyntheticFamily> {
    let mut generator = Generator::new(seed);
    let places = [
        ("32.04.05", "32.04.05.2001"),
        ("12.71.01", "12.71.01.1001"),
        ("51.03.02", "51.03.02.2003"),
        ("91.05.01", "91.05.01.2001"),
    ];
    let places = places.into_iter().cycle().take(count);
    places.map(|(district, village)| generator.family(district, village, today())).collect()
}

fn age(person: &SyntheticPerson) -> u32 {
    today().years_since(person.birth_date).unwrap_or(u32::MAX)
}

#[test]
fn numbers_are_valid_unique_and_synthetic() {
    let (mut niks, mut cards) = (HashSet::new(), HashSet::new());
    for family in families(1, 4000) {
        let district = family.village_code.get(..8).unwrap_or_default();
        let card = family.family_card_no;
        assert!(FamilyCardNo::parse(&card).is_ok() && card.get(12..13) == Some("9"));
        assert!(cards.insert(card));
        for person in family.members {
            let Some(nik) = person.nik else { continue };
            let parsed = Nik::parse(&nik, today(), &|_| true);
            let read = parsed.map(|parsed| (parsed.birth_date, parsed.sex, parsed.issued_region));
            assert_eq!(read, Ok((person.birth_date, person.sex, district.to_owned())));
            assert_eq!(nik.get(12..13), Some("9"));
            assert!(niks.insert(nik));
        }
    }
}

#[test]
fn when_all_serials_of_a_day_are_used_the_previous_day_is_taken() {
    let mut used = HashMap::new();
    let numbers: Vec<_> = (0..2001).map(|_| number(&mut used, "320405", today(), 40)).collect();
    let unique: HashSet<_> = numbers.iter().map(|(number, _)| number).collect();
    assert_eq!(unique.len(), numbers.len());
    let last = numbers.last().map(|(number, date)| (number.as_str(), date.day()));
    assert_eq!(last, Some(("3204056011269000", 20)));
}

#[test]
fn the_same_seed_gives_the_same_persons() {
    assert_eq!(families(7, 200), families(7, 200));
    assert_ne!(families(7, 200), families(8, 200));
}

#[test]
fn families_are_plausible() {
    for family in families(2, 4000) {
        assert!((1..=10).contains(&family.decile));
        assert_eq!(family.percentile.div_ceil(10), family.decile);
        let home = &family.dwelling;
        assert_eq!(home.power_va.is_some(), home.lighting_source == "pln");
        assert!(home.pln_customer_id.is_none() || home.power_va.is_some());
        assert!(home.floor_area_m2 > 0 && (!home.land_title || home.tenure == "own"));
        let heads = family.members.iter().filter(|person| person.relation == "head");
        assert_eq!(heads.count(), 1);
        let head_age = family.members.first().map(age).unwrap_or_default();
        for person in &family.members {
            let age = age(person);
            assert!(age <= 99 && person.full_name.len() > 1);
            assert!(!person.full_name.contains("  ") && person.full_name.trim() == person.full_name);
            assert!(!person.school_enrolled || (6..=23).contains(&age));
            assert!(person.marital_status == "single" || age >= 19);
            assert!(person.occupation_class != "ASN" || (21..60).contains(&age));
            assert!(!person.pregnant_or_postpartum || person.sex == Sex::Female);
            assert!(!person.has_kip || person.school_enrolled);
            assert!(!person.orphan || age <= 18);
            assert_eq!(person.disability_type.is_some(), person.disability_severity.is_some());
            match person.relation {
                "head" => assert!(age >= 19),
                "child" => assert!(age + 16 <= head_age, "{age} {head_age}"),
                "parent" => assert!(age >= head_age + 19),
                _ => {}
            }
        }
    }
}

#[test]
fn shares_are_plausible() {
    let families = families(3, 8000);
    let people: Vec<_> = families.iter().flat_map(|family| &family.members).collect();
    let share =
        |is: &dyn Fn(&SyntheticPerson) -> bool| 1000 * people.iter().filter(|person| is(person)).count() / people.len();
    assert!((2500..4500).contains(&(1000 * people.len() / families.len())));
    assert!((15..26).contains(&share(&|person| person.nik.is_none())));
    assert!((22..40).contains(&share(&|person| person.disability_type.is_some())));
    assert!((60..180).contains(&share(&|person| age(person) >= 60)));
    assert!((200..400).contains(&share(&|person| age(person) < 18)));
    assert!((150..300).contains(&share(&|person| person.school_enrolled)));
    assert!((450..550).contains(&share(&|person| person.sex == Sex::Female)));
    let earth = |poor: bool| {
        let some = families.iter().filter(|family| (family.decile <= 3) == poor);
        some.filter(|family| family.dwelling.floor_material == "earth").count()
    };
    assert!(earth(true) > earth(false));
}

/// The registry would silently drop a code that it does not know.
#[test]
fn the_registry_knows_every_code_of_the_synthetic_people() {
    let mut generator = Generator::new(7);
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    for _ in 0..2000 {
        let family = generator.family("32.04.05", "32.04.05.2001", today);
        let home = family.dwelling;
        home.tenure.parse::<DwellingTenure>().unwrap();
        home.floor_material.parse::<FloorMaterial>().unwrap();
        home.wall_material.parse::<WallMaterial>().unwrap();
        home.roof_material.parse::<RoofMaterial>().unwrap();
        home.water_source.parse::<WaterSource>().unwrap();
        home.lighting_source.parse::<LightingSource>().unwrap();
        home.cooking_fuel.parse::<CookingFuel>().unwrap();
        home.toilet.parse::<ToiletFacility>().unwrap();
        for person in family.members {
            person.relation.parse::<RelationToHead>().unwrap();
            person.marital_status.parse::<MaritalStatus>().unwrap();
            person.occupation_class.parse::<OccupationClass>().unwrap();
            person.jkn_status.parse::<JknStatus>().unwrap();
            person.school_level.map(|c| c.parse::<SchoolLevel>().unwrap());
            person.disability_type.map(|c| c.parse::<DisabilityType>().unwrap());
            person.disability_severity.map(|c| c.parse::<DisabilitySeverity>().unwrap());
            assert!(person.ppks_codes.iter().all(|c| crate::registry::model::is_ppks_code(c)));
        }
    }
}
