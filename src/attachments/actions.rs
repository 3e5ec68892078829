//! Use cases of attachments. An attachment is found by its id, then its parent is checked: a caller who may not see the parent
//! gets 404.

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{
    Attachment, AttachmentAbout, AttachmentLink, AttachmentList, AttachmentParent, CreateAttachment, show,
};
use super::model::{AttachmentParentKind as Kind, AttachmentStatus as Status};
use super::parents::{self, Parent};
use super::store::{self, AttachmentRow};
use super::{links, storage::Storage};
use crate::auth::Actor;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::Json;
use crate::http::json::content_hash;
use crate::regions::Unscoped;
use crate::transaction::Tx;

/// Lifetime of an unfinished upload: a tablet may have a network only once a week.
pub const UPLOAD_LIFETIME: TimeDelta = TimeDelta::days(7);
/// Maximum attachments per parent.
const MAX_PER_PARENT: usize = 50;
/// The caller's side of a referral; other parents have only one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Region,
    Target,
}

/// An unknown parent is a field error when the body names it, and 404 when the path does.
pub async fn create(
    tx: &mut Tx,
    storage: &Storage,
    input: CreateAttachment,
    side: Side,
) -> Result<Created<Attachment>, Error> {
    let parent = require_parent(tx, input.parent, side).await?;
    if input.size > storage.max_bytes {
        return Err(Error::field("/size", "too_large"));
    }
    tx.require_past(input.captured_at, "/captured_at")?;
    let hash = content_hash(&input)?;
    let row = AttachmentRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        parent_kind: input.parent.kind,
        parent_id: input.parent.id,
        kind: input.kind,
        media_type: input.media_type,
        size: i32::try_from(input.size).map_err(|_| Error::field("/size", "too_large"))?,
        sha256: input.sha256.0.to_vec(),
        caption: input.caption.map(|c| c.into_string()),
        captured_at: input.captured_at,
        status: Status::Uploading,
        reason: None,
        received: 0,
        stored_size: None,
        stored_sha256: None,
        width: None,
        height: None,
        submission_hash: hash,
        client_id: tx.actor.client_id.clone(),
        created_by: tx.actor.subject.clone(),
        expires_at: tx.now + UPLOAD_LIFETIME,
        completed_at: None,
        parent_seen_at: tx.now,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    if !store::insert(&mut tx.conn, &row).await? {
        return match store::find(&mut tx.conn, Unscoped::ReadWithinScopeNext, row.id).await? {
            Some(known) if known.submission_hash == row.submission_hash => Ok(Created::Known(show(known))),
            _ => Err(Error::new(Code::ALREADY_EXISTS)),
        };
    }
    if store::list_of_visible(&mut tx.conn, row.parent_kind, row.parent_id).await?.len() > MAX_PER_PARENT {
        return Err(Error::new(crate::attachments::problems::TOO_MANY_ATTACHMENTS));
    }
    tx.audit("attachment.create", "attachment", row.id, Some(&parent.region_code));
    Ok(Created::New(show(row)))
}

async fn require_parent(tx: &mut Tx, at: AttachmentParent, side: Side) -> Result<Parent, Error> {
    let actor = tx.actor.clone();
    let found = parents::find_readable(&mut tx.conn, &actor, at).await?;
    match side {
        Side::Region => {
            let parent = found.ok_or_else(|| Error::field("/parent/id", "unknown_parent"))?;
            if !actor.scope.allows(&parent.region_code) {
                return Err(Error::new(crate::referrals::problems::NOT_THE_SOURCE));
            }
            Ok(parent)
        }
        Side::Target => {
            let parent = found.ok_or_else(Error::not_found)?;
            if parent.target.is_none() || parent.target != actor.organization_id {
                return Err(Error::new(crate::referrals::problems::NOT_THE_TARGET));
            }
            Ok(parent)
        }
    }
}

/// An attachment whose parent the caller may see; `of` restricts it to one parent.
pub async fn find(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: Uuid,
    of: Option<AttachmentParent>,
) -> Result<(AttachmentRow, Parent), Error> {
    let row = store::find(conn, Unscoped::ReadWithinScopeNext, id).await?.ok_or_else(Error::not_found)?;
    let at = AttachmentParent { kind: row.parent_kind, id: row.parent_id };
    if of.is_some_and(|of| of != at) {
        return Err(Error::not_found());
    }
    let parent = parents::find_readable(conn, actor, at).await?.ok_or_else(Error::not_found)?;
    Ok((row, parent))
}

pub async fn list_of(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    kind: Kind,
    id: Uuid,
) -> Result<AttachmentList, Error> {
    let at = AttachmentParent { kind, id };
    parents::find_readable(conn, actor, at).await?.ok_or_else(Error::not_found)?;
    let rows = store::list_of_visible(conn, kind, id).await?;
    Ok(AttachmentList { items: rows.into_iter().map(show).collect() })
}

