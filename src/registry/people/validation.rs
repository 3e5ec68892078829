//! Validation of request bodies that a schema cannot express. All faults are collected. Pure: `today` is an argument.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::error::{Error, FieldError};
use crate::identity_numbers::contains_identity_number;
use crate::regions::{RegionCode, directory};
use crate::registry::identity::nik::{FamilyCardNo, Nik, NikError, NikWarning, ParsedNik};
use crate::registry::model::{IdentityStatus, RelationToHead, is_ppks_code};
use crate::registry::people::api::{
    CreateFamily, CreateMember, CreateWelfareStatus, Dwelling, FamilyAssets, HeldProgram, NikDigits,
};
use crate::registry::rows::PersonRow;

/// Level of a village in `PP.KK.CC.DDDD`.
const VILLAGE: usize = 4;
const MAX_MEMBERS: usize = 40;
const MAX_PROGRAMS: usize = 50;
/// Earliest plausible year of birth of a living person.
const EARLIEST_YEAR: i32 = 1900;

/// The region and numbers of a valid family, parsed.
#[derive(Debug)]
pub struct ValidFamily {
    pub region: RegionCode,
    pub family_card_no: Option<FamilyCardNo>,
    /// One entry per member, in the order of the body.
    pub niks: Vec<Option<ParsedNik>>,
}

pub fn parse_nik(digits: &NikDigits, today: NaiveDate) -> Result<ParsedNik, NikError> {
    Nik::parse(digits.expose(), today, &|code| directory::find(code).is_some())
}

/// Warnings about an accepted NIK. The century of its birth date is decided by the day of the last change, so that the
/// result does not change over time.
pub fn nik_warnings(digits: &str, row: &PersonRow) -> Vec<NikWarning> {
    let day = crate::clock::local_day(row.updated_at);
    let parsed = Nik::parse(digits, day, &|code| directory::find(code).is_some());
    parsed.map_or_else(
        |_| Vec::new(),
        |nik| nik.warnings.iter().copied().chain(nik.compare(row.birth_date, Some(row.sex))).collect(),
    )
}

/// Collects faults, each with a pointer into the body.
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, code: &'static str) {
        self.0.push(FieldError::new(pointer, code));
    }

    fn check(&mut self, fits: bool, pointer: &str, code: &'static str) {
        if !fits {
            self.add(pointer, code);
        }
    }

    /// Adds `too_small` if the value lies below the range and `too_large` if it lies above.
    fn range<T: PartialOrd + Into<serde_json::Value>>(&mut self, value: Option<T>, min: T, max: T, pointer: &str) {
        let fault = match value {
            Some(value) if value < min => {
                FieldError { least: min.into().as_number().cloned(), ..FieldError::new(pointer, "too_small") }
            }
            Some(value) if value > max => {
                FieldError { most: max.into().as_number().cloned(), ..FieldError::new(pointer, "too_large") }
            }
            _ => return,
        };
        self.0.push(fault);
    }

    fn id(&mut self, id: Option<Uuid>, pointer: &str) {
        self.check(id.is_none_or(|id| id.get_version_num() == 7), pointer, "not_uuid_v7");
    }

    fn past(&mut self, day: Option<NaiveDate>, today: NaiveDate, pointer: &str) {
        if let Some(day) = day {
            self.check(day <= today, pointer, "in_the_future");
            self.check(day.year() >= EARLIEST_YEAR, pointer, "too_small");
        }
    }
}

