//! Tests of checks on household records: three values, stated facts, withheld data.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use super::super::facts::{Fact, FactId as F};
use super::super::rules::{Confidence, Rule};
use super::*;
use crate::registry::model::{
    FloorMaterial, IdentityStatus, LightingSource, RelationToHead, Sex, Standing, ToiletFacility, WallMaterial,
    WelfareSource,
};
use crate::registry::rows::{DwellingRow, FamilyRow, WelfareStatusRow};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn on() -> NaiveDate {
    day("2026-11-22")
}

fn person(relation_to_head: RelationToHead, sex: Sex, born: Option<&str>) -> PersonRow {
    PersonRow {
        family_id: Uuid::nil(),
        id: Uuid::now_v7(),
        region_code: "32.04.05.2001".to_owned(),
        nik_sealed: None,
        identity_status: IdentityStatus::Unknown,
        full_name: "Siti Rahmawati".to_owned(),
        birth_date: born.map(day),
        sex,
        relation_to_head,
        marital_status: None,
        school_level: None,
        school_enrolled: None,
        occupation_class: None,
        disability_type: None,
        disability_severity: None,
        chronic_illness: None,
        pregnant_or_postpartum: None,
        jkn_status: None,
        has_kip: None,
        orphan: None,
        limited_purposes: Vec::new(),
        ppks_codes: Vec::new(),
        attributes: json!({}),
        version: 1,
        created_at: DateTime::<Utc>::UNIX_EPOCH,
        updated_at: DateTime::<Utc>::UNIX_EPOCH,
        standing: Standing::Active,
        ended_on: None,
        merged_into: None,
    }
}

fn household(members: Vec<PersonRow>) -> Household {
    Household {
        family: FamilyRow {
            id: Uuid::nil(),
            region_code: "32.04.05.2001".to_owned(),
            family_card_sealed: None,
            address: None,
            latitude: None,
            longitude: None,
            attributes: json!({}),
            submission_hash: None,
            version: 1,
            created_at: DateTime::<Utc>::UNIX_EPOCH,
            updated_at: DateTime::<Utc>::UNIX_EPOCH,
            standing: Standing::Active,
            merged_into: None,
            assets: json!({}),
        },
        dwelling: None,
        status: None,
        participations: Vec::new(),
        shocks: Vec::new(),
        members,
        program_revision: 0,
    }
}

fn dwelling() -> DwellingRow {
    DwellingRow {
        family_id: Uuid::nil(),
        tenure: None,
        floor_material: None,
        wall_material: None,
        roof_material: None,
        water_source: None,
        lighting_source: None,
        power_va: None,
        pln_customer_id: None,
        cooking_fuel: None,
        toilet: None,
        floor_area_m2: None,
        land_title: None,
        habitable: None,
        wall_or_roof_dangerous: None,
        updated_at: DateTime::<Utc>::UNIX_EPOCH,
    }
}

fn program(unit: RecipientUnit, rule: Value) -> CompiledProgram {
    CompiledProgram {
        id: Uuid::nil(),
        code: "X".to_owned(),
        name: "X".to_owned(),
        recipient_unit: unit,
        owner: String::new(),
        legal_basis: String::new(),
        confidence: Confidence::Medium,
        notes: String::new(),
        region_code: None,
        instance_of: None,
        components: Vec::new(),
        version: 1,
        created_at: DateTime::<Utc>::UNIX_EPOCH,
        updated_at: DateTime::<Utc>::UNIX_EPOCH,
        versions: vec![Version {
            version: 1,
            effective_from: day("2025-01-01"),
            effective_to: None,
            rule: Rule::compile(&rule).unwrap(),
            tree: rule,
            limits: Default::default(),
            components: None,
            confidence: Confidence::Low,
            source: None,
        }],
    }
}

fn program_of(rule: Value) -> CompiledProgram {
    program(RecipientUnit::Individual, rule)
}

fn clause_of(field: &str, op: &str, value: Value) -> Value {
    json!({ "field": field, "op": op, "value": value })
}

fn inquiry() -> Inquiry {
    Inquiry { on: on(), ..Inquiry::default() }
}

#[test]
fn a_fact_without_a_record_is_unknown() {
    let facts = derive::family_facts(&household(vec![person(RelationToHead::Head, Sex::Female, None)]), on()).unwrap();
    let unknown = [
        F::FamilyRegistryListed,
        F::FamilyDecile,
        F::FamilyProgramsActive,
        F::FamilyCountPrakerjaRecipients,
        F::FamilyCountAge06,
        F::FamilyCountPregnantOrPostpartum,
        F::FamilyCountSevereDisability,
        F::FamilyChronicIllnessOrDisability,
        F::FamilySingleElderlyHousehold,
        F::DwellingLightingSource,
    ];
    for id in unknown {
        assert_eq!(facts.get(id), &Fact::Unknown, "{}", id.name());
    }
    assert_eq!(facts.value(F::FamilyFemaleHeaded), Some(&true.into()));
    assert_eq!(facts.value(F::RegionVillageKind), Some(&"desa".into()));
}

