//! Shapes of the contract that client generators read well.

use serde_json::{Map, Value, json};

/// A page's entries are the named schema, not a copy of it: client generators then make one type of both.
pub(super) fn name_page_items(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        let Some(item) = name.strip_prefix("Page_").filter(|item| schemas.contains_key(*item)) else { continue };
        let entry = reference(item);
        if let Some(entries) = schemas.get_mut(&name).and_then(|page| page.pointer_mut("/properties/items/items")) {
            *entries = entry;
        }
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// An enum in a parameter is the named schema with the same values. Written out, it would become a type of its own for
/// each operation.
pub(super) fn name_parameter_enums(document: &mut Value) {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let named: Vec<(Value, Value)> = schemas
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| Some((schema.get("enum")?.clone(), reference(name))))
        .collect();
    for operation in operations(document) {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(schema) = parameter.get_mut("schema") else { continue };
            if let Some((_, reference)) = named.iter().find(|(values, _)| Some(values) == schema.get("enum")) {
                *schema = reference.clone();
            }
        }
    }
}

pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    paths.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()).map(|(_, operation)| operation)
}

/// A field that may be null has its description beside the choice. Inside the choice, beside a `$ref`, generators lose it.
pub(super) fn keep_descriptions_of_nullable_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(text) = description_of_choice(fields) {
                fields.entry("description").or_insert(text);
            }
            fields.values_mut().for_each(keep_descriptions_of_nullable_fields);
        }
        Value::Array(items) => items.iter_mut().for_each(keep_descriptions_of_nullable_fields),
        _ => {}
    }
}

/// Takes the description out of `oneOf: [{$ref, description}, {type: null}]`.
fn description_of_choice(fields: &mut Map<String, Value>) -> Option<Value> {
    let choices = fields.get_mut("oneOf")?.as_array_mut()?;
    if !choices.iter().any(|choice| choice.get("type").and_then(Value::as_str) == Some("null")) {
        return None;
    }
    let named = choices.iter_mut().filter_map(Value::as_object_mut).find(|choice| choice.contains_key("$ref"))?;
    named.remove("description")
}
