//! Reads the SQLSTATE of a database error. `db::sqlstate` writes it in front of each message.

use diesel::result::DatabaseErrorInformation;

/// The five characters of the code, if the error came from the server.
pub fn sqlstate(error: &dyn DatabaseErrorInformation) -> Option<&str> {
    let (code, _) = error.message().split_once(": ")?;
    let fits = code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_read_from_the_front_of_the_message_alone() {
        let of = |text: &str| {
            let error: Box<dyn DatabaseErrorInformation + Send + Sync> = Box::new(text.to_owned());
            sqlstate(&*error).map(str::to_owned)
        };
        assert_eq!(of("40P01: Verklemmung entdeckt"), Some("40P01".to_owned()));
        assert_eq!(of("P0001: 40P01: x"), Some("P0001".to_owned()));
        assert_eq!(of("deadlock detected"), None);
        assert_eq!(of("error: x"), None);
    }
}
