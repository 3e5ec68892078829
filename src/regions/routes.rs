//! Endpoints of the regions: public, cacheable, without database access.

use actix_web::get;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::directory::{self, Entry};
use super::model::{Region, RegionCode, RegionKind};
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_regions).service(get_region).service(list_region_children).service(list_region_ancestors);
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegionQuery {
    /// Part of the name, case-insensitive, at least two characters.
    #[param(min_length = 2, example = "cileunyi")]
    pub q: Option<String>,
    /// Only regions of this kind.
    #[param(inline)]
    pub kind: Option<RegionKind>,
    /// Only this region and regions inside it.
    #[param(value_type = Option<String>, example = "32.04")]
    pub within: Option<RegionCode>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Maximum regions per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// List or search regions
///
/// Returns the 91,599 administrative regions (Kepmendagri 300.2.2-2430/2025), ordered by code. `kind=provinsi` returns only
/// provinces; `q` searches by part of the name. Names are not unique: never use them as keys.
#[utoipa::path(
    tag = "Regions",
    params(RegionQuery),
    responses((status = 200, description = "A page of regions", body = Page<Region>)),
    security(())
)]
#[get("/v1/regions")]
async fn list_regions(query: Query<RegionQuery>) -> Result<Reply, Error> {
    let RegionQuery { q, kind, within, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let needle = q.map(|q| q.trim().to_lowercase());
    if needle.as_ref().is_some_and(|n| n.chars().count() < 2) {
        return Err(Error::about(crate::error::Code::MALFORMED_PARAMETER, "q"));
    }
    let inside = match &within {
        Some(code) => directory::within(code.as_str()),
        None => directory::all(),
    };
    let start = usize::try_from(page.after.map_or(0, |after| after.key)).unwrap_or(0);
    let fits = |entry: &Entry| {
        kind.is_none_or(|k| entry.kind == k)
            && needle.as_ref().is_none_or(|n| entry.name.to_lowercase().contains(n.as_str()))
    };
    let fetch = usize::try_from(page.fetch()).unwrap_or(0);
    let found: Vec<(usize, &Entry)> =
        inside.iter().enumerate().skip(start).filter(|(_, entry)| fits(entry)).take(fetch).collect();
    let position = |(index, _): &(usize, &Entry)| Position::of_key(i64::try_from(index + 1).unwrap_or(0), Uuid::nil());
    Reply::public_page(&page.page(found, position, |(_, entry)| Region::from(entry)))
}

/// Read a region
///
/// Returns one region by its code.
#[utoipa::path(
    tag = "Regions",
    responses((status = 200, description = "The region", body = Region)),
    security(())
)]
#[get("/v1/regions/{code}")]
async fn get_region(code: Path<String>) -> Result<Reply, Error> {
    Reply::public(&Region::from(find(&code)?))
}

/// A list of regions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RegionList {
    /// The regions, ordered by code.
    pub items: Vec<Region>,
}

/// List a region's children
///
/// Returns the regions directly inside: of a province its regencies and cities, of a regency its districts, of a district its
/// villages. For `ID`, the provinces.
#[utoipa::path(
    tag = "Regions",
    responses((status = 200, description = "The children", body = RegionList)),
    security(())
)]
#[get("/v1/regions/{code}/children")]
async fn list_region_children(code: Path<String>) -> Result<Reply, Error> {
    let items = if *code == "ID" {
        directory::provinces().map(Region::from).collect()
    } else {
        directory::children(find(&code)?.code).map(Region::from).collect()
    };
    Reply::public(&RegionList { items })
}

/// List a region's ancestors
///
/// Returns the enclosing regions, widest first, without the region itself.
#[utoipa::path(
    tag = "Regions",
    responses((status = 200, description = "The ancestors", body = RegionList)),
    security(())
)]
#[get("/v1/regions/{code}/ancestors")]
async fn list_region_ancestors(code: Path<String>) -> Result<Reply, Error> {
    let region = find(&code)?;
    let code = RegionCode::parse(region.code).ok_or_else(Error::not_found)?;
    let items =
        code.lineage().filter(|outer| *outer != region.code).filter_map(directory::find).map(Region::from).collect();
    Reply::public(&RegionList { items })
}

fn find(code: &str) -> Result<&'static Entry, Error> {
    directory::find(code).ok_or_else(Error::not_found)
}
