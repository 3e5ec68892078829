//! Endpoints that find persons, find their doubles, and bring two records of one person together.

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::page::Page;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::registry::identity::duplicates::{self, DuplicateCandidates, DuplicateSearch};
use crate::registry::identity::mergers::{self, MergePerson};
use crate::registry::identity::search::{self, PersonHit, PersonSearch};
use crate::registry::people::responses::Person;
use crate::registry::people::viewer::Viewer;
use crate::registry::permissions::{RegistryRead, RegistryWrite};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(search_persons).service(search_duplicates).service(merge_person).service(undo_person_merge);
}

/// Search persons
///
/// By name, birth date, region, category, decile and programme; all that is given must fit, and at least one besides the region is
/// given. `prefix` finds the beginning of a name from any of its words on, whatever the spelling; `fuzzy` compares whole
/// words by their consonants. By name the order is that of the names, otherwise that of entry; `next_cursor` goes into the body of
/// the next call. Always masked. Whoever had the processing restricted is not found.
#[utoipa::path(
    tag = "Registry",
    request_body = PersonSearch,
    responses((status = 200, description = "A page of persons", body = Page<PersonHit>)),
    security(("oauth2" = ["registry:read"]))
)]
#[post("/v1/persons/search")]
async fn search_persons(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    body: Json<PersonSearch>,
) -> Result<Reply, Error> {
    let keys = tokens.keys().ring();
    let viewer = Viewer::of(&caller, &keys.sealer, false);
    let asked = body.valid()?;
    let mut conn = db.read().await?;
    Reply::ok(&search::search(&mut conn, viewer, &caller, asked, local_day(log.now)).await?)
}

/// Search for a person's doubles
///
/// For a registered person, or for a description before somebody is entered. Compared are the NIK, the name by spelling and sound,
/// the birth date with its usual slips, sex and place: among who sounds alike in the regency, and who was born on the day within
/// the caller's regions. Each candidate has a score and its reasons. It is advice; a person decides. Whoever had the processing
/// restricted is no candidate, and no candidates are looked for (403 `processing-restricted`).
#[utoipa::path(
    tag = "Registry",
    request_body = DuplicateSearch,
    responses((status = 200, description = "The candidates", body = DuplicateCandidates)),
    security(("oauth2" = ["registry:read"]))
)]
#[post("/v1/persons/duplicate-search")]
async fn search_duplicates(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    body: Json<DuplicateSearch>,
) -> Result<Reply, Error> {
    let keys = tokens.keys().ring();
    let viewer = Viewer::of(&caller, &keys.sealer, false);
    let input = body.valid()?;
    let mut conn = db.read().await?;
    Reply::ok(&duplicates::find(&mut conn, viewer, &caller, input, local_day(log.now)).await?)
}

/// Merge a double into a person
///
/// This record is kept; the other stays readable with `merged_into`. Its NIK finds this person from now on, its programmes
/// and its stays in institutions come along, a NIK and a birth date that this record lacks are taken over. What refers to the other record keeps
/// working. It can be undone. A record that its subject restricted, or for which consent was withdrawn, is not merged into one that
/// is open: 403 until both are limited alike.
#[utoipa::path(
    tag = "Registry",
    request_body = MergePerson,
    responses((status = 200, description = "The person that is kept", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/merge")]
async fn merge_person(
    caller: Caller<RegistryWrite>,
    write: Write,
    id: Path<Uuid>,
    body: Json<MergePerson>,
) -> Result<Reply, Error> {
    let id = id.into_inner();
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            let person = mergers::merge(tx, id, body).await?;
            Reply::resource(&person, person.version)
        })
        .await
}

/// Undo a merger
///
/// The record that was merged stands for itself again, with its NIK, its programmes and its stays; what the other took from it is given
/// back unless it was changed since. Mergers one after the other are undone last first (409 `person-invalid-transition`); a NIK that
/// somebody bears by now is settled first (409 `identity-in-use`).
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The person that was merged", body = Person)),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons/{id}/undo-merge")]
async fn undo_person_merge(caller: Caller<RegistryWrite>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    let id = id.into_inner();
    write
        .act(&caller, async move |tx| {
            let person = mergers::undo(tx, id).await?;
            Reply::resource(&person, person.version)
        })
        .await
}
