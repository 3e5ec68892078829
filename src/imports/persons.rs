//! Rows that are persons: members of a family that the registry knows, or people without a family.

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::cells::Cells;
use super::families::{key_bytes, read_family_key};
use super::kind::{Kind, Once, Plan, Planning, Reading};
use super::model::{ImportKind, OnConflict};
use crate::auth::sealing::IdentityKind;
use crate::consents;
use crate::error::Error;
use crate::http::problem_table::Code;
use crate::http::text::ShortText;
use crate::regions::RegionCode;
use crate::registry::api::{CreateFamily, CreateMember};
use crate::registry::change::keep_unseen;
use crate::registry::document;
use crate::registry::judge::{self, Judged};
use crate::registry::load::{self, FamilyKey};
use crate::registry::model::{IdentityStatus, RelationToHead, Standing};
use crate::registry::nik::ParsedNik;
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
    /// A family of one.
    Alone(RegionCode, Option<ShortText>),
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
                    Some(region) if region.level() == 4 => Some(Home::Alone(region, address)),
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
        match judge::member(&member, reading.today) {
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

    fn once(row: &PersonLine) -> Vec<Once> {
        let mut once = Vec::with_capacity(3);
        if let Some(key) = &row.index {
            once.push(Once { column: "nik", key: key.clone(), code: "repeated" });
        }
        if let Some(id) = row.member.id {
            once.push(Once { column: "id", key: id.as_bytes().to_vec(), code: "repeated" });
        }
        if let (Home::Family(key, _), RelationToHead::Head) = (&row.home, row.member.relation_to_head) {
            let key = [b"head".as_slice(), &key_bytes(key)].concat();
            once.push(Once { column: "relation_to_head", key, code: "head_required" });
        }
        once
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
        let bearers = planning.bearers(conn, &indexes).await?;
        plan.claimed = !bearers.is_empty();
        let ids: Vec<Uuid> = rows.iter().filter_map(|(_, row)| row.member.id).collect();
        let taken = load::taken_ids(conn, &ids).await?;
        let known = |row: &PersonLine| {
            let bearer = row.index.as_ref().and_then(|index| bearers.get(index)).and_then(|(_, person_id)| *person_id);
            bearer.or(row.member.id.filter(|id| taken.contains(id)))
        };
        let updates = planning.on_conflict == OnConflict::Update;
        let ids: Vec<Uuid> = rows.iter().filter(|_| updates).filter_map(|(_, row)| known(row)).collect();
        let families = load::find_families(conn, planning.scope, &keys, planning.hold(&ids)).await?;
        let stored: HashMap<Uuid, PersonRow> = load::persons(conn, planning.scope, &ids).await?;
        if planning.write && stored.values().any(|person| !families.holds(person.family_id)) {
            // Somebody moved one of them to another family: worth another look.
            return Err(Error::new(Code::ConcurrentChange).retry_after(1));
        }
        let heads: Vec<Uuid> = rows
            .iter()
            .filter(|(_, row)| row.member.relation_to_head == RelationToHead::Head && known(row).is_none())
            .filter_map(|(_, row)| if let Home::Family(key, _) = &row.home { families.get(key) } else { None })
            .map(|place| place.family_id)
            .collect();
        let headed = load::with_head(conn, &heads).await?;
        // Asked of families that are held: whoever takes consent back for one waits, and finds its new members.
        let joined: HashSet<Uuid> = rows
            .iter()
            .filter(|(_, row)| planning.write && known(row).is_none())
            .filter_map(|(_, row)| if let Home::Family(key, _) = &row.home { families.get(key) } else { None })
            .map(|place| place.family_id)
            .collect();
        let joined: Vec<Uuid> = joined.into_iter().collect();
        let withdrawn = consents::actions::list_withdrawn_by_families(conn, &joined).await?;
        for (line, row) in rows {
            let place = match &row.home {
                Home::Family(key, column) => {
                    let Some(place) = plan.family(&families, key, (line, column)) else { continue };
                    Some(place)
                }
                Home::Alone(region, _) if !planning.scope.allows(region.as_str()) => {
                    plan.fault(line, "region_code", "outside_scope");
                    continue;
                }
                Home::Alone(..) => None,
            };
            let column = if row.index.is_some() { "nik" } else { "id" };
            match known(&row) {
                Some(id) if updates => {
                    let family_id = place.map(|place| place.family_id);
                    change(&mut plan, planning, (line, column), stored.get(&id).cloned(), family_id, row)?;
                }
                Some(_) => plan.leave(planning.on_conflict, line, column),
                None => {
                    let is_head = row.member.relation_to_head == RelationToHead::Head;
                    if let Some(place) = place
                        && is_head
                        && (headed.contains(&place.family_id) || !planning.seen.first(("head", place.family_id)))
                    {
                        plan.fault(line, "relation_to_head", "head_required");
                        continue;
                    }
                    plan.created += 1;
                    if planning.write {
                        enter(&mut plan, planning, place, row)?;
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

fn enter(plan: &mut Plan, planning: &Planning<'_>, place: Option<&load::Place>, row: PersonLine) -> Result<(), Error> {
    let stamp = planning.stamp();
    match (row.home, place) {
        (Home::Family(..), Some(place)) => {
            let region = RegionCode::stored(place.region_code.clone());
            plan.touched.insert(place.family_id);
            plan.new.member(&stamp, place.family_id, &region, row.member, row.nik)
        }
        (Home::Alone(region, address), _) => {
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
            let judged = Judged { region, family_card_no: None, niks: vec![row.nik] };
            plan.new.add(&stamp, Uuid::now_v7(), input, judged, None)
        }
        (Home::Family(..), None) => Err(Error::internal("a member without a family")),
    }
}

/// Cells that are filled take the place of what is stored. A person does not change the family here.
fn change(
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
        // Nothing else leads to them any more.
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
    let mut told = row.member;
    // A list that is said takes away nothing that whoever says it is not shown; one that is not said takes away nothing at all.
    let said = (told.ppks_codes.is_some(), told.criteria.is_some());
    keep_unseen(&mut told, &person, planning.sees_all)?;
    told.ppks_codes = told.ppks_codes.filter(|_| said.0);
    told.criteria = told.criteria.filter(|_| said.1);
    let mut facts = person.attributes()?;
    facts.sktm = told.sktm.or(facts.sktm);
    facts.village_head_certified = told.village_head_certified.or(facts.village_head_certified);
    facts.assessment_recommended = told.assessment_recommended.or(facts.assessment_recommended);
    facts.criteria = told.criteria.or(facts.criteria);
    if let Some(codes) = told.ppks_codes {
        person.ppks_codes = codes;
        facts.ppks_known = true;
    }
    person.set_attributes(&facts)?;
    // What is known of an identity was asked of its number: of a new one nothing is, as when somebody is entered with it.
    let known = if number_found.is_some() { IdentityStatus::Unknown } else { person.identity_status };
    person.identity_status = told.identity_status.unwrap_or(known);
    person.full_name = told.full_name.into_string();
    person.birth_date = told.birth_date.or(person.birth_date);
    person.sex = told.sex;
    person.relation_to_head = told.relation_to_head;
    person.marital_status = told.marital_status.or(person.marital_status);
    person.school_level = told.school_level.or(person.school_level);
    person.school_enrolled = told.school_enrolled.or(person.school_enrolled);
    person.occupation_class = told.occupation_class.or(person.occupation_class);
    person.disability_type = told.disability_type.or(person.disability_type);
    person.disability_severity = told.disability_severity.or(person.disability_severity);
    person.chronic_illness = told.chronic_illness.or(person.chronic_illness);
    person.pregnant_or_postpartum = told.pregnant_or_postpartum.or(person.pregnant_or_postpartum);
    person.jkn_status = told.jkn_status.or(person.jkn_status);
    person.has_kip = told.has_kip.or(person.has_kip);
    person.orphan = told.orphan.or(person.orphan);
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
