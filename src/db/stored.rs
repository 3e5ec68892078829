//! Reads and writes JSON that is stored in a column.
//!
//! - A value that cannot be read is an error. It is never read as an empty value, because the next write would delete it.
//! - In a rolling upgrade a newer instance may have stored fields that this one does not know. They are ignored when the
//!   value is read and kept when it is written back.
//! - Texts were validated when they were received. A rule that is newer than a text does not make it unreadable.

use std::fmt::Display;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::http::text::LIMITED_TEXT;

/// Names the location, never the value, which may be personal data.
#[derive(Debug, thiserror::Error)]
#[error("the stored JSON in {column} of row {row} cannot be read at {at}")]
pub struct UnreadableJson {
    /// Table and column, for example `families.attributes`.
    pub column: &'static str,
    pub row: String,
    /// Path inside the value.
    pub at: String,
}

/// Reads the value of a column. `column` is its table and name, `row` is the id of the row.
pub fn read<T: DeserializeOwned>(value: &Value, column: &'static str, row: impl Display) -> Result<T, Error> {
    T::deserialize(Known(value)).map_err(|_| {
        // Read again to find the path. Tracking it costs time, so it is done only after a failure.
        let fault = serde_path_to_error::deserialize::<_, T>(Known(value)).err();
        let at = fault.map_or_else(|| ".".to_owned(), |error| error.path().to_string());
        Error::internal(UnreadableJson { column, row: row.to_string(), at })
    })
}

/// Reads a value that is stored as text, or sealed as text.
pub fn read_text<T: DeserializeOwned>(text: &[u8], column: &'static str, row: impl Display) -> Result<T, Error> {
    match serde_json::from_slice(text) {
        Ok(value) => read(&value, column, row),
        Err(_) => Err(Error::internal(UnreadableJson { column, row: row.to_string(), at: ".".to_owned() })),
    }
}

/// Reads the value of a nullable column.
pub fn read_nullable<T: DeserializeOwned>(
    value: Option<&Value>,
    column: &'static str,
    row: impl Display,
) -> Result<Option<T>, Error> {
    value.map(|value| read(value, column, row)).transpose()
}

/// Returns a value for storage.
pub fn write<T: Serialize>(value: &T) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// Returns `new` for storage in place of `stored`, with the fields of `stored` that `T` does not know.
pub fn replace<T: Serialize + DeserializeOwned>(
    stored: &Value,
    new: &T,
    column: &'static str,
    row: impl Display,
) -> Result<Value, Error> {
    let known = write(&read::<T>(stored, column, row)?)?;
    let mut new = write(new)?;
    if let (Value::Object(stored), Value::Object(known), Value::Object(new)) = (stored, &known, &mut new) {
        keep_unknown(stored, known, new);
    }
    Ok(new)
}

fn keep_unknown(stored: &Map<String, Value>, known: &Map<String, Value>, new: &mut Map<String, Value>) {
    for (name, value) in stored {
        match (value, known.get(name), new.get_mut(name)) {
            (_, None, None) => drop(new.insert(name.clone(), value.clone())),
            (Value::Object(stored), Some(Value::Object(known)), Some(Value::Object(new))) => {
                keep_unknown(stored, known, new);
            }
            _ => {}
        }
    }
}

/// Passes to a struct only the fields that it knows, so that a struct that denies unknown fields in a request body can be read
/// from the database.
#[derive(Clone, Copy)]
struct Known<'de>(&'de Value);

impl<'de> IntoDeserializer<'de, serde_json::Error> for Known<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Known<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Known))),
            Value::Object(fields) => visitor
                .visit_map(MapDeserializer::new(fields.iter().map(|(name, value)| (name.as_str(), Known(value))))),
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let Value::Object(fields) = self.0 else { return Err(serde::de::Error::custom("not an object")) };
        let known = fields.iter().filter(|(name, _)| names.contains(&name.as_str()));
        visitor.visit_map(MapDeserializer::new(known.map(|(name, value)| (name.as_str(), Known(value)))))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        if name == LIMITED_TEXT { visitor.visit_some(self) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<i32>,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default)]
        inner: Inner,
        #[serde(default)]
        list: Vec<Inner>,
        #[serde(default)]
        ratio: Option<f64>,
    }

    fn read_outer(value: &Value) -> Result<Outer, String> {
        read(value, "things.outer", 7).map_err(|error| error.to_string())
    }

    #[test]
    fn fields_that_are_not_known_are_ignored_on_every_level() {
        let stored =
            json!({ "name": "a", "new": 1, "inner": { "count": 2, "new": [] }, "list": [{ "new": {} }], "ratio": 3 });
        let expected = Outer {
            name: Some("a".to_owned()),
            inner: Inner { count: Some(2) },
            list: vec![Inner::default()],
            ratio: Some(3.0),
        };
        assert_eq!(read_outer(&stored), Ok(expected));
    }

    #[test]
    fn an_unreadable_value_is_an_error_that_names_the_place_and_not_the_value() {
        let stored = json!({ "inner": { "count": "3204051203909001" } });
        let text = read_outer(&stored).unwrap_err();
        assert_eq!(text, "internal-error: the stored JSON in things.outer of row 7 cannot be read at inner.count");
        assert!(read_outer(&json!(null)).is_err() && read_outer(&json!([])).is_err());
    }

    #[test]
    fn a_stored_text_is_not_validated_again() {
        use crate::http::text::{LongText, PersonName};
        let text = json!("NIK 3204051203909001");
        let read_text: LongText = read(&text, "things.text", 7).unwrap();
        assert_eq!(read_text.as_str(), "NIK 3204051203909001");
        let list: Option<Vec<PersonName>> = read(&json!(["12"]), "things.names", 7).unwrap();
        assert_eq!(list.unwrap()[0].as_str(), "12");
        assert!(read::<LongText>(&json!(1), "things.text", 7).is_err());
        assert!(serde_json::from_value::<LongText>(text).is_err());
        assert!(serde_json::from_str::<PersonName>("\"12\"").is_err());
        assert!(serde_urlencoded::from_str::<Vec<(String, PersonName)>>("a=12").is_err());
        let plain: serde::de::value::StrDeserializer<'_, serde_json::Error> = "12".into_deserializer();
        assert!(PersonName::deserialize(plain).is_err());
    }

    #[test]
    fn a_write_keeps_what_is_not_known_and_deletes_what_was_cleared() {
        let stored =
            json!({ "name": "a", "new": 1, "inner": { "count": 2, "newer": true }, "list": [], "ratio": null });
        let new = Outer { inner: Inner { count: Some(5) }, ..Outer::default() };
        let expected = json!({ "new": 1, "inner": { "count": 5, "newer": true }, "list": [], "ratio": null });
        assert_eq!(replace(&stored, &new, "things.outer", 7).unwrap(), expected);
        assert!(replace(&json!({ "list": 1 }), &new, "things.outer", 7).is_err());
    }
}
