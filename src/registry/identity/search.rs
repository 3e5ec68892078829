//! Person search by what a desk knows: a name as spoken, a birth date, a place, a category. Results are always masked.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::auth::Actor;
use crate::db::pool::Connection;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::json::content_digest;
use crate::http::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use crate::http::text::PersonName;
use crate::regions::{RegionCode, RegionScope};
use crate::registry::identity::names;
use crate::registry::identity::store::search::{self as store, NameForm, NameRange, SearchFilter};
use crate::registry::model::{is_ppks_code, is_restricted_ppks};
use crate::registry::people::responses::Person;
use crate::registry::people::store as registry;
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::PersonRow;

crate::text_enum! {
    /// How the name is compared.
    pub enum NameMatch {
        Prefix = "prefix": "Awal nama atau salah satu katanya" / "The beginning of the name, or of any of its words",
        Fuzzy = "fuzzy": "Bunyi kata-katanya" / "The sound of its words",
    }
}

/// Search criteria: at least one of name, birth date, category, decile and programme. A person must match all of them.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Moh. Rid", "region_code": "32.04" }))]
pub struct PersonSearch {
    /// A name or its beginning, from any of its words. Titles and patronymics (`H.`, `bin`) are ignored. Common spellings of one name
    /// (`Mochammad`, `Moh.`; `Soekarno`, `Sukarno`; `Sitti`, `Siti`) match each other.
    pub name: Option<PersonName>,
    /// How the name is compared. Default: `prefix`. `fuzzy` compares whole words by their consonants.
    pub name_match: Option<NameMatch>,
    /// Date of birth. Not in the future.
    pub birth_date: Option<NaiveDate>,
    /// Only persons in this region.
    pub region_code: Option<RegionCode>,
    /// Category of social service need (PPKS). Restricted categories also require `cases:restricted`.
    pub ppks_code: Option<String>,
    /// Decile of the family in its latest welfare snapshot.
    #[schema(minimum = 1, maximum = 10)]
    pub decile: Option<i16>,
    /// Code of a programme in which the person or the family participates today.
    pub program_code: Option<String>,
    /// True to include persons who died, were removed or were merged. Default: false.
    pub include_ended: Option<bool>,
    /// Maximum number of persons per page, 1 to 200.
    #[schema(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the previous page of the same search (400 `invalid-cursor` with other criteria).
    pub cursor: Option<String>,
}

/// A person that matches the search.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonHit {
    /// Similarity of the name to the requested name, 0 to 100. Absent if no name was requested.
    #[schema(minimum = 0, maximum = 100, example = 100)]
    pub likeness: Option<u8>,
    /// The person, masked.
    pub person: Person,
}

/// The last hit of the previous page: the name by which it was found, or its family.
struct After {
    key: String,
    id: Uuid,
}

impl After {
    fn encode(&self, bound: [u8; 8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([bound.as_slice(), self.id.as_bytes(), self.key.as_bytes()].concat())
    }

    fn decode(text: &str, bound: [u8; 8]) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (for_filters, rest) = bytes.split_first_chunk::<8>()?;
        let (id, key) = rest.split_first_chunk::<16>()?;
        let key = String::from_utf8(key.to_vec()).ok()?;
        (*for_filters == bound).then_some(Self { key, id: Uuid::from_bytes(*id) })
    }
}

/// Binds a cursor to its search criteria.
fn fingerprint(asked: &PersonSearch) -> Result<[u8; 8], Error> {
    let bare = PersonSearch { limit: None, cursor: None, ..asked.clone() };
    let digest = content_digest(&bare)?;
    digest.first_chunk::<8>().copied().ok_or_else(|| Error::internal("a digest is too short"))
}

