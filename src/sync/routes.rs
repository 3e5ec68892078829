//! Endpoints of offline synchronization. Tablets and visits have their own files.

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

/// Apply operations recorded offline
///
/// Applies up to 1,000 operations in the given order and returns one result for each. An operation is applied once, however
/// often it is sent, so a batch may be repeated or split.
///
/// A failed operation changes nothing and may be sent again; only operations that depend on it fail with it. If a resource has
/// changed in the meantime, the result contains both sides and nothing is overwritten.
///
/// The tablet's clock may be wrong: the offset is measured from `device_time`, stored with each operation and corrected.
/// Deadlines do not depend on it.
#[utoipa::path(
    tag = "Sync",
    request_body = SyncBatch,
    responses((status = 207, description = "One result per operation", body = SyncAnswer)),
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

/// Read the changes for a tablet
///
/// Returns the families (with their members) and complaints of the tablet's villages that changed since the cursor, each once,
/// in their current state. A resource that was voided, moved away or assigned to another village has `gone: true`.
///
/// If a response was lost, repeat the request with the same cursor. If the tablet's villages have changed, `bundle_required` is
/// true.
#[utoipa::path(
    tag = "Sync",
    params(ChangesQuery),
    responses((status = 200, description = "The changes", body = SyncChanges)),
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
    let params = query.value;
    let limit = params.limit.unwrap_or(changes::MAX_EVENTS);
    if !(1..=changes::MAX_EVENTS).contains(&limit) {
        return Err(Error::about(Code::MALFORMED_PARAMETER, "limit"));
    }
    let mut conn = db.read().await?;
    let (device, scope) = actions::find_own(&mut conn, &caller, params.device_id).await?;
    let keys = tokens.keys().ring();
    Reply::ok(&changes::since(&mut conn, &keys.sealer, device, &scope, &params.cursor, limit, clock.now()).await?)
}

/// Read the initial data of a tablet
///
/// Returns code lists, the regions of the tablet's villages, programmes with their rules, and families and open complaints of
/// the villages, masked. Families are paged by 200. The response is compressed with gzip if the request accepts it.
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
    context: BundleContext,
    query: Query<BundleQuery>,
) -> Result<HttpResponse, Error> {
    let mut conn = db.read().await?;
    let (device, scope) = actions::find_own(&mut conn, &caller, query.value.device_id).await?;
    let after = changes::family_after(&device, query.value.cursor.as_deref())?;
    let keys = context.tokens.keys().ring();
    let now = context.clock.now();
    let sources = Sources { catalogue: &context.catalogue, programs: &context.programs, sealer: &keys.sealer, now };
    let made = bundle::build(&mut conn, &sources, device, &scope, after).await?;
    gzip_if_accepted(&request, Reply::of_content(&made, &versioned_content(&made))?)
}

/// Sources of a bundle besides the database.
struct BundleContext {
    tokens: web::Data<Tokens>,
    clock: web::Data<Clock>,
    catalogue: web::Data<Catalogue>,
    programs: web::Data<ProgramCache>,
}

impl FromRequest for BundleContext {
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

/// The content that determines the version of a bundle. It excludes the position in the feed, which changes with every event.
fn versioned_content(bundle: &SyncBundle) -> SyncBundle {
    let mut device = bundle.device.clone();
    device.last_seen_at = None;
    device.last_skew_ms = None;
    SyncBundle { device, changes_cursor: String::new(), ..bundle.clone() }
}

fn gzip_if_accepted(request: &HttpRequest, reply: Reply) -> Result<HttpResponse, Error> {
    let accepts_gzip = request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    let accepts_gzip =
        accepts_gzip.is_some_and(|v| v.split(',').any(|one| one.trim().starts_with("gzip") && !one.ends_with("q=0")));
    let body = reply.body.clone();
    let mut response = reply.respond_to(request);
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Accept-Encoding"));
    if !accepts_gzip || response.status() == actix_web::http::StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body.as_bytes()).map_err(Error::internal)?;
    let bytes = encoder.finish().map_err(Error::internal)?;
    response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    Ok(response.set_body(BoxBody::new(bytes)))
}
