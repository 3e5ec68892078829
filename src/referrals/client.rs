//! The few facts about the client that routing and the target need.

use chrono::{Datelike as _, NaiveDate};
use diesel_async::AsyncPgConnection;

use crate::error::Error;
use crate::regions::RegionScope;
use crate::registry;
use crate::registry::model::SchoolLevel;
use crate::registry::people::actions::Subject;
use crate::registry::rows::PersonRow;

#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Birth year of the person, or of the head of the family.
    pub birth_year: Option<i16>,
    pub has_nik: bool,
    /// School level of the person, or of all pupils of the family.
    pub school_levels: Vec<SchoolLevel>,
}

pub async fn find(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    subject: &Subject,
    on: NaiveDate,
) -> Result<Client, Error> {
    if let Some(id) = subject.person_id {
        let person = registry::people::actions::find_person(conn, scope, id).await?;
        return Ok(person.map_or_else(Client::default, |person| of(&person, std::slice::from_ref(&person))));
    }
    let home = registry::people::actions::find_household(conn, scope, subject.family_id, on).await?;
    Ok(home.and_then(|home| Some(of(home.head()?, &home.members))).unwrap_or_default())
}

fn of(person: &PersonRow, pupils: &[PersonRow]) -> Client {
    let pupils = pupils.iter().filter(|p| p.school_enrolled != Some(false) || pupils.len() == 1);
    Client {
        birth_year: person.birth_date.and_then(|day| i16::try_from(day.year()).ok()),
        has_nik: person.nik_sealed.is_some(),
        school_levels: pupils.filter_map(|p| p.school_level).filter(|l| *l != SchoolLevel::None).collect(),
    }
}
