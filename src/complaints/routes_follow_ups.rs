//! Routes for reporters who follow their own complaint with reference number and code, without an account. Public, with
//! a quota for each reference number.

use std::num::NonZeroU32;

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::bodies::{AnswerQuestion, CloseComplaint, CreateComplaintNote, ReopenComplaint, WithdrawComplaint};
use super::follow_ups::{self, FollowUp, FollowUpCode, FollowUpConfirmation, FollowUpLookup, FollowUpMessage};
use super::model::NoteVisibility;
use super::{actions, notes, reference_no, steps};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::background::Context;
use crate::complaints::permissions::ComplaintsSubmit;
use crate::db::Db;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::rate_limit::{Key, Limiter};
use crate::http::reply::Reply;
use crate::http::text::LongText;
use crate::transaction::{Tx, Write};

/// Maximum attempts per minute for one reference number: ten. A code of eight characters cannot be guessed at this
/// rate.
const MAX_ATTEMPTS_PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Quota of attempts for each reference number.
pub struct FollowUpQuota(pub Limiter);

impl Default for FollowUpQuota {
    fn default() -> Self {
        Self(Limiter::new(MAX_ATTEMPTS_PER_MINUTE))
    }
}

impl FollowUpQuota {
    /// Counts one attempt. Also numbers of no complaint have a quota, so that the response does not show which numbers
    /// exist.
    fn consume(&self, reference_no: &str) -> Result<(), Error> {
        let number = reference_no::parse(reference_no).unwrap_or_default();
        let quota = self.0.check(&Key::Reference(number));
        if quota.allowed { Ok(()) } else { Err(Error::new(Code::TOO_MANY_REQUESTS).retry_after(quota.retry_after)) }
    }
}

/// Background work: drops the quotas of numbers that are no longer tried.
pub async fn sweep_quota(context: &Context) -> Result<(), Error> {
    context.resources.get::<FollowUpQuota>()?.0.sweep();
    Ok(())
}

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(look_up_own_complaint)
        .service(answer_own_question)
        .service(add_own_note)
        .service(withdraw_own_complaint)
        .service(reopen_own_complaint)
        .service(confirm_own_complaint)
        .service(issue_follow_up_code);
}

