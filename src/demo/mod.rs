//! Demo data: real regions and programmes; fictitious organizations, officers, persons and cases. It is created once, with the
//! same use cases that callers use.

mod cases;
mod directory;
pub mod people;
mod postman;

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::postman::{ENVIRONMENT, local_url, write_environment};

use self::directory::{CLIENTS, DemoClient, ORGANIZATIONS, STAFF, organization_id};
use crate::auth::clients::{self, ClientRow, StaffRow};
use crate::auth::keys::{KeyRing, Keys, random_text};
use crate::auth::permission::Permissions;
use crate::auth::roles::permissions_of;
use crate::clock::{Clock, local_day};
use crate::error::Error;
use crate::regions::directory as regions;

/// File with the secrets of the demo clients, in the data folder.
pub const CREDENTIALS: &str = "demo-credentials.json";

/// Regencies with synthetic persons: one in West Java, one in Yogyakarta.
pub const REGENCIES: &[&str] = &["32.04", "34.04"];
const FAMILIES_PER_REGENCY: usize = 60;
const SEED: u64 = 20_261_122;

/// A demo client in the credentials file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credential {
    pub client_id: String,
    pub client_secret: String,
    pub label: String,
    pub organization: Option<Uuid>,
    pub regions: Vec<String>,
    pub permissions: Vec<String>,
}

/// Creates missing demo data and returns the credentials of the clients.
pub async fn seed(url: &str, keys: Arc<Keys>, folder: &Path) -> Result<Vec<Credential>, Error> {
    let clock = Clock::default();
    let now = clock.now();
    let mut conn = crate::db::connect(url).await.map_err(Error::unavailable)?;
    let mut homes = Vec::new();
    let fresh = clients::list_clients(&mut conn).await?.iter().all(|c| !c.id.starts_with(PREFIX));
    if fresh {
        directory::seed(&mut conn, now).await?;
        staff(&mut conn, now).await?;
        homes = families(&mut conn, &keys.ring(), now).await?;
    }
    let path = folder.join(CREDENTIALS);
    let stored = std::fs::read(&path).ok().and_then(|text| serde_json::from_slice::<Vec<Credential>>(&text).ok());
    let credentials = match stored {
        Some(stored) if !fresh => stored,
        _ => {
            let made = access(&mut conn, &keys.ring(), now).await?;
            write_private(&path, &serde_json::to_string_pretty(&made).map_err(Error::internal)?)
                .map_err(Error::internal)?;
            made
        }
    };
    if fresh {
        cases::seed(url, keys, &homes).await?;
    }
    Ok(credentials)
}

const PREFIX: &str = "demo-";

/// True if the database contains active demo clients.
pub async fn is_seeded(url: &str) -> Result<bool, Error> {
    let mut conn = crate::db::connect(url).await.map_err(Error::unavailable)?;
    let clients = clients::list_clients(&mut conn).await?;
    Ok(clients.iter().any(|c| c.id.starts_with(PREFIX) && c.disabled_at.is_none()))
}

fn granted(client: &DemoClient) -> Permissions {
    permissions_of(client.roles).iter().chain(client.extra.iter().copied()).collect()
}

/// Creates or replaces the demo clients with new secrets.
async fn access(conn: &mut AsyncPgConnection, keys: &KeyRing, now: DateTime<Utc>) -> Result<Vec<Credential>, Error> {
    let mut credentials = Vec::new();
    for client in CLIENTS {
        let secret = random_text().map_err(Error::internal)?;
        let row = ClientRow {
            id: client.id.to_owned(),
            label: client.label.to_owned(),
            organization_id: client.organization.map(organization_id),
            regions: client.regions.iter().map(|r| (*r).to_owned()).collect(),
            permissions: granted(client).iter().map(|p| p.to_string()).collect(),
            roles: client.roles.iter().map(ToString::to_string).collect(),
            secret_hash: keys.hash_secret(&secret),
            created_at: now,
            disabled_at: None,
        };
        clients::replace_client(conn, &row).await?;
        credentials.push(Credential {
            client_id: row.id,
            client_secret: secret,
            label: row.label,
            organization: row.organization_id,
            regions: row.regions,
            permissions: row.permissions,
        });
    }
    Ok(credentials)
}

async fn staff(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<(), Error> {
    for officer in STAFF {
        let row = StaffRow {
            id: officer.id.to_owned(),
            organization_id: organization_id(officer.organization),
            name: officer.name.to_owned(),
            regions: officer.regions.iter().map(|r| (*r).to_owned()).collect(),
            roles: officer.roles.iter().map(ToString::to_string).collect(),
            created_at: now,
            disabled_at: None,
        };
        clients::insert_staff(conn, &row).await?;
    }
    Ok(())
}

/// The data of a demo family that the cases need.
#[derive(Clone)]
struct Home {
    family_id: Uuid,
    village: String,
    head: String,
}

async fn families(conn: &mut AsyncPgConnection, keys: &KeyRing, now: DateTime<Utc>) -> Result<Vec<Home>, Error> {
    let mut generator = people::Generator::new(SEED);
    let mut made = Vec::new();
    for regency in REGENCIES {
        let villages: Vec<&str> = regions::within(regency).iter().map(|e| e.code).filter(|c| c.len() == 13).collect();
        for index in 0..FAMILIES_PER_REGENCY {
            // Distributes the families over the regency, a few per village.
            let Some(village) = villages.get((index / 3) * 7 % villages.len().max(1)) else { continue };
            let district = village.get(..8).unwrap_or(village);
            made.push(generator.family(district, village, local_day(now)));
        }
    }
    let known: Vec<(String, String)> = made
        .iter()
        .map(|family| (family.village_code.clone(), family.members.first().map(|p| p.full_name.clone())))
        .filter_map(|(village, head)| Some((village, head?)))
        .collect();
    let ids = crate::registry::people::actions::insert_synthetic(conn, keys, made, now).await?;
    Ok(ids.into_iter().zip(known).map(|(family_id, (village, head))| Home { family_id, village, head }).collect())
}

/// Creates a file with mode 0600.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")
}

/// Id of a demo organization, for tests.
pub fn organization(name: &str) -> Option<Uuid> {
    ORGANIZATIONS.iter().find(|o| o.key == name).map(|o| organization_id(o.key))
}

/// Only the organizations and services of the demo, for tests.
pub async fn seed_directory(conn: &mut AsyncPgConnection) -> Result<(), Error> {
    directory::seed(conn, Clock::default().now()).await
}
