//! The filter that other slices put on their own queries.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;

use super::model::SlaFilter;
use crate::db::schema::complaint_clocks as clocks;

/// Clocks of the undecided complaints that stand so to their deadline. For a query that is itself within scope. The conditions are
/// written as two indexes have them.
pub fn undecided(sla: SlaFilter, now: DateTime<Utc>) -> clocks::BoxedQuery<'static, Pg> {
    let all = clocks::table.filter(clocks::open).filter(clocks::stopped_at.is_null()).into_boxed();
    let running = clocks::paused_at.is_null();
    match sla {
        SlaFilter::Paused => all.filter(clocks::paused_at.is_not_null()),
        SlaFilter::Breached => all.filter(running).filter(clocks::due_at.lt(now)),
        SlaFilter::DueSoon => all.filter(running).filter(clocks::due_at.ge(now)).filter(clocks::due_soon_at.le(now)),
        // Whoever is not due soon is not due either; an index begins there.
        SlaFilter::OnTime => all.filter(running).filter(clocks::due_at.gt(now)).filter(clocks::due_soon_at.gt(now)),
    }
}