/// Validates a family with its members. Returns all faults, or the parsed region and numbers.
pub fn family(input: &CreateFamily, today: NaiveDate) -> Result<ValidFamily, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    let (region, family_card_no) = root(input, &mut faults);
    if let Some(home) = &input.dwelling {
        dwelling(home, &mut faults);
    }
    assets(input, &mut faults);
    programs(input.programs.as_deref(), "", &mut faults);
    if let Some(status) = &input.welfare_status {
        welfare(status, today, "/welfare_status", &mut faults);
    }
    faults.check(!input.members.is_empty(), "/members", "too_few");
    faults.check(input.members.len() <= MAX_MEMBERS, "/members", "too_many");
    let heads = input.members.iter().filter(|m| m.relation_to_head == RelationToHead::Head).count();
    faults.check(input.members.is_empty() || heads == 1, "/members", "head_required");
    let niks = members(&input.members, today, |index| format!("/members/{index}"), &mut faults);
    finish(region, family_card_no, niks, faults)
}

/// Validates a single person, whose fields are at the root of the body.
pub fn person(input: &CreateFamily, today: NaiveDate) -> Result<ValidFamily, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    let region = village(&input.region_code, &mut faults);
    let niks = members(&input.members, today, |_| String::new(), &mut faults);
    finish(region, None, niks, faults)
}

/// Validates one member of an existing family, with its fields at the root of the body.
pub fn member(input: &CreateMember, today: NaiveDate) -> Result<Option<ParsedNik>, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    let niks = members(std::slice::from_ref(input), today, |_| String::new(), &mut faults);
    if faults.0.is_empty() { Ok(niks.into_iter().next().flatten()) } else { Err(faults.0) }
}

/// Validates a family without members; they are added later.
pub fn family_without_members(input: &CreateFamily) -> Result<ValidFamily, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    let (region, family_card_no) = root(input, &mut faults);
    finish(region, family_card_no, Vec::new(), faults)
}

/// Validates a changed family: all fields except members, programmes and welfare status.
pub fn family_changes(input: &CreateFamily) -> Result<ValidFamily, Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    let (region, family_card_no) = root(input, &mut faults);
    if let Some(home) = &input.dwelling {
        dwelling(home, &mut faults);
    }
    assets(input, &mut faults);
    finish(region, family_card_no, Vec::new(), faults)
}

/// Validates a dwelling alone.
pub fn home(input: &Dwelling) -> Result<(), Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    dwelling(input, &mut faults);
    if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
}

/// Requires a day that is not in the future and not before the earliest plausible year of birth.
pub fn past_day(day: NaiveDate, today: NaiveDate, pointer: &str) -> Result<(), Error> {
    let mut faults = Faults(Vec::new());
    faults.past(Some(day), today, pointer);
    if faults.0.is_empty() { Ok(()) } else { Err(Error::fields(faults.0)) }
}

/// Requires a birth date that is not after the death or removal.
pub fn life(row: &PersonRow, pointer: &str) -> Result<(), Error> {
    match (row.birth_date, row.ended_on) {
        (Some(born), Some(ended)) if ended < born => Err(Error::field(pointer, "ends_before_it_begins")),
        _ => Ok(()),
    }
}

pub fn welfare_status(input: &CreateWelfareStatus, today: NaiveDate) -> Result<(), Vec<FieldError>> {
    let mut faults = Faults(Vec::new());
    welfare(input, today, "", &mut faults);
    if faults.0.is_empty() { Ok(()) } else { Err(faults.0) }
}

fn root(input: &CreateFamily, faults: &mut Faults) -> (Option<RegionCode>, Option<FamilyCardNo>) {
    faults.id(input.id, "/id");
    let region = village(&input.region_code, faults);
    let family_card_no = input.family_card_no.as_ref().and_then(|digits| {
        FamilyCardNo::parse(digits.expose()).map_err(|e| faults.add("/family_card_no", e.code())).ok()
    });
    faults.range(input.latitude, -90.0, 90.0, "/latitude");
    faults.range(input.longitude, -180.0, 180.0, "/longitude");
    (region, family_card_no)
}

fn assets(input: &CreateFamily, faults: &mut Faults) {
    for (name, count) in input.assets.iter().flat_map(FamilyAssets::counts) {
        faults.range(Some(count), 0, 1_000_000, &format!("/assets/{name}"));
    }
}

