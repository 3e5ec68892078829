//! The demo's cases. Each step in the tables is performed through the use case that callers use, by its officer and with the
//! clock set to its day. So a case that was late on that day is late when the demo starts.

mod act;
mod complaints;
mod referrals;
mod step;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use self::act::Made;
use self::step::{Act, Case};
use super::directory::{CLIENTS, STAFF, organization_id};
use super::{Home, granted};
use crate::auth::Actor;
use crate::auth::keys::{KeyRing, Keys};
use crate::auth::roles::permissions_of;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::pool::Class;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::regions::RegionScope;
use crate::resources::Resources;
use crate::service_levels::cache::{ServiceLevelCache, Standards};
use crate::service_levels::calendar::{day_in, start_of};
use crate::transaction::{self, TxContext};

/// Desks open at eight; the steps of one day are spaced apart.
const OPENS: TimeDelta = TimeDelta::hours(8);
const BETWEEN_STEPS: TimeDelta = TimeDelta::minutes(20);

pub async fn seed(url: &str, keys: Arc<Keys>, homes: &[Home]) -> Result<(), Error> {
    let db = Db::new(url, 1, Duration::from_secs(60), Class::Background)?;
    let resources = Resources::default().with(ProgramCache::default()).with(ServiceLevelCache::default());
    let standards = resources.get::<ServiceLevelCache>()?.latest(&*db.read().await?).await?;
    let mut driver =
        Driver { db, keys: keys.ring(), resources, standards, started_at: Utc::now(), complaints: HashMap::new() };
    for case in complaints::CASES.iter().chain(referrals::CASES) {
        driver.play(case, homes).await?;
    }
    Ok(())
}

struct Driver {
    db: Db,
    keys: Arc<KeyRing>,
    resources: Resources,
    standards: Arc<Standards>,
    started_at: DateTime<Utc>,
    /// Complaints by the key of their case.
    complaints: HashMap<&'static str, Uuid>,
}

impl Driver {
    async fn play(&mut self, case: &'static Case, homes: &[Home]) -> Result<(), Error> {
        let regency = case.regency();
        let home = homes.iter().filter(|home| home.village.starts_with(regency)).nth(case.home);
        let home = home.ok_or_else(|| Error::internal(format!("{regency} has too few families")))?;
        let mut made = Made::default();
        for (index, step) in case.steps.iter().enumerate() {
            let actor = actor(step.by).ok_or_else(|| Error::internal(format!("the demo has no actor {}", step.by)))?;
            let at = self.moment(regency, step.ago, index);
            let clock = Clock::default();
            clock.advance(at - clock.now());
            let context = TxContext {
                actor: Arc::new(actor),
                ..TxContext::system(clock, self.keys.clone(), self.resources.clone())
            };
            if let Act::MarkDuplicate(key) = step.act {
                made.duplicate_of = self.complaints.get(key).copied();
            }
            let home = home.clone();
            let done = transaction::run(&self.db, context, async move |tx| {
                act::perform(tx, case, &step.act, &home, made).await
            });
            made = done
                .await
                .inspect_err(|error| tracing::error!(case = case.key, step = index, ?error, "demo case failed"))?;
        }
        self.complaints.extend(made.complaint.map(|id| (case.key, id)));
        Ok(())
    }

    /// The time of a step: `ago` working days before today, or before the last working day if today is not one. 0 is now.
    fn moment(&self, region: &str, ago: u16, index: usize) -> DateTime<Utc> {
        if ago == 0 {
            return self.started_at;
        }
        let calendar = &self.standards.calendar;
        let mut day = day_in(region, self.started_at);
        if !calendar.is_working_day(region, day) {
            day = calendar.previous(region, day);
        }
        for _ in 0..ago {
            day = calendar.previous(region, day);
        }
        start_of(region, day) + OPENS + BETWEEN_STEPS * i32::try_from(index).unwrap_or_default()
    }
}

impl Case {
    /// The regency of the case: that of the actor of the first step.
    fn regency(&self) -> &'static str {
        let first = self.steps.first().map_or("", |step| step.by);
        STAFF.iter().find(|o| o.id == first).and_then(|o| o.regions.first()).copied().unwrap_or_default()
    }
}

fn actor(id: &str) -> Option<Actor> {
    if let Some(officer) = STAFF.iter().find(|o| o.id == id) {
        return Some(Actor {
            client_id: "demo-seed".to_owned(),
            subject: officer.id.to_owned(),
            organization_id: Some(organization_id(officer.organization)),
            scope: RegionScope::from_codes(officer.regions),
            permissions: permissions_of(officer.roles),
            roles: officer.roles.iter().map(ToString::to_string).collect(),
        });
    }
    let client = CLIENTS.iter().find(|c| c.id == id)?;
    Some(Actor {
        client_id: client.id.to_owned(),
        subject: client.id.to_owned(),
        organization_id: client.organization.map(organization_id),
        scope: RegionScope::from_codes(client.regions),
        permissions: granted(client),
        roles: client.roles.iter().map(ToString::to_string).collect(),
    })
}
