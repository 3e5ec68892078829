//! The clocks of a complaint: first response and decision, pause, a new round after reopening, and escalation of a breach. Pure: time and
//! calendar are arguments.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::calendar::{Calendar, day_in, start_of};
use super::model::{CalendarBasis, ServiceLevelKind, SlaState};
use super::targets::TargetRow;
use crate::db::schema::complaint_clocks;
use crate::db::stored;
use crate::error::Error;
use crate::service_levels::matter::ComplaintStatus as Status;

const PAUSES: &str = "complaint_clocks.pauses";

/// Row with the clocks of one round of a complaint.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = complaint_clocks, check_for_backend(diesel::pg::Pg))]
#[diesel(primary_key(complaint_id, round))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Clock {
    pub complaint_id: Uuid,
    pub round: i16,
    pub region_code: String,
    pub organization_id: Option<Uuid>,
    pub status: Status,
    pub assignee: Option<String>,
    pub open: bool,
    pub target_id: Uuid,
    pub target_kind: ServiceLevelKind,
    pub target_region: String,
    pub first_response_days: Option<i16>,
    pub resolution_days: i16,
    pub province_after_days: i16,
    pub ministry_after_days: i16,
    pub started_at: DateTime<Utc>,
    pub first_responded_at: Option<DateTime<Utc>>,
    pub stopped_at: Option<DateTime<Utc>>,
    pub paused_at: Option<DateTime<Utc>>,
    pub pauses: serde_json::Value,
    pub first_response_due_at: Option<DateTime<Utc>>,
    pub resolution_due_at: DateTime<Utc>,
    pub basis: CalendarBasis,
    pub due_at: DateTime<Utc>,
    pub due_soon_at: DateTime<Utc>,
    pub first_response_breached_at: Option<DateTime<Utc>>,
    pub resolution_breached_at: Option<DateTime<Utc>>,
    pub escalation_level: i16,
    pub check_at: Option<DateTime<Utc>>,
}

/// A period in which the desk waited for the reporter and the clocks were paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// A missed deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    FirstResponse,
    Resolution,
}

impl Breach {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::Resolution => "resolution",
        }
    }
}

/// Result of checking a clock.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub breaches: Vec<Breach>,
    /// The new escalation level, if it rose.
    pub escalated_to: Option<i16>,
}

/// Desk, manager, province, ministry.
pub const MAX_LEVEL: i16 = 3;

/// States with a decision, or without need for one.
const fn decided(status: Status) -> bool {
    matches!(status, Status::Resolved | Status::Closed | Status::Rejected | Status::Withdrawn | Status::Duplicate)
}

/// States in which no work is left.
const fn ended(status: Status) -> bool {
    matches!(status, Status::Closed | Status::Rejected | Status::Withdrawn | Status::Duplicate)
}

/// Whether this step reopens the complaint, which starts a new round.
pub const fn reopens(from: Status, to: Status) -> bool {
    decided(from) && !decided(to)
}

fn days(count: i16) -> u16 {
    u16::try_from(count).unwrap_or(0)
}

/// Length of the "due soon" period: the last fifth of the allowed days, at least one working day.
fn soon_days(allowed: u16) -> u16 {
    (allowed / 5).max(1)
}

impl Clock {
    /// Starts the clocks of a round. Only the first round has a deadline for the first response.
    pub fn start(
        complaint_id: Uuid,
        round: i16,
        region_code: &str,
        target: &TargetRow,
        status: Status,
        now: DateTime<Utc>,
    ) -> Self {
        let first_response_days = (round == 1).then_some(target.first_response_days);
        Self {
            complaint_id,
            round,
            region_code: region_code.to_owned(),
            organization_id: None,
            status,
            assignee: None,
            open: true,
            target_id: target.id,
            target_kind: target.kind,
            target_region: target.region_code.clone(),
            first_response_days,
            resolution_days: target.resolution_days,
            province_after_days: target.province_after_days,
            ministry_after_days: target.ministry_after_days,
            started_at: now,
            first_responded_at: None,
            stopped_at: None,
            paused_at: None,
            pauses: serde_json::json!([]),
            first_response_due_at: None,
            resolution_due_at: now,
            basis: CalendarBasis::Official,
            due_at: now,
            due_soon_at: now,
            first_response_breached_at: None,
            resolution_breached_at: None,
            escalation_level: 0,
            check_at: None,
        }
    }

    /// Sets another target, which applies from the start of the round.
    pub fn set_target(&mut self, target: &TargetRow) {
        self.target_id = target.id;
        self.target_kind = target.kind;
        self.target_region = target.region_code.clone();
        self.resolution_days = target.resolution_days;
        self.province_after_days = target.province_after_days;
        self.ministry_after_days = target.ministry_after_days;
        if self.first_responded_at.is_none() {
            self.first_response_days = self.first_response_days.map(|_| target.first_response_days);
        }
    }

    /// Applies a step of the complaint.
    pub fn step(&mut self, to: Status, now: DateTime<Utc>) -> Result<(), Error> {
        if let Some(from) = self.paused_at.take() {
            // As values: a newer instance may know more of a pause.
            let mut pauses: Vec<Value> = stored::read(&self.pauses, PAUSES, self.complaint_id)?;
            pauses.push(stored::write(&Pause { from, until: now })?);
            self.pauses = pauses.into();
        }
        if to == Status::AwaitingInfo {
            self.paused_at = Some(now);
        } else if to != Status::Received && self.first_response_days.is_some() {
            self.first_responded_at.get_or_insert(now);
        }
        if decided(to) {
            self.stopped_at.get_or_insert(now);
        }
        self.open = !ended(to);
        self.status = to;
        Ok(())
    }

