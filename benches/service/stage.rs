//! Data of the benchmark: a private PostgreSQL with many synthetic persons, and the keys that both sides share.

use chrono::Utc;
use diesel::sql_types::{Bytea, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use slrt::auth::sealing::IdentityKind;
use slrt::clock::local_day;
use slrt::demo::people::Generator;
use slrt::regions::directory;
use slrt::slices::permissions::{COMPLAINTS_READ, COMPLAINTS_SUBMIT, ELIGIBILITY_CHECK, REGISTRY_READ};
use uuid::Uuid;

use crate::Fallible;
use crate::environment::{Environment, block_on};
use crate::processes::Service;

/// Regency of the desk that reads.
pub const DESK: &str = "32.04";
/// Regency of the desk that submits, so that the length of the reading desk's list does not change.
pub const COUNTER: &str = "34.04";
const REGENCIES: &[&str] = &[DESK, COUNTER, "31.74", "33.74", "35.07", "51.71", "64.72", "73.71"];
const SEED: u64 = 20_261_122;
const COMPLAINTS: usize = 20_000;
/// Persons to read, in each of the two regencies.
const TARGETS: usize = 500;

/// A person to read.
pub struct Target {
    pub nik: String,
    pub blind_index: Vec<u8>,
    pub family_id: Uuid,
    pub person_id: Uuid,
    pub village: String,
}

pub struct Stage {
    pub environment: Environment,
    pub readers: Vec<Target>,
    pub submitters: Vec<Target>,
    pub persons: usize,
}

#[derive(diesel::QueryableByName)]
struct NikHolder {
    #[diesel(sql_type = SqlUuid)]
    family_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
}

impl Stage {
    pub fn create(persons: usize) -> Fallible<Self> {
        let mut stage =
            Self { environment: Environment::create()?, readers: Vec::new(), submitters: Vec::new(), persons: 0 };
        block_on(stage.fill(persons))?;
        Ok(stage)
    }

    /// A token for a desk of one regency.
    pub fn token(&self, regency: &str) -> Fallible<String> {
        self.environment.token(regency, &[REGISTRY_READ, ELIGIBILITY_CHECK, COMPLAINTS_READ, COMPLAINTS_SUBMIT])
    }

    async fn fill(&mut self, persons: usize) -> Fallible {
        let mut conn = self.environment.connect().await?;
        println!("inserting {persons} persons");
        let keys = self.environment.keys();
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
            slrt::registry::people::actions::insert_synthetic(&mut conn, &keys, families, now)
                .await
                .map_err(|e| e.to_string())?;
            let targets = match *regency {
                DESK => &mut self.readers,
                COUNTER => &mut self.submitters,
                _ => continue,
            };
            for (nik, village) in niks.iter().step_by((niks.len() / TARGETS).max(1)).take(TARGETS) {
                let blind_index = keys.sealer.blind_index(IdentityKind::Nik, nik);
                let holder: NikHolder =
                    diesel::sql_query("select family_id, person_id from identities where blind_index = $1")
                        .bind::<Bytea, _>(&blind_index)
                        .get_result(&mut conn)
                        .await?;
                targets.push(Target {
                    nik: nik.clone(),
                    blind_index,
                    family_id: holder.family_id,
                    person_id: holder.person_id.ok_or("a NIK without a person")?,
                    village: (*village).to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Gives the reading desk its complaints, through the service.
    pub fn fill_desk(&self) -> Fallible {
        println!("submitting {COMPLAINTS} complaints");
        let service = Service::start(&self.environment, false)?;
        let measurement = crate::scenarios::submission(self, DESK, false)?;
        let mut count = 0;
        while count < COMPLAINTS {
            let step = std::time::Duration::from_millis(500);
            count += crate::load::drive(service.address, &measurement.scenario, step)?.latencies.len();
        }
        Ok(())
    }
}
