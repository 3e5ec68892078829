//! The attachments of one complaint or one referral, for whoever sees it.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{Attachment, AttachmentLink, AttachmentList, CreateReferralAttachment};
use super::model::AttachmentParentKind as Kind;
use super::routes::{announced, linked};
use super::routes_upload::of_referral;
use super::storage::Storage;
use crate::auth::Caller;
use crate::complaints::permissions::ComplaintsRead;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::referrals::permissions::{ReferralsRead, ReferralsRespond};
use crate::registry::permissions::RegistryRead;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_complaint_attachments)
        .service(list_registry_proposal_attachments)
        .service(list_referral_attachments)
        .service(create_referral_attachment)
        .service(link_referral_attachment);
}

/// List a complaint's attachments
///
/// Those that are complete or still being uploaded, oldest first.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The attachments", body = AttachmentList)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/complaints/{id}/attachments")]
async fn list_complaint_attachments(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    Reply::ok(&actions::list_of(&mut *db.read().await?, &caller, Kind::Complaint, *id).await?)
}

/// List a registry proposal's attachments
///
/// Those that are complete or still being uploaded, oldest first.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The attachments", body = AttachmentList)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/registry-proposals/{id}/attachments")]
async fn list_registry_proposal_attachments(
    caller: Caller<RegistryRead>,
    db: Db,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    Reply::ok(&actions::list_of(&mut *db.read().await?, &caller, Kind::RegistryProposal, *id).await?)
}

/// List a referral's attachments
///
/// What the source sent along and what the organization referred to added. The papers of the complaint behind the
/// referral are not among them: the source chooses what to send along.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The attachments", body = AttachmentList)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}/attachments")]
async fn list_referral_attachments(caller: Caller<ReferralsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    Reply::ok(&actions::list_of(&mut *db.read().await?, &caller, Kind::Referral, *id).await?)
}

/// Announce an attachment, as the organization referred to
///
/// For example the proof of a delivery. The content follows at
/// `PATCH /v1/referrals/{id}/attachments/{attachment_id}/content`.
#[utoipa::path(
    tag = "Attachments",
    request_body = CreateReferralAttachment,
    responses(
        (status = 201, description = "The attachment, waiting for its content", body = Attachment),
        (status = 200, description = "It was announced before; this is what is stored", body = Attachment)
    ),
    security(("oauth2" = ["referrals:respond"]))
)]
#[post("/v1/referrals/{id}/attachments")]
async fn create_referral_attachment(
    caller: Caller<ReferralsRespond>,
    write: Write,
    storage: web::Data<Storage>,
    id: Path<Uuid>,
    body: Json<CreateReferralAttachment>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| announced(actions::create_on_referral(tx, &storage, *id, body).await?))
        .await
}

/// Make a link that opens an attachment of a referral
///
/// For whoever sees the referral. The link needs no token and lives five minutes; making one leaves a row in the audit
/// trail.
#[utoipa::path(
    tag = "Attachments",
    params(("id" = Uuid, Path), ("attachment_id" = Uuid, Path)),
    responses((status = 201, description = "The link", body = AttachmentLink)),
    security(("oauth2" = ["referrals:read"]))
)]
#[post("/v1/referrals/{id}/attachments/{attachment_id}/links")]
async fn link_referral_attachment(
    caller: Caller<ReferralsRead>,
    write: Write,
    ids: Path<(Uuid, Uuid)>,
) -> Result<Reply, Error> {
    let (referral, id) = *ids;
    write.act(&caller, async move |tx| linked(&actions::link(tx, id, Some(of_referral(referral))).await?)).await
}
