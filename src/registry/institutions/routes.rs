//! HTTP routes of stays in institutions, and of the residence map.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::permissions::StatsRead;
use crate::auth::tokens::Tokens;
use crate::clock::{Clock, local_day};
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::registry::institutions::residences::{
    self, AddResidence, EndResidence, ResidenceMap, ResidenceMapQuery, Residences,
};
use crate::registry::people::viewer::Viewer;
use crate::registry::permissions::{RegistryRead, RegistryWrite};
use crate::registry::privacy::limits;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_residences).service(add_residence).service(end_residence).service(get_residence_map);
}

/// List a person's stays in institutions
///
/// Returns the person's stays, latest first. The institution and its exact place are shown if the token has `pii:reveal` and the request
/// sends `Access-Purpose`; this creates an access record. Stays in a rehabilitation centre are shown only with `cases:restricted`.
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The stays", body = Residences)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/persons/{id}/residences")]
async fn list_residences(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let purpose = caller.reveal_if_asked()?;
    let mut conn = db.read().await?;
    let (region_code, rows) = residences::list(&mut conn, &caller.scope, *id).await?;
    if let Some(purpose) = purpose {
        limits::require_open(&mut conn, &[*id], &[], purpose).await?;
        let target = Revealed { kind: "person", id: *id, region_code: &region_code };
        log.record(&mut conn, &caller, purpose, &[target]).await?;
    }
    let keys = tokens.keys().ring();
    Reply::ok(&residences::show(&Viewer::of(&caller, &keys.sealer, purpose.is_some()), rows))
}

/// Add a stay in an institution
///
/// Adds a stay, for example in a children's home, a foundation or a home for the elderly. Give the institution by its directory id or
/// by name. A stay must not overlap another stay of the same person (422 `overlaps`).
#[utoipa::path(
    tag = "Registry",
    request_body = AddResidence,
    responses((status = 200, description = "All stays", body = Residences)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/add-residence")]
async fn add_residence(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AddResidence>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&residences::add(tx, id, body).await?)).await
}

/// End a stay in an institution
///
/// Sets the last day of an open stay. The stay remains in the list.
#[utoipa::path(
    tag = "Registry",
    request_body = EndResidence,
    responses((status = 200, description = "All stays", body = Residences)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/end-residence")]
async fn end_residence(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<EndResidence>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&residences::end(tx, id, body).await?)).await
}

/// Read the residence map
///
/// Returns how many people live in institutions today, for each part of a region within the caller's regions and each kind of
/// institution. Counts below 10 are suppressed. Other counts are suppressed with them where a suppressed count could be derived from
/// published counts of the enclosing or inner regions, in this response or another one. Contains no personal data.
#[utoipa::path(
    tag = "Registry",
    params(ResidenceMapQuery),
    responses((status = 200, description = "The counts", body = ResidenceMap)),
    security(("oauth2" = ["stats:read"]))
)]
#[get("/v1/residence-map")]
async fn get_residence_map(
    caller: Caller<StatsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<ResidenceMapQuery>,
) -> Result<Reply, Error> {
    let today = local_day(clock.now());
    Reply::ok(&residences::map(&mut db.read().await?, &caller.scope, &query.value, today).await?)
}
