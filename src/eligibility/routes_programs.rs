//! HTTP routes of programmes and their rules.

use actix_web::{get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::api_many::{CreateRuleTrial, RuleTrial};
use super::api_programs::{
    CreateProgram, CreateRuleVersion, Program, ProgramList, ProgramRule, RuleValidation, UpdateProgram, ValidateRule,
};
use super::cache::ProgramCache;
use super::programs;
use super::trial::{self, TrialReply};
use crate::auth::Caller;
use crate::db::Db;
use crate::eligibility::permissions::ProgramsWrite;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::path::Path;
use crate::http::reply::Reply;
use crate::jobs::api::Job;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_programs)
        .service(create_program)
        .service(get_program)
        .service(update_program)
        .service(create_rule_version)
        .service(get_rule_version)
        .service(withdraw_rule_version)
        .service(validate_rule)
        .service(create_rule_trial);
}

/// List programmes
///
/// Lists every assistance programme with all versions of its rule, their first and last days, legal basis and confidence. Show every
/// confidence other than `regulation` to the reader of a result: the thresholds are then not certain.
#[utoipa::path(
    tag = "Programmes",
    responses((status = 200, description = "The programmes", body = ProgramList)),
    security(())
)]
#[get("/v1/programs")]
async fn list_programs(db: Db, programs: web::Data<ProgramCache>) -> Result<Reply, Error> {
    let programs = programs.latest(&mut *db.read().await?).await?;
    Reply::public(&ProgramList { items: programs.all.iter().map(Program::from).collect() })
}

/// Create a programme
///
/// Creates a national or a local programme. A national one needs a token for the whole country. A local one applies only inside its
/// region, which the token must cover (403 `region-not-granted`). An instance of a national programme replaces that programme in its
/// region: a check for the national one uses the instance. Sending the same code and content again returns 200 with the stored
/// programme.
#[utoipa::path(
    tag = "Programmes",
    request_body = CreateProgram,
    responses(
        (status = 201, description = "The programme", body = Program),
        (status = 200, description = "The stored programme; the same code and content were sent before", body = Program)
    ),
    security(("oauth2" = ["programs:write"]))
)]
#[post("/v1/programs")]
async fn create_program(
    caller: Caller<ProgramsWrite>,
    write: Write,
    body: Json<CreateProgram>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            programs::create(tx, body.valid()?)
                .await?
                .reply(|made| (made.version, format!("/v1/programs/{}", made.code)))
        })
        .await
}

/// Read a programme
///
/// Returns one programme with all versions of its rule.
#[utoipa::path(
    tag = "Programmes",
    responses((status = 200, description = "The programme", body = Program)),
    security(())
)]
#[get("/v1/programs/{code}")]
async fn get_program(db: Db, programs: web::Data<ProgramCache>, code: Path<String>) -> Result<Reply, Error> {
    let programs = programs.latest(&mut *db.read().await?).await?;
    let found = programs.find(&code).ok_or_else(Error::not_found)?;
    Reply::resource(&Program::from(found), found.version)
}

/// Change a programme's description
///
/// Changes name, owner, legal basis, confidence and notes. Rules and amounts change only by a new rule version.
#[utoipa::path(
    tag = "Programmes",
    request_body = UpdateProgram,
    responses((status = 200, description = "The programme", body = Program)),
    security(("oauth2" = ["programs:write"]))
)]
#[patch("/v1/programs/{code}")]
async fn update_program(
    caller: Caller<ProgramsWrite>,
    write: Write,
    code: Path<String>,
    body: Json<UpdateProgram>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let program = programs::update(tx, &code, body).await?;
            Reply::resource(&program, program.version)
        })
        .await
}

