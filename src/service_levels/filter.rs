//! The filter that other slices put on their own queries.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::SlaFilter;
use crate::db::schema::complaint_clocks as clocks;

pub type Condition = Box<dyn BoxableExpression<clocks::table, Pg, SqlType = Bool>>;

/// That a clock stands so to its deadline. Written as the indexes have it.
pub fn stands(sla: SlaFilter, now: DateTime<Utc>) -> Condition {
    let running = clocks::stopped_at.is_null().and(clocks::paused_at.is_null());
    match sla {
        SlaFilter::Paused => Box::new(clocks::stopped_at.is_null().and(clocks::paused_at.is_not_null())),
        SlaFilter::Breached => Box::new(running.and(clocks::due_at.lt(now))),
        SlaFilter::DueSoon => Box::new(running.and(clocks::due_at.ge(now)).and(clocks::due_soon_at.le(now))),
        // Whoever is not due soon is not due either; an index begins there.
        SlaFilter::OnTime => Box::new(running.and(clocks::due_at.gt(now)).and(clocks::due_soon_at.gt(now))),
    }
}

/// Clocks of the undecided complaints that stand so. For a query that is itself within scope.
pub fn undecided(sla: SlaFilter, now: DateTime<Utc>) -> clocks::BoxedQuery<'static, Pg> {
    clocks::table.filter(clocks::open).filter(stands(sla, now)).into_boxed()
}
