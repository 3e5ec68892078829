//! One use case is one transaction: what an action changes, its events, its audit rows, its timeline and the kept
//! answer of its idempotency key commit together or not at all.

use std::future::{Ready, ready};
use std::ops::AsyncFnOnce;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, Utc};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::audit::store::{self as audit, AuditRow};
use crate::auth::keys::KeyRing;
use crate::auth::tokens::Tokens;
use crate::auth::{Actor, Caller};
use crate::clock::Clock;
use crate::db::Db;
use crate::db::pool::Connection;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::events::NewEvent;
use crate::events::store::{self as events, NewEventRow};
use crate::http::etag::IfMatch;
use crate::http::json::sha256;
use crate::http::reply::Reply;
use crate::http::request_context::{Language, RequestContext};
use crate::idempotency::{self, IdempotencyKey, KeyRow};
use crate::messages::{self, MessageRow};
use crate::service_levels::cache::ServiceLevelCache;
use crate::telemetry;
use crate::timeline::{self, TimelineRow};

/// A transaction under way.
pub struct Tx {
    pub conn: Connection,
    pub actor: Arc<Actor>,
    pub now: DateTime<Utc>,
    pub keys: Arc<KeyRing>,
    pub programs: Arc<ProgramCache>,
    pub service_levels: Arc<ServiceLevelCache>,
    pub if_match: IfMatch,
    pub context: RequestContext,
    audit: Vec<AuditRow>,
    events: Vec<NewEventRow>,
    timeline: Vec<TimelineRow>,
    messages: Vec<MessageRow>,
    kept: Option<KeyRow>,
}

impl Tx {
    /// Leaves a row in the audit trail. A transaction that leaves none does not commit.
    pub fn audit(&mut self, action: &str, target_kind: &str, target_id: Uuid, region_code: Option<&str>) {
        self.audit_of(action, target_kind, Some(target_id), region_code);
    }

    /// The record of an opening of personal data inside a transaction.
    pub fn record_access(&mut self, action: &str, target_kind: &str, target_id: Uuid, region: &str, purpose: &str) {
        self.audit_of(action, target_kind, Some(target_id), Some(region));
        if let Some(row) = self.audit.last_mut() {
            row.purpose = Some(purpose.to_owned());
        }
    }

    /// The same for what has no id, such as a calendar that holds everywhere.
    pub fn audit_without_id(&mut self, action: &str, target_kind: &str) {
        self.audit_of(action, target_kind, None, None);
    }

    fn audit_of(&mut self, action: &str, target_kind: &str, target_id: Option<Uuid>, region_code: Option<&str>) {
        let row = AuditRow {
            id: Uuid::now_v7(),
            at: self.now,
            client_id: self.actor.client_id.clone(),
            actor: self.actor.subject.clone(),
            action: action.to_owned(),
            target_kind: target_kind.to_owned(),
            target_id,
            region_code: region_code.map(str::to_owned),
            organization_id: self.actor.organization_id,
            purpose: None,
            trace_id: self.context.trace_id.clone(),
        };
        self.audit.push(row);
    }

    pub fn publish(&mut self, event: NewEvent) {
        self.events.push(NewEventRow {
            id: Uuid::now_v7(),
            type_: event.type_,
            subject_kind: event.subject_kind.to_owned(),
            subject_id: event.subject_id,
            region_code: event.region_code,
            organization_id: event.organization_id,
            data: event.data,
            occurred_at: self.now,
        });
    }

    pub fn timeline(&mut self, subject_id: Uuid, action: &str, from: Option<&str>, to: &str, note: Option<String>) {
        let actor = self.actor.subject.clone();
        self.timeline_by(actor, subject_id, action, from, to, note);
    }

    /// The same in the name of the service itself: a step that follows from another's.
    pub fn timeline_of_system(&mut self, subject_id: Uuid, action: &str, from: Option<&str>, to: &str) {
        self.timeline_by(Actor::system().subject, subject_id, action, from, to, None);
    }

    fn timeline_by(
        &mut self,
        actor: String,
        subject_id: Uuid,
        action: &str,
        from: Option<&str>,
        to: &str,
        note: Option<String>,
    ) {
        self.timeline.push(TimelineRow {
            subject_id,
            id: Uuid::now_v7(),
            at: self.now,
            actor,
            action: action.to_owned(),
            from_status: from.map(str::to_owned),
            to_status: to.to_owned(),
            note,
        });
    }

