//! Lists of families and persons, and the region of one of them.

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::db::lock::Lock;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::events::order;
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
            changed_in: None,
        }
    }
}

/// A page of rows by id, or of those that changed since a time.
macro_rules! rows {
    ($list:ident, $Row:ty, $conn:ident, $scope:ident, $asked:ident, $page:ident) => {{
        let filter = $asked.filter();
        match $asked.updated_since {
            None => {
                let rows = store::$list($conn, $scope, &filter, $page).await?;
                $page.page(rows, |row: &$Row| Position::of_key(0, row.id), |row| row)
            }
            Some(since) => {
                let read = async |conn: &mut AsyncPgConnection, window| {
                    let filter = ListFilter { changed_in: Some(window), ..filter.clone() };
                    Ok(store::$list(conn, $scope, &filter, $page).await?)
                };
                let key = |row: &$Row| (row.updated_at, row.id);
                order::changed_since($conn, $scope, None, $page, since, read, key).await?.try_page($page, Ok)?
            }
        }
    }};
}

pub async fn families(
    conn: &mut Connection,
    viewer: Viewer<'_>,
    scope: &RegionScope,
    asked: &RegistryQuery,
    page: &PageRequest,
    today: chrono::NaiveDate,
) -> Result<Page<Family>, Error> {
    let page = rows!(list_families_visible, FamilyRow, conn, scope, asked, page);
    let homes = store::list_households_of_visible(conn, page.items, today).await?;
    let items = homes.into_iter().map(|home| viewer.family(home)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor, resume_cursor: page.resume_cursor })
}

pub async fn persons(
    conn: &mut Connection,
    viewer: Viewer<'_>,
    scope: &RegionScope,
    asked: &RegistryQuery,
    page: &PageRequest,
) -> Result<Page<Person>, Error> {
    let page = rows!(list_persons_visible, PersonRow, conn, scope, asked, page);
    let items = page.items.into_iter().map(|row| viewer.person(row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor, resume_cursor: page.resume_cursor })
}

/// The subject's region, if the scope covers it.
pub async fn find_region(conn: &mut Connection, scope: &RegionScope, subject: Subject) -> Result<String, Error> {
    let found = match subject {
        Subject::Family(id) => registry::find_family(conn, scope, id, Lock::No).await?.map(|row| row.region_code),
        Subject::Person(id) => registry::find_person(conn, scope, id, Lock::No).await?.map(|row| row.region_code),
    };
    found.ok_or_else(Error::not_found)
}
