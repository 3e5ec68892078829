//! Errors of the service. Every error has a problem code; `http::problem` writes it as a response.

pub mod field_codes;
pub mod problem;

use std::error::Error as StdError;

use chrono::NaiveDate;
use serde_json::Number;

pub use problem::{Code, Texts};

use crate::identity_numbers::without_identity_numbers;

/// One error in one field of a request. Never contains the rejected value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body, for example `/subject/nik`. An identity number used as a key is masked.
    pub pointer: String,
    /// Stable code of the error, declared in `field_codes` or in a slice's `problems.rs`.
    pub code: &'static str,
    /// The minimum and maximum allowed, for errors of size or length.
    pub least: Option<Number>,
    pub most: Option<Number>,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: without_identity_numbers(pointer.into()), code, least: None, most: None }
    }

    pub fn below(pointer: impl Into<String>, code: &'static str, least: impl Into<Number>) -> Self {
        Self { least: Some(least.into()), ..Self::new(pointer, code) }
    }

    pub fn above(pointer: impl Into<String>, code: &'static str, most: impl Into<Number>) -> Self {
        Self { most: Some(most.into()), ..Self::new(pointer, code) }
    }
}

/// Why an action is not possible: the resource's state, and the actions allowed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateConflict {
    pub current_state: &'static str,
    pub allowed: Vec<&'static str>,
}

/// A conflicting resource, as ids, if the caller may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// JSON pointer into the body.
    pub pointer: String,
    pub family_id: uuid::Uuid,
    pub person_id: Option<uuid::Uuid>,
    pub claimed_by_family_id: Option<uuid::Uuid>,
}

#[derive(Debug)]
pub struct Error {
    pub code: Code,
    /// Replaces the `{}` of the code's detail, for example with the name of a permission. Never personal data.
    pub subject: Option<String>,
    pub fields: Vec<FieldError>,
    pub state: Option<StateConflict>,
    pub conflicts: Vec<Conflict>,
    pub retry_after: Option<u64>,
    /// The day on which a closed window opens again.
    pub opens_on: Option<NaiveDate>,
    /// For the log only.
    pub cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub fn new(code: Code) -> Self {
        Self {
            code,
            subject: None,
            fields: Vec::new(),
            state: None,
            conflicts: Vec::new(),
            retry_after: None,
            opens_on: None,
            cause: None,
        }
    }

    pub fn about(code: Code, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..Self::new(code) }
    }

    pub fn not_found() -> Self {
        Self::new(Code::NOT_FOUND)
    }

    pub fn fields(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Code::VALIDATION_FAILED) }
    }

    pub fn field(pointer: &str, code: &'static str) -> Self {
        Self::fields(vec![FieldError::new(pointer, code)])
    }

    pub fn transition(code: Code, current_state: &'static str, allowed: Vec<&'static str>) -> Self {
        Self { state: Some(StateConflict { current_state, allowed }), ..Self::new(code) }
    }

    /// For a closed window; the day also replaces the `{}` of the code's detail.
    pub fn closed_until(code: Code, opens_on: NaiveDate) -> Self {
        Self { opens_on: Some(opens_on), ..Self::about(code, opens_on.to_string()) }
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Code::INTERNAL) }
    }

    pub fn unavailable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), retry_after: Some(2), ..Self::new(Code::UNAVAILABLE) }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        let mut cause: Option<&dyn StdError> = self.cause.as_ref().map(|c| c.as_ref() as &dyn StdError);
        while let Some(c) = cause {
            write!(f, ": {c}")?;
            cause = c.source();
        }
        Ok(())
    }
}

impl StdError for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match error {
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => Self::unavailable(error),
            // Diesel has no error kind for a deadlock.
            Diesel::DatabaseError(ref kind, ref about)
                if matches!(kind, DatabaseErrorKind::SerializationFailure)
                    || about.message() == "deadlock detected" =>
            {
                Self::new(Code::CONCURRENT_CHANGE).retry_after(1)
            }
            other => Self::internal(other),
        }
    }
}
