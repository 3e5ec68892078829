//! HTTP routes of consents.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{Consent, ConsentQuery, RecordConsent, WithdrawConsent, show};
use super::store::{self, ConsentFilter, ConsentRow};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::clock::local_day;
use crate::db::Db;
use crate::db::lock::Lock;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::registry;
use crate::registry::permissions::{RegistryRead, RegistryWrite};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(record_consent).service(list_consents).service(get_consent).service(withdraw_consent);
}

/// Record consent
///
/// Records that a person or a family has consented to a purpose, or which other lawful basis (UU 27/2022, article 20) allows the use
/// of their data for it. New consent reopens a purpose after a withdrawal; another basis does not. Sending the same id and content
/// again returns 200 with the stored record.
#[utoipa::path(
    tag = "Consents",
    request_body = RecordConsent,
    responses(
        (status = 201, description = "The record", body = Consent),
        (status = 200, description = "The stored record; the same id and content were sent before", body = Consent)
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
        .run(&caller, body.digest(), async move |tx| {
            actions::record(tx, body.valid()?).await?.reply(|made| (made.version, format!("/v1/consents/{}", made.id)))
        })
        .await
}

/// List consents
///
/// Lists consents and other lawful bases in the caller's regions, newest first.
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
        Some(id) => match registry::people::actions::find_subject(&mut conn, &caller.scope, Some(id), None).await? {
            // Includes consents recorded for duplicates that were merged into this person.
            Some(subject) => {
                Some((registry::people::actions::list_ids_of_person(&mut conn, id).await?, subject.family_id))
            }
            // No such person in the caller's regions: an empty page.
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
/// Returns one consent or other lawful basis, with its status as of today.
#[utoipa::path(
    tag = "Consents",
    responses((status = 200, description = "The consent", body = Consent)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/consents/{id}")]
async fn get_consent(caller: Caller<RegistryRead>, db: Db, log: AccessLog, id: Path<Uuid>) -> Result<Reply, Error> {
    let found = store::find_visible(&mut *db.read().await?, &caller.scope, *id, Lock::No)
        .await?
        .ok_or_else(Error::not_found)?;
    let version = found.version;
    Reply::resource(&show(found, local_day(log.now))?, version)
}

/// Withdraw consent
///
/// Withdraws this consent and every other consent of the same subject for the same purpose. The subject's data is no longer opened for
/// that purpose (403 `consent-withdrawn`). A referral based on the withdrawn consent can no longer be drafted (422
/// `consent_withdrawn`) or sent (403 `consent-withdrawn`).
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
