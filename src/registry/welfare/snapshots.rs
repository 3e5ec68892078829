//! Welfare snapshots across families: the list of snapshots, and the decile changes between two of them. Counts below ten are
//! suppressed.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use validator::Validate;

use crate::db::stored;
use crate::registry::model::WelfareSource;
use crate::registry::people::api::SnapshotVersion;
use crate::registry::welfare::store as status_store;

use crate::registry::welfare::store::MoveRow;

use crate::auth::permissions::STATS_READ;
use crate::db::pool::Connection;
use crate::error::{Error, FieldError};
use crate::jobs::actions::{self, NewJob};
use crate::jobs::api::Job;
use crate::jobs::model::{JobKind, JobKindSpec};
use crate::jobs::run::{Outcome, Run, Runner, Stop};
use crate::regions::model::contains;
use crate::regions::{RegionCode, RegionScope, directory};
use crate::registry::welfare::store::SnapshotRow;
use crate::small_counts::{self, MIN_PUBLISHED, ParentTotal};
use crate::transaction::Tx;

pub const SNAPSHOT_COMPARISON: JobKind = JobKind::new(&JobKindSpec {
    code: "snapshot_comparison",
    label_id: "Perbandingan dua pemeringkatan",
    label_en: "Comparison of two snapshots",
    permission: STATS_READ,
    guard: None,
});
pub const RUNNER: Runner = Runner { kind: SNAPSHOT_COMPARISON, run: |run| Box::pin(compare(run)) };

const DECILES: usize = 10;

/// A welfare snapshot: the ranking of one source at one time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SnapshotName {
    /// Source of the snapshot.
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    pub snapshot_version: SnapshotVersion,
}

/// A welfare snapshot with the number of families of the caller's regions in it.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WelfareSnapshot {
    /// Source of the snapshot.
    pub source: WelfareSource,
    /// Name of the snapshot at its source.
    #[schema(example = "2026-Q3")]
    pub snapshot_version: String,
    /// Day from which the snapshot is valid.
    pub as_of: chrono::NaiveDate,
    /// Number of families. Absent if below 10.
    #[schema(example = 12840)]
    pub families: Option<i64>,
}

/// The recorded welfare snapshots.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WelfareSnapshots {
    /// Newest first, at most 500.
    pub items: Vec<WelfareSnapshot>,
}

/// Two welfare snapshots to compare, and the region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "region_code": "32.04",
    "from": { "source": "dtsen", "snapshot_version": "2026-Q2" },
    "to": { "source": "dtsen", "snapshot_version": "2026-Q3" },
}))]
pub struct CompareSnapshots {
    /// The region to compare. Each region directly inside it is counted separately; a village is counted as a whole.
    #[schema(value_type = String)]
    pub region_code: RegionCode,
    /// The earlier snapshot.
    pub from: SnapshotName,
    /// The later snapshot.
    pub to: SnapshotName,
}

/// The request, and the widest enclosing region from which suppression is calculated.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    region_code: RegionCode,
    from: SnapshotName,
    to: SnapshotName,
    #[serde(default)]
    around: Option<String>,
}

pub async fn list(conn: &mut Connection, scope: &RegionScope) -> Result<WelfareSnapshots, Error> {
    let rows = status_store::list_snapshots(conn, scope).await?;
    let shown = |row: SnapshotRow| WelfareSnapshot {
        source: row.source,
        snapshot_version: row.snapshot_version,
        as_of: row.as_of,
        families: (row.families >= MIN_PUBLISHED).then_some(row.families),
    };
    Ok(WelfareSnapshots { items: rows.into_iter().map(shown).collect() })
}

pub async fn start(tx: &mut Tx, input: CompareSnapshots) -> Result<Job, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let within = RegionScope::from_codes(&[input.region_code.as_str()]);
    let mut faults = Vec::new();
    for (pointer, name) in [("/from", &input.from), ("/to", &input.to)] {
        let which = (name.source, name.snapshot_version.as_str());
        if !status_store::has_snapshot(&mut tx.conn, &within, which).await? {
            faults.push(FieldError::new(pointer, "unknown_snapshot"));
        }
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    // The widest enclosing region that the caller could request too.
    let codes = tx.actor.scope.codes();
    let around = codes.iter().filter(|code| contains(code, input.region_code.as_str())).min_by_key(|code| code.len());
    let asked = Asked { around: around.cloned(), region_code: input.region_code, from: input.from, to: input.to };
    let job = NewJob {
        id: None,
        kind: SNAPSHOT_COMPARISON,
        scope: within,
        total: i64::try_from(parts(asked.region_code.as_str()).len()).ok(),
        params: stored::write(&asked)?,
    };
    actions::create(tx, job).await
}

