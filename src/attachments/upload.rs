//! Receives content in chunks, each starting where the last one ended. What arrived before a lost connection is stored. The
//! content is validated and shown only when its size and hash match.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::{Bytes, BytesMut};
use diesel_async::AsyncPgConnection;
use futures_util::StreamExt as _;
use uuid::Uuid;

use super::actions::{publish, remove};
use super::api::{Attachment, AttachmentParent, show};
use super::content::{self, Accepted};
use super::model::AttachmentStatus as Status;
use super::parents::Parent;
use super::storage::Storage;
use super::store::{self, AttachmentRow, PartRow};
use super::{actions, parents};
use crate::auth::Actor;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::sha256;
use crate::regions::Unscoped;
use crate::transaction::Tx;

/// Maximum bytes of one chunk.
pub const PIECE_LIMIT: usize = 4 * 1024 * 1024;
/// Time without data after which the received bytes are stored and the request ends.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The received bytes of one chunk.
pub struct Piece {
    bytes: Bytes,
    fault: Option<Code>,
}

impl Piece {
    /// Reads until the chunk ends, the connection fails or the time-out expires.
    pub async fn read(mut payload: Payload, remaining: usize) -> Self {
        let mut bytes = BytesMut::new();
        let limit = remaining.min(PIECE_LIMIT);
        let fault = loop {
            match tokio::time::timeout(IDLE_TIMEOUT, payload.next()).await {
                Ok(None) => break None,
                Ok(Some(Ok(chunk))) if bytes.len() + chunk.len() > limit => break Some(Code::BODY_TOO_LARGE),
                Ok(Some(Ok(chunk))) => bytes.extend_from_slice(&chunk),
                Ok(Some(Err(_))) => break Some(Code::MALFORMED_BODY),
                Err(_) => break Some(Code::REQUEST_TIMEOUT),
            }
        };
        // A chunk that is too long is an error of the client; nothing of it is stored.
        let bytes = if fault == Some(Code::BODY_TOO_LARGE) { Bytes::new() } else { bytes.freeze() };
        Self { bytes, fault }
    }
}

/// Checks that a chunk with this offset can be accepted now.
pub fn check_offset(row: &AttachmentRow, offset: i32) -> Result<(), Error> {
    if row.status != Status::Uploading {
        return Err(Error::transition(
            crate::attachments::problems::ATTACHMENT_NOT_UPLOADING,
            row.status.as_str(),
            Vec::new(),
        ));
    }
    if row.received != offset {
        return Err(Error::about(crate::attachments::problems::UPLOAD_OFFSET_MISMATCH, row.received.to_string()));
    }
    Ok(())
}

/// A chunk stored in the object store. It is stored before the transaction that counts it, under a unique key: of two
/// concurrent requests with the same chunk, one gets a conflict, and neither overwrites the other's bytes.
pub struct StoredPiece {
    key: String,
    length: i32,
    offset: i32,
}

impl StoredPiece {
    pub async fn put(storage: &Storage, id: Uuid, offset: i32, piece: Piece) -> Result<Self, Error> {
        let length = i32::try_from(piece.bytes.len()).map_err(Error::internal)?;
        let key = Storage::part_key(id, offset);
        if length > 0 {
            storage.put(&key, piece.bytes).await?;
        }
        Ok(Self { key, length, offset })
    }
}

/// Counts a stored chunk.
pub async fn append(
    tx: &mut Tx,
    id: Uuid,
    of: Option<AttachmentParent>,
    piece: StoredPiece,
) -> Result<Attachment, Error> {
    let StoredPiece { key, length, offset } = piece;
    let actor = tx.actor.clone();
    let (_, parent) = actions::find(&mut tx.conn, &actor, id, of).await?;
    let mut row = store::lock(&mut tx.conn, Unscoped::ReadWithinScopeNext, id).await?.ok_or_else(Error::not_found)?;
    check_offset(&row, offset)?;
    if length > 0 {
        let part = PartRow { attachment_id: id, part_offset: offset, length, object_key: key };
        store::insert_part(&mut tx.conn, &part).await?;
        row.received += length;
        row.version += 1;
        row.updated_at = tx.now;
        row.expires_at = tx.now + actions::UPLOAD_LIFETIME;
        store::save(&mut tx.conn, &row).await?;
    }
    tx.audit("attachment.append", "attachment", id, Some(&parent.region_code));
    Ok(show(row))
}

