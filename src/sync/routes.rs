//! Offline work: bring home what was recorded, fetch what changed. Tablets and visits stand beside.

use std::io::Write as _;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder as _, get, post, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_actix_web::service_config::ServiceConfig;

use super::api::{BundleQuery, ChangesQuery, SyncAnswer, SyncBatch, SyncBundle, SyncChanges};
use super::bundle::{self, Sources};
use super::{actions, apply, changes, routes_devices, routes_visits};
use crate::attachments::storage::Storage;
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::Clock;
use crate::complaints::permissions::{ComplaintsRead, ComplaintsSubmit};
use crate::db::Db;
use crate::eligibility::cache::ProgramCache;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::reference::catalogue::Catalogue;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(apply_sync_batch).service(get_sync_changes).service(get_sync_bundle);
    routes_devices::configure(config);
    routes_visits::configure(config);
}

/// Bring home what was recorded offline
///
/// Up to 1,000 operations in the tablet's order, one result each. An operation is done once, however often it is sent: a batch may
/// be cut, repeated and sent in pieces. One that fails holds up only those that depend on it, changes nothing and may be
/// sent again; where something newer stands in its way, both sides come back and nothing is overwritten. The tablet's clock
/// may be wrong: how far it is off is measured from `device_time`, kept with each operation, and corrected; no deadline
/// hangs on it.
#[utoipa::path(
    tag = "Sync",
    request_body = SyncBatch,
    responses((status = 207, description = "One result an operation", body = SyncAnswer)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/sync")]
async fn apply_sync_batch(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    storage: web::Data<Storage>,
    body: Json<SyncBatch>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            Reply::multi_status(&apply::apply(tx, &storage, body.valid()?).await?)
        })
        .await
}

/// Fetch what changed for a tablet
///
/// Families (with their members) and complaints of its villages that changed since the cursor, each once, as they are now. What
/// was voided, moved away or handed to another village comes as `gone`. An answer that was lost is simply asked for again
/// with the same cursor. When the tablet was assigned other villages, `bundle_required` says so.
#[utoipa::path(
    tag = "Sync",
    params(ChangesQuery),
    responses((status = 200, description = "What changed", body = SyncChanges)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/sync/changes")]
async fn get_sync_changes(
    caller: Caller<ComplaintsRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    clock: web::Data<Clock>,
    query: Query<ChangesQuery>,
) -> Result<Reply, Error> {
    let asked = query.value;
    let limit = asked.limit.unwrap_or(changes::LIMIT);
    if !(1..=changes::LIMIT).contains(&limit) {
        return Err(Error::about(Code::MALFORMED_PARAMETER, "limit"));
    }
    let mut conn = db.read().await?;
    let (device, scope) = actions::find_own(&mut conn, &caller, asked.device_id).await?;
    let keys = tokens.keys().ring();
    Reply::ok(&changes::since(&mut conn, &keys.sealer, device, &scope, &asked.cursor, limit, clock.now()).await?)
}

/// Fetch what a tablet needs for its first day
///
/// Code lists, the regions of its villages, the programmes with their rules, families and open complaints of the villages, masked.
/// Families come 200 a page. Packed with gzip when the request takes it.
#[utoipa::path(
    tag = "Sync",
    params(BundleQuery),
    responses((status = 200, description = "The bundle", body = SyncBundle)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/sync/bundle")]
async fn get_sync_bundle(
    caller: Caller<ComplaintsRead>,
    request: HttpRequest,
    db: Db,
    stock: Stock,
    query: Query<BundleQuery>,
) -> Result<HttpResponse, Error> {
    let mut conn = db.read().await?;
    let (device, scope) = actions::find_own(&mut conn, &caller, query.value.device_id).await?;
    let after = changes::family_after(&device, query.value.cursor.as_deref())?;
    let keys = stock.tokens.keys().ring();
    let now = stock.clock.now();
    let sources = Sources { catalogue: &stock.catalogue, programs: &stock.programs, sealer: &keys.sealer, now };
    let made = bundle::make(&mut conn, &sources, device, &scope, after).await?;
    packed(&request, Reply::of_content(&made, &content_of(&made))?)
}

/// What a bundle takes from beside the database.
struct Stock {
    tokens: web::Data<Tokens>,
    clock: web::Data<Clock>,
    catalogue: web::Data<Catalogue>,
    programs: web::Data<ProgramCache>,
}

impl FromRequest for Stock {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let made = || {
            Some(Self {
                tokens: request.app_data::<web::Data<Tokens>>()?.clone(),
                clock: request.app_data::<web::Data<Clock>>()?.clone(),
                catalogue: request.app_data::<web::Data<Catalogue>>()?.clone(),
                programs: request.app_data::<web::Data<ProgramCache>>()?.clone(),
            })
        };
        std::future::ready(made().ok_or_else(|| Error::internal("the application state is incomplete")))
    }
}

/// What the version of a bundle hangs on: all but the place in the feed, which moves with every event anywhere.
fn content_of(bundle: &SyncBundle) -> SyncBundle {
    let mut device = bundle.device.clone();
    device.last_seen_at = None;
    device.last_skew_ms = None;
    SyncBundle { device, changes_cursor: String::new(), ..bundle.clone() }
}

fn packed(request: &HttpRequest, reply: Reply) -> Result<HttpResponse, Error> {
    let takes = request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    let takes = takes.is_some_and(|v| v.split(',').any(|one| one.trim().starts_with("gzip") && !one.ends_with("q=0")));
    let body = reply.body.clone();
    let mut response = reply.respond_to(request);
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Accept-Encoding"));
    if !takes || response.status() == actix_web::http::StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body.as_bytes()).map_err(Error::internal)?;
    let bytes = encoder.finish().map_err(Error::internal)?;
    response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    Ok(response.set_body(BoxBody::new(bytes)))
}
