//! Default routing: the service that a need of a sector is referred to first. A region sets it for itself and for all regions inside
//! it; the setting of the nearest region applies.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::actions::public;
use super::model::Sector;
use super::store::{self, RoutingDefaultRow};
use crate::db::lock::Lock;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::text::LongText;
use crate::regions::model::contains;
use crate::regions::place::depth;
use crate::regions::{Place, RegionCode};
use crate::transaction::Tx;

/// Default route: the service to which needs of one sector in a region are referred first.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoutingDefault {
    /// Region code of the request; `ID` is the whole country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The sector.
    pub sector: Sector,
    /// Service to which needs of this sector are referred first.
    pub service_id: Uuid,
    /// Region that set the default: the requested one, or the nearest region that contains it.
    #[schema(example = "ID")]
    pub set_in: String,
    /// Reason, for officers.
    pub note: Option<String>,
    /// Officer or API client who set it.
    #[schema(example = "bandung-mgr-1")]
    pub set_by: String,
    /// Version of this region's own default, as in the `ETag` header; 0 if the default is inherited.
    #[schema(example = 1)]
    pub version: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The default routes of a region.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RoutingDefaultList {
    /// One for each sector that has a default.
    pub items: Vec<RoutingDefault>,
}

/// A default route to set.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PutRoutingDefault {
    /// The service. It must be active, cover the sector, and serve the region or a part of it.
    pub service_id: Uuid,
    /// Reason, for officers.
    pub note: Option<LongText>,
}

fn show(place: &Place, row: RoutingDefaultRow) -> RoutingDefault {
    RoutingDefault {
        region_code: place.as_str().to_owned(),
        sector: row.sector,
        service_id: row.service_id,
        note: row.note,
        set_by: row.set_by,
        version: if row.region_code == place.as_str() { row.version } else { 0 },
        set_in: row.region_code,
        updated_at: row.updated_at,
    }
}

/// The defaults that apply in the region, own and inherited, for one sector or for all.
pub async fn effective(
    conn: &mut AsyncPgConnection,
    place: &Place,
    sector: Option<Sector>,
) -> Result<Vec<RoutingDefault>, Error> {
    let mut rows = store::list_defaults_around(conn, &public(), &place.with_ancestors(), sector).await?;
    rows.sort_by_key(|row| (row.sector, std::cmp::Reverse(depth(&row.region_code))));
    rows.dedup_by_key(|row| row.sector);
    Ok(rows.into_iter().map(|row| show(place, row)).collect())
}

/// The service to which needs of the sector are referred first in this region, and the region that set it.
pub async fn find(
    conn: &mut AsyncPgConnection,
    region: &RegionCode,
    sector: Sector,
) -> Result<Option<(Uuid, String)>, Error> {
    let place = Place::of(region);
    Ok(effective(conn, &place, Some(sector)).await?.pop().map(|found| (found.service_id, found.set_in)))
}

/// Sets or replaces the default. Returns true with a new one. `If-Match` names version 0 while the region has no own default.
pub async fn put(
    tx: &mut Tx,
    place: &Place,
    sector: Sector,
    body: Json<PutRoutingDefault>,
) -> Result<(RoutingDefault, bool), Error> {
    let old = begin(tx, place, sector).await?;
    let input = body.valid()?;
    let service = store::find_service(&mut tx.conn, &public(), input.service_id, Lock::No).await?;
    let service = service.filter(|s| s.active).ok_or_else(|| Error::field("/service_id", "unknown_service"))?;
    if !service.sectors.iter().any(|s| s == sector.as_str()) {
        return Err(Error::field("/service_id", "other_sector"));
    }
    if !service.area_codes.iter().any(|area| contains(area, place.as_str()) || contains(place.as_str(), area)) {
        return Err(Error::field("/service_id", "outside_service_area"));
    }
    let row = RoutingDefaultRow {
        region_code: place.as_str().to_owned(),
        sector,
        service_id: service.id,
        note: input.note.map(|n| n.into_string()),
        set_by: tx.actor.subject.clone(),
        version: old.as_ref().map_or(0, |o| o.version) + 1,
        created_at: old.as_ref().map_or(tx.now, |o| o.created_at),
        updated_at: tx.now,
    };
    if old.is_some() {
        store::save_default(&mut tx.conn, &row).await?;
    } else if !store::insert_default(&mut tx.conn, &row).await? {
        return Err(Error::new(Code::VERSION_MISMATCH));
    }
    tx.audit("routing_default.set", "service", row.service_id, Some(place.as_str()));
    Ok((show(place, row), old.is_none()))
}

/// Removes the region's own default, so that the inherited one applies.
pub async fn remove(tx: &mut Tx, place: &Place, sector: Sector) -> Result<(), Error> {
    let old = begin(tx, place, sector).await?.ok_or_else(Error::not_found)?;
    store::delete_default(&mut tx.conn, &old).await?;
    tx.audit("routing_default.remove", "service", old.service_id, Some(place.as_str()));
    Ok(())
}

async fn begin(tx: &mut Tx, place: &Place, sector: Sector) -> Result<Option<RoutingDefaultRow>, Error> {
    place.require(&tx.actor.scope)?;
    let old = store::lock_default(&mut tx.conn, &public(), place.as_str(), sector).await?;
    tx.if_match.require(old.as_ref().map_or(0, |row| row.version))?;
    Ok(old)
}
