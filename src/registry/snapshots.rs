//! Rankings as wholes: which there are, and how families moved between two of them. Fewer than ten are never told.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use super::api::SnapshotVersion;
use super::model::WelfareSource;
use super::store::{self, MoveRow, SnapshotRow};
use crate::db::pool::Connection;
use crate::error::{Error, FieldError};
use crate::jobs::actions::{self, NewJob};
use crate::jobs::api::Job;
use crate::jobs::model::JobKind;
use crate::jobs::run::{Outcome, Progress, Run, Runner, Stop};
use crate::regions::{RegionCode, RegionScope, directory};
use crate::transaction::Tx;

pub const RUNNER: Runner = Runner { kind: JobKind::SnapshotComparison, run: |run| Box::pin(compare(run)) };

/// Aggregates below this are not told (UU 27/2022).
const FEWEST: i64 = 10;
const DECILES: usize = 10;

/// A ranking: what one source said at one time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SnapshotName {
    /// Where the ranking comes from.
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    pub snapshot_version: SnapshotVersion,
}

/// A ranking with how many families of the caller's regions it holds.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WelfareSnapshot {
    /// Where the ranking comes from.
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    #[schema(example = "2026-Q3")]
    pub snapshot_version: String,
    /// Day from which it holds.
    pub as_of: chrono::NaiveDate,
    /// Families in it; absent below ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 12840)]
    pub families: Option<i64>,
}

/// The rankings that there are.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WelfareSnapshots {
    /// Newest first, at most 500.
    pub items: Vec<WelfareSnapshot>,
}

/// Which two rankings to compare, and where.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "region_code": "32.04",
    "from": { "source": "dtsen", "snapshot_version": "2026-Q2" },
    "to": { "source": "dtsen", "snapshot_version": "2026-Q3" },
}))]
pub struct CompareSnapshots {
    /// The region whose parts are compared, each on its own; a village is compared as a whole.
    #[schema(value_type = String)]
    pub region_code: RegionCode,
    /// The earlier ranking.
    pub from: SnapshotName,
    /// The later one.
    pub to: SnapshotName,
}

pub async fn list(conn: &mut Connection, scope: &RegionScope) -> Result<WelfareSnapshots, Error> {
    let rows = store::list_snapshots(conn, scope).await?;
    let shown = |row: SnapshotRow| WelfareSnapshot {
        source: row.source,
        snapshot_version: row.snapshot_version,
        as_of: row.as_of,
        families: (row.families >= FEWEST).then_some(row.families),
    };
    Ok(WelfareSnapshots { items: rows.into_iter().map(shown).collect() })
}

pub async fn start(tx: &mut Tx, input: CompareSnapshots) -> Result<Job, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let within = RegionScope::from_codes(&[input.region_code.as_str()]);
    let mut faults = Vec::new();
    for (pointer, name) in [("/from", &input.from), ("/to", &input.to)] {
        let which = (name.source, name.snapshot_version.as_str());
        if !store::has_snapshot(&mut tx.conn, &within, which).await? {
            faults.push(FieldError::new(pointer, "unknown_snapshot"));
        }
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let job = NewJob {
        id: None,
        kind: JobKind::SnapshotComparison,
        scope: within,
        total: i64::try_from(parts(&input.region_code).len()).ok(),
        params: serde_json::to_value(&input).map_err(Error::internal)?,
    };
    actions::create(tx, job).await
}

/// The regions directly inside, or the region itself when there are none.
fn parts(region: &RegionCode) -> Vec<&'static directory::Entry> {
    let inside: Vec<_> =
        directory::within(region.as_str()).iter().filter(|e| e.parent_code() == Some(region.as_str())).collect();
    if inside.is_empty() { directory::find(region.as_str()).into_iter().collect() } else { inside }
}

