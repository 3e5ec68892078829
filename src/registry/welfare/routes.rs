//! The endpoints of rankings as wholes.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::Caller;
use crate::auth::permissions::StatsRead;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::reply::Reply;
use crate::jobs::actions::accepted;
use crate::jobs::api::Job;
use crate::registry::welfare::snapshots::{self, CompareSnapshots, WelfareSnapshots};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_welfare_snapshots).service(compare_welfare_snapshots);
}

/// List welfare snapshots
///
/// Which rankings were entered for families of the caller's regions, and for how many. Fewer than ten are not told.
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The rankings", body = WelfareSnapshots)),
    security(("oauth2" = ["stats:read"]))
)]
#[get("/v1/welfare-snapshots")]
async fn list_welfare_snapshots(caller: Caller<StatsRead>, db: Db) -> Result<Reply, Error> {
    Reply::ok(&snapshots::list(&mut db.read().await?, &caller.scope).await?)
}

/// Compare two welfare snapshots
///
/// A job whose result (`GET /v1/jobs/{id}/result`, JSON) has, for each region directly inside the one asked for, how many families
/// moved up, down or not at all, and a matrix: rows are the deciles before, columns those after. A cell with fewer than ten families
/// is `null`, and so are others from which one could be reckoned, with the regions around and inside; the sums leave them out.
#[utoipa::path(
    tag = "Registry",
    request_body = CompareSnapshots,
    responses((status = 202, description = "The job that compares", body = Job)),
    security(("oauth2" = ["stats:read"]))
)]
#[post("/v1/welfare-snapshots/compare")]
async fn compare_welfare_snapshots(
    caller: Caller<StatsRead>,
    write: Write,
    body: Json<CompareSnapshots>,
) -> Result<Reply, Error> {
    write.run(&caller, body.digest(), async move |tx| accepted(&snapshots::start(tx, body.valid()?).await?)).await
}
