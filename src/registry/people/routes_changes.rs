//! Endpoints that change a family or a person.

use actix_web::{patch, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::registry::people::api_changes::{
    AddProgram, AddShock, ChangeHead, EndProgram, EndShock, MergeFamilies, MovePerson, PatchFamily, PatchPerson,
    RecordDeath, RemovePerson, SplitFamily,
};
use crate::registry::people::change;
use crate::registry::people::responses::{Family, Person};

use crate::registry::people::life_events;

use crate::registry::people::participations;

use crate::auth::Caller;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::registry::people::moves;
use crate::registry::permissions::RegistryWrite;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(patch_family)
        .service(patch_person)
        .service(move_person)
        .service(record_death)
        .service(remove_person)
        .service(reinstate_person)
        .service(split_family)
        .service(merge_families)
        .service(change_family_head)
        .service(add_family_program)
        .service(end_family_program)
        .service(add_family_shock)
        .service(end_family_shock);
}

fn family((family, changed): (Family, bool)) -> Result<Reply, Error> {
    let reply = Reply::resource(&family, family.version)?;
    Ok(if changed { reply } else { reply.unchanged() })
}

fn person((person, changed): (Person, bool)) -> Result<Reply, Error> {
    let reply = Reply::resource(&person, person.version)?;
    Ok(if changed { reply } else { reply.unchanged() })
}

/// Change a family
///
/// Changes a family with a merge patch (RFC 7396): an absent field stays as it is, `null` clears the value. A new
/// `region_code` moves the family with all its members; the caller needs the new region as well. A card number of
/// another family gets 409 `identity-in-use`.
#[utoipa::path(
    tag = "Registry",
    request_body(content((PatchFamily = "application/merge-patch+json"), (PatchFamily = "application/json"))),
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[patch("/v1/families/{id}")]
async fn patch_family(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<PatchFamily>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family(change::patch_family(tx, id, body).await?)).await
}

/// Change a person
///
/// Changes a person with a merge patch (RFC 7396): an absent field stays as it is, `null` clears the value. Use it also
/// to add a NIK that becomes known later; a NIK of another person gets 409 `identity-in-use`, with the ids of that
/// person if the caller may see them. To change the head of a family, call `POST /v1/families/{id}/change-head`.
/// Categories that the caller may not see stay as they are.
#[utoipa::path(
    tag = "Registry",
    request_body(content((PatchPerson = "application/merge-patch+json"), (PatchPerson = "application/json"))),
    responses((status = 200, description = "The person", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[patch("/v1/persons/{id}")]
async fn patch_person(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<PatchPerson>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| person(change::patch_person(tx, id, body).await?)).await
}

/// Move a person to another family
///
/// Moves a person into another family within the caller's regions, or into a new family of which the person is the only
/// member. The person's NIK and programme participations move as well. If the head leaves and others remain,
/// `new_head_id` is required.
#[utoipa::path(
    tag = "Registry",
    request_body = MovePerson,
    responses((status = 200, description = "The person", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/move")]
async fn move_person(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<MovePerson>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| person(moves::move_person(tx, id, body, digest).await?)).await
}

/// Record a death
///
/// Records the death of a person. The person stays readable, but is no longer a member of the family and is left out of
/// eligibility checks and searches. If the head dies and others remain, `new_head_id` is required.
#[utoipa::path(
    tag = "Registry",
    request_body = RecordDeath,
    responses((status = 200, description = "The person", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/record-death")]
async fn record_death(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RecordDeath>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| person((life_events::record_death(tx, id, body).await?, true))).await
}

/// Remove a person from the registry
///
/// Removes a person who moved abroad, cannot be found or was registered in error. The record stays readable, but is
/// left out of the family, of eligibility checks and of searches; change feeds include it with its `standing`.
#[utoipa::path(
    tag = "Registry",
    request_body = RemovePerson,
    responses((status = 200, description = "The person", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/remove")]
async fn remove_person(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<RemovePerson>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| person((life_events::remove(tx, id, body).await?, true))).await
}

/// Undo a death or removal
///
/// Makes a person active again whose death or removal was recorded by mistake. If the family has another head by now, a
/// former head returns as `other_relative`.
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The person", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/reinstate")]
async fn reinstate_person(caller: Caller<RegistryWrite>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    let id = id.into_inner();
    write.act(&caller, async move |tx| person((life_events::reinstate(tx, id).await?, true))).await
}

/// Split a family
///
/// Moves some members into a new family. Exactly one of them is its head; at least one member stays behind. Returns the
/// new family. A repeated request with the same id and body gets 200.
#[utoipa::path(
    tag = "Registry",
    request_body = SplitFamily,
    responses(
        (status = 201, description = "The new family", body = Family),
        (status = 200, description = "The new family, created before with the same id and body", body = Family),
    ),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/split")]
async fn split_family(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<SplitFamily>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            moves::split_family(tx, id, body, digest)
                .await?
                .reply(|family| (family.version, format!("/v1/families/{}", family.id)))
        })
        .await
}

/// Merge another family into this one
///
/// Moves all members of the other family into this one, each with the given relation; a lookup by its card number
/// returns this family. Its persons who died or were removed or merged move as well and can still be reinstated. A
/// family without members can be merged too, with an empty `members`. The other family stays readable with
/// `merged_into`.
#[utoipa::path(
    tag = "Registry",
    request_body = MergeFamilies,
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/merge")]
async fn merge_families(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<MergeFamilies>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family((moves::merge_families(tx, id, body).await?, true))).await
}

/// Change the head of a family
///
/// Makes another member the head of the family and gives the former head a new relation.
#[utoipa::path(
    tag = "Registry",
    request_body = ChangeHead,
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/change-head")]
async fn change_family_head(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<ChangeHead>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family((moves::change_head(tx, id, body).await?, true))).await
}

/// Add a programme participation
///
/// Adds a programme participation of the whole family or one member. If the same participation is already active, the
/// response is 422 with a fault at `/program_code`.
#[utoipa::path(
    tag = "Registry",
    request_body = AddProgram,
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/add-program")]
async fn add_family_program(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AddProgram>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family((participations::add_program(tx, id, body).await?, true))).await
}

/// End a programme participation
///
/// Sets the last day of a programme participation. The participation stays in the list.
#[utoipa::path(
    tag = "Registry",
    request_body = EndProgram,
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/end-program")]
async fn end_family_program(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<EndProgram>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family((participations::end_program(tx, id, body).await?, true))).await
}

/// Add a shock
///
/// Adds a shock that hit the family, for example a disaster or a layoff, with its date. A disaster also sets
/// `disaster_victim` and a layoff `breadwinner_laid_off` in the family's attributes, which programme rules use.
#[utoipa::path(
    tag = "Registry",
    request_body = AddShock,
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/add-shock")]
async fn add_family_shock(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<AddShock>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family((participations::add_shock(tx, id, body).await?, true))).await
}

/// End a shock
///
/// Sets the last day of a shock. The shock stays in the list. The family's attributes do not change; change them with
/// `PATCH /v1/families/{id}`.
#[utoipa::path(
    tag = "Registry",
    request_body = EndShock,
    responses((status = 200, description = "The family", body = Family)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/families/{id}/end-shock")]
async fn end_family_shock(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<EndShock>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write.run(&caller, digest, async move |tx| family((participations::end_shock(tx, id, body).await?, true))).await
}
