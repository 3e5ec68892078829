//! The endpoints of the calendar and the targets.

use actix_web::{delete, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Entered, public};
use super::api::{
    CreateHoliday, CreateServiceLevelTarget, ForecastQuery, Holiday, HolidayQuery, ServiceLevelFigures,
    ServiceLevelForecast, ServiceLevelTarget, TargetQuery,
};
use super::cache::ServiceLevelCache;
use super::store::{self, HolidayFilter, TargetFilter};
use super::targets::{self, Matter};
use crate::auth::Caller;
use crate::clock::Clock;
use crate::db::Db;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_holidays)
        .service(create_holiday)
        .service(get_holiday)
        .service(delete_holiday)
        .service(list_service_level_targets)
        .service(create_service_level_target)
        .service(forecast_service_level)
        .service(get_service_level_target)
        .service(replace_service_level_target)
        .service(delete_service_level_target);
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

/// List targets
///
/// By when complaints are to be answered, in working days: the country's targets and those that regions have set for
/// themselves, in order of entry.
#[utoipa::path(
    tag = "Service levels",
    params(TargetQuery),
    responses((status = 200, description = "A page of targets", body = Page<ServiceLevelTarget>)),
    security(())
)]
#[get("/v1/service-level-targets")]
async fn list_service_level_targets(db: Db, query: Query<TargetQuery>) -> Result<Reply, Error> {
    let TargetQuery { region_code, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let filter = TargetFilter { region: region_code };
    let rows = store::list_targets(&mut *db.read().await?, &public(), filter, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.id), ServiceLevelTarget::from))
}

/// Enter a target
///
/// A target of a region of the caller's: for everything there, or narrowed to a sector, class or priority. Complaints
/// received or verified from now on take it; clocks that run keep theirs.
#[utoipa::path(
    tag = "Service levels",
    request_body = CreateServiceLevelTarget,
    responses((status = 201, description = "The target", body = ServiceLevelTarget)),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/service-level-targets")]
async fn create_service_level_target(
    caller: Caller<DirectoryWrite>,
    write: Write,
    body: Json<CreateServiceLevelTarget>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let made = actions::create_target(tx, body.valid()?).await?;
            Reply::created(&made, made.version, format!("/v1/service-level-targets/{}", made.id))
        })
        .await
}

/// Forecast deadlines
///
/// Which target would hold for a complaint received now, and by when it would have to be answered. The nearest region wins,
/// and among its targets the one that names most of the matter's properties (of equals: priority, then class, then sector).
#[utoipa::path(
    tag = "Service levels",
    params(ForecastQuery),
    responses((status = 200, description = "The target and its deadlines", body = ServiceLevelForecast)),
    security(())
)]
#[get("/v1/service-level-targets/forecast")]
async fn forecast_service_level(
    db: Db,
    clock: web::Data<Clock>,
    levels: web::Data<ServiceLevelCache>,
    query: Query<ForecastQuery>,
) -> Result<Reply, Error> {
    let ForecastQuery { region_code, sector, class, priority } = query.value;
    let standards = levels.latest(&*db.read().await?).await?;
    let region = region_code.as_str();
    let target = targets::choose(&standards.targets, &Matter { region_code: region, sector, class, priority })
        .ok_or_else(Error::not_found)?
        .clone();
    let days = |count: i16| u16::try_from(count).unwrap_or(0);
    let first = standards.calendar.deadline(region, clock.now(), days(target.first_response_days));
    let resolution = standards.calendar.deadline(region, clock.now(), days(target.resolution_days));
    Reply::ok(&ServiceLevelForecast {
        target: target.into(),
        first_response_due_at: first.at,
        resolution_due_at: resolution.at,
        calendar: resolution.basis,
    })
}

/// Read a target
///
/// One target.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 200, description = "The target", body = ServiceLevelTarget)),
    security(())
)]
#[get("/v1/service-level-targets/{id}")]
async fn get_service_level_target(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = store::find_target(&mut *db.read().await?, &public(), *id).await?.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&ServiceLevelTarget::from(found), version)
}

/// Change a target
///
/// New figures for the same region, sector, class and priority. Clocks that run keep theirs.
#[utoipa::path(
    tag = "Service levels",
    request_body = ServiceLevelFigures,
    responses((status = 200, description = "The target", body = ServiceLevelTarget)),
    security(("oauth2" = ["directory:write"]))
)]
#[put("/v1/service-level-targets/{id}")]
async fn replace_service_level_target(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ServiceLevelFigures>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let target = actions::replace_target(tx, *id, body).await?;
            Reply::resource(&target, target.version)
        })
        .await
}

/// Take a target out
///
/// The next one that matches holds for new complaints. The country's target without conditions cannot be taken out (409
/// `target-of-last-resort`).
#[utoipa::path(
    tag = "Service levels",
    responses((status = 204, description = "The target holds no more")),
    security(("oauth2" = ["directory:write"]))
)]
#[delete("/v1/service-level-targets/{id}")]
async fn delete_service_level_target(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            actions::remove_target(tx, *id).await?;
            Ok(Reply::no_content())
        })
        .await
}