fn finish(
    region: Option<RegionCode>,
    family_card_no: Option<FamilyCardNo>,
    niks: Vec<Option<ParsedNik>>,
    mut faults: Faults,
) -> Result<ValidFamily, Vec<FieldError>> {
    match region {
        Some(region) if faults.0.is_empty() => Ok(ValidFamily { region, family_card_no, niks }),
        _ => {
            faults.0.sort_by(|a, b| a.pointer.cmp(&b.pointer));
            Err(faults.0)
        }
    }
}

fn village(code: &str, faults: &mut Faults) -> Option<RegionCode> {
    match RegionCode::parse(code) {
        None => faults.add("/region_code", "unknown_region"),
        Some(region) if region.level() < VILLAGE => faults.add("/region_code", "village_required"),
        found => return found,
    }
    None
}

fn dwelling(home: &Dwelling, faults: &mut Faults) {
    faults.range(home.floor_area_m2, 0.0, 10_000.0, "/dwelling/floor_area_m2");
    faults.range(home.power_va, 0, 200_000, "/dwelling/power_va");
    if let Some(number) = &home.pln_customer_id {
        faults.check(number.bytes().all(|b| b.is_ascii_digit()), "/dwelling/pln_customer_id", "format");
        faults.check(number.len() <= 20, "/dwelling/pln_customer_id", "too_long");
        faults.check(!contains_identity_number(number), "/dwelling/pln_customer_id", "contains_identity_number");
    }
}

fn programs(programs: Option<&[HeldProgram]>, at: &str, faults: &mut Faults) {
    let programs = programs.unwrap_or_default();
    faults.check(programs.len() <= MAX_PROGRAMS, &format!("{at}/programs"), "too_many");
    for (index, program) in programs.iter().enumerate() {
        let reversed = matches!((program.since, program.until), (Some(since), Some(until)) if until < since);
        faults.check(!reversed, &format!("{at}/programs/{index}/until"), "too_small");
    }
}

fn welfare(status: &CreateWelfareStatus, today: NaiveDate, at: &str, faults: &mut Faults) {
    faults.range(Some(status.decile), 1, 10, &format!("{at}/decile"));
    faults.range(status.percentile, 1, 100, &format!("{at}/percentile"));
    let fits = status.percentile.is_none_or(|p| !(1..=100).contains(&p) || (p + 9) / 10 == status.decile);
    faults.check(fits, &format!("{at}/percentile"), "percentile_differs");
    faults.past(Some(status.as_of), today, &format!("{at}/as_of"));
}

fn members(
    members: &[CreateMember],
    today: NaiveDate,
    at: impl Fn(usize) -> String,
    faults: &mut Faults,
) -> Vec<Option<ParsedNik>> {
    let mut seen_niks = HashSet::new();
    let mut seen_ids = HashSet::new();
    let mut niks = Vec::with_capacity(members.len());
    for (index, member) in members.iter().enumerate() {
        let at = at(index);
        faults.id(member.id, &format!("{at}/id"));
        faults.check(member.id.is_none_or(|id| seen_ids.insert(id)), &format!("{at}/id"), "repeated");
        faults.past(member.birth_date, today, &format!("{at}/birth_date"));
        programs(member.programs.as_deref(), &at, faults);
        categories(member, &at, faults);
        let nik = member.nik.as_ref().and_then(|digits| {
            let pointer = format!("{at}/nik");
            faults.check(seen_niks.insert(digits.expose()), &pointer, "repeated");
            parse_nik(digits, today).map_err(|e| faults.add(pointer, e.code())).ok()
        });
        let verified = member.identity_status == Some(IdentityStatus::Verified);
        faults.check(!verified || member.nik.is_some(), &format!("{at}/nik"), "required");
        niks.push(nik);
    }
    niks
}

