//! Rows that are welfare statuses (a family's rank in a snapshot). A snapshot is never overwritten. A change of the decile
//! publishes an event.

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;

use super::cells::Cells;
use super::families::{key_bytes, read_family_key};
use super::kind::{Kind, Plan, Planning, Reading, UniqueKey};
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

    fn unique_keys(row: &StatusLine) -> Vec<UniqueKey> {
        let name = format!("{}\n{}\n", row.status.source, row.status.snapshot_version.as_str());
        let key = [name.as_bytes(), &key_bytes(&row.family)].concat();
        vec![UniqueKey { column: row.column, key, code: "repeated" }]
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, StatusLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let keys: HashSet<FamilyKey> = rows.iter().map(|(_, row)| row.family.clone()).collect();
        let families = load::find_families(conn, planning.scope, &keys, planning.lock(&[])).await?;
        let mut stored = load::statuses(conn, &families.ids()).await?;
        for (line, row) in rows {
            // An ended family may still get a status: the date of the ranking may lie before the end.
            let Some(place) = families.get(&row.family) else {
                plan.fault(line, row.column, "unknown_family");
                continue;
            };
            let incoming = build::welfare_status(place.family_id, row.status, planning.now);
            let known = stored.entry(place.family_id).or_default();
            let name = (incoming.source, incoming.snapshot_version.as_str());
            if !planning.seen.insert((place.family_id, incoming.source.as_str(), &incoming.snapshot_version)) {
                plan.fault(line, row.column, "repeated");
                continue;
            }
            if let Some(same) = known.iter().find(|s| (s.source, s.snapshot_version.as_str()) == name) {
                let equal = (same.as_of, same.decile, same.percentile)
                    == (incoming.as_of, incoming.decile, incoming.percentile);
                match planning.on_conflict {
                    OnConflict::Update if !equal => plan.fault(line, "decile", "snapshot_differs"),
                    policy => plan.skip_existing(policy, line, "snapshot_version"),
                }
                continue;
            }
            plan.created += 1;
            // The same order as when the latest status is read.
            let before = known.iter().max_by_key(|s| (s.as_of, s.id));
            if let Some(event) = before.and_then(|before| statuses::changed(before, &incoming, &place.region_code)) {
                plan.events.push(event);
            }
            known.push(incoming.clone());
            plan.touched.insert(place.family_id);
            plan.new.statuses.push(incoming);
        }
        Ok(plan)
    }
}
