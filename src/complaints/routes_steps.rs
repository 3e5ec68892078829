//! Routes of the other actions on a complaint, one URL for each transition.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::Complaint;
use super::bodies::{
    AnswerQuestion, AppealComplaint, AskReporter, InformReporter, MarkDuplicate, ReopenComplaint, TransferComplaint,
    WithdrawComplaint,
};
use super::steps;
use crate::auth::Caller;
use crate::complaints::permissions::{ComplaintsHandle, ComplaintsSubmit, ComplaintsTransfer};
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(transfer_complaint)
        .service(ask_reporter)
        .service(answer_question)
        .service(inform_reporter)
        .service(reopen_complaint)
        .service(mark_duplicate)
        .service(withdraw_complaint)
        .service(appeal_complaint);
}

/// Transfer a complaint
///
/// Transfers the complaint to another region or organization, where it starts again as `received`. The old region can
/// still read it (`GET /v1/complaints?passed_on=true`) but can no longer act on it (403 `region-not-granted`).
#[utoipa::path(
    tag = "Complaints",
    request_body = TransferComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:transfer"]))
)]
#[post("/v1/complaints/{id}/transfer")]
async fn transfer_complaint(
    caller: Caller<ComplaintsTransfer>,
    write: Write,
    id: Path<Uuid>,
    body: Json<TransferComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::transfer(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Ask the reporter
///
/// Asks the reporter a question and pauses the clocks until the answer arrives. If no answer arrives within the
/// region's term (`GET /v1/complaint-terms/{region_code}`), the service resolves the complaint with `no_response`.
#[utoipa::path(
    tag = "Complaints",
    request_body = AskReporter,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/ask")]
async fn ask_reporter(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AskReporter>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::ask(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Record the reporter's answer
///
/// Records the answer to the open question. The complaint returns to the state before the question, and its clocks
/// resume.
#[utoipa::path(
    tag = "Complaints",
    request_body = AnswerQuestion,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/{id}/answer")]
async fn answer_question(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AnswerQuestion>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::answer(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Settle a request for information
///
/// Resolves a complaint that only needs information, without a manager's decision.
#[utoipa::path(
    tag = "Complaints",
    request_body = InformReporter,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/inform")]
async fn inform_reporter(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<InformReporter>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::inform(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Reopen a complaint
///
/// Reopens a resolved or closed complaint because the matter is not resolved. Allowed within the region's term; after
/// it, the response is 409 `reopen-window-passed`. The clocks restart.
#[utoipa::path(
    tag = "Complaints",
    request_body = ReopenComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/{id}/reopen")]
async fn reopen_complaint(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ReopenComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::reopen(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Mark a complaint as a duplicate
///
/// Marks the complaint as a duplicate of another one in the same regency. `duplicate_of` always names the original: if
/// the given complaint is itself a duplicate, its original is stored, and duplicates of this complaint now point to
/// that original. While one of its referrals is open, the response is 409 `complaint-has-open-referrals`.
#[utoipa::path(
    tag = "Complaints",
    request_body = MarkDuplicate,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/mark-duplicate")]
async fn mark_duplicate(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<MarkDuplicate>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::mark_duplicate(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Withdraw a complaint
///
/// Withdraws the complaint at the reporter's request. While one of its referrals is open, the response is 409
/// `complaint-has-open-referrals`: cancel the referral first.
#[utoipa::path(
    tag = "Complaints",
    request_body = WithdrawComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/{id}/withdraw")]
async fn withdraw_complaint(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    id: Path<Uuid>,
    body: Json<WithdrawComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = steps::withdraw(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}

/// Appeal against a decision
///
/// Creates a new complaint that appeals against a rejected or closed one (`appeal_of`). The province handles it; the
/// regency can read it but cannot act on it. Each complaint can be appealed against once.
#[utoipa::path(
    tag = "Complaints",
    request_body = AppealComplaint,
    responses((status = 201, description = "The appeal, as a new complaint", body = Complaint)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/{id}/appeal")]
async fn appeal_complaint(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AppealComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let made = steps::appeal(tx, *id, body).await?;
            let reply = Reply::created(&made, made.version, format!("/v1/complaints/{}", made.id))?;
            reply.stored_as(&made.without_code())
        })
        .await
}
