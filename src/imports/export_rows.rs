//! Rows as the cells of an export, in the order of `columns`.

use super::cells::{NONE, list_cell};
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::directory::load::{OrganizationRow, ServiceRow};
use crate::error::Error;
use crate::registry::identity::nik::FamilyCardNo;
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::{DwellingRow, FamilyRow, PersonRow, WelfareStatusRow};

/// How identifying columns of a household are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    Open,
    /// Masked as in a list.
    Masked,
    /// Processing is limited: an empty cell, so that importing the file changes nothing.
    Blank,
}

fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub fn family(sealer: &Sealer, show: Show, row: FamilyRow) -> Result<Vec<String>, Error> {
    let facts = row.attributes()?;
    let reveal = show == Show::Open;
    let card = match &row.family_card_sealed {
        Some(sealed) if show != Show::Blank => {
            let number = sealer.open(IdentityKind::FamilyCard, row.id, sealed)?;
            let number = FamilyCardNo::parse(&number).map_err(Error::internal)?;
            if reveal { number.expose().to_owned() } else { number.mask() }
        }
        _ => String::new(),
    };
    let shown = |value: Option<String>| if reveal { value.unwrap_or_default() } else { String::new() };
    Ok(vec![
        row.id.to_string(),
        card,
        row.region_code,
        shown(row.address),
        shown(row.latitude.map(|degrees| degrees.to_string())),
        shown(row.longitude.map(|degrees| degrees.to_string())),
        cell(facts.disaster_victim),
        cell(facts.breadwinner_laid_off),
        cell(facts.lost_livelihood),
        cell(facts.extreme_poor),
        cell(facts.prior_housing_aid),
        shown(facts.income_class.map(|class| class.to_string())),
    ])
}

/// A list cell. If the viewer may not see every entry, the cell is empty: an import takes a filled cell for the whole list and
/// would remove the hidden entries.
fn whole_list<T: ToString>(shown: &[T], total: usize) -> String {
    if shown.len() == total { list_cell(shown) } else { String::new() }
}

/// Masks and hides with the same rules as the API response.
pub fn person(viewer: &Viewer<'_>, row: PersonRow) -> Result<Vec<String>, Error> {
    let facts = row.attributes()?;
    let assessed = facts.ppks_known || !row.ppks_codes.is_empty();
    let (categories, criteria) = (row.ppks_codes.len(), facts.criteria.as_ref().map_or(0, Vec::len));
    let shown = viewer.person(row)?;
    let birth = match (shown.birth_date, shown.birth_year) {
        (Some(day), _) => day.to_string(),
        (None, year) => cell(year),
    };
    Ok(vec![
        shown.id.to_string(),
        shown.family_id.to_string(),
        String::new(),
        String::new(),
        String::new(),
        cell(shown.nik),
        shown.identity_status.to_string(),
        shown.full_name,
        birth,
        shown.sex.to_string(),
        shown.relation_to_head.to_string(),
        cell(shown.marital_status),
        cell(shown.school_level),
        cell(shown.school_enrolled),
        cell(shown.occupation_class),
        cell(shown.disability_type),
        cell(shown.disability_severity),
        cell(shown.chronic_illness),
        cell(shown.pregnant_or_postpartum),
        cell(shown.jkn_status),
        cell(shown.has_kip),
        cell(shown.orphan),
        cell(shown.sktm),
        cell(shown.village_head_certified),
        cell(shown.assessment_recommended),
        shown.criteria.map(|shown| whole_list(&shown, criteria)).unwrap_or_default(),
        if assessed { whole_list(&shown.ppks_codes, categories) } else { String::new() },
    ])
}

pub fn dwelling(show: Show, row: &DwellingRow) -> Vec<String> {
    let customer = row.pln_customer_id.as_ref().map(|number| {
        let masked = || {
            let last = number.len().saturating_sub(2);
            format!("{}{}", "*".repeat(last), number.get(last..).unwrap_or_default())
        };
        match show {
            _ if number.is_empty() => NONE.to_owned(),
            Show::Open => number.clone(),
            Show::Masked => masked(),
            Show::Blank => String::new(),
        }
    });
    vec![
        row.family_id.to_string(),
        String::new(),
        cell(row.tenure),
        cell(row.land_title),
        cell(row.floor_material),
        cell(row.wall_material),
        cell(row.roof_material),
        cell(row.floor_area_m2),
        cell(row.wall_or_roof_dangerous),
        cell(row.habitable),
        cell(row.water_source),
        cell(row.toilet),
        cell(row.cooking_fuel),
        cell(row.lighting_source),
        cell(row.power_va),
        customer.unwrap_or_default(),
    ]
}

pub fn status(row: WelfareStatusRow) -> Vec<String> {
    vec![
        row.family_id.to_string(),
        String::new(),
        row.source.to_string(),
        row.snapshot_version,
        row.as_of.to_string(),
        row.decile.to_string(),
        cell(row.percentile),
    ]
}

/// The address of a confidential location is not exported.
pub fn organization(row: OrganizationRow) -> Vec<String> {
    let address = if row.confidential_location { None } else { row.address };
    vec![
        row.id.to_string(),
        row.kind.to_string(),
        row.name,
        row.region_code,
        cell(row.program_code),
        cell(row.phone),
        cell(row.email),
        cell(address),
        row.confidential_location.to_string(),
    ]
}

pub fn service(row: ServiceRow) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.organization_id.to_string(),
        row.name,
        cell(row.description),
        cell(row.program_code),
        list_cell(&row.sectors),
        list_cell(&row.area_codes),
        cell(row.capacity),
        cell(row.opening_hours),
        cell(row.requirements),
        row.answer_days.to_string(),
    ]
}
