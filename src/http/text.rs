//! Types for free text and names. Each type declares its limits once, for parser, contract and validation errors.

use serde::de::{Deserialize as _, Deserializer, Visitor};

use crate::identity_numbers::contains_identity_number;

/// Validation of the `limited_text!` types: trims the text, then checks its length (characters), control characters and
/// identity numbers. The error is a field code.
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

/// Additional validation of names: at least one letter.
pub fn with_letters(name: String) -> Result<String, &'static str> {
    if name.chars().any(char::is_alphabetic) { Ok(name) } else { Err("without_letters") }
}

/// Name under which a limited text asks a deserializer for its content. Only the deserializer of stored values (`db::stored`)
/// answers with `visit_some`; the text is then accepted unchanged, because it was validated when it was received.
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

/// Declares a text type with its limits in characters, an example, and an optional additional validation.
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
    /// Name of a person as in the identity documents. Must contain a letter.
    PersonName, 1..=120, "Siti Rahmawati", with_letters
);
limited_text!(
    /// Name of an organization, a service or another resource. Must contain a letter.
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
    /// Masks all but the first and last two characters, for a telephone number that is not revealed.
    pub fn masked(&self) -> Self {
        Self(masked(&self.0))
    }
}

/// Masks all but the first and last two characters. A text of up to four characters is masked completely.
pub fn masked(text: &str) -> String {
    let length = text.chars().count();
    let visible = |at: usize| length > 4 && (at < 2 || at + 2 >= length);
    text.chars().enumerate().map(|(at, c)| if visible(at) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_must_contain_a_letter() {
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
