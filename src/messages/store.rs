//! Rows of messages, attempts, receipts and templates.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{MessageAttemptOutcome, MessageReceiptStatus};
use crate::db::lock::Lock;
use crate::db::schema::{message_attempts, message_receipts, message_templates, messages};
use crate::message_queue::MessageRow;
use crate::message_queue::model::{MessageChannel, MessageEvent, MessageStatus};
use crate::regions::{RegionScope, Unscoped};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = message_attempts, check_for_backend(diesel::pg::Pg))]
pub struct AttemptRow {
    pub message_id: Uuid,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub outcome: MessageAttemptOutcome,
    pub http_status: Option<i32>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = message_receipts, check_for_backend(diesel::pg::Pg))]
pub struct ReceiptRow {
    pub message_id: Uuid,
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub status: MessageReceiptStatus,
    pub reason: Option<String>,
    pub received_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = message_templates, check_for_backend(diesel::pg::Pg))]
pub struct TemplateRow {
    pub event: MessageEvent,
    pub channel: MessageChannel,
    pub region_code: String,
    pub text: String,
    pub enabled: bool,
    pub version: i32,
    pub updated_by: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<MessageRow>> {
    lock.on(messages::table.find(id).filter(scope.covers(messages::region_code)).select(MessageRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

pub async fn list_of_visible(conn: &mut AsyncPgConnection, complaint: Uuid) -> QueryResult<Vec<MessageRow>> {
    messages::table
        .filter(messages::complaint_id.eq(complaint))
        .order((messages::created_at, messages::id))
        .select(MessageRow::as_select())
        .load(conn)
        .await
}

pub async fn list_attempts_of_visible(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> QueryResult<Vec<AttemptRow>> {
    message_attempts::table
        .filter(message_attempts::message_id.eq_any(ids))
        .order(message_attempts::id)
        .select(AttemptRow::as_select())
        .load(conn)
        .await
}

pub async fn list_receipts_of_visible(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> QueryResult<Vec<ReceiptRow>> {
    message_receipts::table
        .filter(message_receipts::message_id.eq_any(ids))
        .order(message_receipts::id)
        .select(ReceiptRow::as_select())
        .load(conn)
        .await
}

/// Writes a row that this transaction has locked.
pub async fn save(conn: &mut AsyncPgConnection, row: &MessageRow) -> QueryResult<()> {
    diesel::update(messages::table.find(row.id)).set(row).execute(conn).await.map(|_| ())
}

pub async fn insert_attempt(conn: &mut AsyncPgConnection, row: &AttemptRow) -> QueryResult<()> {
    diesel::insert_into(message_attempts::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn insert_receipt(conn: &mut AsyncPgConnection, row: &ReceiptRow) -> QueryResult<()> {
    diesel::insert_into(message_receipts::table).values(row).execute(conn).await.map(|_| ())
}

/// Claims due messages with a lease.
pub async fn claim_due(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<MessageRow>> {
    diesel::sql_query(
        "update messages set claimed_until = $2 where id in ( \
           select id from messages where status = 'queued' and next_attempt_at <= $1 \
             and (claimed_until is null or claimed_until <= $1) \
           order by next_attempt_at, id limit $3 for update skip locked) \
         returning *",
    )
    .bind::<diesel::sql_types::Timestamptz, _>(now)
    .bind::<diesel::sql_types::Timestamptz, _>(until)
    .bind::<diesel::sql_types::BigInt, _>(limit)
    .load(conn)
    .await
}

/// Saves the result of an attempt, unless the lease expired and another worker claimed the message.
pub async fn save_claimed(
    conn: &mut AsyncPgConnection,
    row: &MessageRow,
    claimed_until: DateTime<Utc>,
) -> QueryResult<bool> {
    diesel::update(messages::table.find(row.id).filter(messages::claimed_until.eq(claimed_until)))
        .set(row)
        .execute(conn)
        .await
        .map(|n| n == 1)
}

/// Deletes telephone and text of messages created before this time.
pub async fn delete_text_before(conn: &mut AsyncPgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::update(messages::table.filter(messages::recipient.is_not_null()).filter(messages::created_at.lt(before)))
        .set((
            messages::recipient.eq(None::<String>),
            messages::text.eq(None::<String>),
            messages::words.eq(serde_json::json!({})),
        ))
        .execute(conn)
        .await
}

/// Deletes telephone, text and receipt reasons of these complaints' messages, and skips those that were not sent yet.
pub async fn delete_text_of(conn: &mut AsyncPgConnection, complaints: &[Uuid]) -> QueryResult<usize> {
    let about = messages::complaint_id.eq_any(complaints.to_vec());
    let theirs = messages::table.filter(about.clone()).select(messages::id);
    diesel::update(message_receipts::table.filter(message_receipts::message_id.eq_any(theirs)))
        .set(message_receipts::reason.eq(None::<String>))
        .execute(conn)
        .await?;
    diesel::update(messages::table.filter(about.clone()).filter(messages::status.eq(MessageStatus::Queued)))
        .set(messages::status.eq(MessageStatus::Skipped))
        .execute(conn)
        .await?;
    diesel::update(messages::table.filter(about))
        .set((
            messages::recipient.eq(None::<String>),
            messages::text.eq(None::<String>),
            messages::words.eq(serde_json::json!({})),
        ))
        .execute(conn)
        .await
}

/// The templates for a step and channel, for those of the regions that have one. Templates are public, so no region scope is
/// needed.
pub async fn list_templates(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    event: MessageEvent,
    channel: MessageChannel,
    regions: &[&str],
) -> QueryResult<Vec<TemplateRow>> {
    message_templates::table
        .filter(message_templates::event.eq(event))
        .filter(message_templates::channel.eq(channel))
        .filter(message_templates::region_code.eq_any(regions))
        .select(TemplateRow::as_select())
        .load(conn)
        .await
}

pub async fn list_all_templates(conn: &mut AsyncPgConnection, _why: Unscoped) -> QueryResult<Vec<TemplateRow>> {
    message_templates::table
        .order((message_templates::event, message_templates::channel, message_templates::region_code))
        .select(TemplateRow::as_select())
        .load(conn)
        .await
}

pub async fn lock_template(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    event: MessageEvent,
    channel: MessageChannel,
    region: &str,
) -> QueryResult<Option<TemplateRow>> {
    message_templates::table
        .find((event, channel, region))
        .select(TemplateRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Returns false if a concurrent request inserted the template.
pub async fn insert_template(conn: &mut AsyncPgConnection, row: &TemplateRow) -> QueryResult<bool> {
    diesel::insert_into(message_templates::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn save_template(conn: &mut AsyncPgConnection, row: &TemplateRow) -> QueryResult<()> {
    diesel::update(message_templates::table.find((row.event, row.channel, &row.region_code)))
        .set(row)
        .execute(conn)
        .await
        .map(|_| ())
}
