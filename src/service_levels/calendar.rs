//! Working days. Pure. A day is a day in the time zone of the region. A deadline is the end of a working day. The day on which counting
//! begins does not count.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::model::CalendarBasis;
use crate::regions::model::contains;

/// Maximum number of working days of a deadline.
pub const MAX_WORKING_DAYS: u16 = 1000;

/// Hours ahead of UTC by province (Keppres 41/1987): western, central and eastern Indonesia.
pub fn zone(region: &str) -> TimeDelta {
    let province: u8 = region.get(..2).and_then(|code| code.parse().ok()).unwrap_or(0);
    TimeDelta::hours(match province {
        51..=59 | 63..=79 => 8,
        80..=99 => 9,
        _ => 7,
    })
}

/// The calendar day of a time in a region.
pub fn day_in(region: &str, at: DateTime<Utc>) -> NaiveDate {
    (at + zone(region)).date_naive()
}

/// The last second of a day in a region.
pub fn end_of(region: &str, day: NaiveDate) -> DateTime<Utc> {
    start_of(region, next(day)) - TimeDelta::seconds(1)
}

/// The first second of a day in a region.
pub fn start_of(region: &str, day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - zone(region)
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// A deadline, and the calendar used to count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub at: DateTime<Utc>,
    pub basis: CalendarBasis,
}

/// Every known holiday of the country and its regions.
#[derive(Debug, Default)]
pub struct Calendar {
    /// Region codes where each day is a holiday; `ID` is the whole country.
    holidays: HashMap<NaiveDate, Vec<String>>,
    /// Years whose national holidays are known.
    years: BTreeSet<i32>,
}

impl Calendar {
    pub fn new(holidays: impl IntoIterator<Item = (String, NaiveDate)>) -> Self {
        let mut calendar = Self::default();
        for (region, day) in holidays {
            if region == "ID" {
                calendar.years.insert(day.year());
            }
            calendar.holidays.entry(day).or_default().push(region);
        }
        calendar
    }

    pub fn is_working_day(&self, region: &str, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !self.holidays.get(&day).is_some_and(|regions| regions.iter().any(|outer| contains(outer, region)))
    }

    /// The last of the `count` working days after `from`; `from` itself if `count` is zero.
    pub fn add(&self, region: &str, from: NaiveDate, count: u16) -> NaiveDate {
        let mut day = from;
        let mut remaining = count.min(MAX_WORKING_DAYS);
        while remaining > 0 && day < NaiveDate::MAX {
            day = next(day);
            if self.is_working_day(region, day) {
                remaining -= 1;
            }
        }
        day
    }

    /// Number of working days after `from`, up to and including `to`.
    pub fn between(&self, region: &str, from: NaiveDate, to: NaiveDate) -> u16 {
        let mut day = from;
        let mut count = 0;
        while day < to && count < MAX_WORKING_DAYS {
            day = next(day);
            count += u16::from(self.is_working_day(region, day));
        }
        count
    }

    /// The last working day before a day.
    pub fn previous(&self, region: &str, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        while let Some(before) = day.checked_sub_days(Days::new(1)) {
            day = before;
            if self.is_working_day(region, day) {
                break;
            }
        }
        day
    }

    /// Whether the national holidays of all these years are known.
    pub fn basis(&self, from: NaiveDate, to: NaiveDate) -> CalendarBasis {
        let known = (from.year()..=to.year()).all(|year| self.years.contains(&year));
        if known { CalendarBasis::Official } else { CalendarBasis::WeekendsOnly }
    }

    /// The start of the last of the `working_days` working days after a time.
    pub fn after(&self, region: &str, from: DateTime<Utc>, working_days: u16) -> DateTime<Utc> {
        start_of(region, self.add(region, day_in(region, from), working_days))
    }

