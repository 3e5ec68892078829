//! Reading of work queues, and bulk assignment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{
    AssigneeCount, BulkAssign, BulkAssignItem, BulkAssignResult, StatusCount, WorkCountQuery, WorkCounts,
    WorkQueueQuery,
};
use super::rules::{level_of, states_for};
use super::store::{self, Assignee, CountRow, QueueFilter};
use crate::auth::Actor;
use crate::auth::roles::Role;
use crate::background::Context;
use crate::clock::MAX_SKEW;
use crate::complaints;
use crate::complaints::model::ComplaintStatus;
use crate::desks;
use crate::desks::model::DeskKind;
use crate::error::Code;
use crate::error::Error;
use crate::http::problem::Draft;
use crate::http::reply::Reply;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::transaction::Tx;

pub async fn filter_of(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    params: &WorkQueueQuery,
) -> Result<QueueFilter, Error> {
    let mut filter =
        base_filter(conn, actor, params.role, params.desk, params.region_code.as_ref(), params.level).await?;
    if let Some(status) = params.status {
        filter.statuses = match filter.statuses {
            Some(states) if !states.contains(&status) => Some(Vec::new()),
            _ => Some(vec![status]),
        };
    }
    filter.assignee = params.assignee.as_deref().map(|text| match text {
        "none" => Assignee::Unassigned,
        "me" => Assignee::Officer(actor.subject.clone()),
        other => Assignee::Officer(other.to_owned()),
    });
    filter.sla = params.sla;
    Ok(filter)
}

async fn base_filter(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    role: Option<Role>,
    desk: Option<Uuid>,
    region: Option<&RegionCode>,
    level: Option<i16>,
) -> Result<QueueFilter, Error> {
    let level = level.unwrap_or_else(|| level_of(&actor.scope));
    if !(0..=3).contains(&level) {
        return Err(Error::about(Code::MALFORMED_PARAMETER, "level"));
    }
    let mut filter = QueueFilter {
        within: region.map(|code| RegionScope::from_codes(&[code.as_str()])),
        statuses: role.map(states_for),
        level,
        ..QueueFilter::default()
    };
    if let Some(id) = desk {
        let (desk, villages) = desks::actions::find_desk(conn, &actor.scope, id).await?.ok_or_else(Error::not_found)?;
        match desk.kind {
            DeskKind::Slrt => filter.organization_id = Some(desk.organization_id),
            DeskKind::Puskesos if villages.is_empty() => filter.villages = Some(vec![desk.region_code]),
            DeskKind::Puskesos => filter.villages = Some(villages),
        }
    }
    Ok(filter)
}

pub async fn counts(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    params: WorkCountQuery,
    now: DateTime<Utc>,
) -> Result<WorkCounts, Error> {
    let filter = base_filter(conn, actor, params.role, params.desk, params.region_code.as_ref(), params.level).await?;
    let mut counts = sum_counts(store::count_waiting(conn, &actor.scope, filter, now).await?);
    if actor.may(crate::referrals::permissions::REFERRALS_READ) {
        counts.referrals = Some(super::referrals::counts(conn, actor, now).await?);
    }
    Ok(counts)
}

/// Compacts the tally rows, in the background.
pub async fn compact_tallies(context: &Context) -> Result<(), Error> {
    let past = context.clock.now() - MAX_SKEW;
    Ok(store::tallies::compact(&mut *context.db.read().await?, Unscoped::Housekeeping, past).await?)
}

fn sum_counts(rows: Vec<CountRow>) -> WorkCounts {
    let mut counts = WorkCounts::default();
    let mut states: BTreeMap<ComplaintStatus, i64> = BTreeMap::new();
    let mut officers: BTreeMap<Option<String>, (i64, i64)> = BTreeMap::new();
    for row in rows {
        counts.total += row.all;
        *states.entry(row.status).or_default() += row.all;
        let officer = officers.entry(row.assignee).or_default();
        officer.0 += row.all;
        officer.1 += row.breached;
        counts.by_sla.breached += row.breached;
        counts.by_sla.due_soon += row.due_soon;
        counts.by_sla.paused += row.paused;
        counts.by_sla.on_time += row.all - row.breached - row.due_soon - row.paused - row.decided;
    }
    counts.by_status = states.into_iter().map(|(status, count)| StatusCount { status, count }).collect();
    counts.by_assignee =
        officers.into_iter().map(|(assignee, (count, breached))| AssigneeCount { assignee, count, breached }).collect();
    counts.by_assignee.sort_by_key(|c| std::cmp::Reverse(c.count));
    counts
}

/// Assigns complaints to an officer, with one result per complaint. A failed one does not affect the others.
pub async fn assign_all(tx: &mut Tx, input: BulkAssign) -> Result<Reply, Error> {
    let assignee = input.assignee.into_string();
    complaints::actions::require_officer(tx, &assignee).await?;
    let mut items = Vec::with_capacity(input.complaint_ids.len());
    let mut changed = false;
    for (index, id) in input.complaint_ids.into_iter().enumerate() {
        let name = assignee.clone();
        let outcome = tx.attempt(async move |tx: &mut Tx| complaints::actions::assign(tx, id, name).await).await;
        items.push(match outcome {
            Ok(assigned) => {
                changed |= assigned.changed;
                BulkAssignItem { index, id, status: 200, version: Some(assigned.version), problem: None }
            }
            // An internal error is not the result of one item: the whole request fails, so that the client can retry
            // it.
            Err(error) if error.code.row().status >= 500 => return Err(error),
            Err(error) => {
                let problem = Draft::from(&error).problem("/v1/complaints/bulk-assign", &tx.context);
                BulkAssignItem { index, id, status: problem.status, version: None, problem: Some(problem) }
            }
        });
    }
    let reply = Reply::multi_status(&BulkAssignResult { items })?;
    Ok(if changed { reply } else { reply.unchanged() })
}
