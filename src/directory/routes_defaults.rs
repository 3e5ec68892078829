//! HTTP routes of default routing.

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

/// List default routes
///
/// Lists, for each sector, the service to which needs in this region are referred first. The default is the region's own or is
/// inherited from the nearest region that contains it. Public: needs no token.
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
/// Returns the default that applies in the region for this sector, and the region that set it. The response has an `ETag` only if the
/// region itself set it.
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
/// Sets the service to which needs of a sector are referred first, for a region and all regions inside it. `If-Match` names the version
/// to replace; `"0"` if the region has no own default. `ID` needs a token for the whole country.
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
/// Removes the region's own default. Then the default of the nearest region that contains it applies.
#[utoipa::path(
    tag = "Directory",
    responses((status = 204, description = "Removed")),
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
