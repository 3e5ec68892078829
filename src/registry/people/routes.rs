//! Endpoints of families and their welfare snapshots. Those of persons are in `routes_persons`.

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::local_day;
use crate::db::Db;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::registry::people::actions;
use crate::registry::people::api::{CreateFamily, CreateWelfareStatus, FamilyLookup};
use crate::registry::people::create;
use crate::registry::people::responses::{Family, FamilyMatches, WelfareStatus};
use crate::registry::people::viewer::Viewer;
use crate::registry::permissions::{RegistryImport, RegistryRead, RegistryWrite};
use crate::registry::rows::Household;
use crate::registry::welfare::statuses;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(create_family)
        .service(look_up_family)
        .service(get_family)
        .service(list_welfare_statuses)
        .service(create_welfare_status);
    super::routes_persons::configure(config);
    super::routes_changes::configure(config);
    super::routes_lists::configure(config);
}

/// Create a family
///
/// Creates a family with all its members, in a village within the caller's regions. NIKs and card numbers are stored
/// encrypted; the response always masks them. A repeated request with the same id and body gets 200 and the stored
/// family. A NIK or family card number that belongs to another person or family gets 409 `identity-in-use`.
#[utoipa::path(
    tag = "Registry",
    request_body = CreateFamily,
    responses(
        (status = 201, description = "The family", body = Family),
        (status = 200, description = "The family, created before with the same id and body", body = Family),
    ),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families")]
async fn create_family(caller: Caller<RegistryWrite>, write: Write, body: Json<CreateFamily>) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            create::create_family(tx, body.valid()?, digest)
                .await?
                .reply(|family| (family.version, format!("/v1/families/{}", family.id)))
        })
        .await
}

/// Find a family by a number
///
/// Finds a family by the NIK of any member or by its card number: exactly one of them, in the body, never in a URL.
/// Returns the family or an empty list; a family outside the caller's regions is not found. The response is masked
/// unless the token carries `pii:reveal`, which requires `Access-Purpose` and writes an access record.
#[utoipa::path(
    tag = "Registry",
    request_body = FamilyLookup,
    responses((status = 200, description = "The family, if there is one", body = FamilyMatches)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[post("/v1/families/lookup")]
async fn look_up_family(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    body: Json<FamilyLookup>,
) -> Result<Reply, Error> {
    let revealed = caller.reveal()?;
    let (keys, today) = (tokens.keys().ring(), local_day(log.now));
    let mut conn = db.read().await?;
    let found = actions::look_up_family(&mut conn, &keys.sealer, &caller.scope, body.valid()?, today).await?;
    if let (Some(purpose), Some(home)) = (revealed, &found) {
        home.require_open_for(purpose)?;
        log.record(&mut conn, &caller, purpose, &all_of(home)).await?;
    }
    let viewer = Viewer::of(&caller, &keys.sealer, revealed.is_some());
    let items = found.map(|home| viewer.family(home)).transpose()?.into_iter().collect();
    Reply::ok(&FamilyMatches { items })
}

/// Access records for the family and each member, so that each person can see who accessed their data.
fn all_of(home: &Household) -> Vec<Revealed<'_>> {
    let family = Revealed { kind: "family", id: home.family.id, region_code: &home.family.region_code };
    std::iter::once(family)
        .chain(home.members.iter().map(|m| Revealed { kind: "person", id: m.id, region_code: &m.region_code }))
        .collect()
}

/// Read a family
///
/// Returns the family with its members, dwelling, programmes and latest welfare status. The response is masked unless
/// the token carries `pii:reveal`, which requires `Access-Purpose` and writes an access record for the family and each
/// member.
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The family", body = Family)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/families/{id}")]
async fn get_family(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let revealed = caller.reveal()?;
    let mut conn: Connection = db.read().await?;
    let home = actions::find_household(&mut conn, &caller.scope, *id, local_day(log.now)).await?;
    let home = home.ok_or_else(Error::not_found)?;
    if let Some(purpose) = revealed {
        home.require_open_for(purpose)?;
        log.record(&mut conn, &caller, purpose, &all_of(&home)).await?;
    }
    let keys = tokens.keys().ring();
    let viewer = Viewer::of(&caller, &keys.sealer, revealed.is_some());
    let family = viewer.family(home)?;
    Reply::resource(&family, family.version)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WelfareStatusQuery {
    /// Cursor of the next page, from `next_cursor` of the previous response.
    pub cursor: Option<String>,
    /// Snapshots per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// List a family's welfare statuses
///
/// Lists all welfare snapshots of the family, oldest entry first. A snapshot never changes.
#[utoipa::path(
    tag = "Registry",
    params(WelfareStatusQuery),
    responses((status = 200, description = "A page of snapshots", body = Page<WelfareStatus>)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/families/{id}/welfare-statuses")]
async fn list_welfare_statuses(
    caller: Caller<RegistryRead>,
    db: Db,
    id: Path<Uuid>,
    query: Query<WelfareStatusQuery>,
) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    Reply::ok(&statuses::list_statuses(&mut db.read().await?, &caller.scope, *id, &page).await?)
}

/// Add a welfare status
///
/// Adds a welfare snapshot: the ranking of the family by a registry source at one time. For systems that load rankings:
/// a desk does not set a decile, it proposes or disputes one. The same source and version with the same content again
/// gets 200, with different content 409. If the decile changed, the event `welfare_status.changed` gives the direction.
/// The `ETag` is that of the family.
#[utoipa::path(
    tag = "Registry",
    request_body = CreateWelfareStatus,
    responses(
        (status = 201, description = "The snapshot", body = WelfareStatus),
        (status = 200, description = "The snapshot, added before with the same content", body = WelfareStatus),
    ),
    security(("oauth2" = ["registry:import"]))
)]
#[post("/v1/families/{id}/welfare-statuses")]
async fn create_welfare_status(
    caller: Caller<RegistryImport>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CreateWelfareStatus>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    write
        .run(&caller, body.digest(), async move |tx| {
            let (status, version) = statuses::add_status(tx, id, body).await?;
            status.reply(|_| (version, format!("/v1/families/{id}/welfare-statuses")))
        })
        .await
}
