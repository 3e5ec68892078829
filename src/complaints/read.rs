//! Reading of complaints, also for other slices.

use chrono::{DateTime, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{Complaint, ComplaintSubject, PossibleDuplicate, show};
use super::model::ComplaintStatus as Status;
use super::store::{self, ComplaintRow, parts};
use super::{reference_no, similar, transitions};
use crate::auth::caller::AccessPurpose;
use crate::db::lock::Lock;
use crate::error::Code;
use crate::error::Error;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry;
use crate::service_levels;
use crate::transaction::Tx;

const DUPLICATE_SEARCH_PERIOD: TimeDelta = TimeDelta::days(90);
const MAX_DUPLICATES_COMPARED: i64 = 50;
const MAX_DUPLICATES_SHOWN: usize = 5;

/// The part of a complaint that its referrals copy.
pub struct ReferableComplaint {
    pub region_code: RegionCode,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
}

/// Finds the complaint for a new referral: visible to the caller and not in a final state.
pub async fn find_for_referral(tx: &mut Tx, id: Uuid) -> Result<Option<ReferableComplaint>, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_visible(&mut tx.conn, &scope, id, Lock::No).await?;
    Ok(row.filter(|r| !transitions::FINAL.contains(&r.status)).map(|r| ReferableComplaint {
        region_code: RegionCode::stored(r.region_code),
        person_id: r.subject_person_id,
        family_id: r.subject_family_id,
    }))
}

/// Region of a complaint that is visible to the caller.
pub async fn find_region(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Option<String>, Error> {
    Ok(store::find_visible(conn, scope, id, Lock::No).await?.map(|row| row.region_code))
}

/// Finds a visible complaint; its response is masked.
pub async fn find_shown(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Complaint>, Error> {
    Ok(list_shown(conn, scope, &[id], now).await?.pop())
}

/// Lists the open complaints of a scope, masked, oldest first.
pub async fn list_open(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Complaint>, Error> {
    let rows = store::list_open(conn, scope, limit).await?;
    show_all(conn, rows, now).await
}

/// Lists the complaints with these ids that are within the scope, masked.
pub async fn list_shown(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Complaint>, Error> {
    let rows = store::list_by_ids(conn, scope, ids).await?;
    show_all(conn, rows, now).await
}

async fn show_all(
    conn: &mut AsyncPgConnection,
    rows: Vec<ComplaintRow>,
    now: DateTime<Utc>,
) -> Result<Vec<Complaint>, Error> {
    let mut shown = rows.into_iter().map(|row| show(row, false)).collect::<Result<Vec<Complaint>, _>>()?;
    add_levels(conn, now, &mut shown).await?;
    Ok(shown)
}

/// Lists the ids of existing complaints among `ids`.
pub async fn list_existing(conn: &mut AsyncPgConnection, why: Unscoped, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_existing(conn, why, ids).await?)
}

/// Finds a complaint in the scope, or one that a region of the scope transferred to another region.
pub(super) async fn find_readable(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<ComplaintRow, Error> {
    if let Some(row) = store::find_visible(conn, scope, id, Lock::No).await? {
        return Ok(row);
    }
    parts::find_passed_on(conn, scope, id).await?.ok_or_else(Error::not_found)
}

/// Reads one complaint with all fields of its response.
pub async fn read(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    revealed: bool,
    now: DateTime<Utc>,
) -> Result<Complaint, Error> {
    let row = find_readable(conn, scope, id).await?;
    let awaits_answer = row.status == Status::AwaitingInfo;
    let mut shown = show(row, revealed)?;
    if !scope.allows(&shown.region_code) {
        shown.allowed_actions.clear();
    }
    add_levels(conn, now, std::slice::from_mut(&mut shown)).await?;
    let further = parts::list_subjects_of_visible(conn, id).await?;
    shown.subjects =
        further.into_iter().map(|s| ComplaintSubject { person_id: s.person_id, family_id: s.family_id }).collect();
    if let Some(circumstances) = parts::find_circumstances_of_visible(conn, id).await? {
        shown.suggested_priority = Some(circumstances.suggested_priority);
        shown.vulnerabilities = circumstances.vulnerabilities.iter().filter_map(|v| v.parse().ok()).collect();
    }
    if awaits_answer {
        let exchanges = parts::list_exchanges_of_visible(conn, id).await?;
        shown.question = exchanges.into_iter().find(|e| e.answer.is_none()).map(|e| e.question);
    }
    Ok(shown)
}

/// Fails if a subject of the complaint has restricted the processing of their data for this purpose.
pub async fn require_open(
    conn: &mut AsyncPgConnection,
    shown: &Complaint,
    purpose: AccessPurpose,
) -> Result<(), Error> {
    let about = || shown.subject.iter().chain(&shown.subjects);
    let persons: Vec<Uuid> = about().filter_map(|s| s.person_id).collect();
    let families: Vec<Uuid> = about().filter_map(|s| s.family_id).collect();
    registry::privacy::limits::require_open(conn, &persons, &families, purpose).await
}

/// Complaints of the scope that may be duplicates of `row`, highest score first.
pub async fn possible_duplicates(
    conn: &AsyncPgConnection,
    scope: &RegionScope,
    row: &ComplaintRow,
) -> Result<Vec<PossibleDuplicate>, Error> {
    let (since, trigrams) = (row.created_at - DUPLICATE_SEARCH_PERIOD, similar::Trigrams::of(&row.description));
    let mut found: Vec<PossibleDuplicate> =
        store::parts::list_similar(conn, scope, row, since, MAX_DUPLICATES_COMPARED)
            .await?
            .into_iter()
            .filter_map(|old| {
                let (score, reasons) = similar::score(row, &trigrams, &old)?;
                let reference_no = old.reference_no.as_deref().map(reference_no::show);
                Some(PossibleDuplicate {
                    id: old.id,
                    reference_no,
                    status: old.status,
                    score,
                    reasons,
                    created_at: old.created_at,
                })
            })
            .collect();
    found.sort_by_key(|d| (std::cmp::Reverse(d.score), d.created_at));
    found.truncate(MAX_DUPLICATES_SHOWN);
    Ok(found)
}

pub async fn duplicates_of(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<Vec<PossibleDuplicate>, Error> {
    let row = store::find_visible(conn, scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    possible_duplicates(conn, scope, &row).await
}

/// Finds a complaint by its reference number, as typed by the caller.
pub async fn look_up(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Option<Complaint>, Error> {
    let Some(stored) = reference_no::parse(typed) else {
        return Err(Error::field("/reference_no", "not_a_reference"));
    };
    let found = parts::find_by_reference(conn, Unscoped::ReadWithinScopeNext, &stored).await?;
    let Some(id) = found else { return Ok(None) };
    match read(conn, scope, id, false, now).await {
        Ok(complaint) => Ok(Some(complaint)),
        Err(error) if error.code == Code::NOT_FOUND => Ok(None),
        Err(error) => Err(error),
    }
}

/// Adds the deadlines to complaints that the caller may see.
pub async fn add_levels(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    complaints: &mut [Complaint],
) -> Result<(), Error> {
    let ids: Vec<Uuid> = complaints.iter().map(|c| c.id).collect();
    let mut levels = service_levels::actions::levels_of_visible(conn, now, &ids).await?;
    for complaint in complaints {
        complaint.sla = levels.remove(&complaint.id);
    }
    Ok(())
}
