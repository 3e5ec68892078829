//! Routes of desks.

use actix_web::{get, patch, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, public};
use super::api::{CreateDesk, Desk, DeskCoverage, DeskQuery, DeskVillages, PatchDesk};
use super::store::{self, DeskFilter};
use super::{routes_coverage, routes_staff};
use crate::auth::Caller;
use crate::clock::Clock;
use crate::complaints::permissions::ComplaintsRead;
use crate::db::Db;
use crate::db::lock::Lock;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_desks)
        .service(create_desk)
        .service(get_desk)
        .service(patch_desk)
        .service(replace_desk_villages)
        .service(get_desk_coverage);
    routes_coverage::configure(config);
    routes_staff::configure(config);
}

/// List desks
///
/// Returns the desks where people can report a need or a complaint, in order of creation. `serving` finds the desks of
/// a village. Public.
#[utoipa::path(
    tag = "Desks",
    params(DeskQuery),
    responses((status = 200, description = "A page of desks", body = Page<Desk>)),
    security(())
)]
#[get("/v1/desks")]
async fn list_desks(db: Db, query: Query<DeskQuery>) -> Result<Reply, Error> {
    let DeskQuery { kind, organization_id, within, serving, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let scope = within.map_or_else(public, |code| RegionScope::from_codes(&[code.as_str()]));
    let filter = DeskFilter { kind, organization_id, serving };
    let rows = store::list_desks(&mut *db.read().await?, &scope, filter, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.id), Desk::from))
}

/// Create a desk
///
/// Creates a desk of an organization, in one of the caller's regions.
#[utoipa::path(
    tag = "Desks",
    request_body = CreateDesk,
    responses((status = 201, description = "The desk", body = Desk)),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/desks")]
async fn create_desk(caller: Caller<DirectoryWrite>, write: Write, body: Json<CreateDesk>) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let made = actions::create_desk(tx, body.valid()?).await?;
            Reply::created(&made, made.version, format!("/v1/desks/{}", made.id))
        })
        .await
}

/// Read a desk
///
/// Returns one desk with the villages that it serves. Public.
#[utoipa::path(
    tag = "Desks",
    responses((status = 200, description = "The desk", body = Desk)),
    security(())
)]
#[get("/v1/desks/{id}")]
async fn get_desk(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let row = store::find_desk(&mut conn, &public(), *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let version = row.version;
    Reply::resource(&actions::show(&mut conn, row).await?, version)
}

/// Change a desk
///
/// Changes name, address, telephone number or opening hours. `active=false` closes the desk.
#[utoipa::path(
    tag = "Desks",
    request_body = PatchDesk,
    responses((status = 200, description = "The desk", body = Desk)),
    security(("oauth2" = ["directory:write"]))
)]
#[patch("/v1/desks/{id}")]
async fn patch_desk(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<PatchDesk>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let desk = actions::patch_desk(tx, *id, body).await?;
            Reply::resource(&desk, desk.version)
        })
        .await
}

/// Set a desk's villages
///
/// Replaces the list of villages that the desk serves. An empty list means its whole region. `If-Match` takes the
/// version of the desk.
#[utoipa::path(
    tag = "Desks",
    request_body = DeskVillages,
    responses((status = 200, description = "The desk", body = Desk)),
    security(("oauth2" = ["directory:write"]))
)]
#[put("/v1/desks/{id}/villages")]
async fn replace_desk_villages(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<DeskVillages>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let desk = actions::replace_villages(tx, *id, body).await?;
            Reply::resource(&desk, desk.version)
        })
        .await
}

/// Read a desk's coverage
///
/// Returns, for each village of the desk, the officers who cover it today and the gaps.
#[utoipa::path(
    tag = "Desks",
    responses((status = 200, description = "The coverage", body = DeskCoverage)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/desks/{id}/coverage")]
async fn get_desk_coverage(
    caller: Caller<ComplaintsRead>,
    db: Db,
    clock: web::Data<Clock>,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let row = store::find_desk(&mut conn, &caller.scope, *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    Reply::ok(&actions::coverage_of_desk(&mut conn, row, clock.now()).await?)
}
