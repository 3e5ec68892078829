//! RFC 9457 answers for every 4xx and 5xx. A handler's error travels as data on the response; the outermost middleware
//! writes it out, because only there are language, address and trace id known.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::field_table;
use super::problem_table::Code;
use super::request_context::{Language, RequestContext};
use crate::error::{Error, FieldError};

/// A problem answer (RFC 9457).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Path of a page of this service that explains the problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation-failed")]
    pub type_: String,
    /// What is wrong, in the language of `Accept-Language`.
    #[schema(example = "Isi tidak memenuhi syarat")]
    pub title: String,
    /// The HTTP status of the answer.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// A sentence that says more.
    #[schema(example = "Satu atau beberapa isian tidak memenuhi syarat; lihat errors.")]
    pub detail: String,
    /// The path that was called.
    #[schema(example = "/v1/complaints")]
    pub instance: String,
    /// Stable machine name of the problem.
    #[schema(example = "validation-failed")]
    pub code: String,
    /// Every field at fault, all at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// Where the resource stands, when its state forbids the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "received")]
    pub current_state: Option<String>,
    /// The actions that this state allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// The day on which what is closed now opens again, in western Indonesia.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-01")]
    pub opens_on: Option<chrono::NaiveDate>,
    /// Who bears a number that was claimed again, where the caller may see both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<ProblemConflict>,
    /// The OAuth 2.0 error code (RFC 6749), on answers of the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "invalid_client")]
    pub error: Option<String>,
    /// Quote this when you report the problem.
    #[schema(example = "0af7651916cd43dd8448eb211c80319c")]
    pub trace_id: String,
}

/// One field at fault. The rejected value is never repeated.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemField {
    /// JSON pointer into the body.
    #[schema(example = "/region_code")]
    pub pointer: String,
    /// Stable machine name of the fault.
    #[schema(example = "unknown_region")]
    pub code: String,
    /// A sentence for people.
    #[schema(example = "The region code does not exist")]
    pub detail: String,
    /// The least number that would do, where the fault is one of size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable, example = json!(null))]
    pub minimum: Option<serde_json::Number>,
    /// The greatest number that would do, where the fault is one of size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable, example = json!(null))]
    pub maximum: Option<serde_json::Number>,
}

/// Who bears a number already.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemConflict {
    /// JSON pointer to the number in the body.
    #[schema(example = "/members/0/nik")]
    pub pointer: String,
    /// The family of the bearer.
    pub family_id: Uuid,
    /// The bearer; absent for the number of a family card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// The family that claims the number too, if it is there or the caller chose its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by_family_id: Option<Uuid>,
}

/// What is left of an error once its cause is logged.
#[derive(Clone)]
pub struct Draft {
    pub code: Code,
    pub subject: Option<String>,
    pub fields: Vec<FieldError>,
    pub state: Option<crate::error::StateConflict>,
    pub conflicts: Vec<crate::error::Conflict>,
    pub retry_after: Option<u64>,
    pub opens_on: Option<chrono::NaiveDate>,
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
        }
    }
}

impl Draft {
    pub fn problem(&self, instance: &str, context: &RequestContext) -> Problem {
        let row = self.code.row();
        let say = |texts: super::problem_table::Texts| match context.language {
            Language::Id => texts.id,
            Language::En => texts.en,
        };
        Problem {
            type_: format!("/problems/{}", self.code.as_str()),
            title: say(row.title).to_owned(),
            status: row.status,
            detail: say(row.detail).replace("{}", self.subject.as_deref().unwrap_or_default()),
            instance: instance.to_owned(),
            code: self.code.as_str().to_owned(),
            errors: self
                .fields
                .iter()
                .map(|f| ProblemField {
                    pointer: f.pointer.clone(),
                    code: f.code.to_owned(),
                    detail: within(say(field_table::texts(f.code)), f, context.language),
                    minimum: f.least.clone(),
                    maximum: f.most.clone(),
                })
                .collect(),
            opens_on: self.opens_on,
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
            error: self.code.oauth_error().map(str::to_owned),
            current_state: self.state.as_ref().map(|s| s.current_state.to_owned()),
            allowed: self.state.as_ref().map(|s| s.allowed.iter().map(|a| (*a).to_owned()).collect()),
            trace_id: context.trace_id.clone(),
        }
    }

    /// The body and headers of the answer, on top of whatever headers the response already carries.
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
            Code::InvalidToken => "Bearer realm=\"slrt\", error=\"invalid_token\"".to_owned(),
            Code::InvalidClient => "Basic realm=\"slrt\"".to_owned(),
            Code::InsufficientScope => format!(
                "Bearer realm=\"slrt\", error=\"insufficient_scope\", scope=\"{}\"",
                self.subject.as_deref().unwrap_or_default()
            ),
            _ => return None,
        };
        HeaderValue::from_str(&text).ok()
    }
}

/// The sentence with the bounds, where there are any.
fn within(sentence: &str, fault: &FieldError, language: Language) -> String {
    let (at_least, at_most) = match language {
        Language::Id => ("paling sedikit", "paling banyak"),
        Language::En => ("at least", "at most"),
    };
    let bounds = [(at_least, &fault.least), (at_most, &fault.most)];
    let said = bounds.into_iter().filter_map(|(words, bound)| Some(format!("{words} {}", bound.as_ref()?)));
    let said = said.collect::<Vec<_>>().join(", ");
    if said.is_empty() { sentence.to_owned() } else { format!("{sentence} ({said})") }
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

/// The draft of a response that is an error but was not made by this service's own code (a router's 404, a parser's 400).
pub fn draft_for_status(status: StatusCode) -> Draft {
    let code = match status.as_u16() {
        401 => Code::InvalidToken,
        404 => Code::UnknownRoute,
        405 => Code::MethodNotAllowed,
        408 => Code::RequestTimeout,
        413 => Code::BodyTooLarge,
        415 => Code::UnsupportedMediaType,
        400..=499 => Code::MalformedParameter,
        503 => Code::Unavailable,
        _ => Code::Internal,
    };
    Draft {
        code,
        subject: None,
        fields: Vec::new(),
        state: None,
        conflicts: Vec::new(),
        retry_after: None,
        opens_on: None,
    }
}

pub const TRACE_ID: HeaderName = HeaderName::from_static("trace-id");
