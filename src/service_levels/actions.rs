//! What can be done with the calendar, and what other slices ask of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::api::{CreateHoliday, Holiday};
use super::calendar::Deadline;
use super::model::HolidayConfidence;
pub use super::reference::load_reference;
use super::store::{self, HolidayRow};
use crate::auth::Actor;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::regions::RegionScope;
use crate::transaction::Tx;

/// The end of the last of so many working days after a moment, on the calendar of a region. The day of that moment does
/// not count.
pub async fn deadline(
    tx: &mut Tx,
    region_code: &str,
    from: DateTime<Utc>,
    working_days: u16,
) -> Result<Deadline, Error> {
    let standards = tx.service_levels.clone().latest(&mut tx.conn).await?;
    Ok(standards.calendar.deadline(region_code, from, working_days))
}

/// May this caller change what holds in a region? What holds everywhere takes a token for everywhere.
fn require(actor: &Actor, region_code: &str) -> Result<(), Error> {
    let allowed = if region_code == "ID" { actor.scope.is_everything() } else { actor.scope.allows(region_code) };
    if allowed { Ok(()) } else { Err(Error::new(Code::RegionNotGranted)) }
}

/// What became of an entry.
pub enum Entered<T> {
    New(T),
    /// It stood there already, as it was sent.
    Known(T),
}

pub async fn create_holiday(tx: &mut Tx, input: CreateHoliday) -> Result<Entered<Holiday>, Error> {
    let region_code = input.region_code.map_or_else(|| "ID".to_owned(), |code| code.as_str().to_owned());
    require(&tx.actor, &region_code)?;
    let row = HolidayRow {
        id: Uuid::now_v7(),
        region_code,
        day: input.day,
        kind: input.kind,
        name: input.name.into_string(),
        name_en: input.name_en.map(|n| n.into_string()),
        confidence: HolidayConfidence::Decreed,
        source: input.source.into_string(),
        version: 1,
        removed_at: None,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let scope = tx.actor.scope.clone();
    let row = if store::insert_holiday(&mut tx.conn, &row).await? {
        row
    } else {
        let there = store::lock_holiday_on(&mut tx.conn, &scope, &row.region_code, row.day).await?;
        let there = there.ok_or_else(|| Error::new(Code::ConcurrentChange))?;
        let same = (there.kind, &there.name, &there.source) == (row.kind, &row.name, &row.source);
        match there.removed_at {
            None if same => return Ok(Entered::Known(there.into())),
            None => return Err(Error::new(Code::HolidayExists)),
            // It was taken out before and comes back.
            Some(_) => {
                let again =
                    HolidayRow { id: there.id, version: there.version + 1, created_at: there.created_at, ..row };
                store::save_holiday(&mut tx.conn, &again).await?;
                again
            }
        }
    };
    changed(tx, "holiday.create", &row).await?;
    Ok(Entered::New(row.into()))
}

pub async fn remove_holiday(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::lock_holiday(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(row.version)?;
    row.removed_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::save_holiday(&mut tx.conn, &row).await?;
    changed(tx, "holiday.remove", &row).await
}

async fn changed(tx: &mut Tx, action: &str, row: &HolidayRow) -> Result<(), Error> {
    store::raise_revision(&mut tx.conn).await?;
    tx.audit(action, "holiday", row.id, Some(&row.region_code));
    Ok(())
}

/// The scope under which public standards are read.
pub fn public() -> RegionScope {
    RegionScope::everything(crate::regions::Unscoped::ServiceStandards)
}
