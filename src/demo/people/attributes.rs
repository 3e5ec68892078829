//! Random attributes of a person, a dwelling and a family. The shares are plausible, not statistics: the poorer the decile, the
//! simpler the house, the shorter the schooling and the more programmes.

use chrono::NaiveDate;

use super::draw::Draw;
use super::{SyntheticDwelling, SyntheticPerson};
use crate::registry::identity::nik::Sex;

pub(super) fn school(draw: &mut Draw, decile: u32, age: u32, is_young: bool) -> (Option<&'static str>, bool) {
    let (level, enrolled_per_mille) = match age {
        0..6 => return (None, false),
        6 => ("sd", 400),
        7..=12 => ("sd", 985),
        13..=15 => ("smp", 920 + 6 * decile),
        16..=18 => ("sma", 640 + 30 * decile),
        19..=23 => ("higher", 20 + 50 * decile),
        _ => ("higher", 0),
    };
    if is_young && draw.chance(enrolled_per_mille) {
        return (Some(level), true);
    }
    let finished = match age {
        0..13 => None,
        13..16 => Some("sd"),
        16..19 => Some("smp"),
        _ => {
            let (old, well_off) = (if age > 55 { 25 } else { 0 }, 5 * decile);
            let levels = [(3 + old, ""), (45, "sd"), (25, "smp"), (20 + well_off, "sma"), (well_off, "higher")];
            Some(draw.weighted(&levels)).filter(|level| !level.is_empty())
        }
    };
    (finished, false)
}

pub(super) fn disability(draw: &mut Draw, age: u32) -> (Option<&'static str>, Option<&'static str>) {
    let per_mille = match age {
        0..18 => 15,
        18..60 => 26,
        _ => 95,
    };
    if !draw.chance(per_mille) {
        return (None, None);
    }
    let types = [(45, "physical"), (25, "sensory"), (12, "intellectual"), (10, "mental"), (8, "multiple")];
    let severities = [(45, "mild"), (35, "moderate"), (20, "severe")];
    (Some(draw.weighted(&types)), Some(draw.weighted(&severities)))
}

pub(super) fn occupation(
    draw: &mut Draw,
    decile: u32,
    age: u32,
    sex: Sex,
    relation: &str,
    in_school: bool,
) -> &'static str {
    let (poor, rich) = (11 - decile, decile);
    match age {
        _ if in_school => "PELAJAR_MAHASISWA",
        0..17 => "TIDAK_BEKERJA",
        70.. => draw.weighted(&[(70, "TIDAK_BEKERJA"), (2 * rich, "PENSIUNAN"), (2 * poor, "PETANI")]),
        _ if sex == Sex::Female && relation == "spouse" && draw.chance(450) => "MENGURUS_RUMAH_TANGGA",
        _ => {
            let state = if (21..60).contains(&age) { rich.saturating_sub(4) } else { 0 };
            let retired = if age >= 58 { 4 * rich } else { 0 };
            draw.weighted(&[
                (5 * poor, "PETANI"),
                (poor, "NELAYAN"),
                (6 * poor, "BURUH"),
                (poor, "ASISTEN_RUMAH_TANGGA"),
                (12, "PEDAGANG"),
                (6, "PENGEMUDI"),
                (8, "TIDAK_BEKERJA"),
                (3 * rich, "WIRASWASTA"),
                (4 * rich, "KARYAWAN_SWASTA"),
                (retired, "PENSIUNAN"),
                (3 * state, "ASN"),
                (state.div_ceil(2), "TNI"),
                (state.div_ceil(2), "POLRI"),
                (state.div_ceil(3), "KADES_PERANGKAT"),
            ])
        }
    }
}

pub(super) fn ppks_codes(draw: &mut Draw, decile: u32, age: u32, person: &SyntheticPerson) -> Vec<&'static str> {
    let is_adult = age >= 18;
    let is_alone_woman = person.sex == Sex::Female && person.relation == "head" && age < 60;
    let mut codes = vec![];
    if person.disability_type.is_some() {
        codes.push(if is_adult { "PPKS-09" } else { "PPKS-05" });
    }
    if decile <= 2 && person.orphan && (6..=18).contains(&age) && draw.chance(300) {
        codes.push("PPKS-02");
    }
    if decile <= 2 && age >= 60 && person.marital_status == "widowed" && draw.chance(250) {
        codes.push("PPKS-08");
    }
    if decile <= 3 && is_adult && is_alone_woman && draw.chance(400) {
        codes.push("PPKS-23");
    }
    if decile == 1 && person.relation == "head" {
        codes.push("PPKS-24");
    }
    codes
}

