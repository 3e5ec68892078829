//! Rows that are persons: members of a family in the registry, or persons without a family.

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::cells::Cells;
use super::families::{key_bytes, read_family_key};
use super::kind::{Kind, Plan, Planning, Reading, UniqueKey};
use super::model::{ImportKind, OnConflict};
use crate::auth::sealing::IdentityKind;
use crate::error::Code;
use crate::error::Error;
use crate::http::text::ShortText;
use crate::purposes;
use crate::regions::RegionCode;
use crate::registry::bulk::load::{self, FamilyKey};
use crate::registry::identity::nik::ParsedNik;
use crate::registry::model::{IdentityStatus, RelationToHead, Standing};
use crate::registry::people::api::{CreateFamily, CreateMember};
use crate::registry::people::change::restore_restricted_codes;
use crate::registry::people::document;
use crate::registry::people::validation::{self, ValidFamily};
use crate::registry::rows::{IdentityRow, PersonRow};

pub struct Persons;

pub struct PersonLine {
    home: Home,
    member: CreateMember,
    nik: Option<ParsedNik>,
    index: Option<Vec<u8>>,
}

enum Home {
    Family(FamilyKey, &'static str),
    /// A family of one person.
    SinglePerson(RegionCode, Option<ShortText>),
}

impl Kind for Persons {
    type Row = PersonLine;
    const KIND: ImportKind = ImportKind::Persons;

    fn read(cells: &mut Cells<'_>, reading: &Reading<'_>) -> Option<PersonLine> {
        let id = cells.read("id", "format");
        let (family, column) = read_family_key(cells, reading.sealer);
        let region = cells.text("region_code");
        let address = cells.read("address", "invalid");
        let nik = cells.read("nik", "format");
        let identity_status = cells.read("identity_status", "unknown_value");
        let full_name = cells.read("full_name", "invalid");
        let birth_date = cells.read("birth_date", "format");
        let sex = cells.read("sex", "unknown_value");
        let relation: Option<RelationToHead> = cells.read("relation_to_head", "unknown_value");
        let home = match (family, region) {
            (Some(key), region) => {
                if region.is_some() {
                    cells.fault("region_code", "of_the_family");
                }
                if relation.is_none() {
                    cells.fault("relation_to_head", "required");
                }
                Some(Home::Family(key, column))
            }
            (None, Some(code)) => {
                if relation.is_some_and(|relation| relation != RelationToHead::Head) {
                    cells.fault("relation_to_head", "head_required");
                }
                match RegionCode::parse(&code) {
                    Some(region) if region.level() == 4 => Some(Home::SinglePerson(region, address)),
                    found => {
                        cells.fault("region_code", if found.is_some() { "village_required" } else { "unknown_region" });
                        None
                    }
                }
            }
            (None, None) => {
                cells.fault("family_card_no", "family_or_region");
                None
            }
        };
        let member = CreateMember {
            id,
            relation_to_head: relation.unwrap_or(RelationToHead::Head),
            nik,
            identity_status,
            birth_date,
            marital_status: cells.read("marital_status", "unknown_value"),
            school_level: cells.read("school_level", "unknown_value"),
            school_enrolled: cells.flag("school_enrolled"),
            occupation_class: cells.read("occupation_class", "unknown_value"),
            disability_type: cells.read("disability_type", "unknown_value"),
            disability_severity: cells.read("disability_severity", "unknown_value"),
            chronic_illness: cells.flag("chronic_illness"),
            pregnant_or_postpartum: cells.flag("pregnant_or_postpartum"),
            jkn_status: cells.read("jkn_status", "unknown_value"),
            has_kip: cells.flag("has_kip"),
            orphan: cells.flag("orphan"),
            sktm: cells.flag("sktm"),
            village_head_certified: cells.flag("village_head_certified"),
            assessment_recommended: cells.flag("assessment_recommended"),
            criteria: cells.list("criteria", "unknown_value"),
            ppks_codes: cells.list("ppks_codes", "unknown_value"),
            programs: None,
            full_name: full_name?,
            sex: sex?,
        };
        match validation::member(&member, reading.today) {
            Ok(nik) => {
                let index = nik.as_ref().map(|n| reading.sealer.blind_index(IdentityKind::Nik, n.nik.expose()));
                Some(PersonLine { home: home?, member, nik, index })
            }
            Err(faults) => {
                cells.faults_at(faults);
                None
            }
        }
    }

    fn unique_keys(row: &PersonLine) -> Vec<UniqueKey> {
        let mut keys = Vec::with_capacity(3);
        if let Some(key) = &row.index {
            keys.push(UniqueKey { column: "nik", key: key.clone(), code: "repeated" });
        }
        if let Some(id) = row.member.id {
            keys.push(UniqueKey { column: "id", key: id.as_bytes().to_vec(), code: "repeated" });
        }
        if let (Home::Family(key, _), RelationToHead::Head) = (&row.home, row.member.relation_to_head) {
            let key = [b"head".as_slice(), &key_bytes(key)].concat();
            keys.push(UniqueKey { column: "relation_to_head", key, code: "head_required" });
        }
        keys
    }

