//! Actions on the directory, and functions that other slices call.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{CreateOrganization, CreateService, Organization, PatchOrganization, PatchService, Service};
use super::load;
use super::model::{OrganizationKind, Sector};
use super::store::{self, OrganizationRow, ServiceRow};
use crate::auth::Actor;
use crate::clock::local_day;
use crate::db::lock::Lock;
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::patch::{apply, replace};
use crate::http::text::ShortText;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::transaction::Tx;

pub(super) const DEFAULT_ANSWER_DAYS: i16 = 14;
/// An officer cannot choose among more services than this for one need: the directory needs a correction then.
const MAX_CANDIDATES: i64 = 200;

pub(super) fn public() -> RegionScope {
    RegionScope::everything(Unscoped::PublicDirectory)
}

pub async fn create_organization(tx: &mut Tx, input: CreateOrganization) -> Result<Created<Organization>, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let row = load::organization(input.id.unwrap_or_else(Uuid::now_v7), input, tx.now);
    if !store::insert_organization(&mut tx.conn, &row).await.map_err(unknown_program)? {
        let scope = tx.actor.scope.clone();
        let known = store::find_organization(&mut tx.conn, &scope, row.id, Lock::No).await?;
        let same = |known: &OrganizationRow| {
            let OrganizationRow { version, created_at, updated_at, .. } = known.clone();
            OrganizationRow { version, created_at, updated_at, ..row.clone() } == *known
        };
        let known = known.filter(same).ok_or_else(|| Error::new(Code::ALREADY_EXISTS))?;
        return Ok(Created::Known(Organization::shown(known, Some(&tx.actor))));
    }
    tx.audit("organization.create", "organization", row.id, Some(&row.region_code));
    Ok(Created::New(Organization::shown(row, Some(&tx.actor))))
}

/// Result of a change.
pub enum Patched<T> {
    Changed(T),
    /// The request changes no value.
    Same(T),
}

pub async fn patch_organization(
    tx: &mut Tx,
    id: Uuid,
    body: Json<PatchOrganization>,
) -> Result<Patched<Organization>, Error> {
    let scope = tx.actor.scope.clone();
    let old =
        store::find_organization(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(old.version)?;
    let input = body.valid()?;
    let mut row = old.clone();
    replace(&mut row.kind, input.kind, |kind| kind);
    replace(&mut row.name, input.name, |name| name.into_string());
    apply(&mut row.program_code, input.program_code, |code| code);
    apply(&mut row.phone, input.phone, ShortText::into_string);
    apply(&mut row.email, input.email, ShortText::into_string);
    apply(&mut row.address, input.address, ShortText::into_string);
    replace(&mut row.confidential_location, input.confidential_location, |confidential| confidential);
    replace(&mut row.active, input.active, |active| active);
    if row == old {
        return Ok(Patched::Same(Organization::shown(row, Some(&tx.actor))));
    }
    row.version += 1;
    row.updated_at = tx.now;
    store::save_organization(&mut tx.conn, &row).await.map_err(unknown_program)?;
    tx.audit("organization.change", "organization", row.id, Some(&row.region_code));
    publish(tx, "organization", row.id, &row.region_code, row.version, old.active, row.active);
    Ok(Patched::Changed(Organization::shown(row, Some(&tx.actor))))
}

pub async fn patch_service(tx: &mut Tx, id: Uuid, body: Json<PatchService>) -> Result<Patched<Service>, Error> {
    let scope = tx.actor.scope.clone();
    let old = store::find_service(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(old.version)?;
    let input = body.valid()?;
    let mut row = old.clone();
    replace(&mut row.name, input.name, |name| name.into_string());
    apply(&mut row.description, input.description, |text| text.into_string());
    apply(&mut row.program_code, input.program_code, |code| code);
    replace(&mut row.sectors, input.sectors, |sectors| sectors.iter().map(ToString::to_string).collect());
    replace(&mut row.area_codes, input.area_codes, |codes| codes.iter().map(|c| c.as_str().to_owned()).collect());
    apply(&mut row.capacity, input.capacity, |capacity| capacity);
    apply(&mut row.opening_hours, input.opening_hours, ShortText::into_string);
    apply(&mut row.requirements, input.requirements, ShortText::into_string);
    replace(&mut row.active, input.active, |active| active);
    replace(&mut row.answer_days, input.answer_days, |days| days);
    if let Some(closures) = input.closures {
        row.closures = stored::write(&closures)?;
    }
    if row == old {
        return Ok(Patched::Same(row.try_into()?));
    }
    row.version += 1;
    row.updated_at = tx.now;
    store::save_service(&mut tx.conn, &row).await.map_err(unknown_program)?;
    tx.audit("service.change", "service", row.id, Some(&row.region_code));
    publish(tx, "service", row.id, &row.region_code, row.version, old.active, row.active);
    Ok(Patched::Changed(row.try_into()?))
}

fn publish(tx: &mut Tx, kind: &'static str, id: Uuid, region: &str, version: i32, was_active: bool, is_active: bool) {
    let change = match (was_active, is_active) {
        (true, false) => "deactivated",
        (false, true) => "reactivated",
        _ => "changed",
    };
    tx.publish(NewEvent {
        type_: format!("{kind}.{change}"),
        subject_kind: kind,
        subject_id: id,
        region_code: region.to_owned(),
        organization_id: None,
        data: serde_json::json!({ "version": version }),
    });
}

pub async fn create_service(tx: &mut Tx, input: CreateService) -> Result<Created<Service>, Error> {
    let scope = tx.actor.scope.clone();
    let organization = store::find_organization(&mut tx.conn, &scope, input.organization_id, Lock::No)
        .await?
        .ok_or_else(|| Error::field("/organization_id", "unknown_organization"))?;
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    let row = load::service(id, organization.region_code, input, tx.now)?;
    if !store::insert_service(&mut tx.conn, &row).await.map_err(unknown_program)? {
        let known = store::find_service(&mut tx.conn, &scope, row.id, Lock::No).await?;
        // The occupied and reserved places change with referrals and are not part of the entry.
        let same = |known: &ServiceRow| {
            let ServiceRow { version, created_at, updated_at, in_use, reserved, .. } = known.clone();
            ServiceRow { version, created_at, updated_at, in_use, reserved, ..row.clone() } == *known
        };
        let known = known.filter(same).ok_or_else(|| Error::new(Code::ALREADY_EXISTS))?;
        return Ok(Created::Known(known.try_into()?));
    }
    tx.audit("service.create", "service", row.id, Some(&row.region_code));
    Ok(Created::New(row.try_into()?))
}

/// Maps a foreign key violation to `unknown_program` at `/program_code`.
pub fn unknown_program(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            Error::field("/program_code", "unknown_program")
        }
        other => other.into(),
    }
}

