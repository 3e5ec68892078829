//! Rows that are families. Their members come in a separate file.

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::cells::Cells;
use super::kind::{Kind, Plan, Planning, Reading, UniqueKey};
use super::model::{ImportKind, OnConflict};
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::error::Error;
use crate::registry::bulk::load::{self, FamilyKey};
use crate::registry::model::Standing;
use crate::registry::people::api::{CreateFamily, FamilyAttributes, FamilyCardDigits};
use crate::registry::people::document;
use crate::registry::people::validation::{self, ValidFamily};
use crate::registry::rows::FamilyRow;

pub struct Families;

pub struct FamilyLine {
    input: CreateFamily,
    validated: ValidFamily,
    index: Option<Vec<u8>>,
}

/// Reads the two columns that identify a family.
pub fn read_family_key(cells: &mut Cells<'_>, sealer: &Sealer) -> (Option<FamilyKey>, &'static str) {
    let id: Option<Uuid> = cells.read("family_id", "format");
    let card: Option<FamilyCardDigits> = cells.read("family_card_no", "format");
    match (id, card) {
        (Some(id), _) => (Some(FamilyKey::Id(id)), "family_id"),
        (None, Some(card)) => match crate::registry::identity::nik::FamilyCardNo::parse(card.expose()) {
            Ok(number) => {
                let index = sealer.blind_index(IdentityKind::FamilyCard, number.expose());
                (Some(FamilyKey::Card(index)), "family_card_no")
            }
            Err(error) => {
                cells.fault("family_card_no", error.code());
                (None, "family_card_no")
            }
        },
        (None, None) => (None, "family_card_no"),
    }
}

/// The key that identifies a family within one file.
pub fn key_bytes(key: &FamilyKey) -> Vec<u8> {
    match key {
        FamilyKey::Id(id) => id.as_bytes().to_vec(),
        FamilyKey::Card(index) => index.clone(),
    }
}

impl Kind for Families {
    type Row = FamilyLine;
    const KIND: ImportKind = ImportKind::Families;

    fn read(cells: &mut Cells<'_>, reading: &Reading<'_>) -> Option<FamilyLine> {
        let input = CreateFamily {
            assets: None,
            id: cells.read("id", "format"),
            family_card_no: cells.read("family_card_no", "format"),
            region_code: cells.text("region_code").unwrap_or_default(),
            address: cells.read("address", "invalid"),
            latitude: cells.number("latitude"),
            longitude: cells.number("longitude"),
            dwelling: None,
            attributes: Some(FamilyAttributes {
                disaster_victim: cells.flag("disaster_victim"),
                breadwinner_laid_off: cells.flag("breadwinner_laid_off"),
                lost_livelihood: cells.flag("lost_livelihood"),
                extreme_poor: cells.flag("extreme_poor"),
                prior_housing_aid: cells.flag("prior_housing_aid"),
                income_class: cells.read("income_class", "unknown_value"),
            }),
            programs: None,
            welfare_status: None,
            members: Vec::new(),
        };
        if input.region_code.is_empty() {
            return None;
        }
        match validation::family_without_members(&input) {
            Ok(validated) => {
                let card = validated.family_card_no.as_ref();
                let index = card.map(|n| reading.sealer.blind_index(IdentityKind::FamilyCard, n.expose()));
                Some(FamilyLine { input, validated, index })
            }
            Err(faults) => {
                cells.faults_at(faults);
                None
            }
        }
    }

