//! One use case is one transaction: the changes of an action, its events, audit rows and timeline, and the stored response of
//! its idempotency key commit together or not at all.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::ops::AsyncFnOnce;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use futures_util::future::LocalBoxFuture;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::audit::store::{self as audit, AuditRow};
use crate::auth::keys::KeyRing;
use crate::auth::tokens::Tokens;
use crate::auth::{Actor, Caller};
use crate::clock::{Clock, MAX_SKEW};
use crate::db::Db;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::events::order::{self, OutboxRow};
use crate::events::store::{self as events, NewEventRow};
use crate::events::{EventType, NewEvent};
use crate::http::etag::IfMatch;
use crate::http::json::sha256;
use crate::http::reply::Reply;
use crate::http::request_context::{Language, RequestContext};
use crate::idempotency::{self, IdempotencyKey, KeyRow};
use crate::regions::regency;
use crate::resources::Resources;
use crate::telemetry;
use crate::timeline::{self, TimelineRow};

/// Rows that a slice leaves to the end of the transaction: they are inserted in the same round trip as events and audit rows.
pub trait DeferredInsert {
    fn insert<'a>(&'a self, conn: &'a AsyncPgConnection) -> LocalBoxFuture<'a, QueryResult<()>>;
}

/// The record that a step changes.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub kind: &'static str,
    pub id: Uuid,
    pub region_code: &'a str,
}

/// An open transaction.
pub struct Tx {
    pub conn: Connection,
    pub actor: Arc<Actor>,
    pub now: DateTime<Utc>,
    pub keys: Arc<KeyRing>,
    pub resources: Resources,
    pub if_match: IfMatch,
    pub context: RequestContext,
    /// Names this transaction in the order of changes.
    change_id: Uuid,
    streams: BTreeSet<String>,
    audit: Vec<AuditRow>,
    events: Vec<NewEventRow>,
    timeline: Vec<TimelineRow>,
    deferred: Vec<Box<dyn DeferredInsert>>,
    stored_response: Option<KeyRow>,
}

impl Tx {
    /// Adds a row to the audit trail. A transaction without one does not commit.
    pub fn audit(&mut self, action: &str, target_kind: &str, target_id: Uuid, region_code: Option<&str>) {
        self.audit_of(action, target_kind, Some(target_id), region_code);
    }

    /// Records that personal data was revealed inside this transaction.
    pub fn record_access(&mut self, action: &str, target_kind: &str, target_id: Uuid, region: &str, purpose: &str) {
        self.audit_of(action, target_kind, Some(target_id), Some(region));
        if let Some(row) = self.audit.last_mut() {
            row.purpose = Some(purpose.to_owned());
        }
    }

    /// For a target without an id, such as the national calendar.
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

    /// Adds an event to the outbox. An undeclared type is a mistake in the code: tests fail on it.
    pub fn publish(&mut self, event: NewEvent) {
        debug_assert!(EventType::is_declared(&event.type_), "the event type {} is not declared", event.type_);
        self.events.push(NewEventRow {
            id: Uuid::now_v7(),
            type_: event.type_,
            subject_kind: event.subject_kind.to_owned(),
            subject_id: event.subject_id,
            region_code: event.region_code,
            organization_id: event.organization_id,
            data: event.data,
            occurred_at: self.now,
            change_id: self.change_id,
        });
    }

    /// Readers of this region's changes read the change, besides those of the regions in audit rows and events. For a record that
    /// leaves a region, and for many records changed at once.
    pub fn also_changes_region(&mut self, code: &str) {
        self.streams.insert(regency(code).to_owned());
    }

    /// Records a step of a state machine: a row in the audit trail and a row in the timeline.
    pub fn step(&mut self, of: Target<'_>, action: &str, from: Option<&str>, to: &str, note: Option<String>) {
        self.audit(&format!("{}.{action}", of.kind), of.kind, of.id, Some(of.region_code));
        let actor = self.actor.subject.clone();
        self.timeline_by(actor, of.id, action, from, to, note);
    }

    /// Records a step that the service itself took because of another step.
    pub fn step_of_system(&mut self, of: Target<'_>, action: &str, from: &str, to: &str) {
        self.audit(&format!("{}.{action}", of.kind), of.kind, of.id, Some(of.region_code));
        self.timeline_of_system(of.id, action, Some(from), to);
    }

