//! Uploads the content of an attachment in chunks. A subset of the tus protocol: `Upload-Offset` gives the start of a chunk,
//! and HEAD or GET returns the offset of the next one.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder as _, get, patch, web};
use tracing::Instrument as _;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{Attachment, AttachmentParent, UploadProgress};
use super::model::{AttachmentParentKind, AttachmentStatus};
use super::storage::Storage;
use super::upload::{self, Piece, StoredPiece};
use crate::auth::Caller;
use crate::auth::permission::Requires;
use crate::complaints::permissions::ComplaintsSubmit;
use crate::db::Db;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::has_media_type;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::referrals::permissions::ReferralsRespond;
use crate::transaction::Write;

const PIECE: &str = "application/offset+octet-stream";
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(append_attachment_content)
        .service(get_attachment_progress)
        .service(append_referral_attachment_content)
        .service(get_referral_attachment_progress);
}

/// Upload a chunk of an attachment's content
///
/// Uploads the bytes from `Upload-Offset` on, at most 4 MiB. After a lost connection, read the current offset (HEAD or GET) and
/// continue there: received bytes are stored.
///
/// After the last byte, size, hash and media type are validated, and the metadata of images (location, device) is removed. If
/// the content does not match, the answer is 422 and the attachment is rejected.
#[utoipa::path(
    tag = "Attachments",
    params(("Upload-Offset" = i32, Header, description = "Start of the chunk: the number of bytes received so far.", example = 0)),
    request_body(content = serde_json::Value, content_type = "application/offset+octet-stream", description = "The bytes"),
    responses((status = 200, description = "The attachment; complete after the last chunk", body = Attachment)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[patch("/v1/attachments/{id}/content")]
async fn append_attachment_content(
    caller: Caller<ComplaintsSubmit>,
    request: HttpRequest,
    piece: Arriving,
    id: Path<Uuid>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    append(caller, request, piece, payload, *id, None).await
}

/// Read the progress of an upload
///
/// Returns the number of bytes received. HEAD returns the same in `Upload-Offset` and `Upload-Length`.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The progress", body = UploadProgress)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[get("/v1/attachments/{id}/content")]
async fn get_attachment_progress(
    caller: Caller<ComplaintsSubmit>,
    request: HttpRequest,
    db: Db,
    id: Path<Uuid>,
) -> Result<HttpResponse, Error> {
    progress(&caller, &request, &db, *id, None).await
}

/// Upload a chunk of an attachment's content as the target organization
///
/// Like `PATCH /v1/attachments/{id}/content`, for an attachment of this referral.
#[utoipa::path(
    tag = "Attachments",
    params(
        ("id" = Uuid, Path), ("attachment_id" = Uuid, Path),
        ("Upload-Offset" = i32, Header, description = "Start of the chunk: the number of bytes received so far.", example = 0)
    ),
    request_body(content = serde_json::Value, content_type = "application/offset+octet-stream", description = "The bytes"),
    responses((status = 200, description = "The attachment; complete after the last chunk", body = Attachment)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[patch("/v1/referrals/{id}/attachments/{attachment_id}/content")]
async fn append_referral_attachment_content(
    caller: Caller<ReferralsRespond>,
    request: HttpRequest,
    piece: Arriving,
    ids: Path<(Uuid, Uuid)>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let (referral, id) = *ids;
    append(caller, request, piece, payload, id, Some(of_referral(referral))).await
}

/// Read the progress of an upload to a referral
///
/// Like `GET /v1/attachments/{id}/content`, for an attachment of this referral.
#[utoipa::path(
    tag = "Attachments",
    params(("id" = Uuid, Path), ("attachment_id" = Uuid, Path)),
    responses((status = 200, description = "The progress", body = UploadProgress)),
    security(("oauth2" = ["referrals:respond"]))
)]
#[get("/v1/referrals/{id}/attachments/{attachment_id}/content")]
async fn get_referral_attachment_progress(
    caller: Caller<ReferralsRespond>,
    request: HttpRequest,
    db: Db,
    ids: Path<(Uuid, Uuid)>,
) -> Result<HttpResponse, Error> {
    let (referral, id) = *ids;
    progress(&caller, &request, &db, id, Some(of_referral(referral))).await
}

