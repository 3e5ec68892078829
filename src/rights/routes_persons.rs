//! HTTP routes of the data subject's rights on a person: export, access records, correction, restriction, erasure.

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

/// The page has inline style and no other resources, and may not be framed.
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
/// Returns all stored data about the person, unmasked: as one JSON document, or with `format=html` as a page in Indonesian that can be
/// printed and handed over. Needs the header `Access-Purpose: subject_request` (400 `purpose-required` otherwise) and is recorded. Other
/// reporters and other family members are left out.
#[utoipa::path(
    tag = "Subject rights",
    params(SubjectExportQuery),
    responses((status = 200, description = "All stored data about the person", content(
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

/// List accesses to a person's data
///
/// Lists every reveal and export of the person's data in any region, newest first: who, when, for which purpose and on which lawful
/// basis. The data subject has the right to this list.
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
/// Corrects the data on the subject's request. The correction is applied at once. With `proposal` it is submitted as a registry proposal
/// instead, which needs the person's NIK and an open window. With `request_id` the recorded request is marked as fulfilled.
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
/// Restricts the processing: the data stays stored, but is shown and used only for the subject's own requests, legal claims and
/// emergencies (403 `processing-restricted` otherwise). Masked responses show only that the person exists. With `request_id` the recorded
/// request is marked as fulfilled.
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
/// Lifts the restriction: the data can be shown and used as before.
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
/// Lists the restrictions in force and the lifted ones, latest first.
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
/// Erases the encrypted NIK, the name and every free text about the person; the NIK can no longer be found. Codes and numbers remain as
/// statistics, and audit records and timelines remain without free text. Needs a recorded request for erasure and an officer other than
/// the one who recorded it (four-eyes rule, 403 `own-recommendation`). Refused while a complaint, referral, proposal or programme of the
/// person is open (409 `erasure-barred`). Publishes the event `person.erased`. Stored responses for idempotency keys expire within 24
/// hours.
#[utoipa::path(
    tag = "Subject rights",
    request_body = ErasePerson,
    responses((status = 200, description = "Result of the erasure", body = ErasedPerson)),
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
