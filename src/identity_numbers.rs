//! Finds possible NIKs and family card (KK) numbers in text and JSON, so that none is stored in free text, logged or repeated
//! in an error. Pure functions.

use serde_json::Value;

/// Whether the text contains a possible NIK or KK number: exactly 16 digits of any script, also with blanks, dots or hyphens
/// between them. Free text must not contain one. (Two phone numbers in a row have more digits and are allowed.)
pub fn contains_identity_number(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars().chain(std::iter::once('\n')) {
        match c {
            c if c.is_numeric() => run += 1,
            c if is_separator(c) => {}
            _ if run == 16 => return true,
            _ => run = 0,
        }
    }
    false
}

/// Characters that separate the digits of a number, or that are invisible in it.
fn is_separator(c: char) -> bool {
    let is_blank = c.is_whitespace() && c != '\n' && c != '\r';
    let is_dash = matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let is_invisible = matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    c == '.' || is_blank || is_dash || is_invisible
}

/// Like [`contains_identity_number`], for a JSON value; also checks numbers and the names of fields.
pub fn holds_identity_number(value: &Value) -> bool {
    match value {
        Value::String(text) => contains_identity_number(text),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().is_some_and(|number| contains_identity_number(&format!("{number:.0}")))
        }
        Value::Number(number) => contains_identity_number(&number.to_string()),
        Value::Array(items) => items.iter().any(holds_identity_number),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| contains_identity_number(name) || holds_identity_number(value))
        }
        Value::Null | Value::Bool(_) => false,
    }
}

/// Masks identity numbers in a JSON pointer, because a client may use one as the name of a field.
pub fn without_identity_numbers(pointer: String) -> String {
    if !contains_identity_number(&pointer) {
        return pointer;
    }
    let mask = |name| if contains_identity_number(name) { "***" } else { name };
    pointer.split('/').map(mask).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_number_is_found_in_any_spelling() {
        assert!(contains_identity_number("NIK saya 3204051203909001."));
        assert!(contains_identity_number("3204 0512 0390 9001"));
        assert!(contains_identity_number("32.0405.120390.9001"));
        assert!(contains_identity_number("٣٢٠٤٠٥١٢٠٣٩٠٩٠٠١"));
        assert!(contains_identity_number("３２０４\u{A0}0512\u{2011}0390\u{200B}9001"));
        assert!(!contains_identity_number("0812 3456 7890 0813 4455 6677"));
        assert!(!contains_identity_number("Rp 1.500.000 pada 12-03-2024, telp 0812 3456 7890"));
    }

    #[test]
    fn an_identity_number_is_found_in_a_value_and_masked_in_a_pointer() {
        use serde_json::json;
        for value in [json!("3204051203909001"), json!(3204051203909001_i64), json!(3204051203909001.0)] {
            assert!(holds_identity_number(&value) && holds_identity_number(&json!([{ "a": value }])), "{value}");
        }
        assert!(holds_identity_number(&json!({ "3204051203909001": 1 })));
        assert!(!holds_identity_number(&json!(["PKH", 450, 7.2, true, null, 990000000001_i64])));
        assert_eq!(without_identity_numbers("/facts/3204051203909001/a".into()), "/facts/***/a");
        assert_eq!(without_identity_numbers("/members/0/nik".into()), "/members/0/nik");
    }
}
