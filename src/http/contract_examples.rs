//! Examples for the contract, composed from those on the fields, so that each is written once.

use serde_json::{Map, Value, json};

const DEPTH: usize = 16;

/// An example that fits the schema.
pub fn example(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if depth > DEPTH {
        return Value::Null;
    }
    if let Some(given) = schema.get("example").or_else(|| schema.pointer("/examples/0")) {
        return given.clone();
    }
    if let Some(constant) = schema.get("const").or_else(|| schema.pointer("/enum/0")) {
        return constant.clone();
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()) {
        return schemas.get(name).map_or(Value::Null, |s| example(s, schemas, depth + 1));
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(fields) = example(part, schemas, depth + 1) {
                whole.extend(fields);
            }
        }
        return Value::Object(whole);
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema.get(choice).and_then(Value::as_array) {
            let chosen = choices.iter().find(|c| c.get("type").and_then(Value::as_str) != Some("null"));
            return chosen.map_or(Value::Null, |c| example(c, schemas, depth + 1));
        }
    }
    match type_of(schema) {
        "object" => object(schema, schemas, depth),
        "array" => match schema.get("items") {
            Some(items) => json!([example(items, schemas, depth + 1)]),
            None => json!([]),
        },
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(true),
        "string" => json!(text(schema)),
        // Any value fits a schema that names no type.
        _ if schema.as_object().is_some_and(|s| !s.contains_key("type")) => json!(1),
        _ => Value::Null,
    }
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|n| *n != "null").unwrap_or("null"),
        _ if schema.get("properties").is_some() => "object",
        _ => "null",
    }
}

fn object(schema: &Value, schemas: &Value, depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten();
    Value::Object(
        fields
            .map(|(name, field)| (name.clone(), example(field, schemas, depth + 1)))
            .filter(|(_, value)| !value.is_null())
            .collect(),
    )
}

fn text(schema: &Value) -> &'static str {
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e",
        Some("date-time") => "2026-11-20T03:15:00Z",
        Some("date") => "2026-11-20",
        _ => "text",
    }
}