/// The error of a chunk that arrived incomplete, after the received bytes were stored.
pub fn fault_of(piece: &Piece, remaining: usize) -> Option<Error> {
    piece.fault.map(|code| match code {
        Code::BODY_TOO_LARGE => Error::about(code, remaining.min(PIECE_LIMIT).to_string()),
        Code::MALFORMED_BODY => Error::about(code, "incomplete"),
        code => Error::new(code),
    })
}

/// Validates complete content: the attachment becomes complete or rejected. Does nothing if a concurrent request did so
/// already.
pub async fn finish(tx: &mut Tx, storage: &Storage, id: Uuid) -> Result<Attachment, Error> {
    let found = store::lock(&mut tx.conn, Unscoped::FollowUpOfScopedAction, id).await?;
    let mut row = found.ok_or_else(Error::not_found)?;
    let Parent { region_code, .. } = parent_of(tx, &row).await?;
    tx.audit("attachment.finish", "attachment", id, Some(&region_code));
    if row.status != Status::Uploading || row.received != row.size {
        return Ok(show(row));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(row.size).unwrap_or(0));
    for part in store::list_parts_of_visible(&mut tx.conn, id).await? {
        bytes.extend_from_slice(&storage.get(&part.object_key).await?);
    }
    let validated = if sha256(&bytes)[..] == row.sha256[..] {
        content::validate(row.media_type, bytes)
    } else {
        Err("hash_differs")
    };
    match validated {
        Ok(Accepted { bytes, size }) => {
            row.stored_size = Some(i32::try_from(bytes.len()).map_err(Error::internal)?);
            row.stored_sha256 = Some(sha256(&bytes).to_vec());
            row.width = size.and_then(|(width, _)| i32::try_from(width).ok());
            row.height = size.and_then(|(_, height)| i32::try_from(height).ok());
            storage.put_content(id, bytes).await?;
            row.status = Status::Complete;
            row.completed_at = Some(tx.now);
            row.version += 1;
            row.updated_at = tx.now;
            store::save(&mut tx.conn, &row).await?;
            publish(tx, &row, &region_code, "completed");
        }
        Err(reason) => {
            row.reason = Some(reason.to_owned());
            remove(tx, storage, &mut row, Status::Rejected).await?;
        }
    }
    Ok(show(row))
}

/// Deletes the chunks of complete content. Their rows are deleted last, so that a failed deletion is found and retried.
pub async fn delete_parts(conn: &mut AsyncPgConnection, storage: &Storage, id: Uuid) -> Result<(), Error> {
    storage.delete_parts(id).await?;
    Ok(store::delete_parts(conn, id).await?)
}

/// The parent, for audit and event; independent of the caller.
async fn parent_of(tx: &mut Tx, row: &AttachmentRow) -> Result<Parent, Error> {
    let at = AttachmentParent { kind: row.parent_kind, id: row.parent_id };
    let system = Arc::new(Actor::system());
    parents::find_visible(&mut tx.conn, &system, at).await?.ok_or_else(Error::not_found)
}

/// The error response for rejected content.
pub fn rejection(attachment: &Attachment) -> Option<Error> {
    let pointer = match attachment.reason.as_deref()? {
        "hash_differs" => ("/sha256", "hash_differs"),
        "too_many_pixels" => ("/content", "too_many_pixels"),
        _ => ("/media_type", "content_differs"),
    };
    (attachment.status == Status::Rejected).then(|| Error::field(pointer.0, pointer.1))
}