    pub fn pauses(&self) -> Result<Vec<Pause>, Error> {
        stored::read(&self.pauses, PAUSES, self.complaint_id)
    }

    fn owes_first_response(&self) -> bool {
        self.first_response_days.is_some() && self.first_responded_at.is_none()
    }

    fn runs(&self) -> bool {
        self.stopped_at.is_none() && self.paused_at.is_none()
    }

    /// Recalculates all deadlines. A pause extends them by the working days in it.
    pub fn recalculate(&mut self, calendar: &Calendar, now: DateTime<Utc>) -> Result<(), Error> {
        let region = self.region_code.as_str();
        let pauses = self.pauses()?;
        let paused = |before: Option<DateTime<Utc>>| -> u16 {
            pauses
                .iter()
                .filter(|p| before.is_none_or(|end| p.from < end))
                .map(|p| calendar.between(region, day_in(region, p.from), day_in(region, p.until)))
                .fold(0, u16::saturating_add)
        };
        let first = self.first_response_days.map(|allowed| {
            let total = days(allowed).saturating_add(paused(self.first_responded_at));
            calendar.deadline(region, self.started_at, total)
        });
        let resolution =
            calendar.deadline(region, self.started_at, days(self.resolution_days).saturating_add(paused(None)));
        let (due, allowed) = match first.filter(|_| self.owes_first_response()) {
            Some(first) => (first.at, self.first_response_days.map_or(1, days)),
            None => (resolution.at, days(self.resolution_days)),
        };
        let mut soon = day_in(region, due);
        for _ in 1..soon_days(allowed) {
            soon = calendar.previous(region, soon);
        }
        self.due_soon_at = start_of(region, soon);
        self.first_response_due_at = first.map(|d| d.at);
        self.resolution_due_at = resolution.at;
        self.basis = resolution.basis;
        self.due_at = due;
        // A deadline that has moved into the future is no breach.
        if self.first_response_due_at.is_some_and(|due| due >= now) && self.owes_first_response() {
            self.first_response_breached_at = None;
        }
        if self.stopped_at.is_none() && self.resolution_due_at >= now {
            self.resolution_breached_at = None;
        }
        self.check_at = self.next_check(calendar);
        Ok(())
    }

    /// Finds breaches and escalations since the last check.
    pub fn check(&mut self, calendar: &Calendar, now: DateTime<Utc>) -> Findings {
        let mut findings = Findings::default();
        if self.runs() && now > self.due_at {
            let (breached_at, breach) = if self.owes_first_response() {
                (&mut self.first_response_breached_at, Breach::FirstResponse)
            } else {
                (&mut self.resolution_breached_at, Breach::Resolution)
            };
            if breached_at.is_none() {
                *breached_at = Some(now);
                findings.breaches.push(breach);
            }
            // Both breaches at once, if the last check was long ago.
            if now > self.resolution_due_at && self.resolution_breached_at.is_none() {
                self.resolution_breached_at = Some(now);
                findings.breaches.push(Breach::Resolution);
            }
            let level = self.level_at(calendar, now);
            if level > self.escalation_level {
                self.escalation_level = level;
                findings.escalated_to = Some(level);
            }
        }
        self.check_at = self.next_check(calendar);
        findings
    }

    fn level_at(&self, calendar: &Calendar, now: DateTime<Utc>) -> i16 {
        let region = self.region_code.as_str();
        let over = calendar.between(region, day_in(region, self.due_at), day_in(region, now));
        match over {
            over if over >= days(self.ministry_after_days) => MAX_LEVEL,
            over if over >= days(self.province_after_days) => 2,
            _ => 1,
        }
    }

    fn next_check(&self, calendar: &Calendar) -> Option<DateTime<Utc>> {
        let breached_at =
            if self.owes_first_response() { self.first_response_breached_at } else { self.resolution_breached_at };
        if !self.runs() {
            return None;
        }
        let at_breach = self.due_at + chrono::TimeDelta::seconds(1);
        if breached_at.is_none() {
            return Some(at_breach);
        }
        let region = self.region_code.as_str();
        let due = day_in(region, self.due_at);
        let after = |count: i16| start_of(region, calendar.add(region, due, days(count)));
        let escalation = match self.escalation_level {
            ..=0 => Some(at_breach),
            1 => Some(after(self.province_after_days)),
            2 => Some(after(self.ministry_after_days)),
            _ => None,
        };
        // The deadline of the decision may pass while the first response is still overdue.
        let decision = (self.owes_first_response() && self.resolution_breached_at.is_none())
            .then(|| self.resolution_due_at + chrono::TimeDelta::seconds(1));
        escalation.into_iter().chain(decision).min()
    }

    pub fn state(&self, now: DateTime<Utc>) -> SlaState {
        let late = |due: DateTime<Utc>, done: DateTime<Utc>| done > due;
        if let Some(stopped) = self.stopped_at {
            let first_late = match (self.first_response_due_at, self.first_responded_at) {
                (Some(due), Some(done)) => late(due, done),
                _ => false,
            };
            return if first_late || late(self.resolution_due_at, stopped) {
                SlaState::Breached
            } else {
                SlaState::Met
            };
        }
        if self.paused_at.is_some() {
            return SlaState::Paused;
        }
        match now {
            now if now > self.due_at => SlaState::Breached,
            now if now >= self.due_soon_at => SlaState::DueSoon,
            _ => SlaState::OnTime,
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
