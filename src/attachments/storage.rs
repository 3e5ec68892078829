//! Where the bytes lie: a folder, or any store that speaks S3. The database says what there is; the store only keeps bytes
//! under keys that name nobody.

use std::path::Path as FilePath;
use std::sync::Arc;

use actix_web::web::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt as _};
use uuid::Uuid;

use crate::config::AttachmentArgs;
use crate::error::Error;

/// The store with the operator's limits.
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    pub max_bytes: u32,
}

impl Storage {
    /// The sentence is for the operator.
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

    pub async fn stream_content(
        &self,
        attachment: Uuid,
    ) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, Error> {
        let key = Path::from(format!("content/{attachment}"));
        Ok(self.objects.get(&key).await.map_err(Error::unavailable)?.into_stream())
    }

    /// Everything that was stored of an upload, also what a killed process left behind.
    pub async fn delete_parts(&self, attachment: Uuid) -> Result<(), Error> {
        let folder = Path::from(format!("uploads/{attachment}"));
        let keys = self.objects.list(Some(&folder)).map(|found| found.map(|meta| meta.location)).boxed();
        let mut gone = self.objects.delete_stream(keys);
        while let Some(result) = gone.next().await {
            forgive_absence(result.map(|_| ()))?;
        }
        Ok(())
    }

    pub async fn delete_content(&self, attachment: Uuid) -> Result<(), Error> {
        forgive_absence(self.objects.delete(&Path::from(format!("content/{attachment}"))).await)
    }
}

fn forgive_absence(result: Result<(), object_store::Error>) -> Result<(), Error> {
    match result {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(Error::unavailable(error)),
    }
}

fn s3(args: &AttachmentArgs, place: &str) -> Result<Arc<dyn ObjectStore>, String> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let need = |value: &Option<String>, name: &str| {
        value.clone().ok_or_else(|| format!("SLRT_ATTACHMENT_STORE=s3://… needs {name}"))
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(args.s3_region.clone())
        .with_access_key_id(need(&args.s3_access_key_id, "SLRT_S3_ACCESS_KEY_ID")?)
        .with_secret_access_key(need(&args.s3_secret_access_key, "SLRT_S3_SECRET_ACCESS_KEY")?);
    if let Some(endpoint) = &args.s3_endpoint {
        let plain = endpoint.starts_with("http://");
        if plain && !args.s3_allow_http {
            return Err("SLRT_S3_ENDPOINT must be https, unless SLRT_S3_ALLOW_HTTP says otherwise".to_owned());
        }
        builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_allow_http(plain);
    }
    let store = builder.build().map_err(|e| format!("SLRT_ATTACHMENT_STORE cannot be used: {e}"))?;
    Ok(if prefix.is_empty() { Arc::new(store) } else { Arc::new(PrefixStore::new(store, prefix)) })
}
