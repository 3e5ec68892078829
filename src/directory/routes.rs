//! HTTP routes of organizations and services.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Patched};
use super::api::{
    CreateOrganization, CreateService, Organization, OrganizationQuery, PatchOrganization, PatchService, Service,
    ServiceQuery,
};
use super::store;
use crate::auth::Caller;
use crate::auth::caller::OptionalCaller;
use crate::db::Db;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::{RegionScope, Unscoped};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_organizations)
        .service(create_organization)
        .service(get_organization)
        .service(patch_organization)
        .service(list_services)
        .service(create_service)
        .service(get_service)
        .service(patch_service);
    super::routes_defaults::configure(config);
}

/// The regions to which a public list is filtered.
fn within(region: Option<crate::regions::RegionCode>) -> RegionScope {
    region.map_or_else(
        || RegionScope::everything(Unscoped::PublicDirectory),
        |code| RegionScope::from_codes(&[code.as_str()]),
    )
}

/// List organizations
///
/// Lists desks, agencies, programme bodies, facilities and welfare institutions, oldest entry first. A filter by a district or a
/// village leaves out organizations with a confidential location, unless the caller has `cases:restricted` for that region.
#[utoipa::path(
    tag = "Directory",
    params(OrganizationQuery),
    responses((status = 200, description = "A page of organizations", body = Page<Organization>)),
    security(())
)]
#[get("/v1/organizations")]
async fn list_organizations(visitor: OptionalCaller, db: Db, query: Query<OrganizationQuery>) -> Result<Reply, Error> {
    let OrganizationQuery { kind, within: region, active, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    // A list filtered by a village or a district would reveal a confidential location.
    let precise = region.as_ref().is_some_and(|r| r.level() > 2);
    let may_see = visitor.actor().is_some_and(|a| {
        a.may(crate::auth::permissions::CASES_RESTRICTED) && region.as_ref().is_none_or(|r| a.scope.allows(r.as_str()))
    });
    let filter = store::OrganizationFilter { kind, active, without_confidential: precise && !may_see };
    let rows = store::list_organizations(&mut *db.read().await?, &within(region), filter, &page).await?;
    let shown = |row| Organization::shown(row, visitor.actor());
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.id), shown))
}

/// Create an organization
///
/// Adds an organization to the directory, in one of the caller's regions. Sending the same id and content again returns 200 with the
/// stored organization.
#[utoipa::path(
    tag = "Directory",
    request_body = CreateOrganization,
    responses(
        (status = 201, description = "The organization", body = Organization),
        (status = 200, description = "The stored organization; the same id and content were sent before", body = Organization)
    ),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/organizations")]
async fn create_organization(
    caller: Caller<DirectoryWrite>,
    write: Write,
    body: Json<CreateOrganization>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            actions::create_organization(tx, body.valid()?)
                .await?
                .reply(|made| (made.version, format!("/v1/organizations/{}", made.id)))
        })
        .await
}

/// Read an organization
///
/// Returns one organization of the directory.
#[utoipa::path(
    tag = "Directory",
    responses((status = 200, description = "The organization", body = Organization)),
    security(())
)]
#[get("/v1/organizations/{id}")]
async fn get_organization(visitor: OptionalCaller, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = actions::find_organization(&mut *db.read().await?, *id, visitor.actor()).await?;
    let found = found.ok_or_else(Error::not_found)?;
    Reply::resource(&found, found.version)
}

/// Change an organization
///
/// Changes the fields that are sent; the others stay as they are. `active: false` deactivates the organization with all its services:
/// they are no candidates and accept no new referrals; running referrals continue.
#[utoipa::path(
    tag = "Directory",
    request_body = PatchOrganization,
    responses((status = 200, description = "The organization", body = Organization)),
    security(("oauth2" = ["directory:write"]))
)]
#[patch("/v1/organizations/{id}")]
async fn patch_organization(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<PatchOrganization>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match actions::patch_organization(tx, *id, body).await? {
            Patched::Changed(now) => Reply::resource(&now, now.version),
            Patched::Same(now) => Ok(Reply::resource(&now, now.version)?.unchanged()),
        })
        .await
}

/// List services
///
/// Lists the services of all organizations, oldest entry first. Filters: organization, programme, sector, region served, active.
#[utoipa::path(
    tag = "Directory",
    params(ServiceQuery),
    responses((status = 200, description = "A page of services", body = Page<Service>)),
    security(())
)]
#[get("/v1/services")]
async fn list_services(db: Db, query: Query<ServiceQuery>) -> Result<Reply, Error> {
    let ServiceQuery { organization_id, program_code, sector, serving, active, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let filter = store::ServiceFilter { organization_id, program_code, sector, serving, active };
    let rows = store::list_services(&mut *db.read().await?, &within(None), filter, &page).await?;
    Reply::page(&page.try_page(rows, |row| Position::at(row.created_at, row.id), Service::try_from)?)
}

/// Create a service
///
/// Adds a service to an organization in the caller's regions. It accepts referrals at once. Sending the same id and content again
/// returns 200 with the stored service.
#[utoipa::path(
    tag = "Directory",
    request_body = CreateService,
    responses(
        (status = 201, description = "The service", body = Service),
        (status = 200, description = "The stored service; the same id and content were sent before", body = Service)
    ),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/services")]
async fn create_service(
    caller: Caller<DirectoryWrite>,
    write: Write,
    body: Json<CreateService>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            actions::create_service(tx, body.valid()?)
                .await?
                .reply(|made| (made.version, format!("/v1/services/{}", made.id)))
        })
        .await
}

/// Read a service
///
/// Returns one service of the directory, with its places in use and reserved.
#[utoipa::path(
    tag = "Directory",
    responses((status = 200, description = "The service", body = Service)),
    security(())
)]
#[get("/v1/services/{id}")]
async fn get_service(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = actions::find_service(&mut *db.read().await?, *id).await?.ok_or_else(Error::not_found)?;
    Reply::resource(&found, found.version)
}

/// Change a service
///
/// Changes the fields that are sent, such as capacity, closures or `active`; the others stay as they are. Accepted referrals keep
/// their places.
#[utoipa::path(
    tag = "Directory",
    request_body = PatchService,
    responses((status = 200, description = "The service", body = Service)),
    security(("oauth2" = ["directory:write"]))
)]
#[patch("/v1/services/{id}")]
async fn patch_service(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<PatchService>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match actions::patch_service(tx, *id, body).await? {
            Patched::Changed(now) => Reply::resource(&now, now.version),
            Patched::Same(now) => Ok(Reply::resource(&now, now.version)?.unchanged()),
        })
        .await
}
