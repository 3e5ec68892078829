//! The composition root: what the service consists of, in which order a request passes through it, and the contract
//! that follows. Only this file knows every slice.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use actix_web::dev::{Payload, Server};
use actix_web::middleware::from_fn;
use actix_web::{App, FromRequest, HttpRequest, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::attachments::storage::Storage;
use crate::auth::Permission;
use crate::auth::bearer;
use crate::auth::caller::AccessPurpose;
use crate::auth::keys::Keys;
use crate::auth::tokens::Tokens;
use crate::clock::Clock;
use crate::complaints::routes_follow_ups::FollowUpQuota;
use crate::config::ServerArgs;
use crate::db::Db;
use crate::db::text_enum::CodeList as _;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::health::PendingMigrations;
use crate::http::client_address::TrustedProxies;
use crate::http::fallback::{self, RouteTable};
use crate::http::rate_limit::{FailedSignIns, Limiter};
use crate::http::{contract, docs};
use crate::imports::routes::Intake;
use crate::imports::upload::ImportLimit;
use crate::metrics::Metrics;
use crate::middleware::{self, InFlight};
use crate::reference::catalogue::{Catalogue, PPKS_ENGLISH, PSKS_ENGLISH};
use crate::service_levels::cache::ServiceLevelCache;

/// Every slice, in the order in which the contract lists them.
fn slices(config: &mut ServiceConfig) {
    crate::auth::routes::configure(config);
    crate::regions::routes::configure(config);
    crate::reference::routes::configure(config);
    crate::registry::routes::configure(config);
    crate::proposals::routes::configure(config);
    crate::consents::routes::configure(config);
    crate::rights::routes::configure(config);
    crate::eligibility::routes::configure(config);
    crate::directory::routes::configure(config);
    crate::complaints::routes::configure(config);
    crate::referrals::routes::configure(config);
    crate::letters::routes::configure(config);
    crate::imports::routes::configure(config);
    crate::attachments::routes::configure(config);
    crate::messages::routes::configure(config);
    crate::sync::routes::configure(config);
    crate::jobs::routes::configure(config);
    crate::service_levels::routes::configure(config);
    crate::desks::routes::configure(config);
    crate::queues::routes::configure(config);
    crate::events::routes::configure(config);
    crate::audit::routes::configure(config);
    crate::health::configure(config);
    config.service(contract::get_contract);
}

/// Every code list and state machine.
fn catalogue() -> Catalogue {
    use crate::attachments::model as attachment;
    use crate::auth::roles::Role;
    use crate::complaints::model as complaint;
    use crate::consents::model as consent;
    use crate::directory::model as directory;
    use crate::jobs::model as job;
    use crate::messages::model as message;
    use crate::proposals::model as proposal;
    use crate::referrals::model as referral;
    use crate::regions::model::RegionKind;
    use crate::registry::model as registry;
    use crate::rights::model as rights;
    use crate::service_levels::model as level;
    use crate::sync::model as sync;
    let ppks = include_str!("../reference/ppks.json");
    let psks = include_str!("../reference/psks.json");
    let programs = include_str!("../reference/programs.json");
    Catalogue::default()
        .codes::<RegionKind>("region-kinds")
        .codes::<Permission>("permissions")
        .codes::<Role>("roles")
        .codes_with::<AccessPurpose>("access-purposes", crate::consents::purposes::DATA, "access_purposes")
        .codes::<directory::Sector>("sectors")
        .codes::<directory::OrganizationKind>("organization-kinds")
        .codes::<registry::Sex>("sexes")
        .codes::<registry::RelationToHead>("relations-to-head")
        .codes::<registry::MaritalStatus>("marital-statuses")
        .codes::<registry::SchoolLevel>("school-levels")
        .codes::<registry::OccupationClass>("occupation-classes")
        .codes::<registry::DisabilityType>("disability-types")
        .codes::<registry::DisabilitySeverity>("disability-severities")
        .codes::<registry::JknStatus>("jkn-statuses")
        .codes::<registry::IdentityStatus>("identity-statuses")
        .codes::<registry::WelfareSource>("welfare-sources")
        .codes::<registry::DwellingTenure>("dwelling-tenures")
        .codes::<registry::FloorMaterial>("floor-materials")
        .codes::<registry::WallMaterial>("wall-materials")
        .codes::<registry::RoofMaterial>("roof-materials")
        .codes::<registry::WaterSource>("water-sources")
        .codes::<registry::LightingSource>("lighting-sources")
        .codes::<registry::CookingFuel>("cooking-fuels")
        .codes::<registry::ToiletFacility>("toilet-facilities")
        .codes::<registry::IncomeClass>("income-classes")
        .codes::<registry::SocialCriterion>("social-criteria")
        .codes::<registry::Standing>("registry-standings")
        .codes::<registry::RemovalReason>("removal-reasons")
        .codes::<registry::ShockKind>("shock-kinds")
        .codes::<registry::ResidenceKind>("residence-kinds")
        .codes::<crate::registry::search::NameMatch>("name-matches")
        .codes::<crate::registry::duplicates::PersonDuplicateReason>("person-duplicate-reasons")
        .codes::<crate::registry::nik::NikWarning>("nik-warnings")
        .codes::<rights::SubjectRequestKind>("subject-request-kinds")
        .codes::<rights::SubjectRequestAction>("subject-request-actions")
        .codes::<rights::SubjectRequestRefusalReason>("subject-request-refusal-reasons")
        .codes::<rights::IdentityCheck>("identity-checks")
        .codes::<rights::RestrictionReason>("restriction-reasons")
        .codes::<rights::ErasureGround>("erasure-grounds")
        .machine("subject-request-states", crate::rights::transitions::EDGES)
        .codes::<consent::ConsentAction>("consent-actions")
        .codes::<consent::ConsentMethod>("consent-methods")
        .codes::<consent::ConsentGiver>("consent-givers")
        .machine("consent-states", crate::consents::transitions::EDGES)
        .codes::<proposal::RegistryProposalKind>("registry-proposal-kinds")
        .codes::<proposal::RegistryProposalAction>("registry-proposal-actions")
        .codes::<proposal::DeliberationDecision>("deliberation-decisions")
        .codes::<proposal::ProposalRefusalReason>("proposal-refusal-reasons")
        .codes::<proposal::ProposalEvidenceKind>("proposal-evidence-kinds")
        .machine("registry-proposal-states", crate::proposals::transitions::EDGES)
        .codes::<crate::eligibility::model::EligibilityOutcome>("eligibility-outcomes")
        .codes::<crate::eligibility::model::EligibilityGap>("eligibility-gaps")
        .codes::<crate::eligibility::model::ObjectionKind>("objection-kinds")
        .codes::<crate::eligibility::model::ClauseOutcome>("clause-outcomes")
        .codes::<crate::eligibility::rules::Confidence>("confidences")
        .codes::<crate::eligibility::rules::RecipientUnit>("recipient-units")
        .entries("facts", crate::eligibility::actions::fact_catalogue())
        .codes::<complaint::ComplaintClass>("complaint-classes")
        .codes::<complaint::ComplaintPriority>("complaint-priorities")
        .codes::<complaint::ComplaintChannel>("complaint-channels")
        .codes::<complaint::ComplaintAction>("complaint-actions")
        .codes::<complaint::ComplaintDecision>("complaint-decisions")
        .codes::<complaint::ComplaintRejectionReason>("complaint-rejection-reasons")
        .codes::<complaint::NoteVisibility>("note-visibilities")
        .codes::<complaint::Vulnerability>("vulnerabilities")
        .codes::<complaint::DuplicateReason>("duplicate-reasons")
        .machine("complaint-states", crate::complaints::transitions::EDGES)
        .codes::<referral::ReferralAction>("referral-actions")
        .codes::<referral::LawfulBasis>("lawful-bases")
        .codes::<referral::ReferralRejectionReason>("referral-rejection-reasons")
        .codes::<referral::ReferralCancellationReason>("referral-cancellation-reasons")
        .codes::<referral::ReferralHoldReason>("referral-hold-reasons")
        .codes::<referral::ReferralFailureReason>("referral-failure-reasons")
        .codes::<referral::ReferralErrorReason>("referral-error-reasons")
        .codes::<referral::ReferralNeedState>("referral-need-states")
        .codes::<referral::IdentityMatch>("identity-matches")
        .codes::<crate::directory::model::GovernmentLevel>("government-levels")
        .codes::<crate::letters::model::LetterStatus>("letter-statuses")
        .codes::<referral::ReferralOutcomeCode>("referral-outcomes")
        .machine("referral-states", crate::referrals::transitions::EDGES)
        .codes::<sync::SyncOperationKind>("sync-operation-kinds")
        .codes::<sync::SyncItemKind>("sync-item-kinds")
        .codes::<sync::VisitResult>("visit-results")
        .codes::<message::MessageEvent>("message-events")
        .codes::<message::MessageChannel>("message-channels")
        .codes::<message::MessageStatus>("message-statuses")
        .codes::<message::MessageReceiptStatus>("message-receipt-statuses")
        .codes::<message::MessageAttemptOutcome>("message-attempt-outcomes")
        .codes::<attachment::AttachmentKind>("attachment-kinds")
        .codes::<attachment::AttachmentParentKind>("attachment-parent-kinds")
        .codes::<attachment::AttachmentStatus>("attachment-statuses")
        .codes::<attachment::AttachmentMediaType>("attachment-media-types")
        .codes::<job::JobKind>("job-kinds")
        .codes::<crate::imports::model::ImportKind>("import-kinds")
        .machine("job-states", crate::jobs::transitions::EDGES)
        .codes::<crate::desks::model::DeskKind>("desk-kinds")
        .codes::<crate::desks::model::FieldDuty>("field-duties")
        .codes::<crate::desks::model::CoverageGap>("coverage-gaps")
        .codes::<level::HolidayKind>("holiday-kinds")
        .codes::<level::HolidayConfidence>("holiday-confidences")
        .codes::<level::CalendarBasis>("calendar-bases")
        .codes::<level::ServiceLevelKind>("service-level-kinds")
        .codes::<level::TargetConfidence>("target-confidences")
        .codes::<level::SlaState>("sla-states")
        .data("service-need-categories", "Permensos 8/2012", ppks, "ppks", PPKS_ENGLISH)
        .data("welfare-resources", "Permensos 8/2012", psks, "psks", PSKS_ENGLISH)
        .data("programs", "GET /v1/programs", programs, "programs", &[])
}

/// The contract as it is served, committed and tested against.
pub fn contract() -> serde_json::Value {
    let (_, api): (_, OpenApi) = App::new().into_utoipa_app().configure(slices).split_for_parts();
    let scopes = Permission::codes().into_iter().map(|c| (c.code.to_owned(), c.label_en.into())).collect();
    let purpose = serde_json::to_value(AccessPurpose::schema()).unwrap_or_default();
    let schemas = vec![(AccessPurpose::name().into_owned(), purpose)];
    contract::complete(api, contract::Access { scopes, schemas })
}

/// What all workers share.
pub struct Shared {
    pub tokens: web::Data<Tokens>,
    pub clock: web::Data<Clock>,
    pub limiter: web::Data<Limiter>,
    pub import_limit: ImportLimit,
    pub pending: web::Data<PendingMigrations>,
    pub programs: web::Data<ProgramCache>,
    /// How long a target may be silent before it is reminded, and more.
    pub silence: crate::referrals::silence::Policy,
    pub metrics: web::Data<Metrics>,
    pub follow_ups: web::Data<FollowUpQuota>,
    pub service_levels: web::Data<ServiceLevelCache>,
    pub attachments: web::Data<Storage>,
    pub gateway: crate::messages::Gateway,
    catalogue: web::Data<Catalogue>,
    contract: web::Data<contract::Served>,
    routes: web::Data<RouteTable>,
    in_flight: web::Data<InFlight>,
    trusted_proxies: web::Data<TrustedProxies>,
    failed_sign_ins: web::Data<FailedSignIns>,
    cors_origins: Vec<String>,
    security_contact: web::Data<docs::SecurityContact>,
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
        let storage = Storage::open(&args.attachments)?;
        let external =
            crate::auth::external::TrustedIssuers::new(&args.trusted_issuers, args.issuer_keys_refresh_seconds);
        let contract = contract();
        Ok(Self {
            tokens: web::Data::new(Tokens::new(args.issuer(), args.audience.clone(), keys, external)),
            clock: web::Data::new(clock),
            import_limit: ImportLimit(args.import_max_mb.saturating_mul(1024 * 1024)),
            limiter: web::Data::new(Limiter::new(args.rate_per_minute)),
            pending: web::Data::new(PendingMigrations(AtomicUsize::new(pending))),
            programs: web::Data::new(ProgramCache::default()),
            silence: crate::referrals::silence::Policy::of(args),
            metrics: web::Data::new(Metrics::default()),
            follow_ups: web::Data::new(FollowUpQuota::default()),
            service_levels: web::Data::new(ServiceLevelCache::default()),
            attachments: web::Data::new(storage),
            gateway: crate::messages::Gateway::open(&args.messages)?,
            catalogue: web::Data::new(catalogue()),
            routes: web::Data::new(RouteTable::from_contract(&contract)),
            contract: web::Data::new(contract::Served::new(&contract)),
            in_flight: web::Data::new(InFlight::new(args.max_in_flight)),
            trusted_proxies: web::Data::new(TrustedProxies::new(&args.trusted_proxies)),
            failed_sign_ins: web::Data::new(FailedSignIns::new(args.sign_in_failures_per_minute)),
            cors_origins: args.cors_origins.clone(),
            security_contact: web::Data::new(docs::SecurityContact(args.security_contact.clone())),
            database_url,
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
        let db = Db::new(&shared.database_url, pool_size, wait).ok();
        let app = App::new().into_utoipa_app().configure(slices).into_app();
        app.configure(docs::configure)
            .configure(crate::letters::configure_page)
            .app_data(web::Data::new(WorkerDb(db)))
            .app_data(shared.tokens.clone())
            .app_data(shared.clock.clone())
            .app_data(shared.limiter.clone())
            .app_data(web::Data::new(Intake {
                tokens: shared.tokens.clone(),
                clock: shared.clock.clone(),
                limit: shared.import_limit,
            }))
            .app_data(shared.pending.clone())
            .app_data(shared.programs.clone())
            .app_data(shared.metrics.clone())
            .app_data(shared.follow_ups.clone())
            .app_data(shared.service_levels.clone())
            .app_data(shared.attachments.clone())
            .app_data(shared.contract.clone())
            .app_data(shared.routes.clone())
            .app_data(shared.in_flight.clone())
            .app_data(shared.trusted_proxies.clone())
            .app_data(shared.failed_sign_ins.clone())
            .app_data(shared.security_contact.clone())
            .app_data(shared.catalogue.clone())
            .default_service(web::to(fallback::unmatched))
            .wrap(from_fn(middleware::limit_rate))
            .wrap(from_fn(bearer::authenticate))
            .wrap(from_fn(middleware::limit_in_flight))
            .wrap(middleware::cors(&shared.cors_origins))
            .wrap(from_fn(middleware::frame))
    })
    .workers(args.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from)))
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(10)
    .disable_signals()
    .listen(listener)?;
    Ok((server.run(), address))
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
