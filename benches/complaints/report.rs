//! The tables in docs/PERFORMANCE.md.

use std::fmt::Write as _;

use crate::figures::{machine, median, range};
use crate::load::Measured;
use crate::round::Round;
use crate::stage::Stage;
use crate::{CONNECTIONS, Fallible, Outcome, Plan};

fn of(outcome: &Outcome, figure: fn(&Round) -> f64) -> f64 {
    median(outcome.rounds.iter().map(figure))
}

fn served(outcome: &Outcome, figure: fn(&Measured) -> f64) -> f64 {
    median(outcome.rounds.iter().map(|round| figure(&round.service)))
}

/// One row per scenario and size. Growth is relative to the same scenario at the smallest size.
pub fn table(outcomes: &[Outcome], stage: &Stage, plan: &Plan) -> Fallible<String> {
    let mut text = String::new();
    writeln!(
        text,
        "{} · {} · PostgreSQL {} · {CONNECTIONS} connections · {} rounds of {} s per step\n",
        chrono::Utc::now().format("%Y-%m-%d"),
        machine(),
        stage.environment.postgres.version(),
        plan.rounds,
        plan.seconds,
    )?;
    writeln!(
        text,
        "| | complaints | service /s | baseline /s | service : baseline (range) | p50 ms | p95 ms | CPU µs, service + PostgreSQL : baseline's | p50, p95, CPU : at the smallest | statements |"
    )?;
    writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    let mut titles: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !titles.contains(&outcome.title) {
            titles.push(outcome.title);
        }
    }
    for title in titles {
        let rows: Vec<&Outcome> = outcomes.iter().filter(|o| o.title == title).collect();
        let cpu = |r: &Round| r.micros.service + r.micros.service_postgres;
        for row in &rows {
            let (low, high) = range(row.rounds.iter().map(Round::ratio));
            let growth = |figure: &dyn Fn(&Outcome) -> f64| figure(row) / figure(rows[0]);
            let grown = if row.size == rows[0].size {
                String::new()
            } else {
                format!(
                    "{:.1}, {:.1}, {:.1}",
                    growth(&|o| served(o, |m| m.percentile_ms(50))),
                    growth(&|o| served(o, |m| m.percentile_ms(95))),
                    growth(&|o| of(o, cpu)),
                )
            };
            writeln!(
                text,
                "| {} | {} | {:.0} | {:.0} | **{:.2}** ({low:.2} to {high:.2}) | {:.2} | {:.2} | {:.0} + {:.0} : {:.0} | {grown} | {} |",
                if row.size == rows[0].size { title } else { "" },
                thousands(row.size),
                served(row, Measured::per_second),
                of(row, |r| r.baseline),
                of(row, Round::ratio),
                served(row, |m| m.percentile_ms(50)),
                served(row, |m| m.percentile_ms(95)),
                of(row, |r| r.micros.service),
                of(row, |r| r.micros.service_postgres),
                of(row, |r| r.micros.baseline_postgres),
                row.statements,
            )?;
        }
    }
    Ok(text)
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|p| std::str::from_utf8(p).unwrap_or_default()).collect();
    parts.join(",")
}
