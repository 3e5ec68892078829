//! Measures the service compared with a raw-database baseline. The baseline of a request consists of the statements that the
//! service really sent for it: they are read from the server's log and run by pgbench, so the two cannot differ. See
//! `benches/run`.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "a program for developers")]

mod bare;
#[path = "../common/environment.rs"]
mod environment;
#[path = "../common/figures.rs"]
mod figures;
#[path = "../common/load.rs"]
mod load;
#[path = "../common/processes.rs"]
mod processes;
#[path = "../common/record.rs"]
mod record;
mod report;
#[path = "../common/round.rs"]
mod round;
#[path = "../common/scenario.rs"]
mod scenario;
mod scenarios;
#[path = "../common/settings.rs"]
mod settings;
mod stage;

use std::time::Duration;

use round::Round;
use scenarios::Measurement;
use settings::number;

/// Number of connections.
pub const CONNECTIONS: usize = 16;
pub const THREADS: usize = 2;

pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Outcome of one scenario.
pub struct Outcome {
    pub measurement: Measurement,
    pub statements: Vec<record::Statement>,
    /// Each with the rate of the bare server.
    pub rounds: Vec<(Round, f64)>,
}

fn main() -> Fallible {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(bare::FLAG) {
        return bare::serve(arguments);
    }
    let rounds = number("ROUNDS", 5)?;
    let seconds = number("SECONDS_A_STEP", 3)?;
    let only = std::env::var("ONLY").unwrap_or_default().to_lowercase();
    let stage = stage::Stage::create(number("PERSONS", 200_000)?)?;

    stage.fill_desk()?;

    let recorded: Vec<_> = {
        let recorder = processes::Service::start(&stage.environment, true)?;
        let mut measurements = scenarios::all(&stage, &recorder)?;
        measurements.retain(|m| m.scenario.title.to_lowercase().contains(&only));
        let record = |m: Measurement| {
            record::statements(&stage.environment, &recorder, &m.scenario).map(|statements| (m, statements))
        };
        measurements.into_iter().map(record).collect::<Fallible<_>>()?
    };
    stage.environment.settle()?;

    let service = processes::Service::start(&stage.environment, false)?;
    let memory_at_start = service.resident_megabytes()?;
    let mut outcomes = Vec::new();
    for (measurement, statements) in recorded {
        let warm = load::drive(service.address, &measurement.scenario, Duration::from_secs(1))?;
        println!("{:28} {:6.0}/s warm, {} statements", measurement.scenario.title, warm.per_second(), statements.len());
        outcomes.push(Outcome { measurement, statements, rounds: Vec::new() });
    }
    for number in 1..=rounds {
        for outcome in &mut outcomes {
            let scenario = &outcome.measurement.scenario;
            let measured = round::measure(&stage.environment, &service, scenario, &outcome.statements, seconds)?;
            let bare = bare::Bare::start(outcome.measurement.response_bytes, scenario.status)?;
            let bare = load::drive(bare.address, scenario, Duration::from_secs(seconds as u64))?.per_second();
            println!(
                "round {number}  {:28} {:7.0}/s  pgbench {:7.0}/s  ratio {:.2}  bare {bare:7.0}/s  µs {:.0} + {:.0} : {:.0}",
                scenario.title,
                measured.service.per_second(),
                measured.baseline,
                measured.ratio(),
                measured.micros.service,
                measured.micros.service_postgres,
                measured.micros.baseline_postgres,
            );
            outcome.rounds.push((measured, bare));
        }
    }
    let memory = report::Memory { at_start: memory_at_start, after: service.resident_megabytes()? };
    let text = report::table(&outcomes, &memory, &stage, seconds)?;
    println!("\n{text}");
    if only.is_empty() { report::write(&text) } else { Ok(()) }
}
