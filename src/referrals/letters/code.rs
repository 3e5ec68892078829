//! Codes that people read and type: Crockford's base 32 without easily confused letters; the last character is a check
//! character (Luhn mod 32). They are random, so that they disclose neither the number of letters nor the next code.

use aws_lc_rs::rand;

use crate::error::Error;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 80 random bits and the check character.
const CODE_LENGTH: usize = 17;
const NUMBER_LENGTH: usize = 7;

/// A new code for the verification page.
pub fn new_code() -> Result<String, Error> {
    random_text(CODE_LENGTH)
}

/// A new random part of a letter number.
pub fn new_number() -> Result<String, Error> {
    random_text(NUMBER_LENGTH)
}

fn random_text(length: usize) -> Result<String, Error> {
    let mut bytes = vec![0; length - 1];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the system returned no random bytes"))?;
    let mut text: String = bytes.iter().map(|byte| symbol(usize::from(byte & 31))).collect();
    text.push(check_symbol(&text));
    Ok(text)
}

fn symbol(value: usize) -> char {
    ALPHABET.get(value % 32).map_or('0', |byte| char::from(*byte))
}

fn value(symbol: char) -> usize {
    ALPHABET.iter().position(|byte| char::from(*byte) == symbol).unwrap_or(0)
}

fn check_symbol(text: &str) -> char {
    let sum: usize = text
        .chars()
        .rev()
        .enumerate()
        .map(|(at, symbol)| {
            let weighted = value(symbol) * if at % 2 == 0 { 2 } else { 1 };
            weighted / 32 + weighted % 32
        })
        .sum();
    symbol((32 - sum % 32) % 32)
}

/// Parses a typed code; `None` if it is not valid.
pub fn parse(typed: &str) -> Option<String> {
    let mut text = String::new();
    for c in typed.chars().filter(|c| !matches!(c, '-' | ' ' | '.')) {
        text.push(match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c if c.is_ascii() && ALPHABET.contains(&u8::try_from(c).ok()?) => c,
            _ => return None,
        });
        if text.len() > CODE_LENGTH {
            return None;
        }
    }
    let last = text.pop()?;
    (text.len() + 1 == CODE_LENGTH && check_symbol(&text) == last).then(|| {
        text.push(last);
        text
    })
}

/// The code in groups of four, for display.
pub fn grouped(code: &str) -> String {
    let symbols: Vec<char> = code.chars().collect();
    symbols.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_code_is_parsed_as_people_type_it() {
        for _ in 0..200 {
            let code = new_code().unwrap();
            assert_eq!(parse(&code), Some(code.clone()));
            assert_eq!(parse(&grouped(&code).to_lowercase()), Some(code.clone()));
            assert_eq!(parse(&code.replace('0', "O").replace('1', "l")), Some(code));
        }
        assert_eq!(new_number().unwrap().len(), NUMBER_LENGTH);
    }

    #[test]
    fn one_wrong_character_is_rejected() {
        let code = new_code().unwrap();
        for at in 0..code.len() {
            let mut wrong: Vec<char> = code.chars().collect();
            wrong[at] = symbol(value(wrong[at]) + 1);
            assert_eq!(parse(&wrong.iter().collect::<String>()), None);
        }
        assert_eq!(parse(""), None);
        assert_eq!(parse("é"), None);
    }
}
