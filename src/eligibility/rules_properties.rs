//! The laws of the logic as properties, on random trees and facts.

use proptest::prelude::*;

use super::*;

fn a_value(fact: FactId) -> BoxedStrategy<Value> {
    match fact.meta().kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Int => (0i64..6).prop_map(Value::Int).boxed(),
        Kind::Number => (0i64..6).prop_map(|n| Value::Number(n as f64)).boxed(),
        Kind::Text => "[abc]".prop_map(Value::from).boxed(),
        Kind::List => prop::collection::vec("[abc]", 0..3).prop_map(Value::List).boxed(),
    }
}

/// Only a few facts, so that the same fact occurs several times in a tree.
fn a_fact() -> impl Strategy<Value = FactId> {
    use FactId::*;
    prop::sample::select(vec![
        FamilyRegistryListed,
        FamilyDecile,
        DwellingFloorAreaM2,
        DwellingTenure,
        FamilyProgramsActive,
        SubjectOrphan,
        SubjectAge,
    ])
}

fn a_clause() -> impl Strategy<Value = Json> {
    let choice = a_fact().prop_flat_map(|fact| {
        let ops: Vec<_> = Op::ALL.iter().copied().filter(|op| op.fits(fact.meta().kind)).collect();
        let value = prop::collection::vec(a_value(fact), 2);
        (Just(fact), prop::sample::select(ops), value, any::<bool>(), "[abc]")
    });
    choice.prop_map(|(fact, op, values, flag, text)| {
        let mut values: Vec<_> = values.iter().map(Value::to_json).collect();
        values.sort_by(|a, b| a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(std::cmp::Ordering::Equal));
        let value = match op {
            Op::Exists | Op::NotEmpty => json!(flag),
            Op::Contains => json!(text),
            Op::In | Op::NotIn | Op::Between => json!(values),
            _ => values.pop().unwrap_or_default(),
        };
        json!({"field": fact, "op": op, "value": value})
    })
}

fn a_tree() -> impl Strategy<Value = Json> {
    a_clause().prop_recursive(5, 40, 4, |inner| {
        let nodes = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            nodes.clone().prop_map(|nodes| json!({"all": nodes})),
            nodes.prop_map(|nodes| json!({"any": nodes})),
            inner.prop_map(|node| json!({"not": node})),
        ]
    })
}

fn some_facts() -> impl Strategy<Value = FactSet> {
    let known = a_fact().prop_flat_map(|fact| (Just(fact), prop::option::weighted(0.9, a_value(fact))));
    prop::collection::vec(known, 0..7).prop_map(|known| {
        let mut set = FactSet::new();
        for (fact, value) in known {
            match value {
                Some(value) => assert_eq!(set.set(fact, value), Ok(())),
                None => set.set_absent(fact),
            }
        }
        set
    })
}

/// The first set, with its unknown facts taken from the second.
fn completed(known: &FactSet, other: &FactSet, only: impl Fn(FactId) -> bool) -> FactSet {
    let mut set = known.clone();
    for fact in FactId::ALL.iter().filter(|fact| *known.get(**fact) == Fact::Unknown && only(**fact)) {
        match other.get(*fact) {
            Fact::Present(value) => assert_eq!(set.set(*fact, value.clone()), Ok(())),
            Fact::Absent => set.set_absent(*fact),
            Fact::Unknown => {}
        }
    }
    set
}

