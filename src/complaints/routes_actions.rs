//! Routes of the main actions on a complaint, one URL for each transition.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::Complaint;
use super::bodies::{
    CloseComplaint, RecommendComplaint, RejectComplaint, ReturnComplaint, StartComplaint, VerifyComplaint,
};
use crate::auth::Caller;
use crate::complaints::permissions::{ComplaintsApprove, ComplaintsHandle, ComplaintsSubmit};
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(verify_complaint)
        .service(reject_complaint)
        .service(start_complaint)
        .service(recommend_complaint)
        .service(return_complaint)
        .service(close_complaint);
}

fn shown(complaint: &Complaint) -> Result<Reply, Error> {
    Reply::resource(complaint, complaint.version)
}

/// Verify a complaint
///
/// Confirms the complaint and sets its class and priority (back office). The first-response clock stops. A priority
/// below `suggested_priority` needs a `note` (422 `reason_for_lower_priority` without one).
#[utoipa::path(
    tag = "Complaints",
    request_body = VerifyComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/verify")]
async fn verify_complaint(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<VerifyComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::verify(tx, *id, body).await?)).await
}

/// Reject a complaint
///
/// Rejects a complaint that is out of scope, abusive or unintelligible. The state is final.
#[utoipa::path(
    tag = "Complaints",
    request_body = RejectComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/reject")]
async fn reject_complaint(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RejectComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::reject(tx, *id, body).await?)).await
}

/// Start handling a complaint
///
/// Assigns the officer who handles the complaint: the caller, or an officer of the caller's organization.
#[utoipa::path(
    tag = "Complaints",
    request_body = StartComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/start")]
async fn start_complaint(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<StartComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::start(tx, *id, body).await?)).await
}

/// Recommend a decision
///
/// Submits the back office's recommendation, to refer or to resolve, to the manager. Another officer must decide
/// (four-eyes rule). To refer, draft the referrals first (`POST /v1/referrals` with this complaint's id).
#[utoipa::path(
    tag = "Complaints",
    request_body = RecommendComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/complaints/{id}/recommend")]
async fn recommend_complaint(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RecommendComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::recommend(tx, *id, body).await?)).await
}

/// Return a recommendation
///
/// Returns the recommendation to the back office with a note. The officer who recommended cannot return it (403
/// `own-recommendation`).
#[utoipa::path(
    tag = "Complaints",
    request_body = ReturnComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:approve"]))
)]
#[post("/v1/complaints/{id}/return")]
async fn return_complaint(
    caller: Caller<ComplaintsApprove>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ReturnComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::send_back(tx, *id, body).await?)).await
}

/// Close a complaint
///
/// Closes a resolved complaint after the reporter has received the answer. While one of its referrals is open, the
/// response is 409 `complaint-has-open-referrals`: wait for the referral to end, or cancel it.
#[utoipa::path(
    tag = "Complaints",
    request_body = CloseComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/{id}/close")]
async fn close_complaint(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CloseComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::close(tx, *id, body).await?)).await
}
