//! Routes of batches, needs and the identity check.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::batch::{self, ReferralBatch, ReferralBatchResult};
use super::identity::{self, IdentityMatchResult, MatchIdentity};
use super::needs::{self, ReferralNeed};
use super::store::{self, Viewpoint};
use crate::auth::Caller;
use crate::batches::BatchQuery;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::referrals::permissions::{ReferralsRead, ReferralsRespond, ReferralsSend};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(create_referral_batch).service(get_referral_need).service(match_referral_identity);
}

/// Draft many referrals
///
/// Creates up to 200 drafts and returns one result per item, in order. `need_id` groups them as one need that is
/// referred to several services. `atomic=true` stores all or none; `dry_run=true` validates all and stores none.
#[utoipa::path(
    tag = "Referrals",
    params(BatchQuery),
    request_body = ReferralBatch,
    responses((status = 207, description = "One result per item", body = ReferralBatchResult)),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals/batch")]
async fn create_referral_batch(
    caller: Caller<ReferralsSend>,
    write: Write,
    query: Query<BatchQuery>,
    body: Json<ReferralBatch>,
) -> Result<Reply, Error> {
    let params = query.value;
    write.run(&caller, body.digest(), async move |tx| batch::create_all(tx, params, body.valid()?).await).await
}

/// Read a need
///
/// Returns the referrals of one need that the caller may see, and the state of the need. The response is 404 if the
/// caller may see none.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The need", body = ReferralNeed)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referral-needs/{id}")]
async fn get_referral_need(caller: Caller<ReferralsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let view = Viewpoint { scope: &caller.scope, organization: caller.organization_id };
    let records = store::list_of_need(&mut *db.read().await?, view, *id).await?;
    if records.is_empty() {
        return Err(Error::not_found());
    }
    Reply::ok(&needs::view(*id, records, caller.organization_id)?)
}

/// Match the client's identity
///
/// Compares a NIK that the target reads from an identity card with the client's NIK. The target must have accepted the
/// referral. The response contains no NIK. After ten numbers that do not match, the response is 409
/// `match-attempts-used`.
#[utoipa::path(
    tag = "Referrals",
    request_body = MatchIdentity,
    responses((status = 200, description = "The result of the comparison", body = IdentityMatchResult)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/match-identity")]
async fn match_referral_identity(
    caller: Caller<ReferralsRespond>,
    write: Write,
    id: Path<Uuid>,
    body: Json<MatchIdentity>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| Reply::ok(&identity::compare(tx, *id, body).await?)).await
}