/// Opening an attachment reveals personal data, so each link is audited.
pub async fn link(tx: &mut Tx, id: Uuid, of: Option<AttachmentParent>) -> Result<AttachmentLink, Error> {
    let actor = tx.actor.clone();
    let (row, parent) = find(&mut tx.conn, &actor, id, of).await?;
    if row.status != Status::Complete {
        return Err(Error::transition(
            crate::attachments::problems::ATTACHMENT_NOT_COMPLETE,
            row.status.as_str(),
            Vec::new(),
        ));
    }
    tx.audit("attachment.open", "attachment", id, Some(&parent.region_code));
    Ok(links::make(&tx.keys, id, tx.now))
}

/// Only the uploader may withdraw an attachment. The content is deleted at once; the row stays.
pub async fn withdraw(tx: &mut Tx, storage: &Storage, id: Uuid) -> Result<Attachment, Error> {
    let actor = tx.actor.clone();
    let (_, parent) = find(&mut tx.conn, &actor, id, None).await?;
    let mut row = store::lock(&mut tx.conn, Unscoped::ReadWithinScopeNext, id).await?.ok_or_else(Error::not_found)?;
    if row.created_by != actor.subject {
        return Err(Error::new(crate::attachments::problems::NOT_THE_UPLOADER));
    }
    tx.if_match.require(row.version)?;
    if !matches!(row.status, Status::Uploading | Status::Complete) {
        return Err(Error::transition(
            crate::attachments::problems::ATTACHMENT_NOT_COMPLETE,
            row.status.as_str(),
            Vec::new(),
        ));
    }
    let was_complete = row.status == Status::Complete;
    remove(tx, storage, &mut row, Status::Withdrawn).await?;
    tx.audit("attachment.withdraw", "attachment", id, Some(&parent.region_code));
    if was_complete {
        publish(tx, &row, &parent.region_code, "withdrawn");
    }
    Ok(show(row))
}

/// Deletes the bytes before the row changes, so that a failure leaves a row that is retried.
pub(super) async fn remove(tx: &mut Tx, storage: &Storage, row: &mut AttachmentRow, to: Status) -> Result<(), Error> {
    storage.delete_parts(row.id).await?;
    storage.delete_content(row.id).await?;
    store::delete_parts(&mut tx.conn, row.id).await?;
    row.status = to;
    row.caption = None;
    row.version += 1;
    row.updated_at = tx.now;
    Ok(store::save(&mut tx.conn, row).await?)
}

/// The attachments of these complaints and referrals, for a data subject's request. Each complete one has a link that opens it
/// for a limited time, and each link is audited.
pub async fn list_about(tx: &mut Tx, parents: &[Uuid]) -> Result<Vec<AttachmentAbout>, Error> {
    let rows = store::list_by_parents(&mut tx.conn, Unscoped::SubjectRights, parents).await?;
    let mut about = Vec::with_capacity(rows.len());
    for row in rows {
        let complete = row.status == Status::Complete;
        let link = complete.then(|| links::make_for(&tx.keys, row.id, tx.now, links::LIFETIME_FOR_SUBJECT));
        if complete {
            tx.audit("attachment.open", "attachment", row.id, None);
        }
        about.push(AttachmentAbout { attachment: show(row), link });
    }
    Ok(about)
}

/// Deletes the content of attachments after the erasure of their subject; the rows stay.
pub async fn erase(tx: &mut Tx, storage: &Storage, parents: &[Uuid]) -> Result<(), Error> {
    for mut row in store::list_by_parents(&mut tx.conn, Unscoped::SubjectRights, parents).await? {
        remove(tx, storage, &mut row, Status::Withdrawn).await?;
        tx.audit("attachment.forget", "attachment", row.id, None);
    }
    Ok(())
}

pub(super) fn publish(tx: &mut Tx, row: &AttachmentRow, region_code: &str, what: &str) {
    tx.publish(NewEvent {
        type_: format!("attachment.{what}"),
        subject_kind: "attachment",
        subject_id: row.id,
        region_code: region_code.to_owned(),
        organization_id: None,
        data: object!({ "parent_kind": row.parent_kind, "parent_id": row.parent_id, "kind": row.kind }),
    });
}

/// Creates an attachment on the referral in the path. 404 comes before 422.
pub async fn create_on_referral(
    tx: &mut Tx,
    storage: &Storage,
    referral: Uuid,
    body: Json<super::api::CreateReferralAttachment>,
) -> Result<Created<Attachment>, Error> {
    require_parent(tx, AttachmentParent { kind: Kind::Referral, id: referral }, Side::Target).await?;
    let input = body.valid()?.on(referral);
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return Err(Error::field("/id", "not_uuid_v7"));
    }
    create(tx, storage, input, Side::Target).await
}
