//! Removes names and free text from stored values when a person's data is erased. Pure functions.

use serde_json::{Value, json};

/// Replaces the name of an erased person.
pub const ERASED: &str = "(dihapus)";

/// The text with every occurrence of the name replaced. Upper and lower case are equal.
pub fn without_name(text: &str, name: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = name.chars().collect();
    let same = |a: &char, b: &char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut rest = letters.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        let here = rest.get(..wanted.len()).filter(|head| !head.is_empty());
        if here.is_some_and(|head| head.iter().zip(&wanted).all(|(a, b)| same(a, b))) {
            out.push_str(ERASED);
            rest = rest.get(wanted.len()..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

/// Like [`without_name`], for every text in a JSON value.
pub fn renamed(value: Value, name: &str) -> Value {
    match value {
        Value::String(text) => Value::String(without_name(&text, name)),
        Value::Array(items) => items.into_iter().map(|item| renamed(item, name)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, field)| (key, renamed(field, name))).collect(),
        other => other,
    }
}

/// Replaces the text under `key`, if the object has a text there.
pub fn blank(mut object: Value, key: &str) -> Value {
    if let Some(words) = object.get_mut(key).filter(|v| v.is_string()) {
        *words = json!(ERASED);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_removed_in_upper_and_lower_case() {
        let text = "Ibu SITI RAHMAWATI datang; Siti Rahmawati sakit. Siti lain tinggal.";
        assert_eq!(without_name(text, "Siti Rahmawati"), "Ibu (dihapus) datang; (dihapus) sakit. Siti lain tinggal.");
        assert_eq!(without_name("Kosong", ""), "Kosong");
        assert_eq!(without_name("Éna", "éna"), "(dihapus)");
    }
}
