//! Taking a file in: it is written away piece by piece as it comes, and read through at the same time, so that a file that
//! cannot be read to its end is refused at once, with the line.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{Bytes, BytesMut, Payload};
use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt as _};
use uuid::Uuid;

use super::batches::{MOST_RECORDS, READ_AT_A_TIME};
use super::model::{ImportFormat, ImportKind};
use super::reader::{FileFault, Reader};
use crate::auth::keys::KeyRing;
use crate::db::Db;
use crate::error::{Error, FieldError};
use crate::http::json::has_media_type;
use crate::http::problem_table::Code;
use crate::jobs::files;

/// A sender that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);

/// Bytes that an import may send, as configured.
#[derive(Debug, Clone, Copy)]
pub struct ImportLimit(pub usize);

/// A file that was taken in.
#[derive(Debug)]
pub struct Upload {
    pub id: Uuid,
    pub records: u64,
    pub digest: [u8; 32],
}

/// CSV or NDJSON, as the request says.
pub fn format_of(request: &HttpRequest) -> Result<ImportFormat, Error> {
    let unsupported = || Error::about(Code::UnsupportedMediaType, "text/csv, application/x-ndjson (gzip)");
    let encoding = request.headers().get(CONTENT_ENCODING).map(|v| v.to_str().unwrap_or("?").to_ascii_lowercase());
    if !matches!(encoding.as_deref(), None | Some("gzip" | "x-gzip" | "identity")) {
        return Err(unsupported());
    }
    if has_media_type(request, |m| m == "text/csv") {
        Ok(ImportFormat::Csv)
    } else if has_media_type(request, |m| {
        matches!(m, "application/x-ndjson" | "application/ndjson" | "application/jsonl")
    }) {
        Ok(ImportFormat::Ndjson)
    } else {
        Err(unsupported())
    }
}

/// The body of a request, each piece within its time.
pub fn body(payload: Payload) -> impl Stream<Item = Result<Bytes, Error>> {
    futures_util::stream::unfold(payload, |mut payload| async move {
        match tokio::time::timeout(SILENCE, payload.next()).await {
            Err(_) => Some((Err(Error::new(Code::RequestTimeout)), payload)),
            Ok(None) => None,
            Ok(Some(chunk)) => {
                let chunk = chunk.map_err(|_| Error::about(Code::MalformedBody, "incomplete"));
                Some((chunk, payload))
            }
        }
    })
}

/// Where an upload goes.
pub struct Store {
    pub db: Db,
    pub keys: Arc<KeyRing>,
    pub now: DateTime<Utc>,
}

impl Store {
    /// Writes the file away as the input of a job that does not exist yet. What is refused leaves nothing.
    pub async fn take(
        &self,
        bytes: impl Stream<Item = Result<Bytes, Error>>,
        kind: ImportKind,
        format: ImportFormat,
        limit: ImportLimit,
    ) -> Result<Upload, Error> {
        let id = Uuid::now_v7();
        let taken = self.write(id, bytes, kind, format, limit).await;
        if taken.is_err() {
            files::discard(&self.db, id).await?;
        }
        taken
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
                return Err(Error::about(Code::BodyTooLarge, limit.0.to_string()));
            }
            digest.update(&chunk);
            for slice in chunk.chunks(READ_AT_A_TIME) {
                reader.feed(slice, &mut read).map_err(refused)?;
                records += read.len() as u64;
                read.clear();
            }
            if records > MOST_RECORDS {
                return Err(refused(FileFault::new(records, "", "too_many_records")));
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

/// The header's columns and the file's lines are told like the fields of a body.
fn refused(fault: FileFault) -> Error {
    let header = fault.code.starts_with("column_") && !fault.column.is_empty();
    let pointer = if header { format!("/header/{}", fault.column) } else { format!("/lines/{}", fault.line) };
    Error::fields(vec![FieldError::new(pointer, fault.code)])
}
