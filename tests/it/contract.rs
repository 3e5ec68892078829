//! Tests of the contract: committed, complete, and consistent.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::contract::{CONTRACT, operations};

/// Operations that need no token. Add one only with a reason.
const PUBLIC: &[&str] = &[
    "issue_token",
    "get_server_metadata",
    "get_key_set",
    "get_liveness",
    "get_readiness",
    "get_contract",
    "list_regions",
    "get_region",
    "list_region_children",
    "list_region_ancestors",
    "list_reference",
    "get_reference_list",
    "list_programs",
    "get_program",
    "get_rule_version",
    "list_organizations",
    "get_organization",
    "list_services",
    // The number and the code give the reporter access to one complaint.
    "look_up_own_complaint",
    "answer_own_question",
    "add_own_note",
    "withdraw_own_complaint",
    "reopen_own_complaint",
    "confirm_own_complaint",
    "get_service",
    // The office responsible for a need is as public as the office.
    "list_routing_defaults",
    "get_complaint_terms",
    "get_routing_default",
    // Service standards are public (UU 25/2009).
    "list_holidays",
    "get_holiday",
    // A signed link grants access.
    "open_attachment",
    "list_service_level_targets",
    "get_service_level_target",
    "forecast_service_level",
    // Desks are public.
    "list_desks",
    "get_desk",
    // The calendar of proposals is public.
    "list_registry_proposal_windows",
    "get_registry_proposal_window",
];

#[test]
fn the_committed_contract_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/slrt.json");
    let generated = format!("{}\n", serde_json::to_string_pretty(&*CONTRACT).unwrap());
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == generated, "run: cargo run -- openapi > openapi/slrt.json");
}

#[test]
fn exactly_the_listed_operations_are_public() {
    let open: HashSet<String> = operations()
        .into_iter()
        .filter(|(_, _, o)| !o["security"].as_array().is_some_and(|s| s.iter().any(|r| r.get("oauth2").is_some())))
        .map(|(_, _, o)| o["operationId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(open, PUBLIC.iter().map(|s| (*s).to_owned()).collect());
}

#[test]
fn every_operation_is_described_and_unique() {
    let mut ids = HashSet::new();
    for (path, method, operation) in operations() {
        let place = format!("{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{place}: id used twice");
        for field in ["summary", "description"] {
            assert!(operation[field].as_str().is_some_and(|t| t.len() > 8), "{place} has no {field}");
        }
        let one_permission = operation["security"][0]["oauth2"].as_array().is_none_or(|scopes| scopes.len() == 1);
        assert!(one_permission, "{place} names more than one permission");
    }
}

/// A media type whose bodies are recorded: not what a browser's form makes, and not what is no text.
fn is_recorded(media_type: &str) -> bool {
    ["json", "urlencoded", "octet-stream"].iter().any(|kind| media_type.ends_with(kind)) || media_type == "text/csv"
}

#[test]
fn every_body_has_an_example_of_the_story() {
    for (path, method, operation) in operations() {
        let mut contents = vec![operation["requestBody"]["content"].clone()];
        let answers = operation["responses"].as_object().unwrap();
        let answered = |kind: &str| {
            answers
                .iter()
                .filter(|(s, _)| s.starts_with('2'))
                .any(|(_, a)| a["content"][kind]["example"] != Value::Null)
        };
        // A result has the media type of its job: one of them is enough.
        if !answered("text/csv") {
            contents.extend(answers.iter().filter(|(s, _)| s.starts_with('2')).map(|(_, a)| a["content"].clone()));
        }
        for (media_type, media) in contents.iter().filter_map(Value::as_object).flatten() {
            let recorded = media.get("example").is_some() || !is_recorded(media_type);
            assert!(recorded, "{method} {path}: no example of {media_type}");
        }
    }
}

#[test]
fn examples_hold_no_number_of_a_person_and_no_token() {
    let text = CONTRACT.to_string();
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 16);
    let real: Vec<_> = numbers.filter(|digits| digits.as_bytes().get(12) != Some(&b'9')).collect();
    assert!(real.is_empty(), "{real:?}");
    for secret in ["eyJhbGci", "Bearer ey", "whsec_"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn enums_of_parameters_are_named_schemas() {
    for (path, method, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["schema"].get("enum").is_none(), "{method} {path} {}", parameter["name"]);
        }
    }
}

/// Documentation pages fill in an example and send it.
#[test]
fn no_optional_parameter_is_filled_in() {
    for (path, method, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let filled = parameter.get("example").or_else(|| parameter["schema"].get("example")).is_some();
            assert!(!filled || parameter["required"] == true, "{method} {path} {}", parameter["name"]);
        }
    }
}

