//! The actions on a referral: one address for each edge that people take.

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
/// The draft goes to the target organization, with an eligibility check as it stands now if the service leads to a programme.
/// The answer is due within the service's `answer_days`, counted in working days on the calendar of the client's region. A service that is
/// closed or out of use takes nothing new (409).
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
/// The target has read it. Reading it with a token of the target does the same.
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
/// The target takes the client on; a place at the service is taken.
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
/// The target refuses, with a reason. For `no_capacity` the answer lists other services that fit.
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
/// The target begins its work.
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
/// The target tells what came of it. When all referrals of a complaint have ended, the complaint goes on.
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
/// By the source at any time before the end.
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
/// The source has told the citizen what came of it. Once, after the end.
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

/// Hold a place for a referral
///
/// The target keeps a place of the service free until it answers, at the latest until `expires_at`. Acceptance uses that place;
/// rejection, cancellation and expiry free it. When every place is taken or held, the answer is 409 `no-capacity`. Said again, it
/// moves the expiry.
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
/// The target pauses, says why and when it will look again. The client keeps the place.
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
/// The target goes on after a pause.
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
/// The help did not come about, for a reason on the client's side or because the service ended.
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
/// It should never have been recorded. By a supervisor of the source at any time; after the target accepted, also by the
/// province. The referral stays readable by its id and in the change feed, and leaves lists and statistics. A letter that was
/// issued for it is no longer valid.
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
