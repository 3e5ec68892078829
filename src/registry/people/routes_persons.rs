//! Endpoints of persons.

use actix_web::{get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::registry::people::actions;
use crate::registry::people::api::{CreatePerson, PersonLookup};
use crate::registry::people::create;
use crate::registry::people::responses::{Person, PersonMatches};
use crate::registry::people::viewer::Viewer;
use crate::registry::permissions::{RegistryRead, RegistryWrite};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(create_person).service(look_up_person).service(get_person);
}

/// Create a person without a family
///
/// Creates a person who lives alone or on the street, with or without a NIK, together with a family of which the person
/// is the only member. A repeated request with the same id and body gets 200 and the stored person.
#[utoipa::path(
    tag = "Registry",
    request_body = CreatePerson,
    responses(
        (status = 201, description = "The person", body = Person),
        (status = 200, description = "The person, created before with the same id and body", body = Person),
    ),
    security(("oauth2" = ["registry:write"]))
)]
#[post("/v1/persons")]
async fn create_person(caller: Caller<RegistryWrite>, write: Write, body: Json<CreatePerson>) -> Result<Reply, Error> {
    let digest = body.digest();
    write
        .run(&caller, digest, async move |tx| {
            create::create_person(tx, body.valid()?, digest)
                .await?
                .reply(|person| (person.version, format!("/v1/persons/{}", person.id)))
        })
        .await
}

/// Find a person by NIK
///
/// Finds a person by NIK. The NIK is sent in the body, never in a URL. Returns the person or an empty list; a person
/// outside the caller's regions is not found. The response is masked unless the token carries `pii:reveal`, which
/// requires `Access-Purpose` and writes an access record.
#[utoipa::path(
    tag = "Registry",
    request_body = PersonLookup,
    responses((status = 200, description = "The person, if there is one", body = PersonMatches)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[post("/v1/persons/lookup")]
async fn look_up_person(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    body: Json<PersonLookup>,
) -> Result<Reply, Error> {
    let revealed = caller.reveal()?;
    let nik = actions::read_nik(&body.valid()?.nik, local_day(log.now))?;
    let keys = tokens.keys().ring();
    let mut conn = db.read().await?;
    let found = actions::look_up_person(&mut conn, &keys.sealer, &caller.scope, &nik).await?;
    if let (Some(purpose), Some(row)) = (revealed, &found) {
        row.require_open_for(purpose)?;
        let target = Revealed { kind: "person", id: row.id, region_code: &row.region_code };
        log.record(&mut conn, &caller, purpose, &[target]).await?;
    }
    let viewer = Viewer::of(&caller, &keys.sealer, revealed.is_some());
    let items = found.map(|row| viewer.person(row)).transpose()?.into_iter().collect();
    Reply::ok(&PersonMatches { items })
}

/// Read a person
///
/// Returns one person. The response is masked unless the token carries `pii:reveal`, which requires `Access-Purpose`
/// and writes an access record.
#[utoipa::path(
    tag = "Registry",
    responses((status = 200, description = "The person", body = Person)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/persons/{id}")]
async fn get_person(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    id: Path<Uuid>,
) -> Result<Reply, Error> {
    let revealed = caller.reveal()?;
    let mut conn = db.read().await?;
    let row = actions::find_person(&mut conn, &caller.scope, *id).await?.ok_or_else(Error::not_found)?;
    if let Some(purpose) = revealed {
        row.require_open_for(purpose)?;
        let target = Revealed { kind: "person", id: row.id, region_code: &row.region_code };
        log.record(&mut conn, &caller, purpose, &[target]).await?;
    }
    let keys = tokens.keys().ring();
    let viewer = Viewer::of(&caller, &keys.sealer, revealed.is_some());
    let person = viewer.person(row)?;
    Reply::resource(&person, person.version)
}
