//! Endpoints of tablets: register, list, read, replace, revoke.

use actix_web::{get, post, put};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{CreateDevice, Device, DeviceQuery};
use super::store::{self, DeviceRow};
use crate::auth::Caller;
use crate::auth::permissions::AccessAdmin;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(create_device)
        .service(list_devices)
        .service(get_device)
        .service(replace_device)
        .service(revoke_device);
}

/// Register a tablet
///
/// Assigns a tablet to an officer and to villages, all within the caller's regions.
#[utoipa::path(
    tag = "Sync",
    request_body = CreateDevice,
    responses(
        (status = 201, description = "The tablet", body = Device),
        (status = 200, description = "It was registered already; the stored resource", body = Device)
    ),
    security(("oauth2" = ["access:admin"]))
)]
#[post("/v1/devices")]
async fn create_device(caller: Caller<AccessAdmin>, write: Write, body: Json<CreateDevice>) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            actions::register(tx, body.valid()?).await?.reply(|made| (made.version, format!("/v1/devices/{}", made.id)))
        })
        .await
}

/// List tablets
///
/// Returns the tablets whose villages are within the caller's regions, newest first.
#[utoipa::path(
    tag = "Sync",
    params(DeviceQuery),
    responses((status = 200, description = "A page of tablets", body = Page<Device>)),
    security(("oauth2" = ["access:admin"]))
)]
#[get("/v1/devices")]
async fn list_devices(caller: Caller<AccessAdmin>, db: Db, query: Query<DeviceQuery>) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let rows = store::list_devices(&mut *db.read().await?, &caller.scope, query.value.staff_id, &page).await?;
    Reply::page(&page.page(rows, |row: &DeviceRow| Position::at(row.created_at, row.id), Device::from))
}

/// Read a tablet
///
/// Returns the officer, the villages and the last sync.
#[utoipa::path(
    tag = "Sync",
    responses((status = 200, description = "The tablet", body = Device)),
    security(("oauth2" = ["access:admin"]))
)]
#[get("/v1/devices/{id}")]
async fn get_device(caller: Caller<AccessAdmin>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let device = actions::read(&mut *db.read().await?, &caller.scope, *id).await?;
    Reply::resource(&device, device.version)
}

/// Replace a tablet
///
/// Replaces label, officer and villages. A tablet with other villages gets `bundle_required` when it next reads changes.
#[utoipa::path(
    tag = "Sync",
    request_body = CreateDevice,
    responses((status = 200, description = "The tablet", body = Device)),
    security(("oauth2" = ["access:admin"]))
)]
#[put("/v1/devices/{id}")]
async fn replace_device(
    caller: Caller<AccessAdmin>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CreateDevice>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let device = actions::replace(tx, *id, body).await?;
            Reply::resource(&device, device.version)
        })
        .await
}

/// Revoke a tablet
///
/// Revokes a tablet that was lost or returned: it can no longer sync. This is final.
#[utoipa::path(
    tag = "Sync",
    responses((status = 200, description = "The tablet", body = Device)),
    security(("oauth2" = ["access:admin"]))
)]
#[post("/v1/devices/{id}/revoke")]
async fn revoke_device(caller: Caller<AccessAdmin>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            let device = actions::revoke(tx, *id).await?;
            Reply::resource(&device, device.version)
        })
        .await
}
