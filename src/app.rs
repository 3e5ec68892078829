//! The composition root: the state that all workers share, the order in which a request passes the middlewares, and the contract.
//! The slices are listed in `slices`.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use actix_web::dev::{Payload, Server};
use actix_web::middleware::from_fn;
use actix_web::{App, FromRequest, HttpRequest, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;

use crate::attachments::storage::Storage;
use crate::auth::Permission;
use crate::auth::bearer;
use crate::auth::external::TrustedIssuers;
use crate::auth::keys::Keys;
use crate::auth::tokens::Tokens;
use crate::background::Context;
use crate::clock::Clock;
use crate::complaints::routes_follow_ups::FollowUpQuota;
use crate::config::ServerArgs;
use crate::db::Db;
use crate::db::pool::Class;
use crate::db::text_enum::CodeList as _;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::events::sequencer::Sequencer;
use crate::health::PendingMigrations;
use crate::http::client_address::TrustedProxies;
use crate::http::fallback::{self, RouteTable};
use crate::http::rate_limit::{FailedSignIns, Limiter};
use crate::http::{contract, docs};
use crate::imports::routes::Intake;
use crate::imports::upload::ImportLimit;
use crate::jobs::run::Runners;
use crate::messages::Gateway;
use crate::metrics::Metrics;
use crate::middleware::{self, InFlight};
use crate::referrals::escalation::EscalationPolicy;
use crate::resources::Resources;
use crate::service_levels::cache::ServiceLevelCache;
use crate::slices::{self, SLICES};

const TITLE: &str = "SLRT Referral API";

/// Description of the contract.
const ABOUT: &str = "Complaints, eligibility and closed-loop referrals for Indonesia's integrated social service and \
referral system (SLRT, *Sistem Layanan dan Rujukan Terpadu*, Permensos 15/2018).\n\n\
Sign in at `/oauth/token` with client credentials. A token carries permissions (the scopes below) and regions; what lies \
outside the regions is answered with 404. Times are RFC 3339 in UTC, dates are calendar days, ids are UUIDv7. Every error is \
`application/problem+json` (RFC 9457) with a stable `code`; `title` and `detail` follow `Accept-Language` (`id` by default, `en`).";

/// The contract as it is served, committed and tested against.
pub fn contract() -> serde_json::Value {
    slices::install();
    let (_, api): (_, OpenApi) = App::new().into_utoipa_app().configure(slices::routes).split_for_parts();
    let scopes = Permission::codes().into_iter().map(|c| (c.code.to_owned(), c.label_en.into())).collect();
    let parts = contract::Parts {
        scopes,
        schemas: slices::schemas(),
        tags: SLICES.iter().flat_map(|slice| slice.tags).copied().collect(),
        examples: SLICES.iter().flat_map(|slice| slice.examples).copied().collect(),
        title: TITLE,
        about: ABOUT,
    };
    contract::complete(api, parts)
}

/// Connections of all background work of a process.
const BACKGROUND_CONNECTIONS: usize = 4;
const BACKGROUND_WAIT: Duration = Duration::from_secs(30);

fn workers(args: &ServerArgs) -> usize {
    args.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from))
}

/// The most connections that this process opens: requests, background work, sequencer.
pub fn max_connections(args: &ServerArgs) -> usize {
    workers(args) * args.pool_size + BACKGROUND_CONNECTIONS + 1
}

/// The state that all workers share.
pub struct Shared {
    pub tokens: web::Data<Tokens>,
    pub clock: web::Data<Clock>,
    pub metrics: web::Data<Metrics>,
    pub resources: Resources,
    cors_origins: Vec<String>,
    database_url: String,
}

