//! Up to where the past is settled: a feed must not show a row while a transaction that began earlier can still commit
//! one before it. Both bounds are asked in a statement of their own, before the one that reads the rows, and look at
//! this database alone: what else the cluster does holds no feed back.

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(QueryableByName)]
struct Settled {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
}

/// `None` when nothing is under way. Rows are stamped by the service's clock just after their transaction began; the
/// second covers what that clock may lag behind the database's. Ask in a statement of its own, before the one that reads.
pub async fn settled_before(conn: &mut AsyncPgConnection) -> QueryResult<Option<DateTime<Utc>>> {
    let found: Settled = diesel::sql_query(
        "select min(xact_start) - interval '1 second' as at from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    )
    .get_result(conn)
    .await?;
    Ok(found.at)
}

#[derive(QueryableByName)]
struct SettledTransaction {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Every transaction with a smaller id has ended. The statement's snapshot is taken before it looks at the sessions: a
/// transaction below the snapshot's end is either listed there as running, or has ended before the next statement.
pub async fn settled_transaction(conn: &mut AsyncPgConnection) -> QueryResult<i64> {
    let found: SettledTransaction = diesel::sql_query(
        "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint - coalesce(greatest( \
           (select max(age(backend_xid)) from pg_stat_activity where datname = current_database() \
            and pid <> pg_backend_pid() and backend_type = 'client backend'), \
           (select max(age(transaction)) from pg_prepared_xacts where database = current_database())), 0) as id",
    )
    .get_result(conn)
    .await?;
    Ok(found.id)
}
