//! Eligibility checks, for the routes and for other slices.

use chrono::{NaiveDate, TimeDelta};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::answer::{self, Inquiry, StatedFact};
use super::api::{CreateEligibilityCheck, EligibilityCheck};
use super::cache::{CompiledProgram, ProgramCache, Programs};
use super::facts::{FactId, FactSet};
use super::values;
use crate::audit::access::Revealed;
use crate::error::{Error, FieldError};
use crate::regions::RegionScope;
use crate::registry::people::actions as registry;
use crate::registry::rows::Household;

pub use super::reference::{fact_catalogue, load_reference};

/// The person or family to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectRef {
    Person(Uuid),
    Family(Uuid),
}

/// Evaluates the rules of a day for a subject in the scope (404 if there is none). An empty `wanted` means all programmes. The result
/// contains no specific personal data, so it may be stored and forwarded. Runs two statements.
pub async fn check(
    conn: &mut AsyncPgConnection,
    programs: &ProgramCache,
    scope: &RegionScope,
    subject: SubjectRef,
    wanted: &[String],
    on: NaiveDate,
) -> Result<EligibilityCheck, Error> {
    let person_id = match subject {
        SubjectRef::Person(id) => Some(id),
        SubjectRef::Family(_) => None,
    };
    let inquiry = Inquiry { person_id, on, ..Inquiry::default() };
    let (home, programs) = read(conn, programs, scope, subject, &inquiry).await?;
    answer::answer(&home, &select(&programs, &home, wanted)?, &inquiry)
}

/// A check, and the persons whose data it used.
pub struct CheckedHousehold {
    pub check: EligibilityCheck,
    /// Id and region of each member whose data may be used: a count for the family uses the data of all of them.
    members: Vec<(Uuid, String)>,
}

impl CheckedHousehold {
    pub(super) fn of(home: &Household, programs: &[&CompiledProgram], inquiry: &Inquiry) -> Result<Self, Error> {
        let used = home.members.iter().filter(|member| !member.is_restricted());
        let members = used.map(|member| (member.id, member.region_code.clone())).collect();
        Ok(Self { check: answer::answer(home, programs, inquiry)?, members })
    }

    /// What a reveal opened: the family and each member, so that each person can see who read their data.
    pub fn revealed(&self) -> impl Iterator<Item = Revealed<'_>> {
        let family = Revealed { kind: "family", id: self.check.family_id, region_code: &self.check.region_code };
        let members = self.members.iter();
        let members = members.map(|(id, region)| Revealed { kind: "person", id: *id, region_code: region });
        std::iter::once(family).chain(members)
    }
}

/// Like [`check`], with the facts that the officer states and the data that the officer may see.
pub async fn check_for_caller(
    conn: &mut AsyncPgConnection,
    programs: &ProgramCache,
    scope: &RegionScope,
    subject: SubjectRef,
    wanted: &[String],
    inquiry: &Inquiry,
) -> Result<CheckedHousehold, Error> {
    let (home, programs) = read(conn, programs, scope, subject, inquiry).await?;
    validate_stated(&programs, &inquiry.stated)?;
    CheckedHousehold::of(&home, &select(&programs, &home, wanted)?, inquiry)
}

async fn read(
    conn: &mut AsyncPgConnection,
    programs: &ProgramCache,
    scope: &RegionScope,
    subject: SubjectRef,
    inquiry: &Inquiry,
) -> Result<(Household, std::sync::Arc<Programs>), Error> {
    let home = match subject {
        SubjectRef::Person(id) => registry::find_household_of_person(conn, scope, id, inquiry.on).await?,
        SubjectRef::Family(id) => registry::find_household(conn, scope, id, inquiry.on).await?,
    };
    let home = home.ok_or_else(Error::not_found)?.usable_for(inquiry.person_id, inquiry.purpose)?;
    let programs = programs.at(conn, home.program_revision).await?;
    Ok((home, programs))
}

/// The requested programmes, or all that apply where the family lives if none is requested. A local instance replaces its national
/// programme.
pub(super) fn select<'a>(
    programs: &'a Programs,
    home: &Household,
    wanted: &[String],
) -> Result<Vec<&'a CompiledProgram>, Error> {
    let region = home.family.region_code.as_str();
    if wanted.is_empty() {
        return Ok(programs.applying_in(region));
    }
    let mut selected: Vec<&CompiledProgram> = Vec::with_capacity(wanted.len());
    let mut faults = Vec::new();
    for (index, code) in wanted.iter().enumerate() {
        let pointer = || format!("/programs/{index}");
        match programs.find_for(code, region) {
            None => faults.push(FieldError::new(pointer(), "unknown_program")),
            Some(_) if wanted.iter().take(index).any(|c| c == code) => {
                faults.push(FieldError::new(pointer(), "repeated"));
            }
            // The request names both a national programme and its local instance.
            Some(program) if selected.iter().any(|s| s.code == program.code) => {}
            Some(program) => selected.push(program),
        }
    }
    if faults.is_empty() { Ok(selected) } else { Err(Error::fields(faults)) }
}

/// Checks that every programme in the stated fact `family.programs_active` exists.
pub(super) fn validate_stated(programs: &Programs, stated: &[StatedFact]) -> Result<(), Error> {
    let mut faults = Vec::new();
    for fact in stated.iter().filter(|fact| fact.id == FactId::FamilyProgramsActive) {
        for (index, code) in fact.value.as_array().iter().flat_map(|codes| codes.iter().enumerate()) {
            if code.as_str().is_some_and(|code| programs.find(code).is_none()) {
                faults.push(FieldError::new(format!("/facts/{}/{index}", fact.id.name()), "unknown_program"));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}

/// Parses the request body, without the subject. Returns all faults at once.
pub fn parse_inquiry(body: &CreateEligibilityCheck, today: NaiveDate) -> Result<Inquiry, Error> {
    let mut faults = Vec::new();
    let named = [body.nik.is_some(), body.person_id.is_some(), body.family_id.is_some()];
    if named.iter().filter(|given| **given).count() != 1 {
        faults.push(FieldError::new("", "one_of"));
    }
    let on = body.on.unwrap_or(today);
    if NaiveDate::from_ymd_opt(2005, 1, 1).is_some_and(|first| on < first) {
        faults.push(FieldError::new("/on", "too_small"));
    }
    if on > today + TimeDelta::days(2 * 366) {
        faults.push(FieldError::new("/on", "too_large"));
    }
    let mut stated = Vec::new();
    let mut scratch = FactSet::new();
    for (name, value) in body.facts.iter().flatten() {
        let pointer = || format!("/facts/{}", name.replace('~', "~0").replace('/', "~1"));
        let about_person = name.starts_with("subject.") || name.starts_with("assessment.");
        match (scratch.set_json(name, value), FactId::from_name(name)) {
            (Err(fault), _) => faults.push(FieldError::new(pointer(), fault.code())),
            (Ok(()), Some(_)) if about_person && body.family_id.is_some() => {
                faults.push(FieldError::new(pointer(), "person_required"));
            }
            (Ok(()), Some(id)) => {
                faults.extend(values::validate(id, value, &pointer()));
                stated.push(StatedFact { id, value: value.clone() });
            }
            (Ok(()), None) => {}
        }
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    Ok(Inquiry { person_id: body.person_id, on, stated, ..Inquiry::default() })
}
