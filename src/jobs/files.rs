//! What a job reads, complains of and gives. Such a file may hold identity numbers and be large: it lies in the database in
//! sealed pieces, is written and read piece by piece, and never stands in memory as a whole. What is sealed does not pack any
//! more, so each piece is packed before: lines of a table are mostly the lines before them.

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

/// What was uploaded for the job to work on; deleted when the job ends.
pub const INPUT: &str = "input";
/// Line by line what is wrong with it, as CSV.
pub const PROBLEMS: &str = "problems";
/// What the job gives.
pub const RESULT: &str = "result";

/// Bytes of a piece.
pub const PIECE: usize = 256 * 1024;

fn context(job_id: Uuid, file: &str, seq: i32) -> Vec<u8> {
    [b"job_file:", file.as_bytes(), job_id.as_bytes(), &seq.to_be_bytes()].concat()
}

/// Writes one piece under its number.
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

/// Adds to the end of a file that one writer alone writes.
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

/// One piece; `None` behind the last.
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

/// The whole file, a connection being held for each piece alone: a slow reader blocks nobody.
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

/// Throws an upload away of which no job came.
pub async fn discard(db: &Db, job_id: Uuid) -> Result<(), Error> {
    Ok(store::delete_file(&mut *db.read().await?, job_id, INPUT).await?)
}
