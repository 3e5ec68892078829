//! The calendar's endpoints.

use actix_web::{delete, get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Entered, public};
use super::api::{CreateHoliday, Holiday, HolidayQuery};
use super::store::{self, HolidayFilter};
use crate::auth::Caller;
use crate::auth::permission::DirectoryWrite;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_holidays).service(create_holiday).service(get_holiday).service(delete_holiday);
}

/// List holidays
///
/// The days on which no deadline runs, in order: national holidays and joint leave of the years that are known, and the days
/// that regions have added. A year without national holidays is counted with weekends alone.
#[utoipa::path(
    tag = "Service levels",
    params(HolidayQuery),
    responses((status = 200, description = "A page of holidays", body = Page<Holiday>)),
    security(())
)]
#[get("/v1/holidays")]
async fn list_holidays(db: Db, query: Query<HolidayQuery>) -> Result<Reply, Error> {
    let HolidayQuery { year, region_code, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let filter = HolidayFilter { year, region: region_code };
    let rows = store::list_holidays(&mut *db.read().await?, &public(), filter, &page).await?;
    Reply::page(&page.page(rows, store::position, Holiday::from))
}

/// Enter a holiday
///
/// A day on which no deadline runs in a region of the caller's, or in the whole country. Open complaints there are given
/// their new due dates within a minute. The same day again with the same content is answered with 200.
#[utoipa::path(
    tag = "Service levels",
    request_body = CreateHoliday,
    responses(
        (status = 201, description = "The holiday", body = Holiday),
        (status = 200, description = "It was entered before; this is what is stored", body = Holiday)
    ),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/holidays")]
async fn create_holiday(
    caller: Caller<DirectoryWrite>,
    write: Write,
    body: Json<CreateHoliday>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match actions::create_holiday(tx, body.valid()?).await? {
            Entered::New(made) => Reply::created(&made, made.version, format!("/v1/holidays/{}", made.id)),
            Entered::Known(made) => Ok(Reply::resource(&made, made.version)?.unchanged()),
        })
        .await
}

/// Read a holiday
///
/// One day of the calendar.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 200, description = "The holiday", body = Holiday)),
    security(())
)]
#[get("/v1/holidays/{id}")]
async fn get_holiday(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = store::find_holiday(&mut *db.read().await?, &public(), *id).await?.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&Holiday::from(found), version)
}

/// Take a holiday out
///
/// The day counts as a working day again, and open complaints are given their new due dates within a minute. A day that
/// came with the release stays out after an upgrade.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 204, description = "The day is a working day")),
    security(("oauth2" = ["directory:write"]))
)]
#[delete("/v1/holidays/{id}")]
async fn delete_holiday(caller: Caller<DirectoryWrite>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            actions::remove_holiday(tx, *id).await?;
            Ok(Reply::no_content())
        })
        .await
}
