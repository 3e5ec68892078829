//! Reference numbers of complaints, for use on the telephone: `3204-26-K7M4-9Q9` is regency, year, six random symbols
//! and a check symbol. A number does not disclose how many complaints there are. A single wrong symbol, or two
//! neighbours swapped, never give another valid number. Pure: the random bytes are an argument.

/// Digits and letters without 0, O, 1, I and L, which are easily confused.
const SYMBOLS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const REGENCY: usize = 4;
const YEAR: usize = 2;
pub const RANDOM: usize = 6;
const LENGTH: usize = REGENCY + YEAR + RANDOM + 1;
/// The size of the alphabet, a prime number: as all weights differ, each single error and each swap of neighbours
/// changes the sum.
const MODULUS: u32 = 31;

/// Value of a symbol in the checksum. A digit has its own value; no two of the 31 symbols have the same value.
fn value(symbol: u8) -> u32 {
    match symbol {
        b'0'..=b'9' => u32::from(symbol - b'0'),
        _ => SYMBOLS.iter().position(|s| *s == symbol).map_or(0, |at| (u32::try_from(at).unwrap_or(0) + 2) % MODULUS),
    }
}

/// The check symbol makes the weighted sum a multiple of the modulus.
fn check_symbol(symbols: &[u8]) -> u8 {
    let sum: u32 = symbols.iter().zip(2..).map(|(symbol, weight)| value(*symbol) * weight).sum();
    let wanted = (MODULUS - sum % MODULUS) % MODULUS;
    SYMBOLS.iter().copied().find(|symbol| value(*symbol) == wanted).unwrap_or(b'2')
}

/// A symbol from a random byte. The bytes above the largest multiple of 31 map to the first symbols, which are slightly
/// more frequent.
pub fn symbol(byte: u8) -> char {
    char::from(SYMBOLS.get(usize::from(byte) % SYMBOLS.len()).copied().unwrap_or(b'2'))
}

/// A new number in its stored form, without dashes. `region_code` is a province or below; a province is padded with 00.
pub fn make(region_code: &str, year: i32, random: [u8; RANDOM]) -> String {
    let mut symbols: Vec<u8> = region_code.bytes().filter(u8::is_ascii_digit).take(REGENCY).collect();
    symbols.resize(REGENCY, b'0');
    symbols.extend(format!("{:02}", year.rem_euclid(100)).bytes());
    symbols.extend(random.map(|byte| symbol(byte) as u8));
    symbols.push(check_symbol(&symbols));
    symbols.into_iter().map(char::from).collect()
}

/// Parses a number as a person typed it, to its stored form; `None` if it is not valid. Upper or lower case, blanks and
/// dashes make no difference. In the numeric part, O is read as 0, and I or L as 1.
pub fn parse(text: &str) -> Option<String> {
    let mut symbols = Vec::with_capacity(LENGTH);
    for c in text.chars() {
        match c {
            ' ' | '-' | '.' | '/' | '\u{2010}'..='\u{2015}' => {}
            c if c.is_ascii_alphanumeric() && symbols.len() < LENGTH => symbols.push(c.to_ascii_uppercase() as u8),
            _ => return None,
        }
    }
    for symbol in symbols.iter_mut().take(REGENCY + YEAR) {
        *symbol = match *symbol {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
    }
    let (body, check) = symbols.split_at_checked(LENGTH - 1)?;
    let (place, random) = body.split_at_checked(REGENCY + YEAR)?;
    let valid = place.iter().all(u8::is_ascii_digit)
        && random.iter().chain(check).all(|symbol| SYMBOLS.contains(symbol))
        && check == [check_symbol(body)];
    valid.then(|| symbols.into_iter().map(char::from).collect())
}

/// The number with dashes, for display.
pub fn show(stored: &str) -> String {
    let part = |from: usize, to: usize| stored.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}", part(0, 4), part(4, 6), part(6, 10), part(10, 13))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_parsed_as_a_person_types_it() {
        let number = make("32.04.05.2001", 2026, [0, 1, 2, 3, 4, 5]);
        assert_eq!(number.get(..12), Some("320426234567"));
        let shown = show(&number);
        assert_eq!(parse(&shown).as_deref(), Some(number.as_str()));
        assert_eq!(parse(&shown.to_lowercase().replace('-', " ")).as_deref(), Some(number.as_str()));
        assert_eq!(parse(&shown.replacen("3204", "32O4", 1)).as_deref(), Some(number.as_str()));
        assert_eq!(parse(""), None);
        assert_eq!(parse(&format!("{shown}2")), None);
        assert_eq!(make("32", 2031, [9; 6]).get(..6), Some("320031"));
    }

    proptest! {
        #[test]
        fn one_wrong_symbol_is_rejected(random: [u8; 6], year in 2020i32..2099, at in 0usize..13, to in 0usize..36) {
            let number = make("32.04", year, random);
            let all = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
            let mut wrong = number.clone().into_bytes();
            wrong[at] = all[to];
            let wrong = String::from_utf8(wrong).unwrap();
            let read_alike = parse(&wrong).as_deref() == Some(number.as_str());
            prop_assert!(wrong == number || read_alike || parse(&wrong).is_none(), "{} {}", number, wrong);
        }

        #[test]
        fn two_swapped_neighbours_are_rejected(random: [u8; 6], year in 2020i32..2099, at in 0usize..12) {
            let number = make("34.71", year, random);
            let mut wrong = number.clone().into_bytes();
            wrong.swap(at, at + 1);
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(wrong == number || parse(&wrong).is_none(), "{} {}", number, wrong);
        }

        #[test]
        fn a_new_number_is_valid(random: [u8; 6], year in 2020i32..2099) {
            let number = make("91.08.01", year, random);
            prop_assert_eq!(parse(&show(&number)), Some(number));
        }
    }
}
