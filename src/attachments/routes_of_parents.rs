//! Endpoints for the attachments of one complaint, registry proposal or referral.

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
/// Returns the attachments that are complete or still uploading, oldest first.
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
/// Returns the attachments that are complete or still uploading, oldest first.
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
/// Returns the attachments from the source and from the target organization. Attachments of the complaint are not included
/// unless the source attached them to the referral.
#[utoipa::path(
    tag = "Attachments",
    responses((status = 200, description = "The attachments", body = AttachmentList)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}/attachments")]
async fn list_referral_attachments(caller: Caller<ReferralsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    Reply::ok(&actions::list_of(&mut *db.read().await?, &caller, Kind::Referral, *id).await?)
}

/// Create an attachment as the target organization
///
/// Announces an attachment of a referral, for example a proof of delivery. Send its content to `PATCH
/// /v1/referrals/{id}/attachments/{attachment_id}/content`.
#[utoipa::path(
    tag = "Attachments",
    request_body = CreateReferralAttachment,
    responses(
        (status = 201, description = "The attachment was created and waits for its content", body = Attachment),
        (status = 200, description = "The attachment existed already; the stored resource", body = Attachment)
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
        .run(&caller, digest, async move |tx| announced(&actions::create_on_referral(tx, &storage, *id, body).await?))
        .await
}

/// Create a link to an attachment of a referral
///
/// Returns a link that opens the attachment without a token for five minutes. Every caller who may see the referral may create
/// one. Each link is written to the audit trail.
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