/// Add a rule version
///
/// Adds a version that is in force from its first day; the version before it ends on the day before. Versions are never edited and never
/// overlap. If the rule is invalid (422), every mistake is listed with its JSON pointer.
#[utoipa::path(
    tag = "Programmes",
    request_body = CreateRuleVersion,
    responses((status = 201, description = "The version", body = ProgramRule)),
    security(("oauth2" = ["programs:write"]))
)]
#[post("/v1/programs/{code}/rule-versions")]
async fn create_rule_version(
    caller: Caller<ProgramsWrite>,
    write: Write,
    code: Path<String>,
    body: Json<CreateRuleVersion>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| {
            let (made, version) = programs::create_version(tx, &code, body).await?;
            Reply::created(&made, version, format!("/v1/programs/{}/rule-versions/{}", code.as_str(), made.version))
        })
        .await
}

/// Read a rule version
///
/// Returns one version of a programme's rule. A withdrawn version is not found (404).
#[utoipa::path(
    tag = "Programmes",
    responses((status = 200, description = "The version", body = ProgramRule)),
    security(())
)]
#[get("/v1/programs/{code}/rule-versions/{version}")]
async fn get_rule_version(
    db: Db,
    programs: web::Data<ProgramCache>,
    path: Path<(String, i32)>,
) -> Result<Reply, Error> {
    let (code, number) = path.into_inner();
    let programs = programs.latest(&mut *db.read().await?).await?;
    let program = programs.find(&code).ok_or_else(Error::not_found)?;
    let found = program.versions.iter().find(|v| v.version == number).ok_or_else(Error::not_found)?;
    Reply::resource(&ProgramRule::from(found), program.version)
}

/// Withdraw a rule version
///
/// Withdraws a version that has not begun; the version before it stays in force. A version that has begun cannot be withdrawn (409
/// `rule-version-begun`).
#[utoipa::path(
    tag = "Programmes",
    responses((status = 200, description = "The programme without the version", body = Program)),
    security(("oauth2" = ["programs:write"]))
)]
#[post("/v1/programs/{code}/rule-versions/{version}/withdraw")]
async fn withdraw_rule_version(
    caller: Caller<ProgramsWrite>,
    write: Write,
    path: Path<(String, i32)>,
) -> Result<Reply, Error> {
    let (code, number) = path.into_inner();
    write
        .act(&caller, async move |tx| {
            let program = programs::withdraw_version(tx, &code, number).await?;
            Reply::resource(&program, program.version)
        })
        .await
}

/// Validate a rule
///
/// Validates a rule against the known facts and operators and lists every mistake with its JSON pointer. Nothing is stored. Facts and
/// their operators: `GET /v1/reference/facts`.
#[utoipa::path(
    tag = "Programmes",
    request_body = ValidateRule,
    responses((status = 200, description = "Result of the validation, with all mistakes", body = RuleValidation)),
    security(("oauth2" = ["programs:write"]))
)]
#[post("/v1/rules/validate")]
async fn validate_rule(_caller: Caller<ProgramsWrite>, body: Json<ValidateRule>) -> Result<Reply, Error> {
    Reply::ok(&programs::validate(&body.valid()?.rule))
}

/// Try a draft rule
///
/// Compares a draft with the rule in force, on families of one of the caller's regions: how many would become likely eligible and how
/// many would lose that outcome, in total and for each region one level below. Counts below 10 are suppressed. With `sample` the response
/// has the result; without it, a job evaluates the whole region and has the same kind of result. The rule in force does not change.
#[utoipa::path(
    tag = "Programmes",
    request_body = CreateRuleTrial,
    responses(
        (status = 200, description = "Effect of the draft on the sample", body = RuleTrial),
        (status = 202, description = "The job that evaluates the whole region", body = Job)
    ),
    security(("oauth2" = ["programs:write"]))
)]
#[post("/v1/programs/{code}/trials")]
async fn create_rule_trial(
    caller: Caller<ProgramsWrite>,
    write: Write,
    code: Path<String>,
    body: Json<CreateRuleTrial>,
) -> Result<Reply, Error> {
    write
        .run(&caller, body.digest(), async move |tx| match trial::create(tx, &code, body.valid()).await? {
            TrialReply::Result(trial) => Ok(Reply::ok(&trial)?.unchanged()),
            TrialReply::Job(job) => crate::jobs::actions::accepted(&job),
        })
        .await
}
