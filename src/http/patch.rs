//! Fields of a PATCH body (RFC 7396): an absent field leaves the value unchanged, `null` removes it.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "patch::given")]` on an `Option<Option<T>>`: the outer one is
/// `Some` if the field was sent.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Applies a sent field to an optional value.
pub fn apply<T, V>(to: &mut Option<V>, sent: Option<Option<T>>, as_stored: impl FnOnce(T) -> V) {
    if let Some(value) = sent {
        *to = value.map(as_stored);
    }
}

/// Applies a sent field to a required value.
pub fn replace<T, V>(to: &mut V, sent: Option<T>, as_stored: impl FnOnce(T) -> V) {
    if let Some(value) = sent {
        *to = as_stored(value);
    }
}