pub(super) fn dwelling(draw: &mut Draw, decile: u32, people: usize, is_rural: bool) -> SyntheticDwelling {
    let (poor, rich) = (11 - decile, decile);
    let (village, town) = (if is_rural { poor } else { 0 }, if is_rural { 0 } else { 12 });
    let has_pln = !draw.chance(6 * village);
    let power = [(4 * poor, 450), (40, 900), (6 * rich, 1300), (3 * rich.saturating_sub(4), 2200)];
    let power_va = has_pln.then(|| draw.weighted(&power));
    let other_light = draw.weighted(&[(50, "non_pln"), (50, "none")]);
    // A dwelling behind a neighbour's meter has electricity, but no customer number.
    let has_meter = has_pln && !draw.chance(8 * poor);
    let tenure = draw.weighted(&[(70, "own"), (12, "rent_free"), (town, "rent"), (1, "official")]);
    SyntheticDwelling {
        tenure,
        floor_material: draw.weighted(&[
            (8 * rich, "tile"),
            (45, "cement"),
            (2 * village, "wood"),
            (village, "bamboo"),
            (2 * poor, "earth"),
        ]),
        wall_material: draw.weighted(&[(40 + 6 * rich, "brick"), (2 * poor + village, "wood"), (village, "bamboo")]),
        roof_material: draw.weighted(&[
            (30 + 3 * rich, "tile"),
            (30, "zinc"),
            (8, "asbestos"),
            (village, "thatch"),
            (rich, "concrete"),
        ]),
        water_source: draw.weighted(&[
            (4 * rich + town, "piped"),
            (20, "pump_well"),
            (4 * rich, "bottled"),
            (15, "protected_well"),
            (2 * poor, "unprotected_well"),
            (village, "spring"),
            (village, "surface"),
        ]),
        lighting_source: if has_pln { "pln" } else { other_light },
        power_va,
        pln_customer_id: has_meter.then(|| format!("99{:010}", draw.next() % 10_000_000_000)),
        cooking_fuel: draw.weighted(&[
            (60, "lpg_3kg"),
            (4 * rich.saturating_sub(5), "lpg_12kg"),
            (3 * village, "wood"),
            (1, "electric"),
        ]),
        toilet: draw.weighted(&[(50 + 8 * rich, "own"), (2 * poor, "shared"), (poor, "public"), (village, "none")]),
        floor_area_m2: draw.between(16, 30) + 4 * rich as i32 + draw.between(2, 6) * people as i32,
        land_title: tenure == "own" && draw.chance(450 + 50 * rich),
    }
}

pub(super) fn programs(
    draw: &mut Draw,
    today: NaiveDate,
    decile: u32,
    members: &[SyntheticPerson],
    dwelling: &SyntheticDwelling,
    is_rural: bool,
) -> Vec<&'static str> {
    let age = |person: &SyntheticPerson| today.years_since(person.birth_date).unwrap_or(0);
    let is_component = |person: &SyntheticPerson| {
        person.pregnant_or_postpartum
            || age(person) <= 6
            || age(person) >= 60
            || (person.school_enrolled && person.school_level != Some("higher"))
            || person.disability_severity == Some("severe")
    };
    let has_pkh = decile <= 4 && members.iter().any(is_component) && draw.chance(550);
    let has_low_power = dwelling.pln_customer_id.is_some() && dwelling.power_va.is_some_and(|va| va <= 900);
    let is_insured = members.iter().any(|person| person.jkn_status == "active");
    let owns = dwelling.tenure == "own" && dwelling.land_title;
    let is_of_age = |person: &SyntheticPerson| (18..=64).contains(&age(person));
    let mut programs = vec![];
    let mut add = |has: bool, per_mille: u32, code: &'static str| {
        if has && draw.chance(per_mille) {
            programs.push(code);
        }
    };
    add(decile <= 5, 600, "KKS");
    add(has_pkh, 1000, "PKH");
    add(members.iter().any(|person| person.has_kip), 1000, "KIP");
    add(decile <= 5 && is_insured, 1000, "KIS");
    add(decile <= 6 && has_low_power, 850, "LISTRIK_SUBSIDI");
    add(decile <= 2 && !has_pkh && is_rural, 250, "BLT_DD");
    add(decile <= 3 && owns, 20, "RST");
    add(members.iter().any(is_of_age), 25, "PRAKERJA");
    programs
}
