//! Officers: administrators of access in the region of the officer's organization create, change and disable them.

use uuid::Uuid;

use super::staff_api::{CreateStaffMember, PatchStaffMember, StaffMember};
use super::store::{self, OfficerRow};
use crate::directory;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::json::Json;
use crate::http::patch;
use crate::regions::{RegionCode, RegionScope};
use crate::transaction::Tx;

pub async fn create_officer(tx: &mut Tx, input: CreateStaffMember) -> Result<StaffMember, Error> {
    let scope = tx.actor.scope.clone();
    let mut faults = check_regions(&scope, &input.regions);
    let organization = directory::actions::find_organization(&mut tx.conn, input.organization_id, None).await?;
    let region = organization.map(|o| o.region_code).filter(|region| scope.allows(region));
    if region.is_none() {
        faults.push(FieldError::new("/organization_id", "unknown_organization"));
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let row = OfficerRow {
        id: input.id,
        organization_id: input.organization_id,
        name: input.name.into_string(),
        regions: input.regions.iter().map(|r| r.as_str().to_owned()).collect(),
        roles: input.roles.iter().map(ToString::to_string).collect(),
        created_at: tx.now,
        disabled_at: None,
        record_id: Uuid::now_v7(),
        version: 1,
        updated_at: tx.now,
    };
    if !store::insert_officer(&mut tx.conn, &row).await? {
        return Err(Error::new(Code::ALREADY_EXISTS));
    }
    tx.audit("staff.create", "staff", row.record_id, region.as_deref());
    Ok(row.into())
}

/// An administrator can give only regions within their own scope.
fn check_regions(scope: &RegionScope, regions: &[RegionCode]) -> Vec<FieldError> {
    let outside = regions.iter().enumerate().filter(|(_, code)| !scope.allows(code.as_str()));
    outside.map(|(at, _)| FieldError::new(format!("/regions/{at}"), "outside_your_regions")).collect()
}

pub async fn patch_officer(tx: &mut Tx, id: &str, body: Json<PatchStaffMember>) -> Result<StaffMember, Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::lock_officer(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(row.version)?;
    let input = body.valid()?;
    let faults = check_regions(&scope, input.regions.as_deref().unwrap_or_default());
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    patch::replace(&mut row.name, input.name, |name| name.into_string());
    patch::replace(&mut row.regions, input.regions, |r| r.iter().map(|code| code.as_str().to_owned()).collect());
    patch::replace(&mut row.roles, input.roles, |roles| roles.iter().map(ToString::to_string).collect());
    let action = match input.active {
        Some(true) if row.disabled_at.is_some() => {
            row.disabled_at = None;
            "staff.enable"
        }
        Some(false) if row.disabled_at.is_none() => {
            row.disabled_at = Some(tx.now);
            "staff.disable"
        }
        _ => "staff.change",
    };
    row.version += 1;
    row.updated_at = tx.now;
    store::save_officer(&mut tx.conn, &row).await?;
    let organization = directory::actions::find_organization(&mut tx.conn, row.organization_id, None).await?;
    tx.audit(action, "staff", row.record_id, organization.as_ref().map(|o| o.region_code.as_str()));
    Ok(row.into())
}
