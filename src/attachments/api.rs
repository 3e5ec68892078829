//! Wire types of attachments.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{AttachmentKind, AttachmentMediaType, AttachmentParentKind, AttachmentStatus};
use super::store::AttachmentRow;
use crate::http::text::ShortText;

/// SHA-256 of a content, in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256Hex(pub [u8; 32]);

impl Sha256Hex {
    fn parse(text: &str) -> Option<Self> {
        let mut out = [0; 32];
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        if pairs.len() != out.len() {
            return None;
        }
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
        for (byte, [high, low]) in out.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(out))
    }

    fn of(bytes: &[u8]) -> Self {
        Self(bytes.try_into().unwrap_or_default())
    }
}

impl std::fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Sha256Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).ok_or_else(|| serde::de::Error::custom("format"))
    }
}

impl utoipa::PartialSchema for Sha256Hex {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("SHA-256 of a content, in hexadecimal."))
            .pattern(Some("^[0-9a-fA-F]{64}$"))
            .examples(["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
            .into()
    }
}

impl ToSchema for Sha256Hex {}

/// To what an attachment belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AttachmentParent {
    /// The kind of thing.
    pub kind: AttachmentParentKind,
    /// Which one.
    pub id: Uuid,
}

/// A new attachment, before its content.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "attachment_fits"))]
pub struct CreateAttachment {
    /// Id made by the client (UUIDv7), for what is recorded offline; made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// To what it belongs.
    pub parent: AttachmentParent,
    /// What it shows.
    pub kind: AttachmentKind,
    /// The form of the content; checked against the content itself.
    pub media_type: AttachmentMediaType,
    /// Bytes of the content.
    #[schema(minimum = 1, example = 84213)]
    pub size: u32,
    /// SHA-256 of the content.
    pub sha256: Sha256Hex,
    /// A line about it, without identity numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Atap dapur, sisi utara")]
    pub caption: Option<ShortText>,
    /// When it was taken, if that was offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<DateTime<Utc>>,
}

/// A new attachment on the referral of the address, by the organization referred to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateReferralAttachment {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// What it shows.
    pub kind: AttachmentKind,
    /// The form of the content; checked against the content itself.
    pub media_type: AttachmentMediaType,
    /// Bytes of the content.
    #[schema(minimum = 1, example = 84213)]
    #[validate(range(min = 1, code = "too_small"))]
    pub size: u32,
    /// SHA-256 of the content.
    pub sha256: Sha256Hex,
    /// A line about it, without identity numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Tanda terima bantuan")]
    pub caption: Option<ShortText>,
}

impl CreateReferralAttachment {
    pub fn on(self, referral: Uuid) -> CreateAttachment {
        CreateAttachment {
            id: self.id,
            parent: AttachmentParent { kind: AttachmentParentKind::Referral, id: referral },
            kind: self.kind,
            media_type: self.media_type,
            size: self.size,
            sha256: self.sha256,
            caption: self.caption,
            captured_at: None,
        }
    }
}

fn attachment_fits(input: &CreateAttachment) -> Result<(), ValidationError> {
    let fault = |code: &'static str, at: &'static str| {
        let mut error = ValidationError::new(code);
        error.add_param("pointer".into(), &at);
        Err(error)
    };
    match input {
        _ if input.id.is_some_and(|id| id.get_version_num() != 7) => fault("not_uuid_v7", "/id"),
        _ if input.size == 0 => fault("too_small", "/size"),
        _ => Ok(()),
    }
}

/// What is kept, once the content is complete.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoredContent {
    /// Bytes kept.
    #[schema(example = 80112)]
    pub size: i32,
    /// SHA-256 of what is kept. It differs from that of the upload when metadata of a picture was removed.
    pub sha256: Sha256Hex,
    /// Width of a picture in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1280)]
    pub width: Option<i32>,
    /// Height of a picture in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 960)]
    pub height: Option<i32>,
}

/// A photo or paper.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// Id of the attachment.
    pub id: Uuid,
    /// To what it belongs; whoever may see that may see this.
    pub parent: AttachmentParent,
    /// What it shows.
    pub kind: AttachmentKind,
    /// The form of the content.
    pub media_type: AttachmentMediaType,
    /// How far it is. Only a complete one can be opened.
    pub status: AttachmentStatus,
    /// Why it was rejected: `content_differs`, `hash_differs` or `too_many_pixels`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "content_differs")]
    pub reason: Option<String>,
    /// Bytes announced.
    #[schema(example = 84213)]
    pub size: i32,
    /// SHA-256 announced.
    pub sha256: Sha256Hex,
    /// Bytes that have arrived; where an upload goes on.
    #[schema(example = 84213)]
    pub received: i32,
    /// What is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<StoredContent>,
    /// A line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Atap dapur, sisi utara")]
    pub caption: Option<String>,
    /// When it was taken, as the tablet says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<DateTime<Utc>>,
    /// The officer or client who added it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// When an unfinished upload is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When the content was complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was announced.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

pub fn show(row: AttachmentRow) -> Attachment {
    let stored = row.stored_size.zip(row.stored_sha256).map(|(size, sha256)| StoredContent {
        size,
        sha256: Sha256Hex::of(&sha256),
        width: row.width,
        height: row.height,
    });
    Attachment {
        id: row.id,
        parent: AttachmentParent { kind: row.parent_kind, id: row.parent_id },
        kind: row.kind,
        media_type: row.media_type,
        status: row.status,
        reason: row.reason,
        size: row.size,
        sha256: Sha256Hex::of(&row.sha256),
        received: row.received,
        stored,
        caption: row.caption,
        captured_at: row.captured_at,
        created_by: row.created_by,
        expires_at: (row.status == AttachmentStatus::Uploading).then_some(row.expires_at),
        completed_at: row.completed_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// The attachments of one thing, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttachmentList {
    /// Those that are complete or still being uploaded.
    pub items: Vec<Attachment>,
}

/// A link that opens one attachment for a short time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttachmentLink {
    /// Address of the content, relative to the service; needs no token.
    #[schema(example = "/v1/attachments/01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9e/file?expires=1795662000&signature=…")]
    pub url: String,
    /// Until when it opens.
    pub expires_at: DateTime<Utc>,
}

/// An attachment in an export to whom it is about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttachmentAbout {
    #[serde(flatten)]
    pub attachment: Attachment,
    /// Opens the content for an hour without a token; absent while the content is incomplete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<AttachmentLink>,
}

/// How far an upload is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UploadProgress {
    /// How far the attachment is.
    pub status: AttachmentStatus,
    /// Bytes that have arrived; the next piece begins here.
    #[schema(example = 65536)]
    pub offset: i32,
    /// Bytes announced.
    #[schema(example = 84213)]
    pub size: i32,
    /// When an unfinished upload is given up.
    pub expires_at: DateTime<Utc>,
}

impl UploadProgress {
    pub fn of(row: &AttachmentRow) -> Self {
        Self { status: row.status, offset: row.received, size: row.size, expires_at: row.expires_at }
    }
}
