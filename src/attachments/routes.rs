//! Endpoints for one attachment: create, read, open, withdraw. Uploading the content is in `routes_upload`, the attachments of
//! one complaint or referral are in `routes_of_parents`.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Side};
use super::api::{Attachment, AttachmentLink, CreateAttachment, show};
use super::model::{AttachmentKind, AttachmentStatus};
use super::storage::Storage;
use super::{links, routes_of_parents, routes_upload, store};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::Clock;
use crate::complaints::permissions::{ComplaintsRead, ComplaintsSubmit};
use crate::db::Db;
use crate::error::Error;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::regions::Unscoped;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(create_attachment)
        .service(get_attachment)
        .service(withdraw_attachment)
        .service(link_attachment)
        .service(open_attachment);
    routes_upload::configure(config);
    routes_of_parents::configure(config);
}

pub(super) fn announced(made: &Created<Attachment>) -> Result<Reply, Error> {
    made.reply(|made| (made.version, format!("/v1/attachments/{}", made.id)))
}

/// Create an attachment
///
/// Announces an attachment: its parent, kind, media type, size and SHA-256. Send the content in chunks to `PATCH
/// /v1/attachments/{id}/content`; an upload without progress expires after seven days.
///
/// A client that worked offline sends its own id: a repeated request with the same id and body gets 200 with the stored
/// resource. The target organization of a referral uses `POST /v1/referrals/{id}/attachments` instead.
#[utoipa::path(
    tag = "Attachments",
    request_body = CreateAttachment,
    responses(
        (status = 201, description = "The attachment was created and waits for its content", body = Attachment),
        (status = 200, description = "The attachment existed already; the stored resource", body = Attachment)
    ),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/attachments")]
async fn create_attachment(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    storage: web::Data<Storage>,
    body: Json<CreateAttachment>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            announced(&actions::create(tx, &storage, body.valid()?, Side::Region).await?)
        })
        .await
}

/// Read an attachment
///
/// Returns the attachment's metadata. Open the content with a link (`POST /v1/attachments/{id}/links`).
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The attachment", body = Attachment)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/attachments/{id}")]
async fn get_attachment(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let (row, _) = actions::find(&mut *db.read().await?, &caller, *id, None).await?;
    let version = row.version;
    Reply::resource(&show(row), version)
}

/// Withdraw an attachment
///
/// Deletes the content at once; the metadata stays, with status `withdrawn`. Only the uploader may withdraw an attachment.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The withdrawn attachment", body = Attachment)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[delete("/v1/attachments/{id}")]
async fn withdraw_attachment(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    storage: web::Data<Storage>,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            let withdrawn = actions::withdraw(tx, &storage, *id).await?;
            Reply::resource(&withdrawn, withdrawn.version)
        })
        .await
}

/// Create a link to an attachment
///
/// Returns a link that opens the content without a token for five minutes. Each link is written to the audit trail.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 201, description = "The link", body = AttachmentLink)),
    security(("oauth2" = ["complaints:read"]))
)]
#[post("/v1/attachments/{id}/links")]
async fn link_attachment(caller: Caller<ComplaintsRead>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write.act(&caller, async move |tx| linked(&actions::link(tx, *id, None).await?)).await
}

pub(super) fn linked(link: &AttachmentLink) -> Result<Reply, Error> {
    let mut reply = Reply::ok(link)?;
    reply.status = 201;
    reply.location = Some(link.url.clone());
    Ok(reply)
}

/// Open an attachment by a link
///
/// Returns the content, to be saved rather than displayed. No token is needed: the signed link grants access until it expires.
/// An expired or modified link gets 404.
#[utoipa::path(
    tag = "Attachments",
    params(
        ("expires" = Option<i64>, Query, description = "Value from the link."),
        ("signature" = Option<String>, Query, description = "Value from the link.")
    ),
    responses((status = 200, description = "The content", content(
        (serde_json::Value = "image/jpeg"),
        (serde_json::Value = "image/png"),
        (serde_json::Value = "image/webp"),
        (serde_json::Value = "application/pdf"),
    ))),
    security(())
)]
#[get("/v1/attachments/{id}/file")]
async fn open_attachment(
    request: HttpRequest,
    db: Db,
    tokens: web::Data<Tokens>,
    clock: web::Data<Clock>,
    storage: web::Data<Storage>,
    id: Path<Uuid>,
) -> Result<HttpResponse, Error> {
    if !links::opens(&tokens.keys().ring(), *id, request.query_string(), clock.now()) {
        return Err(Error::not_found());
    }
    let found = store::find(&mut *db.read().await?, Unscoped::SignedLink, *id).await?;
    let row = found.filter(|row| row.status == AttachmentStatus::Complete).ok_or_else(Error::not_found)?;
    let size = u64::try_from(row.stored_size.unwrap_or(0)).unwrap_or(0);
    let content = storage.stream_content(row.id, size).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, row.media_type.as_str()))
        .insert_header((header::CONTENT_LENGTH, size.to_string()))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(row.kind, &row))))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
        .body(actix_web::body::SizedStream::new(size, content)))
}

/// The file name contains the kind and a short id, but no personal data.
fn file_name(kind: AttachmentKind, row: &store::AttachmentRow) -> String {
    let id = row.id.simple().to_string();
    let short = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
    format!("{kind}-{short}.{}", row.media_type.extension())
}
