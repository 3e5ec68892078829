//! Object storage for attachment content: a folder or an S3-compatible store. The database knows what exists; the object keys
//! contain no personal data.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig};
use uuid::Uuid;

use super::config::AttachmentArgs;
use crate::error::Error;

/// Time-outs of the object store. Keep them short: clients retry, and a waiting request holds a database connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const RETRY_TIMEOUT: Duration = Duration::from_secs(8);
const MAX_RETRIES: usize = 2;
/// Content is fetched in ranges of this size, each within the time-outs, so that a slow reader does not hit the store's
/// time-out.
const RANGE_BYTES: u64 = 1024 * 1024;

/// Why a store cannot be used at start. The text is for the operator.
pub enum StoreFault {
    /// A permanent error: no such bucket, wrong keys.
    Refused(String),
    /// A temporary error.
    Unreachable(String),
}

/// The object store and the configured size limit.
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    pub max_bytes: u32,
}

impl Storage {
    /// The error text is for the operator.
    pub fn open(args: &AttachmentArgs) -> Result<Self, String> {
        let place = args.attachment_store.as_deref().unwrap_or("memory:");
        let objects: Arc<dyn ObjectStore> = if place == "memory:" {
            Arc::new(InMemory::new())
        } else if let Some(bucket) = place.strip_prefix("s3://") {
            s3(args, bucket)?
        } else {
            let folder = FilePath::new(place.strip_prefix("file://").unwrap_or(place));
            let wrong = |e: &dyn std::fmt::Display| format!("SLRT_ATTACHMENT_STORE cannot be used: {e}");
            std::fs::create_dir_all(folder).map_err(|e| wrong(&e))?;
            let folder = folder.canonicalize().map_err(|e| wrong(&e))?;
            Arc::new(LocalFileSystem::new_with_prefix(folder).map_err(|e| wrong(&e))?.with_fsync(true))
        };
        Ok(Self { objects, max_bytes: args.attachment_max_bytes })
    }

    pub fn part_key(attachment: Uuid, offset: i32) -> String {
        format!("uploads/{attachment}/{offset:010}-{}", Uuid::new_v4().simple())
    }

    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), Error> {
        self.objects.put(&Path::from(key), bytes.into()).await.map(|_| ()).map_err(Error::unavailable)
    }

    pub async fn get(&self, key: &str) -> Result<Bytes, Error> {
        let found = self.objects.get(&Path::from(key)).await.map_err(Error::unavailable)?;
        found.bytes().await.map_err(Error::unavailable)
    }

    pub async fn put_content(&self, attachment: Uuid, bytes: Vec<u8>) -> Result<(), Error> {
        self.put(&format!("content/{attachment}"), bytes.into()).await
    }

    /// Fetches the first range before it returns, so that a failing store is reported with an error status.
    pub async fn stream_content(
        &self,
        attachment: Uuid,
        size: u64,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, Error> {
        let key = Path::from(format!("content/{attachment}"));
        let first = self.objects.get_range(&key, 0..RANGE_BYTES.min(size)).await.map_err(Error::unavailable)?;
        let objects = self.objects.clone();
        let rest = stream::try_unfold(RANGE_BYTES, move |offset| {
            let (objects, key) = (objects.clone(), key.clone());
            async move {
                if offset >= size {
                    return Ok(None);
                }
                let end = size.min(offset + RANGE_BYTES);
                Ok(Some((objects.get_range(&key, offset..end).await?, end)))
            }
        });
        Ok(stream::once(std::future::ready(Ok(first))).chain(rest).boxed())
    }

    /// Writes, reads, lists and deletes one object, as uploads do.
    pub async fn check(&self) -> Result<(), StoreFault> {
        let id = Uuid::new_v4();
        let key = Self::part_key(id, 0);
        let tried = async {
            self.objects.put(&Path::from(key.as_str()), Bytes::from_static(b"slrt").into()).await?;
            self.objects.get(&Path::from(key.as_str())).await?.bytes().await?;
            self.delete_below(id).await
        };
        tried.await.map_err(|error| {
            let sentence = format!("SLRT_ATTACHMENT_STORE cannot be used: {}", s3_error(&error.to_string()));
            match error {
                object_store::Error::NotFound { .. }
                | object_store::Error::PermissionDenied { .. }
                | object_store::Error::Unauthenticated { .. } => StoreFault::Refused(sentence),
                _ => StoreFault::Unreachable(sentence),
            }
        })
    }

    /// Deletes all chunks of an upload, including those that a killed process left behind.
    pub async fn delete_parts(&self, attachment: Uuid) -> Result<(), Error> {
        self.delete_below(attachment).await.map_err(Error::unavailable)
    }

    async fn delete_below(&self, attachment: Uuid) -> Result<(), object_store::Error> {
        let folder = Path::from(format!("uploads/{attachment}"));
        let keys = self.objects.list(Some(&folder)).map(|found| found.map(|meta| meta.location)).boxed();
        let mut deleted = self.objects.delete_stream(keys);
        while let Some(result) = deleted.next().await {
            ignore_not_found(result.map(|_| ()))?;
        }
        Ok(())
    }

    pub async fn delete_content(&self, attachment: Uuid) -> Result<(), Error> {
        let key = Path::from(format!("content/{attachment}"));
        ignore_not_found(self.objects.delete(&key).await).map_err(Error::unavailable)
    }
}

