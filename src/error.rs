//! What can go wrong, by meaning. Every error names a row of the one problem table; how it looks on the wire is
//! `http::problem`'s affair.

use std::error::Error as StdError;

use chrono::NaiveDate;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as Diesel};
use serde_json::Number;

use crate::db::sqlstate::sqlstate;
use crate::http::problem_table::Code;
use crate::http::text::without_identity_numbers;

/// One thing wrong with one field of a request. Never carries the rejected value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body, for example `/subject/nik`. An identity number that a client used as a key is blotted out.
    pub pointer: String,
    /// Stable machine name of the fault, a row of `http::field_table`.
    pub code: &'static str,
    /// The least and the greatest number that would do, as far as the fault is one of size.
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

/// Why an action is not possible now: where the thing stands, and what could be done instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateConflict {
    pub current_state: &'static str,
    pub allowed: Vec<&'static str>,
}

/// What stands in the way, as ids, where the caller may see it.
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
    /// Fills the `{}` of the code's sentence: a permission's name, a parameter's name. Never personal data.
    pub subject: Option<String>,
    pub fields: Vec<FieldError>,
    pub state: Option<StateConflict>,
    pub conflicts: Vec<Conflict>,
    pub retry_after: Option<u64>,
    /// When what is closed now opens again.
    pub opens_on: Option<NaiveDate>,
    /// For the log alone.
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
        Self::new(Code::NotFound)
    }

    pub fn fields(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Code::ValidationFailed) }
    }

    pub fn field(pointer: &str, code: &'static str) -> Self {
        Self::fields(vec![FieldError::new(pointer, code)])
    }

    pub fn transition(code: Code, current_state: &'static str, allowed: Vec<&'static str>) -> Self {
        Self { state: Some(StateConflict { current_state, allowed }), ..Self::new(code) }
    }

    /// For a window that is closed; the day also fills the code's sentence.
    pub fn closed_until(code: Code, opens_on: NaiveDate) -> Self {
        Self { opens_on: Some(opens_on), ..Self::about(code, opens_on.to_string()) }
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(Code::Internal) }
    }

    pub fn unavailable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), retry_after: Some(2), ..Self::new(Code::Unavailable) }
    }

    /// Another request was faster. The caller may send this one again.
    fn concurrent(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), retry_after: Some(1), ..Self::new(Code::ConcurrentChange) }
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

/// What an error says, without the values that some of them repeat.
fn describe(cause: &(dyn StdError + 'static)) -> String {
    match cause.downcast_ref() {
        Some(Diesel::DatabaseError(kind, about)) => return describe_database_error(kind, about.as_ref()),
        Some(Diesel::DeserializationError(inner)) if inner.is::<serde_json::Error>() => {
            return describe(inner.as_ref());
        }
        _ => {}
    }
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return format!(
            "JSON that cannot be read ({:?}, line {}, column {})",
            error.classify(),
            error.line(),
            error.column()
        );
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
            // The connection broke, before or under the statement.
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                return Self::unavailable(error);
            }
            DatabaseErrorKind::Unknown => {}
            _ => return Self::internal(error),
        }
        match sqlstate(about.as_ref()) {
            // A deadlock, and a lock that was not free in the time that the operator allows.
            Some("40P01" | "55P03") => Self::concurrent(error),
            // Connection exceptions, insufficient resources, and what the operator ended: a shutdown, a statement time-out.
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
        assert_eq!(code("40P01: Verklemmung entdeckt"), Code::ConcurrentChange);
        assert_eq!(code("55P03: Sperre nicht erhalten"), Code::ConcurrentChange);
        assert_eq!(code("57P01: Verbindung wird beendet"), Code::Unavailable);
        assert_eq!(code("53300: zu viele Verbindungen"), Code::Unavailable);
        assert_eq!(code("deadlock detected"), Code::Internal);
        assert_eq!(code("42P01: Relation existiert nicht"), Code::Internal);
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
        assert_eq!(
            Error::internal(json).to_string(),
            "internal-error: JSON that cannot be read (Data, line 1, column 18)"
        );
    }
}