/// One region a step: the feed waits for no long statement.
async fn compare(run: &mut Run) -> Result<Outcome, Stop> {
    let input: CompareSnapshots = serde_json::from_value(run.job.params.clone()).map_err(Error::internal)?;
    let parts = parts(&input.region_code);
    let scope = run.scope();
    let done = usize::try_from(run.progress.done).unwrap_or(0);
    if done == 0 {
        let head = json!({ "region_code": input.region_code, "from": input.from, "to": input.to }).to_string();
        run.progress.write_result(nested(&head).as_bytes());
    }
    for (at, part) in parts.iter().enumerate().skip(done) {
        let from = (input.from.source, input.from.snapshot_version.as_str());
        let to = (input.to.source, input.to.snapshot_version.as_str());
        let mut conn = run.worker.db.read().await?;
        let moves = store::list_moves(&mut conn, &scope, part.code, from, to).await?;
        drop(conn);
        let told = told(part, &moves).to_string();
        add(&mut run.progress, at, &told);
        if at + 1 == parts.len() {
            run.progress.write_result(b"]}");
            run.progress.result_type = Some("application/json".to_owned());
        }
        run.report().await?;
    }
    Ok(Outcome::Succeeded)
}

/// The head without its last brace, so that the regions follow inside it.
fn nested(head: &str) -> String {
    let inner = head.strip_suffix('}').unwrap_or(head);
    format!("{inner},\"regions\":[")
}

fn add(progress: &mut Progress, at: usize, told: &str) {
    if at > 0 {
        progress.write_result(b",");
    }
    progress.write_result(told.as_bytes());
    progress.done += 1;
}

/// A region's matrix: rows are the deciles before, columns those after; a cell below ten is null. The sums are of the
/// cells that are told, so that none can be reckoned from them.
fn told(region: &directory::Entry, moves: &[MoveRow]) -> serde_json::Value {
    let mut matrix = [[Some(0_i64); DECILES]; DECILES];
    let (mut up, mut down, mut same, mut suppressed) = (0, 0, 0, 0);
    for row in moves {
        let place = |decile: i16| usize::try_from(decile - 1).unwrap_or(DECILES);
        let Some(cell) = matrix.get_mut(place(row.from_decile)).and_then(|line| line.get_mut(place(row.to_decile)))
        else {
            continue;
        };
        if row.families < FEWEST {
            *cell = None;
            suppressed += 1;
            continue;
        }
        *cell = Some(row.families);
        match row.to_decile.cmp(&row.from_decile) {
            std::cmp::Ordering::Greater => up += row.families,
            std::cmp::Ordering::Less => down += row.families,
            std::cmp::Ordering::Equal => same += row.families,
        }
    }
    json!({
        "region_code": region.code, "name": region.name, "moved_up": up, "moved_down": down, "unchanged": same,
        "suppressed_cells": suppressed, "matrix": matrix,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_than_ten_are_not_told_nor_to_be_reckoned() {
        let row = |from_decile, to_decile, families| MoveRow { from_decile, to_decile, families };
        let region = directory::find("32.04").unwrap();
        let told = told(region, &[row(1, 2, 12), row(3, 1, 10), row(5, 5, 40), row(9, 10, 9)]);
        assert_eq!((&told["moved_up"], &told["moved_down"], &told["unchanged"]), (&json!(12), &json!(10), &json!(40)));
        assert_eq!((&told["matrix"][0][1], &told["matrix"][8][9]), (&json!(12), &json!(null)));
        assert_eq!((&told["matrix"][7][7], &told["suppressed_cells"]), (&json!(0), &json!(1)));
    }

    #[test]
    fn a_region_is_compared_by_its_parts() {
        let codes = |code| parts(&RegionCode::parse(code).unwrap()).iter().map(|e| e.code).collect::<Vec<_>>();
        assert!(codes("32.04").iter().all(|code| code.len() == 8));
        assert_eq!(codes("32.04.05.2001"), ["32.04.05.2001"]);
    }
}
