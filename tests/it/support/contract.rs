//! Checks a response against the contract: the status must be documented, and the body must match its schema.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use serde_json::{Value, json};

use super::http::Answer;

pub static CONTRACT: LazyLock<Value> = LazyLock::new(slrt::app::contract);

/// Every operation of the contract as (path, method, operation).
pub fn operations() -> Vec<(String, String, Value)> {
    let paths = CONTRACT["paths"].as_object().expect("paths");
    let item = |(path, item): (&String, &Value)| -> Vec<(String, String, Value)> {
        let methods = item.as_object().expect("a path item");
        methods.iter().map(|(m, o)| (path.clone(), m.clone(), o.clone())).collect()
    };
    paths.iter().flat_map(item).collect()
}

fn template(path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |known: &str| {
        let known: Vec<&str> = known.split('/').collect();
        known.len() == segments.len() && known.iter().zip(&segments).all(|(k, a)| k == a || k.starts_with('{'))
    };
    let paths = CONTRACT["paths"].as_object().expect("paths");
    // A literal path has precedence over one with a parameter.
    paths.get(path).map(|_| path.to_owned()).or_else(|| paths.keys().find(|p| fits(p)).cloned())
}

pub fn check(method: &str, path: &str, answer: &Answer) {
    let Some(template) = template(path) else { return };
    let operation = &CONTRACT["paths"][&template][method.to_ascii_lowercase()];
    if operation.is_null() {
        return;
    }
    let place = format!("{method} {template} -> {}", answer.status);
    let mut documented = operation["responses"][answer.status.to_string()].clone();
    if let Some(name) = documented["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        documented = CONTRACT["components"]["responses"][name].clone();
    }
    assert!(!documented.is_null(), "{place} is not in the contract: {}", answer.text);
    let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
    let schema = &documented["content"][&kind]["schema"];
    if answer.text.is_empty() {
        assert!(documented["content"].is_null() || answer.status == 304, "{place} has no body");
        return;
    }
    assert!(!schema.is_null(), "{place} as {kind} is not in the contract");
    // A body that is not JSON is text.
    let body = if kind == "application/json" || kind.ends_with("+json") {
        answer.body.clone()
    } else {
        Value::String(answer.text.clone())
    };
    let faults: Vec<String> =
        validator(&format!("{place} {kind}"), schema).iter_errors(&body).map(|e| e.to_string()).collect();
    assert!(faults.is_empty(), "{place} does not match the contract: {faults:?}\n{}", answer.text);
}

fn validator(place: &str, schema: &Value) -> Arc<jsonschema::Validator> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Arc<jsonschema::Validator>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let made = compiled.entry(place.to_owned()).or_insert_with(|| {
        let root = json!({ "allOf": [schema], "components": CONTRACT["components"] });
        Arc::new(jsonschema::options().should_validate_formats(true).build(&root).expect(place))
    });
    made.clone()
}
