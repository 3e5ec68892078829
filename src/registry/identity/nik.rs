//! The NIK (16-digit resident number) and the family card number: parsing, validation and masking.
//! Rule: `Debug`, `Display` and errors never print a number, nor parts from which it could be rebuilt.

use std::fmt;

use chrono::{Datelike, NaiveDate};

const DIGITS: usize = 16;
/// The NIK of a woman has 40 added to the day of birth.
const FEMALE_DAY_OFFSET: u32 = 40;
const OLDEST_AGE: u32 = 99;

pub use crate::registry::model::Sex;

macro_rules! findings {
    ($(#[$doc:meta])* $name:ident: $($variant:ident $code:literal $message:literal)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum $name { $(#[error($message)] $variant,)+ }

        impl $name {
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }
    };
}

findings! {
    NikError:
    Length "nik_length" "a NIK has exactly 16 digits"
    NotDigits "nik_not_digits" "a NIK consists of the ASCII digits 0 to 9 only"
    UnknownProvince "nik_unknown_province" "the first two digits of the NIK are not a province code"
    BirthDate "nik_birth_date" "digits 7 to 12 of the NIK are not the birth date of a person aged 0 to 99"
    Serial "nik_serial" "the serial number of a NIK must be 0001 to 9999"
}

findings! {
    FamilyCardNoError:
    Length "family_card_length" "a family card number has exactly 16 digits"
    NotDigits "family_card_not_digits" "a family card number consists of the ASCII digits 0 to 9 only"
}

crate::text_enum! {
    /// Unusual but possible: shown to the officer, never a reason to refuse the NIK.
    pub enum NikWarning {
        UnknownRegency = "nik_unknown_regency": "Kabupaten/kota dalam NIK tidak, atau tidak lagi, ada dalam daftar" / "The NIK names a regency that is not, or no longer, in the list",
        UnknownDistrict = "nik_unknown_district": "Kecamatan dalam NIK tidak, atau tidak lagi, ada dalam daftar" / "The NIK names a district that is not, or no longer, in the list",
        BirthDateDiffers = "nik_birth_date_differs": "Tanggal lahir berbeda dengan yang di NIK" / "The stated birth date differs from the one in the NIK",
        SexDiffers = "nik_sex_differs": "Jenis kelamin berbeda dengan yang di NIK" / "The stated sex differs from the one in the NIK",
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Nik(Box<str>);

/// The content of a NIK. Its `Debug` is masked too: region and birth date are twelve of the digits.
#[derive(Clone, PartialEq, Eq)]
pub struct ParsedNik {
    pub nik: Nik,
    /// Where the NIK was issued, not where the person lives: the most precise dotted code still known.
    pub issued_region: String,
    /// The birth date in the century that gives an age of 0 to 99. The NIK of an older person reads as that of a child.
    pub birth_date: NaiveDate,
    pub sex: Sex,
    pub warnings: Vec<NikWarning>,
}

impl Nik {
    /// Parses and validates a NIK. `is_known_region` takes dotted codes such as `32.04.05`.
    pub fn parse(text: &str, today: NaiveDate, is_known_region: &dyn Fn(&str) -> bool) -> Result<ParsedNik, NikError> {
        let nik = Self::from_digits(text)?;
        let (issued_region, warning) = issued_region(&nik.0, is_known_region).ok_or(NikError::UnknownProvince)?;
        let (birth_date, sex) = birth(&nik.0, today).ok_or(NikError::BirthDate)?;
        if nik.0.ends_with("0000") {
            return Err(NikError::Serial);
        }
        Ok(ParsedNik { nik, issued_region, birth_date, sex, warnings: warning.into_iter().collect() })
    }

    /// Validates only the 16 digits, for a stored value that passed `parse` before.
    pub fn from_digits(text: &str) -> Result<Self, NikError> {
        match sixteen_digits(text) {
            Ok(digits) => Ok(Self(digits)),
            Err(ShapeError::Length) => Err(NikError::Length),
            Err(ShapeError::NotDigits) => Err(NikError::NotDigits),
        }
    }

    /// The digits in the clear: the caller answers for where they go.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn mask(&self) -> String {
        mask(&self.0)
    }
}

impl ParsedNik {
    /// Compares with the stated birth date and sex. Only the last two digits of the year are compared, because a NIK has no more:
    /// a person older than 99 gets no warning.
    pub fn compare(&self, birth_date: Option<NaiveDate>, sex: Option<Sex>) -> Vec<NikWarning> {
        let as_written = |date: NaiveDate| (date.day(), date.month(), date.year().rem_euclid(100));
        let mut warnings = Vec::new();
        if birth_date.is_some_and(|date| as_written(date) != as_written(self.birth_date)) {
            warnings.push(NikWarning::BirthDateDiffers);
        }
        if sex.is_some_and(|sex| sex != self.sex) {
            warnings.push(NikWarning::SexDiffers);
        }
        warnings
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FamilyCardNo(Box<str>);

impl FamilyCardNo {
    /// Validates only the digits: the parts of a family card number are too unreliable to refuse one.
    pub fn parse(text: &str) -> Result<Self, FamilyCardNoError> {
        match sixteen_digits(text) {
            Ok(digits) => Ok(Self(digits)),
            Err(ShapeError::Length) => Err(FamilyCardNoError::Length),
            Err(ShapeError::NotDigits) => Err(FamilyCardNoError::NotDigits),
        }
    }

    /// The digits in the clear: the caller answers for where they go.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn mask(&self) -> String {
        mask(&self.0)
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nik(**)")
    }
}

impl fmt::Debug for ParsedNik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParsedNik(**)")
    }
}

impl fmt::Debug for FamilyCardNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FamilyCardNo(**)")
    }
}

