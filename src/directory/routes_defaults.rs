//! Default routing.

use actix_web::{delete, get, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::defaults::{self, PutRoutingDefault, RoutingDefault, RoutingDefaultList};
use super::model::Sector;
use crate::auth::Caller;
use crate::db::Db;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Error;
use crate::http::json::{Json, sha256};
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::regions::Place;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_routing_defaults)
        .service(get_routing_default)
        .service(put_routing_default)
        .service(delete_routing_default);
}

/// List default routing
///
/// Where needs of each sector go by default in a region, set there or in the nearest region around it. Public, as the
/// directory is.
#[utoipa::path(
    tag = "Directory",
    responses((status = 200, description = "The defaults", body = RoutingDefaultList)),
    security(())
)]
#[get("/v1/routing-defaults/{region_code}")]
async fn list_routing_defaults(db: Db, region_code: Path<String>) -> Result<Reply, Error> {
    let place = Place::parse(&region_code)?;
    let items = defaults::effective(&mut *db.read().await?, &place, None).await?;
    Reply::ok(&RoutingDefaultList { items })
}

/// Read a default route
///
/// What holds in the region for that sector, and where it was set. There is an `ETag` only when the region itself set it.
#[utoipa::path(
    tag = "Directory",
    responses((status = 200, description = "The default", body = RoutingDefault)),
    security(())
)]
#[get("/v1/routing-defaults/{region_code}/{sector}")]
async fn get_routing_default(db: Db, path: Path<(String, Sector)>) -> Result<Reply, Error> {
    let (region, sector) = path.into_inner();
    let place = Place::parse(&region)?;
    let found = defaults::effective(&mut *db.read().await?, &place, Some(sector)).await?.pop();
    let found = found.ok_or_else(Error::not_found)?;
    if found.version == 0 { Reply::ok(&found) } else { Reply::resource(&found, found.version) }
}

/// Set a default route
///
/// A regency (or a wider region) says where needs of a sector go first, for itself and everything inside. `If-Match` names the
/// version that is to be replaced, `"0"` while the region has set none. `ID` takes a token for the whole country.
#[utoipa::path(
    tag = "Directory",
    request_body = PutRoutingDefault,
    responses(
        (status = 201, description = "The default, set for the first time", body = RoutingDefault),
        (status = 200, description = "The default, replaced", body = RoutingDefault)
    ),
    security(("oauth2" = ["directory:write"]))
)]
#[put("/v1/routing-defaults/{region_code}/{sector}")]
async fn put_routing_default(
    caller: Caller<DirectoryWrite>,
    write: Write,
    path: Path<(String, Sector)>,
    body: Json<PutRoutingDefault>,
) -> Result<Reply, Error> {
    let (region, sector) = path.into_inner();
    let place = Place::parse(&region)?;
    write
        .run(&caller, body.digest(), async move |tx| {
            let (set, new) = defaults::put(tx, &place, sector, body).await?;
            if new {
                Reply::created(&set, set.version, format!("/v1/routing-defaults/{region}/{sector}"))
            } else {
                Reply::resource(&set, set.version)
            }
        })
        .await
}

/// Remove a default route
///
/// What the nearest region around has set holds again.
#[utoipa::path(
    tag = "Directory",
    responses((status = 204, description = "It is removed")),
    security(("oauth2" = ["directory:write"]))
)]
#[delete("/v1/routing-defaults/{region_code}/{sector}")]
async fn delete_routing_default(
    caller: Caller<DirectoryWrite>,
    write: Write,
    path: Path<(String, Sector)>,
) -> Result<Reply, Error> {
    let (region, sector) = path.into_inner();
    let place = Place::parse(&region)?;
    write
        .run(&caller, sha256(b""), async move |tx| {
            defaults::remove(tx, &place, sector).await?;
            Ok(Reply::no_content())
        })
        .await
}
