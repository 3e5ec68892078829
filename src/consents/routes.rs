//! Endpoints of consents.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Recorded};
use super::api::{Consent, ConsentQuery, RecordConsent, WithdrawConsent, show};
use super::store::{self, ConsentFilter, ConsentRow};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::auth::permission::{RegistryRead, RegistryWrite};
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::registry;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(record_consent).service(list_consents).service(get_consent).service(withdraw_consent);
}

/// Record consent
///
/// That a person or a family has consented to a purpose, or on what other lawful basis (UU 27/2022, article 20) their data is used
/// for it. Consent given anew opens a purpose that was withdrawn; another basis does not. The same id and content again is
/// answered with 200.
#[utoipa::path(
    tag = "Consents",
    request_body = RecordConsent,
    responses(
        (status = 201, description = "The record", body = Consent),
        (status = 200, description = "It was sent before; this is what is stored", body = Consent)
    ),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/consents")]
async fn record_consent(
    caller: Caller<RegistryWrite>,
    write: Write,
    body: Json<RecordConsent>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match actions::record(tx, body.valid()?).await? {
            Recorded::New(made) => Reply::created(&made, made.version, format!("/v1/consents/{}", made.id)),
            Recorded::Known(made) => Ok(Reply::resource(&made, made.version)?.unchanged()),
        })
        .await
}

/// List consents
///
/// Consents and other lawful bases within the caller's regions, newest first.
#[utoipa::path(
    tag = "Consents",
    params(ConsentQuery),
    responses((status = 200, description = "A page of consents", body = Page<Consent>)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/consents")]
async fn list_consents(
    caller: Caller<RegistryRead>,
    db: Db,
    log: AccessLog,
    query: Query<ConsentQuery>,
) -> Result<Reply, Error> {
    let asked = query.value;
    let page = PageRequest::new(asked.cursor.as_deref(), asked.limit, query.filters)?;
    let today = local_day(log.now);
    let mut conn = db.read().await?;
    let person = match asked.person_id {
        None => None,
        Some(id) => match registry::actions::find_subject(&mut conn, &caller.scope, Some(id), None).await? {
            // What was given for a record that was merged into the person's is the person's.
            Some(subject) => Some((registry::actions::list_ids_of_person(&mut conn, id).await?, subject.family_id)),
            // Nobody of the caller's regions: an empty page.
            None => Some((Vec::new(), id)),
        },
    };
    let filter = ConsentFilter {
        within: asked.region_code.map(|code| RegionScope::from_codes(&[code.as_str()])),
        person,
        family_id: asked.family_id,
        purpose: asked.purpose,
        status: asked.status,
    };
    let rows = store::list_visible(&mut conn, &caller.scope, filter, today, &page).await?;
    let position = |row: &ConsentRow| Position::at(row.created_at, row.id);
    Reply::page(&page.try_page(rows, position, |row| show(row, today))?)
}

/// Read a consent
///
/// One consent or other lawful basis, with its state as of today.
#[utoipa::path(
    tag = "Consents",
    responses((status = 200, description = "The consent", body = Consent)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/consents/{id}")]
async fn get_consent(caller: Caller<RegistryRead>, db: Db, log: AccessLog, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = store::find_visible(&mut *db.read().await?, &caller.scope, *id).await?.ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&show(found, local_day(log.now))?, version)
}

/// Withdraw consent
///
/// The subject takes consent back. Every consent of the same subject for the same purpose ends with it: their data is opened for that
/// purpose no more, and no referral that rests on consent is drafted or sent (403 or 422 `consent-withdrawn`).
#[utoipa::path(
    tag = "Consents",
    request_body = WithdrawConsent,
    responses((status = 200, description = "The consent", body = Consent)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/consents/{id}/withdraw")]
async fn withdraw_consent(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<WithdrawConsent>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let withdrawn = actions::withdraw(tx, *id, body).await?;
            Reply::resource(&withdrawn, withdrawn.version)
        })
        .await
}
