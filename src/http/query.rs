//! Query strings. An unknown parameter gets 400: a filter that is silently ignored would return too much.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::json::sha256;
use crate::error::Code;
use crate::error::Error;

/// The parsed query, and the fingerprint of its filters that cursors are bound to.
pub struct Query<T> {
    pub value: T,
    pub filters: Filters,
}

/// Hash of a list request's path and filters (all parameters except `cursor`, `after` and `limit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filters(pub [u8; 8]);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let raw = request.query_string();
        let deserializer = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(raw.as_bytes()));
        ready(
            serde_path_to_error::deserialize(deserializer)
                .map(|value| Self { value, filters: fingerprint(request.path(), raw) })
                .map_err(|e| Error::about(Code::MALFORMED_PARAMETER, named_fault(&e))),
        )
    }
}

/// The name of the invalid parameter. For an unknown or missing parameter it comes from serde's message; the rest of the
/// message is not safe to return.
fn named_fault<E: std::error::Error>(error: &serde_path_to_error::Error<E>) -> String {
    let message = error.inner().to_string();
    let named = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("missing field `"));
    match named.and_then(|rest| rest.split('`').next()) {
        Some(name) if name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
            // The digits of an unknown name could be an identity number, which must not be in a response.
            if name.bytes().filter(u8::is_ascii_digit).count() >= 8 { "?".to_owned() } else { name.to_owned() }
        }
        _ => {
            let path = error.path().to_string();
            if path == "." { "?".to_owned() } else { path }
        }
    }
}

fn fingerprint(path: &str, raw: &str) -> Filters {
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(raw.as_bytes())
        .filter(|(name, _)| !matches!(name.as_ref(), "cursor" | "after" | "limit"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    pairs.sort();
    let mut text = path.to_owned();
    for (name, value) in pairs {
        text.push('\n');
        text.push_str(&name);
        text.push('=');
        text.push_str(&value);
    }
    let mut short = [0; 8];
    short.copy_from_slice(&sha256(text.as_bytes())[..8]);
    Filters(short)
}