pub(super) fn of_referral(id: Uuid) -> AttachmentParent {
    AttachmentParent { kind: AttachmentParentKind::Referral, id }
}

/// What an upload request needs. It runs at most two transactions: one stores the chunk, one finishes the upload.
struct Arriving {
    db: Db,
    store_chunk: Write,
    finish: Write,
    storage: web::Data<Storage>,
}

impl actix_web::FromRequest for Arriving {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut actix_web::dev::Payload) -> Self::Future {
        let mut made = || {
            Ok(Self {
                db: Db::extract(request).into_inner()?,
                store_chunk: Write::from_request(request, payload).into_inner()?,
                finish: Write::from_request(request, payload).into_inner()?,
                storage: request
                    .app_data::<web::Data<Storage>>()
                    .cloned()
                    .ok_or_else(|| Error::internal("the application state is incomplete"))?,
            })
        };
        std::future::ready(made())
    }
}

async fn append<P: Requires>(
    caller: Caller<P>,
    request: HttpRequest,
    piece: Arriving,
    payload: web::Payload,
    id: Uuid,
    of: Option<AttachmentParent>,
) -> Result<HttpResponse, Error> {
    let (row, _) = actions::find(&mut *piece.db.read().await?, &caller, id, of).await?;
    if !has_media_type(&request, |m| m == PIECE) {
        return Err(Error::about(Code::UNSUPPORTED_MEDIA_TYPE, PIECE));
    }
    let offset = offset_of(request.headers())?;
    upload::check_offset(&row, offset)?;
    let remaining = usize::try_from(row.size - offset).unwrap_or(0);
    // Runs in its own task, so that received bytes are stored even if the connection is lost.
    let task = async move {
        let Arriving { db, store_chunk, finish, storage } = piece;
        let piece = Piece::read(payload.into_inner(), remaining).await;
        let fault = upload::fault_of(&piece, remaining);
        let stored = StoredPiece::put(&storage, id, offset, piece).await?;
        let mut reply = store_chunk
            .read_marking(&caller, async move |tx| {
                let row = upload::append(tx, id, of, stored).await?;
                Reply::resource(&row, row.version)
            })
            .await?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let mut shown: Attachment = serde_json::from_str(&reply.body).map_err(Error::internal)?;
        if shown.received == shown.size {
            let store = storage.clone();
            reply = finish
                .read_marking(&caller, async move |tx| {
                    let row = upload::finish(tx, &store, id).await?;
                    Reply::resource(&row, row.version)
                })
                .await?;
            shown = serde_json::from_str(&reply.body).map_err(Error::internal)?;
            if shown.status == AttachmentStatus::Complete {
                upload::delete_parts(&mut *db.read().await?, &storage, id).await?;
            }
        }
        Ok((reply, shown))
    };
    let task = tokio::task::spawn_local(task.in_current_span());
    let (reply, shown) = task.await.map_err(Error::internal)??;
    if let Some(refused) = upload::rejection(&shown) {
        return Err(refused);
    }
    let mut response = reply.respond_to(&request);
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(shown.received));
    Ok(response)
}

fn offset_of(headers: &HeaderMap) -> Result<i32, Error> {
    let value = headers.get(UPLOAD_OFFSET).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    value.filter(|offset| *offset >= 0).ok_or_else(|| Error::about(Code::MALFORMED_HEADER, "Upload-Offset"))
}

async fn progress<P>(
    caller: &Caller<P>,
    request: &HttpRequest,
    db: &Db,
    id: Uuid,
    of: Option<AttachmentParent>,
) -> Result<HttpResponse, Error> {
    let (row, _) = actions::find(&mut *db.read().await?, caller, id, of).await?;
    let mut response = Reply::resource(&UploadProgress::of(&row), row.version)?.respond_to(request);
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(row.received));
    response.headers_mut().insert(UPLOAD_LENGTH, HeaderValue::from(row.size));
    Ok(response)
}
