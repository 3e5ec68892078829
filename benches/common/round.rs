//! One round of a scenario: first the service, then its baseline on the same server. Both run in the same conditions, so ratios
//! are computed within a round.

use std::time::Duration;

use crate::Fallible;
use crate::environment::Environment;
use crate::load::{self, Measured};
use crate::processes::{self, Service};
use crate::record::Statement;
use crate::scenario::Scenario;

pub struct Round {
    pub service: Measured,
    pub baseline: f64,
    pub micros: Micros,
}

/// CPU time per request; it varies less than the rate under other load on the machine.
pub struct Micros {
    pub service: f64,
    pub service_postgres: f64,
    pub baseline_postgres: f64,
}

impl Round {
    pub fn ratio(&self) -> f64 {
        self.service.per_second() / self.baseline
    }
}

pub fn measure(
    environment: &Environment,
    service: &Service,
    scenario: &Scenario,
    statements: &[Statement],
    seconds: usize,
) -> Fallible<Round> {
    let step = Duration::from_secs(seconds as u64);
    let before = (service.cpu_seconds()?, processes::postgres_cpu_seconds(environment)?);
    let driven = load::drive(service.address, scenario, step)?;
    let between = (service.cpu_seconds()?, processes::postgres_cpu_seconds(environment)?);
    let baseline = processes::pgbench(environment, statements, seconds)?;
    let after = processes::postgres_cpu_seconds(environment)?;
    let (requests, transactions) = (driven.latencies.len() as f64, baseline * step.as_secs_f64());
    let micros = Micros {
        service: (between.0 - before.0) / requests * 1e6,
        service_postgres: (between.1 - before.1) / requests * 1e6,
        baseline_postgres: (after - between.1) / transactions * 1e6,
    };
    Ok(Round { service: driven, baseline, micros })
}
