//! Endpoints of the registry: families and their welfare snapshots here, persons beside.

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
use crate::registry::people::create::{self, Made};
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

/// Enter a family
///
/// Enters a family with everybody who belongs to it, in a village within the caller's regions. Numbers are kept sealed; the answer
/// shows them masked, whoever asks. The same id and body again is answered with 200 and the stored family. A NIK or family
/// card number that belongs to somebody else is refused with 409 `identity-in-use`.
#[utoipa::path(
    tag = "Registry",
    request_body = CreateFamily,
    responses(
        (status = 201, description = "The family", body = Family),
        (status = 200, description = "The family, entered before with the same id and body", body = Family),
    ),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families")]
async fn create_family(caller: Caller<RegistryWrite>, write: Write, body: Json<CreateFamily>) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| match create::create_family(tx, body.valid()?, digest).await? {
            Made::New(family) => Reply::created(&family, family.version, format!("/v1/families/{}", family.id)),
            Made::Before(family) => repeat(&family, family.version),
        })
        .await
}

/// Nothing was changed: the answer tells what is stored.
pub(in crate::registry) fn repeat<T: serde::Serialize>(stored: &T, version: i32) -> Result<Reply, Error> {
    Ok(Reply::resource(stored, version)?.unchanged())
}

/// Find a family by a number
///
/// By the NIK of any member or by the number of the family card: exactly one of them, in the body, never in an address.
/// Answers with the family or with nothing; a family outside the caller's regions is nothing. Masked unless the token
/// carries `pii:reveal`, which needs `Access-Purpose` and leaves an access record.
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

/// The family and each member, so that everybody can learn who looked.
fn all_of(home: &Household) -> Vec<Revealed<'_>> {
    let family = Revealed { kind: "family", id: home.family.id, region_code: &home.family.region_code };
    std::iter::once(family)
        .chain(home.members.iter().map(|m| Revealed { kind: "person", id: m.id, region_code: &m.region_code }))
        .collect()
}

/// Read a family
///
/// The family with its members, dwelling, programmes and latest welfare status. Masked unless the token carries `pii:reveal`,
/// which needs `Access-Purpose` and leaves an access record for the family and each member.
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
    /// Where to read on.
    pub cursor: Option<String>,
    /// Snapshots a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// List a family's welfare statuses
///
/// Every snapshot entered for the family, in order of entry. A snapshot is never changed: what one source said at one time stays.
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
/// For whoever loads what a source says: a desk sets no decile, it proposes and disputes.
/// Enters what a registry source said of the family at a time. The same source and version again with the same content is answered
/// with 200, with other content with 409. When the decile moved, the event `welfare_status.changed` tells the direction. The
/// `ETag` is the family's.
#[utoipa::path(
    tag = "Registry",
    request_body = CreateWelfareStatus,
    responses(
        (status = 201, description = "The snapshot", body = WelfareStatus),
        (status = 200, description = "The snapshot, entered before with the same content", body = WelfareStatus),
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
        .run(&caller, body.digest(), async move |tx| match statuses::add_status(tx, id, body).await? {
            (Made::New(status), version) => {
                Reply::created(&status, version, format!("/v1/families/{id}/welfare-statuses"))
            }
            (Made::Before(status), version) => repeat(&status, version),
        })
        .await
}
