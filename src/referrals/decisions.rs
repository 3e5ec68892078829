//! A manager's decision on a complaint: it sends the drafted referrals, so it lies above complaints and referrals.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::model::ReferralAction as Action;
use super::{actions, store, transitions};
use crate::auth::Caller;
use crate::complaints::api::Complaint;
use crate::complaints::bodies::ApproveComplaint;
use crate::complaints::permissions::ComplaintsApprove;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::transaction::{Tx, Write};

pub fn configure(config: &mut ServiceConfig) {
    config.service(approve_complaint);
}

pub async fn approve(tx: &mut Tx, id: Uuid, body: Json<ApproveComplaint>) -> Result<Complaint, Error> {
    crate::complaints::actions::approve(tx, id, body, request_drafts_of).await
}

/// Sends the drafts of a complaint.
async fn request_drafts_of(tx: &mut Tx, complaint_id: Uuid) -> Result<(), Error> {
    let scope = tx.actor.scope.clone();
    for record in store::lock_drafts_of(&mut tx.conn, &scope, complaint_id).await? {
        let to = transitions::next(record.row.status, Action::Request)
            .map_err(|illegal| illegal.problem(crate::referrals::problems::REFERRAL_INVALID_TRANSITION))?;
        actions::send(tx, record, to).await?;
    }
    Ok(())
}

/// Decide on a complaint
///
/// Records the manager's decision: `refer` sends the drafted referrals, `resolve` answers the reporter. The officer who
/// recommended cannot decide (403 `own-recommendation`, four-eyes rule).
#[utoipa::path(
    tag = "Complaints",
    request_body = ApproveComplaint,
    responses((status = 200, description = "The complaint", body = Complaint)),
    security(("oauth2" = ["complaints:approve"]))
)]
#[post("/v1/complaints/{id}/approve")]
async fn approve_complaint(
    caller: Caller<ComplaintsApprove>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ApproveComplaint>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let complaint = approve(tx, *id, body).await?;
            Reply::resource(&complaint, complaint.version)
        })
        .await
}
