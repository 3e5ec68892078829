//! Routes to find candidates, and to draft and read referrals.

use actix_web::{get, post, web};
use diesel_async::AsyncPgConnection;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{CandidateList, CreateReferral, FindCandidates, Referral, ReferralQuery, show};
use super::model::ReferralStatus;
use super::store::{self, Record, ReferralFilter, Viewpoint};
use super::{routes_actions, routes_needs, routing, steps};
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::{Actor, Caller};
use crate::clock::Clock;
use crate::db::Db;
use crate::db::lock::Lock;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::events::order;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::referrals::permissions::{ReferralsRead, ReferralsSend};
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
    super::decisions::configure(config);
    super::letters::routes::configure(config);
}

fn view(actor: &Actor) -> Viewpoint<'_> {
    Viewpoint { scope: &actor.scope, organization: actor.organization_id }
}

/// Find services to refer to
///
/// Returns active services that match the programme or sector and serve the client's region, without those whose
/// programme rules the client does not meet. They are ranked by office in charge, free places, closeness and past
/// answer time, each with its reasons. The ranking is a suggestion; an officer decides.
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
/// Creates a draft, with or without a complaint. Only the source's regions can see a draft. Send it with
/// `POST /v1/referrals/{id}/request`; the approval of its complaint with the outcome `refer` sends it too.
#[utoipa::path(
    tag = "Referrals",
    request_body = CreateReferral,
    responses(
        (status = 201, description = "The referral", body = Referral),
        (status = 200, description = "The stored referral; the same request was sent before", body = Referral)
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
        .run(&caller, body.digest(), async move |tx| {
            actions::create(tx, body.valid()?).await?.reply(|made| (made.version, format!("/v1/referrals/{}", made.id)))
        })
        .await
}

/// List referrals
///
/// Returns the referrals of the caller's regions and those sent to the caller's organization, newest first, without
/// those entered in error. With `updated_since` the list is a change feed: in the order in which changes were committed,
/// including those entered in error.
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
    let params = query.value;
    let page = PageRequest::new(params.cursor.as_deref(), params.limit, query.filters)?;
    let mut conn = db.read().await?;
    // Referrals of records that were merged into this person's record belong to this person.
    let person_ids = match params.person_id {
        None => None,
        Some(id) => Some(registry::people::actions::list_ids_of_person(&mut conn, id).await?),
    };
    let filter = ReferralFilter {
        direction: params.direction,
        status: params.status,
        complaint_id: params.complaint_id,
        service_id: params.service_id,
        person_ids,
        need_id: params.need_id,
        part_of: params.part_of,
        review_due_by: params.review_due.unwrap_or_default().then(|| clock.now()),
        overdue_by: params.overdue.unwrap_or_default().then(|| clock.now()),
        escalated_to: params.escalation_level,
        with_errors: params.include_entered_in_error.unwrap_or_default(),
        changed_in: None,
    };
    if let Some(since) = params.updated_since {
        let read = async |conn: &mut AsyncPgConnection, window| {
            let filter = ReferralFilter { changed_in: Some(window), ..filter.clone() };
            Ok(store::list_visible(conn, view(&caller), filter, &page).await?)
        };
        let key = |record: &Record| (record.row.updated_at, record.row.id);
        let found =
            order::changed_since(&mut conn, &caller.scope, caller.organization_id, &page, since, read, key).await?;
        return Reply::page(&found.try_page(&page, |record| show(record, caller.organization_id))?);
    }
    let rows = store::list_visible(&mut conn, view(&caller), filter, &page).await?;
    let position = |Record { row, .. }: &Record| Position::at(row.created_at, row.id);
    Reply::page(&page.try_page(rows, position, |record| show(record, caller.organization_id))?)
}

/// Read a referral
///
/// Returns one referral. The first read of a requested referral by its target, with a token that has
/// `referrals:respond`, acknowledges it. With `Access-Purpose`, the client's telephone number is unmasked for a target
/// that has accepted, and for a source with `pii:reveal`.
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
    let found = store::find_visible(&mut *db.read().await?, view(&caller), *id, Lock::No).await?;
    let found = found.ok_or_else(Error::not_found)?;
    let row = &found.row;
    let first_read = row.status == ReferralStatus::Requested
        && row.acknowledged_at.is_none()
        && caller.organization_id == Some(row.target_organization_id)
        && caller.may(crate::referrals::permissions::REFERRALS_RESPOND);
    if first_read {
        return write.read_marking(&caller, async move |tx| steps::acknowledge(tx, *id).await?.reply()).await;
    }
    let version = row.version;
    let phone = found.details.client_phone.clone();
    let is_target = caller.organization_id == Some(row.target_organization_id);
    let region_code = row.region_code.clone();
    let (person, family) = (row.person_id, row.family_id.filter(|_| row.person_id.is_none()));
    let mut shown = show(found, caller.organization_id)?;
    // The source needs `pii:reveal`. The target needs only a purpose: it has accepted the client.
    let purpose = if is_target { caller.purpose()? } else { caller.reveal_if_asked()? };
    if let (Some(purpose), Some(phone)) = (purpose, phone.filter(|_| shown.client_phone.is_some() || !is_target)) {
        let (persons, families) = (person.as_slice(), family.as_slice());
        registry::privacy::limits::require_open(&mut *db.read().await?, persons, families, purpose).await?;
        let revealed = [Revealed { kind: "referral", id: *id, region_code: &region_code }];
        access.record(&mut *db.read().await?, &caller, purpose, &revealed).await?;
        shown.client_phone = Some(phone);
    }
    Reply::resource(&shown, version)
}

/// Read a referral's timeline
///
/// Returns every step of the referral, oldest first.
#[utoipa::path(
    tag = "Referrals",
    responses((status = 200, description = "The timeline", body = Timeline)),
    security(("oauth2" = ["referrals:read"]))
)]
#[get("/v1/referrals/{id}/timeline")]
async fn get_referral_timeline(caller: Caller<ReferralsRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let found = store::find_visible(&mut conn, view(&caller), *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    Reply::ok(&timeline::list_of_visible(&mut conn, found.row.id).await?)
}