    async fn plan(
        conn: &mut AsyncPgConnection,
        planning: &Planning<'_>,
        rows: Vec<(u64, PersonLine)>,
    ) -> Result<Plan, Error> {
        let mut plan = Plan::default();
        let keys: HashSet<FamilyKey> = rows
            .iter()
            .filter_map(|(_, row)| if let Home::Family(key, _) = &row.home { Some(key.clone()) } else { None })
            .collect();
        let indexes: Vec<&[u8]> = rows.iter().filter_map(|(_, row)| row.index.as_deref()).collect();
        let holders = planning.number_holders(conn, &indexes).await?;
        plan.numbers_in_use = !holders.is_empty();
        let ids: Vec<Uuid> = rows.iter().filter_map(|(_, row)| row.member.id).collect();
        let taken = load::taken_ids(conn, &ids).await?;
        let known = |row: &PersonLine| {
            let holder = row.index.as_ref().and_then(|index| holders.get(index)).and_then(|(_, person_id)| *person_id);
            holder.or(row.member.id.filter(|id| taken.contains(id)))
        };
        let updates = planning.on_conflict == OnConflict::Update;
        let ids: Vec<Uuid> = rows.iter().filter(|_| updates).filter_map(|(_, row)| known(row)).collect();
        let families = load::find_families(conn, planning.scope, &keys, planning.lock(&ids)).await?;
        let stored: HashMap<Uuid, PersonRow> = load::persons(conn, planning.scope, &ids).await?;
        if planning.write && stored.values().any(|person| !families.holds(person.family_id)) {
            // A concurrent change moved one of them to another family; retry.
            return Err(Error::new(Code::CONCURRENT_CHANGE).retry_after(1));
        }
        let heads: Vec<Uuid> = rows
            .iter()
            .filter(|(_, row)| row.member.relation_to_head == RelationToHead::Head && known(row).is_none())
            .filter_map(|(_, row)| if let Home::Family(key, _) = &row.home { families.get(key) } else { None })
            .map(|place| place.family_id)
            .collect();
        let headed = load::with_head(conn, &heads).await?;
        // Read after the families are locked: a concurrent withdrawal of consent waits and then finds the new members.
        let joined: HashSet<Uuid> = rows
            .iter()
            .filter(|(_, row)| planning.write && known(row).is_none())
            .filter_map(|(_, row)| if let Home::Family(key, _) = &row.home { families.get(key) } else { None })
            .map(|place| place.family_id)
            .collect();
        let joined: Vec<Uuid> = joined.into_iter().collect();
        let withdrawn = purposes::withdrawn::list_of_visible(conn, &joined).await?;
        for (line, row) in rows {
            let place = match &row.home {
                Home::Family(key, column) => {
                    let Some(place) = plan.family(&families, key, (line, column)) else { continue };
                    Some(place)
                }
                Home::SinglePerson(region, _) if !planning.scope.allows(region.as_str()) => {
                    plan.fault(line, "region_code", "outside_scope");
                    continue;
                }
                Home::SinglePerson(..) => None,
            };
            let column = if row.index.is_some() { "nik" } else { "id" };
            match known(&row) {
                Some(id) if updates => {
                    let family_id = place.map(|place| place.family_id);
                    update(&mut plan, planning, (line, column), stored.get(&id).cloned(), family_id, row)?;
                }
                Some(_) => plan.skip_existing(planning.on_conflict, line, column),
                None => {
                    let is_head = row.member.relation_to_head == RelationToHead::Head;
                    if let Some(place) = place
                        && is_head
                        && (headed.contains(&place.family_id) || !planning.seen.insert(("head", place.family_id)))
                    {
                        plan.fault(line, "relation_to_head", "head_required");
                        continue;
                    }
                    plan.created += 1;
                    if planning.write {
                        insert(&mut plan, planning, place, row)?;
                        let limits = place.and_then(|place| withdrawn.get(&place.family_id));
                        if let (Some(limits), Some(person)) = (limits, plan.new.persons.last_mut()) {
                            person.limited_purposes.clone_from(limits);
                        }
                    }
                }
            }
        }
        Ok(plan)
    }
}

fn insert(plan: &mut Plan, planning: &Planning<'_>, place: Option<&load::Place>, row: PersonLine) -> Result<(), Error> {
    let stamp = planning.stamp();
    match (row.home, place) {
        (Home::Family(..), Some(place)) => {
            let region = RegionCode::stored(place.region_code.clone());
            plan.touched.insert(place.family_id);
            plan.new.member(&stamp, place.family_id, &region, row.member, row.nik)
        }
        (Home::SinglePerson(region, address), _) => {
            let input = CreateFamily {
                assets: None,
                id: None,
                family_card_no: None,
                region_code: region.as_str().to_owned(),
                address,
                latitude: None,
                longitude: None,
                dwelling: None,
                attributes: None,
                programs: None,
                welfare_status: None,
                members: vec![row.member],
            };
            let validated = ValidFamily { region, family_card_no: None, niks: vec![row.nik] };
            plan.new.add(&stamp, Uuid::now_v7(), input, validated, None)
        }
        (Home::Family(..), None) => Err(Error::internal("a member without a family")),
    }
}

/// Filled cells replace the stored values. An import does not move a person to another family.
fn update(
    plan: &mut Plan,
    planning: &Planning<'_>,
    (line, column): (u64, &str),
    stored: Option<PersonRow>,
    family_id: Option<Uuid>,
    row: PersonLine,
) -> Result<(), Error> {
    let Some(mut person) = stored else {
        plan.fault(line, column, "identity_in_use");
        return Ok(());
    };
    if row.member.id.is_some_and(|id| id != person.id) {
        plan.fault(line, "id", "identity_in_use");
        return Ok(());
    }
    if family_id.is_some_and(|id| id != person.family_id) {
        plan.fault(line, "family_card_no", "other_family");
        return Ok(());
    }
    if person.is_erased() {
        // The person is erased; only the id in this file still refers to them.
        plan.fault(line, "id", "erased");
        return Ok(());
    }
    if person.standing == Standing::Merged {
        plan.fault(line, column, "ended");
        return Ok(());
    }
    if person.is_restricted() {
        plan.fault(line, column, "processing_restricted");
        return Ok(());
    }
    let is_head = person.relation_to_head == RelationToHead::Head;
    if is_head != (row.member.relation_to_head == RelationToHead::Head) {
        plan.fault(line, "relation_to_head", "head_required");
        return Ok(());
    }
    let before = person.clone();
    let sealer = &planning.keys.sealer;
    let mut number_found = None;
    if let (Some(index), Some(nik)) = (&row.index, &row.nik) {
        match &person.nik_sealed {
            Some(sealed) => {
                let number = sealer.open(IdentityKind::Nik, person.id, sealed)?;
                if sealer.blind_index(IdentityKind::Nik, &number) != *index {
                    plan.fault(line, "nik", "number_differs");
                    return Ok(());
                }
            }
            None => {
                number_found = Some(nik.nik.expose().to_owned());
                person.nik_sealed = Some(sealer.seal(IdentityKind::Nik, person.id, nik.nik.expose())?);
                plan.changed.identities.push(IdentityRow {
                    blind_index: index.clone(),
                    kind: IdentityKind::Nik.as_str(),
                    family_id: person.family_id,
                    person_id: Some(person.id),
                });
            }
        }
    }
    let mut incoming = row.member;
    // A list in the row must not remove entries that the caller may not see. An empty cell removes nothing.
    let given = (incoming.ppks_codes.is_some(), incoming.criteria.is_some());
    restore_restricted_codes(&mut incoming, &person, planning.sees_all)?;
    incoming.ppks_codes = incoming.ppks_codes.filter(|_| given.0);
    incoming.criteria = incoming.criteria.filter(|_| given.1);
    let mut facts = person.attributes()?;
    facts.sktm = incoming.sktm.or(facts.sktm);
    facts.village_head_certified = incoming.village_head_certified.or(facts.village_head_certified);
    facts.assessment_recommended = incoming.assessment_recommended.or(facts.assessment_recommended);
    facts.criteria = incoming.criteria.or(facts.criteria);
    if let Some(codes) = incoming.ppks_codes {
        person.ppks_codes = codes;
        facts.ppks_known = true;
    }
    person.set_attributes(&facts)?;
    // The identity status belongs to the number. A new number starts as unknown, as it does for a new person.
    let known = if number_found.is_some() { IdentityStatus::Unknown } else { person.identity_status };
    person.identity_status = incoming.identity_status.unwrap_or(known);
    person.full_name = incoming.full_name.into_string();
    person.birth_date = incoming.birth_date.or(person.birth_date);
    person.sex = incoming.sex;
    person.relation_to_head = incoming.relation_to_head;
    person.marital_status = incoming.marital_status.or(person.marital_status);
    person.school_level = incoming.school_level.or(person.school_level);
    person.school_enrolled = incoming.school_enrolled.or(person.school_enrolled);
    person.occupation_class = incoming.occupation_class.or(person.occupation_class);
    person.disability_type = incoming.disability_type.or(person.disability_type);
    person.disability_severity = incoming.disability_severity.or(person.disability_severity);
    person.chronic_illness = incoming.chronic_illness.or(person.chronic_illness);
    person.pregnant_or_postpartum = incoming.pregnant_or_postpartum.or(person.pregnant_or_postpartum);
    person.jkn_status = incoming.jkn_status.or(person.jkn_status);
    person.has_kip = incoming.has_kip.or(person.has_kip);
    person.orphan = incoming.orphan.or(person.orphan);
    if person == before {
        plan.unchanged += 1;
        return Ok(());
    }
    plan.updated += 1;
    if !planning.write {
        return Ok(());
    }
    person.version += 1;
    person.updated_at = planning.now;
    let before = document::person(&before, None)?;
    let after = document::person(&person, number_found.as_deref())?;
    plan.changed(("person", person.id), person.family_id, &before, &after);
    plan.touched.insert(person.family_id);
    plan.changed.persons.push(person);
    Ok(())
}
