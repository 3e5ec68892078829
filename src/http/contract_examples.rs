//! Examples of the contract: recorded by `postman/record.mjs`, each slice's in its file `examples.json`. For each operation the
//! file has the path and the required query parameters, the request body and the bodies of success, by status and media type.

use serde_json::{Map, Value};

/// All recorded examples, by operation id.
pub(super) struct Examples(Map<String, Value>);

impl Examples {
    /// A text that is no JSON object gives no examples; the tests of the contract then fail.
    pub(super) fn parse(recorded: &[&str]) -> Self {
        let files = recorded.iter().filter_map(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        Self(files.flatten().collect())
    }

    pub(super) fn parameter(&self, operation: &str, place: &str, name: &str) -> Option<&Value> {
        self.0.get(operation)?.get(place)?.get(name)
    }

    pub(super) fn request(&self, operation: &str, media_type: &str) -> Option<&Value> {
        of_media_type(self.0.get(operation)?.get("request")?, media_type)
    }

    /// A repeat (200) gets the body of the first answer (201).
    pub(super) fn response(&self, operation: &str, status: &str, media_type: &str) -> Option<&Value> {
        let recorded = self.0.get(operation)?.as_object()?;
        let first = || (status == "200").then(|| recorded.get("201")).flatten();
        of_media_type(recorded.get(status).or_else(first)?, media_type)
    }
}

/// A merge patch looks like any other JSON.
fn of_media_type<'a>(bodies: &'a Value, media_type: &str) -> Option<&'a Value> {
    let json = || media_type.ends_with("+json").then(|| bodies.get("application/json")).flatten();
    bodies.get(media_type).or_else(json)
}
