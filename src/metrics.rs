//! Counts and times for the operator's monitoring. Labels are route patterns, methods, statuses and names of background
//! work: never a path, a client or anything of a person.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Seconds: from a read of one row to a time-out.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Background {
    work: &'static str,
}

/// One of a process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    work_done: Family<Background, Gauge>,
    work_failed: Family<Background, Counter>,
}

/// A request that is being worked on.
pub struct Begun(Gauge);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("slrt"),
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            in_flight: Gauge::default(),
            work_done: Family::default(),
            work_failed: Family::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        let help = "Time from a request to its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, metrics.durations.clone());
        registry.register("requests_in_flight", "Requests being worked on", metrics.in_flight.clone());
        let help = "When a kind of background work last succeeded, in seconds since 1970";
        registry.register("background_last_success", help, metrics.work_done.clone());
        registry.register("background_failures", "Turns of background work that failed", metrics.work_failed.clone());
        metrics
    }
}

impl Metrics {
    /// Counts as in flight until the answer is dropped, also when the client hangs up before there is one.
    pub fn request_began(&self) -> Begun {
        self.in_flight.inc();
        Begun(self.in_flight.clone())
    }

    /// `route` is the pattern; what matches none is one route for all.
    pub fn request_answered(&self, method: &str, route: Option<&str>, status: u16, took: Duration) {
        let route = route.unwrap_or("none").to_owned();
        self.durations.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method: method.to_owned(), route, status }).inc();
    }

    pub fn work_succeeded(&self, work: &'static str, at: DateTime<Utc>) {
        self.work_done.get_or_create(&Background { work }).set(at.timestamp());
    }

    pub fn work_failed(&self, work: &'static str) {
        self.work_failed.get_or_create(&Background { work }).inc();
    }

    /// In the OpenMetrics text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// A listener of its own, so that the figures are never on the public address. Returns the address it listens on.
pub fn serve(metrics: web::Data<Metrics>, listen: SocketAddr) -> std::io::Result<(actix_web::dev::Server, SocketAddr)> {
    let server = HttpServer::new(move || App::new().app_data(metrics.clone()).route("/metrics", web::get().to(show)))
        .workers(1)
        .disable_signals()
        .bind(listen)?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    Ok((server.run(), address))
}

async fn show(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok().content_type(MEDIA_TYPE).body(metrics.text())
}
