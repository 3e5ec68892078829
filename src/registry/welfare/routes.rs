//! HTTP routes of welfare snapshots across families.

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
/// Returns the welfare snapshots recorded for families in the caller's regions, with the number of families. Numbers below 10 are
/// suppressed.
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The welfare snapshots", body = WelfareSnapshots)),
    security(("oauth2" = ["stats:read"]))
)]
#[get("/v1/welfare-snapshots")]
async fn list_welfare_snapshots(caller: Caller<StatsRead>, db: Db) -> Result<Reply, Error> {
    Reply::ok(&snapshots::list(&mut db.read().await?, &caller.scope).await?)
}

/// Compare two welfare snapshots
///
/// Creates a job that counts the families that changed decile between two snapshots. The result (`GET /v1/jobs/{id}/result`, JSON) has
/// for each region directly inside the requested one: the families that moved up, moved down or did not change, and a matrix. Rows of
/// the matrix are the earlier deciles, columns the later ones. A cell with 1 to 9 families is suppressed (`null`). Other cells are
/// suppressed with it where its value could be derived from them, also together with the enclosing or inner regions. The sums exclude
/// suppressed cells.
#[utoipa::path(
    tag = "Registry",
    request_body = CompareSnapshots,
    responses((status = 202, description = "The created job", body = Job)),
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
