//! HTTP routes to submit and read registry proposals.

use actix_web::{get, post, web};
use diesel_async::AsyncPgConnection;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions;
use super::api::{RegistryProposal, RegistryProposalQuery, SubmitRegistryProposal, show};
use super::batch::{self, RegistryProposalBatch, RegistryProposalBatchResult};
use super::store::{self, ProposalFilter, ProposalRow};
use super::{routes_actions, routes_windows};
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::batches::BatchQuery;
use crate::complaints::permissions::ComplaintsSubmit;
use crate::db::Db;
use crate::db::lock::Lock;
use crate::error::Error;
use crate::events::order;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::regions::RegionScope;
use crate::registry;
use crate::registry::permissions::RegistryRead;
use crate::timeline::{self, Timeline};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(submit_registry_proposal)
        .service(submit_registry_proposal_batch)
        .service(list_registry_proposals)
        .service(get_registry_proposal)
        .service(get_registry_proposal_timeline);
    routes_actions::configure(config);
    routes_windows::configure(config);
}

/// Submit a registry proposal
///
/// Submits a new entry, a correction, or a dispute about the inclusion or exclusion of a family. NIK and name are required and stored
/// encrypted. Submission is possible only in the monthly window (409 `registry-proposal-window-closed`; wait until `opens_on`). Only
/// one proposal of each kind may be open for a person (409 `registry-proposal-already-open`). A tablet sends the id that it generated
/// (UUIDv7): sending the same id and content again returns 200 with the stored proposal.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = SubmitRegistryProposal,
    responses(
        (status = 201, description = "The proposal", body = RegistryProposal),
        (status = 200, description = "The stored proposal; the same id and content were sent before", body = RegistryProposal)
    ),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/registry-proposals")]
async fn submit_registry_proposal(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    body: Json<SubmitRegistryProposal>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            actions::submit(tx, body.valid()?)
                .await?
                .reply(|made| (made.version, format!("/v1/registry-proposals/{}", made.id)))
        })
        .await
}

/// Submit many registry proposals
///
/// Submits up to 1,000 proposals and returns one result per item, in order. `atomic=true` stores all or none; `dry_run=true` validates
/// and stores nothing.
#[utoipa::path(
    tag = "Registry proposals",
    params(BatchQuery),
    request_body = RegistryProposalBatch,
    responses((status = 207, description = "One result per item", body = RegistryProposalBatchResult)),
    security(("oauth2" = ["complaints:submit"]))
)]
#[post("/v1/registry-proposals/batch")]
async fn submit_registry_proposal_batch(
    caller: Caller<ComplaintsSubmit>,
    write: Write,
    query: Query<BatchQuery>,
    body: Json<RegistryProposalBatch>,
) -> Result<Reply, Error> {
    write.run(&caller, body.digest(), async move |tx| batch::submit_all(tx, query.value, body.valid()?).await).await
}

/// List registry proposals
///
/// Lists proposals and disputes in the caller's regions, newest first. NIKs are masked. With `updated_since` the list is a change feed:
/// in the order in which changes were committed, oldest first.
#[utoipa::path(
    tag = "Registry proposals",
    params(RegistryProposalQuery),
    responses((status = 200, description = "A page of proposals", body = Page<RegistryProposal>)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/registry-proposals")]
async fn list_registry_proposals(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    query: Query<RegistryProposalQuery>,
) -> Result<Reply, Error> {
    let asked = query.value;
    let page = PageRequest::new(asked.cursor.as_deref(), asked.limit, query.filters)?;
    let filter = ProposalFilter {
        within: asked.region_code.map(|code| RegionScope::from_codes(&[code.as_str()])),
        status: asked.status,
        kind: asked.kind,
        period: asked.period,
        person_id: asked.person_id,
        family_id: asked.family_id,
        changed_in: None,
    };
    let keys = tokens.keys().ring();
    let mut conn = db.read().await?;
    if let Some(since) = asked.updated_since {
        let read = async |conn: &mut AsyncPgConnection, window| {
            let filter = ProposalFilter { changed_in: Some(window), ..filter.clone() };
            Ok(store::list_visible(conn, &caller.scope, filter, &page).await?)
        };
        let key = |row: &ProposalRow| (row.updated_at, row.id);
        let found = order::changed_since(&mut conn, &caller.scope, None, &page, since, read, key).await?;
        return Reply::page(&found.try_page(&page, |row| show(&keys.sealer, row, false))?);
    }
    let rows = store::list_visible(&mut conn, &caller.scope, filter, &page).await?;
    let position = |row: &ProposalRow| Position::at(row.created_at, row.id);
    Reply::page(&page.try_page(rows, position, |row| show(&keys.sealer, row, false))?)
}

/// Read a registry proposal
///
/// Returns one proposal with the actions that its status allows. The NIK is masked and the proposed values are left out unless the token
/// has `pii:reveal`. A reveal needs the header `Access-Purpose` and is recorded.
#[utoipa::path(
    tag = "Registry proposals",
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/registry-proposals/{id}")]
async fn get_registry_proposal(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let purpose = caller.reveal()?;
    let mut conn = db.read().await?;
    let row = store::find_visible(&mut conn, &caller.scope, *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    if let Some(purpose) = purpose {
        if let Some(id) = row.person_id {
            registry::people::actions::require_open_for(&mut conn, &caller.scope, id, purpose).await?;
        }
        let proposal = Revealed { kind: "registry_proposal", id: row.id, region_code: &row.region_code };
        let person = row.person_id.map(|id| Revealed { kind: "person", id, region_code: &row.region_code });
        let targets: Vec<Revealed<'_>> = std::iter::once(proposal).chain(person).collect();
        log.record(&mut conn, &caller, purpose, &targets).await?;
    }
    let version = row.version;
    Reply::resource(&show(&tokens.keys().ring().sealer, row, purpose.is_some())?, version)
}

/// Read a registry proposal's timeline
///
/// Lists every step of the proposal, oldest first.
#[utoipa::path(
    tag = "Registry proposals",
    responses((status = 200, description = "The timeline", body = Timeline)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/registry-proposals/{id}/timeline")]
async fn get_registry_proposal_timeline(caller: Caller<RegistryRead>, db: Db, id: Path<Uuid>) -> Result<Reply, Error> {
    let mut conn = db.read().await?;
    let row = store::find_visible(&mut conn, &caller.scope, *id, Lock::No).await?.ok_or_else(Error::not_found)?;
    Reply::ok(&timeline::list_of_visible(&mut conn, row.id).await?)
}
