//! How long a reporter has, region by region.

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
/// How long reporters there have to answer a question, to confirm a resolution and to ask for reopening, and which region
/// set it: this one, or the nearest around it. Public. There is an `ETag` only when the region itself set them.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 200, description = "The terms that hold there", body = ComplaintTerms)),
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
/// For the region and everything inside that has set none itself. A wait that has begun keeps its end; reopening is judged by
/// the terms of its day. `If-Match` names the version that is to be replaced, `"0"` while the region has set none. `ID` takes a
/// token for the whole country.
#[utoipa::path(
    tag = "Service levels",
    request_body = PutComplaintTerms,
    responses(
        (status = 201, description = "The terms, set for the first time", body = ComplaintTerms),
        (status = 200, description = "The terms, replaced", body = ComplaintTerms)
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
/// What the nearest region around has set holds again. The country's cannot be removed (409 `terms-of-last-resort`).
#[utoipa::path(
    tag = "Service levels",
    responses((status = 204, description = "They are removed")),
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
