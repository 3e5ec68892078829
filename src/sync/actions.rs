//! Use cases of tablets: register, change, revoke, and find the caller's own.

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{CreateDevice, Device};
use super::store::{self, DeviceRow};
use crate::auth::Actor;
use crate::auth::clients::find_active_staff;
use crate::db::lock::Lock;
use crate::error::Code;
use crate::error::Error;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::transaction::Tx;

pub async fn register(tx: &mut Tx, input: CreateDevice) -> Result<Created<Device>, Error> {
    for code in &input.village_codes {
        tx.actor.scope.require(code)?;
    }
    let mut village_codes: Vec<String> = input.village_codes.iter().map(|c| c.as_str().to_owned()).collect();
    village_codes.sort();
    village_codes.dedup();
    let staff_id = input.staff_id.into_string();
    let officer = find_active_staff(&mut tx.conn, &staff_id).await?;
    let officer = officer.ok_or_else(|| Error::field("/staff_id", "unknown_officer"))?;
    let row = DeviceRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        label: input.label.into_string(),
        staff_id,
        organization_id: Some(officer.organization_id),
        region_code: enclosing_region(&village_codes),
        village_codes,
        last_seen_at: None,
        last_skew_ms: None,
        revoked_at: None,
        revoked_by: None,
        created_by: tx.actor.subject.clone(),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    if !store::insert_device(&mut tx.conn, &row).await? {
        let scope = tx.actor.scope.clone();
        let known = store::find_device(&mut tx.conn, &scope, row.id, Lock::No).await?;
        let same = |k: &DeviceRow| {
            (&k.label, &k.staff_id, &k.village_codes) == (&row.label, &row.staff_id, &row.village_codes)
        };
        return match known.filter(same) {
            Some(known) => Ok(Created::Known(Device::from(known))),
            None => Err(Error::new(Code::ALREADY_EXISTS)),
        };
    }
    tx.audit("device.create", "device", row.id, Some(&row.region_code));
    Ok(Created::New(Device::from(row)))
}

/// The narrowest region that contains all villages.
fn enclosing_region(villages: &[String]) -> String {
    let Some((first, rest)) = villages.split_first() else { return "ID".to_owned() };
    let lineage = [13, 8, 5, 2].into_iter().filter_map(|length| first.get(..length));
    let contains = |outer: &&str| rest.iter().all(|village| village.starts_with(*outer));
    lineage.into_iter().find(contains).map_or_else(|| "ID".to_owned(), str::to_owned)
}

/// Replaces label, officer and villages.
pub async fn replace(tx: &mut Tx, id: Uuid, body: Json<CreateDevice>) -> Result<Device, Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::find_device(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(row.version)?;
    require_not_revoked(&row)?;
    let input = body.valid()?;
    if input.id.is_some_and(|named| named != id) {
        return Err(Error::field("/id", "id_stays"));
    }
    for code in &input.village_codes {
        scope.require(code)?;
    }
    let staff_id = input.staff_id.into_string();
    let officer = find_active_staff(&mut tx.conn, &staff_id).await?;
    let officer = officer.ok_or_else(|| Error::field("/staff_id", "unknown_officer"))?;
    row.village_codes = input.village_codes.iter().map(|c| c.as_str().to_owned()).collect();
    row.village_codes.sort();
    row.village_codes.dedup();
    row.region_code = enclosing_region(&row.village_codes);
    row.label = input.label.into_string();
    row.staff_id = staff_id;
    row.organization_id = Some(officer.organization_id);
    changed(tx, row, "device.replace").await
}

/// Revokes a lost tablet: it can no longer sync.
pub async fn revoke(tx: &mut Tx, id: Uuid) -> Result<Device, Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::find_device(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    require_not_revoked(&row)?;
    row.revoked_at = Some(tx.now);
    row.revoked_by = Some(tx.actor.subject.clone());
    changed(tx, row, "device.revoke").await
}

async fn changed(tx: &mut Tx, mut row: DeviceRow, action: &str) -> Result<Device, Error> {
    row.version += 1;
    row.updated_at = tx.now;
    store::save_device(&mut tx.conn, &row).await?;
    tx.audit(action, "device", row.id, Some(&row.region_code));
    Ok(Device::from(row))
}

fn require_not_revoked(row: &DeviceRow) -> Result<(), Error> {
    if row.revoked_at.is_some() { Err(Error::new(crate::sync::problems::DEVICE_REVOKED)) } else { Ok(()) }
}

/// The tablet assigned to the caller, and those of its villages that the caller's regions cover. It is looked up by officer,
/// because the token's regions may be narrower than the region that contains all its villages.
pub async fn find_own(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<(DeviceRow, RegionScope), Error> {
    let any_region = RegionScope::everything(Unscoped::ReadWithinScopeNext);
    check_owner(store::find_device(conn, &any_region, id, Lock::No).await?, actor)
}

/// Like `find_own`, with a lock until the end of the transaction: batches of one tablet run one after the other.
pub async fn lock_own(tx: &mut Tx, id: Uuid) -> Result<(DeviceRow, RegionScope), Error> {
    let any_region = RegionScope::everything(Unscoped::ReadWithinScopeNext);
    let actor = tx.actor.clone();
    check_owner(store::find_device(&mut tx.conn, &any_region, id, Lock::ForUpdate).await?, &actor)
}

fn check_owner(found: Option<DeviceRow>, actor: &Actor) -> Result<(DeviceRow, RegionScope), Error> {
    let row = found.filter(|row| row.staff_id == actor.subject);
    let row = row.ok_or_else(|| Error::field("/device_id", "unknown_device"))?;
    require_not_revoked(&row)?;
    let scope = RegionScope::from_codes(&row.village_codes).intersect(&actor.scope);
    Ok((row, scope))
}

/// A tablet within the caller's regions, for an administrator.
pub async fn read(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Device, Error> {
    Ok(Device::from(store::find_device(conn, scope, id, Lock::No).await?.ok_or_else(Error::not_found)?))
}

/// A region and all regions that contain it, outermost first.
pub fn lineage(code: &str) -> Vec<String> {
    RegionCode::parse(code).map(|code| code.lineage().map(str::to_owned).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tablet_has_the_narrowest_region_that_contains_its_villages() {
        let of = |codes: &[&str]| enclosing_region(&codes.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["32.04.05.2001"]), "32.04.05.2001");
        assert_eq!(of(&["32.04.05.2001", "32.04.05.2002"]), "32.04.05");
        assert_eq!(of(&["32.04.05.2001", "32.04.06.2002"]), "32.04");
        assert_eq!(of(&["32.04.05.2001", "34.04.06.2002"]), "ID");
    }
}
