//! Rule tests as text tables, and golden cases for the programmes of the release.

use std::collections::HashSet;

use serde_json::json;

use super::super::evaluate::{ClauseResult, FactState, Truth, pkh_components};
use super::super::facts::{Fact, FactError, FactSet, Lang};
use super::super::visibility::Visibility;
use super::*;
use Truth::Undetermined;

const TODAY: &str = "2026-11-22";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

fn read(text: &str) -> Json {
    match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The rows of a text table, with columns separated by `|`.
fn rows<const N: usize>(table: &str) -> Vec<[&str; N]> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let columns = |line| Vec::from_iter(str::split(line, '|').map(str::trim));
    lines
        .map(|line| match columns(line).try_into() {
            Ok(row) => row,
            Err(_) => panic!("not {N} columns: {line}"),
        })
        .collect()
}

fn outcome(name: &str) -> Truth {
    match serde_json::from_value(json!(name)) {
        Ok(outcome) => outcome,
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Facts written as `name=json`, separated by spaces; `null` makes a fact unknown.
fn facts(known: &str) -> FactSet {
    let mut facts = FactSet::new();
    for (name, value) in known.split_whitespace().filter_map(|fact| fact.split_once('=')) {
        assert_eq!(facts.set_json(name, &read(value)), Ok(()), "{name}");
    }
    facts
}

/// A condition written as `field op json`; it may be invalid.
fn clause(text: &str) -> Json {
    let words: Vec<_> = text.splitn(3, ' ').collect();
    match words.as_slice() {
        [field, op, value] => json!({"field": field, "op": op, "value": read(value)}),
        _ => panic!("not a condition: {text}"),
    }
}

fn compile(tree: &Json) -> Rule {
    match Rule::compile(tree) {
        Ok(rule) => rule,
        Err(errors) => panic!("{errors:?}"),
    }
}

fn programs() -> Vec<ProgramSeed> {
    match read_programs(include_str!("../../reference/programs.json")) {
        Ok(programs) => programs,
        Err(error) => panic!("{error}"),
    }
}

fn program(code: &str) -> ProgramSeed {
    match programs().into_iter().find(|program| program.code == code) {
        Some(program) => program,
        None => panic!("no programme {code}"),
    }
}

fn rule_on(code: &str, on: &str) -> Rule {
    match program(code).version_on(date(on)) {
        Some(version) => compile(&version.rule),
        None => panic!("no version of {code} on {on}"),
    }
}

/// Each row has the expected outcome and the facts that differ from `base`.
fn golden(code: &str, on: &str, base: &str, table: &str) {
    let rule = rule_on(code, on);
    for [expected, changes] in rows(table) {
        let set = facts(&format!("{base} {changes}"));
        assert_eq!(rule.outcome(&set), outcome(expected), "{code}: {changes}");
    }
}

#[test]
fn the_fact_table_is_consistent() {
    let names: HashSet<_> = FactId::ALL.iter().map(|fact| fact.name()).collect();
    assert_eq!(names.len(), FactId::ALL.len());
    for (index, fact) in FactId::ALL.iter().enumerate() {
        let meta = fact.meta();
        assert_eq!(*fact as usize, index);
        assert_eq!(FactId::from_name(meta.name), Some(*fact));
        let (id, en) = (meta.question.id, meta.question.en);
        assert!(id.ends_with('?') && en.ends_with('?'), "{}", meta.name);
        assert!(!meta.label.id.is_empty() && !meta.label.en.is_empty());
    }
    assert_eq!(FactId::from_name("family.shoe_size"), None);
}

#[test]
fn fact_sets_distinguish_unknown_from_absent() {
    use FactId::{DwellingLandTitle, DwellingPlnCustomerId, DwellingPowerVa, FamilyProgramsActive};
    let mut set = FactSet::new();
    assert!(FactId::ALL.iter().all(|id| *set.get(*id) == Fact::Unknown));
    assert_eq!(set.set(DwellingPlnCustomerId, " "), Ok(()));
    assert_eq!(set.set(FamilyProgramsActive, vec![]), Ok(()));
    set.set_absent(DwellingPowerVa);
    set.set_absent(DwellingLandTitle);
    assert_eq!(set.get(DwellingPlnCustomerId), &Fact::Absent);
    assert_eq!(set.get(FamilyProgramsActive), &Fact::Absent);
    assert_eq!(set.get(DwellingPowerVa), &Fact::Absent);
    assert_eq!(set.value(DwellingLandTitle), Some(&Value::Bool(false)));
    assert_eq!(set.set_by_name("dwelling.power_va", 450), Ok(()));
    assert_eq!(set.get_by_name("dwelling.power_va"), Some(&Fact::Present(Value::Int(450))));
    assert_eq!(set.set_json("dwelling.power_va", &Json::Null), Ok(()));
    assert_eq!(set.get(DwellingPowerVa), &Fact::Unknown);
    assert_eq!(set.set_by_name("dwelling.floor_area_m2", 36), Ok(()));
    assert_eq!(set.value(FactId::DwellingFloorAreaM2), Some(&Value::Number(36.0)));
    for (name, value, error) in [
        ("dwelling.power", json!(1), FactError::Unknown),
        ("dwelling.power_va", json!("450"), FactError::WrongKind),
        ("dwelling.power_va", json!(450.5), FactError::WrongKind),
        ("dwelling.land_title", json!(1), FactError::WrongKind),
        ("family.programs_active", json!(["PKH", 1]), FactError::WrongKind),
    ] {
        assert_eq!(set.set_json(name, &value), Err(error));
    }
    assert_eq!(set.set(FactId::DwellingFloorAreaM2, f64::NAN), Err(FactError::WrongKind));
}

#[test]
fn every_programme_compiles() {
    let programs = programs();
    assert_eq!(programs.len(), 13);
    for program in &programs {
        let code = &program.code;
        for version in &program.rule_versions {
            assert!(!compile(&version.rule).facts().is_empty(), "{code}");
        }
        assert!(program.version_on(date(TODAY)).is_some(), "{code}");
    }
}

#[test]
fn the_version_in_force_is_chosen_by_date() {
    let mut kks = program("KKS");
    let from = |kks: &ProgramSeed, on| kks.version_on(date(on)).map(|v| v.effective_from);
    assert_eq!(from(&kks, "2014-12-31"), None);
    let table = "
        2015-01-01 | 2015-01-01
        2025-05-25 | 2015-01-01
        2025-05-26 | 2025-05-26
        2025-12-31 | 2025-05-26
        2026-01-01 | 2026-01-01
        2999-01-01 | 2026-01-01";
    for [on, expected] in rows(table) {
        assert_eq!(from(&kks, on), Some(date(expected)), "{on}");
    }
    kks.rule_versions.remove(1);
    assert_eq!(from(&kks, "2025-06-01"), None);
}

#[test]
fn kks() {
    let base = "family.registry_listed=true subject.nik_verified=true family.decile=4";
    let now = "
        met          |
        not_met      | family.decile=5
        undetermined | family.decile=null
        undetermined | subject.nik_verified=null
        not_met      | subject.nik_verified=null family.decile=5
        not_met      | family.registry_listed=false";
    golden("KKS", TODAY, base, now);
    let before = "
        met     | family.decile=5
        not_met | family.decile=6";
    golden("KKS", "2025-12-31", base, before);
    let first = "
        met          | family.welfare_percentile=25
        not_met      | family.welfare_percentile=26
        undetermined | family.decile=1";
    golden("KKS", "2016-04-13", "", first);
}

#[test]
fn pkh() {
    let listed = "family.registry_listed=true subject.nik_verified=true family.decile=4";
    let counts: Vec<_> = program("PKH").components.iter().map(|part| part.fact).collect();
    let base = counts.iter().fold(listed.to_owned(), |base, count| format!("{base} {}=0", count.name()));
    golden("PKH", TODAY, &base, "not_met |");
    for count in counts.iter().map(|count| count.name()) {
        let table = format!(
            "met          | {count}=1
             undetermined | {count}=null
             not_met      | {count}=1 family.decile=5
             not_met      | {count}=null subject.nik_verified=false"
        );
        golden("PKH", TODAY, &base, &table);
    }
    let rule = rule_on("PKH", TODAY);
    let evaluation = rule.explain(&facts(listed));
    assert_eq!((evaluation.outcome, evaluation.missing), (Undetermined, counts));
}

#[test]
fn kip() {
    let base = "subject.age=10 subject.school_enrolled=true family.decile=7";
    let table = "
        undetermined |
        met          | family.decile=4
        not_met      | family.decile=4 subject.age=5
        met          | family.decile=4 subject.age=6
        met          | family.decile=4 subject.age=21
        not_met      | family.decile=4 subject.age=22
        not_met      | family.decile=4 subject.school_enrolled=false
        met          | family.programs_active=[\"BLT_DD\",\"KKS\"]
        met          | subject.orphan=true";
    golden("KIP", TODAY, base, table);
    let no_reason = "subject.has_kip=false family.programs_active=[] subject.orphan=false \
        family.disaster_victim=false family.breadwinner_laid_off=false subject.disabled=false";
    let table = "
        not_met      |
        undetermined | subject.disabled=null
        met          | family.breadwinner_laid_off=true";
    golden("KIP", TODAY, &format!("{base} {no_reason}"), table);
}

#[test]
fn kis() {
    let base = r#"subject.nik_verified=true family.decile=5 subject.jkn_status="none""#;
    let table = r#"
        met          |
        met          | subject.jkn_status="inactive"
        met          | subject.jkn_status=""
        not_met      | subject.jkn_status="active"
        undetermined | subject.jkn_status=null
        not_met      | subject.jkn_status=null family.decile=6"#;
    golden("KIS", TODAY, base, table);
}

#[test]
fn a_pln_number_not_recorded_is_not_a_missing_connection() {
    let base = "family.registry_listed=true dwelling.power_va=900";
    let table = r#"
        undetermined |
        not_met      | dwelling.pln_customer_id=""
        met          | dwelling.pln_customer_id="990000000001"
        not_met      | dwelling.pln_customer_id="990000000001" dwelling.power_va=1300"#;
    golden("LISTRIK_SUBSIDI", TODAY, base, table);
}

#[test]
fn operators_on_present_absent_and_unknown_facts() {
    let table = r#"
        dwelling.power_va eq 900                       | 900           | met     | not_met
        dwelling.power_va ne 900                       | 900           | not_met | met
        dwelling.power_va lt 900                       | 900           | not_met | not_met
        dwelling.power_va lte 900                      | 900           | met     | not_met
        dwelling.power_va gt 900                       | 900           | not_met | not_met
        dwelling.power_va gte 900                      | 900           | met     | not_met
        dwelling.power_va between [450, 900]           | 900           | met     | not_met
        dwelling.power_va between [450, 899]           | 900           | not_met | not_met
        dwelling.power_va in [450, 900]                | 900           | met     | not_met
        dwelling.power_va not_in [450, 900]            | 900           | not_met | met
        dwelling.power_va exists true                  | 0             | met     | not_met
        dwelling.power_va exists false                 | 0             | not_met | met
        dwelling.floor_area_m2 lt 7.2                  | 7             | met     | not_met
        dwelling.floor_area_m2 eq 7                    | 7.0           | met     | not_met
        dwelling.pln_customer_id exists true           | "99"          | met     | not_met
        dwelling.pln_customer_id not_empty false       | "99"          | not_met | met
        dwelling.cooking_fuel eq "wood"                | "Wood"        | not_met | not_met
        dwelling.cooking_fuel not_in ["wood", "lpg"]   | "kerosene"    | met     | met
        family.programs_active contains "PKH"          | ["KKS","PKH"] | met     | not_met
        family.programs_active contains "PKH"          | ["PKHX"]      | not_met | not_met
        family.programs_active not_empty true          | ["KKS"]       | met     | not_met
        family.programs_active exists false            | ["KKS"]       | not_met | met"#;
    for [text, value, present, absent] in rows(table) {
        let rule = compile(&clause(text));
        let mut set = FactSet::new();
        assert_eq!(rule.outcome(&set), Undetermined, "{text}");
        for fact in rule.facts() {
            assert_eq!(set.set_json(fact.name(), &read(value)), Ok(()));
            assert_eq!(rule.outcome(&set), outcome(present), "{text} on {value}");
            set.set_absent(fact);
            assert_eq!(rule.outcome(&set), outcome(absent), "{text} on none");
        }
    }
}

#[test]
fn kleene_truth_tables() {
    let a = clause("family.registry_listed eq true");
    let b = clause("family.extreme_poor eq true");
    let all = compile(&json!({"all": [a, b]}));
    let any = compile(&json!({"any": [a, b]}));
    let not = compile(&json!({"not": a}));
    let table = "
        true  | true  | met          | met          | not_met
        true  | null  | undetermined | met          | not_met
        true  | false | not_met      | met          | not_met
        null  | true  | undetermined | met          | undetermined
        null  | null  | undetermined | undetermined | undetermined
        null  | false | not_met      | undetermined | undetermined
        false | true  | not_met      | met          | met
        false | null  | not_met      | undetermined | met
        false | false | not_met      | not_met      | met";
    for [a, b, expected_all, expected_any, expected_not] in rows(table) {
        let set = facts(&format!("family.registry_listed={a} family.extreme_poor={b}"));
        let outcomes = [&all, &any, &not].map(|rule| rule.outcome(&set));
        let expected = [expected_all, expected_any, expected_not].map(outcome);
        assert_eq!(outcomes, expected, "{a} {b}");
    }
}

#[test]
fn an_explanation_names_the_reasons() {
    let tree = json!({"all": [
        clause("family.decile lte 4"),
        {"any": [clause("subject.has_kip eq true"), clause("subject.orphan eq true")]},
        {"not": clause("family.programs_active contains \"PKH\"")}
    ]});
    let rule = compile(&tree);
    let table = r#"
        undetermined | 0123 | 4 |
        undetermined | 3    | 1 | family.decile=3 subject.has_kip=true
        undetermined | 23   | 2 | family.decile=3 subject.has_kip=false
        not_met      | 0    | 0 | family.decile=5 subject.has_kip=true
        not_met      | 03   | 0 | family.decile=5 family.programs_active=["PKH"]
        met          | 023  | 0 | family.decile=1 subject.orphan=true family.programs_active=[]"#;
    for [expected, decisive, missing, known] in rows(table) {
        let evaluation = rule.explain(&facts(known));
        let clauses = evaluation.clauses.iter().enumerate();
        let reasons = clauses.filter(|(_, clause)| clause.decisive);
        let reasons: String = reasons.map(|(index, _)| index.to_string()).collect();
        assert_eq!((evaluation.outcome, reasons.as_str()), (outcome(expected), decisive), "{known}");
        assert_eq!(evaluation.missing.len().to_string(), missing, "{known}");
        for clause in &evaluation.clauses {
            let field = tree.pointer(&format!("{}/field", clause.pointer));
            assert_eq!(field, Some(&json!(clause.field)));
        }
    }
}

#[test]
fn sentences() {
    let known = r#"family.decile=3 dwelling.floor_area_per_capita_m2=6.5 subject.orphan=true subject.age=30
        subject.jkn_status="active" dwelling.tenure="own" dwelling.pln_customer_id="" family.programs_active=["KKS"]
        dwelling.power_va=900"#;
    let mut known = facts(known);
    known.set_absent(FactId::DwellingPowerVa);
    let table = r#"
        family.decile lte 4 | Desil kesejahteraan 3, syaratnya paling tinggi 4 | Welfare decile 3 (limit: at most 4)
        not family.decile lte 4 | Desil kesejahteraan 3, syaratnya di atas 4 | Welfare decile 3 (limit: above 4)
        subject.age between [6, 21] | Usia 30, syaratnya 6 sampai 21 | Age 30 (limit: 6 to 21)
        subject.jkn_status ne "active" | Status kepesertaan JKN: aktif, syaratnya selain aktif | JKN membership: active (required: not active)
        dwelling.power_va in [450, 900] | Daya listrik (VA): tidak ada, syaratnya salah satu dari 450, 900 | Electric power (VA): none (required: one of 450, 900)
        dwelling.floor_area_per_capita_m2 lt 7.2 | Luas lantai per orang (m²) 6,5, syaratnya di bawah 7,2 | Floor area per person (m²) 6.5 (limit: below 7.2)
        family.registry_listed eq true | Terdaftar di registri kesejahteraan: belum diketahui, syaratnya ya | Listed in the welfare registry: not known yet (required: yes)
        dwelling.tenure eq "own" | Status kepemilikan rumah: milik sendiri, syaratnya milik sendiri | Tenure of the dwelling: owned (required: owned)
        not family.programs_active contains "PKH" | Program yang sedang diterima keluarga: KKS, syaratnya tidak termasuk PKH | Programmes the family receives: KKS (required: does not include PKH)
        dwelling.pln_customer_id exists true | Nomor pelanggan PLN: dirahasiakan, syaratnya ada | PLN customer number: withheld (required: must exist)
        not dwelling.pln_customer_id exists true | Nomor pelanggan PLN: dirahasiakan, syaratnya tidak ada | PLN customer number: withheld (required: must not exist)
        subject.orphan eq true | Yatim, piatu, atau yatim piatu: dirahasiakan, syaratnya ya | Orphan: withheld (required: yes)"#;
    for [text, id, en] in rows(table) {
        let tree = match text.strip_prefix("not ") {
            Some(text) => json!({"not": clause(text)}),
            None => clause(text),
        };
        let rule = compile(&tree);
        let evaluation = rule.explain_to(&known, &Visibility::default());
        let clauses = evaluation.clauses.iter();
        let sentences: Vec<_> = clauses.map(|c| (c.sentence(Lang::Id), c.sentence(Lang::En))).collect();
        assert_eq!(sentences, [(id.to_owned(), en.to_owned())]);
    }
}

#[test]
fn a_withheld_value_is_left_out() {
    let rule = compile(&clause("subject.orphan eq true"));
    let evaluation = rule.explain_to(&facts("subject.orphan=true"), &Visibility::default());
    let shown = serde_json::to_value(&evaluation).unwrap_or_default();
    let clause = json!({"pointer": "", "field": "subject.orphan", "op": "eq", "expected": true,
        "outcome": "undetermined", "state": "withheld", "decisive": false, "negated": false});
    assert_eq!(shown, json!({"outcome": "met", "explained": false, "missing": [], "clauses": [clause]}));
    let unknown = rule.explain(&FactSet::new());
    assert_eq!(unknown.missing, [FactId::SubjectOrphan]);
    let is_left_out = |c: &ClauseResult| c.state == FactState::Unknown && c.actual.is_none();
    assert!(unknown.clauses.iter().all(is_left_out));
}

#[test]
fn all_mistakes_are_reported_with_their_pointers() {
    let mut nodes: Vec<_> = [
        "family.shoe_size is 1",
        "family.decile contains \"4\"",
        "family.decile lte \"4\"",
        "family.decile lte 4.5",
        "subject.age between [21, 6]",
        "subject.age between [6]",
        "subject.age in []",
        "subject.age in [1, \"x\", 3, null]",
        "subject.disabled exists true",
        "subject.ppks_codes not_empty 1",
        "dwelling.tenure eq \" \"",
    ]
    .map(clause)
    .into();
    nodes.extend([
        json!({"field": "subject.age", "op": "in", "value": vec![1; MAX_LIST + 1]}),
        json!({"field": "family.decile"}),
        json!({"op": "eq", "value": 1, "a/b~": 2}),
        json!({"any": []}),
        json!({"any": {}}),
        json!({"not": []}),
        json!({}),
        json!({"all": [clause("family.decile eq 1")], "any": []}),
        json!(7),
    ]);
    let errors = Rule::compile(&json!({"all": nodes})).err().unwrap_or_default();
    let found = errors.iter().map(|error| [error.pointer.as_str(), error.problem.code()]);
    let expected = "
        /all/0/field     | rule_field_unknown
        /all/0/op        | rule_operator_unknown
        /all/1/op        | rule_operator_unfit
        /all/2/value     | rule_value_type
        /all/3/value     | rule_value_type
        /all/4/value     | rule_range_reversed
        /all/5/value     | rule_value_type
        /all/6/value     | rule_value_empty
        /all/7/value/1   | rule_value_type
        /all/7/value/3   | rule_value_type
        /all/8/op        | rule_operator_unfit
        /all/9/value     | rule_value_type
        /all/10/value    | rule_value_empty
        /all/11/value    | rule_value_too_long
        /all/12          | rule_operator_missing
        /all/12          | rule_value_missing
        /all/13/a~1b~0   | rule_key_unknown
        /all/13          | rule_field_missing
        /all/14/any      | rule_group_empty
        /all/15/any      | rule_group_not_array
        /all/16/not      | rule_not_object
        /all/17          | rule_node_unknown
        /all/18          | rule_node_ambiguous
        /all/19          | rule_not_object";
    assert_eq!(found.collect::<Vec<_>>(), rows::<2>(expected));
}

fn nested(levels: usize) -> Json {
    (1..levels).fold(clause("family.decile lte 4"), |inner, _| json!({"not": inner}))
}

#[test]
fn depth_and_size_are_bounded() {
    let problems = |tree: &Json| -> Vec<RuleProblem> {
        let errors = Rule::compile(tree).err().into_iter().flatten();
        errors.map(|error| error.problem).collect()
    };
    assert_eq!(problems(&nested(MAX_DEPTH)), []);
    assert_eq!(problems(&nested(MAX_DEPTH + 1)), [RuleProblem::TooDeep]);
    assert_eq!(problems(&nested(1000)), [RuleProblem::TooDeep]);
    let wide = |nodes| json!({"all": vec![nested(1); nodes]});
    assert_eq!(problems(&wide(MAX_NODES - 1)), []);
    assert_eq!(problems(&wide(MAX_NODES)), [RuleProblem::TooLarge]);
    let groups = json!({"any": vec![wide(100); 100]});
    assert_eq!(problems(&groups), [RuleProblem::TooLarge]);
    let mut keys: Map<_, _> = (0..10_000).map(|key| (key.to_string(), json!(1))).collect();
    keys.insert("not".to_owned(), nested(1));
    assert_eq!(problems(&Json::Object(keys)).len(), MAX_ERRORS);
}

#[test]
fn pkh_counts_the_four_components_with_the_highest_amounts() {
    let pkh = program("PKH");
    let limits = pkh.version_on(date(TODAY)).and_then(|version| version.limits.clone());
    let limits = limits.unwrap_or_default();
    assert_eq!(limits.max_components_per_family, Some(4));
    let parts = &pkh.components;
    let none = parts.iter().map(|part| format!("{}=0 ", part.fact.name()));
    let none: String = none.collect();
    let table = "
        0        | 0 |  |
        2700000  | 0 | elementary_school:3 | family.count_enrolled_sd=3
        7200000  | 0 | early_childhood:1 elderly:1 elementary_school:2 | family.count_enrolled_sd=3 family.count_age_0_6=1 family.count_age_60_plus=1
        12000000 | 0 | pregnant_or_postpartum:1 early_childhood:3 | family.count_age_0_6=5 family.count_pregnant_or_postpartum=1
        1500000  | 1 | junior_high_school:1 | family.count_enrolled_smp=1 family.count_age_60_plus=null
        8000000  | 0 | senior_high_school:4 | family.count_enrolled_sma=9223372036854775807 family.count_enrolled_sd=-1";
    for [total, missing, counted, known] in rows(table) {
        let estimate = pkh_components(parts, &limits, &facts(&format!("{none} {known}")), &Visibility::full());
        let found = estimate.counted.iter().map(|part| format!("{}:{}", part.code, part.count));
        assert_eq!(found.collect::<Vec<_>>().join(" "), counted);
        assert_eq!(estimate.total_idr_per_year.to_string(), total);
        assert_eq!(estimate.missing.len().to_string(), missing);
    }
    let unknown = pkh_components(parts, &Limits::default(), &FactSet::new(), &Visibility::full());
    assert_eq!((unknown.total_idr_per_year, unknown.missing.len()), (0, 7));
}

/// A withheld component does not count towards the limit of four, because that would reveal it.
#[test]
fn a_withheld_component_changes_neither_the_list_nor_the_sum() {
    let pkh = program("PKH");
    let limits = Limits { max_components_per_family: Some(4), ..Limits::default() };
    let estimate = |known: &str| pkh_components(&pkh.components, &limits, &facts(known), &Visibility::default());
    let none =
        estimate("family.count_enrolled_sd=5 family.count_pregnant_or_postpartum=0 family.count_severe_disability=0");
    let some =
        estimate("family.count_enrolled_sd=5 family.count_pregnant_or_postpartum=2 family.count_severe_disability=1");
    assert_eq!(none, some);
    assert_eq!((some.total_idr_per_year, some.counted.len()), (3_600_000, 1));
    assert_eq!(some.withheld, ["pregnant_or_postpartum", "severe_disability"]);
}

#[path = "rules_properties.rs"]
mod properties;
