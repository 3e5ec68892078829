//! Lists of families and persons, and their trails.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::audit::access::{AccessLog, Revealed};
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::page::{Page, PageRequest};
use crate::http::path::Path;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::registry::bulk::load;
use crate::registry::people::history::{self, ChangeViewer, RegistryChange, Subject};
use crate::registry::people::listing::{self, RegistryQuery};
use crate::registry::people::responses::{Family, Person};
use crate::registry::people::viewer::Viewer;
use crate::registry::permissions::RegistryRead;
use crate::registry::privacy::limits;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_families).service(list_persons).service(list_family_changes).service(list_person_changes);
}

/// List families
///
/// Families within the caller's regions with everybody who lives in them, always masked. With `updated_since` it is a change
/// feed: by time of change, oldest first, with families that were merged or left empty (`standing`); what is still being
/// committed waits for the next call.
#[utoipa::path(
    tag = "Registry",
    params(RegistryQuery),
    responses((status = 200, description = "A page of families", body = Page<Family>)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/families")]
async fn list_families(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    query: Query<RegistryQuery>,
) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let keys = tokens.keys().ring();
    let viewer = Viewer::of(&caller, &keys.sealer, false);
    let (mut conn, today) = (db.read().await?, local_day(log.now));
    Reply::page(&listing::families(&mut conn, viewer, &caller.scope, &query.value, &page, today).await?)
}

/// List persons
///
/// Persons within the caller's regions, always masked. With `updated_since` it is a change feed: by time of change, oldest
/// first, with those who died or were removed or merged (`standing`).
#[utoipa::path(
    tag = "Registry",
    params(RegistryQuery),
    responses((status = 200, description = "A page of persons", body = Page<Person>)),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/persons")]
async fn list_persons(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    query: Query<RegistryQuery>,
) -> Result<Reply, Error> {
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let keys = tokens.keys().ring();
    let viewer = Viewer::of(&caller, &keys.sealer, false);
    Reply::page(&listing::persons(&mut db.read().await?, viewer, &caller.scope, &query.value, &page).await?)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangeQuery {
    /// Where to read on.
    pub cursor: Option<String>,
    /// Changes a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Read a family's history
///
/// Who changed which fields of the family and when, latest first. What stood there is shown when the token carries
/// `pii:reveal` and `Access-Purpose` says why, which leaves an access record for the family and each member; a number that identifies
/// stays masked.
#[utoipa::path(
    tag = "Registry",
    params(ChangeQuery),
    responses((status = 200, description = "A page of changes", body = Page<RegistryChange>)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/families/{id}/history")]
async fn list_family_changes(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    id: Path<Uuid>,
    query: Query<ChangeQuery>,
) -> Result<Reply, Error> {
    changes(&caller, &db, &tokens, &log, Subject::Family(*id), query).await
}

/// Read a person's history
///
/// Who changed which fields of the person and when, latest first. What stood there is shown when the token carries
/// `pii:reveal` and `Access-Purpose` says why, which leaves an access record; a NIK stays masked.
#[utoipa::path(
    tag = "Registry",
    params(ChangeQuery),
    responses((status = 200, description = "A page of changes", body = Page<RegistryChange>)),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["registry:read"]))
)]
#[get("/v1/persons/{id}/history")]
async fn list_person_changes(
    caller: Caller<RegistryRead>,
    db: Db,
    tokens: web::Data<Tokens>,
    log: AccessLog,
    id: Path<Uuid>,
    query: Query<ChangeQuery>,
) -> Result<Reply, Error> {
    changes(&caller, &db, &tokens, &log, Subject::Person(*id), query).await
}

async fn changes(
    caller: &Caller<RegistryRead>,
    db: &Db,
    tokens: &Tokens,
    log: &AccessLog,
    subject: Subject,
    query: Query<ChangeQuery>,
) -> Result<Reply, Error> {
    let purpose = caller.reveal_if_asked()?;
    let page = PageRequest::new(query.value.cursor.as_deref(), query.value.limit, query.filters)?;
    let mut conn = db.read().await?;
    let region_code = listing::find_region(&mut conn, &caller.scope, subject).await?;
    if let Some(purpose) = purpose {
        let (persons, families) = match subject {
            Subject::Family(id) => (Vec::new(), vec![id]),
            Subject::Person(id) => (vec![id], Vec::new()),
        };
        limits::require_open(&mut conn, &persons, &families, purpose).await?;
        // What is the family's is everybody's who lives in it.
        let members = load::member_places(&mut conn, &caller.scope, &families).await?;
        let target = Revealed { kind: subject.kind(), id: subject.id(), region_code: &region_code };
        let members = members.iter().map(|(id, region_code)| Revealed { kind: "person", id: *id, region_code });
        log.record(&mut conn, caller, purpose, &std::iter::once(target).chain(members).collect::<Vec<_>>()).await?;
    }
    let keys = tokens.keys().ring();
    let (revealed, restricted) = (purpose.is_some(), caller.may(crate::auth::permissions::CASES_RESTRICTED));
    let viewer = ChangeViewer { sealer: &keys.sealer, revealed, restricted };
    Reply::page(&history::list(&mut conn, viewer, subject, &page).await?)
}
