//! Background work: ends abandoned uploads, finishes uploads that a killed process left complete but unfinished, and deletes
//! unneeded chunks and attachments whose parent no longer exists.

use chrono::TimeDelta;
use uuid::Uuid;

use super::model::{AttachmentParentKind, AttachmentStatus as Status};
use super::{actions, parents, store, upload};
use crate::attachments::storage::Storage;
use crate::background::Context;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::transaction;

const BATCH_SIZE: i64 = 100;
/// Interval between checks that the parent exists.
const PARENT_CHECK_INTERVAL: TimeDelta = TimeDelta::days(1);
/// A complete upload is normally finished by the request that completed it.
const GRACE: TimeDelta = TimeDelta::minutes(2);

pub async fn maintain(context: &Context) -> Result<(), Error> {
    end_stalled(context).await?;
    let storage = &context.resources.get::<Storage>()?;
    let mut conn = context.db.read().await?;
    for id in store::list_with_leftovers(&mut conn, Unscoped::Housekeeping, BATCH_SIZE).await? {
        upload::delete_parts(&mut conn, storage, id).await?;
    }
    drop(conn);
    remove_orphans(context).await
}

async fn end_stalled(context: &Context) -> Result<(), Error> {
    let now = context.clock.now();
    let mut conn = context.db.read().await?;
    let stalled = store::list_stalled(&mut conn, Unscoped::Housekeeping, now, now - GRACE, BATCH_SIZE).await?;
    drop(conn);
    for row in stalled {
        let storage = context.resources.get::<Storage>()?;
        let whole = row.received == row.size;
        transaction::run(&context.db, context.tx_context(), async move |tx| {
            if whole {
                return upload::finish(tx, &storage, row.id).await.map(|_| ());
            }
            end(tx, &storage, row.id, Status::Expired).await
        })
        .await?;
    }
    Ok(())
}

/// Ends an attachment, unless it has ended or changed in the meantime.
async fn end(tx: &mut transaction::Tx, storage: &super::storage::Storage, id: Uuid, to: Status) -> Result<(), Error> {
    let found = store::lock(&mut tx.conn, Unscoped::Housekeeping, id).await?;
    tx.audit(if to == Status::Expired { "attachment.expire" } else { "attachment.orphan" }, "attachment", id, None);
    let Some(mut row) = found else { return Ok(()) };
    let due = match to {
        Status::Expired => row.status == Status::Uploading && row.expires_at < tx.now,
        _ => matches!(row.status, Status::Uploading | Status::Complete),
    };
    if due { actions::remove(tx, storage, &mut row, to).await } else { Ok(()) }
}

async fn remove_orphans(context: &Context) -> Result<(), Error> {
    let now = context.clock.now();
    let mut conn = context.db.read().await?;
    let rows =
        store::list_with_unchecked_parents(&mut conn, Unscoped::Housekeeping, now - PARENT_CHECK_INTERVAL, BATCH_SIZE)
            .await?;
    let mut orphans = Vec::new();
    for kind in AttachmentParentKind::ALL {
        let of_kind = || rows.iter().filter(|row| row.parent_kind == *kind);
        let ids: Vec<Uuid> = of_kind().map(|row| row.parent_id).collect();
        if ids.is_empty() {
            continue;
        }
        let missing = parents::list_missing(&mut conn, Unscoped::Housekeeping, *kind, &ids).await?;
        orphans.extend(of_kind().filter(|row| missing.contains(&row.parent_id)).map(|row| row.id));
    }
    let seen: Vec<Uuid> = rows.iter().map(|row| row.id).filter(|id| !orphans.contains(id)).collect();
    store::set_parents_seen(&mut conn, &seen, now).await?;
    drop(conn);
    for id in orphans {
        let storage = context.resources.get::<Storage>()?;
        transaction::run(&context.db, context.tx_context(), async move |tx| {
            end(tx, &storage, id, Status::Withdrawn).await
        })
        .await?;
    }
    Ok(())
}
