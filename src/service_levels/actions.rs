//! Actions on holidays and targets, and functions that other slices call.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::api::{CreateHoliday, CreateServiceLevelTarget, Holiday, ServiceLevelFigures, ServiceLevelTarget};
use super::calendar::Deadline;
use super::clocks::enqueue_recalculation;
pub use super::clocks::{Step, check_due_clocks, levels_of_visible, on_assignment, on_transition, start_missing_clock};
use super::model::{HolidayConfidence, TargetConfidence};
pub use super::reference::load_reference;
use super::store::{self, HolidayRow};
use super::targets::TargetRow;
use crate::auth::Actor;
use crate::db::lock::Lock;
use crate::error::Code;
use crate::error::Error;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::regions::RegionScope;
use crate::service_levels::cache::ServiceLevelCache;
use crate::transaction::Tx;

/// The deadline that is `working_days` after a time: the end of the last of these days, by the calendar of the region. The day of `from`
/// does not count.
pub async fn deadline(
    tx: &mut Tx,
    region_code: &str,
    from: DateTime<Utc>,
    working_days: u16,
) -> Result<Deadline, Error> {
    let standards = tx.resources.get::<ServiceLevelCache>()?.latest(&tx.conn).await?;
    Ok(standards.calendar.deadline(region_code, from, working_days))
}

/// Checks that this caller may change entries of a region. Entries of the whole country need a token for the whole country.
fn require(actor: &Actor, region_code: &str) -> Result<(), Error> {
    let allowed = if region_code == "ID" { actor.scope.is_everything() } else { actor.scope.allows(region_code) };
    if allowed { Ok(()) } else { Err(Error::new(Code::REGION_NOT_GRANTED)) }
}

pub async fn create_holiday(tx: &mut Tx, input: CreateHoliday) -> Result<Created<Holiday>, Error> {
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
        let stored = store::lock_holiday_on(&mut tx.conn, &scope, &row.region_code, row.day).await?;
        let stored = stored.ok_or_else(|| Error::new(Code::CONCURRENT_CHANGE))?;
        let same = (stored.kind, &stored.name, &stored.source) == (row.kind, &row.name, &row.source);
        match stored.removed_at {
            None if same => return Ok(Created::Known(stored.into())),
            None => return Err(Error::new(crate::service_levels::problems::HOLIDAY_EXISTS)),
            // The day was removed before: restore its row.
            Some(_) => {
                let restored =
                    HolidayRow { id: stored.id, version: stored.version + 1, created_at: stored.created_at, ..row };
                store::save_holiday(&mut tx.conn, &restored).await?;
                restored
            }
        }
    };
    record_holiday_change(tx, "holiday.create", &row).await?;
    Ok(Created::New(row.into()))
}

pub async fn remove_holiday(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::find_holiday(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(row.version)?;
    row.removed_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::save_holiday(&mut tx.conn, &row).await?;
    record_holiday_change(tx, "holiday.remove", &row).await
}

async fn record_holiday_change(tx: &mut Tx, action: &str, row: &HolidayRow) -> Result<(), Error> {
    store::raise_revision(&mut tx.conn).await?;
    enqueue_recalculation(tx, &row.region_code, row.day).await?;
    tx.audit(action, "holiday", row.id, Some(&row.region_code));
    Ok(())
}

pub async fn create_target(tx: &mut Tx, input: CreateServiceLevelTarget) -> Result<ServiceLevelTarget, Error> {
    let region_code = input.region_code.map_or_else(|| "ID".to_owned(), |code| code.as_str().to_owned());
    require(&tx.actor, &region_code)?;
    let figures = input.figures;
    let row = TargetRow {
        id: Uuid::now_v7(),
        region_code,
        sector: input.sector,
        class: input.class,
        priority: input.priority,
        kind: figures.kind,
        first_response_days: figures.first_response_days,
        resolution_days: figures.resolution_days,
        province_after_days: figures.province_after_days,
        ministry_after_days: figures.ministry_after_days,
        confidence: TargetConfidence::Decreed,
        source: figures.source.into_string(),
        version: 1,
        removed_at: None,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let row = if store::insert_target(&mut tx.conn, &row).await? {
        row
    } else {
        let scope = tx.actor.scope.clone();
        let stored = store::lock_target_for(&mut tx.conn, &scope, &row).await?;
        let stored = stored.ok_or_else(|| Error::new(Code::CONCURRENT_CHANGE))?;
        if stored.removed_at.is_none() {
            return Err(Error::new(crate::service_levels::problems::TARGET_EXISTS));
        }
        // The target was removed before: restore its row.
        let restored = TargetRow { id: stored.id, version: stored.version + 1, ..row };
        store::save_target(&mut tx.conn, &restored).await?;
        restored
    };
    record_target_change(tx, "service_level_target.create", &row).await?;
    Ok(row.into())
}

/// Replaces the figures. Running clocks keep the old ones.
pub async fn replace_target(
    tx: &mut Tx,
    id: Uuid,
    body: Json<ServiceLevelFigures>,
) -> Result<ServiceLevelTarget, Error> {
    let mut row = lock_own_target(tx, id).await?;
    let figures = body.valid()?;
    row.kind = figures.kind;
    row.first_response_days = figures.first_response_days;
    row.resolution_days = figures.resolution_days;
    row.province_after_days = figures.province_after_days;
    row.ministry_after_days = figures.ministry_after_days;
    row.confidence = TargetConfidence::Decreed;
    row.source = figures.source.into_string();
    row.version += 1;
    row.updated_at = tx.now;
    store::save_target(&mut tx.conn, &row).await?;
    record_target_change(tx, "service_level_target.replace", &row).await?;
    Ok(row.into())
}

pub async fn remove_target(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let mut row = lock_own_target(tx, id).await?;
    if row.is_last_resort() {
        return Err(Error::new(crate::service_levels::problems::TARGET_OF_LAST_RESORT));
    }
    row.removed_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::save_target(&mut tx.conn, &row).await?;
    record_target_change(tx, "service_level_target.remove", &row).await
}

async fn lock_own_target(tx: &mut Tx, id: Uuid) -> Result<TargetRow, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_target(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(row.version)?;
    Ok(row)
}

async fn record_target_change(tx: &mut Tx, action: &str, row: &TargetRow) -> Result<(), Error> {
    store::raise_revision(&mut tx.conn).await?;
    tx.audit(action, "service_level_target", row.id, Some(&row.region_code));
    Ok(())
}

/// The scope for reading holidays and targets, which are public.
pub fn public() -> RegionScope {
    RegionScope::everything(crate::regions::Unscoped::ServiceStandards)
}
