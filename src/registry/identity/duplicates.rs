//! Who could be the same person as somebody, with a score and the reasons for it. A person decides; see `mergers`.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::auth::Actor;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::http::text::PersonName;
use crate::regions::{RegionCode, RegionScope};
use crate::registry::identity::names;
use crate::registry::identity::store::search::{self as store, NameRange};
use crate::registry::model::Sex;
use crate::registry::people::actions;
use crate::registry::people::api::NikDigits;
use crate::registry::people::change::open_nik;
use crate::registry::people::responses::Person;
use crate::registry::people::store as registry;
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::PersonRow;

crate::text_enum! {
    /// What speaks for or against two records being one person.
    pub enum PersonDuplicateReason {
        SameNik = "same_nik": "NIK sama" / "Same NIK",
        DifferentNik = "different_nik": "NIK berbeda" / "Different NIK",
        SameName = "same_name": "Nama sama" / "Same name",
        SimilarName = "similar_name": "Nama mirip" / "Similar name",
        SameBirthDate = "same_birth_date": "Tanggal lahir sama" / "Same birth date",
        NearBirthDate = "near_birth_date": "Tanggal lahir mirip" / "Similar birth date",
        DifferentBirthDate = "different_birth_date": "Tanggal lahir berbeda" / "Different birth date",
        DifferentSex = "different_sex": "Jenis kelamin berbeda" / "Different sex",
        SameVillage = "same_village": "Desa/kelurahan sama" / "Same village",
        SameDistrict = "same_district": "Kecamatan sama" / "Same district",
        SameRegency = "same_regency": "Kabupaten/kota sama" / "Same regency",
    }
}

/// Whose double is looked for: a person who is registered, or a description before somebody is.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "full_name": "Moh. Ridwan", "birth_date": "1990-03-12", "sex": "male", "region_code": "32.04.05.2001",
}))]
pub struct DuplicateSearch {
    /// A person of the registry; then nothing else is given.
    pub person_id: Option<Uuid>,
    /// NIK, if there is one.
    pub nik: Option<NikDigits>,
    /// Name as in the papers, or as it is said.
    pub full_name: Option<PersonName>,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Where the person lives: names are looked for in the regency of it.
    pub region_code: Option<RegionCode>,
}

/// Who could be the same person, likeliest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DuplicateCandidates {
    /// At most twenty.
    #[schema(max_items = 20)]
    pub items: Vec<DuplicateCandidate>,
}

/// Somebody who could be the same person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DuplicateCandidate {
    /// How likely, 0 to 100. Below 60 nobody is listed.
    #[schema(minimum = 0, maximum = 100, example = 92)]
    pub score: u8,
    /// What speaks for and against it.
    #[schema(example = json!(["similar_name", "same_birth_date", "same_village"]))]
    pub reasons: Vec<PersonDuplicateReason>,
    /// The person, masked.
    pub person: Person,
}

/// What is compared.
#[derive(Debug)]
struct Described {
    id: Option<Uuid>,
    nik: Option<String>,
    name: String,
    birth_date: Option<NaiveDate>,
    sex: Option<Sex>,
    region_code: String,
}

const LEAST_SCORE: i32 = 60;
const MOST_SHOWN: usize = 20;
const MOST_COMPARED: i64 = 300;

