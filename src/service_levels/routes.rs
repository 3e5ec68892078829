//! HTTP routes of holidays and targets.

use actix_web::{delete, get, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, public};
use super::api::{
    CreateHoliday, CreateServiceLevelTarget, ForecastQuery, Holiday, HolidayQuery, ServiceLevelFigures,
    ServiceLevelForecast, ServiceLevelTarget, TargetQuery,
};
use super::cache::ServiceLevelCache;
use super::store::{self, HolidayFilter, TargetFilter};
use super::targets::{self, TargetCriteria};
use crate::auth::Caller;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::lock::Lock;
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
/// Lists the days that do not count as working days, in order of date: national holidays, joint leave, and holidays that regions have
/// added. For a year without national holidays only weekends are left out of the count.
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

/// Create a holiday
///
/// Adds a day that does not count as a working day, in one of the caller's regions or in the whole country. Deadlines of open complaints
/// there are recalculated within a minute. Sending the same day and content again returns 200 with the stored holiday; the same day with
/// other content is refused (409 `holiday-exists`).
#[utoipa::path(
    tag = "Service levels",
    request_body = CreateHoliday,
    responses(
        (status = 201, description = "The holiday", body = Holiday),
        (status = 200, description = "The stored holiday; the same content was sent before", body = Holiday)
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
        .run(&caller, body.digest(), async move |tx| {
            actions::create_holiday(tx, body.valid()?)
                .await?
                .reply(|made| (made.version, format!("/v1/holidays/{}", made.id)))
        })
        .await
}

/// Read a holiday
///
/// Returns one holiday.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 200, description = "The holiday", body = Holiday)),
    security(())
)]
#[get("/v1/holidays/{id}")]
async fn get_holiday(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found =
        store::find_holiday(&mut *db.read().await?, &public(), *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&Holiday::from(found), version)
}

/// Delete a holiday
///
/// Removes a holiday, so that the day counts as a working day again. Deadlines of open complaints are recalculated within a minute. An
/// upgrade does not restore a deleted holiday of the release.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 204, description = "Deleted")),
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
/// Lists the targets for complaints, in working days: national ones and those that regions have set for themselves, oldest entry first.
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

/// Create a target
///
/// Adds a target in one of the caller's regions: for all complaints there, or only for a sector, class or priority. It applies to
/// complaints that are received or verified from now on; running clocks keep their target. There can be only one target for the same
/// region, sector, class and priority (409 `target-exists`).
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
/// Returns the target that would apply to a complaint received now, and its deadlines. The nearest region with a matching target wins.
/// Among its targets the one with the most conditions wins; of equals, a condition on priority counts before class, and class before
/// sector.
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
    let target = targets::choose(&standards.targets, &TargetCriteria { region_code: region, sector, class, priority })
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
/// Returns one target.
#[utoipa::path(
    tag = "Service levels",
    responses((status = 200, description = "The target", body = ServiceLevelTarget)),
    security(())
)]
#[get("/v1/service-level-targets/{id}")]
async fn get_service_level_target(db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found =
        store::find_target(&mut *db.read().await?, &public(), *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&ServiceLevelTarget::from(found), version)
}

/// Change a target
///
/// Replaces the figures of a target; region, sector, class and priority stay. Running clocks keep the old figures.
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

/// Delete a target
///
/// Removes a target; the next one that matches applies to new complaints. The national target without conditions cannot be deleted (409
/// `target-of-last-resort`).
#[utoipa::path(
    tag = "Service levels",
    responses((status = 204, description = "Deleted")),
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