    /// Queues a note to somebody, with everything else that this transaction leaves.
    pub fn tell(&mut self, note: MessageRow) {
        self.messages.push(note);
    }

    /// Undoes what `work` did when it fails, and keeps the rest: for one item of a batch.
    pub async fn attempt<W, T>(&mut self, work: W) -> Result<T, Error>
    where
        W: AsyncFnOnce(&mut Self) -> Result<T, Error>,
    {
        let mark = (self.audit.len(), self.events.len(), self.timeline.len(), self.messages.len());
        AnsiTransactionManager::begin_transaction(&mut *self.conn).await?;
        match work(self).await {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(&mut *self.conn).await?;
                Ok(value)
            }
            Err(error) => {
                AnsiTransactionManager::rollback_transaction(&mut *self.conn).await?;
                self.audit.truncate(mark.0);
                self.events.truncate(mark.1);
                self.timeline.truncate(mark.2);
                self.messages.truncate(mark.3);
                Err(error)
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if self.audit.is_empty() {
            return Err(Error::internal("a mutation left no audit row"));
        }
        let conn: &AsyncPgConnection = &self.conn;
        // All on their way at once: one round trip.
        futures_util::future::try_join5(
            idempotency::keep(conn, self.kept.as_ref()),
            audit::insert(conn, &self.audit),
            events::insert(conn, &self.events),
            timeline::insert(conn, &self.timeline),
            messages::insert(conn, &self.messages),
        )
        .await?;
        Ok(())
    }
}

/// Who acts, when, and under which trace.
pub struct Setting {
    pub actor: Arc<Actor>,
    pub clock: Clock,
    pub keys: Arc<KeyRing>,
    pub programs: Arc<ProgramCache>,
    pub service_levels: Arc<ServiceLevelCache>,
    pub if_match: IfMatch,
    pub context: RequestContext,
}

impl Setting {
    /// For the service's own work and for the command line.
    pub fn of_system(clock: Clock, keys: Arc<KeyRing>, programs: Arc<ProgramCache>) -> Self {
        Self {
            actor: Arc::new(Actor::system()),
            clock,
            keys,
            programs,
            service_levels: Arc::default(),
            if_match: IfMatch::default(),
            context: RequestContext { trace_id: telemetry::trace_id(), language: Language::Id },
        }
    }
}

/// What a transaction came to.
enum Outcome<T> {
    Done(T),
    /// Nothing was changed, and nothing needs an audit row.
    Nothing(T),
}

async fn transact<W, T>(db: &Db, setting: Setting, work: W) -> Result<T, Error>
where
    W: AsyncFnOnce(&mut Tx) -> Result<Outcome<T>, Error> + 'static,
    T: 'static,
{
    let conn = db.read().await?;
    let Setting { actor, clock, keys, programs, service_levels, if_match, context } = setting;
    let mut tx = Tx {
        conn,
        actor,
        now: clock.now(),
        keys,
        programs,
        service_levels,
        if_match,
        context,
        audit: Vec::new(),
        events: Vec::new(),
        timeline: Vec::new(),
        messages: Vec::new(),
        kept: None,
    };
    // In a task of its own: a client that hangs up must not leave a connection inside an open transaction.
    let task = async move {
        AnsiTransactionManager::begin_transaction(&mut *tx.conn).await?;
        // After the transaction began: a change feed by time relies on it.
        tx.now = clock.now();
        let finished = match work(&mut tx).await {
            Ok(Outcome::Nothing(value)) => Ok((value, false)),
            Ok(Outcome::Done(value)) => tx.flush().await.map(|()| (value, true)),
            Err(error) => Err(error),
        };
        match finished {
            Ok((value, true)) => {
                AnsiTransactionManager::commit_transaction(&mut *tx.conn).await?;
                Ok(value)
            }
            Ok((value, false)) => {
                AnsiTransactionManager::rollback_transaction(&mut *tx.conn).await?;
                Ok(value)
            }
            Err(error) => {
                AnsiTransactionManager::rollback_transaction(&mut *tx.conn).await?;
                Err(error)
            }
        }
    };
    tokio::task::spawn_local(task.in_current_span()).await.map_err(Error::internal)?
}

/// One transaction outside a request.
pub async fn run<W, T>(db: &Db, setting: Setting, work: W) -> Result<T, Error>
where
    W: AsyncFnOnce(&mut Tx) -> Result<T, Error> + 'static,
    T: 'static,
{
    transact(db, setting, async move |tx: &mut Tx| Ok(Outcome::Done(work(tx).await?))).await
}

/// The same for background work that may find nothing to do: then it gives nothing, and nothing is written.
pub async fn run_if_any<W, T>(db: &Db, setting: Setting, work: W) -> Result<Option<T>, Error>
where
    W: AsyncFnOnce(&mut Tx) -> Result<Option<T>, Error> + 'static,
    T: 'static,
{
    transact(db, setting, async move |tx: &mut Tx| {
        Ok(match work(tx).await? {
            Some(found) => Outcome::Done(Some(found)),
            None => Outcome::Nothing(None),
        })
    })
    .await
}

/// The means to change something, as a handler receives them.
pub struct Write {
    db: Db,
    setting: Setting,
    key: Result<Option<IdempotencyKey>, Error>,
    operation: String,
    query: String,
}

impl FromRequest for Write {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (Ok(db), Some(tokens), Some(clock), Some(programs), Some(levels)) = (
            Db::extract(request).into_inner(),
            request.app_data::<web::Data<Tokens>>(),
            request.app_data::<web::Data<Clock>>(),
            request.app_data::<web::Data<ProgramCache>>(),
            request.app_data::<web::Data<ServiceLevelCache>>(),
        ) else {
            return ready(Err(Error::internal("the application state is incomplete")));
        };
        ready(Ok(Self {
            db,
            setting: Setting {
                service_levels: Arc::clone(levels),
                if_match: IfMatch::read(request.headers()),
                context: RequestContext::of(request),
                ..Setting::of_system(Clock::clone(clock), tokens.keys().ring(), Arc::clone(programs))
            },
            key: IdempotencyKey::read(request.headers()),
            operation: format!("{} {}", request.method(), request.path()),
            query: request.query_string().to_owned(),
        }))
    }
}

