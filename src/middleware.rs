//! The middlewares, outermost first: frame (trace id, problem responses, headers, log line), CORS, limit of requests in flight,
//! authentication, quota. None returns `Err`: an error from a middleware would skip the outer ones, and with them the headers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_cors::CorsError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Condition, Next};
use actix_web::{Error as ActixError, HttpMessage, HttpResponse, web};
use tracing::Instrument as _;

use crate::auth::caller::Authentication;
use crate::error::Code;
use crate::error::Error;
use crate::http::client_address::{ClientAddress, TrustedProxies};
use crate::http::problem::{self, Draft, TRACE_ID};
use crate::http::rate_limit::{Key, Limiter};
use crate::http::request_context::RequestContext;
use crate::metrics::Metrics;

/// Number of requests in progress in this process.
pub struct InFlight {
    count: AtomicUsize,
    limit: usize,
}

impl InFlight {
    pub fn new(limit: usize) -> Self {
        Self { count: AtomicUsize::new(0), limit }
    }
}

struct Slot(Arc<InFlight>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::AcqRel);
    }
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const SENT_HEADERS: [&str; 9] = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Accept-Language",
    "Access-Purpose",
    "Upload-Offset",
    "traceparent",
];
const SHOWN_HEADERS: [&str; 9] = [
    "ETag",
    "Location",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Upload-Offset",
    "Upload-Length",
    "trace-id",
];
const PREFLIGHT_SECONDS: usize = 600;

/// Allows pages of these origins to call; does nothing without any. All responses then have `Vary: Origin`, so that a cache
/// does not give a page a response that was stored for another caller.
pub fn cors(origins: &[String]) -> Condition<actix_cors::Cors> {
    let cors = origins.iter().fold(actix_cors::Cors::default(), |cors, origin| cors.allowed_origin(origin));
    let cors = cors
        .allowed_methods(METHODS)
        .allowed_headers(SENT_HEADERS)
        .expose_headers(SHOWN_HEADERS)
        .max_age(PREFLIGHT_SECONDS);
    Condition::new(!origins.is_empty(), cors)
}

pub async fn frame(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let started = Instant::now();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let begun = metrics.as_ref().map(|metrics| metrics.request_began());
    let context = RequestContext::read(&request);
    request.extensions_mut().insert(context.clone());
    let client = request.app_data::<web::Data<TrustedProxies>>().and_then(|proxies| proxies.client_of(&request));
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    // HEAD is GET without the body.
    let head = request.method() == Method::HEAD;
    if head {
        request.head_mut().method = Method::GET;
    }
    // At level ERROR, so that no log filter removes the trace id from the inner lines.
    let span = tracing::error_span!("request", trace_id = %context.trace_id);
    let answered = next.call(request).instrument(span).await?.map_into_boxed_body();
    let cause = answered.response().error().and_then(cause_of);
    let mut answered = written(answered, &context);
    let headers = answered.headers_mut();
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    if let Ok(value) = HeaderValue::from_str(&context.trace_id) {
        headers.insert(TRACE_ID, value);
    }
    let route = answered.request().match_pattern();
    let took = started.elapsed();
    log(&answered, route.as_deref(), cause.as_deref(), &context, took);
    if let Some(metrics) = &metrics {
        let method = if head { "HEAD" } else { answered.request().method().as_str() };
        metrics.request_answered(method, route.as_deref(), answered.status().as_u16(), took);
    }
    drop(begun);
    Ok(if head { answered.map_body(|_, _| BoxBody::new(())) } else { answered })
}

/// The cause of a 5xx, for the log. A 4xx has none.
fn cause_of(error: &ActixError) -> Option<String> {
    match error.as_error::<Error>() {
        Some(own) => (own.cause.is_some() || own.code.row().status >= 500).then(|| own.to_string()),
        None => error.as_response_error().status_code().is_server_error().then(|| error.to_string()),
    }
}

