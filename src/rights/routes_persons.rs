//! What is done to a person's data for the person's sake: shown whole, corrected, restricted, erased.

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{
    AccessRecord, AccessRecordQuery, CorrectPerson, CorrectedPerson, ErasePerson, ErasedPerson, ExportFormat,
    LiftRestriction, ProcessingRestriction, ProcessingRestrictions, RestrictProcessing, SubjectExportQuery,
};
use super::export::{self, SubjectExport};
use super::{actions, erase, html, store};
use crate::attachments::storage::Storage;
use crate::auth::Caller;
use crate::auth::caller::AccessPurpose;
use crate::auth::permissions::PiiReveal;
use crate::db::Db;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::registry;
use crate::registry::permissions::{RegistryRead, RegistryWrite};
use crate::transaction::Write;

/// The page carries its own style and nothing else, and nobody may frame it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(export_subject)
        .service(list_access_records)
        .service(correct_person)
        .service(restrict_processing)
        .service(lift_restriction)
        .service(list_restrictions)
        .service(erase_person);
}

/// Export a person's data
///
/// All that is held on the person, in the clear: as one JSON document, or with `format=html` as one page in Indonesian that can be
/// printed and handed over. Needs `Access-Purpose: subject_request` (400 `purpose-required` without) and leaves an access
/// record. Another reporter is not named.
#[utoipa::path(
    tag = "Subject rights",
    params(SubjectExportQuery),
    responses((status = 200, description = "All that is held", content(
        (SubjectExport = "application/json"), (String = "text/html", example = json!("<!doctype html>"))
    ))),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["pii:reveal"]))
)]
#[get("/v1/persons/{id}/subject-export")]
async fn export_subject(
    request: HttpRequest,
    caller: Caller<PiiReveal>,
    write: Write,
    id: Path<Uuid>,
    query: Query<SubjectExportQuery>,
) -> Result<HttpResponse, Error> {
    if caller.reveal()? != Some(AccessPurpose::SubjectRequest) {
        return Err(Error::new(Code::PURPOSE_REQUIRED));
    }
    let as_page = query.value.format == ExportFormat::Html;
    let reply = write
        .read_marking(&caller, async move |tx| {
            let found = export::gather(tx, *id).await?;
            let region = found.family.region_code.clone();
            tx.record_access("person.export", "person", *id, &region, AccessPurpose::SubjectRequest.as_str());
            let body =
                if as_page { html::page(&found) } else { serde_json::to_string(&found).map_err(Error::internal)? };
            Ok(Reply::stored(200, body, None, None, false))
        })
        .await?;
    if !as_page {
        return Ok(reply.respond_to(&request));
    }
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"data-pribadi.html\""))
        .body(reply.body))
}

/// List who opened a person's data
///
/// Every reveal and export of the person's record, wherever it happened, newest first: who, when, what for and on what lawful basis. The
/// subject can ask for it.
#[utoipa::path(
    tag = "Subject rights",
    params(AccessRecordQuery),
    responses((status = 200, description = "A page of access records", body = Page<AccessRecord>)),
    security(("oauth2" = ["pii:reveal"]))
)]
#[get("/v1/persons/{id}/access-records")]
async fn list_access_records(
    caller: Caller<PiiReveal>,
    db: Db,
    id: Path<Uuid>,
    query: Query<AccessRecordQuery>,
) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let mut conn = db.read().await?;
    registry::people::actions::find_person(&mut conn, &caller.scope, *id).await?.ok_or_else(Error::not_found)?;
    Reply::page(&export::list_access(&mut conn, *id, &page).await?)
}

/// Correct a person's data
///
/// On the subject's request: written at once, or with `proposal` made a registry proposal, which needs the person's NIK and an open
/// window. `request_id` answers the recorded request with it.
#[utoipa::path(
    tag = "Subject rights",
    request_body = CorrectPerson,
    responses((status = 200, description = "The person, or the proposal", body = CorrectedPerson)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/correct")]
async fn correct_person(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CorrectPerson>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&actions::correct(tx, *id, body).await?)).await
}

/// Restrict the processing of a person's data
///
/// From then on the data is kept, and shown and used only for the subject's own requests, legal claims and emergencies (403
/// `processing-restricted` otherwise). What is shown masked says no more than that there is somebody.
#[utoipa::path(
    tag = "Subject rights",
    request_body = RestrictProcessing,
    responses((status = 200, description = "The restriction", body = ProcessingRestriction)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/restrict")]
async fn restrict_processing(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RestrictProcessing>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&actions::restrict(tx, *id, body).await?)).await
}

/// Lift a restriction of processing
///
/// The data can be shown and used again as before.
#[utoipa::path(
    tag = "Subject rights",
    request_body = LiftRestriction,
    responses((status = 200, description = "The restriction", body = ProcessingRestriction)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/lift-restriction")]
async fn lift_restriction(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<LiftRestriction>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&actions::lift(tx, *id, body).await?)).await
}

/// List the restrictions of a person's data
///
/// Those that hold and those that were lifted, the latest first.
#[utoipa::path(
    tag = "Subject rights",
    responses((status = 200, description = "The restrictions", body = ProcessingRestrictions)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/persons/{id}/restrictions")]
async fn list_restrictions(caller: Caller<RegistryRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    registry::people::actions::find_person(&mut conn, &caller.scope, *id).await?.ok_or_else(Error::not_found)?;
    let rows = store::list_restrictions_of_visible(&mut conn, *id).await?;
    Reply::ok(&ProcessingRestrictions { items: rows.into_iter().map(ProcessingRestriction::from).collect() })
}

/// Erase a person's data
///
/// The sealed number is destroyed and no longer found, the name and every free text about the person are taken out; codes and numbers
/// stay as statistics, and the trail of what happened stays without words. Needs a recorded request for erasure, and another
/// officer than the one who recorded it. Refused while a complaint, referral, proposal or programme of the person is open (409
/// `erasure-barred`). The event is `person.erased`. Answers kept for idempotency keys forget within 24 hours.
#[utoipa::path(
    tag = "Subject rights",
    request_body = ErasePerson,
    responses((status = 200, description = "What was done", body = ErasedPerson)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/erase")]
async fn erase_person(
    caller: Caller<RegistryWrite>,
    write: Write,
    storage: web::Data<Storage>,
    id: Path<Uuid>,
    body: Json<ErasePerson>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&erase::erase(tx, &storage, *id, body).await?)).await
}