pub async fn find(
    conn: &mut Connection,
    viewer: Viewer<'_>,
    actor: &Actor,
    input: DuplicateSearch,
    today: NaiveDate,
) -> Result<DuplicateCandidates, Error> {
    let sealer = viewer.sealer;
    if input.birth_date.is_some_and(|day| day > today) {
        return Err(Error::field("/birth_date", "in_the_future"));
    }
    let asked = match (input.person_id, input.full_name, input.region_code) {
        (Some(id), None, None) => {
            let row = registry::find_person(conn, &actor.scope, id).await?;
            let row = row.ok_or_else(|| Error::field("/person_id", "unknown_person"))?;
            if row.is_restricted() {
                return Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED));
            }
            Described {
                id: Some(id),
                nik: open_nik(sealer, &row)?,
                name: row.full_name,
                birth_date: row.birth_date,
                sex: Some(row.sex),
                region_code: row.region_code,
            }
        }
        (None, Some(name), Some(region)) => {
            let nik = input.nik.as_ref().map(|digits| actions::read_nik(digits, today)).transpose()?;
            Described {
                id: None,
                birth_date: input.birth_date.or(nik.as_ref().map(|nik| nik.birth_date)),
                sex: input.sex.or(nik.as_ref().map(|nik| nik.sex)),
                nik: nik.map(|nik| nik.nik.expose().to_owned()),
                name: name.into_string(),
                region_code: region.as_str().to_owned(),
            }
        }
        (None, None, _) => return Err(Error::field("/full_name", "required")),
        (None, _, None) => return Err(Error::field("/region_code", "required")),
        _ => return Err(Error::field("", "one_of")),
    };
    let regency = RegionScope::from_codes(&[asked.region_code.get(..5).unwrap_or(&asked.region_code)]);
    let sound = NameRange::from(names::sounds(&asked.name));
    let rows = store::list_candidates_visible(conn, &actor.scope, &regency, &sound, asked.birth_date, MOST_COMPARED);
    let mut rows = rows.await?;
    let mut bearer_id = None;
    if let Some(nik) = &asked.nik
        && let Ok(parsed) = crate::registry::identity::nik::Nik::parse(nik, today, &|code| {
            crate::regions::directory::find(code).is_some()
        })
        && let Some(bearer) = actions::look_up_person(conn, sealer, &actor.scope, &parsed).await?
    {
        bearer_id = Some(bearer.id);
        // Compared with somebody restricted, what is asked would tell what is recorded.
        rows.extend(Some(bearer).filter(|bearer| !bearer.is_restricted()));
    }
    rows.sort_by_key(|row| row.id);
    rows.dedup_by_key(|row| row.id);
    let words = names::words(&asked.name);
    let mut scored = Vec::new();
    for row in rows.into_iter().filter(|row| Some(row.id) != asked.id) {
        // By a merger a person is found by another's number too.
        let nik = if bearer_id == Some(row.id) { asked.nik.clone() } else { open_nik(sealer, &row)? };
        let (score, reasons) = compare(&asked, &words, &row, nik.as_deref());
        if score >= LEAST_SCORE {
            scored.push((score, reasons, row));
        }
    }
    scored.sort_by_key(|(score, _, row)| (std::cmp::Reverse(*score), row.id));
    let items = scored.into_iter().take(MOST_SHOWN).map(|(score, reasons, row)| {
        let score = u8::try_from(score.clamp(0, 100)).unwrap_or(100);
        Ok(DuplicateCandidate { score, reasons, person: viewer.person(row)? })
    });
    Ok(DuplicateCandidates { items: items.collect::<Result<_, Error>>()? })
}

/// A name counts for 55, a birth date for 30, the place for 15. A NIK that is the same decides; one that differs speaks
/// against it and does not exclude it, for people with two numbers are what is looked for.
fn compare(
    asked: &Described,
    words: &[String],
    row: &PersonRow,
    nik: Option<&str>,
) -> (i32, Vec<PersonDuplicateReason>) {
    use PersonDuplicateReason as R;
    let mut reasons = Vec::new();
    let likeness = i32::from(names::likeness(words, &row.full_name));
    match likeness {
        100 => reasons.push(R::SameName),
        75..100 => reasons.push(R::SimilarName),
        _ => {}
    }
    let mut score = likeness * 55 / 100;
    match (asked.birth_date, row.birth_date) {
        (Some(a), Some(b)) if a == b => {
            score += 30;
            reasons.push(R::SameBirthDate);
        }
        (Some(a), Some(b)) if near(a, b) => {
            score += 18;
            reasons.push(R::NearBirthDate);
        }
        (Some(_), Some(_)) => {
            score -= 10;
            reasons.push(R::DifferentBirthDate);
        }
        _ => score += 8,
    }
    let same = |end: usize| asked.region_code.get(..end).is_some_and(|code| row.region_code.get(..end) == Some(code));
    for (end, points, reason) in [(13, 15, R::SameVillage), (8, 10, R::SameDistrict), (5, 5, R::SameRegency)] {
        if same(end) {
            score += points;
            reasons.push(reason);
            break;
        }
    }
    if asked.sex.is_some_and(|sex| sex != row.sex) {
        score -= 20;
        reasons.push(R::DifferentSex);
    }
    match (asked.nik.as_deref(), nik) {
        (Some(a), Some(b)) if a == b => {
            score = 100;
            reasons.insert(0, R::SameNik);
        }
        (Some(_), Some(_)) => {
            score -= 15;
            reasons.push(R::DifferentNik);
        }
        _ => {}
    }
    (score, reasons)
}

/// Day and month exchanged, one of the three parts wrong, or both invented as the first of January.
fn near(a: NaiveDate, b: NaiveDate) -> bool {
    let parts = [a.day() == b.day(), a.month() == b.month(), a.year() == b.year()];
    let exchanged = a.year() == b.year() && a.day() == b.month() && a.month() == b.day();
    let invented = |d: NaiveDate| d.day() == 1 && matches!(d.month(), 1 | 7);
    exchanged
        || parts.iter().filter(|same| **same).count() == 2 && (a.year() - b.year()).abs() <= 10
        || (a.year() == b.year() && (invented(a) || invented(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_near_and_another_day_is_not() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(near(day("1990-03-12"), day("1990-12-03")));
        assert!(near(day("1990-03-12"), day("1990-03-21")));
        assert!(near(day("1990-03-12"), day("1991-03-12")));
        assert!(near(day("1990-03-12"), day("1990-01-01")));
        assert!(!near(day("1990-03-12"), day("1991-04-12")));
        assert!(!near(day("1990-03-12"), day("1960-03-12")));
    }
}