/// Finds a service in any region: the directory is public.
pub async fn find_service(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Option<Service>, Error> {
    store::find_service(conn, &public(), id, Lock::No).await?.map(Service::try_from).transpose()
}

/// Finds a service that accepts referrals today: it and its organization are active, and it is not closed.
pub async fn find_service_to_refer_to(tx: &mut Tx, id: Uuid) -> Result<Service, Error> {
    let found = store::find_offer(&mut tx.conn, &public(), id).await?;
    let (service, _) = found
        .filter(|(service, organization)| service.active && organization.active)
        .ok_or_else(|| Error::new(crate::directory::problems::SERVICE_INACTIVE))?;
    let service = Service::try_from(service)?;
    match service.next_opening(local_day(tx.now)) {
        None => Ok(service),
        Some(day) => Err(Error::about(crate::directory::problems::SERVICE_CLOSED, day.to_string())),
    }
}

/// Finds an organization, with the fields that this caller may see.
pub async fn find_organization(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    actor: Option<&Actor>,
) -> Result<Option<Organization>, Error> {
    let found = store::find_organization(conn, &public(), id, Lock::No).await?;
    Ok(found.map(|row| Organization::shown(row, actor)))
}

/// Active services that match the programme or sector, serve this region and are open on that day.
pub async fn services_for(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    region: &RegionCode,
    program_code: Option<&str>,
    sector: Option<Sector>,
    day: NaiveDate,
) -> Result<Vec<(Service, Organization)>, Error> {
    let rows = store::list_serving(conn, &public(), region, program_code, sector, MAX_CANDIDATES).await?;
    let mut open = Vec::with_capacity(rows.len());
    for (service, organization) in rows {
        let service = Service::try_from(service)?;
        if service.next_opening(day).is_none() {
            open.push((service, Organization::shown(organization, Some(actor))));
        }
    }
    Ok(open)
}

/// An organization of the demo. Its ids are the same in every installation.
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
        active: true,
        confidential_location: false,
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
            reserved: 0,
            closures: serde_json::json!([]),
        };
        store::insert_service(conn, &row).await?;
    }
    Ok(())
}
