//! Rows of the directory: organizations and the services that they offer.

use std::collections::HashSet;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;
use validator::Validate as _;

use super::cells::Cells;
use super::kind::{Kind, Plan, Planning, Reading, UniqueKey};
use super::model::{ImportKind, OnConflict};
use crate::directory::api::{CreateOrganization, CreateService};
use crate::directory::load::{self, OrganizationRow, ServiceRow};
use crate::error::Error;

pub struct Organizations;

pub struct OrganizationLine {
    id: Option<Uuid>,
    input: CreateOrganization,
}

/// A new id must be a UUIDv7.
fn is_not_uuid_v7(id: Option<Uuid>) -> bool {
    id.is_some_and(|id| id.get_version_num() != 7)
}

impl Kind for Organizations {
    type Row = OrganizationLine;
    const KIND: ImportKind = ImportKind::Organizations;

    fn read(cells: &mut Cells<'_>, _: &Reading<'_>) -> Option<OrganizationLine> {
        let id = cells.read("id", "format");
        let kind = cells.read("kind", "unknown_value");
        let name = cells.read("name", "invalid");
        let region_code = cells.read("region_code", "unknown_region");
        let input = CreateOrganization {
            id: None,
            program_code: cells.text("program_code"),
            phone: cells.read("phone", "invalid"),
            email: cells.read("email", "invalid"),
            address: cells.read("address", "invalid"),
            confidential_location: cells.flag("confidential_location"),
            kind: kind?,
            name: name?,
            region_code: region_code?,
        };
        Some(OrganizationLine { id, input })
    }

    fn unique_keys(row: &OrganizationLine) -> Vec<UniqueKey> {
        let name = format!("{}\n{}\n{}", row.input.kind, row.input.region_code.as_str(), row.input.name.as_str());
        let id = row.id.map(|id| UniqueKey { column: "id", key: id.as_bytes().to_vec(), code: "repeated" });
        let name = UniqueKey { column: "name", key: name.into_bytes(), code: "repeated" };
        id.into_iter().chain([name]).collect()
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, OrganizationLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let ids: Vec<Uuid> = rows.iter().filter_map(|(_, row)| row.id).collect();
        let names: Vec<&str> = rows.iter().map(|(_, row)| row.input.name.as_str()).collect();
        let stored = load::organizations(conn, &ids, &names, planning.updates_stored()).await?;
        let codes: Vec<&str> = rows.iter().filter_map(|(_, row)| row.input.program_code.as_deref()).collect();
        let programs = load::known_programs(conn, &codes).await?;
        for (line, row) in rows {
            if !planning.scope.allows(row.input.region_code.as_str()) {
                plan.fault(line, "region_code", "outside_scope");
                continue;
            }
            if row.input.program_code.as_ref().is_some_and(|code| !programs.contains(code)) {
                plan.fault(line, "program_code", "unknown_program");
                continue;
            }
            let same = |known: &&OrganizationRow| match row.id {
                Some(id) => known.id == id,
                None => {
                    known.kind == row.input.kind
                        && known.region_code == row.input.region_code.as_str()
                        && known.name == row.input.name.as_str()
                }
            };
            let column = if row.id.is_some() { "id" } else { "name" };
            match stored.iter().find(same) {
                Some(known) if planning.on_conflict == OnConflict::Update => {
                    if !planning.scope.allows(&known.region_code) {
                        plan.fault(line, column, "outside_scope");
                        continue;
                    }
                    let mut now = merged(known, load::organization(known.id, row.input, planning.now));
                    if now == *known {
                        plan.unchanged += 1;
                        continue;
                    }
                    plan.updated += 1;
                    (now.version, now.updated_at) = (known.version + 1, planning.now);
                    plan.directory.changed_organizations.push(now);
                }
                Some(_) => plan.skip_existing(planning.on_conflict, line, column),
                None if is_not_uuid_v7(row.id) => plan.fault(line, "id", "not_uuid_v7"),
                None => {
                    plan.created += 1;
                    let id = row.id.unwrap_or_else(Uuid::now_v7);
                    plan.directory.new_organizations.push(load::organization(id, row.input, planning.now));
                }
            }
        }
        Ok(plan)
    }
}

/// Filled cells replace the stored values.
fn merged(known: &OrganizationRow, incoming: OrganizationRow) -> OrganizationRow {
    OrganizationRow {
        program_code: incoming.program_code.or_else(|| known.program_code.clone()),
        phone: incoming.phone.or_else(|| known.phone.clone()),
        email: incoming.email.or_else(|| known.email.clone()),
        address: incoming.address.or_else(|| known.address.clone()),
        confidential_location: incoming.confidential_location || known.confidential_location,
        version: known.version,
        created_at: known.created_at,
        updated_at: known.updated_at,
        active: known.active,
        ..incoming
    }
}

