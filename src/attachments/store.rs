//! Rows of attachments. They have no region: each row is read by its id or its parent, and returned only after the parent's
//! slice has confirmed that the caller may see the parent.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{AttachmentKind, AttachmentMediaType, AttachmentParentKind, AttachmentStatus};
use crate::db::schema::{attachment_parts, attachments};
use crate::regions::Unscoped;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attachments, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct AttachmentRow {
    pub id: Uuid,
    pub parent_kind: AttachmentParentKind,
    pub parent_id: Uuid,
    pub kind: AttachmentKind,
    pub media_type: AttachmentMediaType,
    pub size: i32,
    pub sha256: Vec<u8>,
    pub caption: Option<String>,
    pub captured_at: Option<DateTime<Utc>>,
    pub status: AttachmentStatus,
    pub reason: Option<String>,
    pub received: i32,
    pub stored_size: Option<i32>,
    pub stored_sha256: Option<Vec<u8>>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub submission_hash: Vec<u8>,
    pub client_id: String,
    pub created_by: String,
    pub expires_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
    pub parent_seen_at: DateTime<Utc>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = attachment_parts, check_for_backend(diesel::pg::Pg))]
pub struct PartRow {
    pub attachment_id: Uuid,
    pub part_offset: i32,
    pub length: i32,
    pub object_key: String,
}

/// Returns false if the id is already in use.
pub async fn insert(conn: &mut AsyncPgConnection, row: &AttachmentRow) -> QueryResult<bool> {
    diesel::insert_into(attachments::table)
        .values(row)
        .on_conflict(attachments::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn find(conn: &mut AsyncPgConnection, _why: Unscoped, id: Uuid) -> QueryResult<Option<AttachmentRow>> {
    attachments::table.find(id).select(AttachmentRow::as_select()).first(conn).await.optional()
}

pub async fn lock(conn: &mut AsyncPgConnection, _why: Unscoped, id: Uuid) -> QueryResult<Option<AttachmentRow>> {
    attachments::table.find(id).select(AttachmentRow::as_select()).for_update().first(conn).await.optional()
}

/// Writes a row that this transaction has locked.
pub async fn save(conn: &mut AsyncPgConnection, row: &AttachmentRow) -> QueryResult<()> {
    diesel::update(attachments::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}

pub async fn list_of_visible(
    conn: &mut AsyncPgConnection,
    parent_kind: AttachmentParentKind,
    parent_id: Uuid,
) -> QueryResult<Vec<AttachmentRow>> {
    attachments::table
        .filter(attachments::parent_kind.eq(parent_kind))
        .filter(attachments::parent_id.eq(parent_id))
        .filter(attachments::status.eq_any([AttachmentStatus::Uploading, AttachmentStatus::Complete]))
        .order((attachments::created_at, attachments::id))
        .select(AttachmentRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_part(conn: &mut AsyncPgConnection, part: &PartRow) -> QueryResult<()> {
    diesel::insert_into(attachment_parts::table).values(part).execute(conn).await.map(|_| ())
}

pub async fn list_parts_of_visible(conn: &mut AsyncPgConnection, attachment: Uuid) -> QueryResult<Vec<PartRow>> {
    attachment_parts::table
        .filter(attachment_parts::attachment_id.eq(attachment))
        .order(attachment_parts::part_offset)
        .select(PartRow::as_select())
        .load(conn)
        .await
}

pub async fn delete_parts(conn: &mut AsyncPgConnection, attachment: Uuid) -> QueryResult<()> {
    diesel::delete(attachment_parts::table.filter(attachment_parts::attachment_id.eq(attachment)))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Expired uploads, and complete uploads that were not finished because the process ended.
pub async fn list_stalled(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    now: DateTime<Utc>,
    whole_since: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<AttachmentRow>> {
    let whole = attachments::received.eq(attachments::size).and(attachments::updated_at.lt(whole_since));
    attachments::table
        .filter(attachments::status.eq(AttachmentStatus::Uploading))
        .filter(attachments::expires_at.lt(now).or(whole))
        .order((attachments::expires_at, attachments::id))
        .limit(limit)
        .select(AttachmentRow::as_select())
        .load(conn)
        .await
}

/// Ended uploads whose chunks were not deleted yet.
pub async fn list_with_leftovers(conn: &mut AsyncPgConnection, _why: Unscoped, limit: i64) -> QueryResult<Vec<Uuid>> {
    attachment_parts::table
        .inner_join(attachments::table.on(attachments::id.eq(attachment_parts::attachment_id)))
        .filter(attachments::status.ne(AttachmentStatus::Uploading))
        .select(attachments::id)
        .distinct()
        .limit(limit)
        .load(conn)
        .await
}

/// Attachments whose parent was not checked since this time.
pub async fn list_with_unchecked_parents(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    since: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<AttachmentRow>> {
    attachments::table
        .filter(attachments::status.eq_any([AttachmentStatus::Uploading, AttachmentStatus::Complete]))
        .filter(attachments::parent_seen_at.lt(since))
        .order((attachments::parent_seen_at, attachments::id))
        .limit(limit)
        .select(AttachmentRow::as_select())
        .load(conn)
        .await
}

pub async fn set_parents_seen(conn: &mut AsyncPgConnection, ids: &[Uuid], at: DateTime<Utc>) -> QueryResult<()> {
    diesel::update(attachments::table.filter(attachments::id.eq_any(ids)))
        .set(attachments::parent_seen_at.eq(at))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Attachments of these parents that are complete or uploading.
pub async fn list_by_parents(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    parents: &[Uuid],
) -> QueryResult<Vec<AttachmentRow>> {
    attachments::table
        .filter(attachments::parent_id.eq_any(parents))
        .filter(attachments::status.eq_any([AttachmentStatus::Uploading, AttachmentStatus::Complete]))
        .select(AttachmentRow::as_select())
        .load(conn)
        .await
}
