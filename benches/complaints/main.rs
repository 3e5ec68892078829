//! Measures complaints and queues of one regency as it grows, compared with a raw-database baseline: the statements that the
//! service sends for a request, run by pgbench on the same server.
//!
//!   cargo bench --bench complaints                                       10,000, 100,000 and 1,000,000 complaints
//!   COMPLAINTS=2000,10000 ROUNDS=1 SECONDS_A_STEP=1 cargo bench --bench complaints     a quick look
//!   ONLY=queue cargo bench --bench complaints                            scenarios with this in the title
//!
//! Needs pgbench on the path or in PGBENCH. `benches/run complaints` finds or installs it.
#![expect(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, reason = "a program for developers")]

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

use processes::Service;
use record::Statement;
use round::Round;
use scenario::Scenario;
use scenarios::PendingComplaints;
use settings::number;
use stage::Stage;

pub const CONNECTIONS: usize = 8;
pub const THREADS: usize = 2;

pub type Fallible<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// One scenario at one size.
pub struct Outcome {
    pub title: &'static str,
    pub size: usize,
    pub statements: String,
    pub rounds: Vec<Round>,
}

struct Plan {
    rounds: usize,
    seconds: usize,
    only: String,
}

fn main() -> Fallible {
    // `cargo test` and `cargo clippy` run or build this too; only `cargo bench` measures.
    if !std::env::args().any(|a| a == "--bench") {
        return Ok(());
    }
    let sizes = std::env::var("COMPLAINTS").unwrap_or_else(|_| "10000,100000,1000000".into());
    let sizes: Vec<usize> = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let plan = Plan {
        rounds: number("ROUNDS", 3)?,
        seconds: number("SECONDS_A_STEP", 2)?,
        only: std::env::var("ONLY").unwrap_or_default().to_lowercase(),
    };
    let mut stage = Stage::create(number("PERSONS", 50_000)?)?;
    let mut outcomes = Vec::new();
    for size in sizes {
        stage.grow(size)?;
        outcomes.extend(measure(&stage, size, &plan)?);
    }
    println!("\n{}", report::table(&outcomes, &stage, &plan)?);
    Ok(())
}

fn measure(stage: &Stage, size: usize, plan: &Plan) -> Fallible<Vec<Outcome>> {
    let targets = stage.targets()?;
    let pending = PendingComplaints::default();
    let recorder = Service::start(&stage.environment, true)?;
    let reads = record(stage, &recorder, plan, scenarios::reads(stage, &recorder, &targets)?)?;
    let mut writes = record(stage, &recorder, plan, scenarios::writes(stage, &targets)?)?;
    pending.fill(stage)?;
    // After the submissions, which create the complaints to verify.
    writes.extend(record(stage, &recorder, plan, vec![scenarios::verify(stage, &pending)?])?);
    drop(recorder);
    // The background work of the first seconds is done; clean up after it.
    stage.environment.settle()?;

    let service = Service::start(&stage.environment, false)?;
    let mut outcomes = Vec::new();
    for recorded in [reads, writes] {
        for (scenario, _) in &recorded {
            pending.fill(stage)?;
            load::drive(service.address, scenario, Duration::from_millis(500))?;
        }
        let mut measured: Vec<Vec<Round>> = recorded.iter().map(|_| Vec::new()).collect();
        for number in 1..=plan.rounds {
            for ((scenario, statements), rounds) in recorded.iter().zip(&mut measured) {
                pending.fill(stage)?;
                let round = round::measure(&stage.environment, &service, scenario, statements, plan.seconds)?;
                println!(
                    "{size:8} round {number}  {:28} {:7.0}/s  p50 {:6.2}  p95 {:6.2} ms  baseline {:7.0}/s  ratio {:.2}  µs {:.0} + {:.0} : {:.0}",
                    scenario.title,
                    round.service.per_second(),
                    round.service.percentile_ms(50),
                    round.service.percentile_ms(95),
                    round.baseline,
                    round.ratio(),
                    round.micros.service,
                    round.micros.service_postgres,
                    round.micros.baseline_postgres,
                );
                rounds.push(round);
            }
        }
        outcomes.extend(recorded.into_iter().zip(measured).map(|((scenario, statements), rounds)| Outcome {
            title: scenario.title,
            size,
            statements: record::counted(&statements),
            rounds,
        }));
    }
    println!("{size:8} resident memory of the service: {:.0} MB", service.resident_megabytes()?);
    Ok(outcomes)
}

fn record(
    stage: &Stage,
    recorder: &Service,
    plan: &Plan,
    mut scenarios: Vec<Scenario>,
) -> Fallible<Vec<(Scenario, Vec<Statement>)>> {
    scenarios.retain(|s| s.title.to_lowercase().contains(&plan.only));
    let record = |s: Scenario| record::statements(&stage.environment, recorder, &s).map(|statements| (s, statements));
    scenarios.into_iter().map(record).collect()
}
