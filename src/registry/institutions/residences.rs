//! Stays in institutions: children in homes and foundations, elderly people, people in rehabilitation. The map publishes only
//! counts, and suppresses counts small enough to identify a person.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::db::lock::Lock;
use crate::registry::model::{ResidenceKind, Standing};
use crate::registry::people::change::{self, ChangeKind};
use crate::registry::people::create::masked;
use crate::registry::people::store as registry;
use crate::registry::rows::{PersonRow, ResidenceRow};

use crate::clock::local_day;
use crate::db::pool::Connection;
use crate::error::{Error, FieldError};
use crate::http::json::Json;
use crate::http::text::Name;
use crate::regions::model::contains;
use crate::regions::{RegionCode, RegionScope, directory};
use crate::registry::institutions::store;
use crate::registry::people::viewer::Viewer;
use crate::small_counts;
use crate::transaction::Tx;

/// A stay in an institution to add.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "child_home", "facility_name": "LKSA Contoh Harapan", "region_code": "32.04.05", "since": "2026-07-01",
}))]
pub struct AddResidence {
    /// Kind of institution.
    pub kind: ResidenceKind,
    /// Id of the institution in the directory. Send exactly one of `facility_id` and `facility_name`.
    pub facility_id: Option<Uuid>,
    /// Name of an institution that is not in the directory.
    pub facility_name: Option<Name>,
    /// Region of the institution: a regency, a district or a village.
    pub region_code: RegionCode,
    /// First day of the stay. Not in the future, not before the birth date.
    pub since: NaiveDate,
    /// Last day of the stay. Absent if the stay is open.
    pub until: Option<NaiveDate>,
}

/// The end of a stay in an institution.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "residence_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8da2", "until": "2026-11-20" }))]
pub struct EndResidence {
    /// Id of the open stay.
    pub residence_id: Uuid,
    /// Last day of the stay. Not before its first day.
    pub until: NaiveDate,
}

/// A stay in an institution.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Residence {
    /// Id of the stay; send it as `residence_id` to end the stay.
    pub id: Uuid,
    /// Kind of institution.
    pub kind: ResidenceKind,
    /// Id of the institution in the directory. Only in a revealed response.
    #[schema(example = json!(null))]
    pub facility_id: Option<Uuid>,
    /// Name of the institution. Only in a revealed response.
    #[schema(example = json!(null))]
    pub facility_name: Option<String>,
    /// Region of the institution. Only the regency unless revealed.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// First day of the stay.
    #[schema(example = "2026-07-01")]
    pub since: NaiveDate,
    /// Last day of the stay. Absent if the stay is open.
    #[schema(example = json!(null))]
    pub until: Option<NaiveDate>,
}

/// A person's stays in institutions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Residences {
    /// Latest first.
    pub items: Vec<Residence>,
}

/// A stay in rehabilitation reveals drug use, violence or similar cases.
fn is_restricted(kind: ResidenceKind) -> bool {
    kind == ResidenceKind::RehabilitationCentre
}

pub fn show(viewer: &Viewer<'_>, rows: Vec<ResidenceRow>) -> Residences {
    let seen = rows.into_iter().filter(|row| viewer.restricted || !is_restricted(row.kind));
    let place = |code: String| match code.get(..5) {
        Some(regency) if !viewer.revealed => regency.to_owned(),
        _ => code,
    };
    let items = seen.map(|row| Residence {
        id: row.id,
        kind: row.kind,
        facility_id: row.facility_id.filter(|_| viewer.revealed),
        facility_name: row.facility_name.filter(|_| viewer.revealed),
        region_code: place(row.region_code),
        since: row.since,
        until: row.until,
    });
    Residences { items: items.collect() }
}

/// Ends open stays on the day of death. The rows do not change, so the stays are open again if the death was recorded in error.
pub fn until_death(person: &PersonRow, mut rows: Vec<ResidenceRow>) -> Vec<ResidenceRow> {
    if person.standing == Standing::Deceased {
        for row in &mut rows {
            row.until = match (row.until, person.ended_on) {
                (Some(until), Some(died)) => Some(until.min(died.max(row.since))),
                (until, died) => until.or(died.map(|died| died.max(row.since))),
            };
        }
    }
    rows
}