/// Converts an error of the response to a problem response.
fn written(answered: ServiceResponse<BoxBody>, context: &RequestContext) -> ServiceResponse<BoxBody> {
    let status = answered.status();
    let (request, mut response) = answered.into_parts();
    let draft = response.extensions_mut().remove::<Draft>();
    let draft = draft.or_else(|| refused_preflight(&response));
    let foreign = draft.is_none() && (status.is_client_error() || status.is_server_error());
    let own = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == "application/health+json");
    if let Some(draft) = draft.or_else(|| (foreign && !own).then(|| problem::draft_for_status(status))) {
        draft.write(&without_numbers(request.path()), context, &mut response);
    }
    ServiceResponse::new(request, response)
}

fn refused_preflight(response: &HttpResponse) -> Option<Draft> {
    let header = match response.error()?.as_error::<CorsError>()? {
        CorsError::OriginNotAllowed | CorsError::MissingOrigin => "Origin",
        CorsError::HeadersNotAllowed | CorsError::BadRequestHeaders => "Access-Control-Request-Headers",
        _ => "Access-Control-Request-Method",
    };
    Some(Draft::from(&Error::about(Code::MALFORMED_HEADER, header)))
}

/// A path with long numbers and percent-encoded parts masked: an identity number in a URL must not return in a response. The paths
/// of this service contain no encoded character.
fn without_numbers(path: &str) -> String {
    let plain = |segment| if str::contains(segment, '%') { "***" } else { segment };
    let path = path.split('/').map(plain).collect::<Vec<_>>().join("/");
    let mut out = String::with_capacity(path.len());
    let mut digits = String::new();
    for c in path.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() >= 13 { "***" } else { &digits });
        digits.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// Logs one line for the request, with the cause of a 5xx.
fn log(
    answered: &ServiceResponse<BoxBody>,
    route: Option<&str>,
    cause: Option<&str>,
    context: &RequestContext,
    took: Duration,
) {
    macro_rules! line {
        ($level:ident) => {{
            let request = answered.request();
            let extensions = request.extensions();
            let actor = extensions.get::<Authentication>().and_then(|a| a.as_ref().ok());
            tracing::$level!(
                method = %request.method(),
                route = route.unwrap_or("-"),
                status = answered.status().as_u16(),
                micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                trace_id = %context.trace_id,
                client_id = actor.map_or("-", |a| a.client_id.as_str()),
                error = cause,
                "request"
            )
        }};
    }
    match answered.status().as_u16() {
        503 => line!(warn),
        500.. => line!(error),
        _ => line!(info),
    }
}

pub async fn limit_in_flight(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let Some(bound) = request.app_data::<web::Data<InFlight>>().map(|d| Arc::clone(d)) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let before = bound.count.fetch_add(1, Ordering::AcqRel);
    let slot = Slot(bound);
    if before >= slot.0.limit && request.path() != "/livez" {
        let refused = HttpResponse::from_error(Error::new(Code::UNAVAILABLE).retry_after(1));
        return Ok(request.into_response(refused));
    }
    let answered = next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    drop(slot);
    answered
}

pub async fn limit_rate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let Some(limiter) = request.app_data::<web::Data<Limiter>>().cloned() else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    if matches!(request.path(), "/livez" | "/readyz") {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let client = request
        .extensions()
        .get::<Authentication>()
        .and_then(|a| a.as_ref().ok())
        .map(|actor| Key::Client(actor.client_id.clone()));
    let address = || request.extensions().get::<ClientAddress>().map(|client| Key::of_address(client.0));
    let Some(key) = client.or_else(address) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let verdict = limiter.check(&key);
    let mut answered = if verdict.allowed {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let refused = HttpResponse::from_error(Error::new(Code::TOO_MANY_REQUESTS).retry_after(verdict.retry_after));
        request.into_response(refused)
    };
    let pairs = [("ratelimit-policy", verdict.policy), ("ratelimit", verdict.state)];
    for (name, value) in pairs {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answered.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    Ok(answered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_blotted_out_of_a_path() {
        assert_eq!(without_numbers("/v1/persons/3204051203909001"), "/v1/persons/***");
        assert_eq!(without_numbers("/v1/regions/32.04.05.2001"), "/v1/regions/32.04.05.2001");
        let id = "/v1/complaints/01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e/verify";
        assert_eq!(without_numbers(id), id);
    }
}
