//! Routes of assignments and of the coverage report.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{
    AssignmentQuery, CoverageGapQuery, CoverageQuery, CoverageReport, CreateFacilitatorAssignment, DistrictCoverage,
    EndFacilitatorAssignment, FacilitatorAssignment, VillageGap,
};
use super::coverage::{self, VillageCoverage};
use super::store::{self, AssignmentFilter};
use crate::auth::Caller;
use crate::auth::permissions::StatsRead;
use crate::clock::Clock;
use crate::complaints::permissions::ComplaintsRead;
use crate::db::Db;
use crate::db::lock::Lock;
use crate::directory::permissions::DirectoryWrite;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::{RegionScope, directory};
use crate::service_levels::calendar::day_in;
use crate::transaction::Write;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(list_facilitator_assignments)
        .service(create_facilitator_assignment)
        .service(get_facilitator_assignment)
        .service(end_facilitator_assignment)
        .service(get_coverage_report)
        .service(list_coverage_gaps);
}

/// List assignments
///
/// Returns the assignments of officers to villages within the caller's regions, in order of creation.
#[utoipa::path(
    tag = "Desks",
    params(AssignmentQuery),
    responses((status = 200, description = "A page of assignments", body = Page<FacilitatorAssignment>)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/facilitator-assignments")]
async fn list_facilitator_assignments(
    caller: Caller<ComplaintsRead>,
    db: Db,
    query: Query<AssignmentQuery>,
) -> Result<Reply, Error> {
    let params = query.value;
    let page = PageRequest::new(params.cursor.as_deref(), params.limit, query.filters)?;
    let filter = AssignmentFilter {
        staff_id: params.staff_id,
        desk_id: params.desk_id,
        within: params.region_code.map(|code| RegionScope::from_codes(&[code.as_str()])),
        duty: params.duty,
        on: params.on,
    };
    let rows = store::list_assignments(&mut *db.read().await?, &caller.scope, filter, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.id), FacilitatorAssignment::from))
}

/// Assign an officer to a village
///
/// Assigns an officer to a village from a day on, under an assignment order (surat perintah tugas). If the officer
/// already has the same duty in that village in this period, the response is 409 `already-assigned`.
#[utoipa::path(
    tag = "Desks",
    request_body = CreateFacilitatorAssignment,
    responses((status = 201, description = "The assignment", body = FacilitatorAssignment)),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/facilitator-assignments")]
async fn create_facilitator_assignment(
    caller: Caller<DirectoryWrite>,
    write: Write,
    body: Json<CreateFacilitatorAssignment>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let made = actions::create_assignment(tx, body.valid()?).await?;
            Reply::created(&made, made.version, format!("/v1/facilitator-assignments/{}", made.id))
        })
        .await
}

/// Read an assignment
///
/// Returns one assignment.
#[utoipa::path(
    tag = "Desks",
    responses((status = 200, description = "The assignment", body = FacilitatorAssignment)),
    security(("oauth2" = ["complaints:read"]))
)]
#[get("/v1/facilitator-assignments/{id}")]
async fn get_facilitator_assignment(caller: Caller<ComplaintsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = store::find_assignment(&mut *db.read().await?, &caller.scope, *id, Lock::No).await?;
    let found = found.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&FacilitatorAssignment::from(found), version)
}

/// End an assignment
///
/// Sets the last day of the assignment, which may be in the future.
#[utoipa::path(
    tag = "Desks",
    request_body = EndFacilitatorAssignment,
    responses((status = 200, description = "The assignment", body = FacilitatorAssignment)),
    security(("oauth2" = ["directory:write"]))
)]
#[post("/v1/facilitator-assignments/{id}/end")]
async fn end_facilitator_assignment(
    caller: Caller<DirectoryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<EndFacilitatorAssignment>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let ended = actions::end_assignment(tx, *id, body).await?;
            Reply::resource(&ended, ended.version)
        })
        .await
}

/// Read the coverage report
///
/// Returns how many villages of a region have no desk, no facilitator or fewer than two volunteers today, in total and
/// by district. The region must be within the caller's regions (404 otherwise).
#[utoipa::path(
    tag = "Desks",
    params(CoverageQuery),
    responses(
        (status = 200, description = "The report", body = CoverageReport),
        (status = 404, description = "The region is outside the caller's regions", body = crate::http::problem::Problem,
         content_type = "application/problem+json")
    ),
    security(("oauth2" = ["stats:read"]))
)]
#[get("/v1/coverage-report")]
async fn get_coverage_report(
    caller: Caller<StatsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<CoverageQuery>,
) -> Result<Reply, Error> {
    let region = query.value.region_code;
    if !caller.scope.allows(region.as_str()) {
        return Err(Error::not_found());
    }
    let villages = actions::coverage_of(&mut *db.read().await?, &region, clock.now()).await?;
    let (total, districts) = coverage::count(&villages);
    Reply::ok(&CoverageReport {
        on: day_in(region.as_str(), clock.now()),
        region_code: region.as_str().to_owned(),
        total: total.into(),
        districts: districts
            .into_iter()
            .map(|(code, counts)| DistrictCoverage {
                region_code: code.to_owned(),
                name: directory::find(code).map_or("", |entry| entry.name).to_owned(),
                counts: counts.into(),
            })
            .collect(),
    })
}

/// List villages with gaps
///
/// Returns the villages of the coverage report that have gaps, in order of code.
#[utoipa::path(
    tag = "Desks",
    params(CoverageGapQuery),
    responses(
        (status = 200, description = "A page of villages", body = Page<VillageGap>),
        (status = 404, description = "The region is outside the caller's regions", body = crate::http::problem::Problem,
         content_type = "application/problem+json")
    ),
    security(("oauth2" = ["stats:read"]))
)]
#[get("/v1/coverage-report/villages")]
async fn list_coverage_gaps(
    caller: Caller<StatsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<CoverageGapQuery>,
) -> Result<Reply, Error> {
    let CoverageGapQuery { region_code, missing, cursor, limit } = query.value;
    if !caller.scope.allows(region_code.as_str()) {
        return Err(Error::not_found());
    }
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let villages = actions::coverage_of(&mut *db.read().await?, &region_code, clock.now()).await?;
    let has_gap = |v: &VillageCoverage| missing.map_or(!v.gaps.is_empty(), |gap| v.gaps.contains(&gap));
    // The cursor is the index in the list of villages, which changes only with a release.
    let start =
        usize::try_from(page.after.map_or(0, |after| after.key)).map_err(|_| Error::new(Code::INVALID_CURSOR))?;
    let fetch = usize::try_from(page.fetch()).unwrap_or(0);
    let rows: Vec<(usize, VillageCoverage)> =
        villages.into_iter().enumerate().skip(start).filter(|(_, v)| has_gap(v)).take(fetch).collect();
    let position =
        |row: &(usize, VillageCoverage)| Position::of_key(i64::try_from(row.0 + 1).unwrap_or(0), Uuid::nil());
    Reply::page(&page.page(rows, position, |(_, village)| VillageGap {
        region_code: village.code.to_owned(),
        name: village.name.to_owned(),
        facilitators: village.facilitators,
        volunteers: village.volunteers,
        gaps: village.gaps,
    }))
}
