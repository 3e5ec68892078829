//! Receives a file. It is stored chunk by chunk as it arrives and parsed at the same time, so that a file that cannot be parsed
//! to its end is refused at once, with the line.

use std::sync::Arc;
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{Bytes, BytesMut, Payload};
use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use futures_util::stream::LocalBoxStream;
use futures_util::{Stream, StreamExt as _};
use uuid::Uuid;

use super::batches::{MAX_RECORDS, READ_CHUNK};
use super::model::{ImportFormat, ImportKind};
use super::reader::{FileFault, Reader, Refused};
use crate::auth::keys::KeyRing;
use crate::db::Db;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::json::has_media_type;
use crate::jobs::files;

/// The upload is aborted after this time without data.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum bytes of an import file, as configured.
#[derive(Debug, Clone, Copy)]
pub struct ImportLimit(pub usize);

/// A received file.
#[derive(Debug)]
pub struct Upload {
    pub id: Uuid,
    pub records: u64,
    pub digest: [u8; 32],
}

/// Chunks of a file, each within the idle time-out.
pub type Pieces = LocalBoxStream<'static, Result<Bytes, Error>>;

/// The file of a request: its body, or the part `file` of a form.
pub async fn file_of(request: &HttpRequest, payload: Payload) -> Result<(ImportFormat, Pieces), Error> {
    if has_media_type(request, |m| m == "multipart/form-data") {
        return file_of_form(Multipart::new(request.headers(), payload)).await;
    }
    let encoding = request.headers().get(CONTENT_ENCODING).map(|v| v.to_str().unwrap_or("?").to_ascii_lowercase());
    if !matches!(encoding.as_deref(), None | Some("gzip" | "x-gzip" | "identity")) {
        return Err(unsupported());
    }
    let format = [ImportFormat::Csv, ImportFormat::Ndjson]
        .into_iter()
        .find(|format| has_media_type(request, |m| format_named(m) == Some(*format)));
    let pieces = futures_util::stream::unfold(payload, |mut payload| async move {
        let piece = with_timeout(payload.next()).await.transpose()?;
        Some((piece.and_then(|piece| piece.map_err(|_| incomplete())), payload))
    });
    Ok((format.ok_or_else(unsupported)?, pieces.boxed_local()))
}

fn format_named(media_type: &str) -> Option<ImportFormat> {
    match media_type {
        "text/csv" => Some(ImportFormat::Csv),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Some(ImportFormat::Ndjson),
        _ => None,
    }
}

fn unsupported() -> Error {
    Error::about(Code::UNSUPPORTED_MEDIA_TYPE, "text/csv, application/x-ndjson (gzip)")
}

fn incomplete() -> Error {
    Error::about(Code::MALFORMED_BODY, "incomplete")
}

async fn with_timeout<T>(step: impl Future<Output = T>) -> Result<T, Error> {
    tokio::time::timeout(IDLE_TIMEOUT, step).await.map_err(|_| Error::new(Code::REQUEST_TIMEOUT))
}

