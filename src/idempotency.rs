//! `Idempotency-Key`: the same key and request get the stored response again, another request under the key gets 422, and a
//! concurrent one gets 409. Only success is stored: a request that failed changed nothing, so a repeat is a new attempt.

use actix_web::http::header::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::auth::keys::KeyRing;
use crate::db::Db;
use crate::db::prepared::prepared;
use crate::db::schema::idempotency_keys;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::sha256;
use crate::http::reply::Reply;

pub const KEPT: TimeDelta = TimeDelta::hours(24);

diesel::define_sql_function! {
    /// Held until the transaction ends.
    fn pg_try_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool;
}

/// The key as sent: 1 to 255 visible ASCII characters, with or without the quotes of a structured field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn read(headers: &HeaderMap) -> Result<Option<Self>, Error> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
        value
            .to_str()
            .ok()
            .and_then(Self::parse)
            .map(Some)
            .ok_or_else(|| Error::about(Code::MALFORMED_HEADER, "Idempotency-Key"))
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bare = match text.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"')?,
            None => text,
        };
        let fits = (1..=255).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        fits.then(|| Self(bare.to_owned()))
    }
}

/// The fingerprint of a request: method, path, query and the meaning of the body. `digest` is the body's.
pub fn fingerprint(keys: &KeyRing, operation: &str, query: &str, digest: &[u8; 32]) -> [u8; 32] {
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    pairs.sort();
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    keys.fingerprint(&[operation.as_bytes(), query.as_bytes(), digest])
}

/// The scope in which a key is unique.
pub struct Scope {
    pub client_id: String,
    pub operation: String,
    pub key: IdempotencyKey,
}

impl Scope {
    fn lock(&self) -> i64 {
        let text = format!("{}\n{}\n{}", self.client_id, self.operation, self.key.0);
        let digest = sha256(text.as_bytes());
        digest.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = idempotency_keys, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct KeyRow {
    client_id: String,
    operation: String,
    key: String,
    fingerprint: Vec<u8>,
    status: i16,
    location: Option<String>,
    etag: Option<String>,
    body: String,
    created_at: DateTime<Utc>,
}

/// Deletes stored responses that contain one of these ids, whose subject was erased. A repeat is validated again.
pub async fn delete_naming(conn: &mut AsyncPgConnection, ids: &[uuid::Uuid]) -> QueryResult<usize> {
    let patterns: Vec<String> = ids.iter().map(|id| format!("%{id}%")).collect();
    diesel::sql_query("delete from idempotency_keys where body like any($1) or operation like any($1)")
        .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(patterns)
        .execute(conn)
        .await
}

/// Claims the key for this transaction; returns the stored response if there is one.
pub async fn claim(
    conn: &AsyncPgConnection,
    scope: &Scope,
    fingerprint: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Reply>, Error> {
    let lock = diesel::select(pg_try_advisory_xact_lock(scope.lock())).get_result::<bool>(&mut &*conn);
    // A second statement after the lock: it must see what the last holder committed.
    let row = idempotency_keys::table
        .find((&scope.client_id, &scope.operation, &scope.key.0))
        .filter(idempotency_keys::created_at.gt(now - KEPT))
        .select(KeyRow::as_select())
        .first(&mut &*conn);
    let (free, row) = futures_util::future::join(lock, row).await;
    if !free? {
        return Err(Error::new(Code::IDEMPOTENCY_IN_FLIGHT).retry_after(1));
    }
    match row.optional()? {
        None => Ok(None),
        Some(row) if row.fingerprint != fingerprint => Err(Error::new(Code::IDEMPOTENCY_KEY_REUSED)),
        Some(row) => {
            let status = u16::try_from(row.status).unwrap_or(200);
            Ok(Some(Reply::stored(status, row.body, row.etag, row.location, true)))
        }
    }
}

impl KeyRow {
    pub fn new(scope: Scope, fingerprint: &[u8; 32], reply: &Reply, now: DateTime<Utc>) -> Self {
        Self {
            client_id: scope.client_id,
            operation: scope.operation,
            key: scope.key.0,
            fingerprint: fingerprint.to_vec(),
            status: i16::try_from(reply.status).unwrap_or(200),
            location: reply.location.clone(),
            etag: reply.etag.clone(),
            body: reply.stored_body.as_ref().unwrap_or(&reply.body).clone(),
            created_at: now,
        }
    }
}

pub async fn store(mut conn: &AsyncPgConnection, row: Option<&KeyRow>) -> QueryResult<()> {
    let Some(row) = row else { return Ok(()) };
    let upsert = diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict((idempotency_keys::client_id, idempotency_keys::operation, idempotency_keys::key))
        .do_update()
        .set(row);
    prepared(upsert).execute(&mut conn).await.map(|_| ())
}

/// Deletes stored responses past their retention.
pub async fn delete_expired(db: &Db, now: DateTime<Utc>) -> Result<(), Error> {
    let expired = idempotency_keys::table.filter(idempotency_keys::created_at.lt(now - KEPT));
    let keys = diesel::delete(expired).execute(&mut *db.read().await?).await?;
    tracing::debug!(keys, "deleted expired idempotency keys");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_bare_or_quoted() {
        let key = |t: &str| IdempotencyKey::parse(t).map(|k| k.0);
        assert_eq!(key("\"abc-1\""), Some("abc-1".into()));
        assert_eq!(key("abc-1"), Some("abc-1".into()));
        assert_eq!(key("\"abc"), None);
        assert_eq!(key(""), None);
        assert_eq!(key("a b"), None);
        assert_eq!(key(&"x".repeat(256)), None);
    }
}
