//! Rows that are places of families in a ranking. A snapshot is never overwritten; a family whose decile moves is told of.

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;

use super::cells::Cells;
use super::families::{key_bytes, read_family_key};
use super::kind::{Kind, Once, Plan, Planning, Reading};
use super::model::{ImportKind, OnConflict};
use crate::error::Error;
use crate::registry::bulk::load::{self, FamilyKey};
use crate::registry::people::api::CreateWelfareStatus;
use crate::registry::people::build;

use crate::registry::people::validation;

use crate::registry::welfare::statuses;

pub struct WelfareStatuses;

pub struct StatusLine {
    family: FamilyKey,
    column: &'static str,
    status: CreateWelfareStatus,
}

impl Kind for WelfareStatuses {
    type Row = StatusLine;
    const KIND: ImportKind = ImportKind::WelfareStatuses;

    fn read(cells: &mut Cells<'_>, reading: &Reading<'_>) -> Option<StatusLine> {
        let (family, column) = read_family_key(cells, reading.sealer);
        if family.is_none() {
            cells.fault(column, "required");
        }
        let source = cells.read("source", "unknown_value");
        let snapshot_version = cells.read("snapshot_version", "invalid");
        let as_of = cells.read("as_of", "format");
        let decile = cells.number("decile");
        let percentile = cells.number("percentile");
        let status = CreateWelfareStatus {
            source: source?,
            snapshot_version: snapshot_version?,
            as_of: as_of?,
            decile: decile?,
            percentile,
        };
        match validation::welfare_status(&status, reading.today) {
            Ok(()) => Some(StatusLine { family: family?, column, status }),
            Err(faults) => {
                cells.faults_at(faults);
                None
            }
        }
    }

    fn once(row: &StatusLine) -> Vec<Once> {
        let name = format!("{}\n{}\n", row.status.source, row.status.snapshot_version.as_str());
        let key = [name.as_bytes(), &key_bytes(&row.family)].concat();
        vec![Once { column: row.column, key, code: "repeated" }]
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, StatusLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let keys: HashSet<FamilyKey> = rows.iter().map(|(_, row)| row.family.clone()).collect();
        let families = load::find_families(conn, planning.scope, &keys, planning.hold(&[])).await?;
        let mut stored = load::statuses(conn, &families.ids()).await?;
        for (line, row) in rows {
            // One that ended may still be ranked: a ranking is of a day that may lie before the end.
            let Some(place) = families.get(&row.family) else {
                plan.fault(line, row.column, "unknown_family");
                continue;
            };
            let told = build::welfare_status(place.family_id, row.status, planning.now);
            let known = stored.entry(place.family_id).or_default();
            let name = (told.source, told.snapshot_version.as_str());
            if !planning.seen.first((place.family_id, told.source.as_str(), &told.snapshot_version)) {
                plan.fault(line, row.column, "repeated");
                continue;
            }
            if let Some(same) = known.iter().find(|s| (s.source, s.snapshot_version.as_str()) == name) {
                let equal = (same.as_of, same.decile, same.percentile) == (told.as_of, told.decile, told.percentile);
                match planning.on_conflict {
                    OnConflict::Update if !equal => plan.fault(line, "decile", "snapshot_differs"),
                    policy => plan.leave(policy, line, "snapshot_version"),
                }
                continue;
            }
            plan.created += 1;
            // The same order as a reading of the latest one.
            let before = known.iter().max_by_key(|s| (s.as_of, s.id));
            if let Some(event) = before.and_then(|before| statuses::changed(before, &told, &place.region_code)) {
                plan.events.push(event);
            }
            known.push(told.clone());
            plan.touched.insert(place.family_id);
            plan.new.statuses.push(told);
        }
        Ok(plan)
    }
}
