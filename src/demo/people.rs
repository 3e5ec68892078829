//! Synthetic families for demo and tests: fictitious persons with real region codes. The same seed gives the same persons.
//! Every NIK and family card number ends in 9000 to 9999, and a generator never repeats a number.

mod attributes;
mod draw;
mod names;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{Datelike, Days, Months, NaiveDate};

use self::draw::Draw;
use self::names::{Culture, Names};
pub use crate::registry::bulk::synthetic::{SyntheticDwelling, SyntheticFamily, SyntheticPerson};
use crate::registry::identity::nik::Sex;

/// Number of serials for one prefix and day.
const SERIALS: u16 = 1000;
const FIRST_SERIAL: u16 = 9000;

pub struct Generator {
    draw: Draw,
    names: Names,
    niks: HashMap<u64, u16>,
    cards: HashMap<u64, u16>,
}

/// Values shared by all members of a family.
struct Household<'a> {
    district: &'a str,
    today: NaiveDate,
    culture: Culture,
    decile: u32,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { draw: Draw::new(seed), names: Names::new(), niks: HashMap::new(), cards: HashMap::new() }
    }

    /// A family in a village of a district (`PP.KK.CC`), where its members were registered.
    pub fn family(&mut self, district_code: &str, village_code: &str, today: NaiveDate) -> SyntheticFamily {
        let digits: String = district_code.chars().filter(char::is_ascii_digit).collect();
        let district = format!("{digits:0<6.6}");
        let decile = 1 + self.draw.below(10);
        let province = district.get(..2).unwrap_or_default();
        let home =
            Household { district: &district, today, culture: self.names.culture(&mut self.draw, province), decile };
        let mut members = self.members(&home);
        self.name(&home, &mut members);
        let is_rural = village_code.rsplit('.').next().is_some_and(|code| !code.starts_with('1'));
        let dwelling = attributes::dwelling(&mut self.draw, decile, members.len(), is_rural);
        let programs = attributes::programs(&mut self.draw, today, decile, &members, &dwelling, is_rural);
        let issued = before(today, 0, self.draw.below(15 * 365));
        let (family_card_no, _) = number(&mut self.cards, &district, issued, 0);
        SyntheticFamily {
            family_card_no,
            village_code: village_code.to_owned(),
            address: self.names.address(&mut self.draw, is_rural),
            members,
            dwelling,
            decile: decile as u8,
            percentile: ((decile - 1) * 10 + 1 + self.draw.below(10)) as u8,
            programs,
        }
    }

    fn members(&mut self, home: &Household<'_>) -> Vec<SyntheticPerson> {
        use Sex::{Female, Male};
        match self.draw.below(100) {
            0..74 => {
                let age = self.draw.between(22, 48) + self.draw.between(0, 27);
                let wife = (age - self.draw.between(0, 8) + 2).max(19);
                let mut members = vec![
                    self.person(home, "head", Male, age, "married", false),
                    self.person(home, "spouse", Female, wife, "married", false),
                ];
                self.children(home, wife, false, &mut members);
                if self.draw.chance(90) && age <= 62 {
                    let (sex, age) = (self.sex(500), age + self.draw.between(20, 28));
                    members.push(self.person(home, "parent", sex, age, "widowed", false));
                }
                if self.draw.chance(30) {
                    let (sex, age) = (self.sex(500), self.draw.between(14, 30));
                    members.push(self.person(home, "other", sex, age, "single", false));
                }
                members
            }
            74..86 => {
                let (sex, age) = (self.sex(800), self.draw.between(24, 64));
                let is_widowed = self.draw.chance(600);
                let status = if is_widowed { "widowed" } else { "divorced" };
                let mut members = vec![self.person(home, "head", sex, age, status, false)];
                self.children(home, age, is_widowed, &mut members);
                members
            }
            86..90 => {
                let (sex, age) = (self.sex(500), self.draw.between(19, 55));
                vec![self.person(home, "head", sex, age, "single", false)]
            }
            90..96 => {
                let (sex, age) = (self.sex(700), self.draw.between(60, 90));
                vec![self.person(home, "head", sex, age, "widowed", false)]
            }
            _ => {
                let (sex, age) = (self.sex(500), self.draw.between(56, 78));
                let mut members = vec![self.person(home, "head", sex, age, "widowed", false)];
                for _ in 0..=self.draw.below(2) {
                    let (sex, age) = (self.sex(500), self.draw.between(4, 17));
                    let is_orphan = self.draw.chance(400);
                    members.push(self.person(home, "other", sex, age, "single", is_orphan));
                }
                members
            }
        }
    }

    /// Children from the oldest to the youngest, born when the mother was 20 to 44. Most adult children have left.
    fn children(&mut self, home: &Household<'_>, mother: i32, orphans: bool, members: &mut Vec<SyntheticPerson>) {
        let fewer = i32::from(home.decile > 6);
        let mut remaining = self.draw.between(1, 3) + self.draw.between(0, 2) - fewer;
        let mut age = mother - self.draw.between(20, 29);
        while remaining > 0 && age >= 0 && mother - age <= 44 {
            if age <= 22 || self.draw.chance(200) {
                let (sex, orphan) = (self.sex(500), orphans && age < 18);
                members.push(self.person(home, "child", sex, age, "single", orphan));
            }
            remaining -= 1;
            age -= self.draw.between(2, 5);
        }
    }

    fn person(
        &mut self,
        home: &Household<'_>,
        relation: &'static str,
        sex: Sex,
        age: i32,
        marital_status: &'static str,
        orphan: bool,
    ) -> SyntheticPerson {
        let (draw, decile) = (&mut self.draw, home.decile);
        let born = before(home.today, 12 * age.unsigned_abs(), draw.below(365));
        let (nik, birth_date) = if draw.chance(20) {
            (None, born)
        } else {
            let day_offset = if sex == Sex::Female { 40 } else { 0 };
            let (nik, born) = number(&mut self.niks, home.district, born, day_offset);
            (Some(nik), born)
        };
        let age = home.today.years_since(birth_date).unwrap_or(0);
        let is_young = matches!(relation, "child" | "other");
        let (school_level, school_enrolled) = attributes::school(draw, decile, age, is_young);
        let (disability_type, disability_severity) = attributes::disability(draw, age);
        let is_pupil = school_enrolled && school_level != Some("higher");
        let may_give_birth = sex == Sex::Female && marital_status == "married";
        let mut person = SyntheticPerson {
            nik,
            full_name: String::new(),
            birth_date,
            sex,
            relation,
            marital_status,
            school_level,
            school_enrolled,
            occupation_class: attributes::occupation(draw, decile, age, sex, relation, school_enrolled),
            disability_type,
            disability_severity,
            chronic_illness: draw.chance(if age < 40 { 15 } else { 4 * age }),
            pregnant_or_postpartum: may_give_birth && (19..=43).contains(&age) && draw.chance(70),
            jkn_status: draw.weighted(&[(75, "active"), (15, "inactive"), (10, "none")]),
            has_kip: is_pupil && decile <= 6 && draw.chance(if decile <= 4 { 550 } else { 100 }),
            orphan,
            ppks_codes: vec![],
        };
        person.ppks_codes = attributes::ppks_codes(draw, decile, age, &person);
        person
    }

    /// Gives members different first names; gives up after a few attempts.
    fn name(&mut self, home: &Household<'_>, members: &mut [SyntheticPerson]) {
        let mut taken = Vec::with_capacity(members.len());
        for person in members {
            let married_in = person.relation == "spouse";
            for _ in 0..4 {
                let name = &mut person.full_name;
                *name = self.names.full_name(&mut self.draw, home.culture, person.sex, married_in);
                let first = name.split(' ').next().unwrap_or_default();
                if !taken.iter().any(|other| other == first) {
                    taken.push(first.to_owned());
                    break;
                }
            }
        }
    }

    fn sex(&mut self, female_per_mille: u32) -> Sex {
        if self.draw.chance(female_per_mille) { Sex::Female } else { Sex::Male }
    }
}

/// Sixteen digits that end in 9000 to 9999. When all serials of a day are used, the previous day is taken.
fn number(used: &mut HashMap<u64, u16>, district: &str, mut date: NaiveDate, day_offset: u32) -> (String, NaiveDate) {
    loop {
        let (month, year) = (date.month(), date.year().rem_euclid(100));
        let prefix = format!("{district}{:02}{month:02}{year:02}", date.day() + day_offset);
        let count = used.entry(prefix.parse().unwrap_or_default()).or_default();
        if *count < SERIALS {
            let serial = FIRST_SERIAL + *count;
            *count += 1;
            return (format!("{prefix}{serial}"), date);
        }
        date = before(date, 0, 1);
    }
}

fn before(date: NaiveDate, months: u32, days: u32) -> NaiveDate {
    let date = date.checked_sub_months(Months::new(months)).unwrap_or(date);
    date.checked_sub_days(Days::new(days.into())).unwrap_or(date)
}
