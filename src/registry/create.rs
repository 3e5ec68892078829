//! Entering families and persons: one transaction for everybody in the body, or nothing.

use serde_json::json;
use uuid::Uuid;

use super::actions::find_household;
use super::answers::{Family, Person, Viewer};
use super::api::{CreateFamily, CreateMember, CreatePerson, Dwelling, FamilyAttributes, HeldProgram};
use super::judge::{self, Judged};
use super::model::IdentityStatus;
use super::nik::ParsedNik;
use super::rows::{
    DwellingRow, FamilyFacts, FamilyRow, Household, IdentityRow, ParticipationRow, PersonFacts, PersonRow,
    WelfareStatusRow,
};
use super::store;
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::clock::local_day;
use crate::error::{Error, FieldError};
use crate::events::NewEvent;
use crate::http::problem_table::Code;
use crate::regions::{RegionCode, Unscoped};
use crate::transaction::Tx;

/// What a creation came to.
pub enum Made<T> {
    New(T),
    /// The same id and body were sent before.
    Before(T),
}

pub async fn create_family(tx: &mut Tx, input: CreateFamily, digest: [u8; 32]) -> Result<Made<Family>, Error> {
    require_region(tx, &input.region_code)?;
    let judged = judge::family(&input, local_day(tx.now)).map_err(Error::fields)?;
    if let Some(id) = find_repeat(tx, &input, &digest).await? {
        let home = read_household(tx, id).await?.ok_or_else(|| Error::new(Code::AlreadyExists))?;
        return Ok(Made::Before(masked(tx).family(home)?));
    }
    let id = insert(tx, input, judged, digest, "").await?;
    let home = read_household(tx, id).await?.ok_or_else(|| Error::internal("a new family cannot be read"))?;
    publish_created(tx, "family", id, id, &home.family.region_code);
    for member in &home.members {
        publish_created(tx, "person", member.id, id, &member.region_code);
    }
    Ok(Made::New(masked(tx).family(home)?))
}

pub async fn create_person(tx: &mut Tx, input: CreatePerson, digest: [u8; 32]) -> Result<Made<Person>, Error> {
    require_region(tx, &input.region_code)?;
    let input = input.into_family();
    let judged = judge::person(&input, local_day(tx.now)).map_err(Error::fields)?;
    if let Some(id) = find_repeat(tx, &input, &digest).await? {
        let home = read_household(tx, id).await?;
        let person = home.and_then(|home| home.members.into_iter().next());
        let person = person.ok_or_else(|| Error::new(Code::AlreadyExists))?;
        return Ok(Made::Before(masked(tx).person(person)?));
    }
    let id = insert(tx, input, judged, digest, "/members/0").await?;
    let home = read_household(tx, id).await?;
    let person = home.and_then(|home| home.members.into_iter().next());
    let person = person.ok_or_else(|| Error::internal("a new person cannot be read"))?;
    publish_created(tx, "family", id, id, &person.region_code);
    publish_created(tx, "person", person.id, id, &person.region_code);
    Ok(Made::New(masked(tx).person(person)?))
}

/// Told before the rest of the body is judged: whoever may not write there learns no more.
fn require_region(tx: &Tx, code: &str) -> Result<(), Error> {
    match RegionCode::parse(code) {
        Some(region) => tx.actor.scope.require(&region),
        None => Ok(()),
    }
}

/// The answer of a creation is kept for a repeat, so no number stands in it that is not masked.
fn masked(tx: &Tx) -> Viewer<'_> {
    Viewer::masked(&tx.keys.sealer)
}

async fn read_household(tx: &mut Tx, family_id: Uuid) -> Result<Option<Household>, Error> {
    let (scope, today) = (tx.actor.scope.clone(), local_day(tx.now));
    find_household(&mut tx.conn, &scope, family_id, today).await
}

/// The family that was made before with the ids and the very body of this one. Other content under them is a conflict.
async fn find_repeat(tx: &mut Tx, input: &CreateFamily, digest: &[u8; 32]) -> Result<Option<Uuid>, Error> {
    let ids: Vec<Uuid> = input.members.iter().filter_map(|m| m.id).collect();
    if input.id.is_none() && ids.is_empty() {
        return Ok(None);
    }
    match store::find_taken(&mut tx.conn, Unscoped::Uniqueness, input.id, &ids).await? {
        None => Ok(None),
        Some((id, Some(hash))) if hash == digest => Ok(Some(id)),
        Some(_) => Err(Error::new(Code::AlreadyExists)),
    }
}

