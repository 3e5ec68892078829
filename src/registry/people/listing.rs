//! Lists of families and persons, and the region of one of them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};
use crate::regions::{RegionCode, RegionScope};
use crate::registry::people::history::Subject;
use crate::registry::people::responses::{Family, Person};
use crate::registry::people::store as registry;
use crate::registry::people::store::listing::{self as store, ListFilter};
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::{FamilyRow, PersonRow};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistryQuery {
    /// Only within this region.
    #[param(value_type = Option<String>, example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Include families and persons that died or were removed or merged. A change feed always includes them.
    pub include_ended: Option<bool>,
    /// Turns the list into a change feed: entries changed at or after this time, oldest change first.
    pub updated_since: Option<DateTime<Utc>>,
    /// Cursor of the next page, from `next_cursor` of the previous response.
    pub cursor: Option<String>,
    /// Entries per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

impl RegistryQuery {
    fn filter(&self) -> ListFilter {
        ListFilter {
            within: self.region_code.as_ref().map(|code| RegionScope::from_codes(&[code.as_str()])),
            all_standings: self.include_ended.unwrap_or(false),
            updated_since: self.updated_since,
        }
    }
}

fn position(by_change: bool, updated_at: DateTime<Utc>, id: Uuid) -> Position {
    if by_change { Position::at(updated_at, id) } else { Position { key: 0, id } }
}

pub async fn families(
    conn: &mut Connection,
    viewer: Viewer<'_>,
    scope: &RegionScope,
    asked: &RegistryQuery,
    page: &PageRequest,
    today: chrono::NaiveDate,
) -> Result<Page<Family>, Error> {
    let by_change = asked.updated_since.is_some();
    let rows = store::list_families_visible(conn, scope, &asked.filter(), page).await?;
    let page = page.page(rows, |row: &FamilyRow| position(by_change, row.updated_at, row.id), |row| row);
    let homes = store::list_households_of_visible(conn, page.items, today).await?;
    let items = homes.into_iter().map(|home| viewer.family(home)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

pub async fn persons(
    conn: &mut Connection,
    viewer: Viewer<'_>,
    scope: &RegionScope,
    asked: &RegistryQuery,
    page: &PageRequest,
) -> Result<Page<Person>, Error> {
    let by_change = asked.updated_since.is_some();
    let rows = store::list_persons_visible(conn, scope, &asked.filter(), page).await?;
    let page = page.page(rows, |row: &PersonRow| position(by_change, row.updated_at, row.id), |row| row);
    let items = page.items.into_iter().map(|row| viewer.person(row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// The subject's region, if the scope covers it.
pub async fn find_region(conn: &mut Connection, scope: &RegionScope, subject: Subject) -> Result<String, Error> {
    let found = match subject {
        Subject::Family(id) => registry::find_family(conn, scope, id, Lock::No).await?.map(|row| row.region_code),
        Subject::Person(id) => registry::find_person(conn, scope, id, Lock::No).await?.map(|row| row.region_code),
    };
    found.ok_or_else(Error::not_found)
}
