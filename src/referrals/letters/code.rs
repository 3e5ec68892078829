//! Codes that people read and type: Crockford's base 32 without easily confused letters, the last character a check
//! (Luhn mod 32). Random, so that they tell neither how many letters there are nor which comes next.

use aws_lc_rs::rand;

use crate::error::Error;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 80 random bits and the check.
const CODE: usize = 17;
const NUMBER: usize = 7;

/// The code of the verification page.
pub fn fresh_code() -> Result<String, Error> {
    fresh(CODE)
}

/// The random part of a letter's number.
pub fn fresh_number() -> Result<String, Error> {
    fresh(NUMBER)
}

fn fresh(length: usize) -> Result<String, Error> {
    let mut bytes = vec![0; length - 1];
    rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    let mut text: String = bytes.iter().map(|byte| symbol(usize::from(byte & 31))).collect();
    text.push(check(&text));
    Ok(text)
}

fn symbol(value: usize) -> char {
    ALPHABET.get(value % 32).map_or('0', |byte| char::from(*byte))
}

fn value(symbol: char) -> usize {
    ALPHABET.iter().position(|byte| char::from(*byte) == symbol).unwrap_or(0)
}

fn check(text: &str) -> char {
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

/// What was typed, as a code; nothing when it cannot be one.
pub fn read(typed: &str) -> Option<String> {
    let mut text = String::new();
    for c in typed.chars().filter(|c| !matches!(c, '-' | ' ' | '.')) {
        text.push(match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c if c.is_ascii() && ALPHABET.contains(&u8::try_from(c).ok()?) => c,
            _ => return None,
        });
        if text.len() > CODE {
            return None;
        }
    }
    let last = text.pop()?;
    (text.len() + 1 == CODE && check(&text) == last).then(|| {
        text.push(last);
        text
    })
}

/// In groups, for people.
pub fn grouped(code: &str) -> String {
    let symbols: Vec<char> = code.chars().collect();
    symbols.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_can_be_read_as_people_type_it() {
        for _ in 0..200 {
            let code = fresh_code().unwrap();
            assert_eq!(read(&code), Some(code.clone()));
            assert_eq!(read(&grouped(&code).to_lowercase()), Some(code.clone()));
            assert_eq!(read(&code.replace('0', "O").replace('1', "l")), Some(code));
        }
        assert_eq!(fresh_number().unwrap().len(), NUMBER);
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        let code = fresh_code().unwrap();
        for at in 0..code.len() {
            let mut wrong: Vec<char> = code.chars().collect();
            wrong[at] = symbol(value(wrong[at]) + 1);
            assert_eq!(read(&wrong.iter().collect::<String>()), None);
        }
        assert_eq!(read(""), None);
        assert_eq!(read("é"), None);
    }
}