fn publish_created(tx: &mut Tx, kind: &'static str, id: Uuid, family_id: Uuid, region_code: &str) {
    tx.audit(&format!("{kind}.create"), kind, id, Some(region_code));
    tx.publish(NewEvent {
        type_: format!("{kind}.created"),
        subject_kind: kind,
        subject_id: id,
        region_code: region_code.to_owned(),
        organization_id: None,
        data: json!({ "family_id": family_id }),
    });
}

/// Writes the family. `rootless` is the part of a pointer that the body does not have.
async fn insert(
    tx: &mut Tx,
    input: CreateFamily,
    judged: Judged,
    digest: [u8; 32],
    rootless: &str,
) -> Result<Uuid, Error> {
    require_known_programs(tx, &input, rootless).await?;
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    let mut rows = Rows { participations: held(input.programs.as_deref(), id, None, tx), ..Rows::default() };
    let asked = input.programs.is_some() || input.members.iter().any(|m| m.programs.is_some());
    let family_card_sealed = match &judged.family_card_no {
        None => None,
        Some(number) => {
            rows.identity(&tx.keys.sealer, IdentityKind::FamilyCard, number.expose(), id, None);
            Some(tx.keys.sealer.seal(IdentityKind::FamilyCard, id, number.expose())?)
        }
    };
    for (member, nik) in input.members.into_iter().zip(judged.niks) {
        rows.member(tx, id, &judged.region, member, nik)?;
    }
    let family = FamilyRow {
        id,
        region_code: judged.region.as_str().to_owned(),
        family_card_sealed,
        address: input.address.map(|a| a.into_string()),
        latitude: input.latitude,
        longitude: input.longitude,
        attributes: attributes(&input.attributes.unwrap_or_default(), asked)?,
        submission_hash: Some(digest.to_vec()),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let conn = &mut *tx.conn;
    store::insert_families(conn, &[family]).await.map_err(taken)?;
    store::insert_persons(conn, &rows.persons).await?;
    if !rows.identities.is_empty() {
        store::insert_identities(conn, &rows.identities).await.map_err(taken)?;
    }
    if let Some(home) = input.dwelling {
        store::insert_dwellings(conn, &[dwelling(id, home, tx.now)]).await?;
    }
    if let Some(status) = input.welfare_status {
        let row = WelfareStatusRow {
            family_id: id,
            id: Uuid::now_v7(),
            source: status.source,
            snapshot_version: status.snapshot_version.into_string(),
            as_of: status.as_of,
            decile: status.decile,
            percentile: status.percentile,
            created_at: tx.now,
        };
        store::insert_statuses(conn, &[row]).await?;
    }
    if !rows.participations.is_empty() {
        store::insert_participations(conn, &rows.participations).await?;
    }
    Ok(id)
}

/// What stands on more than one row.
#[derive(Default)]
struct Rows {
    persons: Vec<PersonRow>,
    identities: Vec<IdentityRow>,
    participations: Vec<ParticipationRow>,
}

impl Rows {
    fn identity(&mut self, sealer: &Sealer, kind: IdentityKind, number: &str, family: Uuid, person: Option<Uuid>) {
        self.identities.push(IdentityRow {
            blind_index: sealer.blind_index(kind, number),
            kind: kind.as_str(),
            family_id: family,
            person_id: person,
        });
    }

    fn member(
        &mut self,
        tx: &Tx,
        family_id: Uuid,
        region: &RegionCode,
        member: CreateMember,
        nik: Option<ParsedNik>,
    ) -> Result<(), Error> {
        let id = member.id.unwrap_or_else(Uuid::now_v7);
        let sealer = &tx.keys.sealer;
        let nik_sealed = match &nik {
            None => None,
            Some(nik) => {
                self.identity(sealer, IdentityKind::Nik, nik.nik.expose(), family_id, Some(id));
                Some(sealer.seal(IdentityKind::Nik, id, nik.nik.expose())?)
            }
        };
        self.participations.extend(held(member.programs.as_deref(), family_id, Some(id), tx));
        let facts = PersonFacts {
            sktm: member.sktm,
            village_head_certified: member.village_head_certified,
            assessment_recommended: member.assessment_recommended,
            criteria: member.criteria,
            ppks_known: member.ppks_codes.is_some(),
        };
        self.persons.push(PersonRow {
            family_id,
            id,
            region_code: region.as_str().to_owned(),
            nik_sealed,
            identity_status: member.identity_status.unwrap_or(IdentityStatus::Unknown),
            full_name: member.full_name.into_string(),
            birth_date: member.birth_date.or(nik.map(|nik| nik.birth_date)),
            sex: member.sex,
            relation_to_head: member.relation_to_head,
            marital_status: member.marital_status,
            school_level: member.school_level,
            school_enrolled: member.school_enrolled,
            occupation_class: member.occupation_class,
            disability_type: member.disability_type,
            disability_severity: member.disability_severity,
            chronic_illness: member.chronic_illness,
            pregnant_or_postpartum: member.pregnant_or_postpartum,
            jkn_status: member.jkn_status,
            has_kip: member.has_kip,
            orphan: member.orphan,
            limited_purposes: Vec::new(),
            ppks_codes: member.ppks_codes.unwrap_or_default(),
            attributes: serde_json::to_value(facts).map_err(Error::internal)?,
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
        });
        Ok(())
    }
}

fn held(programs: Option<&[HeldProgram]>, family_id: Uuid, person_id: Option<Uuid>, tx: &Tx) -> Vec<ParticipationRow> {
    let row = |held: &HeldProgram| ParticipationRow {
        family_id,
        id: Uuid::now_v7(),
        person_id,
        program_code: held.program_code.clone(),
        since: held.since,
        until: held.until,
        created_at: tx.now,
    };
    programs.unwrap_or_default().iter().map(row).collect()
}

fn attributes(input: &FamilyAttributes, programs_known: bool) -> Result<serde_json::Value, Error> {
    serde_json::to_value(FamilyFacts {
        disaster_victim: input.disaster_victim,
        breadwinner_laid_off: input.breadwinner_laid_off,
        lost_livelihood: input.lost_livelihood,
        extreme_poor: input.extreme_poor,
        prior_housing_aid: input.prior_housing_aid,
        income_class: input.income_class,
        programs_known,
    })
    .map_err(Error::internal)
}

fn dwelling(family_id: Uuid, home: Dwelling, now: chrono::DateTime<chrono::Utc>) -> DwellingRow {
    DwellingRow {
        family_id,
        tenure: home.tenure,
        floor_material: home.floor_material,
        wall_material: home.wall_material,
        roof_material: home.roof_material,
        water_source: home.water_source,
        lighting_source: home.lighting_source,
        power_va: home.power_va,
        pln_customer_id: home.pln_customer_id,
        cooking_fuel: home.cooking_fuel,
        toilet: home.toilet,
        floor_area_m2: home.floor_area_m2,
        land_title: home.land_title,
        habitable: home.habitable,
        wall_or_roof_dangerous: home.wall_or_roof_dangerous,
        updated_at: now,
    }
}

async fn require_known_programs(tx: &mut Tx, input: &CreateFamily, rootless: &str) -> Result<(), Error> {
    let of_family = input.programs.iter().flatten().enumerate().map(|(i, p)| (format!("/programs/{i}"), p));
    let of_members = input.members.iter().enumerate().flat_map(|(at, member)| {
        let programs = member.programs.iter().flatten().enumerate();
        programs.map(move |(i, p)| (format!("/members/{at}/programs/{i}"), p))
    });
    let named: Vec<(String, &str)> =
        of_family.chain(of_members).map(|(pointer, held)| (pointer, held.program_code.as_str())).collect();
    if named.is_empty() {
        return Ok(());
    }
    let codes: Vec<&str> = named.iter().map(|(_, code)| *code).collect();
    let known = store::list_known_programs(&mut tx.conn, &codes).await?;
    let faults: Vec<FieldError> = named
        .into_iter()
        .filter(|(_, code)| !known.iter().any(|k| k == code))
        .map(|(pointer, _)| {
            let pointer = pointer.strip_prefix(rootless).unwrap_or(&pointer);
            FieldError::new(format!("{pointer}/program_code"), "unknown_program")
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}

/// A number or an id that another transaction wrote first.
fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, about) => match about.constraint_name() {
            Some("identities_pkey") => Error::new(Code::IdentityInUse),
            Some("families_pkey") => Error::new(Code::ConcurrentChange).retry_after(1),
            _ => error.into(),
        },
        _ => error.into(),
    }
}