fn validate(asked: &PersonSearch, limit: i64, today: NaiveDate) -> Result<(), Error> {
    let mut faults = Vec::new();
    let mut check = |fits: bool, pointer: &str, code| {
        if !fits {
            faults.push(FieldError::new(pointer, code));
        }
    };
    let narrowed = asked.name.is_some()
        || asked.birth_date.is_some()
        || asked.ppks_code.is_some()
        || asked.decile.is_some()
        || asked.program_code.is_some();
    check(narrowed, "", "criterion_required");
    check(asked.birth_date.is_none_or(|day| day <= today), "/birth_date", "in_the_future");
    check(asked.ppks_code.as_deref().is_none_or(is_ppks_code), "/ppks_code", "unknown_value");
    for (number, pointer, max) in [(asked.decile.map(i64::from), "/decile", 10), (Some(limit), "/limit", MAX_LIMIT)] {
        match number {
            Some(number) if number < 1 => faults.push(FieldError::below(pointer, "too_small", 1)),
            Some(number) if number > max => faults.push(FieldError::above(pointer, "too_large", max)),
            _ => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}

/// Each person with its cursor key: the name by which it was found, or the family.
async fn list(
    conn: &mut Connection,
    scope: &RegionScope,
    filter: &SearchFilter,
    name: Option<&(NameForm, NameRange)>,
    after: Option<After>,
) -> Result<Vec<(PersonRow, String)>, Error> {
    if filter.birth_date.is_none()
        && let Some((form, range)) = name
    {
        let after = after.map(|after| (after.key, after.id));
        return Ok(match form {
            NameForm::Key => store::list_by_key_visible(conn, scope, filter, range, after).await?,
            NameForm::Sound => store::list_by_sound_visible(conn, scope, filter, range, after).await?,
        });
    }
    let after = match after {
        None => None,
        Some(After { key, id }) => Some((key.parse().map_err(|_| Error::new(Code::INVALID_CURSOR))?, id)),
    };
    let rows = match (filter.birth_date, filter.facet()) {
        (Some(birth_date), _) => {
            let name = name.map(|(form, range)| (*form, range));
            store::list_by_birth_visible(conn, scope, filter, (birth_date, name), after).await?
        }
        (None, Some(facet)) => store::list_by_facet_visible(conn, scope, filter, &facet, after).await?,
        (None, None) => Vec::new(),
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let family = row.family_id.to_string();
            (row, family)
        })
        .collect())
}

pub async fn search(
    conn: &mut Connection,
    viewer: Viewer<'_>,
    actor: &Actor,
    asked: PersonSearch,
    today: NaiveDate,
) -> Result<Page<PersonHit>, Error> {
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    validate(&asked, limit, today)?;
    let restricted = asked.ppks_code.as_deref().is_some_and(is_restricted_ppks);
    if restricted {
        actor.require(crate::auth::permissions::CASES_RESTRICTED)?;
    }
    let bound = fingerprint(&asked)?;
    let after = match asked.cursor.as_deref() {
        None => None,
        Some(text) => Some(After::decode(text, bound).ok_or_else(|| Error::new(Code::INVALID_CURSOR))?),
    };
    let filter = SearchFilter {
        within: asked.region_code.as_ref().map(|code| RegionScope::from_codes(&[code.as_str()])),
        birth_date: asked.birth_date,
        ppks_code: asked.ppks_code,
        decile: asked.decile,
        program_code: asked.program_code,
        all_standings: asked.include_ended.unwrap_or(false),
        today,
        limit: limit + 1,
    };
    let name = asked.name.as_ref().map(|name| name.as_str());
    let range = name.map(|name| match asked.name_match.unwrap_or(NameMatch::Prefix) {
        NameMatch::Prefix => (NameForm::Key, NameRange::from(names::prefix(name))),
        NameMatch::Fuzzy => (NameForm::Sound, NameRange::from(names::sounds(name))),
    });
    let mut rows = list(conn, &actor.scope, &filter, range.as_ref(), after).await?;
    // Checked only if no person was found: a hit proves that the programme exists.
    if rows.is_empty()
        && let Some(code) = filter.program_code.as_deref()
        && registry::list_known_programs(conn, &[code]).await?.is_empty()
    {
        return Err(Error::field("/program_code", "unknown_program"));
    }
    let size = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > size;
    rows.truncate(size);
    let last = rows.last().filter(|_| more);
    let next_cursor = last.map(|(row, key)| After { key: key.clone(), id: row.id }.encode(bound));
    let words = name.map(names::words);
    let hits = rows.into_iter().map(|(row, _)| {
        let likeness = words.as_ref().map(|words| names::likeness(words, &row.full_name));
        Ok(PersonHit { likeness, person: viewer.person(row)? })
    });
    Ok(Page { items: hits.collect::<Result<_, Error>>()?, next_cursor, resume_cursor: None })
}
