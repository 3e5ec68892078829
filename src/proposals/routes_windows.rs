//! The calendar of proposals: public to read.

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
/// The days of this month on which each step of a proposal is taken, the default, and every month with a calendar of its own. Days
/// are those of western Indonesia (UTC+7).
#[utoipa::path(
    tag = "Registry proposals",
    responses((status = 200, description = "The calendars", body = RegistryProposalWindows)),
    security(())
)]
#[get("/v1/registry-proposal-windows")]
async fn list_registry_proposal_windows(db: Db, log: AccessLog) -> Result<Reply, Error> {
    Reply::ok(&windows::list(&mut db.read().await?, local_day(log.now)).await?)
}

/// Read a month's proposal window
///
/// `default`, or a month as `YYYY-MM`; a month without a calendar of its own shows the default's days and has version 0.
#[utoipa::path(
    tag = "Registry proposals",
    responses((status = 200, description = "The calendar", body = RegistryProposalWindow)),
    security(())
)]
#[get("/v1/registry-proposal-windows/{period}")]
async fn get_registry_proposal_window(db: Db, period: Path<String>) -> Result<Reply, Error> {
    let window = windows::find(&mut db.read().await?, &period).await?;
    Reply::resource(&window, window.version)
}

/// Set a month's proposal window
///
/// For one month or as the default. The calendar holds for the whole country, so the token must cover it.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = SetRegistryProposalWindow,
    responses((status = 200, description = "The calendar", body = RegistryProposalWindow)),
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