/// The person's region and stays, if the scope covers the person.
pub async fn list(
    conn: &mut Connection,
    scope: &RegionScope,
    person_id: Uuid,
) -> Result<(String, Vec<ResidenceRow>), Error> {
    let person = registry::find_person(conn, scope, person_id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let rows = store::list_of_visible(conn, person_id).await?;
    let rows = until_death(&person, rows);
    Ok((person.region_code, rows))
}

const REGENCY: usize = 2;

/// Adds a stay and returns all stays. Stays of one person must not overlap.
pub async fn add(tx: &mut Tx, person_id: Uuid, body: Json<AddResidence>) -> Result<Residences, Error> {
    let (_, person) = change::lock_person(tx, person_id).await?;
    tx.if_match.check(person.version)?;
    change::require_standing(&person, &[Standing::Active])?;
    let input = body.valid()?;
    let mut faults = Vec::new();
    let mut check = |fits: bool, pointer: &str, code| {
        if !fits {
            faults.push(FieldError::new(pointer, code));
        }
    };
    check(input.facility_id.is_some() != input.facility_name.is_some(), "/facility_id", "one_of");
    check(input.region_code.level() >= REGENCY, "/region_code", "region_too_wide");
    check(input.since <= local_day(tx.now), "/since", "in_the_future");
    check(person.birth_date.is_none_or(|born| input.since >= born), "/since", "before_birth");
    check(input.until.is_none_or(|until| until >= input.since), "/until", "ends_before_it_begins");
    let before = store::list_of_visible(&mut tx.conn, person_id).await?;
    let overlaps = |row: &ResidenceRow| {
        row.until.is_none_or(|until| until >= input.since) && input.until.is_none_or(|until| until >= row.since)
    };
    check(!before.iter().any(overlaps), "/since", "overlaps");
    if let Some(id) = input.facility_id
        && crate::directory::actions::find_organization(&mut tx.conn, id, None).await?.is_none()
    {
        faults.push(FieldError::new("/facility_id", "unknown_facility"));
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let row = ResidenceRow {
        person_id,
        id: Uuid::now_v7(),
        kind: input.kind,
        facility_id: input.facility_id,
        facility_name: input.facility_name.map(|name| name.into_string()),
        region_code: input.region_code.as_str().to_owned(),
        since: input.since,
        until: input.until,
        created_at: tx.now,
        updated_at: tx.now,
    };
    store::insert(&mut tx.conn, &row).await?;
    record(tx, &person, "add-residence", row.since).await?;
    let rows = store::list_of_visible(&mut tx.conn, person_id).await?;
    Ok(show(&masked(tx), rows))
}

pub async fn end(tx: &mut Tx, person_id: Uuid, body: Json<EndResidence>) -> Result<Residences, Error> {
    let (_, person) = change::lock_person(tx, person_id).await?;
    tx.if_match.check(person.version)?;
    let input = body.valid()?;
    let rows = store::list_of_visible(&mut tx.conn, person_id).await?;
    let row = rows.into_iter().find(|row| row.id == input.residence_id && row.until.is_none());
    let row = row.ok_or_else(|| Error::field("/residence_id", "unknown_residence"))?;
    if input.until < row.since {
        return Err(Error::field("/until", "ends_before_it_begins"));
    }
    store::set_end(&mut tx.conn, person_id, row.id, input.until, tx.now).await?;
    record(tx, &person, "end-residence", input.until).await?;
    let rows = store::list_of_visible(&mut tx.conn, person_id).await?;
    Ok(show(&masked(tx), rows))
}

/// Records in the history that the stays changed, without the institution.
async fn record(tx: &mut Tx, person: &PersonRow, action: &'static str, on: NaiveDate) -> Result<(), Error> {
    let mut after = person.clone();
    let kind = ChangeKind { happened_on: Some(on), ..ChangeKind::plain(action, "updated") };
    change::write_person(tx, person, &mut after, kind).await?;
    registry::touch_family(&mut tx.conn, person.family_id, tx.now).await?;
    Ok(())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResidenceMapQuery {
    /// The region whose parts are counted. Default: the country.
    #[param(value_type = Option<String>, example = "32")]
    pub region_code: Option<RegionCode>,
    /// Only this kind of institution.
    pub kind: Option<ResidenceKind>,
}

/// Number of people in institutions, by region and kind.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ResidenceMap {
    /// The region whose parts are counted; `ID` is the country.
    #[schema(example = "32")]
    pub region_code: String,
    /// The counts. Parts without residents in institutions are omitted.
    pub items: Vec<ResidenceCount>,
}

/// A count for one region and kind.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResidenceCount {
    /// Code of the part.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Name of the part.
    #[schema(example = "Kabupaten Bandung")]
    pub region_name: String,
    /// Kind of institution.
    pub kind: ResidenceKind,
    /// Number of people. Absent if suppressed.
    #[schema(example = 42)]
    pub count: Option<i64>,
    /// True if the count is suppressed: it is below 10, or another suppressed count could be derived from it.
    #[schema(example = false)]
    pub suppressed: bool,
}

pub async fn map(
    conn: &mut Connection,
    scope: &RegionScope,
    asked: &ResidenceMapQuery,
    today: NaiveDate,
) -> Result<ResidenceMap, Error> {
    let around = asked.region_code.as_ref().map_or("ID", RegionCode::as_str);
    let mut of_kind: BTreeMap<ResidenceKind, BTreeMap<String, i64>> = BTreeMap::new();
    for (code, kind, count) in store::count_by_region(conn, scope, asked.kind, today).await? {
        *of_kind.entry(kind).or_default().entry(code).or_default() += count;
    }
    let shown = of_kind.iter().flat_map(|(kind, counts)| published_parts(around, *kind, counts));
    let mut items: Vec<ResidenceCount> = shown.collect();
    items.sort_by(|a, b| (&a.region_code, a.kind).cmp(&(&b.region_code, b.kind)));
    Ok(ResidenceMap { region_code: around.to_owned(), items })
}

/// The published counts of the parts of a region. Suppression is calculated from the top over all regions that the caller may see,
/// because the caller may also request the enclosing region.
fn published_parts(around: &str, kind: ResidenceKind, counts: &BTreeMap<String, i64>) -> Vec<ResidenceCount> {
    let length = match (around, around.len()) {
        ("ID", _) => 2,
        (_, 2) => 5,
        (_, 5) => 8,
        _ => 13,
    };
    let mut parts: BTreeMap<&str, i64> = BTreeMap::new();
    for (code, count) in counts.iter().filter(|(code, _)| contains(around, code)) {
        // A stay recorded only for a wider region counts for that region.
        *parts.entry(code.get(..length).unwrap_or(code)).or_default() += count;
    }
    let hidden = small_counts::suppressed_regions(counts);
    let publish = |(code, count): (&str, i64)| {
        let part = if code.len() < length { small_counts::own_key(code) } else { code.to_owned() };
        let suppressed = hidden.contains(&part);
        ResidenceCount {
            region_code: code.to_owned(),
            region_name: directory::find(code).map_or_else(String::new, |entry| entry.name.to_owned()),
            kind,
            count: (!suppressed).then_some(count),
            suppressed,
        }
    };
    parts.into_iter().map(publish).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(around: &str, counts: &BTreeMap<String, i64>) -> Vec<Option<i64>> {
        published_parts(around, ResidenceKind::ChildHome, counts).into_iter().map(|part| part.count).collect()
    }

    /// Neither as a province minus its other regencies, nor as the sum of the districts of a suppressed regency.
    #[test]
    fn a_small_count_cannot_be_derived_from_other_parts_or_the_enclosing_region() {
        let counts = [("32.04.05", 3), ("32.05.01", 20), ("32.05.02", 30), ("32.06.01", 60)];
        let counts: BTreeMap<String, i64> = counts.into_iter().map(|(code, n)| (code.to_owned(), n)).collect();
        assert_eq!(shown("ID", &counts), [Some(113)]);
        assert_eq!(shown("32", &counts), [None, None, Some(60)]);
        assert_eq!(shown("32.05", &counts), [None, Some(30)]);
        assert_eq!(shown("32.06", &counts), [Some(60)]);
    }

    #[test]
    fn a_stay_recorded_for_a_wider_region_counts_as_an_extra_part() {
        let counts = [("32", 4), ("32.04.05", 40), ("32.05", 50)];
        let counts: BTreeMap<String, i64> = counts.into_iter().map(|(code, n)| (code.to_owned(), n)).collect();
        assert_eq!(shown("32", &counts), [None, None, Some(50)]);
        assert_eq!(shown("32.05", &counts), [Some(50)]);
    }
}
