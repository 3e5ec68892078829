//! Endpoints of programmes and their rules.

use actix_web::{get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::api_many::{CreateRuleTrial, RuleTrial};
use super::api_programs::{
    CreateProgram, CreateRuleVersion, Program, ProgramList, ProgramRule, RuleValidation, UpdateProgram, ValidateRule,
};
use super::cache::ProgramCache;
use super::programs::{self, Entered};
use super::trial::{self, Tried};
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
/// Every assistance programme with all versions of its rule, their first and last days, legal basis and confidence. Thresholds are
/// data: a confidence other than `regulation` must be shown to whoever reads a result.
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

/// Enter a programme
///
/// A national programme needs a token for the whole country; a local one carries its region, which the token must cover, and
/// applies only inside it. An instance of a national programme stands in that programme's place there: whoever asks for the
/// national one gets the instance. The same code and content again is answered with 200.
#[utoipa::path(
    tag = "Programmes",
    request_body = CreateProgram,
    responses(
        (status = 201, description = "The programme", body = Program),
        (status = 200, description = "It was entered before; this is what is stored", body = Program)
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
        .run(&caller, body.digest(), async move |tx| match programs::create(tx, body.valid()?).await? {
            Entered::New(made) => Reply::created(&made, made.version, format!("/v1/programs/{}", made.code)),
            Entered::Known(made) => Ok(Reply::resource(&made, made.version)?.unchanged()),
        })
        .await
}

/// Read a programme
///
/// One programme with all versions of its rule.
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
/// Name, owner, legal basis, confidence and notes. Rules and amounts change by a new rule version.
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
/// From its first day on it decides; the version before ends the day before. No version is ever edited, and no two overlap. Every
/// mistake in the rule is named with its place in the tree.
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
/// One version of a programme's rule, unless it was withdrawn.
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
/// Takes back a version that has not begun; the one before goes on as if it had never been. One that has begun stays: 409.
#[utoipa::path(
    tag = "Programmes",
    responses((status = 200, description = "The programme without it", body = Program)),
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

/// Check a rule
///
/// Holds a rule against the known facts and operators and names every mistake with a JSON pointer. Nothing is stored. The facts and
/// what may be asked of each stand in `GET /v1/reference/facts`.
#[utoipa::path(
    tag = "Programmes",
    request_body = ValidateRule,
    responses((status = 200, description = "Whether it can be used, and what is wrong with it", body = RuleValidation)),
    security(("oauth2" = ["programs:write"]))
)]
#[post("/v1/rules/validate")]
async fn validate_rule(_caller: Caller<ProgramsWrite>, body: Json<ValidateRule>) -> Result<Reply, Error> {
    Reply::ok(&programs::validate(&body.valid()?.rule))
}

/// Try a draft rule
///
/// Holds a draft against the rule in force, on families of a region of the caller's: how many would newly be likely eligible, how many
/// no longer, in all and for each region below. Numbers below 10 are not told. With `sample` the answer comes at once; the whole region
/// is a job whose result is the same. Nothing takes effect.
#[utoipa::path(
    tag = "Programmes",
    request_body = CreateRuleTrial,
    responses(
        (status = 200, description = "What the draft would change in the sample", body = RuleTrial),
        (status = 202, description = "The job that tries it on the whole region", body = Job)
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
            Tried::Now(told) => Ok(Reply::ok(&told)?.unchanged()),
            Tried::Later(job) => crate::jobs::actions::accepted(&job),
        })
        .await
}