impl Shared {
    /// The sentence of a failure is for the operator.
    pub fn new(
        args: &ServerArgs,
        keys: Arc<Keys>,
        clock: Clock,
        database_url: String,
        pending: usize,
    ) -> Result<Self, String> {
        let contract = contract();
        let external = TrustedIssuers::new(&args.trusted_issuers, args.issuer_keys_refresh_seconds);
        let tokens = web::Data::new(Tokens::new(args.issuer(), args.audience.clone(), keys, external));
        let clock = web::Data::new(clock);
        let limit = ImportLimit(args.import_max_mb.saturating_mul(1024 * 1024));
        let resources = Resources::default()
            .with_shared(tokens.clone().into_inner())
            .with(PendingMigrations(AtomicUsize::new(pending)))
            .with(Limiter::new(args.rate_per_minute))
            .with(InFlight::new(args.max_in_flight))
            .with(TrustedProxies::new(&args.trusted_proxies))
            .with(FailedSignIns::new(args.sign_in_failures_per_minute))
            .with(docs::SecurityContact(args.security_contact.clone()))
            .with(slices::catalogue())
            .with(RouteTable::from_contract(&contract))
            .with(contract::Served::new(&contract))
            .with(Runners(slices::runners()))
            .with(ProgramCache::default())
            .with(ServiceLevelCache::default())
            .with(Sequencer::default())
            .with(FollowUpQuota::default())
            .with(EscalationPolicy::of(&args.referrals))
            .with(Intake { tokens: tokens.clone(), clock: clock.clone(), limit })
            .with(Storage::open(&args.attachments)?)
            .with(Gateway::open(&args.messages)?);
        let metrics = web::Data::new(Metrics::default());
        Ok(Self { tokens, clock, metrics, resources, cors_origins: args.cors_origins.clone(), database_url })
    }

    /// For background work and commands, with a pool of its own.
    pub fn background(&self) -> Result<Context, Error> {
        Ok(Context {
            db: Db::new(&self.database_url, BACKGROUND_CONNECTIONS, BACKGROUND_WAIT, Class::Background)?,
            sequencer_db: Db::new(&self.database_url, 1, BACKGROUND_WAIT, Class::Requests)?,
            clock: Clock::clone(&self.clock),
            keys: self.tokens.keys().clone(),
            resources: self.resources.clone(),
        })
    }
}

/// The server, listening but not yet awaited, and the address it listens on.
pub fn serve(args: &ServerArgs, shared: Arc<Shared>) -> std::io::Result<(Server, SocketAddr)> {
    let listener = TcpListener::bind(args.listen)?;
    let address = listener.local_addr()?;
    let pool_size = args.pool_size;
    let wait = Duration::from_secs(args.pool_wait_seconds);
    let server = HttpServer::new(move || {
        // One pool for each worker: see db::pool. A URL that cannot be parsed was refused before.
        let db = Db::new(&shared.database_url, pool_size, wait, Class::Requests).ok();
        let app = App::new().into_utoipa_app().configure(slices::routes).into_app();
        app.configure(docs::configure)
            .configure(pages)
            .configure(|config| shared.resources.install(config))
            .app_data(web::Data::new(WorkerDb(db)))
            .app_data(web::Data::new(shared.resources.clone()))
            .app_data(shared.clock.clone())
            .app_data(shared.metrics.clone())
            .default_service(web::to(fallback::unmatched))
            .wrap(from_fn(middleware::limit_rate))
            .wrap(from_fn(bearer::authenticate))
            .wrap(from_fn(middleware::limit_in_flight))
            .wrap(middleware::cors(&shared.cors_origins))
            .wrap(from_fn(middleware::frame))
    })
    .workers(workers(args))
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(10)
    .disable_signals()
    .listen(listener)?;
    Ok((server.run(), address))
}

fn pages(config: &mut web::ServiceConfig) {
    for slice in SLICES {
        (slice.pages)(config);
    }
}

struct WorkerDb(Option<Db>);

impl FromRequest for Db {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let db = request.app_data::<web::Data<WorkerDb>>().and_then(|worker| worker.0.clone());
        std::future::ready(db.ok_or_else(|| Error::internal("the worker has no database pool")))
    }
}
