//! Endpoints that change what stands of a family or a person.

use actix_web::{patch, post};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::registry::people::api_changes::{
    AddProgram, AddShock, ChangeHead, EndProgram, EndShock, MergeFamilies, MovePerson, PatchFamily, PatchPerson,
    RecordDeath, RemovePerson, SplitFamily,
};
use crate::registry::people::change;
use crate::registry::people::create::Made;
use crate::registry::people::responses::{Family, Person};
use crate::registry::people::routes::repeat;

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
/// A merge patch (RFC 7396): what is absent stays, `null` takes a value away. A new `region_code` moves the family with everybody in
/// it and needs the grant for that region too. A card number that another family bears is 409 `identity-in-use`.
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
/// A merge patch (RFC 7396): what is absent stays, `null` takes a value away. A NIK that was found later is attached here; one that
/// somebody else bears is 409 `identity-in-use`, with the bearer's ids where the caller may see them. The head of a family is
/// changed at the family. Categories that the caller is not shown are kept.
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
/// Into a family within the caller's regions, or into a new family of one. Numbers and programmes of the person go along. When the
/// head leaves and others remain, `new_head_id` says who is head.
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
/// The person stays readable and is left out of the family, of eligibility checks and of searches from now on. When the head dies and
/// others remain, `new_head_id` says who is head.
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

/// Take a person out of the registry
///
/// For somebody who moved abroad, cannot be found or was entered in error. The record stays readable and counts no longer; change feeds
/// show it with its `standing`.
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
/// For one that was entered by mistake. If the family has another head by now, the person comes back as `other_relative`.
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
/// Some members make a family of their own, with a head among them; at least one stays. The answer is the new family. The same id
/// and body again is answered with 200.
#[utoipa::path(
    tag = "Registry",
    request_body = SplitFamily,
    responses(
        (status = 201, description = "The new family", body = Family),
        (status = 200, description = "The new family, made before with the same id and body", body = Family),
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
        .run(&caller, digest, async move |tx| match moves::split_family(tx, id, body, digest).await? {
            Made::New(family) => Reply::created(&family, family.version, format!("/v1/families/{}", family.id)),
            Made::Before(family) => repeat(&family, family.version),
        })
        .await
}

/// Take another family in
///
/// Everybody of the other family comes into this one, with the relation named for each; its card number leads here from now on.
/// Whoever died, was removed or merged there goes along and can still come back. An emptied family can be taken in too, with `members`
/// empty. The other family stays readable with `merged_into`.
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
/// Another member becomes head; the relation of the former head is named.
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

/// Enter a programme the family is in
///
/// For the whole family or for one member. One that runs already is a fault of `/program_code`.
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

/// End a programme of the family
///
/// Sets the last day of a participation; it stays in the list.
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

/// Enter what struck the family
///
/// A disaster, a layoff and the like, with its day. A disaster and a layoff are stated in the family's attributes too, which
/// programme rules ask about.
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

/// Say that a shock is overcome
///
/// Sets its last day; it stays in the list. The family's attributes are changed apart.
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
