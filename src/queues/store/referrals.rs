//! Rows of the referral queues: referrals that wait for the target organization, and those that wait for the source.

use chrono::{DateTime, Utc};
use diesel::dsl::count;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::rules::Side;
use crate::db::keyset;
use crate::db::schema::{referral_details, referrals};
use crate::http::page::PageRequest;
use crate::referrals::model::ReferralStatus as Status;
use crate::regions::RegionScope;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = referrals, check_for_backend(diesel::pg::Pg))]
pub struct WaitingReferral {
    pub id: Uuid,
    pub status: Status,
    pub region_code: String,
    pub service_id: Uuid,
    pub target_organization_id: Uuid,
    pub complaint_id: Option<Uuid>,
    pub due_at: Option<DateTime<Utc>>,
    pub requested_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Sort key in the queue; set for every referral that waits.
    pub waits_since: Option<DateTime<Utc>>,
}

/// Filters of a referral queue.
#[derive(Debug)]
pub struct ReferralQueue {
    pub side: Side,
    pub status: Option<Status>,
    /// Unanswered, with an answer due before this time.
    pub overdue_by: Option<DateTime<Utc>>,
}

type Condition = Box<dyn BoxableExpression<referrals::table, diesel::pg::Pg, SqlType = diesel::sql_types::Bool>>;

/// A target sees the referrals to its organization, whatever its regions; a source sees those of its regions.
fn conditions(scope: &RegionScope, organization: Option<Uuid>, side: Side) -> Condition {
    let waits = referrals::waits_for.assume_not_null().eq(side.as_str());
    match side {
        Side::Target => Box::new(waits.and(referrals::target_organization_id.eq(organization.unwrap_or_default()))),
        Side::Source => Box::new(waits.and(scope.covers_by_regency(referrals::region_code))),
    }
}

pub async fn list_waiting_referrals(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    queue: ReferralQueue,
    page: &PageRequest,
) -> QueryResult<Vec<WaitingReferral>> {
    let waits_since = referrals::waits_since.assume_not_null();
    let mut query = referrals::table
        .filter(conditions(scope, organization, queue.side))
        .limit(page.fetch())
        .select(WaitingReferral::as_select())
        .into_boxed();
    if let Some(status) = queue.status {
        query = query.filter(referrals::status.eq(status));
    }
    if let Some(by) = queue.overdue_by {
        query = query.filter(referrals::status.eq(Status::Requested)).filter(waits_since.lt(by));
    }
    keyset::ascending(query, (waits_since, referrals::id), page.after_time()).load(conn).await
}

/// Time of review and escalation level of referrals that are visible to the caller.
pub async fn list_waits_of_visible(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> QueryResult<Vec<(Uuid, Option<DateTime<Utc>>, i16)>> {
    referral_details::table
        .filter(referral_details::referral_id.eq_any(ids))
        .select((referral_details::referral_id, referral_details::review_at, referral_details::escalation_level))
        .load(conn)
        .await
}

/// By state: the number of referrals, and of those that are unanswered and past their due time.
pub async fn count_waiting_referrals(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    side: Side,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Status, i64, i64)>> {
    let late = referrals::status.eq(Status::Requested).and(referrals::waits_since.assume_not_null().lt(now));
    referrals::table
        .filter(conditions(scope, organization, side))
        .group_by(referrals::status)
        .select((referrals::status, count(referrals::id), count(referrals::id).aggregate_filter(late)))
        .load(conn)
        .await
}
