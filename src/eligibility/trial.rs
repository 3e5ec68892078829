//! Trial of a draft rule on the families of a region before it takes effect: how many would become eligible and how many would not be
//! eligible any more. The result has only counts; counts below ten are suppressed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::evaluate_household;
use super::api_many::{CreateRuleTrial, RegionTrial, RuleTrial, TrialCounts};
use super::cache::{CompiledProgram, Programs, Version};
use super::model::EligibilityOutcome;
use super::pages::{Cursor, Pages, cursor_after};
use super::permissions::PROGRAMS_WRITE;
use super::rules::{Limits, Rule};
use super::run::validate_day;
use crate::clock::local_day;
use crate::db::stored;
use crate::eligibility::cache::ProgramCache;
use crate::error::{Error, FieldError};
use crate::jobs::actions::NewJob;
use crate::jobs::api::Job;
use crate::jobs::model::{JobKind, JobKindSpec};
use crate::jobs::run::{Outcome, Run, Runner, Stop};
use crate::regions::{RegionScope, directory};
use crate::registry::people::actions as registry;
use crate::registry::rows::Household;
use crate::small_counts::MIN_PUBLISHED;
use crate::transaction::Tx;

pub const RULE_TRIAL: JobKind = JobKind::new(&JobKindSpec {
    code: "rule_trial",
    label_id: "Uji coba rancangan aturan",
    label_en: "Trial of a draft rule",
    permission: PROGRAMS_WRITE,
    guard: None,
});
pub const RUNNER: Runner = Runner { kind: RULE_TRIAL, run: |run| Box::pin(work(run)) };

#[derive(Debug, Clone, Serialize, Deserialize)]
struct TrialParams {
    program_code: String,
    region_code: String,
    on: NaiveDate,
    rule: Value,
}

/// The result of a sample, or the job that evaluates a whole region.
pub enum TrialReply {
    Result(RuleTrial),
    Job(Job),
}

