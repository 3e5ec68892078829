//! Routes of officers.

use actix_web::{get, patch, post};
use utoipa_actix_web::service_config::ServiceConfig;

use super::staff;
use super::staff_api::{CreateStaffMember, PatchStaffMember, StaffMember, StaffQuery};
use super::store::{self, StaffFilter};
use crate::auth::Caller;
use crate::auth::permissions::AccessAdmin;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::transaction::Write;

pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(list_staff).service(create_staff_member).service(get_staff_member).service(patch_staff_member);
}

/// List officers
///
/// Returns the officers of organizations in the caller's regions, in order of creation.
#[utoipa::path(
    tag = "Staff",
    params(StaffQuery),
    responses((status = 200, description = "A page of officers", body = Page<StaffMember>)),
    security(("oauth2" = ["access:admin"]))
)]
#[get("/v1/staff")]
async fn list_staff(caller: Caller<AccessAdmin>, db: Db, query: Query<StaffQuery>) -> Result<Reply, Error> {
    let StaffQuery { organization_id, role, active, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let filter = StaffFilter { organization_id, role: role.map(|r| r.as_str()), active };
    let rows = store::list_officers(&mut *db.read().await?, &caller.scope, filter, &page).await?;
    Reply::page(&page.page(rows, |row| Position::at(row.created_at, row.record_id), StaffMember::from))
}

/// Create an officer
///
/// Creates an officer of an organization. Clients of the organization can then get tokens for the officer (`operator=`
/// at the token endpoint), with the regions and permissions that client and officer have in common. The regions must be
/// within the caller's regions.
#[utoipa::path(
    tag = "Staff",
    request_body = CreateStaffMember,
    responses((status = 201, description = "The officer", body = StaffMember)),
    security(("oauth2" = ["access:admin"]))
)]
#[post("/v1/staff")]
async fn create_staff_member(
    caller: Caller<AccessAdmin>,
    write: Write,
    body: Json<CreateStaffMember>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let made = staff::create_officer(tx, body.valid()?).await?;
            Reply::created(&made, made.version, format!("/v1/staff/{}", made.id))
        })
        .await
}

/// Read an officer
///
/// Returns one officer.
#[utoipa::path(
    tag = "Staff",
    responses((status = 200, description = "The officer", body = StaffMember)),
    security(("oauth2" = ["access:admin"]))
)]
#[get("/v1/staff/{id}")]
async fn get_staff_member(caller: Caller<AccessAdmin>, db: Db, id: Path<String>) -> Result<Reply, Error> {
    let found = store::find_officer(&mut *db.read().await?, &caller.scope, &id).await?.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&StaffMember::from(found), version)
}

/// Change an officer
///
/// Changes name, regions or roles. `active=false` disables the officer; tokens that were already issued expire within
/// 15 minutes.
#[utoipa::path(
    tag = "Staff",
    request_body = PatchStaffMember,
    responses((status = 200, description = "The officer", body = StaffMember)),
    security(("oauth2" = ["access:admin"]))
)]
#[patch("/v1/staff/{id}")]
async fn patch_staff_member(
    caller: Caller<AccessAdmin>,
    write: Write,
    id: Path<String>,
    body: Json<PatchStaffMember>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let officer = staff::patch_officer(tx, &id, body).await?;
            Reply::resource(&officer, officer.version)
        })
        .await
}
