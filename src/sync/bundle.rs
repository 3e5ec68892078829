//! The initial data of a tablet, and the service's side of a conflict. Always within the caller's scope, and masked.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use serde_json::Value;
use uuid::Uuid;

use super::actions;
use super::api::{Device, SyncBundle, SyncRegion};
use super::model::{SyncItemKind, SyncOperationKind as Kind};
use super::store::{self, DeviceRow};
use crate::auth::sealing::Sealer;
use crate::clock::local_day;
use crate::db::pool::Connection;
use crate::eligibility::api_programs::Program;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::events::order::Order;
use crate::http::page::Position;
use crate::http::query::Filters;
use crate::reference::catalogue::Catalogue;
use crate::regions::{RegionScope, directory};
use crate::registry::people::responses::Family;
use crate::registry::people::viewer::Viewer;
use crate::transaction::Tx;
use crate::{attachments, complaints, registry};

/// Families per page.
const FAMILIES_PER_PAGE: i64 = 200;
/// More open complaints than any village has.
const MAX_COMPLAINTS: i64 = 1000;

/// Binds a cursor to the tablet's villages: when they change, data read earlier is incomplete.
pub fn cursor_filters(device: &DeviceRow) -> Filters {
    let mut bytes = [0; 8];
    let digest = crate::http::json::sha256(format!("{}\n{}", device.id, device.village_codes.join(",")).as_bytes());
    bytes.copy_from_slice(digest.first_chunk::<8>().unwrap_or(&[0; 8]));
    Filters(bytes)
}

/// Data of a bundle that is not in the database.
pub struct Sources<'a> {
    pub catalogue: &'a Catalogue,
    pub programs: &'a ProgramCache,
    pub sealer: &'a Sealer,
    pub now: DateTime<Utc>,
}

pub async fn build(
    conn: &mut Connection,
    sources: &Sources<'_>,
    device: DeviceRow,
    scope: &RegionScope,
    after: Option<Uuid>,
) -> Result<SyncBundle, Error> {
    // The position in the feed is read first: a change during the read of the bundle is then repeated by the first `changes`.
    let changes = Order::read(conn).await?.end();
    let ids = registry::people::actions::list_family_ids(conn, scope, after, FAMILIES_PER_PAGE).await?;
    let next = ids.last().filter(|_| i64::try_from(ids.len()).is_ok_and(|n| n == FAMILIES_PER_PAGE)).copied();
    let families = families(conn, sources.sealer, scope, &ids, local_day(sources.now)).await?;
    let first = after.is_none();
    let complaints = if first {
        complaints::actions::list_open(conn, scope, MAX_COMPLAINTS, sources.now).await?
    } else {
        Vec::new()
    };
    let programs =
        if first { sources.programs.latest(conn).await?.all.iter().map(Program::from).collect() } else { Vec::new() };
    let stored_items = families.iter().map(|f| (SyncItemKind::Family, f.id));
    let stored_items = stored_items.chain(complaints.iter().map(|c| (SyncItemKind::Complaint, c.id)));
    store::insert_holdings(conn, device.id, stored_items).await?;
    let filters = cursor_filters(&device);
    Ok(SyncBundle {
        regions: if first { regions(&device.village_codes) } else { Vec::new() },
        code_lists: if first { sources.catalogue.lists.clone() } else { Vec::new() },
        programs,
        families,
        complaints,
        changes_cursor: changes.encode(filters),
        next_cursor: next.map(|id| Position::of_key(0, id).encode(filters)),
        device: Device::from(device),
    })
}

/// The villages and the regions that contain them.
fn regions(villages: &[String]) -> Vec<SyncRegion> {
    let mut codes: Vec<String> = villages.iter().flat_map(|code| actions::lineage(code)).collect();
    codes.sort();
    codes.dedup();
    let named = |code: String| directory::find(&code).map(|entry| SyncRegion { name: entry.name.to_owned(), code });
    codes.into_iter().filter_map(named).collect()
}

/// The families among these ids that the scope covers, ordered by id.
pub async fn families(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    scope: &RegionScope,
    ids: &[Uuid],
    today: NaiveDate,
) -> Result<Vec<Family>, Error> {
    let mut homes = registry::people::actions::find_households(conn, scope, ids, today).await?;
    homes.sort_by_key(|home| home.family.id);
    let viewer = Viewer::masked(sealer);
    homes.into_iter().map(|home| viewer.family(home)).collect()
}

async fn family(
    conn: &mut AsyncPgConnection,
    sealer: &Sealer,
    scope: &RegionScope,
    id: Uuid,
    today: NaiveDate,
) -> Result<Option<Family>, Error> {
    let home = registry::people::actions::find_household(conn, scope, id, today).await?;
    home.map(|home| Viewer::masked(sealer).family(home)).transpose()
}

/// The stored resource that conflicts with an operation, if the caller may see it.
pub async fn server_side(tx: &mut Tx, kind: Kind, id: Uuid) -> Result<Option<Value>, Error> {
    let (scope, actor, keys, today) = (tx.actor.scope.clone(), tx.actor.clone(), tx.keys.clone(), local_day(tx.now));
    let json = |value: Result<Value, serde_json::Error>| value.map(Some).map_err(Error::internal);
    match kind {
        Kind::Complaint | Kind::CloseComplaint | Kind::Answer | Kind::Note => {
            match complaints::actions::find_shown(&mut tx.conn, &scope, id, tx.now).await? {
                Some(found) => json(serde_json::to_value(found)),
                None => Ok(None),
            }
        }
        Kind::Family | Kind::CorrectFamily => match family(&mut tx.conn, &keys.sealer, &scope, id, today).await? {
            Some(found) => json(serde_json::to_value(found)),
            None => Ok(None),
        },
        Kind::Person | Kind::CorrectPerson => {
            match registry::people::actions::find_person(&mut tx.conn, &scope, id).await? {
                Some(row) => json(serde_json::to_value(Viewer::masked(&keys.sealer).person(row)?)),
                None => Ok(None),
            }
        }
        Kind::Attachment => match attachments::actions::find(&mut tx.conn, &actor, id, None).await {
            Ok((row, _)) => json(serde_json::to_value(attachments::api::show(row))),
            Err(_) => Ok(None),
        },
        Kind::Visit => match super::visits::read(&mut tx.conn, &scope, id).await {
            Ok(visit) => json(serde_json::to_value(visit)),
            Err(_) => Ok(None),
        },
    }
}