impl Write {
    /// Runs `work` for this caller, once for each idempotency key. `digest` is the body's.
    pub async fn run<P, W>(self, caller: &Caller<P>, digest: [u8; 32], work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        self.run_as(caller.actor(), digest, work).await
    }

    /// The same for somebody who came without a token and showed another proof.
    pub async fn run_as<W>(self, actor: Arc<Actor>, digest: [u8; 32], work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        let key = self.key?;
        let Some(key) = key else {
            let setting = Setting { actor, ..self.setting };
            return transact(&self.db, setting, async move |tx: &mut Tx| work(tx).await.map(done)).await;
        };
        let fingerprint = idempotency::fingerprint(&self.setting.keys, &self.operation, &self.query, &digest);
        let scope = idempotency::Scope { client_id: actor.client_id.clone(), operation: self.operation, key };
        let setting = Setting { actor, ..self.setting };
        transact(&self.db, setting, async move |tx: &mut Tx| {
            if let Some(reply) = idempotency::claim(&tx.conn, &scope, &fingerprint, tx.now).await? {
                return Ok(Outcome::Nothing(reply));
            }
            match done(work(tx).await?) {
                Outcome::Done(reply) => {
                    tx.kept = Some(KeyRow::new(scope, &fingerprint, &reply, tx.now));
                    Ok(Outcome::Done(reply))
                }
                nothing => Ok(nothing),
            }
        })
        .await
    }

    /// For a read that leaves a mark, such as a first reading: no version to match, no key.
    pub async fn read_marking<P, W>(self, caller: &Caller<P>, work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        let setting = Setting { actor: caller.actor(), if_match: IfMatch::default(), ..self.setting };
        transact(&self.db, setting, async move |tx: &mut Tx| work(tx).await.map(done)).await
    }

    /// For actions without a body.
    pub async fn act<P, W>(self, caller: &Caller<P>, work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        self.run(caller, sha256(b""), work).await
    }
}

fn done(reply: Reply) -> Outcome<Reply> {
    if reply.changed { Outcome::Done(reply) } else { Outcome::Nothing(reply) }
}
