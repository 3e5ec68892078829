//! Routes to submit and read complaints.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{Complaint, SubmitComplaint, show};
use super::api_lists::{ComplaintBatch, ComplaintBatchResult, ComplaintQuery};
use super::store::{self, ComplaintFilter, ComplaintRow};
use super::{batch, read, routes_actions, routes_follow_ups, routes_notes, routes_steps, routes_terms};
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::batches::BatchQuery;
use crate::clock::Clock;
use crate::complaints::permissions::{ComplaintsRead, ComplaintsSubmit};
use crate::db::Db;
use crate::error::Error;
use crate::events::order;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::registry::people::actions as registry;
use crate::timeline::{self, Timeline};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(submit_complaint)
        .service(submit_complaint_batch)
        .service(list_complaints)
        .service(get_complaint)
        .service(get_complaint_timeline);
    routes_actions::configure(config);
    routes_steps::configure(config);
    routes_notes::configure(config);
    routes_follow_ups::configure(config);
    routes_terms::configure(config);
}

/// Submit a complaint
///
/// Creates a complaint, named or anonymous, in one of the caller's regions. A tablet that worked offline sends the id
/// that it generated (UUIDv7). If the same id and content were sent before, the response is 200 with the stored
/// complaint.
#[utoipa::path(
    tag = "Complaints",
    request_body = SubmitComplaint,
    responses(
        (status = 201, description = "The complaint", body = Complaint),
        (status = 200, description = "The stored complaint; the same request was sent before", body = Complaint)
    ),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints")]
async fn submit_complaint(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    body: Json<SubmitComplaint>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match actions::submit(tx, body.valid()?).await? {
            Created::New(made) => {
                let reply = Reply::created(&made, made.version, format!("/v1/complaints/{}", made.id))?;
                reply.stored_as(&made.without_code())
            }
            Created::Known(made) => Ok(Reply::resource(&made, made.version)?.unchanged()),
        })
        .await
}

/// Submit many complaints
///
/// Creates up to 1,000 complaints and returns one result per item, in order. `atomic=true` stores all or none;
/// `dry_run=true` validates all and stores none.
#[utoipa::path(
    tag = "Complaints",
    params(BatchQuery),
    request_body = ComplaintBatch,
    responses((status = 207, description = "One result per item", body = ComplaintBatchResult)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/batch")]
async fn submit_complaint_batch(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    query: Query<BatchQuery>,
    body: Json<ComplaintBatch>,
) -> Result<Reply, Error> {
    write.run(&caller, body.digest(), async move |tx| batch::submit_all(tx, query.value, body.valid()?).await).await
}

/// List complaints
///
/// Returns the complaints within the caller's regions, newest first. With `updated_since` the list is a change feed:
/// in the order in which changes were committed, oldest first.
#[utoipa::path(
    tag = "Complaints",
    params(ComplaintQuery),
    responses((status = 200, description = "A page of complaints", body = Page<Complaint>)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints")]
async fn list_complaints(
    caller: Caller<ComplaintsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<ComplaintQuery>,
) -> Result<Reply, Error> {
    let params = query.value;
    let page = PageRequest::new(params.cursor.as_deref(), params.limit, query.filters)?;
    let mut conn = db.read().await?;
    // Complaints about records that were merged into this person's record belong to this person.
    let subject_person_ids = match params.subject_person_id {
        None => None,
        Some(id) => Some(registry::list_ids_of_person(&mut conn, id).await?),
    };
    let filter = ComplaintFilter {
        within: params.region_code.map(|code| RegionScope::from_codes(&[code.as_str()])),
        status: params.status,
        class: params.class,
        sector: params.sector,
        assignee: params.assignee,
        subject_person_ids,
        sla: params.sla.map(|sla| (sla, clock.now())),
        changed_in: None,
    };
    if let (Some(since), false) = (params.updated_since, params.passed_on) {
        let read = async |conn: &mut AsyncPgConnection, window| {
            let filter = ComplaintFilter { changed_in: Some(window), ..filter.clone() };
            Ok(store::list_visible(conn, &caller.scope, filter, &page).await?)
        };
        let key = |row: &ComplaintRow| (row.updated_at, row.id);
        let found = order::changed_since(&mut conn, &caller.scope, None, &page, since, read, key).await?;
        let mut shown = found.try_page(&page, |row| show(row, false))?;
        actions::add_levels(&mut conn, clock.now(), &mut shown.items).await?;
        return Reply::page(&shown);
    }
    if let (Some(sla), false) = (filter.sla, params.passed_on) {
        let rows = store::list_by_deadline(&mut conn, &caller.scope, filter, sla, &page).await?;
        let position = |(due_at, row): &(DateTime<Utc>, ComplaintRow)| Position::at(*due_at, row.id);
        let mut shown = page.try_page(rows, position, |(_, row)| show(row, false))?;
        actions::add_levels(&mut conn, clock.now(), &mut shown.items).await?;
        return Reply::page(&shown);
    }
    let rows = if params.passed_on {
        store::parts::list_passed_on(&mut conn, &caller.scope, &page).await?
    } else {
        store::list_visible(&mut conn, &caller.scope, filter, &page).await?
    };
    let position = |row: &ComplaintRow| Position::at(row.created_at, row.id);
    let mut shown = page.try_page(rows, position, |row| show(row, false))?;
    actions::add_levels(&mut conn, clock.now(), &mut shown.items).await?;
    Reply::page(&shown)
}

/// Read a complaint
///
/// Returns one complaint with the actions that its state allows. The reporter's telephone number is masked unless the
/// token has `pii:reveal` and the header `Access-Purpose` names the purpose; each such call leaves an access record.
#[utoipa::path(
    tag = "Complaints",
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}")]
async fn get_complaint(caller: Caller<ComplaintsRead>, db: Db, log: AccessLog, id: Path<Uuid>) -> Result<Reply, Error> {
    let purpose = caller.reveal_if_asked()?;
    let mut conn = db.read().await?;
    let shown = actions::read(&mut conn, &caller.scope, *id, purpose.is_some(), log.now).await?;
    if let Some(purpose) = purpose {
        actions::require_open(&mut conn, &shown, purpose).await?;
        let target = Revealed { kind: "complaint", id: shown.id, region_code: &shown.region_code };
        log.record(&mut conn, &caller, purpose, &[target]).await?;
    }
    Reply::resource(&shown, shown.version)
}

/// Read a complaint's timeline
///
/// Returns every step of the complaint, oldest first: the actor, the action, the time, and the states before and after.
#[utoipa::path(
    tag = "Complaints",
    responses((status = 200, description = "The timeline", body = Timeline)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}/timeline")]
async fn get_complaint_timeline(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let row = read::find_readable(&mut conn, &caller.scope, *id).await?;
    Reply::ok(&timeline::list_of_visible(&mut conn, row.id).await?)
}
