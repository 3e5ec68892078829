//! The national holidays that come with the release.

use chrono::{NaiveDate, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use serde::Deserialize;
use uuid::Uuid;

use super::model::{HolidayConfidence, HolidayKind};
use super::store::{self, HolidayRow};
use crate::error::Error;

/// Licence: reference/LICENSE-holidays.txt.
const HOLIDAYS: &str = include_str!("../../reference/holidays.csv");
const HOLIDAY_SOURCE: &str = "python-holidays 0.109";

#[derive(Deserialize)]
struct HolidayLine {
    date: NaiveDate,
    kind: HolidayKind,
    name_id: String,
    name_en: String,
    confidence: HolidayConfidence,
}

/// Adds what is missing and tells how many rows that were. What an administrator changed or took out stays so.
pub async fn load_reference(conn: &mut AsyncPgConnection) -> Result<usize, Error> {
    let holidays = holidays()?;
    conn.transaction(async |conn| {
        let added = store::insert_missing_holidays(conn, &holidays).await?;
        if added > 0 {
            store::raise_revision(conn).await?;
        }
        Ok(added)
    })
    .await
}

fn holidays() -> Result<Vec<HolidayRow>, Error> {
    let now = Utc::now();
    let mut rows = Vec::new();
    for line in csv::Reader::from_reader(HOLIDAYS.as_bytes()).deserialize() {
        let line: HolidayLine = line.map_err(Error::internal)?;
        rows.push(HolidayRow {
            id: Uuid::now_v7(),
            region_code: "ID".to_owned(),
            day: line.date,
            kind: line.kind,
            name: line.name_id,
            name_en: Some(line.name_en),
            confidence: line.confidence,
            source: HOLIDAY_SOURCE.to_owned(),
            version: 1,
            removed_at: None,
            created_at: now,
            updated_at: now,
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service_levels::calendar::Calendar;
    use crate::service_levels::model::CalendarBasis;

    #[test]
    fn the_release_knows_three_years_and_marks_what_is_estimated() {
        let rows = holidays().unwrap();
        assert_eq!(rows.len(), 79);
        assert_eq!(rows.iter().filter(|r| r.confidence == HolidayConfidence::Estimated).count(), 3);
        let calendar = Calendar::new(rows.into_iter().map(|r| (r.region_code, r.day)));
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(calendar.basis(day("2025-01-01"), day("2027-12-31")), CalendarBasis::Official);
        assert_eq!(calendar.basis(day("2027-12-31"), day("2028-01-01")), CalendarBasis::WeekendsOnly);
        // Lebaran 2026: from the Thursday before to the Wednesday after there is one working day.
        assert_eq!(calendar.between("32.04", day("2026-03-17"), day("2026-03-25")), 1);
    }
}
