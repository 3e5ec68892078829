//! Rows that are dwellings of families in the registry.

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;

use super::cells::Cells;
use super::families::{key_bytes, read_family_key};
use super::kind::{Kind, Plan, Planning, Reading, UniqueKey};
use super::model::{ImportKind, OnConflict};
use crate::error::Error;
use crate::registry::bulk::load::{self, FamilyKey};
use crate::registry::people::api::Dwelling;
use crate::registry::people::build;
use crate::registry::people::document;
use crate::registry::rows::DwellingRow;

use crate::registry::people::validation;

pub struct Dwellings;

pub struct DwellingLine {
    family: FamilyKey,
    column: &'static str,
    home: Dwelling,
}

impl Kind for Dwellings {
    type Row = DwellingLine;
    const KIND: ImportKind = ImportKind::Dwellings;

    fn read(cells: &mut Cells<'_>, reading: &Reading<'_>) -> Option<DwellingLine> {
        let (family, column) = read_family_key(cells, reading.sealer);
        if family.is_none() {
            cells.fault(column, "required");
        }
        let home = Dwelling {
            tenure: cells.read("tenure", "unknown_value"),
            land_title: cells.flag("land_title"),
            floor_material: cells.read("floor_material", "unknown_value"),
            wall_material: cells.read("wall_material", "unknown_value"),
            roof_material: cells.read("roof_material", "unknown_value"),
            floor_area_m2: cells.number("floor_area_m2"),
            wall_or_roof_dangerous: cells.flag("wall_or_roof_dangerous"),
            habitable: cells.flag("habitable"),
            water_source: cells.read("water_source", "unknown_value"),
            toilet: cells.read("toilet", "unknown_value"),
            cooking_fuel: cells.read("cooking_fuel", "unknown_value"),
            lighting_source: cells.read("lighting_source", "unknown_value"),
            power_va: cells.number("power_va"),
            pln_customer_id: cells.text_or_none("pln_customer_id"),
        };
        match validation::home(&home) {
            Ok(()) => Some(DwellingLine { family: family?, column, home }),
            Err(faults) => {
                let without_prefix = |mut fault: crate::error::FieldError| {
                    fault.pointer = fault.pointer.replace("/dwelling", "");
                    fault
                };
                cells.faults_at(faults.into_iter().map(without_prefix).collect());
                None
            }
        }
    }

    fn unique_keys(row: &DwellingLine) -> Vec<UniqueKey> {
        vec![UniqueKey { column: row.column, key: key_bytes(&row.family), code: "repeated" }]
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, DwellingLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let keys: HashSet<FamilyKey> = rows.iter().map(|(_, row)| row.family.clone()).collect();
        let families = load::find_families(conn, planning.scope, &keys, planning.lock(&[])).await?;
        let mut stored = load::dwellings(conn, &families.ids()).await?;
        for (line, row) in rows {
            let Some(place) = plan.family(&families, &row.family, (line, row.column)) else { continue };
            if !planning.seen.insert(("dwelling", place.family_id)) {
                plan.fault(line, row.column, "repeated");
                continue;
            }
            let incoming = build::dwelling(place.family_id, row.home, planning.now);
            match stored.remove(&place.family_id) {
                None => {
                    plan.created += 1;
                    plan.new.dwellings.push(incoming);
                }
                Some(before) if planning.on_conflict == OnConflict::Update => {
                    let mut now = merged(before.clone(), incoming);
                    if now == before {
                        plan.unchanged += 1;
                        continue;
                    }
                    plan.updated += 1;
                    if planning.write {
                        now.updated_at = planning.now;
                        let was = document::dwelling(&before);
                        plan.changed(("family", now.family_id), now.family_id, &was, &document::dwelling(&now));
                        plan.changed.dwellings.push(now);
                    }
                }
                Some(_) => {
                    plan.skip_existing(planning.on_conflict, line, row.column);
                    continue;
                }
            }
            plan.touched.insert(place.family_id);
        }
        Ok(plan)
    }
}

/// Filled cells replace the stored values.
fn merged(before: DwellingRow, incoming: DwellingRow) -> DwellingRow {
    DwellingRow {
        family_id: before.family_id,
        tenure: incoming.tenure.or(before.tenure),
        floor_material: incoming.floor_material.or(before.floor_material),
        wall_material: incoming.wall_material.or(before.wall_material),
        roof_material: incoming.roof_material.or(before.roof_material),
        water_source: incoming.water_source.or(before.water_source),
        lighting_source: incoming.lighting_source.or(before.lighting_source),
        power_va: incoming.power_va.or(before.power_va),
        pln_customer_id: incoming.pln_customer_id.or(before.pln_customer_id),
        cooking_fuel: incoming.cooking_fuel.or(before.cooking_fuel),
        toilet: incoming.toilet.or(before.toilet),
        floor_area_m2: incoming.floor_area_m2.or(before.floor_area_m2),
        land_title: incoming.land_title.or(before.land_title),
        habitable: incoming.habitable.or(before.habitable),
        wall_or_roof_dangerous: incoming.wall_or_roof_dangerous.or(before.wall_or_roof_dangerous),
        updated_at: before.updated_at,
    }
}
