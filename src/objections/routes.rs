//! HTTP routes of objections.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{EligibilityObjection, SubmitObjection};
use crate::auth::Caller;
use crate::clock::Clock;
use crate::complaints::permissions::{ComplaintsRead, ComplaintsSubmit};
use crate::db::Db;
use crate::error::Error;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(submit_objection).service(get_objection);
}

/// Object to a result
///
/// Submits an objection: a person or family should be in a programme and is not, or is in it and should not be. This creates a
/// complaint, to be verified with the class `enrolment`, with the result of that day as evidence: outcome, conditions, missing facts,
/// rule version, welfare snapshot. Later changes of the registry do not change the evidence. No decision is made by machine alone: an
/// officer decides on the complaint. A tablet sends the id that it generated (UUIDv7): sending the same id and content again returns
/// 200 with the stored objection. Also needs `eligibility:check`, because the response shows the result.
#[utoipa::path(
    tag = "Eligibility",
    request_body = SubmitObjection,
    responses(
        (status = 201, description = "The objection with its complaint", body = EligibilityObjection),
        (status = 200, description = "The stored objection; the same id and content were sent before", body = EligibilityObjection)
    ),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/eligibility/objections")]
async fn submit_objection(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    body: Json<SubmitObjection>,
) -> Result<Reply, Error> {
    caller.require(crate::eligibility::permissions::ELIGIBILITY_CHECK)?;
    write
        .run(&caller, body.digest(), async move |tx| match actions::submit(tx, body.valid()?).await? {
            Created::New(made) => {
                let location = format!("/v1/eligibility/objections/{}", made.complaint.id);
                let reply = Reply::created(&made, made.complaint.version, location)?;
                reply.stored_as(&EligibilityObjection { complaint: made.complaint.without_code(), ..made })
            }
            Created::Known(made) => Ok(Reply::resource(&made, made.complaint.version)?.unchanged()),
        })
        .await
}

/// Read an objection
///
/// Returns the recorded result and the complaint in its current state. Id and version are those of the complaint.
#[utoipa::path(
    tag = "Eligibility",
    responses((status = 200, description = "The objection", body = EligibilityObjection)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/eligibility/objections/{id}")]
async fn get_objection(
    caller: Caller<ComplaintsRead>,
    db: Db,
    clock: web::Data<Clock>,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let shown = actions::find(&mut conn, &caller.scope, *id, clock.now()).await?;
    Reply::resource(&shown, shown.complaint.version)
}
