//! Request and response types of messages.

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
    /// Text of a message, with placeholders in braces and without identity numbers.
    TemplateText, 1..=640, "Bapak/Ibu {name}, pengaduan Anda kami terima dengan nomor {reference}."
);

/// One attempt to deliver a message to the gateway.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageAttempt {
    /// Time of the attempt.
    pub at: DateTime<Utc>,
    /// Outcome of the attempt.
    pub outcome: MessageAttemptOutcome,
    /// HTTP status returned by the gateway.
    #[schema(example = 202)]
    pub http_status: Option<i32>,
}

/// A delivery receipt from the gateway.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageReceipt {
    /// Time of the status, as reported by the gateway.
    pub at: DateTime<Utc>,
    /// Reported status.
    pub status: MessageReceiptStatus,
    /// Why delivery failed.
    #[schema(example = "nomor tidak aktif")]
    pub reason: Option<String>,
}

/// A message to the reporter of a complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Id of the message.
    pub id: Uuid,
    /// The complaint that the message is about.
    pub complaint_id: Uuid,
    /// The step of the complaint that caused the message.
    pub event: MessageEvent,
    /// Message status.
    pub status: MessageStatus,
    /// Channel used; known after the first attempt.
    pub channel: Option<MessageChannel>,
    /// Telephone of the reporter, masked. Deleted after 180 days.
    #[schema(example = "08**********01")]
    pub recipient: Option<String>,
    /// Text of the message; known after the first attempt. Deleted after 180 days.
    #[schema(example = "Bapak/Ibu Siti Rahmawati, pengaduan Anda kami terima.")]
    pub text: Option<String>,
    /// Delivery attempts, oldest first.
    pub attempts: Vec<MessageAttempt>,
    /// Receipts from the gateway, oldest first.
    pub receipts: Vec<MessageReceipt>,
    /// When the next attempt is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The gateway's reference number.
    #[schema(example = "gw-20261120-000417")]
    pub gateway_reference: Option<String>,
    /// When the gateway accepted the message.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the message was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 2)]
    pub version: i32,
    /// When the message was enqueued.
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

/// The messages of one complaint, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageList {
    /// The messages.
    pub items: Vec<Message>,
}

/// A delivery receipt from the gateway.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateMessageReceipt {
    /// Reported status.
    pub status: MessageReceiptStatus,
    /// Time of the status.
    pub at: DateTime<Utc>,
    /// Why delivery failed, without telephone or name.
    #[schema(example = "nomor tidak aktif")]
    pub reason: Option<ShortText>,
}

/// The template for one step, channel and region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageTemplate {
    /// The step of the complaint.
    pub event: MessageEvent,
    /// The channel.
    pub channel: MessageChannel,
    /// Region of the template; `ID` is the country. A region without its own template uses that of the next wider region.
    #[schema(example = "ID")]
    pub region_code: String,
    /// Text with placeholders in braces.
    #[schema(example = "Bapak/Ibu {name}, pengaduan Anda kami terima dengan nomor {reference}.")]
    pub text: String,
    /// Whether messages are sent at this step.
    #[schema(example = true)]
    pub enabled: bool,
    /// Placeholders that the text may contain.
    #[schema(example = json!(["name", "reference"]))]
    pub placeholders: Vec<String>,
    /// Who changed it last.
    #[schema(example = "system")]
    pub updated_by: String,
    /// Version, as in the `ETag`; 0 if the template is that of a wider region.
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

/// All templates.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageTemplateList {
    /// The templates, by step, channel and region.
    pub items: Vec<MessageTemplate>,
}

/// A new template.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReplaceMessageTemplate {
    /// Text with the placeholders that the step allows.
    pub text: TemplateText,
    /// Whether messages are sent at this step.
    #[serde(default = "yes")]
    #[schema(default = true, example = true)]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}
