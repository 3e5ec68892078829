//! Canonical form of a JSON value: a repeated request is recognised whatever the order of its fields, its white space or the
//! spelling of its numbers. Pure.

use serde_json::{Number, Value};

use super::json::sha256;

pub fn fingerprint(value: &Value) -> [u8; 32] {
    let mut text = String::new();
    write(value, &mut text);
    sha256(text.as_bytes())
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, field) in sorted {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(field, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Number(number) => out.push_str(&whole(number).map_or_else(|| number.to_string(), |n| n.to_string())),
        plain => out.push_str(&plain.to_string()),
    }
}

/// `2.0` and `2e0` equal 2. Above 2^53 a float is not an exact integer.
fn whole(number: &Number) -> Option<i64> {
    const CERTAIN: f64 = 9_007_199_254_740_992.0;
    let float = number.as_f64().filter(|_| number.is_f64())?;
    #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small enough")]
    (float.fract() == 0.0 && float.abs() < CERTAIN).then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meaning_counts_and_not_the_spelling() {
        let read = |text: &str| fingerprint(&serde_json::from_str(text).unwrap());
        assert_eq!(read(r#"{"a":1,"b":[{"c":2,"d":3}]}"#), read(r#" {"b" : [{"d":3.0,"c":2e0}], "\u0061":1} "#));
        assert_eq!(read("[0.5,-0.0]"), read("[5e-1,0]"));
        assert_ne!(read(r#"{"a":[1,2]}"#), read(r#"{"a":[2,1]}"#));
        assert_ne!(read(r#"{"a":"1"}"#), read(r#"{"a":1}"#));
        assert_ne!(read(r#"{"a":null}"#), read("{}"));
        assert_ne!(read("1.5"), read("1"));
        assert_ne!(read("18446744073709551615"), read("18446744073709551614"));
    }
}
