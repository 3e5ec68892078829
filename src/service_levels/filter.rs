//! Filter by service level, for the queries of other slices.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::SlaFilter;
use crate::db::schema::complaint_clocks as clocks;

pub type Condition = Box<dyn BoxableExpression<clocks::table, Pg, SqlType = Bool>>;

/// SQL condition for the state of a clock, in the form that its indexes support.
pub fn sla_condition(sla: SlaFilter, now: DateTime<Utc>) -> Condition {
    let running = clocks::stopped_at.is_null().and(clocks::paused_at.is_null());
    match sla {
        SlaFilter::Paused => Box::new(clocks::stopped_at.is_null().and(clocks::paused_at.is_not_null())),
        SlaFilter::Breached => Box::new(running.and(clocks::due_at.lt(now))),
        SlaFilter::DueSoon => Box::new(running.and(clocks::due_at.ge(now)).and(clocks::due_soon_at.le(now))),
        // The condition on `due_at` is implied by the other one, but an index starts with this column.
        SlaFilter::OnTime => Box::new(running.and(clocks::due_at.gt(now)).and(clocks::due_soon_at.gt(now))),
    }
}

/// Clocks of undecided complaints in this state. Only for queries that filter by scope themselves.
pub fn undecided(sla: SlaFilter, now: DateTime<Utc>) -> clocks::BoxedQuery<'static, Pg> {
    clocks::table.filter(clocks::open).filter(sla_condition(sla, now)).into_boxed()
}
