//! Fields of a PATCH body (RFC 7396): absent leaves a value as it is, `null` takes it away.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "patch::given")]` on an `Option<Option<T>>`: the outer one says whether the
/// field was sent.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Takes over what was sent for a value that may be absent.
pub fn apply<T, V>(to: &mut Option<V>, sent: Option<Option<T>>, as_stored: impl FnOnce(T) -> V) {
    if let Some(value) = sent {
        *to = value.map(as_stored);
    }
}

/// The same for a value that is never absent.
pub fn replace<T, V>(to: &mut V, sent: Option<T>, as_stored: impl FnOnce(T) -> V) {
    if let Some(value) = sent {
        *to = as_stored(value);
    }
}
