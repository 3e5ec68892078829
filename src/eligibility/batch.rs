//! Many checks in one request: families are read in sets, each check is evaluated independently.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::Value;
use uuid::Uuid;

use super::actions::{CheckedHousehold, parse_inquiry, select, validate_stated};
use super::answer::Inquiry;
use super::api::CreateEligibilityCheck;
use super::cache::ProgramCache;
use crate::auth::caller::AccessPurpose;
use crate::auth::sealing::Sealer;
use crate::error::Error;
use crate::http::json::parse_value;
use crate::regions::RegionScope;
use crate::registry::identity::nik::ParsedNik;
use crate::registry::people::actions as registry;
use crate::registry::rows::Household;

/// Number of checks after which the task yields to other requests of the same worker.
const CHECKS_PER_YIELD: usize = 50;

/// Context of the caller: scope, and what the caller may see.
pub struct BatchChecker<'a> {
    pub scope: &'a RegionScope,
    pub sealer: &'a Sealer,
    pub programs: &'a ProgramCache,
    pub today: NaiveDate,
    /// Purpose for which specific personal data is opened.
    pub purpose: Option<AccessPurpose>,
    pub restricted: bool,
    /// Leave out the list of conditions.
    pub brief: bool,
}

enum Subject {
    Nik(ParsedNik),
    Person(Uuid),
    Family(Uuid),
}

struct ParsedCheck {
    subject: Subject,
    inquiry: Inquiry,
    wanted: Vec<String>,
    family_id: Option<Uuid>,
}

impl BatchChecker<'_> {
    fn parse(&self, item: Value) -> Result<ParsedCheck, Error> {
        let body: CreateEligibilityCheck = parse_value(item)?;
        let inquiry = parse_inquiry(&body, self.today)?;
        let inquiry = Inquiry {
            revealed: self.purpose.is_some(),
            purpose: self.purpose,
            restricted: self.restricted,
            brief: self.brief,
            ..inquiry
        };
        let subject = match (&body.nik, body.person_id, body.family_id) {
            (Some(nik), ..) => Subject::Nik(registry::read_nik(nik, self.today)?),
            (None, Some(id), _) => Subject::Person(id),
            (None, None, id) => Subject::Family(id.unwrap_or(Uuid::nil())),
        };
        Ok(ParsedCheck { subject, inquiry, wanted: body.programs.unwrap_or_default(), family_id: None })
    }

    /// One result per item, in order.
    pub async fn check_all(
        &self,
        conn: &mut AsyncPgConnection,
        items: Vec<Value>,
    ) -> Result<Vec<Result<CheckedHousehold, Error>>, Error> {
        let mut checks: Vec<Result<ParsedCheck, Error>> = items.into_iter().map(|item| self.parse(item)).collect();
        self.find_families(conn, &mut checks).await?;
        let mut days: HashMap<NaiveDate, HashSet<Uuid>> = HashMap::new();
        for check in checks.iter().flatten() {
            days.entry(check.inquiry.on).or_default().extend(check.family_id);
        }
        let mut households: HashMap<(NaiveDate, Uuid), Household> = HashMap::new();
        for (day, families) in days {
            let ids: Vec<Uuid> = families.into_iter().collect();
            let found = registry::find_households(conn, self.scope, &ids, day).await?;
            households.extend(found.into_iter().map(|home| ((day, home.family.id), home)));
        }
        let revision = households.values().map(|home| home.program_revision).max().unwrap_or(0);
        let programs = self.programs.at(conn, revision).await?;
        let mut results = Vec::with_capacity(checks.len());
        for (index, check) in checks.into_iter().enumerate() {
            if index % CHECKS_PER_YIELD == CHECKS_PER_YIELD - 1 {
                tokio::task::yield_now().await;
            }
            results.push(check.and_then(|check| {
                let key = check.family_id.map(|id| (check.inquiry.on, id));
                let home = key.and_then(|key| households.get(&key)).ok_or_else(Error::not_found)?;
                let home = home.clone().usable_for(check.inquiry.person_id, check.inquiry.purpose)?;
                validate_stated(&programs, &check.inquiry.stated)?;
                let selected = select(&programs, &home, &check.wanted)?;
                CheckedHousehold::of(&home, &selected, &check.inquiry)
            }));
        }
        Ok(results)
    }

    async fn find_families(
        &self,
        conn: &mut AsyncPgConnection,
        checks: &mut [Result<ParsedCheck, Error>],
    ) -> Result<(), Error> {
        let (mut niks, mut persons) = (Vec::new(), Vec::new());
        for check in checks.iter().flatten() {
            match &check.subject {
                Subject::Nik(nik) => niks.push(nik.clone()),
                Subject::Person(id) => persons.push(*id),
                Subject::Family(_) => {}
            }
        }
        let mut holders = registry::find_nik_holders(conn, self.sealer, &niks).await?.into_iter();
        let families = registry::find_families_of(conn, self.scope, &persons).await?;
        for check in checks.iter_mut().flatten() {
            match &check.subject {
                Subject::Nik(_) => {
                    let (family_id, person_id) = holders.next().flatten().unzip();
                    check.family_id = family_id;
                    check.inquiry.person_id = person_id.flatten();
                }
                Subject::Person(id) => check.family_id = families.get(id).copied(),
                Subject::Family(id) => check.family_id = Some(*id),
            }
        }
        Ok(())
    }
}
