//! The endpoints of jobs.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use futures_util::StreamExt as _;
use futures_util::stream;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::api::{Job, JobQuery};
use super::model::JobKind;
use super::{actions, files, run};
use crate::audit::access::AccessLog;
use crate::auth::Caller;
use crate::auth::permission::EventsRead;
use crate::auth::tokens::Tokens;
use crate::db::Db;
use crate::error::Error;
use crate::http::page::{Page, PageRequest};
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::problem_table::Code;
use crate::http::query::Query;
use crate::http::reply::Reply;
use crate::http::request_context::RequestContext;
use crate::imports::download::{self, Export};
use crate::transaction::Write;

pub fn configure(config: &mut ServiceConfig) {
    config.service(list_jobs).service(get_job).service(get_job_problems).service(get_job_result).service(cancel_job);
}

/// List jobs
///
/// The client's own jobs within the caller's regions, newest first, of those kinds for which the token carries the permission.
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
/// How far it is, how fast, and what came of it so far. While it waits or runs, `Retry-After` says when to ask again.
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
    Ok(Reply::resource(&job, version)?.asking_again(actions::ask_again(status)))
}

/// Download a job's problems
///
/// A CSV file with one line for each fault found so far: `line`, `column`, `code` and a sentence in both languages. It never
/// repeats a value of the input. At most 100,000 lines are kept; the job's `problems` counts them all.
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
/// The file that the job gives, streamed, in the media type that the job names. A result that shows identity numbers needs
/// `pii:reveal` again, and one that shows numbers or names the `Access-Purpose` for which it was made (403 `purpose-differs`). Each
/// download leaves an access record, which everybody in the file finds among theirs. Once somebody in it has withdrawn their consent for
/// that purpose, restricted the processing of their data or was erased, it is given out no more (409 `export-outdated`): export anew.
#[utoipa::path(
    tag = "Jobs",
    responses(
        (status = 200, description = "The result", content(
            (String = "text/csv"), (String = "application/x-ndjson"), (Object = "application/json")
        )),
        (status = 409, description = "There is no result, not yet, or no more", body = Problem, content_type = "application/problem+json")
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
        return Err(Error::transition(Code::JobHasNoResult, row.status.as_str(), Vec::new()));
    };
    if row.kind == JobKind::Export {
        let (params, position) = (&row.params, &row.position);
        let export = Export { id: row.id, region_code: &row.region_code, params, position };
        download::admit(&mut conn, &caller, &log, export).await?;
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
/// Stops a job that waits or runs. The step under way is undone; what it had committed before stays, and `done` says how far
/// that is.
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