    fn unique_keys(row: &FamilyLine) -> Vec<UniqueKey> {
        let card = row.index.clone().map(|key| UniqueKey { column: "family_card_no", key, code: "repeated" });
        let id = row.input.id.map(|id| UniqueKey { column: "id", key: id.as_bytes().to_vec(), code: "repeated" });
        card.into_iter().chain(id).collect()
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, FamilyLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let indexes: Vec<&[u8]> = rows.iter().filter_map(|(_, row)| row.index.as_deref()).collect();
        let holders = planning.number_holders(conn, &indexes).await?;
        plan.numbers_in_use = !holders.is_empty();
        let ids: Vec<Uuid> = rows.iter().filter_map(|(_, row)| row.input.id).collect();
        let taken = load::taken_ids(conn, &ids).await?;
        let known = |row: &FamilyLine| {
            let holder = row.index.as_ref().and_then(|index| holders.get(index)).map(|(family_id, _)| *family_id);
            holder.or(row.input.id.filter(|id| taken.contains(id)))
        };
        let stored: HashMap<Uuid, FamilyRow> = if planning.on_conflict == OnConflict::Update {
            let ids: Vec<Uuid> = rows.iter().filter_map(|(_, row)| known(row)).collect();
            load::families(conn, planning.scope, &ids, planning.updates_stored()).await?
        } else {
            HashMap::new()
        };
        for (line, row) in rows {
            if !planning.scope.allows(row.validated.region.as_str()) {
                plan.fault(line, "region_code", "outside_scope");
                continue;
            }
            let column = if row.index.is_some() { "family_card_no" } else { "id" };
            match known(&row) {
                Some(id) if planning.on_conflict == OnConflict::Update => {
                    update(&mut plan, planning, line, column, stored.get(&id).cloned(), row)?;
                }
                Some(_) => plan.skip_existing(planning.on_conflict, line, column),
                None => {
                    plan.created += 1;
                    if planning.write {
                        let id = row.input.id.unwrap_or_else(Uuid::now_v7);
                        plan.new.add(&planning.stamp(), id, row.input, row.validated, None)?;
                    }
                }
            }
        }
        Ok(plan)
    }
}

/// Filled cells replace the stored values.
fn update(
    plan: &mut Plan,
    planning: &Planning<'_>,
    line: u64,
    column: &str,
    stored: Option<FamilyRow>,
    row: FamilyLine,
) -> Result<(), Error> {
    let Some(mut family) = stored else {
        plan.fault(line, column, "identity_in_use");
        return Ok(());
    };
    if row.input.id.is_some_and(|id| id != family.id) {
        plan.fault(line, "id", "identity_in_use");
        return Ok(());
    }
    if family.standing != Standing::Active {
        plan.fault(line, column, "ended");
        return Ok(());
    }
    if row.validated.region.as_str() != family.region_code {
        plan.fault(line, "region_code", "other_region");
        return Ok(());
    }
    if let Some(index) = &row.index {
        let opened = family.family_card_sealed.as_deref();
        let opened = opened.map(|sealed| planning.keys.sealer.open(IdentityKind::FamilyCard, family.id, sealed));
        let same = match opened {
            Some(number) => planning.keys.sealer.blind_index(IdentityKind::FamilyCard, &number?) == *index,
            None => false,
        };
        if !same {
            plan.fault(line, "family_card_no", "number_differs");
            return Ok(());
        }
    }
    let before = family.clone();
    let mut facts = family.attributes()?;
    let incoming = row.input.attributes.unwrap_or_default();
    facts.disaster_victim = incoming.disaster_victim.or(facts.disaster_victim);
    facts.breadwinner_laid_off = incoming.breadwinner_laid_off.or(facts.breadwinner_laid_off);
    facts.lost_livelihood = incoming.lost_livelihood.or(facts.lost_livelihood);
    facts.extreme_poor = incoming.extreme_poor.or(facts.extreme_poor);
    facts.prior_housing_aid = incoming.prior_housing_aid.or(facts.prior_housing_aid);
    facts.income_class = incoming.income_class.or(facts.income_class);
    family.set_attributes(&facts)?;
    family.address = row.input.address.map(|a| a.into_string()).or(family.address);
    family.latitude = row.input.latitude.or(family.latitude);
    family.longitude = row.input.longitude.or(family.longitude);
    if family == before {
        plan.unchanged += 1;
        return Ok(());
    }
    plan.updated += 1;
    if !planning.write {
        return Ok(());
    }
    family.version += 1;
    family.updated_at = planning.now;
    let before = document::family(&before, None, None)?;
    plan.changed(("family", family.id), family.id, &before, &document::family(&family, None, None)?);
    plan.changed.families.push(family);
    Ok(())
}
