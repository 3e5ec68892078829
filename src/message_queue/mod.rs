//! The queue of messages to reporters. A step of a complaint enqueues a message in its own transaction; `messages` above puts it into
//! words and delivers it.

pub mod model;

use crate::db::stored;
use crate::reference::catalogue::Catalogue;
use crate::slice::Slice;

pub const SLICE: Slice = Slice { codes, ..Slice::new("message_queue") };

fn codes(catalogue: Catalogue) -> Catalogue {
    catalogue
        .codes::<model::MessageEvent>("message-events")
        .codes::<model::MessageChannel>("message-channels")
        .codes::<model::MessageStatus>("message-statuses")
}

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use self::model::{MessageChannel, MessageEvent, MessageStatus as Status};
use crate::db::prepared::prepared;
use crate::db::schema::messages;
use crate::error::Error;
use crate::transaction::{DeferredInsert, Tx};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, QueryableByName)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub id: Uuid,
    pub complaint_id: Uuid,
    pub region_code: String,
    pub event: MessageEvent,
    pub recipient: Option<String>,
    pub words: Value,
    pub channel: Option<MessageChannel>,
    pub text: Option<String>,
    pub status: Status,
    pub attempts: i32,
    pub next_attempt_at: DateTime<Utc>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub gateway_reference: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl DeferredInsert for MessageRow {
    fn insert<'a>(&'a self, mut conn: &'a AsyncPgConnection) -> LocalBoxFuture<'a, QueryResult<()>> {
        let insert = prepared(diesel::insert_into(messages::table).values(self));
        Box::pin(async move { insert.execute(&mut conn).await.map(|_| ()) })
    }
}

/// Values for the placeholders. They contain only what the reporter said or may read, never an identity number, an address or
/// registry data.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateValues {
    pub name: String,
    pub reference: String,
    pub question: Option<String>,
    pub answer: Option<String>,
}

/// A message to the reporter of a complaint.
pub struct NewMessage {
    pub complaint_id: Uuid,
    pub region_code: String,
    pub event: MessageEvent,
    pub name: String,
    pub phone: String,
    pub reference: String,
    pub question: Option<String>,
    pub answer: Option<String>,
}

/// Queues a message; it is inserted at the end of the transaction.
pub fn enqueue(tx: &mut Tx, message: NewMessage) -> Result<(), Error> {
    let words = TemplateValues {
        name: message.name,
        reference: message.reference,
        question: message.question,
        answer: message.answer,
    };
    tx.defer(MessageRow {
        id: Uuid::now_v7(),
        complaint_id: message.complaint_id,
        region_code: message.region_code,
        event: message.event,
        recipient: Some(message.phone),
        words: stored::write(&words)?,
        channel: None,
        text: None,
        status: Status::Queued,
        attempts: 0,
        next_attempt_at: tx.now,
        claimed_until: None,
        gateway_reference: None,
        sent_at: None,
        delivered_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    });
    Ok(())
}
