//! A check of every family of a region, as a job: families are read a page at a time in sets, judged without words, and
//! written line by line. What it gives holds ids alone, for whoever may check each of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::answer::{Verdict, verdicts};
use super::api_many::CreateEligibilityRun;
use super::cache::{CompiledProgram, Programs};
use super::model::{EligibilityOutcome, RunFormat};
use super::pages::{Pages, Place, place_of};
use crate::clock::local_day;
use crate::error::{Error, FieldError};
use crate::jobs::actions::NewJob;
use crate::jobs::api::Job;
use crate::jobs::model::JobKind;
use crate::jobs::run::{Outcome, Progress, Run, Stop};
use crate::regions::RegionScope;
use crate::registry::actions as registry;
use crate::registry::rows::Household;
use crate::transaction::Tx;

const HEADER: &str = "region_code,family_id,person_id,program_code,rule_version,outcome,missing,estimate_idr_per_year,\
snapshot_version\r\n";

/// What the job was asked for, as whoever reads the job sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    region_code: String,
    programs: Vec<String>,
    on: NaiveDate,
    outcomes: Vec<EligibilityOutcome>,
    format: RunFormat,
}

pub async fn create(tx: &mut Tx, input: CreateEligibilityRun) -> Result<Job, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let today = local_day(tx.now);
    let programs = tx.programs.clone().latest(&mut tx.conn).await?;
    let wanted = input.programs.unwrap_or_default();
    let mut faults: Vec<FieldError> = Vec::new();
    for (index, code) in wanted.iter().enumerate() {
        if programs.find(code).is_none() {
            faults.push(FieldError::new(format!("/programs/{index}"), "unknown_program"));
        }
    }
    faults.extend(judge_day(input.on, today));
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let asked = Asked {
        region_code: input.region_code.as_str().to_owned(),
        programs: wanted,
        on: input.on.unwrap_or(today),
        outcomes: input.outcomes.unwrap_or_else(|| EligibilityOutcome::ALL.to_vec()),
        format: input.format,
    };
    let job = NewJob {
        id: None,
        kind: JobKind::EligibilityRun,
        scope: RegionScope::from_codes(&[input.region_code.as_str()]),
        params: serde_json::to_value(&asked).map_err(Error::internal)?,
        total: None,
    };
    crate::jobs::actions::create(tx, job).await
}

/// The same days as a single check takes.
pub(super) fn judge_day(on: Option<NaiveDate>, today: NaiveDate) -> Option<FieldError> {
    let on = on?;
    if NaiveDate::from_ymd_opt(2005, 1, 1).is_some_and(|first| on < first) {
        return Some(FieldError::new("/on", "too_small"));
    }
    (on > today + TimeDelta::days(2 * 366)).then(|| FieldError::new("/on", "too_large"))
}

pub async fn work(run: &mut Run) -> Result<Outcome, Stop> {
    let asked: Asked = run.job.params()?;
    let asked = Arc::new(asked);
    if run.progress.total.is_none() {
        begin(run, Arc::clone(&asked)).await?;
    }
    let mut pages = Pages::new(&run.worker.db, &run.scope(), asked.on, read_place(&run.progress)?);
    let mut judged: Option<JoinHandle<Result<Page, Error>>> = None;
    loop {
        let homes = pages.next().await?;
        // One page is read, the one before it judged on a thread of its own, and the one before that written.
        let next = match place_of(&homes) {
            Some(place) => Some(judge(run, &asked, homes, place).await?),
            None => None,
        };
        let ended = next.is_none();
        if let Some(page) = std::mem::replace(&mut judged, next) {
            let page = page.await.map_err(Error::internal)??;
            run.step(async move |_, progress| {
                page.write(progress);
                Ok(())
            })
            .await?;
        }
        if ended {
            // A family may come or go while the job runs.
            run.progress.total = Some(run.progress.done);
            run.report().await?;
            return Ok(Outcome::Succeeded);
        }
    }
}

