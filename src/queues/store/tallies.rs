//! Counts of open complaints per regency, kept up to date by triggers: each change of a clock inserts a row, the sum of
//! a regency's rows is the current count, and background work compacts the rows. Complaints that are equal in all
//! columns that a queue counts by share one row.

use chrono::{DateTime, Utc};
use diesel::dsl::sum;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{CountRow, QueueFilter};
use crate::complaints::model::ComplaintStatus;
use crate::db::schema::complaint_tallies as tallies;
use crate::regions::{RegionScope, Unscoped};

/// Up to this number of new rows, a regency is not compacted, because summing them is cheap.
const MIN_ROWS_TO_COMPACT: i64 = 500;

/// True if the tallies can answer the filter. They exist per regency; smaller regions have few clocks, which are
/// counted directly.
pub fn cover(scope: &RegionScope, filter: &QueueFilter) -> bool {
    filter.villages.is_none()
        && scope.of_whole_regencies()
        && filter.within.as_ref().is_none_or(RegionScope::of_whole_regencies)
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(tallies::status, tallies::assignee);

type Sums = (ComplaintStatus, Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

pub async fn count(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: QueueFilter,
    now: DateTime<Utc>,
) -> QueryResult<Vec<CountRow>> {
    let due_at = || tallies::due_at.assume_not_null();
    let late = tallies::due_at.is_not_null().and(due_at().lt(now));
    let soon = tallies::due_at.is_not_null().and(due_at().ge(now)).and(tallies::due_soon_at.assume_not_null().le(now));
    let paused = tallies::due_at.is_null().and(diesel::dsl::not(tallies::stopped));
    let mut query = tallies::table
        .filter(scope.covers(tallies::regency))
        .group_by((tallies::status, tallies::assignee))
        .select((
            tallies::status,
            tallies::assignee,
            sum(tallies::complaints),
            sum(tallies::complaints).aggregate_filter(late),
            sum(tallies::complaints).aggregate_filter(soon),
            sum(tallies::complaints).aggregate_filter(paused),
            sum(tallies::complaints).aggregate_filter(tallies::stopped),
        ))
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers(tallies::regency));
    }
    if let Some(statuses) = filter.statuses {
        query = query.filter(tallies::status.eq_any(statuses));
    }
    if let Some(id) = filter.organization_id {
        query = query.filter(tallies::organization_id.assume_not_null().eq(id));
    }
    if filter.level > 0 {
        query = query.filter(tallies::escalation_level.ge(filter.level));
    }
    let sums: Vec<Sums> = query.load(conn).await?;
    let row = |(status, assignee, all, breached, due_soon, paused, decided): Sums| CountRow {
        status,
        assignee,
        all: all.unwrap_or(0),
        breached: breached.unwrap_or(0),
        due_soon: due_soon.unwrap_or(0),
        paused: paused.unwrap_or(0),
        decided: decided.unwrap_or(0),
    };
    Ok(sums.into_iter().map(row).filter(|row| row.all != 0).collect())
}

#[derive(QueryableByName)]
struct Regency {
    #[diesel(sql_type = Text)]
    regency: String,
}

/// Compacts the rows of regencies with many changes, without changing their sums. Concurrent runs do not compact the
/// same rows twice, and rows of uncommitted transactions remain. All deadlines before `past` are overdue, so that their
/// exact times no longer matter and are replaced by `-infinity`.
pub async fn compact(conn: &mut AsyncPgConnection, _why: Unscoped, past: DateTime<Utc>) -> QueryResult<()> {
    let busy = "select regency from complaint_tallies where not folded group by regency having count(*) > $1";
    let busy: Vec<Regency> = diesel::sql_query(busy).bind::<BigInt, _>(MIN_ROWS_TO_COMPACT).load(conn).await?;
    for Regency { regency } in busy {
        let compact = diesel::sql_query(
            "with taken as (delete from complaint_tallies where regency = $1 returning *) \
             insert into complaint_tallies (regency, organization_id, status, assignee, escalation_level, due_at, due_soon_at, \
                stopped, complaints, folded) \
             select regency, organization_id, status, assignee, escalation_level, \
                case when due_at < $2 then '-infinity' else due_at end, \
                case when due_soon_at < $2 then '-infinity' else due_soon_at end, stopped, sum(complaints), true \
             from taken group by 1, 2, 3, 4, 5, 6, 7, 8 having sum(complaints) <> 0",
        );
        compact.bind::<Text, _>(regency).bind::<Timestamptz, _>(past).execute(conn).await?;
    }
    Ok(())
}
