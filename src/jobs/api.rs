//! Response types of jobs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{JobKind, JobStatus};
use super::store::JobRow;
use super::{actions, transitions};
use crate::error::Code;
use crate::error::Error;
use crate::http::request_context::Language;

/// Work that continues after its request was answered.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Id of the job.
    pub id: Uuid,
    /// Kind of the job.
    pub kind: JobKind,
    /// Job status.
    pub status: JobStatus,
    /// The regions the job covers; `ID` is the whole country.
    #[schema(example = json!(["32.04"]))]
    pub region_codes: Vec<String>,
    /// The officer or client that created the job.
    #[schema(example = "bandung-bo-1")]
    pub created_by: String,
    /// Parameters of the request.
    #[schema(value_type = Object, example = json!({"kind": "persons", "on_conflict": "skip"}))]
    pub params: serde_json::Value,
    /// Number of items processed.
    #[schema(example = 250000)]
    pub done: i64,
    /// Total number of items; absent while unknown.
    #[schema(example = 1000000)]
    pub total: Option<i64>,
    /// Items per second, while the job runs.
    #[schema(example = 21000.0)]
    pub rate_per_second: Option<f64>,
    /// Estimated remaining seconds at this rate.
    #[schema(example = 36)]
    pub remaining_seconds: Option<i64>,
    /// Results by category. The categories depend on the kind of job.
    #[schema(example = json!({"created": 249990, "skipped": 10}))]
    pub counts: BTreeMap<String, i64>,
    /// Number of problems found. `GET /v1/jobs/{id}/problems` returns them.
    #[schema(example = 0)]
    pub problems: i64,
    /// Media type of the result at `GET /v1/jobs/{id}/result`; absent if there is none.
    #[schema(example = "text/csv")]
    pub result_type: Option<String>,
    /// Why the job failed.
    pub failure: Option<JobFailure>,
    /// The actions that are possible in the current state.
    #[schema(example = json!(["cancel"]))]
    pub allowed_actions: Vec<String>,
    /// When the job was created.
    pub created_at: DateTime<Utc>,
    /// When the work began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the job last made progress.
    pub updated_at: DateTime<Utc>,
    /// When the job ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When the job and its files are deleted.
    pub expires_at: Option<DateTime<Utc>>,
    /// Version number, as in the `ETag`.
    #[schema(example = 7)]
    pub version: i32,
}

/// Why a job failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct JobFailure {
    /// Path of a page that explains the problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/import-refused")]
    pub type_: String,
    /// Stable machine-readable code.
    #[schema(example = "import-refused")]
    pub code: String,
    /// Explanation in the language of `Accept-Language`.
    #[schema(example = "Berkas memuat baris yang keliru; tidak ada yang ditulis.")]
    pub detail: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobQuery {
    /// Only jobs of this kind.
    pub kind: Option<JobKind>,
    /// Only jobs in this state.
    pub status: Option<JobStatus>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Maximum jobs per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

impl Job {
    pub fn show(row: JobRow, language: Language) -> Result<Self, Error> {
        let ended = transitions::FINAL.contains(&row.status);
        let seconds = row.progress_since.map(|since| (row.updated_at - since).num_milliseconds().max(0));
        let processed = row.done - row.progress_from;
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
        let rate = seconds.filter(|ms| *ms > 0 && processed > 0).map(|ms| processed as f64 * 1000.0 / ms as f64);
        let remaining_items = row.total.map(|total| (total - row.done).max(0));
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "an estimate in seconds")]
        let remaining =
            rate.zip(remaining_items).map(|(rate, remaining_items)| (remaining_items as f64 / rate).ceil() as i64);
        let counts = row.counts()?;
        Ok(Self {
            failure: row.failure_code.map(|code| JobFailure::of(code, language)),
            rate_per_second: rate.map(|rate| (rate * 10.0).round() / 10.0),
            remaining_seconds: remaining.filter(|_| !ended),
            allowed_actions: crate::state_machine::allowed(transitions::EDGES, row.status)
                .into_iter()
                .map(|action| action.as_str().to_owned())
                .collect(),
            counts,
            expires_at: row.ended_at.map(|at| at + actions::RETENTION),
            id: row.id,
            kind: row.kind,
            status: row.status,
            region_codes: row.region_codes,
            created_by: row.actor,
            params: row.params,
            done: row.done,
            total: row.total,
            problems: row.problems,
            result_type: row.result_type,
            created_at: row.created_at,
            started_at: row.started_at,
            updated_at: row.updated_at,
            ended_at: row.ended_at,
            version: row.version,
        })
    }
}

impl JobFailure {
    fn of(code: String, language: Language) -> Self {
        let known = Code::find(&code).unwrap_or(Code::INTERNAL);
        let texts = known.row().detail;
        let detail = match language {
            Language::Id => texts.id,
            Language::En => texts.en,
        };
        Self { type_: format!("/problems/{code}"), code, detail: detail.replace("{}", "…") }
    }
}
