//! The monthly window of each step, in days of western Indonesia (UTC+7). Pure: the day is an argument.

use crate::regions::regency;
use chrono::{Datelike, NaiveDate};

use super::model::RegistryProposalAction as Action;

/// The window of one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub submit_from: i16,
    pub submit_until: i16,
    pub village_until: i16,
    pub agency_until: i16,
}

impl Window {
    /// First and last day of the month for this step; `None` if the step has no window.
    pub fn days_for(&self, action: Action) -> Option<(i16, i16)> {
        match action {
            Action::Submit => Some((self.submit_from, self.submit_until)),
            Action::VerifyVillage | Action::DeclineVillage => Some((self.submit_from, self.village_until)),
            Action::VerifyAgency | Action::ReturnAgency | Action::Forward | Action::ReturnManager => {
                Some((self.submit_from, self.agency_until))
            }
            Action::Accept | Action::Reject | Action::Return => None,
        }
    }

    pub fn is_valid(&self) -> bool {
        1 <= self.submit_from
            && self.submit_from <= self.submit_until
            && self.submit_until <= self.village_until
            && self.village_until <= self.agency_until
            && self.agency_until <= 31
    }

    /// Next day on which the step is allowed; `None` if it is allowed today. `next` is the window of the next month.
    pub fn next_opening(&self, action: Action, today: NaiveDate, next: &Self) -> Option<NaiveDate> {
        let (from, until) = self.days_for(action)?;
        let day = i16::try_from(today.day()).unwrap_or_default();
        if day < from {
            return day_of_month(today.year(), today.month(), from);
        }
        if day <= until {
            return None;
        }
        let (year, month) = month_after(today);
        let (from, _) = next.days_for(action)?;
        day_of_month(year, month, from)
    }
}

/// The region that the officer's token must cover for this step: the village for the village's own steps, its regency for later ones.
pub fn required_region(action: Action, village: &str) -> &str {
    match action {
        Action::Submit | Action::VerifyVillage | Action::DeclineVillage => village,
        _ => regency(village),
    }
}

/// The given day of a month, or the month's last day if the month is shorter.
fn day_of_month(year: i32, month: u32, day: i16) -> Option<NaiveDate> {
    (1..=u32::try_from(day).ok()?).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

fn month_after(day: NaiveDate) -> (i32, u32) {
    if day.month() == 12 { (day.year() + 1, 1) } else { (day.year(), day.month() + 1) }
}

/// The month of a day, such as `2026-11`.
pub fn period_of(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The month after the month of a day.
pub fn period_after(day: NaiveDate) -> String {
    let (year, month) = month_after(day);
    format!("{year:04}-{month:02}")
}

/// `default`, or a month as `YYYY-MM`.
pub fn is_period(text: &str) -> bool {
    let month = || {
        let (year, month) = text.split_once('-')?;
        let digits =
            year.len() == 4 && month.len() == 2 && year.bytes().chain(month.bytes()).all(|b| b.is_ascii_digit());
        let month: u32 = month.parse().ok()?;
        (digits && (1..=12).contains(&month)).then_some(())
    };
    text == "default" || month().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Window = Window { submit_from: 1, submit_until: 11, village_until: 14, agency_until: 17 };

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn each_step_has_its_last_day() {
        let open = |action, on| USUAL.next_opening(action, on, &USUAL).is_none();
        assert!(open(Action::Submit, day(11, 11)) && !open(Action::Submit, day(11, 12)));
        assert!(open(Action::VerifyVillage, day(11, 14)) && !open(Action::VerifyVillage, day(11, 15)));
        assert!(open(Action::Forward, day(11, 17)) && !open(Action::Forward, day(11, 18)));
        assert!(open(Action::Accept, day(11, 30)));
    }

    #[test]
    fn a_closed_window_names_its_next_opening() {
        let opens = |action, on, next: &Window| USUAL.next_opening(action, on, next);
        assert_eq!(opens(Action::Submit, day(11, 12), &USUAL), Some(day(12, 1)));
        assert_eq!(opens(Action::Submit, day(12, 31), &USUAL), NaiveDate::from_ymd_opt(2027, 1, 1));
        let late = Window { submit_from: 5, ..USUAL };
        assert_eq!(opens(Action::Submit, day(11, 12), &late), Some(day(12, 5)));
        assert_eq!(late.next_opening(Action::Submit, day(11, 2), &USUAL), Some(day(11, 5)));
        let month_end = Window { submit_from: 31, submit_until: 31, village_until: 31, agency_until: 31 };
        assert_eq!(opens(Action::Submit, day(1, 12), &month_end), Some(day(2, 28)));
    }

    #[test]
    fn only_the_village_step_needs_the_village_region() {
        assert_eq!(required_region(Action::VerifyVillage, "32.04.05.2001"), "32.04.05.2001");
        assert_eq!(required_region(Action::Forward, "32.04.05.2001"), "32.04");
    }

    #[test]
    fn a_period_is_a_month_or_the_default() {
        assert!(is_period("default") && is_period("2026-11"));
        for text in ["2026-13", "2026-1", "26-11", "2026-00", "", "2026-+1"] {
            assert!(!is_period(text), "{text}");
        }
        assert_eq!((period_of(day(1, 31)), period_after(day(12, 3))), ("2026-01".into(), "2027-01".into()));
    }
}
