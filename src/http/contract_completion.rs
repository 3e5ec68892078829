//! What every operation of the contract gets besides what its handler says: headers, parameter texts, problem answers,
//! examples. Derived from the shape of the operation.

use serde_json::{Map, Value, json};

use super::contract::set;
use super::contract_examples::Examples;

/// Texts for path parameters, by name.
const PATH_PARAMETERS: &[(&str, &str)] = &[
    ("id", "Id of the resource (UUIDv7)."),
    ("attachment_id", "Id of the attachment."),
    ("channel", "Channel of the message."),
    ("event", "The event that causes the message."),
    ("region", "Code of a region, or `ID` for the country."),
    ("code", "Code of the resource."),
    ("version", "Number of the version."),
    ("region_code", "Code of a region; `ID` is the whole country."),
    ("sector", "A sector, as in `GET /v1/reference/sectors`."),
    ("kind", "Kind of the rows in the file."),
    ("period", "`default`, or a month as `YYYY-MM`."),
    ("list", "Name of the code list, as in `GET /v1/reference`."),
];

pub(super) struct Completion<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'a str,
    pub(super) examples: &'a Examples,
}

impl Completion<'_> {
    pub(super) fn complete(&self, operation: &mut Map<String, Value>) {
        self.parameters(operation);
        self.answers(operation);
        self.bodies(operation);
        if self.secured(operation) {
            self.accept_bearer(operation);
        }
        operation.remove("x-only-asks");
    }

    fn secured(&self, operation: &Map<String, Value>) -> bool {
        operation
            .get("security")
            .and_then(Value::as_array)
            .is_some_and(|list| list.iter().any(|s| s.get("oauth2").is_some()))
    }

    /// Client generators make a bearer token of an http scheme, not of OAuth2. Which permission it needs is said by the latter.
    fn accept_bearer(&self, operation: &mut Map<String, Value>) {
        if let Some(choices) = operation.get_mut("security").and_then(Value::as_array_mut) {
            choices.push(json!({ "bearer": [] }));
        }
    }

    fn names_one(&self) -> bool {
        self.path.contains('{')
    }

    /// A POST that creates or acts, as against one that only asks.
    fn changes(&self, operation: &Map<String, Value>) -> bool {
        let only_asks = operation.contains_key("x-only-asks");
        let has = |status: &str| operation.get("responses").is_some_and(|r| r.get(status).is_some());
        self.method == "post"
            && !only_asks
            && self.secured(operation)
            && (has("201") || has("202") || has("207") || self.names_one())
    }

    /// A change that needs to know what it changes. A piece of a content names its offset instead.
    fn replaces(&self) -> bool {
        matches!(self.method, "put" | "patch" | "delete") && !self.path.ends_with("/content")
    }

    fn parameters(&self, operation: &mut Map<String, Value>) {
        let changes = self.changes(operation);
        let secured = self.secured(operation);
        let versioned_read = self.method == "get" && self.names_one();
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        let Some(parameters) = parameters.as_array_mut() else { return };
        for parameter in parameters.iter_mut() {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            if parameter.get("in").and_then(Value::as_str) == Some("path")
                && let Some((_, text)) = PATH_PARAMETERS.iter().find(|(n, _)| *n == name)
            {
                set(parameter, "description", json!(text));
            }
        }
        let mut add = |name: &str, text: &str, example: &str| {
            parameters.push(json!({
                "name": name, "in": "header", "required": false, "description": text,
                "schema": { "type": "string" }, "example": example,
            }));
        };
        if changes {
            add(
                "Idempotency-Key",
                "Makes a repeat safe: the same key and body get the same answer for 24 hours.",
                "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
            );
            if self.names_one() {
                add("If-Match", "The version the caller has seen; another one is answered with 412.", "\"1\"");
            }
        }
        if self.replaces() {
            add(
                "If-Match",
                "The version the caller has seen: required (428), and another one is answered with 412.",
                "\"1\"",
            );
        }
        if versioned_read {
            add("If-None-Match", "The version the caller has; the same one is answered with 304.", "\"1\"");
        }
        if secured {
            add("Accept-Language", "Language of problem answers: `id` (default) or `en`.", "id");
        }
        let reveals = operation.remove("x-reveals").is_some();
        if self.replaces() {
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                if parameter.get("name").and_then(Value::as_str) == Some("If-Match") {
                    set(parameter, "required", json!(true));
                }
            }
        }
        if reveals && let Some(list) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            list.push(json!({
                "name": "Access-Purpose", "in": "header", "required": false,
                "description": "Required of a token with `pii:reveal`: why personal data is opened.",
                "schema": { "$ref": "#/components/schemas/AccessPurpose" },
            }));
        }
        if operation.get("parameters").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            operation.remove("parameters");
        }
        self.parameter_examples(operation);
    }

    /// Required parameters have the recorded value. The example of an optional one is that of its schema: documentation pages
    /// fill in a parameter's own example, and then send it.
    fn parameter_examples(&self, operation: &mut Map<String, Value>) {
        let id = id_of(operation);
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let text = |field: &str| parameter.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (name, place) = (text("name"), text("in"));
            if parameter.get("required") == Some(&json!(true)) {
                if let Some(value) = self.examples.parameter(&id, &place, &name) {
                    set(parameter, "example", value.clone());
                }
                continue;
            }
            let Some(fields) = parameter.as_object_mut() else { continue };
            let own = fields.remove("example");
            if let Some(schema) = fields.get_mut("schema").and_then(Value::as_object_mut)
                && let Some(example) = own.or_else(|| schema.remove("example"))
            {
                schema.remove("example");
                schema.insert("examples".to_owned(), json!([example]));
            }
        }
    }

    fn answers(&self, operation: &mut Map<String, Value>) {
        let secured = self.secured(operation);
        let body = operation.contains_key("requestBody");
        let changes = self.changes(operation);
        let token = self.path == "/oauth/token";
        let parameters = operation.contains_key("parameters");
        let reads_changes = self.path == "/v1/events" || has_parameter(operation, "updated_since");
        let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let mut add = |status: &str, name: &str| {
            answers.entry(status).or_insert_with(|| json!({ "$ref": format!("#/components/responses/{name}") }));
        };
        if token {
            add("400", "TokenRequestInvalid");
            add("401", "ClientUnknown");
        } else if parameters || body {
            add("400", "Malformed");
        }
        if secured {
            add("401", "Unauthorized");
            add("403", "Forbidden");
        }
        if self.names_one() {
            add("404", "NotFound");
        }
        if reads_changes {
            add("410", "CursorExpired");
        }
        if changes {
            add("409", "Conflict");
            add("422", "Invalid");
            if self.names_one() {
                add("412", "VersionMismatch");
            }
        }
        if self.replaces() {
            add("409", "Conflict");
            add("412", "VersionMismatch");
            add("428", "PreconditionRequired");
        }
        if self.method == "patch" {
            add("409", "Conflict");
        }
        if body {
            add("408", "Timeout");
            add("413", "TooLarge");
            add("415", "UnsupportedMediaType");
            if !token {
                add("422", "Invalid");
            }
        }
        if !matches!(self.path, "/livez" | "/readyz") {
            add("429", "TooManyRequests");
        }
        add("500", "InternalError");
        add("503", "Unavailable");
        if self.method == "get" && !matches!(self.path, "/livez" | "/readyz") {
            answers
                .entry("304")
                .or_insert_with(|| json!({ "description": "The version named in If-None-Match is current" }));
        }
    }

    fn bodies(&self, operation: &mut Map<String, Value>) {
        let single = self.names_one();
        let id = id_of(operation);
        if let Some(content) = operation.get_mut("requestBody").and_then(|b| b.get_mut("content")) {
            record(content, |media_type| self.examples.request(&id, media_type));
        }
        let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        for (status, answer) in answers.iter_mut() {
            if !status.starts_with('2') {
                continue;
            }
            if let Some(content) = answer.get_mut("content") {
                record(content, |media_type| self.examples.response(&id, status, media_type));
            }
            let mut headers = json!({
                "trace-id": { "description": "Trace id of the request.", "schema": { "type": "string" } },
            });
            if single || status == "201" || status == "202" {
                set(
                    &mut headers,
                    "ETag",
                    json!({
                        "description": "Version of the resource.", "schema": { "type": "string" }, "example": "\"1\"",
                    }),
                );
            }
            if matches!(status.as_str(), "201" | "202") {
                let text = if status == "201" { "Address of the new resource." } else { "Address of the job." };
                set(&mut headers, "Location", json!({ "description": text, "schema": { "type": "string" } }));
            }
            if status == "202" {
                let text = "Seconds after which to look at the job.";
                set(&mut headers, "Retry-After", json!({ "description": text, "schema": { "type": "integer" } }));
            }
            set(answer, "headers", headers);
        }
    }
}

fn id_of(operation: &Map<String, Value>) -> String {
    operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Sets the examples of the bodies that have one.
fn record<'a>(content: &mut Value, example: impl Fn(&str) -> Option<&'a Value>) {
    for (media_type, body) in content.as_object_mut().into_iter().flatten() {
        if let Some(value) = example(media_type) {
            set(body, "example", value.clone());
        }
    }
}

fn has_parameter(operation: &Map<String, Value>, name: &str) -> bool {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters.into_iter().flatten().any(|parameter| parameter.get("name").and_then(Value::as_str) == Some(name))
}