/// The regions directly inside, or the region itself if it has none.
fn parts(region: &str) -> Vec<&'static directory::Entry> {
    let inside: Vec<_> = match region {
        "ID" => directory::provinces().collect(),
        _ => directory::children(region).collect(),
    };
    if inside.is_empty() { directory::find(region).into_iter().collect() } else { inside }
}

/// The regions from the enclosing one down to the requested one. Suppression is calculated for their parts in this order.
fn path(around: &str, region: &RegionCode) -> Vec<String> {
    let lineage = region.lineage().filter(|code| *code == around || contains(around, code)).map(str::to_owned);
    let country = (around == "ID").then(|| "ID".to_owned());
    let mut path: Vec<String> = country.into_iter().chain(lineage).collect();
    // A village has no parts: it is a part of its district.
    if path.len() > 1 && directory::children(region.as_str()).next().is_none() {
        path.pop();
    }
    path
}

type Matrix = [[i64; DECILES]; DECILES];
type Hidden = [[bool; DECILES]; DECILES];

/// Counts one region per statement, so that no statement runs long. The result is written only at the end: an interrupted job starts
/// from the beginning.
async fn compare(run: &mut Run) -> Result<Outcome, Stop> {
    let asked: Asked = run.job.params()?;
    let around = asked.around.as_deref().unwrap_or(asked.region_code.as_str());
    let path = path(around, &asked.region_code);
    let mut whole: Hidden = [[false; DECILES]; DECILES];
    let mut suppressed = Vec::new();
    for (at, region) in path.iter().enumerate() {
        let parts = parts(region);
        let mut matrices = Vec::with_capacity(parts.len());
        for part in &parts {
            matrices.push(count(run, &asked, around, part.code).await?);
            run.progress.done = 0;
            run.report().await?;
        }
        let hidden = suppress(&matrices, &whole);
        suppressed = parts.into_iter().zip(matrices).zip(hidden).map(|((part, counts), h)| (part, counts, h)).collect();
        let next = path.get(at + 1);
        whole =
            suppressed.iter().find(|(part, ..)| next.is_some_and(|code| code == part.code)).map_or(whole, |(.., h)| *h);
    }
    // For a village, publish only the village itself and not the other parts of its district.
    let is_asked = |part: &directory::Entry| contains(asked.region_code.as_str(), part.code);
    let shown = suppressed.iter().filter(|(part, ..)| is_asked(part)).map(|(part, counts, h)| show(part, counts, h));
    let regions: Vec<serde_json::Value> = shown.collect();
    run.progress.done = i64::try_from(regions.len()).unwrap_or(0);
    run.progress.total = Some(run.progress.done);
    let result = json!({
        "region_code": asked.region_code, "from": asked.from, "to": asked.to, "regions": regions,
    });
    run.progress.write_result(result.to_string().as_bytes());
    run.progress.result_type = Some("application/json".to_owned());
    run.report().await?;
    Ok(Outcome::Succeeded)
}

async fn count(run: &Run, asked: &Asked, around: &str, region: &str) -> Result<Matrix, Stop> {
    let from = (asked.from.source, asked.from.snapshot_version.as_str());
    let to = (asked.to.source, asked.to.snapshot_version.as_str());
    let mut conn = run.context.db.read().await?;
    let moves = status_store::list_moves(&mut conn, &RegionScope::from_codes(&[around]), region, from, to).await?;
    Ok(matrix(&moves))
}

fn matrix(moves: &[MoveRow]) -> Matrix {
    let mut matrix = [[0; DECILES]; DECILES];
    let place = |decile: i16| usize::try_from(decile - 1).unwrap_or(DECILES);
    for row in moves {
        let line = matrix.get_mut(place(row.from_decile));
        if let Some(cell) = line.and_then(|line: &mut [i64; DECILES]| line.get_mut(place(row.to_decile))) {
            *cell += row.families;
        }
    }
    matrix
}

fn at<T: Copy + Default>(of: &[[T; DECILES]; DECILES], from: usize, to: usize) -> T {
    of.get(from).and_then(|line| line.get(to)).copied().unwrap_or_default()
}

