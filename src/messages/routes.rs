//! Notes to people: read what was told, take the gateway's report, try again. The words stand in `routes_templates`.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{CreateMessageReceipt, Message, MessageList};
use super::routes_templates;
use crate::auth::Caller;
use crate::complaints::permissions::{ComplaintsHandle, ComplaintsRead};
use crate::db::Db;
use crate::error::Error;
use crate::events::permissions::WebhooksManage;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_complaint_messages).service(get_message).service(create_message_receipt).service(retry_message);
    routes_templates::configure(config);
}

/// List what a complaint's reporter was told
///
/// Every note, oldest first, with its attempts and what the gateway reported. The telephone is masked. Who reported
/// anonymously or left no telephone is told nothing.
#[utoipa::path(
    tag = "Messages",
    responses((status = 200, description = "The notes", body = MessageList)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}/messages")]
async fn list_complaint_messages(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    Reply::ok(&actions::list_of(&mut *db.read().await?, &caller.scope, *id).await?)
}

/// Read a note
///
/// One note with its attempts and what the gateway reported.
#[utoipa::path(
    tag = "Messages",
    responses((status = 200, description = "The note", body = Message)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/messages/{id}")]
async fn get_message(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let message = actions::read(&mut *db.read().await?, &caller.scope, *id).await?;
    Reply::resource(&message, message.version)
}

/// Report whether a note arrived
///
/// For the messaging gateway. A note that arrived stays so, whatever is reported later. A note that was not handed over yet
/// is refused (409 `message-not-sent`).
#[utoipa::path(
    tag = "Messages",
    request_body = CreateMessageReceipt,
    responses((status = 201, description = "The note", body = Message)),
    security(("oauth2" = ["webhooks:manage"]))
)]
#[post("/v1/messages/{id}/receipts")]
async fn create_message_receipt(
    caller: Caller<WebhooksManage>,
    write: Write,
    id: Path<Uuid>,
    body: Json<CreateMessageReceipt>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let message = actions::receive(tx, *id, body).await?;
            Reply::created(&message, message.version, format!("/v1/messages/{}", message.id))
        })
        .await
}

/// Send a note once more
///
/// For a note that was given up after about three days, or that did not arrive.
#[utoipa::path(
    tag = "Messages",
    responses((status = 200, description = "The note, queued again", body = Message)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/messages/{id}/retry")]
async fn retry_message(caller: Caller<ComplaintsHandle>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            let message = actions::retry(tx, *id).await?;
            Reply::resource(&message, message.version)
        })
        .await
}
