//! The table in docs/PERFORMANCE.md. Only what stands between the two marks is written; the words around it are ours.

use std::fmt::Write as _;
use std::path::Path;

use crate::load::Measured;
use crate::stage::Stage;
use crate::{CONNECTIONS, Fallible, Outcome, Round};

const BEGIN: &str = "<!-- measured: written by benches/run -->";
const END: &str = "<!-- end -->";

pub struct Memory {
    pub at_start: f64,
    pub after: f64,
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, 0.0), |(low, high), v| (low.min(v), high.max(v)))
}

pub fn table(outcomes: &[Outcome], memory: &Memory, stage: &Stage, seconds: usize) -> Fallible<String> {
    let mut text = String::new();
    let rounds = outcomes.first().map_or(0, |o| o.rounds.len());
    writeln!(
        text,
        "{} · {} · PostgreSQL {} · {} persons · {CONNECTIONS} connections · {rounds} rounds of {seconds} s a step\n",
        chrono::Utc::now().format("%Y-%m-%d"),
        machine(),
        stage.postgres.version(),
        stage.persons,
    )?;
    writeln!(
        text,
        "| | service /s | pgbench /s | service : pgbench (range) | aim | p50 ms | p95 ms | CPU µs, service + PostgreSQL : twin's PostgreSQL | bare actix /s | statements |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for outcome in outcomes {
        let ratio = |r: &Round| r.service.per_second() / r.twin;
        let of = |f: fn(&Measured) -> f64| median(outcome.rounds.iter().map(|r| f(&r.service)));
        let (low, high) = range(outcome.rounds.iter().map(ratio));
        let anew = outcome.statements.iter().filter(|s| s.anew).count();
        writeln!(
            text,
            "| {} | {:.0} | {:.0} | **{:.2}** ({low:.2} to {high:.2}) | {:.1} | {:.2} | {:.2} | {:.0} + {:.0} : {:.0} | {:.0} | {}{} |",
            outcome.scenario.title,
            of(Measured::per_second),
            median(outcome.rounds.iter().map(|r| r.twin)),
            median(outcome.rounds.iter().map(ratio)),
            outcome.scenario.aim,
            of(|m| m.percentile_ms(50)),
            of(|m| m.percentile_ms(95)),
            median(outcome.rounds.iter().map(|r| r.micros.service)),
            median(outcome.rounds.iter().map(|r| r.micros.its_postgres)),
            median(outcome.rounds.iter().map(|r| r.micros.twins_postgres)),
            median(outcome.rounds.iter().map(|r| r.bare)),
            outcome.statements.len(),
            if anew > 0 { format!(", {anew} prepared anew") } else { String::new() },
        )?;
    }
    writeln!(
        text,
        "\nResident memory of the service, without PostgreSQL: {:.0} MB at the start, {:.0} MB after the run.",
        memory.at_start, memory.after
    )?;
    Ok(text)
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or_default();
    let memory = read("/proc/meminfo");
    let kilobytes = memory.lines().find_map(|l| l.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{cores} cores ({}), {:.0} GB",
        model.trim_start_matches([' ', '\t', ':']).trim(),
        kilobytes.unwrap_or(0.0_f64) / 1024.0 / 1024.0
    )
}

pub fn write(table: &str) -> Fallible {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PERFORMANCE.md");
    let old = std::fs::read_to_string(&path).unwrap_or_else(|_| format!("# Performance\n\n{BEGIN}\n{END}\n"));
    let (before, rest) = old.split_once(BEGIN).ok_or("docs/PERFORMANCE.md has lost its marks")?;
    let (_, after) = rest.split_once(END).ok_or("docs/PERFORMANCE.md has lost its marks")?;
    std::fs::write(&path, format!("{before}{BEGIN}\n{table}{END}{after}"))?;
    println!("written to docs/PERFORMANCE.md");
    Ok(())
}
