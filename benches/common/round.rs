//! One round of a scenario: the service for a while, then its twin on the same server. They share the same seconds under the same
//! neighbours, so ratios are taken within a round.

use std::time::Duration;

use crate::Fallible;
use crate::ground::Ground;
use crate::load::{self, Measured};
use crate::processes::{self, Service};
use crate::record::Statement;
use crate::scenario::Scenario;

pub struct Round {
    pub service: Measured,
    pub twin: f64,
    pub micros: Micros,
}

/// Processor time of a request, which neighbours disturb less than they disturb a rate.
pub struct Micros {
    pub service: f64,
    pub its_postgres: f64,
    pub twins_postgres: f64,
}

impl Round {
    pub fn ratio(&self) -> f64 {
        self.service.per_second() / self.twin
    }
}

pub fn measure(
    ground: &Ground,
    service: &Service,
    scenario: &Scenario,
    statements: &[Statement],
    seconds: usize,
) -> Fallible<Round> {
    let step = Duration::from_secs(seconds as u64);
    let before = (service.busy()?, processes::postgres_busy(ground)?);
    let driven = load::drive(service.address, scenario, step)?;
    let between = (service.busy()?, processes::postgres_busy(ground)?);
    let twin = processes::pgbench(ground, statements, seconds)?;
    let after = processes::postgres_busy(ground)?;
    let (asked, twins) = (driven.latencies.len() as f64, twin * step.as_secs_f64());
    let micros = Micros {
        service: (between.0 - before.0) / asked * 1e6,
        its_postgres: (between.1 - before.1) / asked * 1e6,
        twins_postgres: (after - between.1) / twins * 1e6,
    };
    Ok(Round { service: driven, twin, micros })
}
