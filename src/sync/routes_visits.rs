//! Endpoints of visits: create, list, read.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{CreateVisit, Visit, VisitQuery};
use super::store::{self, VisitFilter, VisitRow};
use super::visits;
use crate::auth::Caller;
use crate::complaints::permissions::{ComplaintsRead, ComplaintsSubmit};
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(create_visit).service(list_visits).service(get_visit);
}

/// Record a visit
///
/// Records a visit to a family, about a complaint, or both. The officer is the caller. A tablet sends the same body to `POST
/// /v1/sync`.
#[utoipa::path(
    tag = "Sync",
    request_body = CreateVisit,
    responses(
        (status = 201, description = "The visit", body = Visit),
        (status = 200, description = "It was recorded already; the stored resource", body = Visit)
    ),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/visits")]
async fn create_visit(caller: Caller<ComplaintsSubmit>, write: Write, body: Json<CreateVisit>) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            visits::create(tx, body.valid()?).await?.reply(|made| (made.version, format!("/v1/visits/{}", made.id)))
        })
        .await
}

/// List visits
///
/// Returns the visits within the caller's regions, newest first, for example for the supervisor of facilitators.
#[utoipa::path(
    tag = "Sync",
    params(VisitQuery),
    responses((status = 200, description = "A page of visits", body = Page<Visit>)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/visits")]
async fn list_visits(caller: Caller<ComplaintsRead>, db: Db, query: Query<VisitQuery>) -> Result<Reply, Error> {
    let asked = query.value;
    let page = PageRequest::new(asked.cursor.as_deref(), asked.limit, query.filters)?;
    let filter =
        VisitFilter { family_id: asked.family_id, complaint_id: asked.complaint_id, visited_by: asked.visited_by };
    let rows = store::list_visits(&mut *db.read().await?, &caller.scope, filter, &page).await?;
    Reply::page(&page.page(rows, |row: &VisitRow| Position::at(row.created_at, row.id), Visit::from))
}

/// Read a visit
///
/// Returns one visit.
#[utoipa::path(
    tag = "Sync",
    responses((status = 200, description = "The visit", body = Visit)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/visits/{id}")]
async fn get_visit(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let visit = visits::read(&mut *db.read().await?, &caller.scope, *id).await?;
    Reply::resource(&visit, visit.version)
}
