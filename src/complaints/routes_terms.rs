//! Routes of complaint terms: the time limits for reporters, set per region.

use actix_web::{delete, get, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::terms::{self, ComplaintTerms, PutComplaintTerms};
use crate::auth::Caller;
use crate::db::Db;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::regions::Place;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(get_complaint_terms).service(put_complaint_terms).service(delete_complaint_terms);
}

/// Read the terms of a region
///
/// Returns how long reporters in the region have to answer a question, to confirm a resolution and to ask for
/// reopening, and which region set these terms: this one, or the nearest region that contains it. Public. The response
/// has an `ETag` only if the region set its own terms.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 200, description = "The terms in force in the region", body = ComplaintTerms)),
    security(())
)]
#[get("/v1/complaint-terms/{region_code}")]
async fn get_complaint_terms(db: Db, region_code: Path<String>) -> Result<Reply, Error> {
    let place = Place::parse(&region_code)?;
    let found = terms::effective(&mut *db.read().await?, &place).await?;
    if found.version == 0 { Reply::ok(&found) } else { Reply::resource(&found, found.version) }
}

/// Set the terms of a region
///
/// Sets the terms for the region and for the regions inside it that have set none. Time limits that are already running
/// do not change; a request to reopen uses the terms of the day of the request. `If-Match` names the version to
/// replace, `"0"` if the region has set none. The region `ID` needs a token for the whole country.
#[utoipa::path(
    tag = "Service levels",
    request_body = PutComplaintTerms,
    responses(
        (status = 201, description = "The terms, set for the first time", body = ComplaintTerms),
        (status = 200, description = "The replaced terms", body = ComplaintTerms)
    ),
    security(("oauth2" = ["directory:write"]))
)]
#[put("/v1/complaint-terms/{region_code}")]
async fn put_complaint_terms(
    caller: Caller<DirectoryWrite>,
    write: Write,
    region_code: Path<String>,
    body: Json<PutComplaintTerms>,
) -> Result<Reply, Error> {
    let place = Place::parse(&region_code)?;
    write
        .run(&caller, body.digest(), async move |tx| {
            let (set, new) = terms::put(tx, &place, body).await?;
            if new {
                Reply::created(&set, set.version, format!("/v1/complaint-terms/{}", set.region_code))
            } else {
                Reply::resource(&set, set.version)
            }
        })
        .await
}

/// Remove the terms of a region
///
/// Removes the region's own terms; those of the nearest region that contains it apply again. The terms of the country
/// cannot be removed (409 `terms-of-last-resort`).
#[utoipa::path(
    tag = "Service levels",
    responses((status = 204, description = "The terms are removed")),
    security(("oauth2" = ["directory:write"]))
)]
#[delete("/v1/complaint-terms/{region_code}")]
async fn delete_complaint_terms(
    caller: Caller<DirectoryWrite>,
    write: Write,
    region_code: Path<String>,
) -> Result<Reply, Error> {
    let place = Place::parse(&region_code)?;
    write
        .act(&caller, async move |tx| {
            terms::remove(tx, &place).await?;
            Ok(Reply::no_content())
        })
        .await
}