#[test]
fn a_count_is_known_if_it_is_certain_or_at_least_one() {
    let child = person(RelationToHead::Child, Sex::Male, Some("2023-01-01"));
    let unknown_age = person(RelationToHead::Other, Sex::Male, None);
    let mut home = household(vec![person(RelationToHead::Head, Sex::Male, Some("1990-01-01"))]);
    let count = |home: &Household| derive::family_facts(home, on()).unwrap().get(F::FamilyCountAge06).clone();
    assert_eq!(count(&home), Fact::Present(0_i64.into()));
    home.members.push(unknown_age);
    assert_eq!(count(&home), Fact::Unknown);
    home.members.push(child);
    assert_eq!(count(&home), Fact::Present(1_i64.into()));
}

#[test]
fn an_elderly_person_alone_is_a_single_elderly_household() {
    let alone = household(vec![person(RelationToHead::Head, Sex::Female, Some("1960-11-22"))]);
    assert_eq!(derive::family_facts(&alone, on()).unwrap().value(F::FamilySingleElderlyHousehold), Some(&true.into()));
    assert_eq!(
        derive::family_facts(&alone, day("2020-11-21")).unwrap().value(F::FamilySingleElderlyHousehold),
        Some(&false.into())
    );
}

#[test]
fn a_dwelling_without_pln_has_no_power_and_some_materials_need_a_visit() {
    let mut home = household(vec![person(RelationToHead::Head, Sex::Male, None)]);
    home.dwelling = Some(DwellingRow {
        lighting_source: Some(LightingSource::None),
        floor_material: Some(FloorMaterial::Wood),
        wall_material: Some(WallMaterial::Bamboo),
        toilet: Some(ToiletFacility::Shared),
        floor_area_m2: Some(36.0),
        ..dwelling()
    });
    let facts = derive::family_facts(&home, on()).unwrap();
    assert_eq!(facts.get(F::DwellingPowerVa), &Fact::Absent);
    assert_eq!(facts.get(F::DwellingPlnCustomerId), &Fact::Absent);
    assert_eq!(facts.value(F::DwellingWallOrRoofPerishable), Some(&true.into()));
    assert_eq!(facts.get(F::DwellingFloorSubstandard), &Fact::Unknown);
    assert_eq!(facts.get(F::DwellingMckAdequate), &Fact::Unknown);
    assert_eq!(facts.value(F::DwellingFloorAreaPerCapitaM2), Some(&36.0.into()));
}

#[test]
fn local_data_rank_a_family_but_do_not_list_it() {
    let mut home = household(vec![person(RelationToHead::Head, Sex::Male, None)]);
    let status = |source| WelfareStatusRow {
        family_id: Uuid::nil(),
        id: Uuid::nil(),
        source,
        snapshot_version: "2026-Q3".to_owned(),
        as_of: day("2026-07-01"),
        decile: 2,
        percentile: None,
        created_at: DateTime::<Utc>::UNIX_EPOCH,
    };
    home.status = Some(status(WelfareSource::Local));
    let facts = derive::family_facts(&home, on()).unwrap();
    assert_eq!(facts.value(F::FamilyDecile), Some(&2_i64.into()));
    assert_eq!(facts.get(F::FamilyRegistryListed), &Fact::Unknown);
    home.status = Some(status(WelfareSource::Dtsen));
    assert_eq!(derive::family_facts(&home, on()).unwrap().value(F::FamilyRegistryListed), Some(&true.into()));
}

#[test]
fn a_programme_for_individuals_is_evaluated_for_each_member() {
    let program = program(RecipientUnit::Individual, clause_of("subject.age", "lte", json!(18)));
    let home = household(vec![
        person(RelationToHead::Head, Sex::Male, Some("1990-01-01")),
        person(RelationToHead::Child, Sex::Male, Some("2015-01-01")),
        person(RelationToHead::Child, Sex::Male, None),
    ]);
    let check = answer(&home, &[&program], &inquiry()).unwrap();
    let outcomes: Vec<_> = check.results.iter().map(|r| r.outcome).collect();
    use EligibilityOutcome::{LikelyEligible, NotEligible, Undetermined};
    assert_eq!(outcomes, [NotEligible, LikelyEligible, Undetermined]);
    assert_eq!(check.outcome_of("X"), Some(LikelyEligible));
    assert_eq!(check.outcome_of("Y"), None);
    let asked = Inquiry { person_id: Some(home.members[2].id), ..inquiry() };
    let check = answer(&home, &[&program], &asked).unwrap();
    assert_eq!(check.results.len(), 1);
    assert_eq!(check.results[0].missing[0].field, "subject.age");
}

