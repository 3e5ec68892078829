//! Errors of the service. Every error has a problem code; `http::problem` writes it as a response.

pub mod field_codes;
pub mod problem;
pub mod sqlstate;

use std::error::Error as StdError;

use chrono::NaiveDate;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as Diesel};
use serde_json::Number;

pub use problem::{Code, Texts};

use self::sqlstate::sqlstate;
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
    /// The cursor from which a reader of changes can continue.
    pub resync_cursor: Option<String>,
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
            resync_cursor: None,
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

    pub fn resync(mut self, cursor: String) -> Self {
        self.resync_cursor = Some(cursor);
        self
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

    /// A concurrent request won. The caller may retry.
    fn concurrent(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), retry_after: Some(1), ..Self::new(Code::CONCURRENT_CHANGE) }
    }
}

/// The code and the chain of causes in one line, for the log. Never personal data: see `describe`.
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.as_str())?;
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {}", chain(cause.as_ref())))
    }
}

impl StdError for Error {}

/// An error and its causes in one line, for the log.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        text.push_str(if text.is_empty() { "" } else { ": " });
        text.push_str(&describe(error).replace(['\n', '\r'], " "));
        cause = error.source();
    }
    text
}

/// The text of an error, without the values that some errors repeat.
fn describe(cause: &(dyn StdError + 'static)) -> String {
    match cause.downcast_ref() {
        Some(Diesel::DatabaseError(kind, about)) => return describe_database_error(kind, about.as_ref()),
        Some(Diesel::DeserializationError(inner)) if inner.is::<serde_json::Error>() => {
            return describe(inner.as_ref());
        }
        _ => {}
    }
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return format!("unreadable JSON ({:?}, line {}, column {})", error.classify(), error.line(), error.column());
    }
    if let Some(error) = cause.downcast_ref::<tokio::task::JoinError>() {
        return if error.is_panic() { "a task panicked" } else { "a task was cancelled" }.to_owned();
    }
    cause.to_string()
}

/// The message of a data exception (class 22) repeats the value that was not accepted.
fn describe_database_error(kind: &DatabaseErrorKind, about: &dyn DatabaseErrorInformation) -> String {
    let mut text = match (kind, sqlstate(about)) {
        (_, Some(code)) if code.starts_with("22") => format!("database error {code}"),
        (DatabaseErrorKind::Unknown, None) => "database error".to_owned(),
        _ => format!("database error {}", about.message()),
    };
    let places =
        [("table", about.table_name()), ("column", about.column_name()), ("constraint", about.constraint_name())];
    for (what, name) in places {
        if let Some(name) = name {
            text = format!("{text}, {what} {name}");
        }
    }
    text
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        let Diesel::DatabaseError(kind, about) = &error else { return Self::internal(error) };
        match kind {
            DatabaseErrorKind::SerializationFailure => return Self::concurrent(error),
            // The connection broke, before or during the statement.
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                return Self::unavailable(error);
            }
            DatabaseErrorKind::Unknown => {}
            _ => return Self::internal(error),
        }
        match sqlstate(about.as_ref()) {
            // A deadlock, or a lock timeout set by the operator.
            Some("40P01" | "55P03") => Self::concurrent(error),
            // Connection exceptions, insufficient resources, operator intervention (shutdown, statement timeout).
            Some(code) if ["08", "53", "57"].contains(&code.get(..2).unwrap_or_default()) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database_error(kind: DatabaseErrorKind, message: &str) -> Diesel {
        Diesel::DatabaseError(kind, Box::new(message.to_owned()))
    }

    #[test]
    fn an_error_of_the_database_is_recognised_by_its_code() {
        let code = |message: &str| Error::from(database_error(DatabaseErrorKind::Unknown, message)).code;
        assert_eq!(code("40P01: Verklemmung entdeckt"), Code::CONCURRENT_CHANGE);
        assert_eq!(code("55P03: Sperre nicht erhalten"), Code::CONCURRENT_CHANGE);
        assert_eq!(code("57P01: Verbindung wird beendet"), Code::UNAVAILABLE);
        assert_eq!(code("53300: zu viele Verbindungen"), Code::UNAVAILABLE);
        assert_eq!(code("deadlock detected"), Code::INTERNAL);
        assert_eq!(code("42P01: Relation existiert nicht"), Code::INTERNAL);
    }

    #[test]
    fn the_log_gets_the_chain_of_causes_in_one_line_without_values() {
        let said = |message: &str| Error::from(database_error(DatabaseErrorKind::Unknown, message)).to_string();
        assert_eq!(
            said("42P01: Relation\nexistiert nicht"),
            "internal-error: database error 42P01: Relation existiert nicht"
        );
        assert_eq!(said("22P02: ungültige Eingabe: »3204055203909001«"), "internal-error: database error 22P02");
        assert_eq!(said("ungültige Eingabe: »3204055203909001«"), "internal-error: database error");
        let json = serde_json::from_str::<u8>("\"3204055203909001\"").unwrap_err();
        assert_eq!(Error::internal(json).to_string(), "internal-error: unreadable JSON (Data, line 1, column 18)");
    }
}
