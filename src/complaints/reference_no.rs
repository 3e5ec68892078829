//! The number of a complaint that people say on the phone: `3204-26-K7M4-9Q9`. Regency, year, six random signs, a check
//! sign. It tells no volumes, and one wrong sign or two swapped neighbours never make another number. Pure: the random
//! bytes are an argument.

/// Digits and letters without 0, O, 1, I and L, which are mistaken for each other.
const SIGNS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const REGENCY: usize = 4;
const YEAR: usize = 2;
pub const RANDOM: usize = 6;
const LENGTH: usize = REGENCY + YEAR + RANDOM + 1;
/// As many signs as the alphabet has, and prime: with weights that differ, every single error and every swap of
/// neighbours changes the sum.
const MODULUS: u32 = 31;

/// Of a sign in the number. Digits count as themselves; of the 31 signs no two count alike.
fn value(sign: u8) -> u32 {
    match sign {
        b'0'..=b'9' => u32::from(sign - b'0'),
        _ => SIGNS.iter().position(|s| *s == sign).map_or(0, |at| (u32::try_from(at).unwrap_or(0) + 2) % MODULUS),
    }
}

/// The check sign makes the weighted sum a multiple of the modulus.
fn check_sign(signs: &[u8]) -> u8 {
    let sum: u32 = signs.iter().zip(2..).map(|(sign, weight)| value(*sign) * weight).sum();
    let wanted = (MODULUS - sum % MODULUS) % MODULUS;
    SIGNS.iter().copied().find(|sign| value(*sign) == wanted).unwrap_or(b'2')
}

/// A sign from a random byte. The few bytes above the largest multiple of 31 fold onto the first signs.
pub fn sign(byte: u8) -> char {
    char::from(SIGNS.get(usize::from(byte) % SIGNS.len()).copied().unwrap_or(b'2'))
}

/// Without dashes, as it is stored. `region_code` is any code from a province on; a province alone is followed by 00.
pub fn make(region_code: &str, year: i32, random: [u8; RANDOM]) -> String {
    let mut signs: Vec<u8> = region_code.bytes().filter(u8::is_ascii_digit).take(REGENCY).collect();
    signs.resize(REGENCY, b'0');
    signs.extend(format!("{:02}", year.rem_euclid(100)).bytes());
    signs.extend(random.map(|byte| sign(byte) as u8));
    signs.push(check_sign(&signs));
    signs.into_iter().map(char::from).collect()
}

/// What somebody typed or heard, if it is a possible number: case, blanks and dashes do not matter, and 0 and 1 are
/// understood where O, I or L were heard.
pub fn parse(text: &str) -> Option<String> {
    let mut signs = Vec::with_capacity(LENGTH);
    for c in text.chars() {
        match c {
            ' ' | '-' | '.' | '/' | '\u{2010}'..='\u{2015}' => {}
            c if c.is_ascii_alphanumeric() && signs.len() < LENGTH => signs.push(c.to_ascii_uppercase() as u8),
            _ => return None,
        }
    }
    for sign in signs.iter_mut().take(REGENCY + YEAR) {
        *sign = match *sign {
            b'O' => b'0',
            b'I' | b'L' => b'1',
            other => other,
        };
    }
    let (body, check) = signs.split_at_checked(LENGTH - 1)?;
    let (place, random) = body.split_at_checked(REGENCY + YEAR)?;
    let fits = place.iter().all(u8::is_ascii_digit)
        && random.iter().chain(check).all(|sign| SIGNS.contains(sign))
        && check == [check_sign(body)];
    fits.then(|| signs.into_iter().map(char::from).collect())
}

/// With dashes, as people read it.
pub fn show(stored: &str) -> String {
    let part = |from: usize, to: usize| stored.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}", part(0, 4), part(4, 6), part(6, 10), part(10, 13))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_reads_as_it_is_said() {
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
        fn one_wrong_sign_makes_no_number(random: [u8; 6], year in 2020i32..2099, at in 0usize..13, to in 0usize..36) {
            let number = make("32.04", year, random);
            let all = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
            let mut wrong = number.clone().into_bytes();
            wrong[at] = all[to];
            let wrong = String::from_utf8(wrong).unwrap();
            let heard_alike = parse(&wrong).as_deref() == Some(number.as_str());
            prop_assert!(wrong == number || heard_alike || parse(&wrong).is_none(), "{} {}", number, wrong);
        }

        #[test]
        fn two_swapped_neighbours_make_no_number(random: [u8; 6], year in 2020i32..2099, at in 0usize..12) {
            let number = make("34.71", year, random);
            let mut wrong = number.clone().into_bytes();
            wrong.swap(at, at + 1);
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(wrong == number || parse(&wrong).is_none(), "{} {}", number, wrong);
        }

        #[test]
        fn what_is_made_is_read(random: [u8; 6], year in 2020i32..2099) {
            let number = make("91.08.01", year, random);
            prop_assert_eq!(parse(&show(&number)), Some(number));
        }
    }
}
