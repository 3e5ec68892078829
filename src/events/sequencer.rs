//! The sequencer: moves committed changes from the outbox to `changes` and gives them positions. Every process runs it; a lease
//! decides which one works. Each step is one transaction that locks the lease row first, so that two sequencers never number at
//! the same time.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::prepared::prepared;
use crate::error::Error;

/// Rows that one step moves.
const STEP: i64 = 5000;
/// Turns between two looks at the server's identity.
const TURNS_PER_CHECK: i64 = 1000;

/// The sequencer of one process.
#[derive(Debug)]
pub struct Sequencer {
    holder: Uuid,
    /// The fencing token of the lease that this process took last; 0 for none.
    fence: AtomicI64,
    turns: AtomicI64,
}

impl Default for Sequencer {
    fn default() -> Self {
        Self { holder: Uuid::new_v4(), fence: AtomicI64::new(0), turns: AtomicI64::new(0) }
    }
}

#[derive(QueryableByName)]
struct Any {
    #[diesel(sql_type = Bool)]
    any: bool,
}

#[derive(QueryableByName)]
struct Lease {
    #[diesel(sql_type = BigInt)]
    fence: i64,
    #[diesel(sql_type = BigInt)]
    last_position: i64,
    #[diesel(sql_type = Timestamptz)]
    last_sequenced_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sequenced_at: Option<DateTime<Utc>>,
}

/// Renews the lease with its fencing token, or takes one that is free or has expired.
const TAKE: &str = "\
    update sequencer set holder = $1, fence = fence + (case when holder = $1 and fence = $2 then 0 else 1 end), \
        lease_until = clock_timestamp() + interval '2 seconds' \
    where (holder = $1 and fence = $2) or holder is null or lease_until < clock_timestamp() \
    returning fence, last_position, last_sequenced_at";

/// In the order in which the transactions wrote their outbox rows. A transaction that waited for another writes after it.
const MOVE: &str = "\
    with due as ( \
        select recorded_at, change_id, stream from outbox order by recorded_at, change_id, stream limit $2 \
    ), taken as ( \
        delete from outbox o using due \
        where o.recorded_at = due.recorded_at and o.change_id = due.change_id and o.stream = due.stream \
        returning o.recorded_at, o.change_id, o.stream, o.at \
    ), placed as ( \
        insert into changes (stream, position, change_id, at, sequenced_at) \
        select stream, $1 + dense_rank() over (order by recorded_at, change_id), change_id, at, greatest($3, max(at) over ()) \
        from taken returning position, sequenced_at \
    ) select count(*) as rows, max(position) as last, max(sequenced_at) as sequenced_at from placed";

/// Begins a new epoch if the server is not the one that the epoch belongs to: a restored copy, or a promoted standby.
const SETTLE: &str = "\
    with server as ( \
        select s.system_identifier || '/' || c.timeline_id as name, (select server from sequencer) as before \
        from pg_control_system() s, pg_control_checkpoint() c \
    ) update sequencer set server = server.name, \
        epoch = epoch + (case when server.before = '' then 0 else 1 end), \
        epoch_after = (case when server.before = '' then epoch_after else last_position end) \
    from server where sequencer.server <> server.name returning server.before <> '' as any";

/// Begins a new epoch, whatever server this is. For an operator who restored a copy into the same cluster.
pub async fn begin_epoch(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    diesel::sql_query("update sequencer set epoch = epoch + 1, epoch_after = last_position").execute(conn).await?;
    settle_epoch(conn).await.map(|_| ())
}

/// Returns true if a new epoch began.
pub async fn settle_epoch(conn: &mut AsyncPgConnection) -> QueryResult<bool> {
    let settled: Option<Any> = diesel::sql_query(SETTLE).get_result(conn).await.optional()?;
    Ok(settled.is_some_and(|settled| settled.any))
}

impl Sequencer {
    /// Numbers everything that was committed before the call, unless another process has the lease.
    pub async fn turn(&self, conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<(), Error> {
        let turn = self.turns.fetch_add(1, Ordering::Relaxed);
        if turn % TURNS_PER_CHECK == 0 && settle_epoch(conn).await? {
            tracing::warn!("another database server than before: cursors from before get 410");
        }
        while self.step(conn, now).await? == STEP {}
        Ok(())
    }

    async fn step(&self, conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<i64, Error> {
        let waiting = diesel::sql_query("select exists (select from outbox) as any");
        let waiting: Any = prepared(waiting).get_result(conn).await?;
        if !waiting.any {
            return Ok(0);
        }
        let mine = AtomicI64::load(&self.fence, Ordering::Relaxed);
        let (fence, rows) = conn
            .transaction(async |conn| {
                let take = diesel::sql_query(TAKE).bind::<SqlUuid, _>(self.holder).bind::<BigInt, _>(mine);
                let lease: Option<Lease> = prepared(take).get_result(conn).await.optional()?;
                let Some(lease) = lease else { return Ok::<_, Error>((0, 0)) };
                let moved = diesel::sql_query(MOVE).bind::<BigInt, _>(lease.last_position).bind::<BigInt, _>(STEP);
                // The time never goes back, whatever the clock of this process says.
                let moved = moved.bind::<Timestamptz, _>(now.max(lease.last_sequenced_at));
                let moved: Moved = prepared(moved).get_result(conn).await?;
                if let (Some(last), Some(sequenced_at)) = (moved.last, moved.sequenced_at) {
                    let save = "update sequencer set last_position = $1, last_sequenced_at = $2";
                    let save = diesel::sql_query(save).bind::<BigInt, _>(last).bind::<Timestamptz, _>(sequenced_at);
                    prepared(save).execute(conn).await?;
                }
                Ok((lease.fence, moved.rows))
            })
            .await?;
        self.fence.store(fence, Ordering::Relaxed);
        Ok(rows)
    }
}
