//! HTTP routes that search persons, search duplicates, and merge two records of one person.

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
/// Returns a page of persons in the caller's regions that match all criteria: name, birth date, region, category, decile and
/// programme. Send at least one criterion other than the region (422 `criterion_required`). `prefix` matches the beginning of a name
/// from any of its words, in any common spelling; `fuzzy` compares whole words by their consonants. With a name and no birth date the
/// order is by name, otherwise by registration. Send `next_cursor` in the body of the next call. Personal data is always masked.
/// Persons whose processing is restricted are excluded.
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

/// Search duplicates of a person
///
/// Returns persons that may be the same person, each with a score and its reasons. Send the id of a registered person, or a
/// description before you register a new person. The search compares the NIK, the name by spelling and sound, the birth date with
/// common errors, sex and place. It covers persons of the same regency with a similar name, and persons of the caller's regions with
/// the same birth date. The result is advice; an officer decides. Persons whose processing is restricted are never candidates, and a
/// search for such a person returns 403 `processing-restricted`.
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

/// Merge a duplicate into a person
///
/// Merges the duplicate into the person in the path, whose record remains. The duplicate stays readable, with `merged_into`. A lookup
/// by its NIK returns the remaining person. Its programmes and stays in institutions move to that person, as do its NIK and birth date
/// if the remaining record has none. References to the duplicate stay valid. The merger can be undone. If processing of the duplicate
/// is restricted, or consent was withdrawn, and the remaining record does not have the same limit, the response is 403
/// `processing-restricted` or `consent-withdrawn`: set the same limit on the remaining record first, or merge in the other direction.
#[utoipa::path(
    tag = "Registry",
    request_body = MergePerson,
    responses((status = 200, description = "The remaining person", body = Person)),
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
/// Restores the merged record with its NIK, programmes and stays. Values that the remaining record took over from it are returned,
/// unless they changed since. Undo consecutive mergers in reverse order (409 `person-invalid-transition`). If another person has the
/// NIK now, correct that first (409 `identity-in-use`).
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The restored person", body = Person)),
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
