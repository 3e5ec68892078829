//! Measures the service beside raw-database twins. The twin of a request is what the service really sent for it: the
//! statements are read from the server's log and given to pgbench, so the two cannot drift apart. See `benches/run`.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "a program for developers")]

mod bare;
mod load;
mod processes;
mod record;
mod report;
mod scenarios;
mod stage;

use std::time::Duration;

use load::Measured;
use scenarios::Scenario;

/// As many as the issue asks for.
pub const CONNECTIONS: usize = 16;
pub const THREADS: usize = 2;

pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// One scenario's outcome.
pub struct Outcome {
    pub scenario: Scenario,
    pub statements: Vec<record::Statement>,
    pub rounds: Vec<Round>,
}

/// The same seconds under the same neighbours: ratios are taken within a round.
pub struct Round {
    pub service: Measured,
    pub twin: f64,
    pub bare: f64,
    pub micros: Micros,
}

/// Processor time of a request, which neighbours disturb less than they disturb a rate.
pub struct Micros {
    pub service: f64,
    pub its_postgres: f64,
    pub twins_postgres: f64,
}

fn number(name: &str, default: usize) -> Fallible<usize> {
    Ok(std::env::var(name).map_or(Ok(default), |text| text.parse())?)
}

fn main() -> Fallible {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(bare::FLAG) {
        return bare::serve(arguments);
    }
    let rounds = number("ROUNDS", 5)?;
    let seconds = number("SECONDS_A_STEP", 3)?;
    let only = std::env::var("ONLY").unwrap_or_default().to_lowercase();
    let stage = stage::Stage::set(number("PERSONS", 200_000)?)?;

    stage.fill_desk()?;

    let recorded: Vec<_> = {
        let recorder = processes::Service::start(&stage, true)?;
        let mut scenarios = scenarios::all(&stage, &recorder)?;
        scenarios.retain(|s| s.title.to_lowercase().contains(&only));
        let record = |s| record::statements(&stage, &recorder, &s).map(|statements| (s, statements));
        scenarios.into_iter().map(record).collect::<Fallible<_>>()?
    };
    stage.settle()?;

    let service = processes::Service::start(&stage, false)?;
    let memory_at_start = service.resident_megabytes()?;
    let mut outcomes = Vec::new();
    for (scenario, statements) in recorded {
        let warm = load::drive(service.address, &scenario, &stage, Duration::from_secs(1))?;
        println!("{:28} {:6.0}/s warm, {} statements", scenario.title, warm.per_second(), statements.len());
        outcomes.push(Outcome { scenario, statements, rounds: Vec::new() });
    }
    for round in 1..=rounds {
        for outcome in &mut outcomes {
            let step = Duration::from_secs(seconds as u64);
            let before = (service.busy()?, processes::postgres_busy(&stage)?);
            let driven = load::drive(service.address, &outcome.scenario, &stage, step)?;
            let between = (service.busy()?, processes::postgres_busy(&stage)?);
            let twin = processes::pgbench(&stage, &outcome.statements, seconds)?;
            let after = processes::postgres_busy(&stage)?;
            let bare = processes::Bare::start(outcome.scenario.answer_bytes, outcome.scenario.status)?;
            let bare = load::drive(bare.address, &outcome.scenario, &stage, step)?.per_second();
            let (asked, twins) = (driven.latencies.len() as f64, twin * step.as_secs_f64());
            let measured = Round {
                service: driven,
                twin,
                bare,
                micros: Micros {
                    service: (between.0 - before.0) / asked * 1e6,
                    its_postgres: (between.1 - before.1) / asked * 1e6,
                    twins_postgres: (after - between.1) / twins * 1e6,
                },
            };
            println!(
                "round {round}  {:28} {:7.0}/s  pgbench {:7.0}/s  ratio {:.2}  bare {:7.0}/s  µs {:.0} + {:.0} : {:.0}",
                outcome.scenario.title,
                measured.service.per_second(),
                measured.twin,
                measured.service.per_second() / measured.twin,
                measured.bare,
                measured.micros.service,
                measured.micros.its_postgres,
                measured.micros.twins_postgres,
            );
            outcome.rounds.push(measured);
        }
    }
    let memory = report::Memory { at_start: memory_at_start, after: service.resident_megabytes()? };
    let text = report::table(&outcomes, &memory, &stage, seconds)?;
    println!("\n{text}");
    if only.is_empty() { report::write(&text) } else { Ok(()) }
}
