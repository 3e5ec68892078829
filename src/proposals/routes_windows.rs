//! HTTP routes of the proposal windows. Reading is public.

use actix_web::{get, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::windows::{self, RegistryProposalWindow, RegistryProposalWindows, SetRegistryProposalWindow};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::registry::permissions::RegistryImport;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_registry_proposal_windows)
        .service(get_registry_proposal_window)
        .service(set_registry_proposal_window);
}

/// List the proposal windows
///
/// Lists the window of the current month, the default, and every month with its own window. A window has the days of the month on which
/// each step of a proposal is allowed, in western Indonesia (UTC+7).
#[utoipa::path(
    tag = "Registry proposals",
    responses((status = 200, description = "The windows", body = RegistryProposalWindows)),
    security(())
)]
#[get("/v1/registry-proposal-windows")]
async fn list_registry_proposal_windows(db: Db, log: AccessLog) -> Result<Reply, Error> {
    Reply::ok(&windows::list(&mut db.read().await?, local_day(log.now)).await?)
}

/// Read a month's proposal window
///
/// Returns the window of one month (`YYYY-MM`) or the `default`. A month without its own window shows the days of the default and has
/// version 0.
#[utoipa::path(
    tag = "Registry proposals",
    responses((status = 200, description = "The window", body = RegistryProposalWindow)),
    security(())
)]
#[get("/v1/registry-proposal-windows/{period}")]
async fn get_registry_proposal_window(db: Db, period: Path<String>) -> Result<Reply, Error> {
    let window = windows::find(&mut db.read().await?, &period).await?;
    Reply::resource(&window, window.version)
}

/// Set a month's proposal window
///
/// Sets the window of one month (`YYYY-MM`) or the `default`. It applies to the whole country, so the token must cover the whole
/// country (403 `region-not-granted`). `If-Match` names the version to replace; `"0"` if the month has no own window.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = SetRegistryProposalWindow,
    responses((status = 200, description = "The window", body = RegistryProposalWindow)),
    security(("oauth2" = ["registry:import"]))
)]
#[put("/v1/registry-proposal-windows/{period}")]
async fn set_registry_proposal_window(
    caller: Caller<RegistryImport>,
    write: Write,
    period: Path<String>,
    body: Json<SetRegistryProposalWindow>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let set = windows::set(tx, period.into_inner(), body).await?;
            Reply::resource(&set, set.version)
        })
        .await
}
