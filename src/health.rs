//! Liveness and readiness for an orchestrator, without a token.

use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::Db;

pub fn configure(config: &mut ServiceConfig) {
    config.service(get_liveness).service(get_readiness);
}

/// Health of the service (draft-inadarei-api-health-check).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `pass`, or `fail` if the service is not ready.
    #[schema(example = "pass")]
    pub status: String,
    /// Version of the service.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// Reasons for `fail`; absent with `pass`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Number of this binary's migrations that the database does not have yet, counted at the start.
#[derive(Debug, Default)]
pub struct PendingMigrations(pub AtomicUsize);

fn respond(notes: Vec<String>) -> HttpResponse {
    let (status, word) =
        if notes.is_empty() { (StatusCode::OK, "pass") } else { (StatusCode::SERVICE_UNAVAILABLE, "fail") };
    let health = Health { status: word.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), notes };
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("application/health+json")
        .body(serde_json::to_string(&health).unwrap_or_default())
}

/// Check liveness
///
/// Returns 200 as long as the process runs, with or without a database.
#[utoipa::path(
    tag = "Service",
    responses((status = 200, description = "The process runs", body = Health, content_type = "application/health+json")),
    security(())
)]
#[get("/livez")]
async fn get_liveness() -> HttpResponse {
    respond(Vec::new())
}

/// Check readiness
///
/// Returns 200 if the database answers and all migrations of this version have run, else 503 with the reasons in `notes`.
#[utoipa::path(
    tag = "Service",
    responses(
        (status = 200, description = "The service is ready", body = Health, content_type = "application/health+json"),
        (status = 503, description = "The service is not ready; `notes` has the reasons", body = Health, content_type = "application/health+json")
    ),
    security(())
)]
#[get("/readyz")]
async fn get_readiness(db: Db, pending: web::Data<PendingMigrations>) -> HttpResponse {
    let mut notes = Vec::new();
    let reached = db.ping().await;
    if !reached {
        notes.push("the database does not answer".to_owned());
    }
    match pending.0.load(Ordering::Relaxed) {
        0 => {}
        count => notes.push(format!("{count} migrations have not run; run `slrt migrate`")),
    }
    respond(notes)
}
