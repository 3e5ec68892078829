//! Problem responses (RFC 9457) for every 4xx and 5xx. A handler's error is attached to the response as data; the outermost
//! middleware writes the body, because only there are language, path and trace id known.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request_context::{Language, RequestContext};
use crate::error::Code;
use crate::error::field_codes;
use crate::error::{Error, FieldError};

/// A problem response (RFC 9457).
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Path of the page of this service that explains the problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation-failed")]
    pub type_: String,
    /// Short summary of the problem, in the language of `Accept-Language`.
    #[schema(example = "Isi tidak memenuhi syarat")]
    pub title: String,
    /// HTTP status of the response.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// Explanation of the problem and, where possible, what to do next; in the language of `Accept-Language`.
    #[schema(example = "Satu atau beberapa isian tidak memenuhi syarat. Perbaiki isian yang tercantum dalam errors.")]
    pub detail: String,
    /// Path of the request.
    #[schema(example = "/v1/complaints")]
    pub instance: String,
    /// Problem code. Stable: compare this, not the texts.
    #[schema(example = "validation-failed")]
    pub code: String,
    /// All fields that are not valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// Current state of the resource, if this state does not allow the action.
    #[schema(example = "received")]
    pub current_state: Option<String>,
    /// Actions that the current state allows.
    pub allowed: Option<Vec<String>>,
    /// Date on which the closed window opens again, in western Indonesian time (UTC+7).
    #[schema(example = "2026-12-01")]
    pub opens_on: Option<chrono::NaiveDate>,
    /// Cursor from which to continue, in place of the expired one.
    #[schema(nullable, example = json!(null))]
    pub resync_cursor: Option<String>,
    /// Existing holders of a NIK or KK number in the request, if the caller may read both sides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<ProblemConflict>,
    /// OAuth 2.0 error code (RFC 6749). Only in responses of the token endpoint.
    #[schema(example = "invalid_client")]
    pub error: Option<String>,
    /// Trace id of the request. Include it when you report the problem.
    #[schema(example = "0af7651916cd43dd8448eb211c80319c")]
    pub trace_id: String,
}

/// One field that is not valid. The rejected value is never repeated.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemField {
    /// JSON pointer to the field in the request body.
    #[schema(example = "/region_code")]
    pub pointer: String,
    /// Code of the error. Stable: compare this, not the text.
    #[schema(example = "unknown_region")]
    pub code: String,
    /// Explanation of the error, in the language of `Accept-Language`.
    #[schema(example = "The region code does not exist")]
    pub detail: String,
    /// Minimum allowed, for an error of size, length or number of items.
    #[schema(value_type = Option<f64>, nullable, example = json!(null))]
    pub minimum: Option<serde_json::Number>,
    /// Maximum allowed, for an error of size, length or number of items.
    #[schema(value_type = Option<f64>, nullable, example = json!(null))]
    pub maximum: Option<serde_json::Number>,
}

/// The existing holder of a NIK or KK number.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemConflict {
    /// JSON pointer to the number in the request body.
    #[schema(example = "/members/0/nik")]
    pub pointer: String,
    /// Family of the existing holder.
    pub family_id: Uuid,
    /// Person with this NIK; absent for a KK number.
    pub person_id: Option<Uuid>,
    /// Family of the request that uses the same number, if it is stored or the caller chose its id.
    pub claimed_by_family_id: Option<Uuid>,
}

/// The parts of an error that go into the response: all but its cause, which is only logged.
#[derive(Clone)]
pub struct Draft {
    pub code: Code,
    pub subject: Option<String>,
    pub fields: Vec<FieldError>,
    pub state: Option<crate::error::StateConflict>,
    pub conflicts: Vec<crate::error::Conflict>,
    pub retry_after: Option<u64>,
    pub opens_on: Option<chrono::NaiveDate>,
    pub resync_cursor: Option<String>,
}

impl From<&Error> for Draft {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code,
            subject: error.subject.clone(),
            fields: error.fields.clone(),
            state: error.state.clone(),
            conflicts: error.conflicts.clone(),
            retry_after: error.retry_after,
            opens_on: error.opens_on,
            resync_cursor: error.resync_cursor.clone(),
        }
    }
}

