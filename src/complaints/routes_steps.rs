//! The actions beside the straight way, one address for each edge.

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
/// To the region or organization that it belongs to, which receives it anew. The region that passes it on goes on reading it
/// (`GET /v1/complaints?passed_on=true`) and can no longer act on it (403).
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
/// Puts a question to the reporter and stops the clocks until there is an answer. Without one the service resolves the
/// complaint with `no_response` after the region's term.
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
/// The complaint goes on where the question interrupted it, and so do its clocks.
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
/// For what needs no decision, only an answer.
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
/// The reporter says that the matter is not settled, within the region's term (409 `reopen-window-passed` after it). The
/// clocks start anew.
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
/// Of another one of the same regency. It points at the root: a duplicate of a duplicate is a duplicate of the first, and what
/// pointed here points there. Refused while one of its referrals is open.
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
/// At the reporter's wish. Refused while one of its referrals is open: cancel it first.
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
/// Makes a new complaint against one that was rejected or closed, `appeal_of` it, handled one level up: by the province. The
/// regency reads it and can no longer act. Once for each complaint.
#[utoipa::path(
    tag = "Complaints",
    request_body = AppealComplaint,
    responses((status = 201, description = "The appeal, a complaint of its own", body = Complaint)),
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
            reply.kept_as(&made.without_code())
        })
        .await
}