    /// Adds a row to the timeline alone, for what the service did without an action on the record.
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

    /// Refuses a time that has not come yet. The sender's clock may differ by `MAX_SKEW`.
    pub fn require_past(&self, at: Option<DateTime<Utc>>, pointer: &'static str) -> Result<(), Error> {
        if at.is_some_and(|at| at > self.now + MAX_SKEW) { Err(Error::field(pointer, "in_the_future")) } else { Ok(()) }
    }

    /// Adds rows to insert at the end of the transaction.
    pub fn defer(&mut self, rows: impl DeferredInsert + 'static) {
        self.deferred.push(Box::new(rows));
    }

    /// Like `also_changes_region`, for readers of what is addressed to an organization.
    pub fn also_changes_organization(&mut self, id: Uuid) {
        self.streams.insert(order::stream_of_organization(id));
    }

    /// Runs `work` in a savepoint: if it fails, only its own changes are rolled back. For one item of a batch.
    pub async fn attempt<W, T>(&mut self, work: W) -> Result<T, Error>
    where
        W: AsyncFnOnce(&mut Self) -> Result<T, Error>,
    {
        let mark = (self.audit.len(), self.events.len(), self.timeline.len(), self.deferred.len());
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
                self.deferred.truncate(mark.3);
                Err(error)
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if self.audit.is_empty() {
            return Err(Error::internal("a mutation left no audit row"));
        }
        let regions = self.audit.iter().filter_map(|row| row.region_code.as_deref());
        let regions = regions.chain(self.events.iter().map(|event| event.region_code.as_str()));
        let mut streams: BTreeSet<String> = regions.map(|code| regency(code).to_owned()).collect();
        streams.extend(self.events.iter().filter_map(|event| event.organization_id).map(order::stream_of_organization));
        streams.append(&mut self.streams);
        let (change_id, at) = (self.change_id, self.now);
        let changes: Vec<_> = streams.into_iter().map(|stream| OutboxRow { change_id, stream, at }).collect();
        let conn: &AsyncPgConnection = &self.conn;
        let deferred = self.deferred.iter().map(|rows| rows.insert(conn));
        // Pipelined: all statements together cost one round trip.
        futures_util::future::try_join5(
            idempotency::store(conn, self.stored_response.as_ref()),
            audit::insert(conn, &self.audit),
            events::insert(conn, &self.events),
            timeline::insert(conn, &self.timeline),
            futures_util::future::try_join(
                futures_util::future::try_join_all(deferred),
                // The last statement: its time orders the changes.
                order::insert(conn, &changes),
            ),
        )
        .await?;
        Ok(())
    }
}

/// Who acts, when, with which keys, and under which trace id.
pub struct TxContext {
    pub actor: Arc<Actor>,
    pub clock: Clock,
    pub keys: Arc<KeyRing>,
    pub resources: Resources,
    pub if_match: IfMatch,
    pub context: RequestContext,
}

impl TxContext {
    /// For background work and the command line.
    pub fn system(clock: Clock, keys: Arc<KeyRing>, resources: Resources) -> Self {
        Self {
            actor: Arc::new(Actor::system()),
            clock,
            keys,
            resources,
            if_match: IfMatch::default(),
            context: RequestContext { trace_id: telemetry::trace_id(), language: Language::Id },
        }
    }
}

enum Outcome<T> {
    Changed(T),
    /// Nothing was changed: rolled back, without an audit row.
    NoChange(T),
}

