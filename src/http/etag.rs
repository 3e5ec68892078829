//! Conditional requests: `ETag`, `If-Match`, `If-None-Match`. A strong `ETag` is the resource's version in quotes.

use actix_web::http::header::{self, HeaderMap};

use crate::error::Code;
use crate::error::Error;

pub fn of(version: i32) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` contains this tag. Weak comparison (RFC 9110).
pub fn none_match(headers: &HeaderMap, etag: &str) -> bool {
    let Some(value) = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    value.split(',').map(str::trim).any(|v| v == "*" || v.trim_start_matches("W/") == etag)
}

/// The caller's `If-Match` header, if it was sent.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    pub fn read(headers: &HeaderMap) -> Self {
        Self(headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned))
    }

    /// From the version that an offline change is based on.
    pub fn naming(version: Option<i32>) -> Self {
        Self(version.map(of))
    }

    /// For actions. `If-Match` is optional there: the state machine already rejects actions that the state does not allow.
    pub fn check(&self, version: i32) -> Result<(), Error> {
        match &self.0 {
            None => Ok(()),
            Some(value) => {
                let current = of(version);
                let named = value.split(',').map(str::trim).any(|v| v == "*" || v == current);
                if named { Ok(()) } else { Err(Error::new(Code::VERSION_MISMATCH)) }
            }
        }
    }

    /// For PUT, PATCH and DELETE: `If-Match` is required.
    pub fn require(&self, version: i32) -> Result<(), Error> {
        if self.0.is_none() {
            return Err(Error::new(Code::PRECONDITION_REQUIRED));
        }
        self.check(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn with(name: header::HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn if_match_compares_strongly() {
        assert!(IfMatch::read(&with(header::IF_MATCH, "\"3\"")).check(3).is_ok());
        assert!(IfMatch::read(&with(header::IF_MATCH, "\"2\", \"3\"")).check(3).is_ok());
        assert!(IfMatch::read(&with(header::IF_MATCH, "W/\"3\"")).check(3).is_err());
        assert!(IfMatch::read(&with(header::IF_MATCH, "3")).check(3).is_err());
        assert!(IfMatch::default().check(3).is_ok());
        assert!(IfMatch::default().require(3).is_err());
    }

    #[test]
    fn if_none_match_compares_weakly() {
        assert!(none_match(&with(header::IF_NONE_MATCH, "W/\"3\""), "\"3\""));
        assert!(!none_match(&with(header::IF_NONE_MATCH, "\"4\""), "\"3\""));
    }
}