/// The error code of an S3 store, without the XML around it.
fn s3_error(error: &str) -> String {
    let code = error.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    code.map_or_else(|| error.to_owned(), |(code, _)| format!("the store returned {code}"))
}

fn ignore_not_found(result: Result<(), object_store::Error>) -> Result<(), object_store::Error> {
    match result {
        Err(object_store::Error::NotFound { .. }) => Ok(()),
        other => other,
    }
}

fn s3(args: &AttachmentArgs, place: &str) -> Result<Arc<dyn ObjectStore>, String> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let need = |value: &Option<String>, name: &str| {
        value.clone().ok_or_else(|| format!("SLRT_ATTACHMENT_STORE=s3://… needs {name}"))
    };
    let retries = RetryConfig {
        backoff: BackoffConfig { max_backoff: Duration::from_secs(2), ..BackoffConfig::default() },
        max_retries: MAX_RETRIES,
        retry_timeout: RETRY_TIMEOUT,
    };
    let times = ClientOptions::new().with_connect_timeout(CONNECT_TIMEOUT).with_timeout(REQUEST_TIMEOUT);
    let mut builder = AmazonS3Builder::new()
        .with_client_options(times)
        .with_retry(retries)
        .with_bucket_name(bucket)
        .with_region(args.s3_region.clone())
        .with_access_key_id(need(&args.s3_access_key_id, "SLRT_S3_ACCESS_KEY_ID")?)
        .with_secret_access_key(need(&args.s3_secret_access_key, "SLRT_S3_SECRET_ACCESS_KEY")?);
    if let Some(endpoint) = &args.s3_endpoint {
        let plain = endpoint.starts_with("http://");
        if plain && !args.s3_allow_http {
            return Err("SLRT_S3_ENDPOINT must be https, unless SLRT_S3_ALLOW_HTTP is set".to_owned());
        }
        builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(plain);
    }
    let store = builder.build().map_err(|e| format!("SLRT_ATTACHMENT_STORE cannot be used: {e}"))?;
    Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_s3_error_is_reduced_to_its_code() {
        let page = "Object at location a not found: Client error with status 404 Not Found: <?xml version=\"1.0\"?>\n\
            <Error><Code>NoSuchBucket</Code><Message>The bucket does not exist</Message></Error>";
        assert_eq!(s3_error(page), "the store returned NoSuchBucket");
        assert_eq!(s3_error("error sending request"), "error sending request");
    }
}
