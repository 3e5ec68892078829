//! The words of notes, as data: for the country, and for a region that wants its own.

use actix_web::{get, put};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions;
use super::api::{MessageTemplate, MessageTemplateList, ReplaceMessageTemplate, show_template};
use super::store;
use crate::auth::Caller;
use crate::complaints::permissions::ComplaintsRead;
use crate::db::Db;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::message_queue::model::{MessageChannel, MessageEvent};
use crate::regions::Unscoped;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_message_templates).service(get_message_template).service(replace_message_template);
}

/// List the words of notes
///
/// Those of the country (`ID`) and of each region that has its own.
#[utoipa::path(
    tag = "Messages",
    responses((status = 200, description = "The words", body = MessageTemplateList)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/message-templates")]
async fn list_message_templates(_caller: Caller<ComplaintsRead>, db: Db) -> Result<Reply, Error> {
    let rows = store::list_all_templates(&mut *db.read().await?, Unscoped::ServiceStandards).await?;
    Reply::ok(&MessageTemplateList { items: rows.into_iter().map(show_template).collect() })
}

/// Read the words for a step, a way and a region
///
/// As they hold there. Where the region has none of its own, those of the next wider one, with version 0.
#[utoipa::path(
    tag = "Messages",
    params(("event" = MessageEvent, Path), ("channel" = MessageChannel, Path), ("region" = String, Path)),
    responses((status = 200, description = "The words", body = MessageTemplate)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/message-templates/{event}/{channel}/{region}")]
async fn get_message_template(
    _caller: Caller<ComplaintsRead>,
    db: Db,
    at: Path<(MessageEvent, MessageChannel, String)>,
) -> Result<Reply, Error> {
    let (event, channel, region) = at.into_inner();
    let region = actions::place(&region)?;
    let shown = actions::read_template(&mut *db.read().await?, event, channel, &region).await?;
    Reply::resource(&shown, shown.version)
}

/// Change the words for a step, a way and a region
///
/// With the version read before; version 0 gives a region words of its own. A placeholder that the step does not know is
/// refused, and so is an identity number. Notes that wait take the new words. The country's words need a token for the
/// country.
#[utoipa::path(
    tag = "Messages",
    params(("event" = MessageEvent, Path), ("channel" = MessageChannel, Path), ("region" = String, Path)),
    request_body = ReplaceMessageTemplate,
    responses((status = 200, description = "The words", body = MessageTemplate)),
    security(("oauth2" = ["directory:write"]))
)]
#[put("/v1/message-templates/{event}/{channel}/{region}")]
async fn replace_message_template(
    caller: Caller<DirectoryWrite>,
    write: Write,
    at: Path<(MessageEvent, MessageChannel, String)>,
    body: Json<ReplaceMessageTemplate>,
) -> Result<Reply, Error> {
    let (event, channel, region) = at.into_inner();
    let region = actions::place(&region)?;
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let shown = actions::replace_template(tx, event, channel, &region, body).await?;
            Reply::resource(&shown, shown.version)
        })
        .await
}
