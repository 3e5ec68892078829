//! A job that checks every family of a region: families are read page by page, evaluated without texts, and written line by line. The
//! result contains only ids, for callers who may check each of the families.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::answer::{ProgramOutcome, evaluate_household};
use super::api_many::CreateEligibilityRun;
use super::cache::{CompiledProgram, Programs};
use super::model::{EligibilityOutcome, RunFormat};
use super::pages::{Cursor, Pages, cursor_after};
use super::permissions::ELIGIBILITY_CHECK;
use crate::clock::local_day;
use crate::db::stored;
use crate::eligibility::cache::ProgramCache;
use crate::error::{Error, FieldError};
use crate::jobs::actions::NewJob;
use crate::jobs::api::Job;
use crate::jobs::model::{JobKind, JobKindSpec};
use crate::jobs::run::{Outcome, Progress, Run, Runner, Stop};
use crate::regions::RegionScope;
use crate::registry::people::actions as registry;
use crate::registry::rows::Household;
use crate::transaction::Tx;

pub const ELIGIBILITY_RUN: JobKind = JobKind::new(&JobKindSpec {
    code: "eligibility_run",
    label_id: "Pemeriksaan kelayakan satu wilayah",
    label_en: "Eligibility run of a region",
    permission: ELIGIBILITY_CHECK,
    guard: None,
});
pub const RUNNER: Runner = Runner { kind: ELIGIBILITY_RUN, run: |run| Box::pin(work(run)) };

const HEADER: &str = "region_code,family_id,person_id,program_code,rule_version,outcome,missing,estimate_idr_per_year,\
snapshot_version\r\n";

/// Parameters of the job, as a reader of the job sees them.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RunParams {
    region_code: String,
    programs: Vec<String>,
    on: NaiveDate,
    outcomes: Vec<EligibilityOutcome>,
    format: RunFormat,
}

pub async fn create(tx: &mut Tx, input: CreateEligibilityRun) -> Result<Job, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let today = local_day(tx.now);
    let programs = tx.resources.get::<ProgramCache>()?.latest(&mut tx.conn).await?;
    let wanted = input.programs.unwrap_or_default();
    let mut faults: Vec<FieldError> = Vec::new();
    for (index, code) in wanted.iter().enumerate() {
        if programs.find(code).is_none() {
            faults.push(FieldError::new(format!("/programs/{index}"), "unknown_program"));
        }
    }
    faults.extend(validate_day(input.on, today));
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let params = RunParams {
        region_code: input.region_code.as_str().to_owned(),
        programs: wanted,
        on: input.on.unwrap_or(today),
        outcomes: input.outcomes.unwrap_or_else(|| EligibilityOutcome::ALL.to_vec()),
        format: input.format,
    };
    let job = NewJob {
        id: None,
        kind: ELIGIBILITY_RUN,
        scope: RegionScope::from_codes(&[input.region_code.as_str()]),
        params: stored::write(&params)?,
        total: None,
    };
    crate::jobs::actions::create(tx, job).await
}

/// The same range of days as for a single check.
pub(super) fn validate_day(on: Option<NaiveDate>, today: NaiveDate) -> Option<FieldError> {
    let on = on?;
    if NaiveDate::from_ymd_opt(2005, 1, 1).is_some_and(|first| on < first) {
        return Some(FieldError::new("/on", "too_small"));
    }
    (on > today + TimeDelta::days(2 * 366)).then(|| FieldError::new("/on", "too_large"))
}

pub async fn work(run: &mut Run) -> Result<Outcome, Stop> {
    let params: RunParams = run.job.params()?;
    let params = Arc::new(params);
    if run.progress.total.is_none() {
        begin(run, Arc::clone(&params)).await?;
    }
    let mut pages = Pages::new(&run.context.db, &run.scope(), params.on, read_cursor(&run.progress)?);
    let mut evaluated: Option<JoinHandle<Result<Page, Error>>> = None;
    loop {
        let homes = pages.next().await?;
        // A pipeline: one page is read, the page before it is evaluated on its own thread, and the one before that is written.
        let next = match cursor_after(&homes) {
            Some(cursor) => Some(evaluate(run, &params, homes, cursor).await?),
            None => None,
        };
        let ended = next.is_none();
        if let Some(page) = std::mem::replace(&mut evaluated, next) {
            let page = page.await.map_err(Error::internal)??;
            run.step(async move |_, progress| {
                page.write(progress);
                Ok(())
            })
            .await?;
        }
        if ended {
            // Families may be added or removed while the job runs.
            run.progress.total = Some(run.progress.done);
            run.report().await?;
            return Ok(Outcome::Succeeded);
        }
    }
}

async fn begin(run: &mut Run, params: Arc<RunParams>) -> Result<(), Stop> {
    let scope = run.scope();
    run.step(async move |tx, progress| {
        progress.total = Some(registry::count_families(&mut tx.conn, &scope).await?);
        progress.result_type = Some(params.format.media_type().to_owned());
        if params.format == RunFormat::Csv {
            progress.write_result(HEADER.as_bytes());
        }
        Ok(())
    })
    .await
}

/// The family after which the job continues.
fn read_cursor(progress: &Progress) -> Result<Option<Cursor>, Error> {
    progress.position()
}