enum ShapeError {
    Length,
    NotDigits,
}

fn sixteen_digits(text: &str) -> Result<Box<str>, ShapeError> {
    if text.chars().take(DIGITS + 1).count() != DIGITS {
        Err(ShapeError::Length)
    } else if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        Err(ShapeError::NotDigits)
    } else {
        Ok(text.into())
    }
}

fn mask(digits: &str) -> String {
    let (first, last) = (digits.get(..2), digits.get(DIGITS - 2..));
    format!("{}************{}", first.unwrap_or("**"), last.unwrap_or("**"))
}

fn issued_region(digits: &str, is_known_region: &dyn Fn(&str) -> bool) -> Option<(String, Option<NikWarning>)> {
    let (province, regency, district) = (digits.get(..2)?, digits.get(2..4)?, digits.get(4..6)?);
    if !is_known_region(province) {
        return None;
    }
    let regency = format!("{province}.{regency}");
    if !is_known_region(&regency) {
        return Some((province.to_owned(), Some(NikWarning::UnknownRegency)));
    }
    let district = format!("{regency}.{district}");
    if is_known_region(&district) { Some((district, None)) } else { Some((regency, Some(NikWarning::UnknownDistrict))) }
}

fn birth(digits: &str, today: NaiveDate) -> Option<(NaiveDate, Sex)> {
    let two = |from: usize| digits.get(from..from + 2)?.parse::<u32>().ok();
    let (day, month, year) = (two(6)?, two(8)?, i32::try_from(two(10)?).ok()?);
    let (day, sex) = match day.checked_sub(FEMALE_DAY_OFFSET) {
        Some(day) => (day, Sex::Female),
        None => (day, Sex::Male),
    };
    let century = today.year() - today.year().rem_euclid(100);
    [century, century - 100]
        .into_iter()
        .filter_map(|century| NaiveDate::from_ymd_opt(century + year, month, day))
        .find(|date| today.years_since(*date).is_some_and(|age| age <= OLDEST_AGE))
        .map(|date| (date, sex))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [&str; 5] = ["32", "32.04", "32.04.05", "73", "73.71"];

    fn known(code: &str) -> bool {
        KNOWN.contains(&code)
    }

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
    }

    fn parse(text: &str) -> Result<ParsedNik, NikError> {
        Nik::parse(text, date(2026, 11, 22), &known)
    }

    fn sex_of(female: bool) -> Sex {
        if female { Sex::Female } else { Sex::Male }
    }

    /// Uses a province that does not exist, so that no generated NIK belongs to a real person.
    fn write(region: u32, birth_date: NaiveDate, female: bool, serial: u32) -> String {
        let day = birth_date.day() + if female { FEMALE_DAY_OFFSET } else { 0 };
        let (month, year) = (birth_date.month(), birth_date.year() % 100);
        format!("99{region:04}{day:02}{month:02}{year:02}{serial:04}")
    }

    fn rows<const N: usize>(table: &'static str) -> Vec<[&'static str; N]> {
        let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
        let cut = |line| Vec::from_iter(str::split(line, '|').map(str::trim));
        lines.filter_map(|line| cut(line).try_into().ok()).collect()
    }

    #[test]
    fn invalid_niks_are_refused() {
        let table = "
                              | nik_length
            320405010190900   | nik_length
            32040501019090011 | nik_length
            3204050101909 01  | nik_not_digits
            -204050101909001  | nik_not_digits
            ３２０４０５０１０１９０９００１ | nik_not_digits
            9904050101909001  | nik_unknown_province
            0004050101909001  | nik_unknown_province
            3204050001909001  | nik_birth_date
            3204053201909001  | nik_birth_date
            3204054001909001  | nik_birth_date
            3204057201909001  | nik_birth_date
            3204050100909001  | nik_birth_date
            3204050113909001  | nik_birth_date
            3204053104909001  | nik_birth_date
            3204057104909001  | nik_birth_date
            3204052902909001  | nik_birth_date
            3204056902259001  | nik_birth_date
            3204050101900000  | nik_serial";
        let rows = rows(table);
        assert_eq!(rows.len(), 19);
        for [text, code] in rows {
            assert_eq!(parse(text).map_err(NikError::code), Err(code), "{text}");
        }
    }

    #[test]
    fn valid_niks_are_parsed() {
        let table = "
            3204050101909001 | 32.04.05 | 1990-01-01 | male
            3204053112909999 | 32.04.05 | 1990-12-31 | male
            3204054101909001 | 32.04.05 | 1990-01-01 | female
            7371997112909001 | 73.71    | 1990-12-31 | female
            3204052902969001 | 32.04.05 | 1996-02-29 | male
            3204056902009001 | 32.04.05 | 2000-02-29 | female
            3204052211269001 | 32.04.05 | 2026-11-22 | male
            3204052311269001 | 32.04.05 | 1926-11-23 | male
            3204050101279001 | 32.04.05 | 1927-01-01 | male
            3204770101909001 | 32.04    | 1990-01-01 | male
            7371010101909001 | 73.71    | 1990-01-01 | male
            3299050101909001 | 32       | 1990-01-01 | male";
        let rows = rows(table);
        assert_eq!(rows.len(), 12);
        for [text, region, birth_date, sex] in rows {
            let parsed = parse(text).map(|nik| (nik.issued_region, nik.birth_date, nik.sex));
            let birth_date = birth_date.parse().unwrap_or_default();
            let expected = (region.to_owned(), birth_date, sex_of(sex == "female"));
            assert_eq!(parsed, Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_leap_day_is_valid_only_in_a_century_that_has_it() {
        let text = "3204052902009001";
        let read = |today| Nik::parse(text, today, &known).map(|nik| nik.birth_date);
        assert_eq!(read(date(2000, 2, 29)), Ok(date(2000, 2, 29)));
        assert_eq!(read(date(2000, 2, 28)), Err(NikError::BirthDate));
        assert_eq!(read(date(2100, 2, 28)), Ok(date(2000, 2, 29)));
        assert_eq!(read(date(2100, 3, 1)), Err(NikError::BirthDate));
    }

    #[test]
    fn unknown_region_codes_give_a_warning() {
        use NikWarning::{UnknownDistrict, UnknownRegency};
        let warnings = |text| parse(text).map(|nik| nik.warnings);
        assert_eq!(warnings("3204050101909001"), Ok(vec![]));
        assert_eq!(warnings("3299050101909001"), Ok(vec![UnknownRegency]));
        assert_eq!(warnings("3204770101909001"), Ok(vec![UnknownDistrict]));
    }

    #[test]
    fn stated_birth_date_and_sex_are_compared() {
        use NikWarning::{BirthDateDiffers, SexDiffers};
        let compare = |date: &str, sex| {
            let found = parse("3204050101909001").map(|nik| nik.compare(date.parse().ok(), sex));
            found.unwrap_or_default()
        };
        assert_eq!(compare("", None), []);
        assert_eq!(compare("1990-01-01", Some(Sex::Male)), []);
        assert_eq!(compare("1890-01-01", None), []);
        assert_eq!(compare("", Some(Sex::Female)), [SexDiffers]);
        for date in ["1990-01-02", "1990-02-01", "1991-01-01"] {
            assert_eq!(compare(date, Some(Sex::Male)), [BirthDateDiffers]);
            assert_eq!(compare(date, Some(Sex::Female)), [BirthDateDiffers, SexDiffers]);
        }
    }

    #[test]
    fn debug_output_contains_no_digits() {
        let parsed = parse("3204050101909001");
        assert_eq!(format!("{parsed:?}"), "Ok(ParsedNik(**))");
        assert_eq!(format!("{:?}", parsed.map(|parsed| parsed.nik)), "Ok(Nik(**))");
        let card = FamilyCardNo::parse("3204050101909001");
        assert_eq!(format!("{card:?}"), "Ok(FamilyCardNo(**))");
        assert_eq!(card.map(|card| card.mask()), Ok("32************01".to_owned()));
    }

    #[test]
    fn only_the_digits_of_a_family_card_number_are_validated() {
        assert_eq!(FamilyCardNo::parse("32"), Err(FamilyCardNoError::Length));
        assert_eq!(FamilyCardNo::parse("320405010190900x"), Err(FamilyCardNoError::NotDigits));
        let odd = FamilyCardNo::parse("9999999999990000");
        assert_eq!(odd.as_ref().map(FamilyCardNo::expose), Ok("9999999999990000"));
    }

    proptest! {
        #[test]
        fn every_nik_reads_back(
            region in 0u32..=9999, days in 0u64..36_500, female: bool, serial in 1u32..=9999
        ) {
            let today = date(2026, 11, 22);
            let birth_date = today - chrono::Days::new(days);
            let text = write(region, birth_date, female, serial);
            let parsed = Nik::parse(&text, today, &|_| true);
            prop_assert_eq!(
                parsed.as_ref().map(|nik| (nik.birth_date, nik.sex, nik.nik.expose())),
                Ok((birth_date, sex_of(female), text.as_str()))
            );
            let issued = parsed.map(|nik| nik.issued_region.replace('.', ""));
            prop_assert_eq!(issued.as_deref(), Ok(text.get(..6).unwrap_or_default()));
        }

        #[test]
        fn any_text_is_parsed_without_panic(text in "\\PC{0,20}", digits in "[0-9]{16}") {
            for text in [text, digits] {
                let shape = Nik::from_digits(&text);
                prop_assert_eq!(shape.is_ok(), FamilyCardNo::parse(&text).is_ok());
                if let Ok(parsed) = Nik::parse(&text, date(2026, 11, 22), &|_| true) {
                    prop_assert!(shape.is_ok());
                    prop_assert!(date(2026, 11, 22).years_since(parsed.birth_date) <= Some(99));
                }
            }
        }

        #[test]
        fn a_mask_shows_four_digits(text in "[0-9]{16}") {
            let masked = Nik::from_digits(&text).map(|nik| nik.mask()).unwrap_or_default();
            prop_assert_eq!(masked.len(), 16);
            prop_assert_eq!(masked.get(..2), text.get(..2));
            prop_assert_eq!(masked.get(2..14), Some("************"));
            prop_assert_eq!(masked.get(14..), text.get(14..));
        }
    }
}
