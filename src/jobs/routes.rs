//! Endpoints of jobs.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use futures_util::StreamExt as _;
use futures_util::stream;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{Job, JobQuery};
use super::{actions, files, run};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::auth::tokens::Tokens;
use crate::db::Db;
use crate::error::Error;
use crate::events::permissions::EventsRead;
use crate::http::page::{Page, PageRequest};
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::http::request_context::RequestContext;
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_jobs).service(get_job).service(get_job_problems).service(get_job_result).service(cancel_job);
}

/// List jobs
///
/// Returns the client's own jobs within the caller's regions, newest first. Only kinds for which the token has the permission.
#[utoipa::path(
    tag = "Jobs",
    params(JobQuery),
    responses((status = 200, description = "A page of jobs", body = Page<Job>)),
    security(("oauth2" = ["events:read"]))
)]
#[get("/v1/jobs")]
async fn list_jobs(
    caller: Caller<EventsRead>,
    db: Db,
    query: Query<JobQuery>,
    request: HttpRequest,
) -> Result<Reply, Error> {
    let JobQuery { kind, status, cursor, limit } = query.value;
    let page = PageRequest::new(cursor.as_deref(), limit, query.filters)?;
    let language = RequestContext::of(&request).language;
    Reply::page(&actions::list(&mut db.read().await?, &caller, kind, status, &page, language).await?)
}

/// Read a job
///
/// Returns the progress, the rate and the counts so far. While the job waits or runs, `Retry-After` gives the seconds until the
/// next poll.
#[utoipa::path(
    tag = "Jobs",
    responses((status = 200, description = "The job", body = Job)),
    security(("oauth2" = ["events:read"]))
)]
#[get("/v1/jobs/{id}")]
async fn get_job(caller: Caller<EventsRead>, db: Db, id: Path<Uuid>, request: HttpRequest) -> Result<Reply, Error> {
    let row = actions::find(&mut db.read().await?, &caller, *id).await?;
    let (version, status) = (row.version, row.status);
    let job = Job::show(row, RequestContext::of(&request).language)?;
    Ok(Reply::resource(&job, version)?.asking_again(actions::retry_after(status)))
}

/// Download a job's problems
///
/// Returns a CSV file with one line for each error found so far: `line`, `column`, `code` and a text in both languages. It
/// never repeats a value of the input. At most 100,000 lines are stored; `problems` of the job counts all of them.
#[utoipa::path(
    tag = "Jobs",
    responses((status = 200, description = "The problems", body = String, content_type = "text/csv",
        example = "line,column,code,detail_id,detail_en\r\n")),
    security(("oauth2" = ["events:read"]))
)]
#[get("/v1/jobs/{id}/problems")]
async fn get_job_problems(
    caller: Caller<EventsRead>,
    db: Db,
    id: Path<Uuid>,
    tokens: web::Data<Tokens>,
) -> Result<HttpResponse, Error> {
    let row = actions::find(&mut db.read().await?, &caller, *id).await?;
    let header = (row.problems == 0).then(|| Ok(web::Bytes::from_static(run::PROBLEM_HEADER.as_bytes())));
    let lines = files::stream(db, tokens.keys().ring(), *id, files::PROBLEMS);
    Ok(download("text/csv; charset=utf-8", &format!("problems-{id}.csv", id = *id))
        .streaming(stream::iter(header).chain(lines)))
}

/// Download a job's result
///
/// Streams the result file in the media type that `result_type` names.
///
/// A result with identity numbers needs `pii:reveal` again. A result with numbers or names needs the `Access-Purpose` with
/// which it was created (403 `purpose-differs`). Each download leaves an access record for every person in the file.
///
/// If a person in the file has since withdrawn consent for that purpose, restricted the processing of their data or been
/// erased, the answer is 409 `export-outdated`: create a new export.
#[utoipa::path(
    tag = "Jobs",
    responses(
        (status = 200, description = "The result", content(
            (String = "text/csv"), (String = "application/x-ndjson"), (Object = "application/json")
        )),
        (status = 409, description = "The job has no result, has not finished, or its result is no longer valid", body = Problem, content_type = "application/problem+json")
    ),
    extensions(("x-reveals" = json!(true))),
    security(("oauth2" = ["events:read"]))
)]
#[get("/v1/jobs/{id}/result")]
async fn get_job_result(
    caller: Caller<EventsRead>,
    db: Db,
    id: Path<Uuid>,
    tokens: web::Data<Tokens>,
    log: AccessLog,
) -> Result<HttpResponse, Error> {
    let mut conn = db.read().await?;
    let row = actions::find(&mut conn, &caller, *id).await?;
    let Some(kind) = row.result_type.clone() else {
        return Err(Error::transition(crate::jobs::problems::JOB_HAS_NO_RESULT, row.status.as_str(), Vec::new()));
    };
    if let Some(guard) = row.kind.guard() {
        guard(&mut conn, &caller, &log, &row).await?;
    }
    drop(conn);
    let extension = match kind.split(';').next() {
        Some("text/csv") => "csv",
        Some("application/x-ndjson") => "ndjson",
        _ => "json",
    };
    let name = format!("result-{id}.{extension}", id = *id);
    Ok(download(&kind, &name).streaming(files::stream(db, tokens.keys().ring(), *id, files::RESULT)))
}

fn download(kind: &str, name: &str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    response
}

/// Cancel a job
///
/// Cancels a waiting or running job. The current step is rolled back; work committed before stays, and `done` counts it.
#[utoipa::path(
    tag = "Jobs",
    responses((status = 200, description = "The job", body = Job)),
    security(("oauth2" = ["events:read"]))
)]
#[post("/v1/jobs/{id}/cancel")]
async fn cancel_job(caller: Caller<EventsRead>, write: Write, id: Path<Uuid>) -> Result<Reply, Error> {
    write
        .act(&caller, async move |tx| {
            let job = actions::cancel(tx, *id).await?;
            Reply::resource(&job, job.version)
        })
        .await
}
