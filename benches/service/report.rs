//! Writes the table in docs/PERFORMANCE.md. Only the text between the two marks is replaced.

use std::fmt::Write as _;
use std::path::Path;

use crate::figures::{machine, median, range};
use crate::load::Measured;
use crate::record::counted;
use crate::round::Round;
use crate::stage::Stage;
use crate::{CONNECTIONS, Fallible, Outcome};

const BEGIN: &str = "<!-- measured: written by benches/run -->";
const END: &str = "<!-- end -->";

pub struct Memory {
    pub at_start: f64,
    pub after: f64,
}

pub fn table(outcomes: &[Outcome], memory: &Memory, stage: &Stage, seconds: usize) -> Fallible<String> {
    let mut text = String::new();
    let rounds = outcomes.first().map_or(0, |o| o.rounds.len());
    writeln!(
        text,
        "{} · {} · PostgreSQL {} · {} persons · {CONNECTIONS} connections · {rounds} rounds of {seconds} s per step\n",
        chrono::Utc::now().format("%Y-%m-%d"),
        machine(),
        stage.environment.postgres.version(),
        stage.persons,
    )?;
    writeln!(
        text,
        "| | service /s | pgbench /s | service : pgbench (range) | aim | p50 ms | p95 ms | CPU µs, service + PostgreSQL : baseline's PostgreSQL | bare actix /s | statements |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for outcome in outcomes {
        let of = |f: fn(&Round) -> f64| median(outcome.rounds.iter().map(|(round, _)| f(round)));
        let served = |f: fn(&Measured) -> f64| median(outcome.rounds.iter().map(|(round, _)| f(&round.service)));
        let (low, high) = range(outcome.rounds.iter().map(|(round, _)| round.ratio()));
        writeln!(
            text,
            "| {} | {:.0} | {:.0} | **{:.2}** ({low:.2} to {high:.2}) | {:.1} | {:.2} | {:.2} | {:.0} + {:.0} : {:.0} | {:.0} | {} |",
            outcome.measurement.scenario.title,
            served(Measured::per_second),
            of(|r| r.baseline),
            of(Round::ratio),
            outcome.measurement.aim,
            served(|m| m.percentile_ms(50)),
            served(|m| m.percentile_ms(95)),
            of(|r| r.micros.service),
            of(|r| r.micros.service_postgres),
            of(|r| r.micros.baseline_postgres),
            median(outcome.rounds.iter().map(|(_, bare)| *bare)),
            counted(&outcome.statements),
        )?;
    }
    writeln!(
        text,
        "\nResident memory of the service, without PostgreSQL: {:.0} MB at the start, {:.0} MB after the run.",
        memory.at_start, memory.after
    )?;
    Ok(text)
}

pub fn write(table: &str) -> Fallible {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PERFORMANCE.md");
    let old = std::fs::read_to_string(&path).unwrap_or_else(|_| format!("# Performance\n\n{BEGIN}\n{END}\n"));
    let (before, rest) = old.split_once(BEGIN).ok_or("docs/PERFORMANCE.md has no marks")?;
    let (_, after) = rest.split_once(END).ok_or("docs/PERFORMANCE.md has no marks")?;
    std::fs::write(&path, format!("{before}{BEGIN}\n{table}{END}{after}"))?;
    println!("written to docs/PERFORMANCE.md");
    Ok(())
}
