//! What can be done in the directory, and what other slices ask of it.

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{CreateOrganization, CreateService, Organization, Service};
use super::model::{OrganizationKind, Sector};
use super::store::{self, OrganizationRow, ServiceRow};
use crate::error::Error;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::transaction::Tx;

const DEFAULT_ANSWER_DAYS: i16 = 14;
/// More services than this for one need is a flaw of the directory, not a choice for an officer.
const CANDIDATES: i64 = 200;

fn public() -> RegionScope {
    RegionScope::everything(Unscoped::PublicDirectory)
}

pub async fn create_organization(tx: &mut Tx, input: CreateOrganization) -> Result<Organization, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let row = OrganizationRow {
        id: Uuid::now_v7(),
        kind: input.kind,
        name: input.name.into_string(),
        region_code: input.region_code.as_str().to_owned(),
        program_code: input.program_code,
        phone: input.phone.map(|t| t.into_string()),
        email: input.email.map(|t| t.into_string()),
        address: input.address.map(|t| t.into_string()),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    store::insert_organization(&mut tx.conn, &row).await.map_err(unknown_program)?;
    tx.audit("organization.create", "organization", row.id, Some(&row.region_code));
    Ok(row.into())
}

pub async fn create_service(tx: &mut Tx, input: CreateService) -> Result<Service, Error> {
    let scope = tx.actor.scope.clone();
    let organization = store::find_organization(&mut tx.conn, &scope, input.organization_id)
        .await?
        .ok_or_else(|| Error::field("/organization_id", "unknown_organization"))?;
    let row = ServiceRow {
        id: Uuid::now_v7(),
        organization_id: organization.id,
        region_code: organization.region_code,
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
        created_at: tx.now,
        updated_at: tx.now,
    };
    store::insert_service(&mut tx.conn, &row).await.map_err(unknown_program)?;
    tx.audit("service.create", "service", row.id, Some(&row.region_code));
    Ok(row.into())
}

/// A code that names no programme, as the database noticed it.
pub fn unknown_program(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            Error::field("/program_code", "unknown_program")
        }
        other => other.into(),
    }
}

/// A service with who offers it, whatever the caller's regions: the directory is public.
pub async fn find_service(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Option<Service>, Error> {
    Ok(store::find_service(conn, &public(), id).await?.map(Service::from))
}

pub async fn find_organization(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Option<Organization>, Error> {
    Ok(store::find_organization(conn, &public(), id).await?.map(Organization::from))
}

/// Every active service that could meet a need of somebody in this region.
pub async fn services_for(
    conn: &mut AsyncPgConnection,
    region: &RegionCode,
    program_code: Option<&str>,
    sector: Option<Sector>,
) -> Result<Vec<(Service, Organization)>, Error> {
    let rows = store::list_serving(conn, &public(), region, program_code, sector, CANDIDATES).await?;
    Ok(rows.into_iter().map(|(service, organization)| (service.into(), organization.into())).collect())
}

/// A client takes a place at a service.
pub async fn take_place(tx: &mut Tx, service_id: Uuid) -> Result<(), Error> {
    Ok(store::adjust_in_use(&mut tx.conn, service_id, 1).await?)
}

/// A client leaves it.
pub async fn free_place(tx: &mut Tx, service_id: Uuid) -> Result<(), Error> {
    Ok(store::adjust_in_use(&mut tx.conn, service_id, -1).await?)
}

/// An organization of the demo, whose ids are the same everywhere.
pub struct SeedOrganization {
    pub id: Uuid,
    pub kind: OrganizationKind,
    pub name: &'static str,
    pub region: &'static str,
    pub program: Option<&'static str>,
    pub services: Vec<SeedService>,
}

pub struct SeedService {
    pub id: Uuid,
    pub name: &'static str,
    pub program: Option<&'static str>,
    pub sectors: &'static [Sector],
    pub areas: &'static [&'static str],
    pub capacity: Option<i32>,
    pub answer_days: i16,
}

pub async fn insert_seed(
    conn: &mut AsyncPgConnection,
    seed: SeedOrganization,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Error> {
    let owned = |text: &str| text.to_owned();
    let organization = OrganizationRow {
        id: seed.id,
        kind: seed.kind,
        name: owned(seed.name),
        region_code: owned(seed.region),
        program_code: seed.program.map(owned),
        phone: None,
        email: None,
        address: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_organization(conn, &organization).await?;
    for service in seed.services {
        let row = ServiceRow {
            id: service.id,
            organization_id: seed.id,
            region_code: owned(seed.region),
            name: owned(service.name),
            description: None,
            program_code: service.program.map(owned),
            sectors: service.sectors.iter().map(ToString::to_string).collect(),
            area_codes: service.areas.iter().map(|a| owned(a)).collect(),
            capacity: service.capacity,
            in_use: 0,
            opening_hours: Some(owned("Senin–Jumat 08.00–15.00")),
            requirements: Some(owned("KTP dan kartu keluarga, bila ada")),
            active: true,
            answer_days: service.answer_days,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        store::insert_service(conn, &row).await?;
    }
    Ok(())
}
