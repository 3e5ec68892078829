//! HTTP routes to record and answer requests of data subjects.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{
    FulfilSubjectRequest, ReceiveSubjectRequest, RefuseSubjectRequest, SubjectRequest, SubjectRequestQuery, show,
};
use super::routes_persons;
use super::store::{self, RequestFilter, RequestRow};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::db::Db;
use crate::db::lock::Lock;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::registry::permissions::{RegistryRead, RegistryWrite};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(receive_subject_request)
        .service(list_subject_requests)
        .service(get_subject_request)
        .service(fulfil_subject_request)
        .service(refuse_subject_request);
    routes_persons::configure(config);
}

/// Record a subject's request
///
/// Records a request of the data subject under UU 27/2022, and how the applicant's identity was checked. The answer is due 72 hours
/// after the request reached the desk. Sending the same id and content again returns 200 with the stored request.
#[utoipa::path(
    tag = "Subject rights",
    request_body = ReceiveSubjectRequest,
    responses(
        (status = 201, description = "The request", body = SubjectRequest),
        (status = 200, description = "The stored request; the same id and content were sent before", body = SubjectRequest)
    ),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/subject-requests")]
async fn receive_subject_request(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ReceiveSubjectRequest>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            actions::receive(tx, *id, body)
                .await?
                .reply(|made| (made.version, format!("/v1/subject-requests/{}", made.id)))
        })
        .await
}

/// List subjects' requests
///
/// Lists requests in the caller's regions, newest first. `overdue=true` lists only those that are unanswered after their deadline.
#[utoipa::path(
    tag = "Subject rights",
    params(SubjectRequestQuery),
    responses((status = 200, description = "A page of requests", body = Page<SubjectRequest>)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/subject-requests")]
async fn list_subject_requests(
    caller: Caller<RegistryRead>,
    db: Db,
    log: AccessLog,
    query: Query<SubjectRequestQuery>,
) -> Result<Reply, Error> {
    let asked = query.value;
    let page = PageRequest::new(asked.cursor.as_deref(), asked.limit, query.filters)?;
    let filter = RequestFilter {
        within: asked.region_code.map(|code| RegionScope::from_codes(&[code.as_str()])),
        person_id: asked.person_id,
        kind: asked.kind,
        status: asked.status,
        due_before: asked.overdue.then_some(log.now),
    };
    let rows = store::list_requests(&mut *db.read().await?, &caller.scope, filter, &page).await?;
    let position = |row: &RequestRow| Position::at(row.created_at, row.id);
    Reply::page(&page.try_page(rows, position, |row| show(row, log.now))?)
}

/// Read a subject's request
///
/// Returns one request with its deadline and answer.
#[utoipa::path(
    tag = "Subject rights",
    responses((status = 200, description = "The request", body = SubjectRequest)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/subject-requests/{id}")]
async fn get_subject_request(
    caller: Caller<RegistryRead>,
    db: Db,
    log: AccessLog,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let found = store::find_request(&mut *db.read().await?, &caller.scope, *id, Lock::No)
        .await?
        .ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&show(found, log.now)?, version)
}

/// Answer a subject's request
///
/// Records that the request was fulfilled, for example that the export was handed over. A request for restriction or erasure cannot be
/// answered here (409 `subject-request-not-done`): restrict or erase with its `request_id`.
#[utoipa::path(
    tag = "Subject rights",
    request_body = FulfilSubjectRequest,
    responses((status = 200, description = "The request", body = SubjectRequest)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/subject-requests/{id}/fulfil")]
async fn fulfil_subject_request(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<FulfilSubjectRequest>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let answered = actions::fulfil(tx, *id, body).await?;
            Reply::resource(&answered, answered.version)
        })
        .await
}

/// Refuse a subject's request
///
/// Refuses a request with one of the legal reasons and an answer to the applicant.
#[utoipa::path(
    tag = "Subject rights",
    request_body = RefuseSubjectRequest,
    responses((status = 200, description = "The request", body = SubjectRequest)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/subject-requests/{id}/refuse")]
async fn refuse_subject_request(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RefuseSubjectRequest>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let answered = actions::refuse(tx, *id, body).await?;
            Reply::resource(&answered, answered.version)
        })
        .await
}
