//! The stage: a private PostgreSQL with many synthetic people, and the keys that both sides share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;
use diesel::sql_types::{Bytea, Nullable, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use slrt::auth::Actor;
use slrt::auth::external::TrustedIssuers;
use slrt::auth::keys::{KeyFile, Keys};
use slrt::auth::permission::Permission;
use slrt::auth::sealing::IdentityKind;
use slrt::auth::tokens::Tokens;
use slrt::clock::local_day;
use slrt::db::embedded::{EmbeddedOptions, EmbeddedPostgres};
use slrt::demo::people::Generator;
use slrt::regions::{RegionScope, directory};
use uuid::Uuid;

use crate::Fallible;
use crate::processes::Service;

/// The desk that reads.
pub const DESK: &str = "32.04";
/// The desk that submits, so that the other one's list stays as long as it is.
pub const COUNTER: &str = "34.04";
const REGENCIES: &[&str] = &[DESK, COUNTER, "31.74", "33.74", "35.07", "51.71", "64.72", "73.71"];
const SEED: u64 = 20_261_122;
const COMPLAINTS: usize = 20_000;
/// People who are asked for, in each of the two desks' regencies.
const TARGETS: usize = 500;
pub const ISSUER: &str = "https://bench.test";
const AUDIENCE: &str = "slrt-api";

/// Somebody to ask for.
pub struct Target {
    pub nik: String,
    pub blind_index: Vec<u8>,
    pub family_id: Uuid,
    pub person_id: Uuid,
    pub village: String,
}

pub struct Stage {
    pub url: String,
    pub keys_file: PathBuf,
    pub readers: Vec<Target>,
    pub submitters: Vec<Target>,
    pub persons: usize,
    pub postgres: EmbeddedPostgres,
    tokens: Tokens,
    folder: tempfile::TempDir,
}

#[derive(diesel::QueryableByName)]
struct Bearer {
    #[diesel(sql_type = SqlUuid)]
    family_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
}

impl Stage {
    pub fn set(persons: usize) -> Fallible<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let postgres = EmbeddedPostgres::start(&EmbeddedOptions {
            data_dir: folder.path().join("db"),
            postgres_bin: std::env::var_os("SLRT_POSTGRES_BIN").map(PathBuf::from),
            durable: true,
            max_connections: 100,
            shared_buffers_mb: 512,
        })?;
        let keys_file = folder.path().join("keys.json");
        let keys = Arc::new(Keys::fixed(&KeyFile::read_or_generate(&keys_file, Utc::now())?)?);
        let tokens = Tokens::new(ISSUER.into(), AUDIENCE.into(), keys, TrustedIssuers::new(&[]));
        let url = postgres.url("bench");
        let mut stage =
            Self { url, keys_file, readers: Vec::new(), submitters: Vec::new(), persons: 0, postgres, tokens, folder };
        block_on(stage.fill(persons))?;
        Ok(stage)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn server_log(&self) -> PathBuf {
        self.folder.path().join("db/postgres.log")
    }

    /// For a desk of one regency.
    pub fn token(&self, regency: &str) -> Fallible<String> {
        use Permission::{ComplaintsRead, ComplaintsSubmit, EligibilityCheck, RegistryRead};
        let actor = Actor {
            client_id: "bench-desk".into(),
            subject: "bench-officer".into(),
            organization_id: Some(Uuid::from_u128(0x01928f3e_7c1b_7a4e_9d2c_3f5a6b7c8d9e)),
            scope: RegionScope::from_codes(&[regency]),
            permissions: [RegistryRead, EligibilityCheck, ComplaintsRead, ComplaintsSubmit].into_iter().collect(),
            roles: vec!["desk_officer".into()],
        };
        Ok(self.tokens.issue(&actor, Utc::now()).map_err(|e| e.to_string())?)
    }

    async fn fill(&mut self, persons: usize) -> Fallible {
        let mut admin = AsyncPgConnection::establish(&self.postgres.url("postgres")).await?;
        admin.batch_execute("create database bench locale 'C' encoding 'UTF8' template template0").await?;
        slrt::db::migrate(&self.url).await.map_err(|e| e.to_string())?;
        let mut conn = AsyncPgConnection::establish(&self.url).await?;
        slrt::eligibility::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;
        slrt::service_levels::actions::load_reference(&mut conn).await.map_err(|e| e.to_string())?;

        println!("entering {persons} persons");
        let keys = self.tokens.keys().ring();
        let (now, mut generator) = (Utc::now(), Generator::new(SEED));
        for (index, regency) in REGENCIES.iter().enumerate() {
            let villages: Vec<_> = directory::within(regency).iter().filter(|e| e.code.len() == 13).collect();
            let wanted = persons * (index + 1) / REGENCIES.len();
            let (mut families, mut niks) = (Vec::new(), Vec::new());
            for village in villages.iter().cycle() {
                if self.persons >= wanted {
                    break;
                }
                let family = generator.family(&village.code[..8], village.code, local_day(now));
                self.persons += family.members.len();
                niks.extend(family.members.iter().flat_map(|m| m.nik.clone()).map(|nik| (nik, village.code)));
                families.push(family);
            }
            slrt::registry::actions::insert_synthetic(&mut conn, &keys, families, now)
                .await
                .map_err(|e| e.to_string())?;
            let targets = match *regency {
                DESK => &mut self.readers,
                COUNTER => &mut self.submitters,
                _ => continue,
            };
            for (nik, village) in niks.iter().step_by((niks.len() / TARGETS).max(1)).take(TARGETS) {
                let blind_index = keys.sealer.blind_index(IdentityKind::Nik, nik);
                let bearer: Bearer =
                    diesel::sql_query("select family_id, person_id from identities where blind_index = $1")
                        .bind::<Bytea, _>(&blind_index)
                        .get_result(&mut conn)
                        .await?;
                targets.push(Target {
                    nik: nik.clone(),
                    blind_index,
                    family_id: bearer.family_id,
                    person_id: bearer.person_id.ok_or("a NIK without a person")?,
                    village: (*village).to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Gives the reading desk its complaints, through the service.
    pub fn fill_desk(&self) -> Fallible {
        println!("submitting {COMPLAINTS} complaints");
        let service = Service::start(self, false)?;
        let scenario = crate::scenarios::submission(self, DESK, false);
        let mut count = 0;
        while count < COMPLAINTS {
            let step = std::time::Duration::from_millis(500);
            count += crate::load::drive(service.address, &scenario, self, step)?.latencies.len();
        }
        Ok(())
    }

    /// What autovacuum would do in the middle of a measurement is done before.
    pub fn settle(&self) -> Fallible {
        block_on(async {
            let mut conn = AsyncPgConnection::establish(&self.url).await?;
            conn.batch_execute("vacuum analyze").await?;
            conn.batch_execute("checkpoint").await?;
            Ok(())
        })
    }
}

fn block_on<T>(work: impl Future<Output = Fallible<T>>) -> Fallible<T> {
    actix_web::rt::System::new().block_on(work)
}
