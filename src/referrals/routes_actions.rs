//! Routes of the actions on a referral, one URL for each transition.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::Referral;
use super::bodies::{
    CancelReferral, CloseReferralLoop, CompleteReferral, EnterReferralInError, FailReferral, HoldReferral,
    RejectReferral, ReservePlace,
};
use super::{actions, steps};
use crate::auth::Caller;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::referrals::permissions::{ReferralsCorrect, ReferralsRespond, ReferralsSend};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(request_referral)
        .service(acknowledge_referral)
        .service(accept_referral)
        .service(reject_referral)
        .service(start_referral)
        .service(complete_referral)
        .service(cancel_referral)
        .service(close_referral_loop)
        .service(reserve_referral_place)
        .service(hold_referral)
        .service(resume_referral)
        .service(fail_referral)
        .service(enter_referral_in_error);
}

fn shown(referral: &Referral) -> Result<Reply, Error> {
    Reply::resource(referral, referral.version)
}

/// Send a referral
///
/// Sends the draft to the target organization. If the service belongs to a programme, the referral includes a new
/// eligibility check. The answer is due within the service's `answer_days`, counted in working days on the calendar of
/// the client's region. A closed or inactive service accepts no new referrals (409).
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals/{id}/request")]
async fn request_referral(caller: Caller<ReferralsSend>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write.act(&caller, async move |tx| shown(&actions::request(tx, *id).await?)).await
}

/// Acknowledge a referral
///
/// Records that the target has read the referral. Its first `GET` by the target has the same effect.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/acknowledge")]
async fn acknowledge_referral(caller: Caller<ReferralsRespond>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write.act(&caller, async move |tx| steps::acknowledge(tx, *id).await?.reply()).await
}

/// Accept a referral
///
/// Accepts the referral (target). The client occupies one place of the service.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/accept")]
async fn accept_referral(caller: Caller<ReferralsRespond>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write.act(&caller, async move |tx| shown(&steps::accept(tx, *id).await?)).await
}

/// Reject a referral
///
/// Rejects the referral with a reason (target). For `no_capacity` the response lists other suitable services in
/// `alternatives`.
#[utoipa::path(
    tag = "Referrals",
    request_body = RejectReferral,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/reject")]
async fn reject_referral(
    caller: Caller<ReferralsRespond>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RejectReferral>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::reject(tx, *id, body).await?)).await
}

/// Start serving
///
/// Records that the target has started to serve the client.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/start")]
async fn start_referral(caller: Caller<ReferralsRespond>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write.act(&caller, async move |tx| shown(&steps::start(tx, *id).await?)).await
}

/// Complete a referral
///
/// Records the outcome (target). When all referrals of a complaint have ended, the complaint returns to `in_progress`.
#[utoipa::path(
    tag = "Referrals",
    request_body = CompleteReferral,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/complete")]
async fn complete_referral(
    caller: Caller<ReferralsRespond>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CompleteReferral>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::complete(tx, *id, body).await?)).await
}

/// Cancel a referral
///
/// Cancels a referral that was sent and has not ended. The source may cancel at any time, the target only after
/// accepting.
#[utoipa::path(
    tag = "Referrals",
    request_body = CancelReferral,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals/{id}/cancel")]
async fn cancel_referral(
    caller: Caller<ReferralsSend>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CancelReferral>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::cancel(tx, *id, body).await?)).await
}

/// Close the loop
///
/// Records that the source has informed the citizen of the outcome. Possible once, after the referral has ended.
#[utoipa::path(
    tag = "Referrals",
    request_body = CloseReferralLoop,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals/{id}/close-loop")]
async fn close_referral_loop(
    caller: Caller<ReferralsSend>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CloseReferralLoop>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::close_loop(tx, *id, body).await?)).await
}

/// Reserve a place for a referral
///
/// Reserves a place of the service until the target answers, at most until `expires_at` (target). Acceptance uses the
/// place; rejection, cancellation and expiry release it. If every place is taken or reserved, the response is 409
/// `no-capacity`. A second call changes the expiry.
#[utoipa::path(
    tag = "Referrals",
    request_body = ReservePlace,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/reserve-place")]
async fn reserve_referral_place(
    caller: Caller<ReferralsRespond>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ReservePlace>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::reserve_place(tx, *id, body).await?)).await
}

/// Put a referral on hold
///
/// Pauses the service with a reason and a time of review (target). The client keeps the place.
#[utoipa::path(
    tag = "Referrals",
    request_body = HoldReferral,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/hold")]
async fn hold_referral(
    caller: Caller<ReferralsRespond>,
    write: Write,
    id: Path<Uuid>,
    body: Json<HoldReferral>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::hold(tx, *id, body).await?)).await
}

/// Resume a referral
///
/// Ends the hold (target).
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/resume")]
async fn resume_referral(caller: Caller<ReferralsRespond>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write.act(&caller, async move |tx| shown(&steps::resume(tx, *id).await?)).await
}

/// Fail a referral
///
/// Records that the service was not delivered, for a reason on the client's side or because the service ended (target).
#[utoipa::path(
    tag = "Referrals",
    request_body = FailReferral,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/fail")]
async fn fail_referral(
    caller: Caller<ReferralsRespond>,
    write: Write,
    id: Path<Uuid>,
    body: Json<FailReferral>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::fail(tx, *id, body).await?)).await
}

/// Enter a referral in error
///
/// Marks a referral that should not have been recorded. A supervisor of the source may do this at any time; after the
/// target has accepted, the province may too. The referral remains readable by its id and in the change feed, but
/// disappears from lists and statistics. Letters that were issued for it are revoked.
#[utoipa::path(
    tag = "Referrals",
    request_body = EnterReferralInError,
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:correct"]))
)]
#[post("/v1/referrals/{id}/enter-in-error")]
async fn enter_referral_in_error(
    caller: Caller<ReferralsCorrect>,
    write: Write,
    id: Path<Uuid>,
    body: Json<EnterReferralInError>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&steps::enter_in_error(tx, *id, body).await?)).await
}
