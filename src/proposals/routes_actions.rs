//! HTTP routes of the actions on a registry proposal: one route for each transition.

use actix_web::post;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{
    AcceptProposal, DeclineInVillage, ForwardProposal, RefuseProposal, RegistryProposal, VerifyByAgency,
    VerifyInVillage,
};
use super::model::RegistryProposalAction as Action;
use super::{actions, outcome};
use crate::auth::Caller;
use crate::complaints::permissions::{ComplaintsApprove, ComplaintsHandle};
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::registry::permissions::RegistryImport;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(verify_registry_proposal_in_village)
        .service(decline_registry_proposal_in_village)
        .service(verify_registry_proposal_by_agency)
        .service(return_registry_proposal_by_agency)
        .service(forward_registry_proposal)
        .service(return_registry_proposal_by_manager)
        .service(accept_registry_proposal)
        .service(reject_registry_proposal)
        .service(return_registry_proposal);
}

fn shown(proposal: &RegistryProposal) -> Result<Reply, Error> {
    Reply::resource(proposal, proposal.version)
}

/// Verify a proposal in the village
///
/// Records that the village deliberation (musdes) supports the proposal, with its minutes: date, place, number and attendance.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = VerifyInVillage,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/registry-proposals/{id}/verify-village")]
async fn verify_registry_proposal_in_village(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<VerifyInVillage>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::verify_in_village(tx, *id, body).await?)).await
}

/// Decline a proposal in the village
///
/// Records that the village deliberation (musdes) does not support the proposal, with its minutes. The proposal is rejected; this
/// status is final.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = DeclineInVillage,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/registry-proposals/{id}/decline-village")]
async fn decline_registry_proposal_in_village(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<DeclineInVillage>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::decline_in_village(tx, *id, body).await?)).await
}

/// Verify a proposal by the agency
///
/// Records the finding of the social agency. The token must cover the whole regency (403 `wider-region-required`).
#[utoipa::path(
    tag = "Registry proposals",
    request_body = VerifyByAgency,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/registry-proposals/{id}/verify-agency")]
async fn verify_registry_proposal_by_agency(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<VerifyByAgency>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::verify_by_agency(tx, *id, body).await?)).await
}

/// Return a proposal by the agency
///
/// Records that the agency cannot confirm the proposal. `returned` is final; a new proposal can refer to this one with `replaces_id`.
/// The token must cover the whole regency (403 `wider-region-required`).
#[utoipa::path(
    tag = "Registry proposals",
    request_body = RefuseProposal,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["complaints:handle"]))
)]
#[post("/v1/registry-proposals/{id}/return-agency")]
async fn return_registry_proposal_by_agency(
    caller: Caller<ComplaintsHandle>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RefuseProposal>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| shown(&actions::refuse(tx, *id, Action::ReturnAgency, body).await?))
        .await
}

/// Forward a proposal
///
/// Approves the proposal for the regency and forwards it to the registry. The officer who verified it in the village or for the agency
/// may not forward it (four-eyes rule, 403 `own-verification`). The token must cover the whole regency (403 `wider-region-required`).
#[utoipa::path(
    tag = "Registry proposals",
    request_body = ForwardProposal,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["complaints:approve"]))
)]
#[post("/v1/registry-proposals/{id}/forward")]
async fn forward_registry_proposal(
    caller: Caller<ComplaintsApprove>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ForwardProposal>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::forward(tx, *id, body).await?)).await
}

/// Return a proposal by the manager
///
/// Records that the manager does not forward the proposal. `returned` is final; a new proposal can refer to this one with
/// `replaces_id`. The token must cover the whole regency (403 `wider-region-required`).
#[utoipa::path(
    tag = "Registry proposals",
    request_body = RefuseProposal,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["complaints:approve"]))
)]
#[post("/v1/registry-proposals/{id}/return-manager")]
async fn return_registry_proposal_by_manager(
    caller: Caller<ComplaintsApprove>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RefuseProposal>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| shown(&actions::refuse(tx, *id, Action::ReturnManager, body).await?))
        .await
}

/// Accept a proposal
///
/// Records the registry's acceptance. In the same transaction, a new entry creates the family and a correction changes the person. An
/// upheld dispute sets no decile: it is recorded, the family counts as changed, and the next snapshot of the source may change the
/// decile.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = AcceptProposal,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["registry:import"]))
)]
#[post("/v1/registry-proposals/{id}/accept")]
async fn accept_registry_proposal(
    caller: Caller<RegistryImport>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AcceptProposal>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&outcome::accept(tx, *id, body).await?)).await
}

/// Reject a proposal
///
/// Records the registry's rejection. `rejected` is final.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = RefuseProposal,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["registry:import"]))
)]
#[post("/v1/registry-proposals/{id}/reject")]
async fn reject_registry_proposal(
    caller: Caller<RegistryImport>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RefuseProposal>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::refuse(tx, *id, Action::Reject, body).await?)).await
}

/// Return a proposal
///
/// Records that the registry needs more information before it decides. `returned` is final; a new proposal can refer to this one with
/// `replaces_id`.
#[utoipa::path(
    tag = "Registry proposals",
    request_body = RefuseProposal,
    responses((status = 200, description = "The proposal", body = RegistryProposal)),
    security(("oauth2" = ["registry:import"]))
)]
#[post("/v1/registry-proposals/{id}/return")]
async fn return_registry_proposal(
    caller: Caller<RegistryImport>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RefuseProposal>,
) -> Result<Reply, Error> {
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| shown(&actions::refuse(tx, *id, Action::Return, body).await?)).await
}
