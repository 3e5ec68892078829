//! The contract: what utoipa collects from the handlers, completed with what every endpoint does alike, so that no
//! handler has to repeat it: problem answers, headers, parameter texts, examples.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema as _, ToSchema as _};

use super::contract_completion::Completion;
use super::contract_examples::Examples;
use super::contract_shapes::{keep_descriptions_of_nullable_fields, name_page_items, name_parameter_enums};
use super::problem::{Problem, ProblemConflict, ProblemField};
use crate::error::Code;

/// The contract as served.
pub struct Served {
    text: String,
    etag: String,
}

impl Served {
    pub fn new(contract: &Value) -> Self {
        let text = contract.to_string();
        let digest = super::json::sha256(text.as_bytes());
        let etag: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Self { text, etag: format!("\"{etag}\"") }
    }
}

/// Read the contract
///
/// This document: OpenAPI 3.1, generated from the code that serves it.
#[utoipa::path(
    tag = "Service",
    responses((status = 200, description = "The contract", body = Object)),
    security(())
)]
#[get("/v1/openapi.json")]
pub async fn get_contract(request: actix_web::HttpRequest, served: web::Data<Served>) -> HttpResponse {
    if super::etag::none_match(request.headers(), &served.etag) {
        return HttpResponse::NotModified().insert_header(("etag", served.etag.clone())).finish();
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .insert_header(("etag", served.etag.clone()))
        .body(served.text.clone())
}

/// Parts that no handler mentions: scopes with their texts, further schemas, tags with their texts, and the recorded examples.
pub struct Parts {
    pub scopes: Map<String, Value>,
    pub schemas: Vec<(String, Value)>,
    pub tags: Vec<(&'static str, &'static str)>,
    pub examples: Vec<&'static str>,
    pub title: &'static str,
    pub about: &'static str,
}

/// The finished contract.
pub fn complete(api: OpenApi, parts: Parts) -> Value {
    let mut document = serde_json::to_value(&api).unwrap_or_default();
    set(&mut document, "openapi", json!("3.1.0"));
    set(&mut document, "info", info(&parts));
    set(&mut document, "servers", json!([{ "url": "/", "description": "This service" }]));
    let tags: Vec<Value> = parts.tags.iter().map(|(name, text)| json!({ "name": name, "description": text })).collect();
    set(&mut document, "tags", Value::Array(tags));
    let examples = Examples::parse(&parts.examples);
    components(&mut document, parts);
    name_page_items(&mut document);
    name_parameter_enums(&mut document);
    keep_descriptions_of_nullable_fields(&mut document);
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let Some(operation) = operation.as_object_mut() {
                    Completion { path, method, examples: &examples }.complete(operation);
                }
            }
        }
    }
    drop_unused_answers(&mut document);
    document
}

pub(super) fn set(document: &mut Value, name: &str, value: Value) {
    if let Some(object) = document.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// The table of problem answers is wider than what operations give today.
fn drop_unused_answers(document: &mut Value) {
    let text = document.get("paths").map(Value::to_string).unwrap_or_default();
    if let Some(answers) = document.pointer_mut("/components/responses").and_then(Value::as_object_mut) {
        answers.retain(|name, _| text.contains(&format!("\"#/components/responses/{name}\"")));
    }
}

fn info(parts: &Parts) -> Value {
    json!({
        "title": parts.title,
        "version": env!("CARGO_PKG_VERSION"),
        "description": parts.about,
        "contact": { "name": format!("{} maintainers", parts.title), "url": env!("CARGO_PKG_REPOSITORY") },
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    })
}

fn components(document: &mut Value, parts: Parts) {
    let Some(components) = document
        .as_object_mut()
        .map(|d| d.entry("components").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    if let Some(schemas) = components.entry("schemas").or_insert_with(|| json!({})).as_object_mut() {
        schemas.extend(parts.schemas);
        for (name, schema) in [
            (Problem::name(), Problem::schema()),
            (ProblemField::name(), ProblemField::schema()),
            (ProblemConflict::name(), ProblemConflict::schema()),
        ] {
            schemas.insert(name.into_owned(), serde_json::to_value(schema).unwrap_or_default());
        }
    }
    components.insert(
        "securitySchemes".to_owned(),
        json!({
            "oauth2": {
                "type": "oauth2",
                "description": "Client credentials; the token is a JWT (RFC 9068) that lives 15 minutes.",
                "flows": { "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": parts.scopes } },
            },
            "bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A token from `/oauth/token`, or from an issuer that the operator trusts.",
            },
            "client_basic": { "type": "http", "scheme": "basic", "description": "client_id and client_secret." },
        }),
    );
    let mut responses = Map::new();
    for (name, status) in PROBLEM_RESPONSES {
        responses.insert((*name).to_owned(), problem_answer(*status, &codes_of(*status, false)));
    }
    for (name, status) in TOKEN_RESPONSES {
        responses.insert((*name).to_owned(), problem_answer(*status, &codes_of(*status, true)));
    }
    components.insert("responses".to_owned(), Value::Object(responses));
}

/// Components of problem responses. Codes of one status share one, but for those of the token endpoint.
const PROBLEM_RESPONSES: &[(&str, u16)] = &[
    ("Malformed", 400),
    ("Unauthorized", 401),
    ("Forbidden", 403),
    ("NotFound", 404),
    ("Timeout", 408),
    ("Conflict", 409),
    ("CursorExpired", 410),
    ("VersionMismatch", 412),
    ("TooLarge", 413),
    ("UnsupportedMediaType", 415),
    ("Invalid", 422),
    ("PreconditionRequired", 428),
    ("TooManyRequests", 429),
    ("InternalError", 500),
    ("Unavailable", 503),
];
const TOKEN_RESPONSES: &[(&str, u16)] = &[("TokenRequestInvalid", 400), ("ClientUnknown", 401)];

/// Codes that no operation answers: an unknown route or method is no operation of the contract.
const NO_OPERATION: &[Code] = &[Code::UNKNOWN_ROUTE, Code::METHOD_NOT_ALLOWED];

fn codes_of(status: u16, oauth: bool) -> Vec<Code> {
    let fits = |code: &Code| {
        code.row().status == status && code.row().oauth.is_some() == oauth && !NO_OPERATION.contains(code)
    };
    Code::all().iter().copied().filter(fits).collect()
}

fn problem_answer(status: u16, codes: &[Code]) -> Value {
    let title = codes.first().map_or("Problem", |c| c.row().title.en);
    let names: Vec<String> = codes.iter().map(|c| format!("`{}`", c.as_str())).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| {
            let row = code.row();
            let value = json!({
                "type": format!("/problems/{}", code.as_str()),
                "title": row.title.en,
                "status": status,
                "detail": row.detail.en.replace("{}", "…"),
                "instance": "/v1/…",
                "code": code.as_str(),
                "trace_id": "0af7651916cd43dd8448eb211c80319c",
            });
            (code.as_str().to_owned(), json!({ "value": value }))
        })
        .collect();
    let mut answer = json!({
        "description": format!("{title}. Codes: {}.", names.join(", ")),
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": examples,
        }},
    });
    if matches!(status, 429 | 503) {
        set(
            &mut answer,
            "headers",
            json!({
                "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" } },
            }),
        );
    }
    answer
}