fn categories(member: &CreateMember, at: &str, faults: &mut Faults) {
    let codes = member.ppks_codes.as_deref().unwrap_or_default();
    for (index, code) in codes.iter().enumerate() {
        let pointer = format!("{at}/ppks_codes/{index}");
        faults.check(is_ppks_code(code), &pointer, "unknown_value");
        faults.check(!codes.iter().take(index).any(|before| before == code), &pointer, "repeated");
    }
    let criteria = member.criteria.as_deref().unwrap_or_default();
    for (index, criterion) in criteria.iter().enumerate() {
        let repeated = criteria.iter().take(index).any(|before| before == criterion);
        faults.check(!repeated, &format!("{at}/criteria/{index}"), "repeated");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn body(members: Value) -> CreateFamily {
        serde_json::from_value(json!({ "region_code": "32.04.05.2001", "members": members })).unwrap()
    }

    fn member(relation: &str, nik: &str) -> Value {
        json!({ "relation_to_head": relation, "nik": nik, "full_name": "Siti Rahmawati", "sex": "female" })
    }

    fn faults(input: &CreateFamily) -> Vec<(String, &'static str)> {
        family(input, today()).map(|_| ()).unwrap_err().into_iter().map(|f| (f.pointer, f.code)).collect()
    }

    #[test]
    fn a_valid_family_is_accepted() {
        let validated = family(&body(json!([member("head", "3204055203909001")])), today()).unwrap();
        assert_eq!(validated.region.as_str(), "32.04.05.2001");
        assert_eq!(validated.niks.len(), 1);
        assert!(validated.niks[0].is_some());
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let mut input = body(json!([
            member("head", "320405520390900"),
            member("child", "9904055203909001"),
            member("child", "3204053202909001"),
            member("child", "3204055203909004"),
            member("child", "3204055203909004"),
        ]));
        input.region_code = "32.04".to_owned();
        input.latitude = Some(91.0);
        input.id = Some(Uuid::new_v4());
        let expected = [
            ("/id", "not_uuid_v7"),
            ("/latitude", "too_large"),
            ("/members/0/nik", "nik_length"),
            ("/members/1/nik", "nik_unknown_province"),
            ("/members/2/nik", "nik_birth_date"),
            ("/members/4/nik", "repeated"),
            ("/region_code", "village_required"),
        ];
        assert_eq!(faults(&input), expected.map(|(p, c)| (p.to_owned(), c)));
    }

    #[test]
    fn a_family_has_exactly_one_head() {
        let two = body(json!([member("head", "3204055203909001"), member("head", "3204055203909002")]));
        assert_eq!(faults(&two), [("/members".to_owned(), "head_required")]);
        let none = body(json!([member("child", "3204055203909001")]));
        assert_eq!(faults(&none), [("/members".to_owned(), "head_required")]);
        assert_eq!(faults(&body(json!([]))), [("/members".to_owned(), "too_few")]);
    }

    #[test]
    fn a_verified_identity_needs_a_nik_and_a_percentile_lies_in_its_decile() {
        let mut input = body(json!([member("head", "3204055203909001")]));
        input.members[0].nik = None;
        input.members[0].identity_status = Some(IdentityStatus::Verified);
        input.welfare_status = Some(
            serde_json::from_value(json!({
                "source": "dtsen", "snapshot_version": "2027-Q1", "as_of": "2027-01-01", "decile": 2, "percentile": 31,
            }))
            .unwrap(),
        );
        let expected = [
            ("/members/0/nik", "required"),
            ("/welfare_status/as_of", "in_the_future"),
            ("/welfare_status/percentile", "percentile_differs"),
        ];
        assert_eq!(faults(&input), expected.map(|(p, c)| (p.to_owned(), c)));
    }

    #[test]
    fn debug_output_has_no_nik() {
        let input = body(json!([member("head", "3204055203909001")]));
        assert!(!format!("{input:?}").contains("3204055203909001"));
    }
}
