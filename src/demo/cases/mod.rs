//! The demo's cases: what the tables tell is done step by step through the same actions that callers use, each step by its
//! officer and with the clock turned back to its day. What was late by then is late on the first day of the demo.

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
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::regions::RegionScope;
use crate::resources::Resources;
use crate::service_levels::cache::{ServiceLevelCache, Standards};
use crate::service_levels::calendar::{day_in, start_of};
use crate::transaction::{self, TxContext};

/// Desks open at eight; a day's steps follow one another.
const OPENS: TimeDelta = TimeDelta::hours(8);
const BETWEEN_STEPS: TimeDelta = TimeDelta::minutes(20);

pub async fn seed(url: &str, keys: Arc<Keys>, homes: &[Home]) -> Result<(), Error> {
    let db = Db::new(url, 1, Duration::from_secs(60))?;
    let resources = Resources::default().with(ProgramCache::default()).with(ServiceLevelCache::default());
    let standards = resources.get::<ServiceLevelCache>()?.latest(&*db.read().await?).await?;
    let mut driver =
        Driver { db, keys: keys.ring(), resources, standards, began: Utc::now(), complaints: HashMap::new() };
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
    began: DateTime<Utc>,
    /// By the keys of their cases.
    complaints: HashMap<&'static str, Uuid>,
}

impl Driver {
    async fn play(&mut self, case: &'static Case, homes: &[Home]) -> Result<(), Error> {
        let regency = case.regency();
        let home = homes.iter().filter(|home| home.village.starts_with(regency)).nth(case.home);
        let home = home.ok_or_else(|| Error::internal(format!("{regency} has too few families")))?;
        let mut made = Made::default();
        for (index, step) in case.steps.iter().enumerate() {
            let actor = actor(step.by).ok_or_else(|| Error::internal(format!("the demo has no {}", step.by)))?;
            let at = self.moment(regency, step.ago, index);
            let clock = Clock::default();
            clock.advance(at - clock.now());
            let context = TxContext {
                actor: Arc::new(actor),
                ..TxContext::system(clock, self.keys.clone(), self.resources.clone())
            };
            if let Act::MarkDuplicate(key) = step.act {
                made.repeats = self.complaints.get(key).copied();
            }
            let home = home.clone();
            let done =
                transaction::run(&self.db, context, async move |tx| act::take(tx, case, &step.act, &home, made).await);
            made = done.await.inspect_err(|error| tracing::error!(case = case.key, step = index, ?error, "demo"))?;
        }
        self.complaints.extend(made.complaint.map(|id| (case.key, id)));
        Ok(())
    }

    /// On the working day so many working days before today, or before the last one if today is none; now for none.
    fn moment(&self, region: &str, ago: u16, index: usize) -> DateTime<Utc> {
        if ago == 0 {
            return self.began;
        }
        let calendar = &self.standards.calendar;
        let mut day = day_in(region, self.began);
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
    /// Where it happens: that of whoever takes the first step.
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
