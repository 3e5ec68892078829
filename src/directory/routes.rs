//! The directory's endpoints.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{CreateOrganization, CreateService, Organization, OrganizationQuery, Service, ServiceQuery};
use super::{actions, store};
use crate::auth::Caller;
use crate::auth::permission::DirectoryWrite;
use crate::db::Db;
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
        .service(list_services)
        .service(create_service)
        .service(get_service);
}

/// The regions that a public list is narrowed to.
fn within(region: Option<crate::regions::RegionCode>) -> RegionScope {
    region.map_or_else(
        || RegionScope::everything(Unscoped::PublicDirectory),
        |code| RegionScope::from_codes(&[code.as_str()]),
    )
}

/// List organizations
///
/// Desks, agencies, programme bodies, facilities and welfare institutions, in order of entry.
#[utoipa::path(
    tag = "Directory",
    params(OrganizationQuery),
    responses((status = 200, description = "A page of organizations", body = Page<Organization>)),
    security(())
)]
#[get("/v1/organizations")]
async fn list_organizations(db: Db, query: Query<OrganizationQuery>) -> Result<Reply, Error> {
    let OrganizationQuery { kind, within: region, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let rows = store::list_organizations(&mut *db.read().await?, &within(region), kind, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.id), Organization::from))
}

/// Enter an organization
///
/// Adds an organization to the directory, in a region of the caller's.
#[utoipa::path(
    tag = "Directory",
    request_body = CreateOrganization,
    responses((status = 201, description = "The organization", body = Organization)),
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
            let made = actions::create_organization(tx, body.valid()?).await?;
            Reply::created(&made, made.version, format!("/v1/organizations/{}", made.id))
        })
        .await
}

/// Read an organization
///
/// One organization of the directory.
#[utoipa::path(
    tag = "Directory",
    responses((status = 200, description = "The organization", body = Organization)),
    security(())
)]
#[get("/v1/organizations/{id}")]
async fn get_organization(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = actions::find_organization(&mut *db.read().await?, *id).await?.ok_or_else(Error::not_found)?;
    Reply::resource(&found, found.version)
}

/// List services
///
/// What organizations offer, filtered by programme, sector, or the region to be served.
#[utoipa::path(
    tag = "Directory",
    params(ServiceQuery),
    responses((status = 200, description = "A page of services", body = Page<Service>)),
    security(())
)]
#[get("/v1/services")]
async fn list_services(db: Db, query: Query<ServiceQuery>) -> Result<Reply, Error> {
    let ServiceQuery { organization_id, program_code, sector, serving, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let filter = store::ServiceFilter { organization_id, program_code, sector, serving };
    let rows = store::list_services(&mut *db.read().await?, &within(None), filter, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.id), Service::from))
}

/// Enter a service
///
/// Adds a service to an organization of the caller's regions. It can be referred to at once.
#[utoipa::path(
    tag = "Directory",
    request_body = CreateService,
    responses((status = 201, description = "The service", body = Service)),
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
            let made = actions::create_service(tx, body.valid()?).await?;
            Reply::created(&made, made.version, format!("/v1/services/{}", made.id))
        })
        .await
}

/// Read a service
///
/// One service of the directory.
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
