//! Finding candidates, drafting and reading referrals.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Drafted};
use super::api::{CandidateList, CreateReferral, FindCandidates, Referral, ReferralQuery, show};
use super::model::ReferralStatus;
use super::store::{self, Record, ReferralFilter, Viewpoint};
use super::{routes_actions, routes_needs, routing, steps};
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::permission::{ReferralsRead, ReferralsSend};
use crate::auth::{Actor, Caller, Permission};
use crate::clock::Clock;
use crate::db::Db;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::registry;
use crate::timeline::{self, Timeline};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(find_referral_candidates)
        .service(create_referral)
        .service(list_referrals)
        .service(get_referral)
        .service(get_referral_timeline);
    routes_actions::configure(config);
    routes_needs::configure(config);
}

fn view(actor: &Actor) -> Viewpoint<'_> {
    Viewpoint { scope: &actor.scope, organization: actor.organization_id }
}

/// Find whom to refer to
///
/// Active services that match the programme or sector, serve the client's region and whose rules the client does not fail, ranked by
/// free places, closeness and past answer time, each with its reasons. A proposal: an officer decides.
#[utoipa::path(
    tag = "Referrals",
    request_body = FindCandidates,
    responses((status = 200, description = "The candidates, best first", body = CandidateList)),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals/candidates")]
async fn find_referral_candidates(
    caller: Caller<ReferralsSend>,
    db: Db,
    clock: web::Data<Clock>,
    programs: web::Data<ProgramCache>,
    body: Json<FindCandidates>,
) -> Result<Reply, Error> {
    let input = body.valid()?;
    let mut conn = db.read().await?;
    let items = routing::find_candidates(&mut conn, &programs, &caller, input, clock.now()).await?;
    Reply::ok(&CandidateList { items })
}

/// Draft a referral
///
/// From a complaint or alone. A draft is visible to the source's regions only; send it with `request`, or have the
/// manager's approval of the complaint send it.
#[utoipa::path(
    tag = "Referrals",
    request_body = CreateReferral,
    responses(
        (status = 201, description = "The referral", body = Referral),
        (status = 200, description = "It was sent before; this is what is stored", body = Referral)
    ),
    security(("oauth2" = ["referrals:send"]))
)]
#[post("/v1/referrals")]
async fn create_referral(
    caller: Caller<ReferralsSend>,
    write: Write,
    body: Json<CreateReferral>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match actions::create(tx, body.valid()?).await? {
            Drafted::New(made) => Reply::created(&made, made.version, format!("/v1/referrals/{}", made.id)),
            Drafted::Known(made) => Ok(Reply::resource(&made, made.version)?.unchanged()),
        })
        .await
}

/// List referrals
///
/// Referrals of the caller's regions and those addressed to its organization, newest first; without what was entered in error,
/// unless that is asked for. With `updated_since` it is a
/// change feed instead: by time of change, oldest first.
#[utoipa::path(
    tag = "Referrals",
    params(ReferralQuery),
    responses((status = 200, description = "A page of referrals", body = Page<Referral>)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals")]
async fn list_referrals(
    caller: Caller<ReferralsRead>,
    db: Db,
    clock: web::Data<Clock>,
    query: Query<ReferralQuery>,
) -> Result<Reply, Error> {
    let asked = query.value;
    let page = PageRequest::new(asked.cursor.as_deref(), asked.limit, query.filters)?;
    let by_change = asked.updated_since.is_some();
    let mut conn = db.read().await?;
    // Referrals of records that were merged into the person's are the person's.
    let person_ids = match asked.person_id {
        None => None,
        Some(id) => Some(registry::actions::list_ids_of_person(&mut conn, id).await?),
    };
    let filter = ReferralFilter {
        direction: asked.direction,
        status: asked.status,
        complaint_id: asked.complaint_id,
        service_id: asked.service_id,
        person_ids,
        need_id: asked.need_id,
        part_of: asked.part_of,
        review_due_by: asked.review_due.unwrap_or_default().then(|| clock.now()),
        overdue_by: asked.overdue.unwrap_or_default().then(|| clock.now()),
        escalated_to: asked.escalation_level,
        with_errors: asked.include_entered_in_error.unwrap_or_default(),
        updated_since: asked.updated_since,
    };
    let rows = store::list_visible(&mut *db.read().await?, view(&caller), filter, &page).await?;
    let position =
        |Record { row, .. }: &Record| Position::at(if by_change { row.updated_at } else { row.created_at }, row.id);
    Reply::page(&page.try_page(rows, position, |record| show(record, caller.organization_id))?)
}

/// Read a referral
///
/// One referral. The target's first read of a requested referral, with a token that may answer it, acknowledges it. With
/// `Access-Purpose` the client's telephone is shown in full to a target that has accepted, and to a source with `pii:reveal`.
#[utoipa::path(
    tag = "Referrals",
    extensions(("x-reveals" = json!(true))),
    responses((status = 200, description = "The referral", body = Referral)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}")]
async fn get_referral(
    caller: Caller<ReferralsRead>,
    db: Db,
    write: Write,
    access: AccessLog,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let found = store::find_visible(&mut *db.read().await?, view(&caller), *id).await?;
    let found = found.ok_or_else(Error::not_found)?;
    let row = &found.row;
    let first_read = row.status == ReferralStatus::Requested
        && row.acknowledged_at.is_none()
        && caller.organization_id == Some(row.target_organization_id)
        && caller.may(Permission::ReferralsRespond);
    if first_read {
        return write.read_marking(&caller, async move |tx| steps::acknowledge(tx, *id).await?.reply()).await;
    }
    let version = row.version;
    let phone = found.details.client_phone.clone();
    let is_target = caller.organization_id == Some(row.target_organization_id);
    let region_code = row.region_code.clone();
    let (person, family) = (row.person_id, row.family_id.filter(|_| row.person_id.is_none()));
    let mut shown = show(found, caller.organization_id)?;
    // To the source it is its own client's number; to the target it is part of what it has taken on.
    let purpose = if is_target { caller.purpose()? } else { caller.reveal_if_asked()? };
    if let (Some(purpose), Some(phone)) = (purpose, phone.filter(|_| shown.client_phone.is_some() || !is_target)) {
        let (persons, families) = (person.as_slice(), family.as_slice());
        registry::limits::require_open(&mut *db.read().await?, persons, families, purpose).await?;
        let revealed = [Revealed { kind: "referral", id: *id, region_code: &region_code }];
        access.record(&mut *db.read().await?, &caller, purpose, &revealed).await?;
        shown.client_phone = Some(phone);
    }
    Reply::resource(&shown, version)
}

/// Read a referral's timeline
///
/// Every step of the referral, oldest first.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The timeline", body = Timeline)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}/timeline")]
async fn get_referral_timeline(caller: Caller<ReferralsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let found = store::find_visible(&mut conn, view(&caller), *id).await?.ok_or_else(Error::not_found)?;
    Reply::ok(&timeline::list_of_visible(&mut conn, found.row.id).await?)
}
