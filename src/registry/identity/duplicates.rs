//! Duplicate search: candidates for the same person, each with a score and its reasons. An officer decides; see `mergers`.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::auth::Actor;
use crate::db::lock::Lock;
use crate::db::pool::Connection;
use crate::error::Error;
use crate::http::text::PersonName;
use crate::regions::regency;
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
    /// Reason for or against two records being the same person.
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

/// The person whose duplicates to search: a registered person, or a description of a person not yet registered.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "full_name": "Moh. Ridwan", "birth_date": "1990-03-12", "sex": "male", "region_code": "32.04.05.2001",
}))]
pub struct DuplicateSearch {
    /// Id of a registered person. Send no other field with it.
    pub person_id: Option<Uuid>,
    /// NIK, if known.
    pub nik: Option<NikDigits>,
    /// Name, as in the documents or as spoken. Required without `person_id`.
    pub full_name: Option<PersonName>,
    /// Date of birth. Default: the one in the NIK. Not in the future.
    pub birth_date: Option<NaiveDate>,
    /// Sex. Default: the one in the NIK.
    pub sex: Option<Sex>,
    /// Region where the person lives. Names are compared within its regency. Required without `person_id`.
    pub region_code: Option<RegionCode>,
}

/// Persons that may be the same person, highest score first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DuplicateCandidates {
    /// At most 20 candidates.
    #[schema(max_items = 20)]
    pub items: Vec<DuplicateCandidate>,
}

/// A person that may be the same person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DuplicateCandidate {
    /// Score from 0 to 100. Candidates below 60 are not listed.
    #[schema(minimum = 0, maximum = 100, example = 92)]
    pub score: u8,
    /// Reasons for and against.
    #[schema(example = json!(["similar_name", "same_birth_date", "same_village"]))]
    pub reasons: Vec<PersonDuplicateReason>,
    /// The person, masked.
    pub person: Person,
}

/// The description that candidates are compared with.
#[derive(Debug)]
struct Described {
    id: Option<Uuid>,
    nik: Option<String>,
    name: String,
    birth_date: Option<NaiveDate>,
    sex: Option<Sex>,
    region_code: String,
}

const MIN_SCORE: i32 = 60;
const MAX_SHOWN: usize = 20;
const MAX_COMPARED: i64 = 300;

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
            let row = registry::find_person(conn, &actor.scope, id, Lock::No).await?;
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
    let regency = RegionScope::from_codes(&[regency(&asked.region_code)]);
    let sound = NameRange::from(names::sounds(&asked.name));
    let rows = store::list_candidates_visible(conn, &actor.scope, &regency, &sound, asked.birth_date, MAX_COMPARED);
    let mut rows = rows.await?;
    let mut holder_id = None;
    if let Some(nik) = &asked.nik
        && let Ok(parsed) = crate::registry::identity::nik::Nik::parse(nik, today, &|code| {
            crate::regions::directory::find(code).is_some()
        })
        && let Some(holder) = actions::look_up_person(conn, sealer, &actor.scope, &parsed).await?
    {
        holder_id = Some(holder.id);
        // A comparison with a restricted person would reveal recorded data.
        rows.extend(Some(holder).filter(|holder| !holder.is_restricted()));
    }
    rows.sort_by_key(|row| row.id);
    rows.dedup_by_key(|row| row.id);
    let words = names::words(&asked.name);
    let mut scored = Vec::new();
    for row in rows.into_iter().filter(|row| Some(row.id) != asked.id) {
        // After a merger a person is also found by the NIK of the merged record.
        let nik = if holder_id == Some(row.id) { asked.nik.clone() } else { open_nik(sealer, &row)? };
        let (score, reasons) = compare(&asked, &words, &row, nik.as_deref());
        if score >= MIN_SCORE {
            scored.push((score, reasons, row));
        }
    }
    scored.sort_by_key(|(score, _, row)| (std::cmp::Reverse(*score), row.id));
    let items = scored.into_iter().take(MAX_SHOWN).map(|(score, reasons, row)| {
        let score = u8::try_from(score.clamp(0, 100)).unwrap_or(100);
        Ok(DuplicateCandidate { score, reasons, person: viewer.person(row)? })
    });
    Ok(DuplicateCandidates { items: items.collect::<Result<_, Error>>()? })
}

/// The name counts for 55 points, the birth date for 30, the place for 15. The same NIK gives a score of 100. A different NIK
/// lowers the score but does not exclude the candidate: a duplicate may be one person with two NIKs.
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

/// Day and month exchanged, one of the three parts wrong, or one date set to 1 January or 1 July because the day is unknown.
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
    fn dates_with_a_common_error_are_near_and_other_dates_are_not() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(near(day("1990-03-12"), day("1990-12-03")));
        assert!(near(day("1990-03-12"), day("1990-03-21")));
        assert!(near(day("1990-03-12"), day("1991-03-12")));
        assert!(near(day("1990-03-12"), day("1990-01-01")));
        assert!(!near(day("1990-03-12"), day("1991-04-12")));
        assert!(!near(day("1990-03-12"), day("1960-03-12")));
    }
}
