//! Commands for clients, officers and keys.

use clap::Subcommand;
use diesel_async::AsyncPgConnection;
use serde_json::json;
use uuid::Uuid;

use super::database::{Database, block_on, bring_up_to_date};
use super::serve::load_keys;
use super::{Failure, codes, region_or_country, say};
use crate::auth::clients::{self, ClientRow, StaffRow};
use crate::auth::keys::{KeyFile, random_text};
use crate::auth::permission::Permission;
use crate::auth::roles::{Role, permissions_of};
use crate::clock::Clock;
use crate::config::DataArgs;
use crate::directory;

#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Create a client. Prints its secret once, as JSON.
    Create {
        /// Id of the client.
        #[arg(long, value_parser = parse_id)]
        id: String,
        /// Id of the client's organization.
        #[arg(long)]
        org: Option<Uuid>,
        /// Label for people.
        #[arg(long, default_value = "")]
        label: String,
        /// Regions that it may see, separated by commas; `ID` is the whole country.
        #[arg(long, value_delimiter = ',', value_parser = region_or_country)]
        regions: Vec<String>,
        /// Permissions, separated by commas.
        #[arg(long, value_delimiter = ',', value_parser = codes::<Permission>())]
        permissions: Vec<Permission>,
        /// Roles whose permissions are added, separated by commas.
        #[arg(long, value_delimiter = ',', value_parser = codes::<Role>())]
        roles: Vec<Role>,
    },
    /// List all clients as JSON, without secrets.
    List,
    /// Disable a client. It gets no new tokens; existing tokens expire within 15 minutes.
    Disable {
        /// Id of the client.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum StaffCommand {
    /// Create an officer on whose behalf the clients of an organization may act.
    Create {
        /// Id of the officer, as shown in the audit trail.
        #[arg(long, value_parser = parse_id)]
        id: String,
        /// Id of the organization.
        #[arg(long)]
        org: Uuid,
        /// The officer's name.
        #[arg(long)]
        name: String,
        /// Regions, separated by commas.
        #[arg(long, value_delimiter = ',', value_parser = region_or_country, required = true)]
        regions: Vec<String>,
        /// Roles, separated by commas.
        #[arg(long, value_delimiter = ',', value_parser = codes::<Role>(), required = true)]
        roles: Vec<Role>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Create the key file, unless it exists.
    Init,
    /// Add a signing key. Running servers publish it at once and sign with it two minutes later.
    Rotate {
        /// Add an encryption key for identity numbers instead. Older values can still be decrypted.
        #[arg(long)]
        sealing: bool,
    },
}

fn parse_id(text: &str) -> Result<String, String> {
    let fits = (3..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    if fits { Ok(text.to_owned()) } else { Err("an id has 3 to 64 characters: a-z, 0-9, - and _".to_owned()) }
}

/// A client or an officer of an organization that does not exist could do nothing.
async fn require_organization(conn: &mut AsyncPgConnection, id: Option<Uuid>) -> Result<(), Failure> {
    let Some(id) = id else { return Ok(()) };
    match directory::actions::find_organization(conn, id, None).await.map_err(Failure::run)? {
        Some(_) => Ok(()),
        None => Err(Failure::Run(format!("there is no organization {id}: make it with slrt organization create"))),
    }
}

fn with_connection<T>(
    data: &DataArgs,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::join(data)?;
    let outcome = block_on(async {
        if database.embedded.is_some() {
            database.prepare(false).await?;
            bring_up_to_date(&database.url).await?;
        }
        let mut conn = crate::db::connect(&database.url).await.map_err(Failure::run)?;
        work(&mut conn).await
    });
    database.close();
    outcome
}

pub(super) fn client(data: &DataArgs, command: ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Create { id, org, label, regions, permissions, roles } => {
            let secret = random_text().map_err(Failure::run)?;
            let granted: Vec<String> = permissions
                .into_iter()
                .chain(permissions_of(&roles).iter())
                .map(|p| p.to_string())
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect();
            let row = ClientRow {
                label,
                organization_id: org,
                regions,
                permissions: granted,
                roles: roles.iter().map(ToString::to_string).collect(),
                secret_hash: load_keys(data)?.ring().hash_secret(&secret),
                created_at: Clock::default().now(),
                disabled_at: None,
                id,
            };
            let made = with_connection(data, async |conn| {
                require_organization(conn, row.organization_id).await?;
                clients::insert_client(conn, &row).await.map_err(Failure::run)
            })?;
            if !made {
                return Err(Failure::Run(format!("a client {} exists already", row.id)));
            }
            say(&json!({
                "client_id": row.id, "client_secret": secret, "organization": row.organization_id,
                "regions": row.regions, "permissions": row.permissions,
            })
            .to_string());
            Ok(())
        }
        ClientCommand::List => {
            let rows = with_connection(data, async |conn| clients::list_clients(conn).await.map_err(Failure::run))?;
            let list: Vec<_> = rows
                .into_iter()
                .map(|row| {
                    json!({
                        "client_id": row.id, "label": row.label, "organization": row.organization_id,
                        "regions": row.regions, "permissions": row.permissions,
                        "created_at": row.created_at, "disabled_at": row.disabled_at,
                    })
                })
                .collect();
            say(&serde_json::to_string_pretty(&list).map_err(Failure::run)?);
            Ok(())
        }
        ClientCommand::Disable { id } => {
            let now = Clock::default().now();
            let done = with_connection(data, async |conn| {
                clients::disable_client(conn, &id, now).await.map_err(Failure::run)
            })?;
            if !done {
                return Err(Failure::Run(format!("there is no active client {id}")));
            }
            say(&json!({ "client_id": id, "disabled_at": now }).to_string());
            Ok(())
        }
    }
}

pub(super) fn staff(data: &DataArgs, command: StaffCommand) -> Result<(), Failure> {
    let StaffCommand::Create { id, org, name, regions, roles } = command;
    let row = StaffRow {
        id,
        organization_id: org,
        name,
        regions,
        roles: roles.iter().map(ToString::to_string).collect(),
        created_at: Clock::default().now(),
        disabled_at: None,
    };
    let made = with_connection(data, async |conn| {
        require_organization(conn, Some(row.organization_id)).await?;
        clients::insert_staff(conn, &row).await.map_err(Failure::run)
    })?;
    if !made {
        return Err(Failure::Run(format!("an officer {} exists already", row.id)));
    }
    say(&json!({ "operator": row.id, "organization": row.organization_id, "roles": row.roles }).to_string());
    Ok(())
}

pub(super) fn keys(data: &DataArgs, command: KeysCommand) -> Result<(), Failure> {
    let path = data.keys_path();
    let now = Clock::default().now();
    let wrong = |e: crate::auth::keys::KeyError| Failure::Configuration(e.to_string());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Failure::run)?;
    }
    let mut file = match &command {
        KeysCommand::Init => KeyFile::read_or_generate(&path, now).map_err(wrong)?,
        KeysCommand::Rotate { .. } => KeyFile::read(&path).map_err(wrong)?,
    };
    if let KeysCommand::Rotate { sealing } = command {
        if sealing { file.rotate_sealing() } else { file.rotate_signing(now) }.map_err(wrong)?;
        file.write(&path).map_err(wrong)?;
    }
    say(&json!({ "file": path, "signing_keys": file.kids() }).to_string());
    Ok(())
}