impl Draft {
    pub fn problem(&self, instance: &str, context: &RequestContext) -> Problem {
        let row = self.code.row();
        let text = |texts: crate::error::Texts| match context.language {
            Language::Id => texts.id,
            Language::En => texts.en,
        };
        Problem {
            type_: format!("/problems/{}", self.code.as_str()),
            title: text(row.title).to_owned(),
            status: row.status,
            detail: text(row.detail).replace("{}", self.subject.as_deref().unwrap_or_default()),
            instance: instance.to_owned(),
            code: self.code.as_str().to_owned(),
            errors: self
                .fields
                .iter()
                .map(|f| ProblemField {
                    pointer: f.pointer.clone(),
                    code: f.code.to_owned(),
                    detail: within(text(field_codes::texts(f.code)), f, context.language),
                    minimum: f.least.clone(),
                    maximum: f.most.clone(),
                })
                .collect(),
            opens_on: self.opens_on,
            resync_cursor: self.resync_cursor.clone(),
            conflicts: self
                .conflicts
                .iter()
                .map(|c| ProblemConflict {
                    pointer: c.pointer.clone(),
                    family_id: c.family_id,
                    person_id: c.person_id,
                    claimed_by_family_id: c.claimed_by_family_id,
                })
                .collect(),
            error: self.code.row().oauth.map(str::to_owned),
            current_state: self.state.as_ref().map(|s| s.current_state.to_owned()),
            allowed: self.state.as_ref().map(|s| s.allowed.iter().map(|a| (*a).to_owned()).collect()),
            trace_id: context.trace_id.clone(),
        }
    }

    /// Writes body and headers into the response. Other headers of the response are kept.
    pub fn write(&self, instance: &str, context: &RequestContext, response: &mut HttpResponse<BoxBody>) {
        let problem = self.problem(instance, context);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(match context.language {
                Language::Id => "id",
                Language::En => "en",
            }),
        );
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(value) = self.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        let taken = std::mem::replace(response, HttpResponse::new(StatusCode::OK));
        *response = taken.set_body(BoxBody::new(body));
    }

    fn challenge(&self) -> Option<HeaderValue> {
        let text = match self.code {
            Code::INVALID_TOKEN => "Bearer realm=\"slrt\", error=\"invalid_token\"".to_owned(),
            code if code.row().status == 401 => "Basic realm=\"slrt\"".to_owned(),
            Code::INSUFFICIENT_SCOPE => format!(
                "Bearer realm=\"slrt\", error=\"insufficient_scope\", scope=\"{}\"",
                self.subject.as_deref().unwrap_or_default()
            ),
            _ => return None,
        };
        HeaderValue::from_str(&text).ok()
    }
}

/// Appends the bounds to the text, if there are any.
fn within(sentence: &str, fault: &FieldError, language: Language) -> String {
    let (at_least, at_most) = match language {
        Language::Id => ("paling sedikit", "paling banyak"),
        Language::En => ("at least", "at most"),
    };
    let bounds = [(at_least, &fault.least), (at_most, &fault.most)];
    let parts = bounds.into_iter().filter_map(|(words, bound)| Some(format!("{words} {}", bound.as_ref()?)));
    let parts = parts.collect::<Vec<_>>().join(", ");
    if parts.is_empty() { sentence.to_owned() } else { format!("{sentence} ({parts})") }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code()).finish();
        response.extensions_mut().insert(Draft::from(self));
        response
    }
}

/// The problem for an error response that this service's own code did not create (the router's 404, a parser's 400).
pub fn draft_for_status(status: StatusCode) -> Draft {
    let code = match status.as_u16() {
        401 => Code::INVALID_TOKEN,
        404 => Code::UNKNOWN_ROUTE,
        405 => Code::METHOD_NOT_ALLOWED,
        408 => Code::REQUEST_TIMEOUT,
        413 => Code::BODY_TOO_LARGE,
        415 => Code::UNSUPPORTED_MEDIA_TYPE,
        400..=499 => Code::MALFORMED_PARAMETER,
        503 => Code::UNAVAILABLE,
        _ => Code::INTERNAL,
    };
    Draft {
        code,
        subject: None,
        fields: Vec::new(),
        state: None,
        conflicts: Vec::new(),
        retry_after: None,
        opens_on: None,
        resync_cursor: None,
    }
}

pub const TRACE_ID: HeaderName = HeaderName::from_static("trace-id");