    /// Number of working days after the day of `from`, up to and including the day of `to`.
    pub fn passed(&self, region: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> u16 {
        self.between(region, day_in(region, from), day_in(region, to))
    }

    /// The end of the last of the `working_days` working days after a time.
    pub fn deadline(&self, region: &str, from: DateTime<Utc>, working_days: u16) -> Deadline {
        let first = day_in(region, from);
        let last = self.add(region, first, working_days);
        Deadline { at: end_of(region, last), basis: self.basis(first, last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn calendar() -> Calendar {
        let days = ["2026-03-20", "2026-03-23", "2026-03-24", "2026-12-24", "2026-12-25", "2027-01-01"];
        let national = days.iter().map(|d| ("ID".to_owned(), day(d)));
        Calendar::new(national.chain([("32.04".to_owned(), day("2026-04-20"))]))
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let calendar = calendar();
        // A Thursday before a long holiday.
        assert_eq!(calendar.add("32.04", day("2026-03-19"), 1), day("2026-03-25"));
        assert_eq!(calendar.add("32.04", day("2026-03-19"), 0), day("2026-03-19"));
        assert_eq!(calendar.between("32.04", day("2026-03-19"), day("2026-03-25")), 1);
        assert_eq!(calendar.between("32.04", day("2026-03-19"), day("2026-03-24")), 0);
    }

    #[test]
    fn a_regional_holiday_applies_only_inside_its_region() {
        let calendar = calendar();
        assert!(!calendar.is_working_day("32.04.05.2001", day("2026-04-20")));
        assert!(!calendar.is_working_day("32.04", day("2026-04-20")));
        assert!(calendar.is_working_day("32.05", day("2026-04-20")));
        assert!(calendar.is_working_day("32", day("2026-04-20")));
    }

    #[test]
    fn a_day_is_in_the_time_zone_of_the_region() {
        // Half past midnight on Monday in Jayapura is still Sunday evening in Bandung and Denpasar.
        let moment = at("2026-11-22T15:30:00Z");
        assert_eq!(day_in("91.71", moment), day("2026-11-23"));
        assert_eq!(day_in("51.71", moment), day("2026-11-22"));
        assert_eq!(day_in("32.04", moment), day("2026-11-22"));
        let calendar = calendar();
        assert_eq!(calendar.deadline("32.04", moment, 1).at, at("2026-11-23T16:59:59Z"));
        assert_eq!(calendar.deadline("51.71", moment, 1).at, at("2026-11-23T15:59:59Z"));
        assert_eq!(calendar.deadline("91.71", moment, 1).at, at("2026-11-24T14:59:59Z"));
    }

    #[test]
    fn every_province_has_the_time_zone_of_the_decree() {
        let hours = |code: &str| zone(code).num_hours();
        for (zone, codes) in [
            (7, "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62"),
            (8, "51 52 53 63 64 65 71 72 73 74 75 76"),
            (9, "81 82 91 92 93 94 95 96"),
        ] {
            assert!(codes.split(' ').all(|code| hours(code) == zone), "{zone}");
        }
        let known = "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 61 62 51 52 53 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96";
        assert!(crate::regions::directory::provinces().all(|p| known.contains(p.code)));
    }

    #[test]
    fn a_year_without_data_is_counted_with_weekends_only() {
        let calendar = calendar();
        assert_eq!(calendar.deadline("32.04", at("2026-12-30T03:00:00Z"), 5).basis, CalendarBasis::Official);
        assert_eq!(calendar.deadline("32.04", at("2027-12-30T03:00:00Z"), 5).basis, CalendarBasis::WeekendsOnly);
    }

    fn some_day() -> impl Strategy<Value = NaiveDate> {
        (0u64..700).prop_map(|n| day("2026-01-01") + Days::new(n))
    }

    proptest! {
        #[test]
        fn adding_working_days_is_monotone(a in some_day(), b in some_day(), m in 0u16..80, n in 0u16..80) {
            let calendar = calendar();
            let (early, late) = (a.min(b), a.max(b));
            prop_assert!(calendar.add("32.04", early, n) <= calendar.add("32.04", late, n));
            prop_assert!(calendar.add("32.04", a, m.min(n)) <= calendar.add("32.04", a, m.max(n)));
        }

        #[test]
        fn adding_in_two_steps_is_adding_at_once(a in some_day(), m in 0u16..80, n in 0u16..80) {
            let calendar = calendar();
            let once = calendar.add("32.04", a, m + n);
            prop_assert_eq!(calendar.add("32.04", calendar.add("32.04", a, m), n), once);
            prop_assert_eq!(calendar.between("32.04", a, once), m + n);
        }

        #[test]
        fn a_deadline_is_the_end_of_a_working_day(a in some_day(), second in 0i64..86_400, n in 1u16..80) {
            let calendar = calendar();
            for region in ["32.04", "51.71", "91.71"] {
                let from = start_of("32.04", a) + TimeDelta::seconds(second);
                let due = calendar.deadline(region, from, n).at;
                prop_assert!(due > from);
                prop_assert!(calendar.is_working_day(region, day_in(region, due)));
                prop_assert_ne!(day_in(region, due), day_in(region, due + TimeDelta::seconds(1)));
            }
        }

        #[test]
        fn another_holiday_never_moves_a_deadline_earlier(a in some_day(), holiday in some_day(), n in 0u16..80) {
            let (before, national) = (calendar(), [("ID".to_owned(), holiday)]);
            let days = before.holidays.iter().flat_map(|(d, regions)| regions.iter().map(|r| (r.clone(), *d)));
            let after = Calendar::new(days.chain(national));
            prop_assert!(after.add("32.04", a, n) >= before.add("32.04", a, n));
        }
    }
}
