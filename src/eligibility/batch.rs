//! Many checks in one request: the families are read in sets, each check is judged by itself.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::Value;
use uuid::Uuid;

use super::actions::{Inquired, judge_stated, read_inquiry, select};
use super::answer::Inquiry;
use super::api::CreateEligibilityCheck;
use super::cache::ProgramCache;
use crate::auth::caller::AccessPurpose;
use crate::auth::sealing::Sealer;
use crate::error::Error;
use crate::http::json::parse_value;
use crate::regions::RegionScope;
use crate::registry::actions as registry;
use crate::registry::nik::ParsedNik;
use crate::registry::rows::Household;

/// Checks between two turns for other requests of the same worker.
const AT_A_STRETCH: usize = 50;

/// Who asks, and what they may see.
pub struct Asker<'a> {
    pub scope: &'a RegionScope,
    pub sealer: &'a Sealer,
    pub programs: &'a ProgramCache,
    pub today: NaiveDate,
    /// What specific personal data is opened for.
    pub purpose: Option<AccessPurpose>,
    pub restricted: bool,
    /// Leave out the conditions?
    pub brief: bool,
}

enum Subject {
    Nik(ParsedNik),
    Person(Uuid),
    Family(Uuid),
}

struct Question {
    subject: Subject,
    inquiry: Inquiry,
    wanted: Vec<String>,
    family_id: Option<Uuid>,
}

impl Asker<'_> {
    fn read(&self, item: Value) -> Result<Question, Error> {
        let body: CreateEligibilityCheck = parse_value(item)?;
        let inquiry = read_inquiry(&body, self.today)?;
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
        Ok(Question { subject, inquiry, wanted: body.programs.unwrap_or_default(), family_id: None })
    }

    /// One result an item, in order.
    pub async fn check_all(
        &self,
        conn: &mut AsyncPgConnection,
        items: Vec<Value>,
    ) -> Result<Vec<Result<Inquired, Error>>, Error> {
        let mut questions: Vec<Result<Question, Error>> = items.into_iter().map(|item| self.read(item)).collect();
        self.find_families(conn, &mut questions).await?;
        let mut days: HashMap<NaiveDate, HashSet<Uuid>> = HashMap::new();
        for question in questions.iter().flatten() {
            days.entry(question.inquiry.on).or_default().extend(question.family_id);
        }
        let mut households: HashMap<(NaiveDate, Uuid), Household> = HashMap::new();
        for (day, families) in days {
            let ids: Vec<Uuid> = families.into_iter().collect();
            let found = registry::find_households(conn, self.scope, &ids, day).await?;
            households.extend(found.into_iter().map(|home| ((day, home.family.id), home)));
        }
        let revision = households.values().map(|home| home.program_revision).max().unwrap_or(0);
        let programs = self.programs.at(conn, revision).await?;
        let mut results = Vec::with_capacity(questions.len());
        for (index, question) in questions.into_iter().enumerate() {
            if index % AT_A_STRETCH == AT_A_STRETCH - 1 {
                tokio::task::yield_now().await;
            }
            results.push(question.and_then(|question| {
                let place = question.family_id.map(|id| (question.inquiry.on, id));
                let home = place.and_then(|place| households.get(&place)).ok_or_else(Error::not_found)?;
                let home = home.clone().usable_for(question.inquiry.person_id, question.inquiry.purpose)?;
                judge_stated(&programs, &question.inquiry.stated)?;
                let chosen = select(&programs, &home, &question.wanted)?;
                Inquired::of(&home, &chosen, &question.inquiry)
            }));
        }
        Ok(results)
    }

    async fn find_families(
        &self,
        conn: &mut AsyncPgConnection,
        questions: &mut [Result<Question, Error>],
    ) -> Result<(), Error> {
        let (mut niks, mut persons) = (Vec::new(), Vec::new());
        for question in questions.iter().flatten() {
            match &question.subject {
                Subject::Nik(nik) => niks.push(nik.clone()),
                Subject::Person(id) => persons.push(*id),
                Subject::Family(_) => {}
            }
        }
        let mut bearers = registry::find_bearers(conn, self.sealer, &niks).await?.into_iter();
        let families = registry::find_families_of(conn, self.scope, &persons).await?;
        for question in questions.iter_mut().flatten() {
            match &question.subject {
                Subject::Nik(_) => {
                    let (family_id, person_id) = bearers.next().flatten().unzip();
                    question.family_id = family_id;
                    question.inquiry.person_id = person_id.flatten();
                }
                Subject::Person(id) => question.family_id = families.get(id).copied(),
                Subject::Family(id) => question.family_id = Some(*id),
            }
        }
        Ok(())
    }
}
