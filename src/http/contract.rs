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
use super::problem_table::Code;

const ABOUT: &str = "Complaints, eligibility and closed-loop referrals for Indonesia's integrated social service and \
referral system (SLRT, *Sistem Layanan dan Rujukan Terpadu*, Permensos 15/2018).\n\n\
Sign in at `/oauth/token` with client credentials. A token carries permissions (the scopes below) and regions; what lies \
outside the regions is answered with 404. Times are RFC 3339 in UTC, dates are calendar days, ids are UUIDv7. Every error is \
`application/problem+json` (RFC 9457) with a stable `code`; `title` and `detail` follow `Accept-Language` (`id` by default, `en`).";

const TAGS: &[(&str, &str)] = &[
    ("Access", "Sign in, and the keys that verify tokens."),
    ("Regions", "The 91,599 administrative regions."),
    ("Reference", "Code lists and state machines, with labels in Indonesian and English."),
    ("Registry", "Families and persons of the welfare registry."),
    ("Eligibility", "What a family or person should get, and why."),
    ("Programmes", "The programmes and their rules, versioned by date."),
    ("Directory", "Who can help, with what, where."),
    ("Complaints", "From submission to closure."),
    ("Follow-up", "For reporters: following one's own complaint with its number and code."),
    ("Referrals", "From draft to the closed loop."),
    ("Imports", "Many rows at once, in and out."),
    ("Attachments", "Photos and papers on complaints, referrals and registry proposals."),
    ("Registry proposals", "Proposals and disputes about the registry, their monthly window and their outcome."),
    ("Jobs", "Work that goes on after its request was answered."),
    ("Consents", "Consent and other lawful bases for using somebody's data, by purpose."),
    (
        "Subject rights",
        "What whoever the data is about can ask for: a copy, who looked, correction, restriction, erasure.",
    ),
    ("Sync", "Work without a network: tablets, what they bring home, what they are given, visits."),
    ("Messages", "What reporters are told, in which words, and whether it arrived."),
    ("Service levels", "Deadlines in working days: calendar and targets."),
    ("Work queues", "What waits, most urgent first."),
    ("Desks", "Desks, the villages they serve, who covers what."),
    ("Staff", "Officers and their roles."),
    ("Events", "What happened, for other systems."),
    ("Audit", "Who changed or revealed what."),
    ("Service", "Health of the service and its contract."),
];

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

/// What the contract needs besides the handlers: the scopes with their texts, schemas that no body mentions, and the
/// recorded examples.
pub struct Access {
    pub scopes: Map<String, Value>,
    pub schemas: Vec<(String, Value)>,
    pub examples: &'static [&'static str],
}

/// The finished contract.
pub fn complete(api: OpenApi, access: Access) -> Value {
    let mut document = serde_json::to_value(&api).unwrap_or_default();
    set(&mut document, "openapi", json!("3.1.0"));
    set(&mut document, "info", info());
    set(&mut document, "servers", json!([{ "url": "/", "description": "This service" }]));
    let tags: Vec<Value> = TAGS.iter().map(|(name, text)| json!({ "name": name, "description": text })).collect();
    set(&mut document, "tags", Value::Array(tags));
    let examples = Examples::parse(access.examples);
    components(&mut document, access);
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

fn info() -> Value {
    json!({
        "title": "SLRT Referral API",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "contact": { "name": "SLRT Referral API maintainers", "url": "https://github.com/slrt-id/slrt-api" },
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    })
}

fn components(document: &mut Value, access: Access) {
    let Some(components) = document
        .as_object_mut()
        .map(|d| d.entry("components").or_insert_with(|| json!({})))
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    if let Some(schemas) = components.entry("schemas").or_insert_with(|| json!({})).as_object_mut() {
        schemas.extend(access.schemas);
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
                "flows": { "clientCredentials": { "tokenUrl": "/oauth/token", "scopes": access.scopes } },
            },
            "bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A token from `/oauth/token`, or from an issuer that the operator trusts.",
            },
            "client_basic": { "type": "http", "scheme": "basic", "description": "client_id and client_secret." },
        }),
    );
    let mut responses = Map::new();
    for (name, status, codes) in PROBLEM_ANSWERS {
        responses.insert((*name).to_owned(), problem_answer(*status, codes));
    }
    components.insert("responses".to_owned(), Value::Object(responses));
}

/// Name of the component, status, and the codes that come with it.
const PROBLEM_ANSWERS: &[(&str, u16, &[Code])] = &[
    (
        "Malformed",
        400,
        &[
            Code::MalformedBody,
            Code::MalformedParameter,
            Code::MalformedHeader,
            Code::InvalidCursor,
            Code::PurposeRequired,
        ],
    ),
    (
        "TokenRequestInvalid",
        400,
        &[Code::InvalidRequest, Code::UnsupportedGrantType, Code::InvalidScope, Code::InvalidGrant],
    ),
    ("ClientUnknown", 401, &[Code::InvalidClient]),
    ("Unauthorized", 401, &[Code::InvalidToken]),
    (
        "Forbidden",
        403,
        &[
            Code::InsufficientScope,
            Code::RegionNotGranted,
            Code::OwnRecommendation,
            Code::OwnVerification,
            Code::WiderRegionRequired,
            Code::ProcessingRestricted,
            Code::ConsentWithdrawn,
            Code::NotTheTarget,
            Code::NotTheSource,
            Code::NotTheUploader,
            Code::DeviceRevoked,
            Code::OnlySourceBeforeAcceptance,
        ],
    ),
    ("NotFound", 404, &[Code::NotFound]),
    ("Timeout", 408, &[Code::RequestTimeout]),
    (
        "Conflict",
        409,
        &[
            Code::ComplaintInvalidTransition,
            Code::ReferralInvalidTransition,
            Code::ComplaintHasOpenReferrals,
            Code::MessageNotSent,
            Code::MessageNotFailed,
            Code::AttachmentNotComplete,
            Code::AttachmentNotUploading,
            Code::UploadOffsetMismatch,
            Code::TooManyAttachments,
            Code::ProposalInvalidTransition,
            Code::ProposalAlreadyOpen,
            Code::ProposalWindowClosed,
            Code::ConsentInvalidTransition,
            Code::SubjectRequestInvalidTransition,
            Code::SubjectRequestNotDone,
            Code::AlreadyRestricted,
            Code::NotRestricted,
            Code::ErasureBarred,
            Code::ServiceInactive,
            Code::ServiceClosed,
            Code::NoCapacity,
            Code::LetterNotPossible,
            Code::LetterNotValid,
            Code::MatchAttemptsUsed,
            Code::JobInvalidTransition,
            Code::JobHasNoResult,
            Code::AlreadyExists,
            Code::IdempotencyInFlight,
            Code::ConcurrentChange,
        ],
    ),
    ("VersionMismatch", 412, &[Code::VersionMismatch]),
    ("TooLarge", 413, &[Code::BodyTooLarge]),
    ("UnsupportedMediaType", 415, &[Code::UnsupportedMediaType]),
    ("Invalid", 422, &[Code::ValidationFailed, Code::IdempotencyKeyReused]),
    ("PreconditionRequired", 428, &[Code::PreconditionRequired]),
    ("TooManyRequests", 429, &[Code::TooManyRequests]),
    ("InternalError", 500, &[Code::Internal]),
    ("Unavailable", 503, &[Code::Unavailable]),
];

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
