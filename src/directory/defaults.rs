//! Where a need of a sector goes by default. A region sets it for itself and everything inside; the nearest one wins.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::actions::public;
use super::model::Sector;
use super::store::{self, RoutingDefaultRow};
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::text::LongText;
use crate::regions::model::contains;
use crate::regions::place::nearness;
use crate::regions::{Place, RegionCode};
use crate::transaction::Tx;

/// Where a need goes by default.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoutingDefault {
    /// The region that was asked for; `ID` is the country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The sector.
    pub sector: Sector,
    /// The service that needs of this sector go to first.
    pub service_id: Uuid,
    /// The region that set it: the one asked for, or the nearest around it.
    #[schema(example = "ID")]
    pub set_in: String,
    /// Why, for officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who set it.
    #[schema(example = "bandung-mgr-1")]
    pub set_by: String,
    /// Version of what this region itself has set, as in the `ETag`; 0 when it takes over what another one set.
    #[schema(example = 1)]
    pub version: i32,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The defaults of a region.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RoutingDefaultList {
    /// One for each sector that has one.
    pub items: Vec<RoutingDefault>,
}

/// A default to set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PutRoutingDefault {
    /// The service: of this sector, serving the region or a part of it.
    pub service_id: Uuid,
    /// Why, for officers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

fn shown(place: &Place, row: RoutingDefaultRow) -> RoutingDefault {
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

/// What holds in the region, for one sector or for all.
pub async fn effective(
    conn: &mut AsyncPgConnection,
    place: &Place,
    sector: Option<Sector>,
) -> Result<Vec<RoutingDefault>, Error> {
    let mut rows = store::list_defaults_around(conn, &public(), &place.around(), sector).await?;
    rows.sort_by_key(|row| (row.sector, std::cmp::Reverse(nearness(&row.region_code))));
    rows.dedup_by_key(|row| row.sector);
    Ok(rows.into_iter().map(|row| shown(place, row)).collect())
}

/// The service that needs of the sector go to first in this region, and where that was set.
pub async fn find(
    conn: &mut AsyncPgConnection,
    region: &RegionCode,
    sector: Sector,
) -> Result<Option<(Uuid, String)>, Error> {
    let place = Place::of(region);
    Ok(effective(conn, &place, Some(sector)).await?.pop().map(|found| (found.service_id, found.set_in)))
}

/// Sets or replaces; version 0 is what `If-Match` names while nothing is set here.
pub async fn put(
    tx: &mut Tx,
    place: &Place,
    sector: Sector,
    body: Json<PutRoutingDefault>,
) -> Result<(RoutingDefault, bool), Error> {
    let old = begin(tx, place, sector).await?;
    let input = body.valid()?;
    let service = store::find_service(&mut tx.conn, &public(), input.service_id).await?;
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
    Ok((shown(place, row), old.is_none()))
}

/// What the region around has set holds again.
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