fn any_json() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "all",
        "any",
        "not",
        "field",
        "op",
        "value",
        "eq",
        "in",
        "between",
        "family.decile",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        word.clone().prop_map(Json::from),
        "\\PC*".prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((word.clone(), inner), 0..4).prop_map(|pairs| pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn order_and_grouping_do_not_matter(a in a_tree(), b in a_tree(), c in a_tree(), set in some_facts()) {
        let outcome = |tree: Json| compile(&tree).outcome(&set);
        for group in ["all", "any"] {
            prop_assert_eq!(outcome(json!({group: [a, b]})), outcome(json!({group: [b, a]})));
            let left = json!({group: [{group: [a, b]}, c]});
            let right = json!({group: [a, {group: [b, c]}]});
            prop_assert_eq!(outcome(left), outcome(right));
            prop_assert_eq!(outcome(json!({group: [a, a]})), outcome(a.clone()));
        }
    }

    #[test]
    fn the_order_of_learning_facts_does_not_matter(tree in a_tree(), known in some_facts(), other in some_facts(), split in 0..FactId::ALL.len()) {
        let rule = compile(&tree);
        let half = |first: bool| move |fact: FactId| ((fact as usize) < split) == first;
        let one_way = completed(&completed(&known, &other, half(true)), &other, half(false));
        let other_way = completed(&completed(&known, &other, half(false)), &other, half(true));
        prop_assert_eq!(rule.outcome(&one_way), rule.outcome(&other_way));
        prop_assert_eq!(rule.missing(&one_way, &Visibility::full()), rule.explain(&one_way).missing);
    }

    #[test]
    fn de_morgan_and_double_negation(nodes in prop::collection::vec(a_tree(), 1..4), set in some_facts()) {
        let outcome = |tree: Json| compile(&tree).outcome(&set);
        let negated: Vec<_> = nodes.iter().map(|node| json!({"not": node})).collect();
        prop_assert_eq!(outcome(json!({"not": {"all": nodes}})), outcome(json!({"any": negated})));
        prop_assert_eq!(outcome(json!({"not": {"any": nodes}})), outcome(json!({"all": negated})));
        prop_assert_eq!(outcome(json!({"not": {"not": {"all": nodes}}})), outcome(json!({"all": nodes})));
    }

    #[test]
    fn more_knowledge_never_reverses_an_outcome(tree in a_tree(), known in some_facts(), other in some_facts()) {
        let rule = compile(&tree);
        let before = rule.outcome(&known);
        let after = rule.outcome(&completed(&known, &other, |_| true));
        prop_assert!(before == Undetermined || before == after);
    }

    #[test]
    fn missing_lists_exactly_the_facts_to_collect(tree in a_tree(), known in some_facts(), other in some_facts()) {
        let rule = compile(&tree);
        let evaluation = rule.explain(&known);
        prop_assert_eq!(evaluation.missing.is_empty(), evaluation.outcome != Undetermined);
        let without_missing = completed(&known, &other, |fact| !evaluation.missing.contains(&fact));
        prop_assert_eq!(rule.outcome(&without_missing), evaluation.outcome);
        let mut collected = completed(&known, &other, |fact| evaluation.missing.contains(&fact));
        for fact in &evaluation.missing {
            if *collected.get(*fact) == Fact::Unknown {
                collected.set_absent(*fact);
            }
        }
        prop_assert!(rule.outcome(&collected) != Undetermined);
    }

    #[test]
    fn an_explanation_agrees_with_the_outcome(tree in a_tree(), set in some_facts()) {
        let rule = compile(&tree);
        let evaluation = rule.explain(&set);
        prop_assert_eq!(evaluation.outcome, rule.outcome(&set));
        prop_assert!(evaluation.clauses.iter().any(|clause| clause.decisive));
        for clause in &evaluation.clauses {
            let alone = compile(tree.pointer(clause.pointer).unwrap_or(&Json::Null));
            prop_assert_eq!(alone.outcome(&set), clause.outcome);
            prop_assert!(!clause.sentence(Lang::Id).is_empty() && !clause.sentence(Lang::En).is_empty());
        }
    }

    #[test]
    fn a_withheld_value_affects_only_the_outcome(tree in a_tree(), known in some_facts(), other in some_facts()) {
        let rule = compile(&tree);
        let is_hidden = |fact: FactId| fact.meta().sensitive && *known.get(fact) != Fact::Unknown;
        let mut changed = known.clone();
        for fact in FactId::ALL.iter().copied().filter(|fact| is_hidden(*fact)) {
            match other.get(fact) {
                Fact::Present(value) => changed.set(fact, value.clone()).unwrap_or_default(),
                _ => changed.set_absent(fact),
            }
        }
        prop_assume!(rule.outcome(&known) == rule.outcome(&changed));
        let (one, other) = (rule.explain_to(&known, &Visibility::default()), rule.explain_to(&changed, &Visibility::default()));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.missing.is_empty(), one.outcome != Undetermined);
    }

    #[test]
    fn any_json_compiles_or_has_errors(json in any_json(), set in some_facts()) {
        match Rule::compile(&json) {
            Ok(rule) => prop_assert_eq!(rule.outcome(&set), rule.explain(&set).outcome),
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
