//! HTTP routes of eligibility checks.

use std::collections::HashSet;

use actix_web::{HttpRequest, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::actions::{self, CheckedHousehold, SubjectRef};
use super::answer::Inquiry;
use super::api::{CreateEligibilityCheck, EligibilityCheck};
use super::api_many::{
    CreateEligibilityRun, EligibilityCheckBatch, EligibilityCheckBatchItem, EligibilityCheckBatchResult,
};
use super::batch::BatchChecker;
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
/// Evaluates the programme rules in force on a day for a person or a family, with the welfare snapshot of that day. Outcomes are
/// three-valued: a fact that is not recorded leaves a condition `undetermined`, and `missing` lists what to ask. Programmes for families
/// use the facts of the head of the family. Programmes for individuals use the facts of the requested person, or of each member if a
/// family is requested. Nothing is stored: the result is advice, and a human decides. Specific personal data is shown only to a token
/// with `pii:reveal` and a request with `Access-Purpose`; this creates an access record for the family and for each member, because
/// counts for a family use the data of all members.
#[utoipa::path(
    tag = "Eligibility",
    request_body = CreateEligibilityCheck,
    responses(
        (status = 200, description = "The outcomes, with reasons", body = EligibilityCheck),
        (status = 404, description = "No such person or family in the caller's regions", body = crate::http::problem::Problem, content_type = "application/problem+json"),
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
        ..actions::parse_inquiry(&body, today)?
    };
    let mut conn = db.read().await?;
    let subject = match (nik, body.person_id, body.family_id) {
        (Some(nik), _, _) => {
            let holder = registry::find_nik_holder(&mut conn, &tokens.keys().ring().sealer, &nik).await?;
            let (family_id, person_id) = holder.ok_or_else(Error::not_found)?;
            inquiry.person_id = person_id;
            SubjectRef::Family(family_id)
        }
        (None, Some(id), _) => SubjectRef::Person(id),
        (None, None, id) => SubjectRef::Family(id.unwrap_or(Uuid::nil())),
    };
    let wanted = body.programs.unwrap_or_default();
    let found = actions::check_for_caller(&mut conn, &programs, &caller.scope, subject, &wanted, &inquiry).await?;
    if let Some(purpose) = purpose {
        log.record(&mut conn, &caller, purpose, &found.revealed().collect::<Vec<_>>()).await?;
    }
    Reply::ok(&found.check)
}

/// Check the eligibility of many
///
/// Runs up to 1,000 checks and returns one result per item, in order, the same as for single requests. The list of conditions is left
/// out unless `clauses` is true; `missing` and the summary are always present. Nothing is stored. With `pii:reveal` and
/// `Access-Purpose`, an access record is created for each family checked and for each of its members.
#[utoipa::path(
    tag = "Eligibility",
    request_body = EligibilityCheckBatch,
    responses((status = 207, description = "One result per item", body = EligibilityCheckBatchResult)),
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
    let checker = BatchChecker {
        scope: &caller.scope,
        sealer: &keys.sealer,
        programs: &programs,
        today: local_day(log.now),
        purpose,
        restricted: caller.may(crate::auth::permissions::CASES_RESTRICTED),
        brief: !body.clauses,
    };
    let mut conn = db.read().await?;
    let results = checker.check_all(&mut conn, body.items).await?;
    if let Some(purpose) = purpose {
        // One access record per person or family, even if several checks of the batch are about the same one.
        let mut known = HashSet::new();
        let shown = results.iter().flatten().flat_map(CheckedHousehold::revealed).filter(|one| known.insert(one.id));
        log.record(&mut conn, &caller, purpose, &shown.collect::<Vec<_>>()).await?;
    }
    let context = RequestContext::of(&request);
    let mut items = Vec::with_capacity(results.len());
    for (index, result) in results.into_iter().enumerate() {
        items.push(match result {
            Ok(found) => EligibilityCheckBatchItem { index, status: 200, resource: Some(found.check), problem: None },
            // A server error fails the whole request.
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
/// Starts a job that checks every family of a region. The region must be one of the caller's. The counts of the job are the numbers of
/// likely eligible, not eligible and undetermined results for each programme. The result is a file with one line per family (or person)
/// and programme: `region_code`, `family_id`, `person_id`, `program_code`, `rule_version`, `outcome`, `missing`,
/// `estimate_idr_per_year`, `snapshot_version`. The file contains ids and no personal data: the estimate leaves out the components that
/// a single check withholds. Reading the job also needs `events:read`.
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