#[test]
fn every_reference_resolves() {
    fn walk(value: &Value, at: &str) {
        match value {
            Value::Object(fields) => {
                if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                    let pointer = target.strip_prefix('#').expect("a local reference");
                    assert!(CONTRACT.pointer(pointer).is_some(), "{at}: {target} does not resolve");
                }
                fields.iter().for_each(|(k, v)| walk(v, &format!("{at}/{k}")));
            }
            Value::Array(items) => items.iter().for_each(|v| walk(v, at)),
            _ => {}
        }
    }
    walk(&CONTRACT, "");
}

#[test]
fn every_example_fits_its_schema() {
    for (path, method, operation) in operations() {
        let mut bodies = vec![("request".to_owned(), operation["requestBody"]["content"].clone())];
        for (status, answer) in operation["responses"].as_object().unwrap() {
            bodies.push((status.clone(), answer["content"].clone()));
        }
        for (what, content) in bodies {
            for (kind, media) in content.as_object().into_iter().flatten() {
                let Some(example) = media.get("example") else { continue };
                let root = serde_json::json!({ "allOf": [media["schema"]], "components": CONTRACT["components"] });
                let validator = jsonschema::options().should_validate_formats(true).build(&root).unwrap();
                let faults: Vec<String> =
                    validator.iter_errors(example).map(|e| format!("{e} at {}", e.instance_path())).collect();
                assert!(faults.is_empty(), "{method} {path} {what} {kind}: {faults:?}");
            }
        }
    }
}

/// Every action in `allowed` has an endpoint, and every action endpoint is in the table.
#[test]
fn exactly_the_offered_edges_have_an_endpoint() {
    let actions = |kind: &str| -> HashSet<String> {
        let prefix = format!("/v1/{kind}/{{id}}/");
        // An operation that answers 201 creates a sub-resource and is not a transition.
        let of = |(path, method, operation): (String, String, Value)| {
            (method == "post" && operation["responses"].get("201").is_none())
                .then(|| path.strip_prefix(&prefix).map(str::to_owned))
                .flatten()
        };
        operations().into_iter().filter_map(of).collect()
    };
    let mut complaints: HashSet<String> = slrt::complaints::transitions::EDGES
        .iter()
        .filter(|e| e.offered && e.by.is_some() && !e.from.is_empty())
        .map(|e| e.action.to_string().replace('_', "-"))
        .collect();
    // It creates another complaint (201).
    assert!(complaints.remove("appeal"));
    // Not a transition.
    assert!(complaints.insert("follow-up-code".to_owned()));
    // One decision with two outcomes.
    assert!(complaints.remove("refer") && complaints.remove("resolve") && complaints.insert("approve".to_owned()));
    assert_eq!(actions("complaints"), complaints);
    let referrals = slrt::referrals::transitions::EDGES
        .iter()
        .filter(|e| e.offered && e.by.is_some() && !e.from.is_empty())
        .map(|e| e.action.to_string().replace('_', "-"))
        .collect();
    let mut offered = actions("referrals");
    // Not a transition.
    assert!(offered.remove("match-identity"));
    assert_eq!(offered, referrals);
    let proposals = slrt::proposals::transitions::EDGES
        .iter()
        .filter(|e| e.offered && e.by.is_some() && !e.from.is_empty())
        .map(|e| e.action.to_string().replace('_', "-"))
        .collect();
    assert_eq!(actions("registry-proposals"), proposals);
}
