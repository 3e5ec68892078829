//! Endpoints of eligibility checks.

use std::collections::HashSet;

use actix_web::{HttpRequest, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, Inquired, SubjectRef};
use super::answer::Inquiry;
use super::api::{CreateEligibilityCheck, EligibilityCheck};
use super::api_many::{
    CreateEligibilityRun, EligibilityCheckBatch, EligibilityCheckBatchItem, EligibilityCheckBatchResult,
};
use super::batch::Asker;
use super::cache::ProgramCache;
use super::permissions::EligibilityCheck as MayCheck;
use super::{routes_programs, run};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::clock::local_day;
use crate::db::Db;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::problem::Draft;
use crate::http::reply::Reply;
use crate::http::request_context::RequestContext;
use crate::jobs::api::Job;
use crate::registry::people::actions as registry;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(create_eligibility_check).service(create_eligibility_check_batch).service(create_eligibility_run);
    routes_programs::configure(config);
}

/// Check eligibility
///
/// Judges a person or a family by the rules in force on a day, with the welfare snapshot of that day. Three values: a fact that nobody
/// recorded leaves a condition `undetermined`, and `missing` lists what to ask. Programmes for a family are judged with the facts of
/// its head, programmes for a person with those of the person asked about, or of each member when a family is. Nothing is
/// stored: the answer is advice, and a human decides. Specific personal data is shown to a token with `pii:reveal` that names an
/// `Access-Purpose`, which leaves an access record for the family and each member: what is counted in a family is about all of them.
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
        purpose,
        restricted: caller.may(crate::auth::permissions::CASES_RESTRICTED),
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
    let found = actions::inquire(&mut conn, &programs, &caller.scope, subject, &wanted, &inquiry).await?;
    if let Some(purpose) = purpose {
        log.record(&mut conn, &caller, purpose, &found.revealed().collect::<Vec<_>>()).await?;
    }
    Reply::ok(&found.check)
}

/// Check the eligibility of many
///
/// Up to 1,000 checks at once, one result each in order, as if each had been asked alone. The conditions are left out unless
/// `clauses` asks for them; `missing` and the summary are there. Nothing is stored. With `pii:reveal` and `Access-Purpose` the
/// families checked and their members leave an access record each.
#[utoipa::path(
    tag = "Eligibility",
    request_body = EligibilityCheckBatch,
    responses((status = 207, description = "One result an item", body = EligibilityCheckBatchResult)),
    extensions(("x-reveals" = json!(true)), ("x-only-asks" = json!(true))),
    security(("oauth2" = ["eligibility:check"]))
)]
#[post("/v1/eligibility/checks/batch")]
async fn create_eligibility_check_batch(
    caller: Caller<MayCheck>,
    db: Db,
    tokens: web::Data<Tokens>,
    programs: web::Data<ProgramCache>,
    log: AccessLog,
    request: HttpRequest,
    body: Json<EligibilityCheckBatch>,
) -> Result<Reply, Error> {
    let purpose = caller.reveal_if_asked()?;
    let body = body.valid()?;
    let keys = tokens.keys().ring();
    let asker = Asker {
        scope: &caller.scope,
        sealer: &keys.sealer,
        programs: &programs,
        today: local_day(log.now),
        purpose,
        restricted: caller.may(crate::auth::permissions::CASES_RESTRICTED),
        brief: !body.clauses,
    };
    let mut conn = db.read().await?;
    let results = asker.check_all(&mut conn, body.items).await?;
    if let Some(purpose) = purpose {
        // One answer, one record for each, however many of its checks are about the same family.
        let mut known = HashSet::new();
        let shown = results.iter().flatten().flat_map(Inquired::revealed).filter(|one| known.insert(one.id));
        log.record(&mut conn, &caller, purpose, &shown.collect::<Vec<_>>()).await?;
    }
    let context = RequestContext::of(&request);
    let mut items = Vec::with_capacity(results.len());
    for (index, result) in results.into_iter().enumerate() {
        items.push(match result {
            Ok(found) => EligibilityCheckBatchItem { index, status: 200, resource: Some(found.check), problem: None },
            // A fault of the service is no result of an item.
            Err(error) if error.code.row().status >= 500 => return Err(error),
            Err(error) => {
                let problem = Draft::from(&error).problem("/v1/eligibility/checks/batch", &context);
                EligibilityCheckBatchItem { index, status: problem.status, resource: None, problem: Some(problem) }
            }
        });
    }
    Reply::multi_status(&EligibilityCheckBatchResult { items })
}

/// Check a whole region
///
/// Every family of a region of the caller's, as a job: its counts say how many are likely eligible, not eligible or undetermined for
/// each programme, and its result is a file with one line for each family or person and programme (`region_code`, `family_id`,
/// `person_id`, `program_code`, `rule_version`, `outcome`, `missing`, `estimate_idr_per_year`, `snapshot_version`). It holds ids, no
/// personal data: the estimate leaves out the components that a single check withholds. Reading the job needs `events:read` besides.
#[utoipa::path(
    tag = "Eligibility",
    request_body = CreateEligibilityRun,
    responses((status = 202, description = "The job", body = Job)),
    security(("oauth2" = ["eligibility:check"]))
)]
#[post("/v1/eligibility/runs")]
async fn create_eligibility_run(
    caller: Caller<MayCheck>,
    write: Write,
    body: Json<CreateEligibilityRun>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            crate::jobs::actions::accepted(&run::create(tx, body.valid()?).await?)
        })
        .await
}
