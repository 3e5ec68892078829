//! Jobs as the wire shows them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{JobKind, JobStatus};
use super::store::JobRow;
use super::{actions, transitions};
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::http::request_context::Language;

/// A piece of work that goes on after its request was answered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Id of the job.
    pub id: Uuid,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub status: JobStatus,
    /// The regions it works in; `ID` is the whole country.
    #[schema(example = json!(["32.04"]))]
    pub region_codes: Vec<String>,
    /// The officer or client that asked for it.
    #[schema(example = "bandung-bo-1")]
    pub created_by: String,
    /// What was asked for.
    #[schema(value_type = Object, example = json!({"kind": "persons", "on_conflict": "skip"}))]
    pub params: serde_json::Value,
    /// How many of its items are done.
    #[schema(example = 250000)]
    pub done: i64,
    /// How many there are; absent while that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1000000)]
    pub total: Option<i64>,
    /// Items a second, while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 21000.0)]
    pub rate_per_second: Option<f64>,
    /// Seconds that the rest takes at this rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 36)]
    pub remaining_seconds: Option<i64>,
    /// What became of the items, by the kind's own words.
    #[schema(example = json!({"created": 249990, "skipped": 10}))]
    pub counts: BTreeMap<String, i64>,
    /// Lines of the problem file, `GET /v1/jobs/{id}/problems`.
    #[schema(example = 0)]
    pub problems: i64,
    /// Media type of the result, `GET /v1/jobs/{id}/result`; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "text/csv")]
    pub result_type: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<JobFailure>,
    /// What can be done with it now.
    #[schema(example = json!(["cancel"]))]
    pub allowed_actions: Vec<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When work on it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it last got on.
    pub updated_at: DateTime<Utc>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// When it and its files are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// Version, as in the `ETag`.
    #[schema(example = 7)]
    pub version: i32,
}

/// Why a job failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct JobFailure {
    /// Address of a page about it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/import-refused")]
    pub type_: String,
    /// Stable machine name.
    #[schema(example = "import-refused")]
    pub code: String,
    /// A sentence in the language of `Accept-Language`.
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
    /// Where to read on.
    pub cursor: Option<String>,
    /// Jobs a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

impl Job {
    pub fn show(row: JobRow, language: Language) -> Result<Self, Error> {
        let ended = transitions::FINAL.contains(&row.status);
        let seconds = row.progress_since.map(|since| (row.updated_at - since).num_milliseconds().max(0));
        let moved = row.done - row.progress_from;
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
        let rate = seconds.filter(|ms| *ms > 0 && moved > 0).map(|ms| moved as f64 * 1000.0 / ms as f64);
        let left = row.total.map(|total| (total - row.done).max(0));
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "an estimate in seconds")]
        let remaining = rate.zip(left).map(|(rate, left)| (left as f64 / rate).ceil() as i64);
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
            expires_at: row.ended_at.map(|at| at + actions::KEPT),
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
        let known = Code::ALL.iter().find(|c| c.as_str() == code).copied().unwrap_or(Code::Internal);
        let texts = known.row().detail;
        let detail = match language {
            Language::Id => texts.id,
            Language::En => texts.en,
        };
        Self { type_: format!("/problems/{code}"), code, detail: detail.replace("{}", "…") }
    }
}