/// Results of one page of families.
struct Page {
    cursor: Value,
    families: i64,
    withheld: i64,
    counts: HashMap<(String, EligibilityOutcome), i64>,
    lines: Vec<u8>,
}

/// Evaluates a page with the programmes at the revision at which the families were read.
async fn evaluate(
    run: &Run,
    params: &Arc<RunParams>,
    homes: Vec<Household>,
    cursor: Cursor,
) -> Result<JoinHandle<Result<Page, Error>>, Error> {
    let revision = homes.last().map_or(0, |home| home.program_revision);
    let programs =
        run.context.resources.get::<ProgramCache>()?.at(&mut *run.context.db.read().await?, revision).await?;
    let params = Arc::clone(params);
    Ok(tokio::task::spawn_blocking(move || Page::of(&params, &programs, &homes, &cursor)))
}

impl Page {
    fn of(params: &RunParams, programs: &Programs, homes: &[Household], cursor: &Cursor) -> Result<Self, Error> {
        let mut applying: HashMap<&str, Vec<&CompiledProgram>> = HashMap::new();
        let mut counts: HashMap<(&str, EligibilityOutcome), i64> = HashMap::new();
        let mut lines = Vec::new();
        let usable = crate::registry::privacy::limits::usable(homes);
        for home in &usable {
            let village = home.family.region_code.as_str();
            let selected = applying.entry(village).or_insert_with(|| applying_in(programs, village, &params.programs));
            for result in evaluate_household(home, selected, params.on)? {
                *counts.entry((result.program.code.as_str(), result.outcome)).or_default() += 1;
                if params.outcomes.contains(&result.outcome) {
                    match params.format {
                        RunFormat::Csv => write_csv(&mut lines, home, &result)?,
                        RunFormat::Ndjson => write_json(&mut lines, home, &result)?,
                    }
                }
            }
        }
        Ok(Self {
            cursor: json!(cursor),
            families: i64::try_from(homes.len()).map_err(Error::internal)?,
            withheld: i64::try_from(homes.len() - usable.len()).map_err(Error::internal)?,
            counts: counts.into_iter().map(|((program, outcome), n)| ((program.to_owned(), outcome), n)).collect(),
            lines,
        })
    }

    fn write(self, progress: &mut Progress) {
        progress.count("withheld", self.withheld);
        for ((program, outcome), count) in self.counts {
            progress.count(&format!("{program}.{outcome}"), count);
        }
        progress.done += self.families;
        progress.position = self.cursor;
        progress.write_result(&self.lines);
    }
}

pub(super) fn applying_in<'a>(programs: &'a Programs, village: &str, wanted: &[String]) -> Vec<&'a CompiledProgram> {
    if wanted.is_empty() {
        return programs.applying_in(village);
    }
    let mut selected: Vec<&CompiledProgram> = Vec::new();
    for program in wanted.iter().filter_map(|code| programs.find_for(code, village)) {
        if !selected.iter().any(|s| s.code == program.code) {
            selected.push(program);
        }
    }
    selected
}

/// All fields but the snapshot's name are ids, codes and numbers, which need no quotes.
fn write_csv(lines: &mut Vec<u8>, home: &Household, result: &ProgramOutcome<'_>) -> Result<(), Error> {
    let ProgramOutcome { program, person, outcome, version, missing, estimate } = result;
    write!(lines, "{},{},", home.family.region_code, home.family.id)
        .and_then(|()| person.map_or(Ok(()), |p| write!(lines, "{}", p.id)))
        .and_then(|()| write!(lines, ",{},", program.code))
        .and_then(|()| version.map_or(Ok(()), |v| write!(lines, "{}", v.version)))
        .and_then(|()| write!(lines, ",{outcome},"))
        .map_err(Error::internal)?;
    for (index, fact) in missing.iter().enumerate() {
        lines.extend_from_slice(if index > 0 { b" " } else { b"" });
        lines.extend_from_slice(fact.name().as_bytes());
    }
    lines.push(b',');
    if let Some(estimate) = estimate {
        write!(lines, "{}", estimate.total_idr_per_year).map_err(Error::internal)?;
    }
    lines.push(b',');
    lines.extend_from_slice(quoted(home.status.as_ref().map_or("", |s| &s.snapshot_version)).as_bytes());
    lines.extend_from_slice(b"\r\n");
    Ok(())
}

/// Quotes a snapshot's name, which comes from its source and may contain any character.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

fn write_json(lines: &mut Vec<u8>, home: &Household, result: &ProgramOutcome<'_>) -> Result<(), Error> {
    let line = json!({
        "region_code": home.family.region_code,
        "family_id": home.family.id,
        "person_id": result.person.map(|p| p.id),
        "program_code": result.program.code,
        "rule_version": result.version.map(|v| v.version),
        "outcome": result.outcome,
        "missing": result.missing,
        "estimate_idr_per_year": result.estimate.as_ref().map(|e| e.total_idr_per_year),
        "snapshot_version": home.status.as_ref().map(|s| &s.snapshot_version),
    });
    serde_json::to_writer(&mut *lines, &line).map_err(Error::internal)?;
    lines.push(b'\n');
    Ok(())
}
