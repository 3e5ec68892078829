//! The contract: what utoipa collects from the handlers, completed with what every endpoint does alike, so that no
//! handler has to repeat it: problem answers, headers, parameter texts, examples.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema as _, ToSchema as _};

use super::contract_completion::Completion;
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

/// Examples of fields whose type is a named schema: the derive leaves out what the field itself says. `null` keeps a
/// field out of the examples of bodies. A schema's own field comes before a field of any schema.
const FIELD_EXAMPLES: &[(&str, Option<&str>)] = &[
    ("CreateAttachment.id", None),
    ("CreateDevice.id", None),
    ("CreateVisit.family_id", None),
    ("CreateVisit.id", None),
    ("SyncOperation.based_on", None),
    ("SyncOperation.kind", Some("complaint")),
    ("SyncOperation.target_id", None),
    ("CreateReferralAttachment.id", None),
    ("CreateFamily.id", None),
    ("CreateMember.id", None),
    ("CreateMember.disability_severity", None),
    ("CreatePerson.disability_severity", None),
    ("FamilyLookup.family_card_no", None),
    ("SubmitComplaint.subject", None),
    ("address", Some("Kampung Contoh RT 01 RW 02")),
    ("assignee", Some("bandung-bo-1")),
    ("caption", Some("Atap dapur, sisi utara")),
    ("cooking_fuel", Some("lpg_3kg")),
    ("email", Some("layanan@contoh.go.id")),
    ("floor_material", Some("cement")),
    ("client_phone", Some("0812-0000-9001")),
    ("jkn_status", Some("inactive")),
    ("marital_status", Some("married")),
    ("occupation_class", Some("BURUH")),
    ("opening_hours", Some("Senin–Jumat 08.00–15.00")),
    ("phone", Some("0812-0000-9001")),
    ("reference", Some("LAPOR-7781234")),
    ("relation", Some("tetangga")),
    ("requirements", Some("KTP dan kartu keluarga, bila ada")),
    ("roof_material", Some("zinc")),
    ("school_level", Some("sma")),
    ("source", Some("dtsen")),
    ("system", Some("SP4N-LAPOR")),
    ("water_source", Some("protected_well")),
];

/// Parts that no handler mentions: scopes with their texts, further schemas, tags with their texts.
pub struct Parts {
    pub scopes: Map<String, Value>,
    pub schemas: Vec<(String, Value)>,
    pub tags: Vec<(&'static str, &'static str)>,
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
    components(&mut document, parts);
    name_page_items(&mut document);
    restore_examples(&mut document);
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths.iter_mut() {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let Some(operation) = operation.as_object_mut() {
                    Completion { path, method, schemas: &schemas }.complete(operation);
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

/// A page's entries are the named schema, not a copy of it: client generators then make one type of both.
fn name_page_items(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in names {
        let Some(item) = name.strip_prefix("Page_").filter(|item| schemas.contains_key(*item)) else { continue };
        let entry = json!({ "$ref": format!("#/components/schemas/{item}") });
        if let Some(entries) = schemas.get_mut(&name).and_then(|page| page.pointer_mut("/properties/items/items")) {
            *entries = entry;
        }
    }
}

fn restore_examples(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    for (schema_name, schema) in schemas.iter_mut() {
        let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        for (name, field) in fields.iter_mut() {
            let own = format!("{schema_name}.{name}");
            let of = |wanted: &str| FIELD_EXAMPLES.iter().find(|(n, _)| *n == wanted).map(|(_, example)| example);
            let named = field.get("$ref").is_some() || field.get("oneOf").is_some();
            // A field of a plain type has kept its own example, unless it is to be left out.
            match of(&own).or_else(|| of(name).filter(|_| named)) {
                Some(example) if named || example.is_none() => set(field, "example", json!(example)),
                _ => {}
            }
        }
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

/// Codes that never stand in a response of their own: an unknown route or method is no operation of the contract.
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
