//! Routes of notes, questions, possible duplicates and the lookup by reference number.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{ComplaintMatches, PossibleDuplicates};
use super::bodies::{ComplaintLookup, CreateComplaintNote};
use super::notes::{self, ComplaintExchanges, ComplaintNote, ComplaintNotes};
use crate::auth::Caller;
use crate::clock::Clock;
use crate::complaints::permissions::{ComplaintsNote, ComplaintsRead};
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(look_up_complaint)
        .service(create_complaint_note)
        .service(list_complaint_notes)
        .service(list_complaint_exchanges)
        .service(list_duplicate_candidates);
}

/// Find a complaint by its reference number
///
/// Returns the complaint with this reference number. Upper or lower case, blanks and dashes make no difference. A
/// mistyped number is 422 (`not_a_reference`); a number of no complaint in the caller's regions returns an empty list.
#[utoipa::path(
    tag = "Complaints",
    request_body = ComplaintLookup,
    responses((status = 200, description = "The complaint, or an empty list", body = ComplaintMatches)),
    security(("oauth2" = ["complaints:read"]))
)]
#[post("/v1/complaints/lookup")]
async fn look_up_complaint(
    caller: Caller<ComplaintsRead>,
    db: Db,
    clock: web::Data<Clock>,
    body: Json<ComplaintLookup>,
) -> Result<Reply, Error> {
    let body = body.valid()?;
    let mut conn = db.read().await?;
    let found = actions::look_up(&mut conn, &caller.scope, &body.reference_no, clock.now()).await?;
    Reply::ok(&ComplaintMatches { items: found.into_iter().collect() })
}

/// Add a note to a complaint
///
/// Adds a note for officers only (`internal`) or for officers and the reporter (`reporter`).
#[utoipa::path(
    tag = "Complaints",
    request_body = CreateComplaintNote,
    responses((status = 201, description = "The note", body = ComplaintNote)),
    security(("oauth2" = ["complaints:note"]))
)]
#[post("/v1/complaints/{id}/notes")]
async fn create_complaint_note(
    caller: Caller<ComplaintsNote>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CreateComplaintNote>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let note = notes::create(tx, *id, body).await?;
            Reply::created(&note, 1, format!("/v1/complaints/{}/notes", *id))
        })
        .await
}

/// List the notes of a complaint
///
/// Returns all notes of the complaint, oldest first.
#[utoipa::path(
    tag = "Complaints",
    responses((status = 200, description = "The notes", body = ComplaintNotes)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}/notes")]
async fn list_complaint_notes(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    Reply::ok(&notes::list(&mut conn, &caller.scope, *id).await?)
}

/// List the questions of a complaint
///
/// Returns the questions to the reporter with their answers, oldest first.
#[utoipa::path(
    tag = "Complaints",
    responses((status = 200, description = "The questions and answers", body = ComplaintExchanges)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}/exchanges")]
async fn list_complaint_exchanges(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    Reply::ok(&notes::list_exchanges(&mut conn, &caller.scope, *id).await?)
}

/// Find complaints that may be the same matter
///
/// Returns up to five complaints that may be duplicates of this one, each with a score and its reasons. Compared are
/// region, sector, subject and description. Complaints of the same village count for the 90 days before this one, those
/// about the same subject at any time. An officer decides (`POST /v1/complaints/{id}/mark-duplicate`).
#[utoipa::path(
    tag = "Complaints",
    responses((status = 200, description = "Complaints that may be duplicates", body = PossibleDuplicates)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}/duplicate-candidates")]
async fn list_duplicate_candidates(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    Reply::ok(&PossibleDuplicates { items: actions::duplicates_of(&mut conn, &caller.scope, *id).await? })
}
