//! Endpoints that list families and persons and their histories.

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
/// Lists families within the caller's regions with their members, always masked. With `updated_since` the list is a
/// change feed: in the order in which changes were committed, including families that were merged or have no members left
/// (see `standing`). Changes that are not yet committed appear in a later call.
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
/// Lists persons within the caller's regions, always masked. With `updated_since` the list is a change feed: in the
/// order in which changes were committed, including persons who died or were removed or merged (see `standing`).
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
    /// Cursor of the next page, from `next_cursor` of the previous response.
    pub cursor: Option<String>,
    /// Changes per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Read a family's history
///
/// Lists who changed which fields of the family and when, latest first. The old and new values are included only if the
/// token carries `pii:reveal` and the request has `Access-Purpose`; this writes an access record for the family and
/// each member. Identity numbers stay masked.
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
/// Lists who changed which fields of the person and when, latest first. The old and new values are included only if the
/// token carries `pii:reveal` and the request has `Access-Purpose`; this writes an access record. A NIK stays masked.
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
        // The data of a family is also that of each member, so each member gets an access record.
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
