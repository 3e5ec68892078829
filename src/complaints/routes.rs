//! Submitting and reading complaints.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Submitted};
use super::api::{Complaint, SubmitComplaint, show};
use super::api_lists::{ComplaintBatch, ComplaintBatchResult, ComplaintQuery};
use super::store::{self, ComplaintFilter, ComplaintRow};
use super::{batch, read, routes_actions, routes_follow_ups, routes_notes, routes_steps, routes_terms};
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::permission::{ComplaintsRead, ComplaintsSubmit};
use crate::batches::BatchQuery;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::registry::actions as registry;
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
/// Records what somebody brings, named or anonymous, in a region of the caller's. A tablet that worked offline sends the id it
/// made (UUIDv7): the same id and content again is answered with 200 and the stored complaint.
#[utoipa::path(
    tag = "Complaints",
    request_body = SubmitComplaint,
    responses(
        (status = 201, description = "The complaint", body = Complaint),
        (status = 200, description = "It was sent before; this is what is stored", body = Complaint)
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
            Submitted::New(made) => {
                let reply = Reply::created(&made, made.version, format!("/v1/complaints/{}", made.id))?;
                reply.kept_as(&made.without_code())
            }
            Submitted::Known(made) => Ok(Reply::resource(&made, made.version)?.unchanged()),
        })
        .await
}

/// Submit many complaints
///
/// Up to 1,000 at once, one result each in order. `atomic=true` takes all or none, `dry_run=true` judges and writes nothing.
#[utoipa::path(
    tag = "Complaints",
    params(BatchQuery),
    request_body = ComplaintBatch,
    responses((status = 207, description = "One result an item", body = ComplaintBatchResult)),
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
/// Complaints within the caller's regions, newest first. With `updated_since` it is a change feed instead: by time of
/// change, oldest first, and what is still being committed waits for the next call.
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
    let asked = query.value;
    let page = PageRequest::new(asked.cursor.as_deref(), asked.limit, query.filters)?;
    let by_change = asked.updated_since.is_some();
    let mut conn = db.read().await?;
    // Complaints about records that were merged into the person's are the person's.
    let subject_person_ids = match asked.subject_person_id {
        None => None,
        Some(id) => Some(registry::list_ids_of_person(&mut conn, id).await?),
    };
    let filter = ComplaintFilter {
        within: asked.region_code.map(|code| RegionScope::from_codes(&[code.as_str()])),
        status: asked.status,
        class: asked.class,
        sector: asked.sector,
        assignee: asked.assignee,
        subject_person_ids,
        sla: asked.sla.map(|sla| (sla, clock.now())),
        updated_since: asked.updated_since,
    };
    if let (Some(sla), false, false) = (filter.sla, by_change, asked.passed_on) {
        let rows = store::list_by_deadline(&mut conn, &caller.scope, filter, sla, &page).await?;
        let position = |(due_at, row): &(DateTime<Utc>, ComplaintRow)| Position::at(*due_at, row.id);
        let mut shown = page.try_page(rows, position, |(_, row)| show(row, false))?;
        actions::add_levels(&mut conn, clock.now(), &mut shown.items).await?;
        return Reply::page(&shown);
    }
    let rows = if asked.passed_on {
        store::parts::list_passed_on(&mut conn, &caller.scope, &page).await?
    } else {
        store::list_visible(&mut conn, &caller.scope, filter, &page).await?
    };
    let position = |row: &ComplaintRow| Position::at(if by_change { row.updated_at } else { row.created_at }, row.id);
    let mut shown = page.try_page(rows, position, |row| show(row, false))?;
    actions::add_levels(&mut conn, clock.now(), &mut shown.items).await?;
    Reply::page(&shown)
}

/// Read a complaint
///
/// One complaint with the actions that its state allows. The reporter's telephone is masked unless the token has
/// `pii:reveal` and the header `Access-Purpose` says why; that leaves an access record.
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
/// Every step of the complaint, oldest first: who did what when, and from which state to which.
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
