//! Free text and short names, each a type that knows its own limits: the parser, the contract and the faults agree
//! because all three read them here.

use serde::de::{Deserialize as _, Deserializer, Visitor};
use serde_json::Value;

/// Exactly sixteen digits of whatever script, also when blanks, dots or hyphens stand between them, could be a NIK or a KK
/// number. Such a number never stands in free text. (Two phone numbers in a row have more digits and pass.)
pub fn contains_identity_number(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars().chain(std::iter::once('\n')) {
        match c {
            c if c.is_numeric() => run += 1,
            c if is_between(c) => {}
            _ if run == 16 => return true,
            _ => run = 0,
        }
    }
    false
}

/// Signs that break a number up, or that nobody sees in it.
fn is_between(c: char) -> bool {
    let is_blank = c.is_whitespace() && c != '\n' && c != '\r';
    let is_dash = matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let is_unseen = matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    c == '.' || is_blank || is_dash || is_unseen
}

/// The same of a value, whether it was written as a text or as a number.
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

/// A pointer into a body as it may be told: what the client called a field could itself be such a number.
pub fn without_identity_numbers(pointer: String) -> String {
    if !contains_identity_number(&pointer) {
        return pointer;
    }
    let told = |name| if contains_identity_number(name) { "***" } else { name };
    pointer.split('/').map(told).collect::<Vec<_>>().join("/")
}

/// What `limited_text!` types check: trimmed, within limits, no control characters, no identity number.
pub fn accept(text: String, min: usize, max: usize) -> Result<String, &'static str> {
    let text = if text.trim().len() == text.len() { text } else { text.trim().to_owned() };
    let length = text.chars().count();
    if length < min {
        return Err("too_short");
    }
    if length > max {
        return Err("too_long");
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
        return Err("format");
    }
    if contains_identity_number(&text) {
        return Err("contains_identity_number");
    }
    Ok(text)
}

/// What a name must have besides.
pub fn with_letters(name: String) -> Result<String, &'static str> {
    if name.chars().any(char::is_alphabetic) { Ok(name) } else { Err("without_letters") }
}

/// The name under which a limited text asks a deserializer for its content. A deserializer of what the service has stored
/// itself answers with `visit_some`, as no other does, and the text is taken as it is: it was validated when it was received,
/// by the rules of that day.
pub const LIMITED_TEXT: &str = "slrt::LimitedText";

pub fn deserialize<'de, D, F>(deserializer: D, accept: F) -> Result<String, D::Error>
where
    D: Deserializer<'de>,
    F: FnOnce(String) -> Result<String, &'static str>,
{
    struct Content<F>(F);

    impl<'de, F: FnOnce(String) -> Result<String, &'static str>> Visitor<'de> for Content<F> {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
            self.visit_string(text.to_owned())
        }

        fn visit_string<E: serde::de::Error>(self, text: String) -> Result<String, E> {
            (self.0)(text).map_err(E::custom)
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
            deserializer.deserialize_string(self)
        }

        fn visit_some<D: Deserializer<'de>>(self, stored: D) -> Result<String, D::Error> {
            String::deserialize(stored)
        }
    }

    deserializer.deserialize_newtype_struct(LIMITED_TEXT, Content(accept))
}

/// Declares a text type with its limits in characters, and what else it must be.
#[macro_export]
macro_rules! limited_text {
    (#[doc = $about:literal] $Name:ident, $min:literal..=$max:literal, $example:literal $(, $also:path)?) => {
        #[doc = $about]
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $Name(String);

        impl utoipa::PartialSchema for $Name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($about))
                    .min_length(Some($min))
                    .max_length(Some($max))
                    .examples([$example])
                    .into()
            }
        }

        impl utoipa::ToSchema for $Name {}

        impl $Name {
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let accept = |text| $crate::http::text::accept(text, $min, $max)$(.and_then($also))?;
                $crate::http::text::deserialize(deserializer, accept).map($Name)
            }
        }
    };
}

limited_text!(
    /// A person's name as it stands in the papers. It has letters.
    PersonName, 1..=120, "Siti Rahmawati", with_letters
);
limited_text!(
    /// Name of an organization, a service or anything else. It has letters.
    Name, 1..=160, "Verifikasi kepesertaan PKH", with_letters
);
limited_text!(
    /// A short line of text.
    ShortText, 1..=200, "Kantor Desa, sebelah masjid"
);
limited_text!(
    /// Free text without identity numbers.
    LongText, 1..=4000, "Atap rumah bocor di dua kamar sejak hujan bulan lalu."
);

impl ShortText {
    /// The first and the last two characters, for a telephone number that is not revealed.
    pub fn masked(&self) -> Self {
        Self(masked(&self.0))
    }
}

/// All but the first and last two characters blotted out.
pub fn masked(text: &str) -> String {
    let length = text.chars().count();
    let keep = |at: usize| length > 4 && (at < 2 || at + 2 >= length);
    text.chars().enumerate().map(|(at, c)| if keep(at) { c } else { '*' }).collect()
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
    fn an_identity_number_is_found_in_a_value_and_left_out_of_a_pointer() {
        use serde_json::json;
        for value in [json!("3204051203909001"), json!(3204051203909001_i64), json!(3204051203909001.0)] {
            assert!(holds_identity_number(&value) && holds_identity_number(&json!([{ "a": value }])), "{value}");
        }
        assert!(holds_identity_number(&json!({ "3204051203909001": 1 })));
        assert!(!holds_identity_number(&json!(["PKH", 450, 7.2, true, null, 990000000001_i64])));
        assert_eq!(without_identity_numbers("/facts/3204051203909001/a".into()), "/facts/***/a");
        assert_eq!(without_identity_numbers("/members/0/nik".into()), "/members/0/nik");
    }

    #[test]
    fn a_name_has_letters() {
        assert_eq!(with_letters("--".into()), Err("without_letters"));
        assert_eq!(with_letters("123".into()), Err("without_letters"));
        assert_eq!(with_letters("M. 2".into()), Ok("M. 2".into()));
    }

    #[test]
    fn text_is_trimmed_and_limited() {
        assert_eq!(accept("  a b ".into(), 1, 5), Ok("a b".into()));
        assert_eq!(accept("   ".into(), 1, 5), Err("too_short"));
        assert_eq!(accept("abcdef".into(), 1, 5), Err("too_long"));
        assert_eq!(accept("a\u{0}b".into(), 1, 5), Err("format"));
    }
}
