//! Bulk access to the directory, for imports and exports.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::actions::DEFAULT_ANSWER_DAYS;
use super::api::{CreateOrganization, CreateService};
use super::store;
pub use super::store::{OrganizationRow, ServiceRow};
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::regions::{RegionScope, Unscoped};

/// Rows to write.
#[derive(Debug, Default)]
pub struct DirectoryRows {
    pub new_organizations: Vec<OrganizationRow>,
    pub changed_organizations: Vec<OrganizationRow>,
    pub new_services: Vec<ServiceRow>,
    pub changed_services: Vec<ServiceRow>,
}

fn public() -> RegionScope {
    RegionScope::everything(Unscoped::PublicDirectory)
}

pub fn organization(id: Uuid, input: CreateOrganization, now: DateTime<Utc>) -> OrganizationRow {
    OrganizationRow {
        id,
        kind: input.kind,
        name: input.name.into_string(),
        region_code: input.region_code.as_str().to_owned(),
        program_code: input.program_code,
        phone: input.phone.map(|t| t.into_string()),
        email: input.email.map(|t| t.into_string()),
        address: input.address.map(|t| t.into_string()),
        version: 1,
        created_at: now,
        updated_at: now,
        active: true,
        confidential_location: input.confidential_location.unwrap_or_default(),
    }
}

/// `region_code` is the region of the organization.
pub fn service(id: Uuid, region_code: String, input: CreateService, now: DateTime<Utc>) -> Result<ServiceRow, Error> {
    Ok(ServiceRow {
        id,
        organization_id: input.organization_id,
        region_code,
        name: input.name.into_string(),
        description: input.description.map(|t| t.into_string()),
        program_code: input.program_code,
        sectors: input.sectors.iter().map(ToString::to_string).collect(),
        area_codes: input.area_codes.iter().map(|c| c.as_str().to_owned()).collect(),
        capacity: input.capacity,
        in_use: 0,
        opening_hours: input.opening_hours.map(|t| t.into_string()),
        requirements: input.requirements.map(|t| t.into_string()),
        active: true,
        answer_days: input.answer_days.unwrap_or(DEFAULT_ANSWER_DAYS),
        version: 1,
        created_at: now,
        updated_at: now,
        reserved: 0,
        closures: stored::write(&input.closures)?,
    })
}

/// Organizations with one of these ids or one of these names. `lock` locks the rows (FOR UPDATE) for a later change.
pub async fn organizations(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
    names: &[&str],
    lock: bool,
) -> Result<Vec<OrganizationRow>, Error> {
    Ok(store::list_organizations_named(conn, &public(), ids, names, lock).await?)
}

/// Services with one of these ids or of one of these organizations. `lock` locks the rows (FOR UPDATE) for a later change.
pub async fn services(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
    organizations: &[Uuid],
    lock: bool,
) -> Result<Vec<ServiceRow>, Error> {
    Ok(store::list_services_of(conn, &public(), ids, organizations, lock).await?)
}

/// The codes that belong to a programme.
pub async fn known_programs(conn: &mut AsyncPgConnection, codes: &[&str]) -> Result<HashSet<String>, Error> {
    if codes.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(store::list_known_programs(conn, codes).await?.into_iter().collect())
}

/// One page in the order of ids, for an export.
pub async fn page_of_organizations(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OrganizationRow>, Error> {
    Ok(store::list_organizations_after(conn, scope, after.unwrap_or_default(), limit).await?)
}

pub async fn page_of_services(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ServiceRow>, Error> {
    Ok(store::list_services_after(conn, scope, after.unwrap_or_default(), limit).await?)
}

pub async fn write(conn: &mut AsyncPgConnection, rows: DirectoryRows) -> Result<(), Error> {
    for row in &rows.new_organizations {
        require_new(store::insert_organization(conn, row).await?)?;
    }
    for row in &rows.changed_organizations {
        store::save_organization(conn, row).await?;
    }
    for row in &rows.new_services {
        require_new(store::insert_service(conn, row).await?)?;
    }
    for row in &rows.changed_services {
        store::save_service(conn, row).await?;
    }
    Ok(())
}

/// The plan found the id unused; a concurrent request has used it since.
fn require_new(inserted: bool) -> Result<(), Error> {
    if inserted { Ok(()) } else { Err(Error::new(Code::CONCURRENT_CHANGE)) }
}

/// The rows by id.
pub fn by_id(rows: Vec<OrganizationRow>) -> HashMap<Uuid, OrganizationRow> {
    rows.into_iter().map(|row| (row.id, row)).collect()
}
