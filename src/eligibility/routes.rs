//! Endpoints of eligibility checks.

use actix_web::{post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, SubjectRef};
use super::answer::Inquiry;
use super::api::{CreateEligibilityCheck, EligibilityCheck};
use super::cache::ProgramCache;
use super::routes_programs;
use crate::audit::access::{AccessLog, Revealed};
use crate::auth::permission::EligibilityCheck as MayCheck;
use crate::auth::tokens::Tokens;
use crate::auth::{Caller, Permission};
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::reply::Reply;
use crate::registry::actions as registry;

pub fn configure(config: &mut ServiceConfig) {
    config.service(create_eligibility_check);
    routes_programs::configure(config);
}

/// Check eligibility
///
/// Judges a person or a family by the rules in force on a day, with the welfare snapshot of that day. Three values: a fact that nobody
/// recorded leaves a condition `undetermined`, and `missing` lists what to ask. Programmes for a family are judged with the facts of
/// its head, programmes for a person with those of the person asked about, or of each member when a family is. Nothing is
/// stored: the answer is advice, and a human decides. Specific personal data is shown to a token with `pii:reveal` that names an
/// `Access-Purpose`, which leaves an access record.
#[utoipa::path(
    tag = "Eligibility",
    request_body = CreateEligibilityCheck,
    responses(
        (status = 200, description = "What the rules say, and why", body = EligibilityCheck),
        (status = 404, description = "No such person or family within the caller's regions", body = crate::http::problem::Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["eligibility:check"]))
)]
#[post("/v1/eligibility/checks")]
async fn create_eligibility_check(
    caller: Caller<MayCheck>,
    db: Db,
    tokens: web::Data<Tokens>,
    programs: web::Data<ProgramCache>,
    log: AccessLog,
    body: Json<CreateEligibilityCheck>,
) -> Result<Reply, Error> {
    let purpose = caller.reveal_if_asked()?;
    let body = body.valid()?;
    let today = local_day(log.now);
    let nik = body.nik.as_ref().map(|digits| registry::read_nik(digits, today)).transpose()?;
    let mut inquiry = Inquiry {
        revealed: purpose.is_some(),
        restricted: caller.may(Permission::CasesRestricted),
        ..actions::read_inquiry(&body, today)?
    };
    let mut conn = db.read().await?;
    let subject = match (nik, body.person_id, body.family_id) {
        (Some(nik), _, _) => {
            let bearer = registry::find_bearer(&mut conn, &tokens.keys().ring().sealer, &nik).await?;
            let (family_id, person_id) = bearer.ok_or_else(Error::not_found)?;
            inquiry.person_id = person_id;
            SubjectRef::Family(family_id)
        }
        (None, Some(id), _) => SubjectRef::Person(id),
        (None, None, id) => SubjectRef::Family(id.unwrap_or(Uuid::nil())),
    };
    let wanted = body.programs.unwrap_or_default();
    let check = actions::inquire(&mut conn, &programs, &caller.scope, subject, &wanted, &inquiry).await?;
    if let Some(purpose) = purpose {
        let (kind, id) = check.person_id.map_or(("family", check.family_id), |id| ("person", id));
        log.record(&mut conn, &caller, purpose, &[Revealed { kind, id, region_code: &check.region_code }]).await?;
    }
    Reply::ok(&check)
}
