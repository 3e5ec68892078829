//! Routes of work queues.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions;
use super::api::{BulkAssign, BulkAssignResult, WorkCountQuery, WorkCounts, WorkItem, WorkQueueQuery};
use super::api_referrals::{ReferralQueueQuery, ReferralWorkCounts, ReferralWorkItem};
use super::referrals;
use super::store::{self, QueueRow};
use crate::auth::Caller;
use crate::clock::Clock;
use crate::complaints::permissions::{ComplaintsHandle, ComplaintsRead};
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::referrals::permissions::ReferralsRead;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_work_queue)
        .service(count_work_queue)
        .service(list_referral_queue)
        .service(count_referral_queue)
        .service(bulk_assign_complaints);
}

/// List the work queue
///
/// Returns open complaints by next deadline, optionally for a role, an officer or a desk. A token for whole provinces
/// or the country gets only complaints that were escalated to its level; `level=0` returns all.
#[utoipa::path(
    tag = "Work queues",
    params(WorkQueueQuery),
    responses(
        (status = 200, description = "A page of the queue", body = Page<WorkItem>),
        (status = 404, description = "The desk does not exist or is outside the caller's regions",
         body = crate::http::problem::Problem, content_type = "application/problem+json")
    ),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/work-queue")]
async fn list_work_queue(
    caller: Caller<ComplaintsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<WorkQueueQuery>,
) -> Result<Reply, Error> {
    let params = query.value;
    let page = PageRequest::new(params.cursor.as_deref(), params.limit, query.filters)?;
    let (now, mut conn) = (clock.now(), db.read().await?);
    let filter = actions::filter_of(&mut conn, &caller, &params).await?;
    let rows = store::list_waiting(&mut conn, &caller.scope, filter, now, &page).await?;
    let position = |row: &QueueRow| Position::at(row.clock.due_at, row.clock.complaint_id);
    Reply::page(&page.page(rows, position, |row| WorkItem::of(row, now)))
}

/// Count the work queue
///
/// Returns the number of open complaints by state, by deadline status and by officer.
#[utoipa::path(
    tag = "Work queues",
    params(WorkCountQuery),
    responses(
        (status = 200, description = "The counts", body = WorkCounts),
        (status = 404, description = "The desk does not exist or is outside the caller's regions",
         body = crate::http::problem::Problem, content_type = "application/problem+json")
    ),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/work-queue/counts")]
async fn count_work_queue(
    caller: Caller<ComplaintsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<WorkCountQuery>,
) -> Result<Reply, Error> {
    let counts = actions::counts(&mut *db.read().await?, &caller, query.value, clock.now()).await?;
    Reply::ok(&counts)
}

/// List the referral queue
///
/// Returns the referrals that wait for one side. `side=target`: referrals to the caller's organization that it must
/// answer or finish, ordered by `due_at`. `side=source`: ended referrals of the caller's regions whose outcome the
/// citizen does not know yet, oldest end first.
#[utoipa::path(
    tag = "Work queues",
    params(ReferralQueueQuery),
    responses((status = 200, description = "A page of the queue", body = Page<ReferralWorkItem>)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/work-queue/referrals")]
async fn list_referral_queue(
    caller: Caller<ReferralsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<ReferralQueueQuery>,
) -> Result<Reply, Error> {
    let params = query.value;
    let page = PageRequest::new(params.cursor.as_deref(), params.limit, query.filters)?;
    Reply::page(&referrals::list(&mut *db.read().await?, &caller, &params, &page, clock.now()).await?)
}

/// Count the referral queue
///
/// Returns the number of waiting referrals for both sides, by state.
#[utoipa::path(
    tag = "Work queues",
    responses((status = 200, description = "The counts", body = ReferralWorkCounts)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/work-queue/referrals/counts")]
async fn count_referral_queue(caller: Caller<ReferralsRead>, db: Db, clock: web::Data<Clock>) -> Result<Reply, Error> {
    Reply::ok(&referrals::counts(&mut *db.read().await?, &caller, clock.now()).await?)
}

/// Assign complaints
///
/// Assigns up to 1,000 complaints to one officer of the caller's organization and returns one result per complaint, in
/// order. The result of an ended complaint is 409, of one outside the caller's regions 404; the other complaints are
/// still assigned.
#[utoipa::path(
    tag = "Work queues",
    request_body = BulkAssign,
    responses((status = 207, description = "One result per complaint", body = BulkAssignResult)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/bulk-assign")]
async fn bulk_assign_complaints(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    body: Json<BulkAssign>,
) -> Result<Reply, Error> {
    write.run(&caller, body.digest(), async move |tx| actions::assign_all(tx, body.valid()?).await).await
}