async fn transact<W, T>(db: &Db, context: TxContext, work: W) -> Result<T, Error>
where
    W: AsyncFnOnce(&mut Tx) -> Result<Outcome<T>, Error> + 'static,
    T: 'static,
{
    let conn = db.read().await?;
    let TxContext { actor, clock, keys, resources, if_match, context } = context;
    let mut tx = Tx {
        conn,
        actor,
        now: clock.now(),
        keys,
        resources,
        if_match,
        context,
        change_id: Uuid::now_v7(),
        streams: BTreeSet::new(),
        audit: Vec::new(),
        events: Vec::new(),
        timeline: Vec::new(),
        deferred: Vec::new(),
        stored_response: None,
    };
    // In a task of its own: a client that hangs up must not leave a connection inside an open transaction.
    let task = async move {
        AnsiTransactionManager::begin_transaction(&mut *tx.conn).await?;
        // After the transaction began: a change feed by time relies on it.
        tx.now = clock.now();
        let finished = match work(&mut tx).await {
            Ok(Outcome::NoChange(value)) => Ok((value, false)),
            Ok(Outcome::Changed(value)) => tx.flush().await.map(|()| (value, true)),
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
pub async fn run<W, T>(db: &Db, context: TxContext, work: W) -> Result<T, Error>
where
    W: AsyncFnOnce(&mut Tx) -> Result<T, Error> + 'static,
    T: 'static,
{
    transact(db, context, async move |tx: &mut Tx| Ok(Outcome::Changed(work(tx).await?))).await
}

/// For background work that may find nothing to do: `None` rolls back and writes nothing.
pub async fn run_if_any<W, T>(db: &Db, context: TxContext, work: W) -> Result<Option<T>, Error>
where
    W: AsyncFnOnce(&mut Tx) -> Result<Option<T>, Error> + 'static,
    T: 'static,
{
    transact(db, context, async move |tx: &mut Tx| {
        Ok(match work(tx).await? {
            Some(found) => Outcome::Changed(Some(found)),
            None => Outcome::NoChange(None),
        })
    })
    .await
}

/// Extractor of a handler that writes: opens the transaction, with `If-Match` and `Idempotency-Key` of the request.
pub struct Write {
    db: Db,
    context: TxContext,
    key: Result<Option<IdempotencyKey>, Error>,
    operation: String,
    query: String,
}

impl FromRequest for Write {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (Ok(db), Some(tokens), Some(clock), Some(resources)) = (
            Db::extract(request).into_inner(),
            request.app_data::<web::Data<Tokens>>(),
            request.app_data::<web::Data<Clock>>(),
            request.app_data::<web::Data<Resources>>(),
        ) else {
            return ready(Err(Error::internal("the application state is incomplete")));
        };
        ready(Ok(Self {
            db,
            context: TxContext {
                if_match: IfMatch::read(request.headers()),
                context: RequestContext::of(request),
                ..TxContext::system(Clock::clone(clock), tokens.keys().ring(), Resources::clone(resources))
            },
            key: IdempotencyKey::read(request.headers()),
            operation: format!("{} {}", request.method(), request.path()),
            query: request.query_string().to_owned(),
        }))
    }
}

impl Write {
    /// Runs `work` for this caller, once for each idempotency key. `digest` is the digest of the body.
    pub async fn run<P, W>(self, caller: &Caller<P>, digest: [u8; 32], work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        self.run_as(caller.actor(), digest, work).await
    }

    /// For a caller without a token that showed another proof, such as a follow-up code.
    pub async fn run_as<W>(self, actor: Arc<Actor>, digest: [u8; 32], work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        let key = self.key?;
        let Some(key) = key else {
            let context = TxContext { actor, ..self.context };
            return transact(&self.db, context, async move |tx: &mut Tx| work(tx).await.map(done)).await;
        };
        let fingerprint = idempotency::fingerprint(&self.context.keys, &self.operation, &self.query, &digest);
        let scope = idempotency::Scope { client_id: actor.client_id.clone(), operation: self.operation, key };
        let context = TxContext { actor, ..self.context };
        transact(&self.db, context, async move |tx: &mut Tx| {
            if let Some(reply) = idempotency::claim(&tx.conn, &scope, &fingerprint, tx.now).await? {
                return Ok(Outcome::NoChange(reply));
            }
            match done(work(tx).await?) {
                Outcome::Changed(reply) => {
                    tx.stored_response = Some(KeyRow::new(scope, &fingerprint, &reply, tx.now));
                    Ok(Outcome::Changed(reply))
                }
                no_change => Ok(no_change),
            }
        })
        .await
    }

    /// For a read that writes a record: no version to match, no idempotency key.
    pub async fn read_marking<P, W>(self, caller: &Caller<P>, work: W) -> Result<Reply, Error>
    where
        W: AsyncFnOnce(&mut Tx) -> Result<Reply, Error> + 'static,
    {
        let context = TxContext { actor: caller.actor(), if_match: IfMatch::default(), ..self.context };
        transact(&self.db, context, async move |tx: &mut Tx| work(tx).await.map(done)).await
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
    if reply.changed { Outcome::Changed(reply) } else { Outcome::NoChange(reply) }
}
