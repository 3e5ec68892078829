//! Upper bound of a feed: a feed must not return a row while an earlier transaction can still commit a row before it, or a
//! consumer would miss that row. Read the bound in its own statement, before the statement that reads the rows. Only
//! transactions of this database count; other databases of the cluster do not delay a feed.

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

/// Rows before this time are settled; `None` if no transaction is open. Rows get the time of the service's clock just after
/// their transaction started; the one second covers a service clock that lags behind the database's clock.
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

/// Every transaction with a smaller id has ended. The statement takes its snapshot before it reads the sessions: a
/// transaction below the snapshot's xmax is either listed there as running, or has ended before the next statement.
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
