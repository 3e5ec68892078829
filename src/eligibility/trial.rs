//! Trying a draft rule on the families of a region before it takes effect: who would newly qualify, who would drop out.
//! Only numbers come of it, and none below ten.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::verdicts;
use super::api_many::{CreateRuleTrial, RegionTrial, RuleTrial, TrialCounts};
use super::cache::{CompiledProgram, Programs, Version};
use super::model::EligibilityOutcome;
use super::pages::{Pages, Place, place_of};
use super::rules::{Limits, Rule};
use super::run::judge_day;
use crate::clock::local_day;
use crate::error::{Error, FieldError};
use crate::jobs::actions::NewJob;
use crate::jobs::api::Job;
use crate::jobs::model::JobKind;
use crate::jobs::run::{Outcome, Run, Stop};
use crate::regions::{RegionScope, directory};
use crate::registry::actions as registry;
use crate::registry::rows::Household;
use crate::small_counts::LEAST_TOLD;
use crate::transaction::Tx;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    program_code: String,
    region_code: String,
    on: NaiveDate,
    rule: Value,
}

/// A sample is judged at once, a whole region as a job.
pub enum Tried {
    Now(RuleTrial),
    Later(Job),
}

pub async fn create(tx: &mut Tx, code: &str, input: Result<CreateRuleTrial, Error>) -> Result<Tried, Error> {
    let programs = tx.programs.clone().latest(&mut tx.conn).await?;
    let program = programs.find(code).ok_or_else(Error::not_found)?;
    let input = input?;
    tx.actor.scope.require(&input.region_code)?;
    let today = local_day(tx.now);
    let mut faults: Vec<FieldError> = judge_day(input.on, today).into_iter().collect();
    if let Err(errors) = Rule::compile(&input.rule) {
        faults.extend(errors.iter().map(|e| FieldError::new(format!("/rule{}", e.pointer), e.problem.code())));
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let asked = Asked {
        program_code: program.code.clone(),
        region_code: input.region_code.as_str().to_owned(),
        on: input.on.unwrap_or(today),
        rule: input.rule,
    };
    let scope = RegionScope::from_codes(&[input.region_code.as_str()]);
    match input.sample {
        Some(size) => {
            let homes = registry::sample_households(&mut tx.conn, &scope, i64::from(size), asked.on).await?;
            let mut tally = Tally::default();
            tally.add(program, &draft_of(program, &asked)?, &homes, &asked)?;
            Ok(Tried::Now(tally.told(program, &asked, true)))
        }
        None => {
            let params = serde_json::to_value(&asked).map_err(Error::internal)?;
            let job = NewJob { id: None, kind: JobKind::RuleTrial, scope, params, total: None };
            Ok(Tried::Later(crate::jobs::actions::create(tx, job).await?))
        }
    }
}

/// What the job has counted so far, and the family after which it goes on.
#[derive(Default, Serialize, Deserialize)]
struct Position {
    after: Option<Place>,
    tally: Tally,
}

pub async fn work(run: &mut Run) -> Result<Outcome, Stop> {
    let asked: Asked = run.job.params()?;
    let scope = run.scope();
    let reached: Option<Position> = run.progress.position()?;
    let mut pages = Pages::new(&run.worker.db, &scope, asked.on, reached.and_then(|position| position.after));
    loop {
        let (asked, scope) = (asked.clone(), scope.clone());
        let homes = pages.next().await?;
        run.step(async move |tx, progress| {
            if progress.total.is_none() {
                progress.total = Some(registry::count_families(&mut tx.conn, &scope).await?);
            }
            let position: Option<Position> = progress.position()?;
            let mut position = position.unwrap_or_default();
            let programs = latest(tx).await?;
            let program = programs.find(&asked.program_code).ok_or_else(Error::not_found)?;
            position.tally.add(program, &draft_of(program, &asked)?, &homes, &asked)?;
            if let Some(place) = place_of(&homes) {
                position.after = Some(place);
                progress.done += i64::try_from(homes.len()).map_err(Error::internal)?;
            } else {
                progress.total = Some(progress.done);
                progress.result_type = Some("application/json".to_owned());
                let told = position.tally.told(program, &asked, false);
                progress.write_result(&serde_json::to_vec(&told).map_err(Error::internal)?);
            }
            progress.position = serde_json::to_value(&position).map_err(Error::internal)?;
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
    tx.programs.clone().latest(conn).await
}

/// The programme as it would be with the draft alone.
fn draft_of(program: &CompiledProgram, asked: &Asked) -> Result<CompiledProgram, Error> {
    let rule = Rule::compile(&asked.rule).map_err(|_| Error::internal("a draft that was checked does not compile"))?;
    let version = Version {
        version: 0,
        effective_from: NaiveDate::MIN,
        effective_to: None,
        tree: asked.rule.clone(),
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
type Told = [Option<i64>; 6];

/// By region one level below the one that was asked about, or that region itself where nothing lies below.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally(BTreeMap<String, Numbers>);

impl Tally {
    fn add(
        &mut self,
        current: &CompiledProgram,
        draft: &CompiledProgram,
        homes: &[Household],
        asked: &Asked,
    ) -> Result<(), Error> {
        use EligibilityOutcome::{LikelyEligible, Undetermined};
        for home in &crate::registry::limits::usable(homes) {
            let both = verdicts(home, &[current, draft], asked.on)?;
            let numbers = self.0.entry(below(&asked.region_code, &home.family.region_code).to_owned()).or_default();
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

    fn told(&self, program: &CompiledProgram, asked: &Asked, sampled: bool) -> RuleTrial {
        let below = self.0.iter().filter(|(code, _)| **code != asked.region_code);
        let rows: Vec<Row> = self.0.values().map(Numbers::row).collect();
        let (total, told) = suppress(&rows);
        let regions = below.zip(told).map(|((code, _), told)| RegionTrial {
            region_code: code.clone(),
            name: directory::find(code).map(|region| region.name.to_owned()).unwrap_or_default(),
            counts: counts(told),
        });
        let regions = regions.collect();
        let total = counts(total);
        RuleTrial {
            program_code: program.code.clone(),
            region_code: asked.region_code.clone(),
            on: asked.on,
            rule_version: program.version_on(asked.on).map(|v| v.version),
            sampled,
            total,
            regions,
        }
    }
}

const fn counts(told: Told) -> TrialCounts {
    let [judged, eligible_before, eligible_after, newly_eligible, no_longer_eligible, undetermined_after] = told;
    TrialCounts { judged, eligible_before, eligible_after, newly_eligible, no_longer_eligible, undetermined_after }
}

/// The sum and the rows without the numbers below ten, and without those from which one of them could be worked out: by what
/// is missing from a sum, or by what changed between before and after.
fn suppress(rows: &[Row]) -> (Told, Vec<Told>) {
    let sum = rows.iter().fold([0; 6], |sum: Row, row| std::array::from_fn(|i| number(&sum, i) + number(row, i)));
    let tell = |row: &Row| row.map(|value| Some(value).filter(|value| *value >= LEAST_TOLD));
    // The sum goes last: it hides as one more row.
    let mut told: Vec<Told> = rows.iter().chain([&sum]).map(tell).collect();
    loop {
        let before = told.clone();
        for [_, was, is, more, fewer, _] in &mut told {
            // is = was + more - fewer
            if [*was, *is, *more, *fewer].iter().filter(|value| value.is_none()).count() == 1 {
                let second = if is.is_none() { was } else { is };
                *second = None;
            }
        }
        for column in 0..6 {
            let hidden = told.iter().zip(rows).filter(|(told, _)| cell(told, column).is_none());
            let rest: i64 = hidden.map(|(_, row)| number(row, column)).sum();
            let mut cells: Vec<&mut Option<i64>> = told.iter_mut().filter_map(|row| row.get_mut(column)).collect();
            let many = cells.iter().filter(|cell| cell.is_none()).count();
            // What the sum leaves for those that are hidden is a number too.
            let is_small = many > 0 && rest < LEAST_TOLD && cells.last().is_some_and(|sum| sum.is_some());
            if cells.len() > 2
                && (many == 1 || is_small)
                && let Some(least) = cells.iter_mut().filter(|cell| cell.is_some()).min()
            {
                **least = None;
            }
        }
        if told == before {
            let total = told.pop().unwrap_or_default();
            return (total, told);
        }
    }
}

fn cell(told: &Told, column: usize) -> Option<i64> {
    told.get(column).copied().flatten()
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

    fn judged(counts: &[i64]) -> (Option<i64>, Vec<Option<i64>>) {
        let rows: Vec<Row> = counts.iter().map(|judged| [*judged, 50, 50, 50, 50, 50]).collect();
        let (total, rows) = suppress(&rows);
        (total[0], rows.iter().map(|row| row[0]).collect())
    }

    #[test]
    fn a_small_number_is_hidden_and_cannot_be_worked_out_from_the_sum() {
        assert_eq!(judged(&[100, 30, 50]), (Some(180), vec![Some(100), Some(30), Some(50)]));
        assert_eq!(judged(&[100, 3, 50]), (Some(153), vec![Some(100), None, None]));
        assert_eq!(judged(&[100, 3, 0]), (Some(103), vec![None, None, None]));
        assert_eq!(judged(&[9]), (None, vec![None]));
        assert_eq!(judged(&[]), (None, vec![]));
    }

    #[test]
    fn a_small_number_cannot_be_worked_out_from_the_others_of_its_row() {
        let (total, _) = suppress(&[[500, 200, 165, 5, 40, 20]]);
        assert_eq!(total, [Some(500), Some(200), None, None, Some(40), Some(20)]);
        let (total, _) = suppress(&[[500, 45, 5, 10, 50, 20]]);
        assert_eq!(total, [Some(500), None, None, Some(10), Some(50), Some(20)]);
        // What is hidden in one row is not given away by the sum of its column.
        let (_, rows) =
            suppress(&[[500, 200, 165, 5, 40, 20], [500, 200, 180, 20, 40, 20], [500, 200, 190, 30, 40, 20]]);
        let hidden: Vec<usize> = (0..6).map(|i| rows.iter().filter(|row| row[i].is_none()).count()).collect();
        assert!(hidden.iter().all(|count| *count != 1), "{hidden:?}");
    }

    #[test]
    fn a_village_lies_one_level_below() {
        assert_eq!(below("32", "32.04.05.2001"), "32.04");
        assert_eq!(below("32.04", "32.04.05.2001"), "32.04.05");
        assert_eq!(below("32.04.05", "32.04.05.2001"), "32.04.05.2001");
        assert_eq!(below("32.04.05.2001", "32.04.05.2001"), "32.04.05.2001");
    }
}