/// Suppresses each cell over the parts of one region. `whole` says which cells of their sum are suppressed.
fn suppress(parts: &[Matrix], whole: &Hidden) -> Vec<Hidden> {
    let mut hidden = vec![[[false; DECILES]; DECILES]; parts.len()];
    for (from, to) in (0..DECILES).flat_map(|from| (0..DECILES).map(move |to| (from, to))) {
        let counts: Vec<i64> = parts.iter().map(|part| at(part, from, to)).collect();
        let sum = if at(whole, from, to) { ParentTotal::Suppressed } else { ParentTotal::Published };
        for (part, is_hidden) in hidden.iter_mut().zip(small_counts::suppress(&counts, sum)) {
            if let Some(cell) = part.get_mut(from).and_then(|line: &mut [bool; DECILES]| line.get_mut(to)) {
                *cell = is_hidden;
            }
        }
    }
    hidden
}

/// The matrix of a region: rows are the earlier deciles, columns the later ones; a suppressed cell is null. The sums include only
/// published cells, so that no suppressed cell can be derived from them.
fn show(region: &directory::Entry, counts: &Matrix, hidden: &Hidden) -> serde_json::Value {
    let (mut up, mut down, mut same, mut suppressed) = (0, 0, 0, 0);
    let matrix: [[Option<i64>; DECILES]; DECILES] = std::array::from_fn(|from| {
        std::array::from_fn(|to| {
            if at(hidden, from, to) {
                suppressed += 1;
                return None;
            }
            let families = at(counts, from, to);
            match to.cmp(&from) {
                std::cmp::Ordering::Greater => up += families,
                std::cmp::Ordering::Less => down += families,
                std::cmp::Ordering::Equal => same += families,
            }
            Some(families)
        })
    });
    json!({
        "region_code": region.code, "name": region.name, "moved_up": up, "moved_down": down, "unchanged": same,
        "suppressed_cells": suppressed, "matrix": matrix,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(from_decile: i16, to_decile: i16, families: i64) -> MoveRow {
        MoveRow { from_decile, to_decile, families }
    }

    #[test]
    fn a_cell_below_ten_is_suppressed_and_excluded_from_the_sums() {
        let region = directory::find("32.04").unwrap();
        let counts = matrix(&[row(1, 2, 12), row(3, 1, 10), row(5, 5, 40), row(9, 10, 9)]);
        let hidden = suppress(&[counts], &[[false; DECILES]; DECILES]);
        let shown = show(region, &counts, &hidden[0]);
        assert_eq!(
            (&shown["moved_up"], &shown["moved_down"], &shown["unchanged"]),
            (&json!(12), &json!(10), &json!(40))
        );
        assert_eq!((&shown["matrix"][0][1], &shown["matrix"][8][9]), (&json!(12), &json!(null)));
        assert_eq!((&shown["matrix"][7][7], &shown["suppressed_cells"]), (&json!(0), &json!(1)));
    }

    /// Otherwise the small cell is that of the regency minus those of its other districts.
    #[test]
    fn a_small_cell_suppresses_a_neighbour_and_a_cell_of_its_parts() {
        let parts = [matrix(&[row(1, 2, 3)]), matrix(&[row(1, 2, 20)]), matrix(&[row(1, 2, 50)])];
        let hidden = suppress(&parts, &[[false; DECILES]; DECILES]);
        assert_eq!([0, 1, 2].map(|part: usize| hidden[part][0][1]), [true, true, false]);
        let villages = [matrix(&[row(1, 2, 11)]), matrix(&[row(1, 2, 12)])];
        assert_eq!(suppress(&villages, &hidden[1]).iter().map(|h| h[0][1]).collect::<Vec<_>>(), [true, false]);
        assert_eq!(suppress(&villages, &hidden[2]).iter().map(|h| h[0][1]).collect::<Vec<_>>(), [false, false]);
    }

    #[test]
    fn a_region_is_compared_by_its_parts_and_suppressed_from_the_top() {
        let codes = |code| parts(code).iter().map(|e| e.code).collect::<Vec<_>>();
        assert!(codes("32.04").iter().all(|code| code.len() == 8));
        assert_eq!(codes("32.04.05.2001"), ["32.04.05.2001"]);
        assert_eq!(codes("ID").len(), 38);
        let path = |around, code| path(around, &RegionCode::parse(code).unwrap());
        assert_eq!(path("ID", "32.04"), ["ID", "32", "32.04"]);
        assert_eq!(path("32.04", "32.04.05.2001"), ["32.04", "32.04.05"]);
        assert_eq!(path("32.04", "32.04"), ["32.04"]);
        assert_eq!(path("32.04.05.2001", "32.04.05.2001"), ["32.04.05.2001"]);
    }
}
