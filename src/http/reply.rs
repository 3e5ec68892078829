//! Successful responses: JSON with `ETag`, `Location` and `Cache-Control`. A GET whose `If-None-Match` has the current
//! version gets 304.

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, Responder};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;

use super::page::Page;
use super::{etag, json::sha256};
use crate::error::Error;
use crate::http::json::content_digest;

pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cache {
    /// Personal or regional data.
    NoStore,
    /// Reference data, the same for all callers.
    Public,
}

#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub body: String,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub replayed: bool,
    /// Cursor of the next page, for the `Link` header.
    pub next: Option<String>,
    /// False if the request changed nothing: the response shows stored data, or the result of a dry run.
    pub changed: bool,
    /// Stored under the idempotency key instead of the body, if the body contains a value that is shown only once.
    pub stored_body: Option<String>,
    /// Seconds after which to poll again (`Retry-After`).
    pub retry_after: Option<u64>,
    cache: Cache,
}

impl Reply {
    pub fn stored(status: u16, body: String, etag: Option<String>, location: Option<String>, replayed: bool) -> Self {
        Self {
            status,
            body,
            etag,
            location,
            replayed,
            next: None,
            changed: true,
            stored_body: None,
            retry_after: None,
            cache: Cache::NoStore,
        }
    }

    fn json<T: Serialize>(status: u16, value: &T) -> Result<Self, Error> {
        let body = serde_json::to_string(value).map_err(Error::internal)?;
        Ok(Self::stored(status, body, None, None, false))
    }

    pub fn ok<T: Serialize>(value: &T) -> Result<Self, Error> {
        Self::json(200, value)
    }

    /// 204 without a body.
    pub fn no_content() -> Self {
        Self::stored(204, String::new(), None, None, false)
    }

    /// A page of a list, with a link to the next one.
    pub fn page<T: Serialize>(page: &Page<T>) -> Result<Self, Error> {
        Ok(Self { next: page.next_cursor.clone(), ..Self::ok(page)? })
    }

    /// A page of public data that is the same for all callers.
    pub fn public_page<T: Serialize>(page: &Page<T>) -> Result<Self, Error> {
        Ok(Self { next: page.next_cursor.clone(), ..Self::public(page)? })
    }

    /// Marks a response of a request that changed nothing: its transaction is rolled back.
    pub fn unchanged(self) -> Self {
        Self { changed: false, ..self }
    }

    /// For a response with a value that is shown only once: a repeated request gets `value` instead.
    pub fn stored_as<T: Serialize>(self, value: &T) -> Result<Self, Error> {
        Ok(Self { stored_body: Some(serde_json::to_string(value).map_err(Error::internal)?), ..self })
    }

    pub fn asking_again(self, seconds: Option<u64>) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// A single resource with its version.
    pub fn resource<T: Serialize>(value: &T, version: i32) -> Result<Self, Error> {
        Ok(Self { etag: Some(etag::of(version)), ..Self::json(200, value)? })
    }

    pub fn created<T: Serialize>(value: &T, version: i32, location: String) -> Result<Self, Error> {
        Ok(Self { location: Some(location), etag: Some(etag::of(version)), ..Self::json(201, value)? })
    }

    /// 202 for work that continues after the response: its `Location`, and when to poll it.
    pub fn accepted<T: Serialize>(value: &T, version: i32, location: String, retry_after: u64) -> Result<Self, Error> {
        Ok(Self { status: 202, retry_after: Some(retry_after), ..Self::created(value, version, location)? })
    }

    pub fn multi_status<T: Serialize>(value: &T) -> Result<Self, Error> {
        Self::json(207, value)
    }

    /// A large resource without a version: its `ETag` is the hash of `content`.
    pub fn of_content<T: Serialize, C: Serialize>(value: &T, content: &C) -> Result<Self, Error> {
        let digest = content_digest(content)?;
        let tag = digest.first_chunk::<12>().map(|short| BASE64_URL_SAFE_NO_PAD.encode(short)).unwrap_or_default();
        Ok(Self { etag: Some(format!("\"{tag}\"")), ..Self::json(200, value)? })
    }

    /// Public data that is the same for all callers and changes with a release; its `ETag` is the hash of the body.
    pub fn public<T: Serialize>(value: &T) -> Result<Self, Error> {
        let mut reply = Self::json(200, value)?;
        let digest = sha256(reply.body.as_bytes());
        reply.etag = Some(format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&digest[..12])));
        reply.cache = Cache::Public;
        Ok(reply)
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let known = self.etag.as_deref().is_some_and(|tag| etag::none_match(request.headers(), tag));
        let unchanged = known && matches!(*request.method(), Method::GET | Method::HEAD);
        let status = if unchanged {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK)
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((
            header::CACHE_CONTROL,
            match self.cache {
                Cache::NoStore => "no-store",
                Cache::Public => "public, max-age=3600",
            },
        ));
        let optional = [(header::ETAG, self.etag), (header::LOCATION, self.location)];
        for (name, value) in optional {
            if let Some(value) = value.and_then(|v| HeaderValue::from_str(&v).ok()) {
                response.insert_header((name, value));
            }
        }
        if let Some(link) = self.next.and_then(|cursor| next_link(request, &cursor)) {
            response.insert_header((header::LINK, link));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.replayed {
            response.insert_header((IDEMPOTENCY_REPLAYED, "true"));
        }
        if unchanged || status == StatusCode::NO_CONTENT {
            return response.finish();
        }
        response.insert_header((header::CONTENT_TYPE, "application/json")).body(self.body)
    }
}

/// `Link` header with the URL of the next page (RFC 8288).
fn next_link(request: &HttpRequest, cursor: &str) -> Option<HeaderValue> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != "cursor" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("cursor", cursor);
    HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", request.path(), query.finish())).ok()
}
