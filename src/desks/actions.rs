//! Actions on desks and assignments, and reading of desks for other slices.

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{
    CreateDesk, CreateFacilitatorAssignment, Desk, DeskCoverage, DeskVillages, EndFacilitatorAssignment,
    FacilitatorAssignment, FieldPerson, PatchDesk, VillageCover,
};
use super::coverage::{self, FieldWorker, VillageCoverage};
use super::model::{DeskKind, FieldDuty};
use super::store::{self, AssignmentRow, DeskRow};
use crate::db::lock::Lock;
use crate::directory;
use crate::error::{Error, FieldError};
use crate::http::json::Json;
use crate::http::patch;
use crate::regions::model::contains;
use crate::regions::{RegionCode, RegionScope, Unscoped, directory as regions};
use crate::service_levels::calendar::day_in;
use crate::transaction::Tx;

pub async fn create_desk(tx: &mut Tx, input: CreateDesk) -> Result<Desk, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let mut faults = check_region_level(input.kind, &input.region_code);
    faults.extend(check_villages(&input.region_code, &input.villages));
    let organization = directory::actions::find_organization(&mut tx.conn, input.organization_id, None).await?;
    if organization.is_none_or(|o| !tx.actor.scope.allows(&o.region_code)) {
        faults.push(FieldError::new("/organization_id", "unknown_organization"));
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let row = DeskRow {
        id: Uuid::now_v7(),
        kind: input.kind,
        organization_id: input.organization_id,
        name: input.name.into_string(),
        region_code: input.region_code.as_str().to_owned(),
        address: input.address.map(|t| t.into_string()),
        phone: input.phone.map(|t| t.into_string()),
        opening_hours: input.opening_hours.map(|t| t.into_string()),
        active: true,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    store::insert_desk(&mut tx.conn, &row).await?;
    store::replace_villages(&mut tx.conn, row.id, &input.villages).await?;
    tx.audit("desk.create", "desk", row.id, Some(&row.region_code));
    show(&mut tx.conn, row).await
}

fn check_region_level(kind: DeskKind, region: &RegionCode) -> Vec<FieldError> {
    let fault = match (kind, region.level()) {
        (DeskKind::Slrt, 2) | (DeskKind::Puskesos, 4) => return Vec::new(),
        (DeskKind::Slrt, _) => "regency_required",
        (DeskKind::Puskesos, _) => "village_required",
    };
    vec![FieldError::new("/region_code", fault)]
}

fn check_villages(region: &RegionCode, villages: &[RegionCode]) -> Vec<FieldError> {
    let fault = |code: &RegionCode| match code.level() {
        // A Puskesos may also serve other villages of its district.
        4 if contains(region.as_str().get(..8).unwrap_or(region.as_str()), code.as_str()) => None,
        4 => Some("outside_desk_region"),
        _ => Some("village_required"),
    };
    let found = villages.iter().enumerate().filter_map(|(at, code)| Some((at, fault(code)?)));
    found.map(|(at, code)| FieldError::new(format!("/villages/{at}"), code)).collect()
}

/// Converts a desk to its response, with its villages.
pub async fn show(conn: &mut AsyncPgConnection, row: DeskRow) -> Result<Desk, Error> {
    let villages = store::list_villages_of_visible(conn, row.id).await?;
    Ok(Desk { villages: Some(villages), ..Desk::from(row) })
}

async fn lock_current(tx: &mut Tx, id: Uuid) -> Result<DeskRow, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_desk(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.require(row.version)?;
    Ok(row)
}

async fn save(tx: &mut Tx, mut row: DeskRow, action: &str) -> Result<Desk, Error> {
    row.version += 1;
    row.updated_at = tx.now;
    store::save_desk(&mut tx.conn, &row).await?;
    tx.audit(action, "desk", row.id, Some(&row.region_code));
    show(&mut tx.conn, row).await
}

pub async fn patch_desk(tx: &mut Tx, id: Uuid, body: Json<PatchDesk>) -> Result<Desk, Error> {
    let mut row = lock_current(tx, id).await?;
    let input = body.valid()?;
    patch::replace(&mut row.name, input.name, |t| t.into_string());
    patch::apply(&mut row.address, input.address, |t| t.into_string());
    patch::apply(&mut row.phone, input.phone, |t| t.into_string());
    patch::apply(&mut row.opening_hours, input.opening_hours, |t| t.into_string());
    patch::replace(&mut row.active, input.active, |active| active);
    save(tx, row, "desk.change").await
}

pub async fn replace_villages(tx: &mut Tx, id: Uuid, body: Json<DeskVillages>) -> Result<Desk, Error> {
    let row = lock_current(tx, id).await?;
    let input = body.valid()?;
    let faults = check_villages(&RegionCode::stored(row.region_code.clone()), &input.villages);
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    store::replace_villages(&mut tx.conn, row.id, &input.villages).await?;
    save(tx, row, "desk.villages").await
}

/// Finds a desk within the scope, with the villages that it serves (empty: its whole region).
pub async fn find_desk(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<Option<(Desk, Vec<String>)>, Error> {
    let Some(row) = store::find_desk(conn, scope, id, Lock::No).await? else { return Ok(None) };
    let villages = store::list_villages_of_visible(conn, id).await?;
    Ok(Some((row.into(), villages)))
}

pub async fn create_assignment(
    tx: &mut Tx,
    input: CreateFacilitatorAssignment,
) -> Result<FacilitatorAssignment, Error> {
    tx.actor.scope.require(&input.region_code)?;
    let scope = tx.actor.scope.clone();
    let mut faults = Vec::new();
    if input.region_code.level() != 4 {
        faults.push(FieldError::new("/region_code", "village_required"));
    }
    if input.until.is_some_and(|until| until < input.since) {
        faults.push(FieldError::new("/until", "ends_before_it_begins"));
    }
    let officer = store::find_officer(&mut tx.conn, &scope, &input.staff_id).await?;
    if officer.is_none_or(|o| o.disabled_at.is_some()) {
        faults.push(FieldError::new("/staff_id", "unknown_officer"));
    }
    match input.desk_id {
        Some(id) if store::find_desk(&mut tx.conn, &scope, id, Lock::No).await?.is_none() => {
            faults.push(FieldError::new("/desk_id", "unknown_desk"));
        }
        None if input.duty == FieldDuty::Volunteer => faults.push(FieldError::new("/desk_id", "required")),
        _ => {}
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let row = AssignmentRow {
        id: Uuid::now_v7(),
        staff_id: input.staff_id,
        duty: input.duty,
        region_code: input.region_code.as_str().to_owned(),
        desk_id: input.desk_id,
        since: input.since,
        until: input.until,
        assignment_order: input.assignment_order.into_string(),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    if store::count_overlapping(&mut tx.conn, &scope, &row).await? > 0 {
        return Err(Error::new(crate::desks::problems::ALREADY_ASSIGNED));
    }
    store::insert_assignment(&mut tx.conn, &row).await?;
    tx.audit("facilitator_assignment.create", "facilitator_assignment", row.id, Some(&row.region_code));
    Ok(row.into())
}

pub async fn end_assignment(
    tx: &mut Tx,
    id: Uuid,
    body: Json<EndFacilitatorAssignment>,
) -> Result<FacilitatorAssignment, Error> {
    let scope = tx.actor.scope.clone();
    let mut row =
        store::find_assignment(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    let input = body.valid()?;
    if input.until < row.since {
        return Err(Error::field("/until", "ends_before_it_begins"));
    }
    row.until = Some(input.until);
    row.version += 1;
    row.updated_at = tx.now;
    store::save_assignment(&mut tx.conn, &row).await?;
    tx.audit("facilitator_assignment.end", "facilitator_assignment", row.id, Some(&row.region_code));
    Ok(row.into())
}

/// Coverage of every village of a region today.
pub async fn coverage_of(
    conn: &mut AsyncPgConnection,
    region: &RegionCode,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<VillageCoverage>, Error> {
    let scope = RegionScope::from_codes(&[region.as_str()]);
    let around: Vec<String> = region.lineage().map(str::to_owned).collect();
    let desks = store::list_reach(conn, &scope, &around).await?;
    let workers = store::list_field_workers(conn, &scope, day_in(region.as_str(), now)).await?;
    Ok(coverage::of_villages(region.as_str(), &desks, &workers))
}

/// Officers and gaps of each village of a desk today.
pub async fn coverage_of_desk(
    conn: &mut AsyncPgConnection,
    desk: DeskRow,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<DeskCoverage, Error> {
    let mut villages = store::list_villages_of_visible(conn, desk.id).await?;
    if villages.is_empty() {
        let inside = regions::within(&desk.region_code).iter().filter(|e| e.code.len() == 13);
        villages = inside.map(|e| e.code.to_owned()).collect();
    }
    let people = store::list_people_of_visible(conn, &villages, day_in(&desk.region_code, now)).await?;
    let mut villages_covered = Vec::with_capacity(villages.len());
    let workers: Vec<FieldWorker> = people
        .iter()
        .map(|(row, _)| FieldWorker {
            village: row.region_code.clone(),
            staff_id: row.staff_id.clone(),
            duty: row.duty,
        })
        .collect();
    let reach = coverage::DeskReach { kind: desk.kind, region_code: desk.region_code.clone(), village: None };
    for code in villages {
        let here = people.iter().filter(|(row, _)| row.region_code == code);
        let people = here
            .map(|(row, name)| FieldPerson {
                staff_id: row.staff_id.clone(),
                name: name.clone(),
                duty: row.duty,
                assignment_order: row.assignment_order.clone(),
            })
            .collect();
        let served = coverage::DeskReach { village: Some(code.clone()), ..reach.clone() };
        let coverage = coverage::of_villages(&code, &[served], &workers).into_iter().next();
        let (name, gaps) = coverage.map_or_else(|| (String::new(), Vec::new()), |v| (v.name.to_owned(), v.gaps));
        villages_covered.push(VillageCover { region_code: code, name, people, gaps });
    }
    Ok(DeskCoverage { desk_id: desk.id, villages: villages_covered })
}

/// Scope to read the public data of desks.
pub fn public() -> RegionScope {
    RegionScope::everything(Unscoped::PublicDirectory)
}