/// A browser sends the media type of the file, or only its name.
async fn file_of_form(mut form: Multipart) -> Result<(ImportFormat, Pieces), Error> {
    let field = with_timeout(form.next()).await?.ok_or_else(|| Error::field(FILE, "required"))?;
    let field = field.map_err(|_| incomplete())?;
    if field.name() != Some("file") {
        return Err(unknown_part(field.name()));
    }
    let named = field.content_disposition().and_then(|about| about.get_filename()).unwrap_or_default();
    let named = named.to_ascii_lowercase();
    let by_name = named.trim_end_matches(".gz").rsplit('.').next().and_then(|ending| match ending {
        "csv" => Some(ImportFormat::Csv),
        "ndjson" | "jsonl" => Some(ImportFormat::Ndjson),
        _ => None,
    });
    let format = field.content_type().and_then(|m| format_named(m.essence_str())).or(by_name);
    let format = format.ok_or_else(unsupported)?;
    let pieces = futures_util::stream::unfold(Some((form, field)), |state| async move {
        let (mut form, mut field) = state?;
        let step = async {
            if let Some(piece) = with_timeout(field.next()).await? {
                return Ok(Some((piece.map_err(|_| incomplete())?, field)));
            }
            // The form yields its next part only after this field is dropped.
            drop(field);
            match with_timeout(form.next()).await? {
                None => Ok(None),
                // One file per form: a second one would be ignored without notice.
                Some(Ok(more)) if more.name() == Some("file") => Err(Error::field(FILE, "repeated")),
                Some(Ok(more)) => Err(unknown_part(more.name())),
                Some(Err(_)) => Err(incomplete()),
            }
        };
        match step.await.transpose()? {
            Ok((piece, field)) => Some((Ok(piece), Some((form, field)))),
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok((format, pieces.boxed_local()))
}

/// Pointer to the file part of the form.
const FILE: &str = "/file";
/// Maximum length of a part name that an error message repeats.
const MAX_NAME_LENGTH: usize = 40;

/// The name is repeated only if it cannot contain personal data.
fn unknown_part(name: Option<&str>) -> Error {
    let plain = |name: &&str| {
        name.len() <= MAX_NAME_LENGTH && name.bytes().all(|b| b.is_ascii_alphabetic() || b"_-".contains(&b))
    };
    Error::field(&format!("/{}", name.filter(plain).unwrap_or_default()), "unknown_field")
}

/// Destination of an upload.
pub struct Store {
    pub db: Db,
    pub keys: Arc<KeyRing>,
    pub now: DateTime<Utc>,
}

impl Store {
    /// Stores the file as the input of a job that does not exist yet. A refused file leaves nothing behind.
    pub async fn receive(
        &self,
        bytes: impl Stream<Item = Result<Bytes, Error>>,
        kind: ImportKind,
        format: ImportFormat,
        limit: ImportLimit,
    ) -> Result<Upload, Error> {
        let id = Uuid::now_v7();
        let received = self.write(id, bytes, kind, format, limit).await;
        if received.is_err() {
            files::discard(&self.db, id).await?;
        }
        received
    }

    async fn write(
        &self,
        id: Uuid,
        bytes: impl Stream<Item = Result<Bytes, Error>>,
        kind: ImportKind,
        format: ImportFormat,
        limit: ImportLimit,
    ) -> Result<Upload, Error> {
        let mut bytes = std::pin::pin!(bytes);
        let mut reader = Reader::new(format, &kind);
        let (mut buffer, mut seq, mut size, mut records) = (BytesMut::new(), 0, 0, 0);
        let mut digest = Context::new(&SHA256);
        let mut read = Vec::new();
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk?;
            size += chunk.len();
            if size > limit.0 {
                return Err(Error::about(Code::BODY_TOO_LARGE, limit.0.to_string()));
            }
            digest.update(&chunk);
            for slice in chunk.chunks(READ_CHUNK) {
                reader.feed(slice, &mut read).map_err(refused)?;
                records += read.len() as u64;
                read.clear();
            }
            if records > MAX_RECORDS {
                return Err(refused(FileFault::new(records, "", "too_many_records").into()));
            }
            buffer.extend_from_slice(&chunk);
            while buffer.len() >= files::PIECE {
                let piece = buffer.split_to(files::PIECE);
                self.put(id, seq, &piece).await?;
                seq += 1;
            }
        }
        reader.finish(&mut read).map_err(refused)?;
        records += read.len() as u64;
        if !buffer.is_empty() {
            self.put(id, seq, &buffer).await?;
        }
        let mut sum = [0; 32];
        sum.copy_from_slice(digest.finish().as_ref());
        Ok(Upload { id, records, digest: sum })
    }

    async fn put(&self, id: Uuid, seq: i32, piece: &[u8]) -> Result<(), Error> {
        let mut conn = self.db.read().await?;
        files::put(&mut conn, &self.keys.sealer, (id, files::INPUT, seq), piece, self.now).await
    }
}

/// Reports the header's columns and the file's lines like the fields of a body.
fn refused(Refused(faults): Refused) -> Error {
    let errors = faults.into_iter().map(|fault| {
        let header = fault.code.starts_with("column_") && !fault.column.is_empty();
        let pointer = if header { format!("/header/{}", fault.column) } else { format!("/lines/{}", fault.line) };
        FieldError::new(pointer, fault.code)
    });
    Error::fields(errors.collect())
}
