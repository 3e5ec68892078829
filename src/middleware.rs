//! What every request passes through, outermost first: the frame (trace, problem answers, headers, log line), the
//! bound on requests in flight, authentication, the quota. None of them ever answers with `Err`: an error from a
//! middleware would skip the ones outside it, and with them the headers.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage, HttpResponse, ResponseError, web};

use crate::auth::caller::Authentication;
use crate::error::Code;
use crate::error::Error;
use crate::http::problem::{self, Draft, TRACE_ID};
use crate::http::rate_limit::{Key, Limiter};
use crate::http::request_context::RequestContext;
use crate::metrics::Metrics;

/// How many requests are being worked on in this process.
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

/// Origins that may call from a browser.
pub struct Cors(HashSet<String>);

impl Cors {
    pub fn new(origins: &[String]) -> Self {
        Self(origins.iter().map(|o| o.trim_end_matches('/').to_owned()).collect())
    }
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
    let origin = allowed_origin(&request);
    let preflight = origin.is_some()
        && request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    // HEAD is GET without the body.
    let head = request.method() == Method::HEAD;
    if head {
        request.head_mut().method = Method::GET;
    }
    let answered = if preflight {
        request.into_response(HttpResponse::NoContent().finish())
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let mut answered = written(answered, &context);
    if let Some(origin) = origin {
        allow_origin(answered.headers_mut(), origin, preflight);
    }
    let headers = answered.headers_mut();
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    if let Ok(value) = HeaderValue::from_str(&context.trace_id) {
        headers.insert(TRACE_ID, value);
    }
    let route = answered.request().match_pattern();
    let took = started.elapsed();
    log(&answered, route.as_deref(), &context, took);
    if let Some(metrics) = &metrics {
        let method = if head { "HEAD" } else { answered.request().method().as_str() };
        metrics.request_answered(method, route.as_deref(), answered.status().as_u16(), took);
    }
    drop(begun);
    Ok(if head { answered.map_body(|_, _| BoxBody::new(())) } else { answered })
}

/// Turns whatever error stands in the response into a problem answer.
fn written(answered: ServiceResponse<BoxBody>, context: &RequestContext) -> ServiceResponse<BoxBody> {
    let status = answered.status();
    let (request, mut response) = answered.into_parts();
    let draft = response.extensions_mut().remove::<Draft>();
    let foreign = draft.is_none() && (status.is_client_error() || status.is_server_error());
    let own = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == "application/health+json");
    if let Some(draft) = draft.or_else(|| (foreign && !own).then(|| problem::draft_for_status(status))) {
        draft.write(&without_numbers(request.path()), context, &mut response);
    }
    ServiceResponse::new(request, response)
}

/// A path with long numbers blotted out, and what is written in another way, for it could be one: an identity number in an address
/// must not come back in an answer. Nothing of this service's own addresses is encoded.
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

fn log(answered: &ServiceResponse<BoxBody>, route: Option<&str>, context: &RequestContext, took: Duration) {
    let request = answered.request();
    let extensions = request.extensions();
    let actor = extensions.get::<Authentication>().and_then(|a| a.as_ref().ok());
    tracing::info!(
        method = %request.method(),
        route = route.unwrap_or("-"),
        status = answered.status().as_u16(),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        trace_id = %context.trace_id,
        client_id = actor.map_or("-", |a| a.client_id.as_str()),
        "request"
    );
}

fn allowed_origin(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    let cors = request.app_data::<web::Data<Cors>>()?;
    cors.0.contains(origin.to_str().ok()?).then(|| origin.clone())
}

fn allow_origin(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if preflight {
        set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE");
        set(
            headers,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Accept-Language, Access-Purpose, Upload-Offset, traceparent",
        );
        set(headers, header::ACCESS_CONTROL_MAX_AGE, "600");
    } else {
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "ETag, Location, Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, Upload-Offset, Upload-Length, trace-id",
        );
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
        let refused = Error::new(Code::UNAVAILABLE).retry_after(1).error_response();
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
    let address = || request.peer_addr().map(|peer| Key::Address(peer.ip()));
    let Some(key) = client.or_else(address) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let verdict = limiter.check(&key);
    let mut answered = if verdict.allowed {
        next.call(request).await?.map_into_boxed_body()
    } else {
        let refused = Error::new(Code::TOO_MANY_REQUESTS).retry_after(verdict.retry_after).error_response();
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
