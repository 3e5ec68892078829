//! Endpoints of message templates: one for the country, and those of regions that have their own.

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

/// List message templates
///
/// Returns the templates of the country (`ID`) and of each region that has its own.
#[utoipa::path(
    tag = "Messages",
    responses((status = 200, description = "The templates", body = MessageTemplateList)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/message-templates")]
async fn list_message_templates(_caller: Caller<ComplaintsRead>, db: Db) -> Result<Reply, Error> {
    let rows = store::list_all_templates(&mut *db.read().await?, Unscoped::ServiceStandards).await?;
    Reply::ok(&MessageTemplateList { items: rows.into_iter().map(show_template).collect() })
}

/// Read a message template
///
/// Returns the template that applies in the region. If the region has none, it is that of the next wider region, with version
/// 0.
#[utoipa::path(
    tag = "Messages",
    params(("event" = MessageEvent, Path), ("channel" = MessageChannel, Path), ("region" = String, Path)),
    responses((status = 200, description = "The template", body = MessageTemplate)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/message-templates/{event}/{channel}/{region}")]
async fn get_message_template(
    _caller: Caller<ComplaintsRead>,
    db: Db,
    at: Path<(MessageEvent, MessageChannel, String)>,
) -> Result<Reply, Error> {
    let (event, channel, region) = at.into_inner();
    let region = actions::parse_region(&region)?;
    let shown = actions::read_template(&mut *db.read().await?, event, channel, &region).await?;
    Reply::resource(&shown, shown.version)
}

/// Replace a message template
///
/// Replaces the template of a region. Send the version that you read in `If-Match`; version 0 creates the region's own
/// template. Unknown placeholders and identity numbers are refused. Queued messages use the new template. The country's
/// template needs a token for the whole country.
#[utoipa::path(
    tag = "Messages",
    params(("event" = MessageEvent, Path), ("channel" = MessageChannel, Path), ("region" = String, Path)),
    request_body = ReplaceMessageTemplate,
    responses((status = 200, description = "The template", body = MessageTemplate)),
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
    let region = actions::parse_region(&region)?;
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let shown = actions::replace_template(tx, event, channel, &region, body).await?;
            Reply::resource(&shown, shown.version)
        })
        .await
}
