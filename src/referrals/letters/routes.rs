//! Routes of a referral's letter.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Issued};
use super::api::{IssueRecommendationLetter, RecommendationLetter, show};
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::caller::AccessPurpose;
use crate::auth::tokens::Tokens;
use crate::clock::{Clock, local_day};
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::referrals::permissions::{ReferralsRead, ReferralsSend};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(issue_recommendation_letter)
        .service(get_recommendation_letter)
        .service(get_recommendation_letter_document);
}

/// Issue a recommendation letter
///
/// Issues a letter for a referral that was sent, has not ended and names its client. Only the source can issue it. If
/// the last letter is still valid, the response is 200 with that letter. Letters are revoked when the referral is
/// cancelled or entered in error.
#[utoipa::path(
    tag = "Referrals",
    request_body = IssueRecommendationLetter,
    responses(
        (status = 201, description = "The letter", body = RecommendationLetter),
        (status = 200, description = "The last letter, which is still valid", body = RecommendationLetter)
    ),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals/{id}/recommendation-letter")]
async fn issue_recommendation_letter(
    caller: Caller<ReferralsSend>,
    write: Write,
    tokens: web::Data<Tokens>,
    id: Path<Uuid>,
    body: Json<IssueRecommendationLetter>,
) -> Result<Reply, Error> {
    let base = tokens.issuer().to_owned();
    write
        .run(&caller, body.digest(), async move |tx| match actions::issue(tx, *id, &base, body).await? {
            Issued::New(letter) => Reply::created(&letter, 1, format!("/v1/referrals/{}/recommendation-letter", *id)),
            Issued::StillValid(letter) => Ok(Reply::ok(&letter)?.unchanged()),
        })
        .await
}

/// Read a recommendation letter
///
/// Returns the last letter of a referral: its number, its status and the URL of its verification page.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The letter", body = RecommendationLetter)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}/recommendation-letter")]
async fn get_recommendation_letter(
    caller: Caller<ReferralsRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    clock: web::Data<Clock>,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let (_, row) = actions::find(&mut *db.read().await?, &caller, *id).await?;
    Reply::ok(&show(row, tokens.issuer(), local_day(clock.now())))
}

/// Print a recommendation letter
///
/// Returns the letter as PDF with the client's name; each call leaves an access record. If the letter has expired or
/// was revoked, the response is 409 `letter-not-valid`: issue a new one.
#[utoipa::path(
    tag = "Referrals",
    responses(
        (status = 200, description = "The letter", body = String, content_type = "application/pdf", example = "%PDF-1.7"),
        (status = 409, description = "The letter has expired or was revoked", body = Problem, content_type = "application/problem+json")
    ),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}/recommendation-letter/document")]
async fn get_recommendation_letter_document(
    caller: Caller<ReferralsRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    access: AccessLog,
    id: Path<Uuid>,
) -> Result<HttpResponse, Error> {
    let purpose = caller.purpose()?.unwrap_or(AccessPurpose::Referral);
    let mut conn = db.read().await?;
    let (referral, row) = actions::find(&mut conn, &caller, *id).await?;
    let today = local_day(access.now);
    let file = actions::document(&mut conn, referral, &row, tokens.issuer(), today).await?;
    let revealed = [Revealed { kind: "recommendation_letter", id: *id, region_code: &row.region_code }];
    access.record(&mut conn, &caller, purpose, &revealed).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"surat-rekomendasi.pdf\""))
        .body(file))
}
