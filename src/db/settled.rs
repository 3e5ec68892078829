//! Up to which moment the past is settled: a change feed ordered by time must not show a row while a transaction that
//! began earlier can still commit one before it.

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz};
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