pub async fn create(tx: &mut Tx, code: &str, input: Result<CreateRuleTrial, Error>) -> Result<TrialReply, Error> {
    let programs = tx.resources.get::<ProgramCache>()?.latest(&mut tx.conn).await?;
    let program = programs.find(code).ok_or_else(Error::not_found)?;
    let input = input?;
    tx.actor.scope.require(&input.region_code)?;
    let today = local_day(tx.now);
    let mut faults: Vec<FieldError> = validate_day(input.on, today).into_iter().collect();
    if let Err(errors) = Rule::compile(&input.rule) {
        faults.extend(errors.iter().map(|e| FieldError::new(format!("/rule{}", e.pointer), e.problem.code())));
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let params = TrialParams {
        program_code: program.code.clone(),
        region_code: input.region_code.as_str().to_owned(),
        on: input.on.unwrap_or(today),
        rule: input.rule,
    };
    let scope = RegionScope::from_codes(&[input.region_code.as_str()]);
    match input.sample {
        Some(size) => {
            let homes = registry::sample_households(&mut tx.conn, &scope, i64::from(size), params.on).await?;
            let mut tally = Tally::default();
            tally.add(program, &draft_of(program, &params)?, &homes, &params)?;
            Ok(TrialReply::Result(tally.publish(program, &params, true)))
        }
        None => {
            let params = stored::write(&params)?;
            let job = NewJob { id: None, kind: RULE_TRIAL, scope, params, total: None };
            Ok(TrialReply::Job(crate::jobs::actions::create(tx, job).await?))
        }
    }
}

/// Counts of the job so far, and the family after which it continues.
#[derive(Default, Serialize, Deserialize)]
struct Position {
    after: Option<Cursor>,
    tally: Tally,
}

pub async fn work(run: &mut Run) -> Result<Outcome, Stop> {
    let params: TrialParams = run.job.params()?;
    let scope = run.scope();
    let reached: Option<Position> = run.progress.position()?;
    let mut pages = Pages::new(&run.context.db, &scope, params.on, reached.and_then(|position| position.after));
    loop {
        let (params, scope) = (params.clone(), scope.clone());
        let homes = pages.next().await?;
        run.step(async move |tx, progress| {
            if progress.total.is_none() {
                progress.total = Some(registry::count_families(&mut tx.conn, &scope).await?);
            }
            let position: Option<Position> = progress.position()?;
            let mut position = position.unwrap_or_default();
            let programs = latest(tx).await?;
            let program = programs.find(&params.program_code).ok_or_else(Error::not_found)?;
            position.tally.add(program, &draft_of(program, &params)?, &homes, &params)?;
            if let Some(cursor) = cursor_after(&homes) {
                position.after = Some(cursor);
                progress.done += i64::try_from(homes.len()).map_err(Error::internal)?;
            } else {
                progress.total = Some(progress.done);
                progress.result_type = Some("application/json".to_owned());
                let trial = position.tally.publish(program, &params, false);
                progress.write_result(&serde_json::to_vec(&trial).map_err(Error::internal)?);
            }
            progress.position = stored::write(&position)?;
            Ok(())
        })
        .await?;
        if run.progress.result_type.is_some() {
            return Ok(Outcome::Succeeded);
        }
    }
}

async fn latest(tx: &mut Tx) -> Result<std::sync::Arc<Programs>, Error> {
    let conn: &mut AsyncPgConnection = &mut tx.conn;
    tx.resources.get::<ProgramCache>()?.latest(conn).await
}

/// The programme with the draft as its only rule version.
fn draft_of(program: &CompiledProgram, params: &TrialParams) -> Result<CompiledProgram, Error> {
    let rule = Rule::compile(&params.rule).map_err(|_| Error::internal("a validated draft rule does not compile"))?;
    let version = Version {
        version: 0,
        effective_from: NaiveDate::MIN,
        effective_to: None,
        tree: params.rule.clone(),
        rule,
        limits: Limits::default(),
        components: None,
        confidence: program.confidence,
        source: None,
    };
    Ok(CompiledProgram {
        id: program.id,
        code: program.code.clone(),
        name: program.name.clone(),
        recipient_unit: program.recipient_unit,
        owner: String::new(),
        legal_basis: String::new(),
        confidence: program.confidence,
        notes: String::new(),
        region_code: program.region_code.clone(),
        instance_of: None,
        components: Vec::new(),
        versions: vec![version],
        version: program.version,
        created_at: program.created_at,
        updated_at: program.updated_at,
    })
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Numbers {
    judged: i64,
    eligible_before: i64,
    eligible_after: i64,
    newly_eligible: i64,
    no_longer_eligible: i64,
    undetermined_after: i64,
}

impl Numbers {
    const fn row(&self) -> Row {
        [
            self.judged,
            self.eligible_before,
            self.eligible_after,
            self.newly_eligible,
            self.no_longer_eligible,
            self.undetermined_after,
        ]
    }
}

type Row = [i64; 6];
/// A row after suppression.
type PublishedRow = [Option<i64>; 6];

/// Numbers by region one level below the region of the trial, or of that region itself if it is a village.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally(BTreeMap<String, Numbers>);

impl Tally {
    fn add(
        &mut self,
        current: &CompiledProgram,
        draft: &CompiledProgram,
        homes: &[Household],
        params: &TrialParams,
    ) -> Result<(), Error> {
        use EligibilityOutcome::{LikelyEligible, Undetermined};
        for home in &crate::registry::privacy::limits::usable(homes) {
            let both = evaluate_household(home, &[current, draft], params.on)?;
            let numbers = self.0.entry(below(&params.region_code, &home.family.region_code).to_owned()).or_default();
            let (before, after) = both.split_at(both.len() / 2);
            for (before, after) in before.iter().zip(after) {
                let (was, is) = (before.outcome == LikelyEligible, after.outcome == LikelyEligible);
                numbers.judged += 1;
                numbers.eligible_before += i64::from(was);
                numbers.eligible_after += i64::from(is);
                numbers.newly_eligible += i64::from(!was && is);
                numbers.no_longer_eligible += i64::from(was && !is);
                numbers.undetermined_after += i64::from(after.outcome == Undetermined);
            }
        }
        Ok(())
    }

    fn publish(&self, program: &CompiledProgram, params: &TrialParams, sampled: bool) -> RuleTrial {
        let below = self.0.iter().filter(|(code, _)| **code != params.region_code);
        let rows: Vec<Row> = self.0.values().map(Numbers::row).collect();
        let (total, published) = suppress(&rows);
        let regions = below.zip(published).map(|((code, _), row)| RegionTrial {
            region_code: code.clone(),
            name: directory::find(code).map(|region| region.name.to_owned()).unwrap_or_default(),
            counts: counts(row),
        });
        let regions = regions.collect();
        let total = counts(total);
        RuleTrial {
            program_code: program.code.clone(),
            region_code: params.region_code.clone(),
            on: params.on,
            rule_version: program.version_on(params.on).map(|v| v.version),
            sampled,
            total,
            regions,
        }
    }
}

const fn counts(row: PublishedRow) -> TrialCounts {
    let [judged, eligible_before, eligible_after, newly_eligible, no_longer_eligible, undetermined_after] = row;
    TrialCounts { judged, eligible_before, eligible_after, newly_eligible, no_longer_eligible, undetermined_after }
}

/// Primary and complementary suppression of the rows and their sum. Primary: counts below ten. Complementary: counts from which a
/// suppressed one could be derived, by subtraction from the sum of a column or by the equation of before and after within a row.
fn suppress(rows: &[Row]) -> (PublishedRow, Vec<PublishedRow>) {
    let sum = rows.iter().fold([0; 6], |sum: Row, row| std::array::from_fn(|i| number(&sum, i) + number(row, i)));
    let primary = |row: &Row| row.map(|value| Some(value).filter(|value| *value >= MIN_PUBLISHED));
    // The sum is the last row and is suppressed like the others.
    let mut published: Vec<PublishedRow> = rows.iter().chain([&sum]).map(primary).collect();
    loop {
        let before = published.clone();
        for [_, was, is, more, fewer, _] in &mut published {
            // is = was + more - fewer
            if [*was, *is, *more, *fewer].iter().filter(|value| value.is_none()).count() == 1 {
                let second = if is.is_none() { was } else { is };
                *second = None;
            }
        }
        for column in 0..6 {
            let suppressed = published.iter().zip(rows).filter(|(row, _)| cell(row, column).is_none());
            let remainder: i64 = suppressed.map(|(_, row)| number(row, column)).sum();
            let mut cells: Vec<&mut Option<i64>> = published.iter_mut().filter_map(|row| row.get_mut(column)).collect();
            let suppressed = cells.iter().filter(|cell| cell.is_none()).count();
            // The sum minus the published cells is a count too: it must not be small.
            let is_small = suppressed > 0 && remainder < MIN_PUBLISHED && cells.last().is_some_and(|sum| sum.is_some());
            if cells.len() > 2
                && (suppressed == 1 || is_small)
                && let Some(smallest) = cells.iter_mut().filter(|cell| cell.is_some()).min()
            {
                **smallest = None;
            }
        }
        if published == before {
            let total = published.pop().unwrap_or_default();
            return (total, published);
        }
    }
}

fn cell(row: &PublishedRow, column: usize) -> Option<i64> {
    row.get(column).copied().flatten()
}

fn number(row: &Row, column: usize) -> i64 {
    row.get(column).copied().unwrap_or_default()
}

/// The code of the region one level below `region` in which a village lies.
fn below<'a>(region: &'a str, village: &'a str) -> &'a str {
    let end = match region.len() {
        2 => 5,
        5 => 8,
        8 => 13,
        _ => return region,
    };
    village.get(..end).unwrap_or(village)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_column(counts: &[i64]) -> (Option<i64>, Vec<Option<i64>>) {
        let rows: Vec<Row> = counts.iter().map(|count| [*count, 50, 50, 50, 50, 50]).collect();
        let (total, rows) = suppress(&rows);
        (total[0], rows.iter().map(|row| row[0]).collect())
    }

    #[test]
    fn a_small_count_is_suppressed_and_cannot_be_derived_from_the_sum() {
        assert_eq!(first_column(&[100, 30, 50]), (Some(180), vec![Some(100), Some(30), Some(50)]));
        assert_eq!(first_column(&[100, 3, 50]), (Some(153), vec![Some(100), None, None]));
        assert_eq!(first_column(&[100, 3, 0]), (Some(103), vec![None, None, None]));
        assert_eq!(first_column(&[9]), (None, vec![None]));
        assert_eq!(first_column(&[]), (None, vec![]));
    }

    #[test]
    fn a_small_count_cannot_be_derived_from_its_row() {
        let (total, _) = suppress(&[[500, 200, 165, 5, 40, 20]]);
        assert_eq!(total, [Some(500), Some(200), None, None, Some(40), Some(20)]);
        let (total, _) = suppress(&[[500, 45, 5, 10, 50, 20]]);
        assert_eq!(total, [Some(500), None, None, Some(10), Some(50), Some(20)]);
        // A count that is suppressed in one row cannot be derived from the sum of its column.
        let (_, rows) =
            suppress(&[[500, 200, 165, 5, 40, 20], [500, 200, 180, 20, 40, 20], [500, 200, 190, 30, 40, 20]]);
        let suppressed: Vec<usize> = (0..6).map(|i| rows.iter().filter(|row| row[i].is_none()).count()).collect();
        assert!(suppressed.iter().all(|count| *count != 1), "{suppressed:?}");
    }

    #[test]
    fn below_is_the_region_one_level_down() {
        assert_eq!(below("32", "32.04.05.2001"), "32.04");
        assert_eq!(below("32.04", "32.04.05.2001"), "32.04.05");
        assert_eq!(below("32.04.05", "32.04.05.2001"), "32.04.05.2001");
        assert_eq!(below("32.04.05.2001", "32.04.05.2001"), "32.04.05.2001");
    }
}
