//! Reads the SQLSTATE of a database error. `db::sqlstate` writes it in front of each message.

use diesel::result::DatabaseErrorInformation;

/// The five characters of the code, if the error came from the server.
pub fn sqlstate(error: &dyn DatabaseErrorInformation) -> Option<&str> {
    let (code, _) = error.message().split_once(": ")?;
    let fits = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    fits.then_some(code)
}
