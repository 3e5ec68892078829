//! The national holidays and targets of the release.

use chrono::{NaiveDate, Utc};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use serde::Deserialize;
use uuid::Uuid;

use super::model::{HolidayConfidence, HolidayKind, ServiceLevelKind, TargetConfidence};
use super::store::{self, HolidayRow};
use super::targets::{EVERYWHERE, TargetRow};
use crate::directory::model::Sector;
use crate::error::Error;
use crate::service_levels::matter::{ComplaintClass, ComplaintPriority};

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

/// Inserts missing holidays and targets and returns the number of rows. Changes and removals by an administrator stay.
pub async fn load_reference(conn: &mut AsyncPgConnection) -> Result<usize, Error> {
    let (holidays, targets) = (holidays()?, targets()?);
    conn.transaction(async |conn| {
        let added = store::insert_missing_holidays(conn, &holidays).await?
            + store::insert_missing_targets(conn, &targets).await?;
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

const TARGETS: &str = include_str!("../../reference/service-levels.json");

#[derive(Deserialize)]
struct TargetFile {
    targets: Vec<TargetSeed>,
}

#[derive(Deserialize)]
struct TargetSeed {
    sector: Option<Sector>,
    class: Option<ComplaintClass>,
    priority: Option<ComplaintPriority>,
    kind: ServiceLevelKind,
    first_response_days: i16,
    resolution_days: i16,
    province_after_days: i16,
    ministry_after_days: i16,
    confidence: TargetConfidence,
    source: String,
}

fn targets() -> Result<Vec<TargetRow>, Error> {
    let file: TargetFile = serde_json::from_str(TARGETS).map_err(Error::internal)?;
    let now = Utc::now();
    let row = |seed: TargetSeed| TargetRow {
        id: Uuid::now_v7(),
        region_code: EVERYWHERE.to_owned(),
        sector: seed.sector,
        class: seed.class,
        priority: seed.priority,
        kind: seed.kind,
        first_response_days: seed.first_response_days,
        resolution_days: seed.resolution_days,
        province_after_days: seed.province_after_days,
        ministry_after_days: seed.ministry_after_days,
        confidence: seed.confidence,
        source: seed.source,
        version: 1,
        removed_at: None,
        created_at: now,
        updated_at: now,
    };
    Ok(file.targets.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service_levels::calendar::Calendar;
    use crate::service_levels::model::CalendarBasis;

    #[test]
    fn the_release_has_the_known_practice_and_a_target_of_last_resort() {
        let targets = targets().unwrap();
        assert_eq!(targets.iter().filter(|t| t.is_last_resort()).count(), 1);
        let mut days: Vec<_> = targets.iter().map(|t| t.resolution_days).collect();
        days.sort_unstable();
        assert_eq!(days, [2, 5, 14, 60]);
    }

    #[test]
    fn the_release_has_holidays_of_three_years_and_marks_estimated_ones() {
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
