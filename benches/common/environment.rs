//! Environment of a benchmark: a durable private PostgreSQL with schema, programmes and standards, and the keys that the
//! service and the benchmark share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use slrt::auth::Actor;
use slrt::auth::external::TrustedIssuers;
use slrt::auth::keys::{KeyFile, KeyRing, Keys};
use slrt::auth::permission::Permission;
use slrt::auth::tokens::Tokens;
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use slrt::regions::RegionScope;
use uuid::Uuid;

use crate::Fallible;

pub const ISSUER: &str = "https://bench.test";
const AUDIENCE: &str = "slrt-api";
/// The organization of the calling desk.
pub const ORGANIZATION: Uuid = Uuid::from_u128(0x01928f3e_7c1b_7a4e_9d2c_3f5a6b7c8d9e);
pub const OFFICER: &str = "bench-officer";

pub struct Environment {
    pub url: String,
    pub keys_file: PathBuf,
    pub postgres: EmbeddedPostgres,
    tokens: Tokens,
    folder: temp_dir::TempDir,
}

impl Environment {
    pub fn create() -> Fallible<Self> {
        let folder = temp_dir::TempDir::new()?;
        let postgres = EmbeddedPostgres::start(&EmbeddedOptions {
            data_dir: folder.path().join("db"),
            postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(PathBuf::from),
            durable: true,
            max_connections: 100,
            shared_buffers_mb: 512,
        })?;
        let keys_file = folder.path().join("keys.json");
        let keys = Arc::new(Keys::fixed(&KeyFile::read_or_generate(&keys_file, Utc::now())?)?);
        let tokens = Tokens::new(ISSUER.into(), AUDIENCE.into(), keys, TrustedIssuers::default());
        let environment = Self { url: postgres.url("bench"), keys_file, postgres, tokens, folder };
        block_on(async {
            let mut admin = AsyncPgConnection::establish(&environment.postgres.url("postgres")).await?;
            admin.batch_execute("create database bench locale 'C' encoding 'UTF8' template template0").await?;
            slrt::db::migrate(&environment.url).await.map_err(|e| e.to_string())?;
            let mut conn = environment.connect().await?;
            slrt::eligibility::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
            slrt::service_levels::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
            Ok(())
        })?;
        Ok(environment)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn server_log(&self) -> PathBuf {
        self.folder.path().join("db/postgres.log")
    }

    pub fn keys(&self) -> Arc<KeyRing> {
        self.tokens.keys().ring()
    }

    pub async fn connect(&self) -> Fallible<AsyncPgConnection> {
        Ok(AsyncPgConnection::establish(&self.url).await?)
    }

    /// A token for a desk of one regency.
    pub fn token(&self, regency: &str, permissions: &[Permission]) -> Fallible<String> {
        let actor = Actor {
            client_id: "bench-desk".into(),
            subject: OFFICER.into(),
            organization_id: Some(ORGANIZATION),
            scope: RegionScope::from_codes(&[regency]),
            permissions: permissions.iter().copied().collect(),
            roles: vec!["desk_officer".into()],
        };
        Ok(self.tokens.issue(&actor, Utc::now()).map_err(|e| e.to_string())?)
    }

    /// Runs vacuum and checkpoint first, so that they do not disturb the measurement.
    pub fn settle(&self) -> Fallible {
        block_on(async {
            let mut conn = self.connect().await?;
            conn.batch_execute("vacuum analyze").await?;
            conn.batch_execute("checkpoint").await?;
            Ok(())
        })
    }
}

pub fn block_on<T>(work: impl Future<Output = Fallible<T>>) -> Fallible<T> {
    actix_web::rt::System::new().block_on(work)
}
