//! Wire types of notes to people.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::model::{MessageAttemptOutcome, MessageReceiptStatus};
use super::rules::placeholders;
use super::store::{AttemptRow, ReceiptRow, TemplateRow};
use crate::http::text::{ShortText, masked};
use crate::message_queue::MessageRow;
use crate::message_queue::model::{MessageChannel, MessageEvent, MessageStatus};

crate::limited_text!(
    /// The words of a note, with placeholders in braces and without identity numbers.
    TemplateText, 1..=640, "Bapak/Ibu {name}, pengaduan Anda kami terima dengan nomor {reference}."
);

/// One attempt to hand a note to the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageAttempt {
    /// When.
    pub at: DateTime<Utc>,
    /// How it ended.
    pub outcome: MessageAttemptOutcome,
    /// What the gateway answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 202)]
    pub http_status: Option<i32>,
}

/// What the gateway reported.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageReceipt {
    /// When it happened, as the gateway says.
    pub at: DateTime<Utc>,
    /// What happened.
    pub status: MessageReceiptStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "nomor tidak aktif")]
    pub reason: Option<String>,
}

/// A note to the reporter of a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Id of the note.
    pub id: Uuid,
    /// The complaint it speaks of.
    pub complaint_id: Uuid,
    /// At which step.
    pub event: MessageEvent,
    /// How far it is.
    pub status: MessageStatus,
    /// By which way it goes; known from the first attempt on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<MessageChannel>,
    /// Telephone of the reporter, masked; absent once it was forgotten (180 days).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "08**********01")]
    pub recipient: Option<String>,
    /// The words; known from the first attempt on, absent once they were forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bapak/Ibu Siti Rahmawati, pengaduan Anda kami terima.")]
    pub text: Option<String>,
    /// Attempts so far, oldest first.
    pub attempts: Vec<MessageAttempt>,
    /// What the gateway reported, oldest first.
    pub receipts: Vec<MessageReceipt>,
    /// When the next attempt comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The gateway's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "gw-20261120-000417")]
    pub gateway_reference: Option<String>,
    /// When the gateway took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// When it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 2)]
    pub version: i32,
    /// When it was queued, with the step it tells of.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

pub fn show(row: MessageRow, attempts: Vec<AttemptRow>, receipts: Vec<ReceiptRow>) -> Message {
    Message {
        id: row.id,
        complaint_id: row.complaint_id,
        event: row.event,
        status: row.status,
        channel: row.channel,
        recipient: row.recipient.as_deref().map(masked),
        text: row.text,
        attempts: attempts
            .into_iter()
            .map(|a| MessageAttempt { at: a.at, outcome: a.outcome, http_status: a.http_status })
            .collect(),
        receipts: receipts
            .into_iter()
            .map(|r| MessageReceipt { at: r.at, status: r.status, reason: r.reason })
            .collect(),
        next_attempt_at: (row.status == MessageStatus::Queued).then_some(row.next_attempt_at),
        gateway_reference: row.gateway_reference,
        sent_at: row.sent_at,
        delivered_at: row.delivered_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// The notes of one complaint, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageList {
    /// The notes.
    pub items: Vec<Message>,
}

/// What the gateway reports.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateMessageReceipt {
    /// What happened.
    pub status: MessageReceiptStatus,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Why it failed, without telephone or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "nomor tidak aktif")]
    pub reason: Option<ShortText>,
}

/// The words for one step, one way and one region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageTemplate {
    /// At which step.
    pub event: MessageEvent,
    /// By which way.
    pub channel: MessageChannel,
    /// Whose words: `ID` is the country. Where a region has none of its own, those of the next wider one hold.
    #[schema(example = "ID")]
    pub region_code: String,
    /// The words.
    #[schema(example = "Bapak/Ibu {name}, pengaduan Anda kami terima dengan nomor {reference}.")]
    pub text: String,
    /// Is a note sent at this step at all?
    #[schema(example = true)]
    pub enabled: bool,
    /// What may stand in braces.
    #[schema(example = json!(["name", "reference"]))]
    pub placeholders: Vec<String>,
    /// Who last changed it.
    #[schema(example = "system")]
    pub updated_by: String,
    /// Version, as in the `ETag`; 0 where the words are those of a wider region.
    #[schema(example = 1)]
    pub version: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

pub fn show_template(row: TemplateRow) -> MessageTemplate {
    MessageTemplate {
        placeholders: placeholders(row.event).iter().map(|p| (*p).to_owned()).collect(),
        event: row.event,
        channel: row.channel,
        region_code: row.region_code,
        text: row.text,
        enabled: row.enabled,
        updated_by: row.updated_by,
        version: row.version,
        updated_at: row.updated_at,
    }
}

/// All words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageTemplateList {
    /// By step, way and region.
    pub items: Vec<MessageTemplate>,
}

/// New words.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReplaceMessageTemplate {
    /// The words, with placeholders that the step knows.
    pub text: TemplateText,
    /// Is a note sent at this step at all?
    #[serde(default = "yes")]
    #[schema(default = true, example = true)]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}
