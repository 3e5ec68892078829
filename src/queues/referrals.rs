//! Reading of the referral queues.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api_referrals::{
    ReferralQueueQuery, ReferralSideCounts, ReferralStatusCount, ReferralWorkCounts, ReferralWorkItem,
};
use super::rules::Side;
use super::store::referrals::{self as store, ReferralQueue, WaitingReferral};
use crate::auth::Actor;
use crate::error::Error;
use crate::http::page::{Page, PageRequest, Position};

pub async fn list(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    params: &ReferralQueueQuery,
    page: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<ReferralWorkItem>, Error> {
    let side = params.side.unwrap_or(if actor.scope.codes().is_empty() { Side::Target } else { Side::Source });
    let queue = ReferralQueue { side, status: params.status, overdue_by: params.overdue.then_some(now) };
    let rows = store::list_waiting_referrals(conn, &actor.scope, actor.organization_id, queue, page).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let waits = store::list_waits_of_visible(conn, &ids).await?;
    let waits: HashMap<Uuid, _> = waits.into_iter().map(|(id, review, level)| (id, (review, level))).collect();
    let position = |row: &WaitingReferral| Position::at(row.waits_since.unwrap_or(now), row.id);
    Ok(page.page(rows, position, |row| {
        let (review_at, level) = waits.get(&row.id).copied().unwrap_or_default();
        ReferralWorkItem::of(row, review_at, level, now)
    }))
}

pub async fn counts(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<ReferralWorkCounts, Error> {
    Ok(ReferralWorkCounts {
        as_target: counts_of_side(conn, actor, Side::Target, now).await?,
        as_source: counts_of_side(conn, actor, Side::Source, now).await?,
    })
}

async fn counts_of_side(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    side: Side,
    now: DateTime<Utc>,
) -> Result<ReferralSideCounts, Error> {
    let mut rows = store::count_waiting_referrals(conn, &actor.scope, actor.organization_id, side, now).await?;
    rows.sort_by_key(|(status, ..)| *status);
    let mut counts = ReferralSideCounts::default();
    for (status, count, overdue) in rows {
        counts.total += count;
        counts.overdue += overdue;
        counts.by_status.push(ReferralStatusCount { status, count });
    }
    Ok(counts)
}
