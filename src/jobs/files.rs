//! Files of a job: input, problems and result. They may be large and contain identity numbers, so they are stored in the
//! database in encrypted pieces, and are read and written piece by piece. Each piece is compressed before encryption, because
//! encrypted data does not compress.

use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use futures_util::stream::{Stream, try_unfold};
use std::sync::Arc;
use uuid::Uuid;

use super::store::{self, FileRow};
use crate::auth::keys::KeyRing;
use crate::auth::sealing::Sealer;
use crate::db::Db;
use crate::error::Error;

/// The uploaded input of the job; deleted when the job ends.
pub const INPUT: &str = "input";
/// The errors found, one per line, as CSV.
pub const PROBLEMS: &str = "problems";
/// The result of the job.
pub const RESULT: &str = "result";

/// Maximum bytes of a piece.
pub const PIECE: usize = 256 * 1024;

fn context(job_id: Uuid, file: &str, seq: i32) -> Vec<u8> {
    [b"job_file:", file.as_bytes(), job_id.as_bytes(), &seq.to_be_bytes()].concat()
}

/// Stores one piece under its sequence number.
pub async fn put(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    (job_id, file, seq): (Uuid, &'static str, i32),
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let content = sealer.seal_bytes(&context(job_id, file, seq), &lz4_flex::compress_prepend_size(bytes))?;
    Ok(store::insert_file(conn, &FileRow { job_id, file, seq, content, created_at: now, packed: true }).await?)
}

/// Appends to a file that has a single writer.
pub async fn append(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    (job_id, file): (Uuid, &'static str),
    bytes: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut seq = store::find_next_seq_of_visible(conn, job_id, file).await?;
    for piece in bytes.chunks(PIECE) {
        put(conn, sealer, (job_id, file, seq), piece, now).await?;
        seq += 1;
    }
    Ok(())
}

/// One piece; `None` after the last one.
pub async fn get(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    (job_id, file, seq): (Uuid, &str, i32),
) -> Result<Option<Bytes>, Error> {
    let Some((sealed, packed)) = store::find_piece_of_visible(conn, job_id, file, seq).await? else { return Ok(None) };
    let opened = sealer.open_bytes(&context(job_id, file, seq), &sealed)?;
    let bytes = if packed { lz4_flex::decompress_size_prepended(&opened).map_err(Error::internal)? } else { opened };
    Ok(Some(bytes.into()))
}

/// Streams the whole file. A connection is held only while one piece is read, so a slow reader blocks no other request.
pub fn stream(
    db: Db,
    keys: Arc<KeyRing>,
    job_id: Uuid,
    file: &'static str,
) -> impl Stream<Item = Result<Bytes, Error>> + 'static {
    try_unfold(0, move |seq| {
        let (db, keys) = (db.clone(), keys.clone());
        async move {
            let piece = get(&mut *db.read().await?, &keys.sealer, (job_id, file, seq)).await?;
            Ok(piece.map(|piece| (piece, seq + 1)))
        }
    })
}

/// Deletes an upload for which no job was created.
pub async fn discard(db: &Db, job_id: Uuid) -> Result<(), Error> {
    Ok(store::delete_file(&mut *db.read().await?, job_id, INPUT).await?)
}