pub struct Services;

pub struct ServiceLine {
    id: Option<Uuid>,
    input: CreateService,
}

impl Kind for Services {
    type Row = ServiceLine;
    const KIND: ImportKind = ImportKind::Services;

    fn read(cells: &mut Cells<'_>, _: &Reading<'_>) -> Option<ServiceLine> {
        let id = cells.read("id", "format");
        let organization_id = cells.read("organization_id", "format");
        let name = cells.read("name", "invalid");
        let description = cells.read("description", "invalid");
        let program_code = cells.text("program_code");
        let sectors = cells.list("sectors", "unknown_value");
        let area_codes = cells.list("area_codes", "unknown_region");
        let input = CreateService {
            id: None,
            description,
            program_code,
            capacity: cells.number("capacity"),
            opening_hours: cells.read("opening_hours", "invalid"),
            requirements: cells.read("requirements", "invalid"),
            answer_days: cells.number("answer_days"),
            closures: Vec::new(),
            organization_id: organization_id?,
            name: name?,
            sectors: sectors?,
            area_codes: area_codes?,
        };
        if let Err(errors) = input.validate() {
            for column in ["sectors", "area_codes", "capacity", "answer_days"] {
                if errors.errors().contains_key(column) {
                    cells.fault(column, "out_of_range");
                }
            }
            return None;
        }
        Some(ServiceLine { id, input })
    }

    fn unique_keys(row: &ServiceLine) -> Vec<UniqueKey> {
        let name = [row.input.organization_id.as_bytes(), row.input.name.as_str().as_bytes()].concat();
        let id = row.id.map(|id| UniqueKey { column: "id", key: id.as_bytes().to_vec(), code: "repeated" });
        id.into_iter().chain([UniqueKey { column: "name", key: name, code: "repeated" }]).collect()
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, ServiceLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let ids: Vec<Uuid> = rows.iter().filter_map(|(_, row)| row.id).collect();
        let owners: HashSet<Uuid> = rows.iter().map(|(_, row)| row.input.organization_id).collect();
        let owners: Vec<Uuid> = owners.into_iter().collect();
        let organizations = load::by_id(load::organizations(conn, &owners, &[], false).await?);
        let stored = load::services(conn, &ids, &owners, planning.updates_stored()).await?;
        let codes: Vec<&str> = rows.iter().filter_map(|(_, row)| row.input.program_code.as_deref()).collect();
        let programs = load::known_programs(conn, &codes).await?;
        for (line, row) in rows {
            let owner = organizations.get(&row.input.organization_id);
            let Some(owner) = owner.filter(|owner| planning.scope.allows(&owner.region_code)) else {
                plan.fault(line, "organization_id", "unknown_organization");
                continue;
            };
            if row.input.program_code.as_ref().is_some_and(|code| !programs.contains(code)) {
                plan.fault(line, "program_code", "unknown_program");
                continue;
            }
            let same = |known: &&ServiceRow| match row.id {
                Some(id) => known.id == id,
                None => known.organization_id == owner.id && known.name == row.input.name.as_str(),
            };
            let column = if row.id.is_some() { "id" } else { "name" };
            let region = owner.region_code.clone();
            match stored.iter().find(same) {
                Some(known) if planning.on_conflict == OnConflict::Update => {
                    if known.organization_id != owner.id {
                        plan.fault(line, "organization_id", "identity_in_use");
                        continue;
                    }
                    let days = row.input.answer_days;
                    let incoming = load::service(known.id, region, row.input, planning.now)?;
                    let mut now = ServiceRow {
                        description: incoming.description.or_else(|| known.description.clone()),
                        program_code: incoming.program_code.or_else(|| known.program_code.clone()),
                        capacity: incoming.capacity.or(known.capacity),
                        opening_hours: incoming.opening_hours.or_else(|| known.opening_hours.clone()),
                        requirements: incoming.requirements.or_else(|| known.requirements.clone()),
                        answer_days: days.unwrap_or(known.answer_days),
                        name: incoming.name,
                        sectors: incoming.sectors,
                        area_codes: incoming.area_codes,
                        ..known.clone()
                    };
                    if now == *known {
                        plan.unchanged += 1;
                        continue;
                    }
                    plan.updated += 1;
                    (now.version, now.updated_at) = (known.version + 1, planning.now);
                    plan.directory.changed_services.push(now);
                }
                Some(_) => plan.skip_existing(planning.on_conflict, line, column),
                None if is_not_uuid_v7(row.id) => plan.fault(line, "id", "not_uuid_v7"),
                None => {
                    plan.created += 1;
                    let id = row.id.unwrap_or_else(Uuid::now_v7);
                    plan.directory.new_services.push(load::service(id, region, row.input, planning.now)?);
                }
            }
        }
        Ok(plan)
    }
}
