//! Changes in a tablet's villages since a cursor. The event feed, whose order is stable, gives the resources that changed; each
//! is returned in its current state, or as `gone` if the tablet may no longer see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{SyncChanges, SyncItem};
use super::bundle;
use super::model::SyncItemKind as Kind;
use super::store::{self, ChangeEvent, DeviceRow};
use crate::auth::sealing::Sealer;
use crate::clock::local_day;
use crate::complaints::api::Complaint;
use crate::db::pool::Connection;
use crate::error::Code;
use crate::error::Error;
use crate::events::order::{self, ChangeWindow, Changed, Found, Order, Streams};
use crate::http::page::Position;
use crate::http::query::Filters;
use crate::regions::RegionScope;
use crate::registry::people::responses::Family;
use crate::{complaints, registry};

pub const MAX_EVENTS: i64 = 200;

pub async fn since(
    conn: &mut Connection,
    sealer: &Sealer,
    device: DeviceRow,
    scope: &RegionScope,
    cursor: &str,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<SyncChanges, Error> {
    let filters = bundle::cursor_filters(&device);
    let Some(after) = Position::decode(cursor, filters) else {
        return bundle_required(device, cursor);
    };
    let order = Order::read_latest(conn).await?;
    if order.check(after).is_err() {
        // Restored, or further behind than changes are stored.
        return bundle_required(device, cursor);
    }
    let read = async |conn: &mut AsyncPgConnection, window: ChangeWindow| {
        Ok(store::list_changes(conn, scope, device.id, &window).await?)
    };
    let key = |event: &ChangeEvent| (Found::In(event.change_id), event.id);
    let streams = Streams::of(scope, None);
    let Changed { rows, next, has_more } = order::read_after(conn, &streams, order, after, limit, read, key).await?;
    let mut subjects: Vec<(Kind, Uuid)> = Vec::new();
    for change in rows {
        subjects.extend(subject(conn, scope, &change).await?.filter(|subject| !subjects.contains(subject)));
    }
    let ids = |wanted| subjects.iter().filter(|(kind, _)| *kind == wanted).map(|(_, id)| *id).collect::<Vec<_>>();
    let families = bundle::families(conn, sealer, scope, &ids(Kind::Family), local_day(now)).await?;
    let mut families: HashMap<Uuid, Family> = families.into_iter().map(|family| (family.id, family)).collect();
    let complaints = complaints::actions::list_shown(conn, scope, &ids(Kind::Complaint), now).await?;
    let mut complaints: HashMap<Uuid, Complaint> = complaints.into_iter().map(|shown| (shown.id, shown)).collect();
    let item = |(kind, id)| {
        let (family, complaint) = match kind {
            Kind::Family => (families.remove(&id), None),
            Kind::Complaint => (None, complaints.remove(&id)),
        };
        SyncItem { kind, id, gone: family.is_none() && complaint.is_none(), family, complaint }
    };
    let items: Vec<SyncItem> = subjects.iter().copied().map(item).collect();
    let stored_items = items.iter().filter(|item| !item.gone).map(|item| (item.kind, item.id));
    store::insert_holdings(conn, device.id, stored_items).await?;
    Ok(SyncChanges {
        items,
        village_codes: device.village_codes,
        bundle_required: false,
        next_cursor: next.encode(filters),
        has_more,
    })
}

/// The tablet must read a new bundle: it was assigned to other villages in the meantime, or its cursor has expired.
fn bundle_required(device: DeviceRow, cursor: &str) -> Result<SyncChanges, Error> {
    if !Position::is_one(cursor) {
        return Err(Error::new(Code::INVALID_CURSOR));
    }
    Ok(SyncChanges {
        items: Vec::new(),
        next_cursor: cursor.to_owned(),
        village_codes: device.village_codes,
        bundle_required: true,
        has_more: false,
    })
}

/// The resource that a tablet stores for an event: for a person, the family.
async fn subject(
    conn: &mut Connection,
    scope: &RegionScope,
    change: &ChangeEvent,
) -> Result<Option<(Kind, Uuid)>, Error> {
    let named = |field: &str| change.data.get(field).and_then(|v| v.as_str()).and_then(|text| text.parse().ok());
    Ok(match change.subject_kind.as_str() {
        "complaint" => Some((Kind::Complaint, change.subject_id)),
        "family" => Some((Kind::Family, change.subject_id)),
        _ => match named("family_id") {
            Some(family) => Some((Kind::Family, family)),
            None => registry::people::actions::find_subject(conn, scope, Some(change.subject_id), None)
                .await?
                .map(|subject| (Kind::Family, subject.family_id)),
        },
    })
}

/// Decodes the cursor of a page of families in the bundle.
pub fn family_after(device: &DeviceRow, cursor: Option<&str>) -> Result<Option<Uuid>, Error> {
    let filters: Filters = bundle::cursor_filters(device);
    match cursor {
        None => Ok(None),
        Some(text) => match Position::decode(text, filters) {
            Some(at) => Ok(Some(at.id)),
            None => Err(Error::new(Code::INVALID_CURSOR)),
        },
    }
}