async fn begin(run: &mut Run, asked: Arc<Asked>) -> Result<(), Stop> {
    let scope = run.scope();
    run.step(async move |tx, progress| {
        progress.total = Some(registry::count_families(&mut tx.conn, &scope).await?);
        progress.result_type = Some(asked.format.media_type().to_owned());
        if asked.format == RunFormat::Csv {
            progress.write_result(HEADER.as_bytes());
        }
        Ok(())
    })
    .await
}

/// The family after which to go on.
fn read_place(progress: &Progress) -> Result<Option<Place>, Error> {
    progress.position()
}

/// What came of a page of families.
struct Page {
    place: Value,
    families: i64,
    withheld: i64,
    counts: HashMap<(String, EligibilityOutcome), i64>,
    lines: Vec<u8>,
}

/// By the programmes as they were when the families were read.
async fn judge(
    run: &Run,
    asked: &Arc<Asked>,
    homes: Vec<Household>,
    place: Place,
) -> Result<JoinHandle<Result<Page, Error>>, Error> {
    let revision = homes.last().map_or(0, |home| home.program_revision);
    let programs = run.worker.shared.programs.at(&mut *run.worker.db.read().await?, revision).await?;
    let asked = Arc::clone(asked);
    Ok(tokio::task::spawn_blocking(move || Page::of(&asked, &programs, &homes, &place)))
}

impl Page {
    fn of(asked: &Asked, programs: &Programs, homes: &[Household], place: &Place) -> Result<Self, Error> {
        let mut applying: HashMap<&str, Vec<&CompiledProgram>> = HashMap::new();
        let mut counts: HashMap<(&str, EligibilityOutcome), i64> = HashMap::new();
        let mut lines = Vec::new();
        let usable = crate::registry::limits::usable(homes);
        for home in &usable {
            let village = home.family.region_code.as_str();
            let chosen = applying.entry(village).or_insert_with(|| applying_in(programs, village, &asked.programs));
            for verdict in verdicts(home, chosen, asked.on)? {
                *counts.entry((verdict.program.code.as_str(), verdict.outcome)).or_default() += 1;
                if asked.outcomes.contains(&verdict.outcome) {
                    match asked.format {
                        RunFormat::Csv => write_csv(&mut lines, home, &verdict)?,
                        RunFormat::Ndjson => write_json(&mut lines, home, &verdict)?,
                    }
                }
            }
        }
        Ok(Self {
            place: json!(place),
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
        progress.position = self.place;
        progress.write_result(&self.lines);
    }
}

pub(super) fn applying_in<'a>(programs: &'a Programs, village: &str, wanted: &[String]) -> Vec<&'a CompiledProgram> {
    if wanted.is_empty() {
        return programs.applying_in(village);
    }
    let mut chosen: Vec<&CompiledProgram> = Vec::new();
    for program in wanted.iter().filter_map(|code| programs.find_for(code, village)) {
        if !chosen.iter().any(|c| c.code == program.code) {
            chosen.push(program);
        }
    }
    chosen
}

/// Ids, codes and numbers alone: nothing to quote.
fn write_csv(lines: &mut Vec<u8>, home: &Household, verdict: &Verdict<'_>) -> Result<(), Error> {
    let Verdict { program, person, outcome, version, missing, estimate } = verdict;
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

/// A snapshot's name is its source's own.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

fn write_json(lines: &mut Vec<u8>, home: &Household, verdict: &Verdict<'_>) -> Result<(), Error> {
    let line = json!({
        "region_code": home.family.region_code,
        "family_id": home.family.id,
        "person_id": verdict.person.map(|p| p.id),
        "program_code": verdict.program.code,
        "rule_version": verdict.version.map(|v| v.version),
        "outcome": verdict.outcome,
        "missing": verdict.missing,
        "estimate_idr_per_year": verdict.estimate.as_ref().map(|e| e.total_idr_per_year),
        "snapshot_version": home.status.as_ref().map(|s| &s.snapshot_version),
    });
    serde_json::to_writer(&mut *lines, &line).map_err(Error::internal)?;
    lines.push(b'\n');
    Ok(())
}
