//! Vulnerabilities of the subjects of a complaint, from the registry, and the priority that follows. Pure.

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::model::{ComplaintPriority, Vulnerability};
use crate::registry::model::DisabilityType;
use crate::registry::rows::PersonRow;

/// Age in years (UU 13/1998).
const ELDERLY_MIN_AGE: i32 = 60;
const INFANT_AGE_LIMIT: i32 = 2;

/// Vulnerabilities of one member, or of all members if the complaint is about the family.
pub fn vulnerabilities(members: &[PersonRow], person_id: Option<Uuid>, today: NaiveDate) -> Vec<Vulnerability> {
    let mut found = Vec::new();
    for member in members.iter().filter(|m| person_id.is_none_or(|id| id == m.id)) {
        if member.disability_type.is_some_and(|kind| kind != DisabilityType::None) {
            found.push(Vulnerability::Disability);
        }
        match member.birth_date.map(|born| age(born, today)) {
            Some(years) if years >= ELDERLY_MIN_AGE => found.push(Vulnerability::Elderly),
            Some(years) if years < INFANT_AGE_LIMIT => found.push(Vulnerability::Infant),
            _ => {}
        }
        if member.nik_sealed.is_none() {
            found.push(Vulnerability::NoIdentityPapers);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn age(born: NaiveDate, today: NaiveDate) -> i32 {
    let before_birthday = (today.month(), today.day()) < (born.month(), born.day());
    today.year() - born.year() - i32::from(before_birthday)
}

/// Priority suggested to the officer, who may set a higher one, or a lower one with a reason.
pub fn suggested_priority(vulnerabilities: &[Vulnerability]) -> ComplaintPriority {
    match vulnerabilities.len() {
        0 => ComplaintPriority::Normal,
        1 => ComplaintPriority::High,
        _ => ComplaintPriority::Urgent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_increases_on_the_birthday() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(age(day(1966, 11, 24), day(2026, 11, 24)), 60);
        assert_eq!(age(day(1966, 11, 25), day(2026, 11, 24)), 59);
    }

    #[test]
    fn more_than_one_vulnerability_is_urgent() {
        use ComplaintPriority::*;
        assert_eq!(suggested_priority(&[]), Normal);
        assert_eq!(suggested_priority(&[Vulnerability::Elderly]), High);
        assert_eq!(suggested_priority(&[Vulnerability::Elderly, Vulnerability::Disability]), Urgent);
    }
}