#[test]
fn a_stated_fact_applies_to_the_person_of_the_request_and_is_marked() {
    let rule = clause_of("subject.nik_verified", "eq", json!(true));
    let (of_family, of_person) =
        (program(RecipientUnit::Family, rule.clone()), program(RecipientUnit::Individual, rule));
    let home =
        household(vec![person(RelationToHead::Head, Sex::Male, None), person(RelationToHead::Child, Sex::Male, None)]);
    let asked = Inquiry {
        person_id: Some(home.members[1].id),
        stated: vec![StatedFact { id: F::SubjectNikVerified, value: json!(true) }],
        ..inquiry()
    };
    let check = answer(&home, &[&of_family, &of_person], &asked).unwrap();
    assert_eq!(check.results[0].outcome, EligibilityOutcome::Undetermined);
    assert!(!check.results[0].clauses[0].stated);
    assert_eq!(check.results[1].outcome, EligibilityOutcome::LikelyEligible);
    assert!(check.results[1].clauses[0].stated);
    assert_eq!(check.stated_facts, ["subject.nik_verified"]);
}

#[test]
fn specific_data_and_specific_categories_are_withheld_step_by_step() {
    let program = program(RecipientUnit::Individual, clause_of("subject.ppks_codes", "not_empty", json!(true)));
    let mut one = person(RelationToHead::Head, Sex::Male, None);
    one.ppks_codes = vec!["PPKS-16".to_owned(), "PPKS-11".to_owned()];
    let home = household(vec![one]);
    let shown = |revealed, restricted| {
        let check = answer(&home, &[&program], &Inquiry { revealed, restricted, ..inquiry() }).unwrap();
        assert_eq!(check.results[0].outcome, EligibilityOutcome::LikelyEligible);
        check.results[0].clauses[0].actual.clone()
    };
    assert_eq!(shown(false, false), None);
    assert_eq!(shown(false, true), None);
    assert_eq!(shown(true, false), Some(json!(["PPKS-11"])));
    assert_eq!(shown(true, true), Some(json!(["PPKS-16", "PPKS-11"])));
    // A condition on a restricted category is withheld, whether the category applies to the person or not.
    let asked = |codes: [&str; 1], op: &str, value: Value| {
        let program = program_of(clause_of("subject.ppks_codes", op, value));
        let mut one = person(RelationToHead::Head, Sex::Male, None);
        one.ppks_codes = codes.map(str::to_owned).to_vec();
        let check = answer(&household(vec![one]), &[&program], &Inquiry { revealed: true, ..inquiry() }).unwrap();
        let clause = check.results[0].clauses[0].clone();
        (clause.outcome, clause.actual, clause.decisive)
    };
    for codes in ["PPKS-16", "PPKS-11"] {
        assert_eq!(asked([codes], "contains", json!("PPKS-16")), (ClauseOutcome::Withheld, None, false));
    }
    assert_eq!(asked(["PPKS-16"], "not_empty", json!(true)), (ClauseOutcome::Withheld, None, false));
    assert_eq!(asked(["PPKS-11"], "not_empty", json!(true)).0, ClauseOutcome::Met);
    let check = answer(&home, &[&program], &Inquiry { revealed: true, ..inquiry() }).unwrap();
    assert!(!serde_json::to_string(&check).unwrap().contains("PPKS-16"));
}

#[test]
fn a_day_without_a_rule_is_a_gap_and_a_local_programme_applies_in_its_region() {
    let mut local =
        program(RecipientUnit::Individual, clause_of("subject.domicile_in_program_region", "eq", json!(true)));
    let home = household(vec![person(RelationToHead::Head, Sex::Male, None)]);
    let early = answer(&home, &[&local], &Inquiry { on: day("2024-12-31"), ..inquiry() }).unwrap();
    assert_eq!(early.results[0].gap, Some(EligibilityGap::NoRuleInForce));
    let outcome = |program: &CompiledProgram| answer(&home, &[program], &inquiry()).unwrap().results[0].outcome;
    assert_eq!(outcome(&local), EligibilityOutcome::Undetermined);
    local.region_code = Some("32.04".to_owned());
    assert_eq!(outcome(&local), EligibilityOutcome::LikelyEligible);
    local.region_code = Some("32.05".to_owned());
    assert_eq!(outcome(&local), EligibilityOutcome::NotEligible);
}
