//! Endpoints of imports.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::api::{ImportColumns, ImportKinds, ImportQuery};
use super::model::{ImportKind, OnConflict, OnFault};
use super::run::ImportParams;
use super::upload::{ImportLimit, Store, file_of};
use super::{actions, columns};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::sha256;
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::jobs::actions::accepted;
use crate::jobs::api::Job;
use crate::jobs::files;
use crate::registry::permissions::RegistryImport;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(import_file).service(list_import_kinds).service(get_import_template);
    super::routes_export::configure(config);
}

/// What the service needs to receive a file.
#[derive(Clone)]
pub struct Intake {
    pub tokens: web::Data<Tokens>,
    pub clock: web::Data<Clock>,
    pub limit: ImportLimit,
}

/// Import a file
///
/// Stores a CSV or NDJSON file and enqueues a job that imports it. The answer is 202 with the job.
///
/// Send the file as the body or as the part `file` of a form, plain or gzip, at most 2,000,000 rows. CSV is UTF-8 with comma,
/// semicolon or tab. An NDJSON line gives each field as the text of a CSV cell or in its own type (number, boolean, array of
/// texts); null, absent and empty text are an empty cell.
///
/// The job first validates the whole file against the rules of the single operations and the registry, within the caller's
/// regions, and only then writes. A file that cannot be parsed to its end is refused at once, with the line. Each error of a
/// row is one line of the job's problem file.
///
/// An import publishes one event, `job.succeeded`, and one `welfare_status.changed` for each family whose decile changed. The
/// kinds `organizations` and `services` also need `directory:write`.
#[utoipa::path(
    tag = "Imports",
    params(ImportQuery),
    request_body(content(
        (String = "text/csv", example = "family_card_no,nik,full_name,sex,relation_to_head\r\n3204051506109001,3204051203809001,Asep Hidayat,male,head\r\n"),
        (String = "application/x-ndjson", example = "{\"family_card_no\":\"3204051506109001\",\"full_name\":\"Asep Hidayat\",\"sex\":\"male\",\"relation_to_head\":\"head\"}\n"),
        (Object = "multipart/form-data")
    )),
    responses((status = 202, description = "The job that imports the file", body = Job)),
    security(("oauth2" = ["registry:import"]))
)]
#[post("/v1/imports")]
async fn import_file(
    caller: Caller<RegistryImport>,
    db: Db,
    query: Query<ImportQuery>,
    write: Write,
    intake: web::Data<Intake>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<Reply, Error> {
    let ImportQuery { kind, on_conflict, on_fault, dry_run } = query.value;
    caller.require(kind.permission())?;
    let (format, pieces) = file_of(&request, payload).await?;
    let params = ImportParams {
        kind,
        format,
        on_conflict: on_conflict.unwrap_or(OnConflict::Skip),
        on_fault: on_fault.unwrap_or(OnFault::Refuse),
        dry_run: dry_run.unwrap_or(false),
    };
    let store = Store { db: db.clone(), keys: intake.tokens.keys().ring(), now: intake.clock.now() };
    let upload = store.receive(pieces, kind, format, intake.limit).await?;
    let id = upload.id;
    let encoded = serde_json::to_vec(&params).map_err(Error::internal)?;
    let digest = sha256(&[encoded.as_slice(), &upload.digest].concat());
    let reply = write
        .run(&caller, digest, async move |tx| {
            let job = actions::start(tx, params, &upload).await?;
            accepted(&job)
        })
        .await;
    // A replayed request returns the job of the first request; the second copy of the file is not needed.
    if reply.as_ref().map_or(true, |reply| reply.replayed) {
        files::discard(&db, id).await?;
    }
    reply
}

/// List the column sets
///
/// Lists the columns of each kind of file: which are required, and what each contains.
#[utoipa::path(
    tag = "Imports",
    responses((status = 200, description = "The column sets", body = ImportKinds)),
    security(("oauth2" = ["registry:import"]))
)]
#[get("/v1/imports/kinds")]
async fn list_import_kinds(_caller: Caller<RegistryImport>) -> Result<Reply, Error> {
    Reply::ok(&ImportKinds { items: ImportKind::ALL.iter().map(|kind| ImportColumns::of(*kind)).collect() })
}

/// Download a template
///
/// Returns a CSV file with the header of this kind and one fictitious row.
#[utoipa::path(
    tag = "Imports",
    params(("kind" = ImportKind, Path, description = "Kind of the rows.")),
    responses((status = 200, description = "The template", body = String, content_type = "text/csv",
        example = "family_card_no,decile\r\n")),
    security(("oauth2" = ["registry:import"]))
)]
#[get("/v1/imports/templates/{kind}")]
async fn get_import_template(_caller: Caller<RegistryImport>, kind: Path<ImportKind>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "private, max-age=3600"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{kind}.csv\"", kind = *kind)))
        .body(columns::template(*kind))
}