/// Read one's own complaint
///
/// Returns the complaint to its reporter, without a token: by reference number and follow-up code. A wrong number and a
/// wrong code get the same 404. The limit is ten attempts per minute for each number (429).
#[utoipa::path(
    tag = "Follow-up",
    request_body = FollowUpLookup,
    responses(
        (status = 200, description = "The complaint as its reporter sees it", body = FollowUp),
        (status = 404, description = "The reference number or the code is wrong", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[post("/v1/follow-ups/lookup")]
async fn look_up_own_complaint(
    db: Db,
    tokens: web::Data<Tokens>,
    quota: web::Data<FollowUpQuota>,
    body: Json<FollowUpLookup>,
) -> Result<Reply, Error> {
    let body = body.valid()?;
    quota.consume(&body.reference_no)?;
    let mut conn = db.read().await?;
    let id = follow_ups::authenticate(&mut conn, &tokens.keys().ring(), &body.reference_no, &body.code).await?;
    Reply::ok(&follow_ups::read(&mut conn, id).await?)
}

/// Runs an action on behalf of the reporter and returns the complaint.
async fn act<W>(
    write: Write,
    quota: &FollowUpQuota,
    digest: [u8; 32],
    credentials: FollowUpLookup,
    work: W,
) -> Result<Reply, Error>
where
    W: AsyncFnOnce(&mut Tx, Uuid) -> Result<(), Error> + 'static,
{
    quota.consume(&credentials.reference_no)?;
    write
        .run_as(follow_ups::actor(), digest, async move |tx| {
            let keys = tx.keys.clone();
            let id =
                follow_ups::authenticate(&mut tx.conn, &keys, &credentials.reference_no, &credentials.code).await?;
            work(tx, id).await?;
            Reply::ok(&follow_ups::read(&mut tx.conn, id).await?)
        })
        .await
}

/// Runs an action that takes a text from the reporter.
async fn act_with_text<W>(
    write: Write,
    quota: &FollowUpQuota,
    body: Json<FollowUpMessage>,
    work: W,
) -> Result<Reply, Error>
where
    W: AsyncFnOnce(&mut Tx, Uuid, LongText) -> Result<(), Error> + 'static,
{
    let digest = body.digest();
    let FollowUpMessage { reference_no, code, text } = body.valid()?;
    let credentials = FollowUpLookup { reference_no, code };
    act(write, quota, digest, credentials, async move |tx, id| work(tx, id, text).await).await
}

/// Answer the desk's question
///
/// Records the reporter's answer to the open question; the desk continues. Needs no token, but reference number and
/// code.
#[utoipa::path(
    tag = "Follow-up",
    request_body = FollowUpMessage,
    responses(
        (status = 200, description = "The complaint as its reporter sees it", body = FollowUp),
        (status = 404, description = "The reference number or the code is wrong", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The action is not possible in this state", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[post("/v1/follow-ups/answer")]
async fn answer_own_question(
    write: Write,
    quota: web::Data<FollowUpQuota>,
    body: Json<FollowUpMessage>,
) -> Result<Reply, Error> {
    act_with_text(write, &quota, body, async move |tx, id, text| {
        let body = Json::made(AnswerQuestion { answer: text });
        steps::answer(tx, id, body).await.map(|_| ())
    })
    .await
}

/// Add a note to one's own complaint
///
/// Adds a note for the desk. Needs no token, but reference number and code.
#[utoipa::path(
    tag = "Follow-up",
    request_body = FollowUpMessage,
    responses(
        (status = 200, description = "The complaint as its reporter sees it", body = FollowUp),
        (status = 404, description = "The reference number or the code is wrong", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The action is not possible in this state", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[post("/v1/follow-ups/notes")]
async fn add_own_note(
    write: Write,
    quota: web::Data<FollowUpQuota>,
    body: Json<FollowUpMessage>,
) -> Result<Reply, Error> {
    act_with_text(write, &quota, body, async move |tx, id, text| {
        let body = Json::made(CreateComplaintNote { visibility: NoteVisibility::Reporter, text });
        notes::create(tx, id, body).await.map(|_| ())
    })
    .await
}

/// Withdraw one's own complaint
///
/// Withdraws a complaint that has not ended, with a reason. Needs no token, but reference number and code.
#[utoipa::path(
    tag = "Follow-up",
    request_body = FollowUpMessage,
    responses(
        (status = 200, description = "The complaint as its reporter sees it", body = FollowUp),
        (status = 404, description = "The reference number or the code is wrong", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The action is not possible in this state", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[post("/v1/follow-ups/withdraw")]
async fn withdraw_own_complaint(
    write: Write,
    quota: web::Data<FollowUpQuota>,
    body: Json<FollowUpMessage>,
) -> Result<Reply, Error> {
    act_with_text(write, &quota, body, async move |tx, id, text| {
        let body = Json::made(WithdrawComplaint { reason: text });
        steps::withdraw(tx, id, body).await.map(|_| ())
    })
    .await
}

/// Reopen one's own complaint
///
/// Reopens a resolved or closed complaint because the matter is not resolved. Allowed within the region's term (409
/// `reopen-window-passed` after it). Needs no token, but reference number and code.
#[utoipa::path(
    tag = "Follow-up",
    request_body = FollowUpMessage,
    responses(
        (status = 200, description = "The complaint as its reporter sees it", body = FollowUp),
        (status = 404, description = "The reference number or the code is wrong", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The action is not possible in this state", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[post("/v1/follow-ups/reopen")]
async fn reopen_own_complaint(
    write: Write,
    quota: web::Data<FollowUpQuota>,
    body: Json<FollowUpMessage>,
) -> Result<Reply, Error> {
    act_with_text(write, &quota, body, async move |tx, id, text| {
        let body = Json::made(ReopenComplaint { reason: text });
        steps::reopen(tx, id, body).await.map(|_| ())
    })
    .await
}

/// Confirm that the matter is resolved
///
/// Closes a resolved complaint. Needs no token, but reference number and code.
#[utoipa::path(
    tag = "Follow-up",
    request_body = FollowUpConfirmation,
    responses(
        (status = 200, description = "The complaint as its reporter sees it", body = FollowUp),
        (status = 404, description = "The reference number or the code is wrong", body = crate::http::problem::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The action is not possible in this state", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
#[post("/v1/follow-ups/close")]
async fn confirm_own_complaint(
    write: Write,
    quota: web::Data<FollowUpQuota>,
    body: Json<FollowUpConfirmation>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    let FollowUpConfirmation { reference_no, code, satisfaction } = body.valid()?;
    let credentials = FollowUpLookup { reference_no, code };
    act(write, &quota, digest, credentials, async move |tx, id| {
        let body = Json::made(CloseComplaint { satisfaction, note: None });
        actions::close(tx, id, body).await.map(|_| ())
    })
    .await
}

/// Issue a new follow-up code
///
/// Issues a new code for a reporter who has lost the old one. The old code stops working. The new code is shown once.
#[utoipa::path(
    tag = "Complaints",
    responses((status = 200, description = "The new code", body = FollowUpCode)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/complaints/{id}/follow-up-code")]
async fn issue_follow_up_code(caller: Caller<ComplaintsSubmit>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            let issued = follow_ups::issue(tx, *id).await?;
            let stored = FollowUpCode { follow_up_code: None, ..issued.clone() };
            Reply::ok(&issued)?.stored_as(&stored)
        })
        .await
}
