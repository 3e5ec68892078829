//! Changing what stands of a person or a family: held, compared with the version the caller saw, judged as a whole,
//! written with its trail. Every change of a person is one of the family too.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::answers::{Family, Person};
use super::api::{CreateFamily, CreateMember};
use super::api_changes::{PatchFamily, PatchPerson};
use super::create::masked;
use super::document::{self, Document};
use super::history::{self, Change};
use super::identities::{self, Claim};
use super::judge;
use super::model::{IdentityStatus, RelationToHead, SocialCriterion, Standing, is_restricted_ppks};
use super::rows::{FamilyRow, PersonFacts, PersonRow};
use super::store::{self, changes};
use super::{actions, build};
use crate::auth::Permission;
use crate::auth::sealing::{IdentityKind, Sealer};
use crate::clock::local_day;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::{self, Json};
use crate::http::problem_table::Code;
use crate::regions::RegionCode;
use crate::transaction::Tx;

/// Holds the families in one order, whoever asks in which: two moves across each other cannot wait for each other.
pub async fn hold_families(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Option<FamilyRow>>, Error> {
    let scope = tx.actor.scope.clone();
    let mut order = ids.to_vec();
    order.sort();
    order.dedup();
    let mut held = Vec::new();
    for id in order {
        held.push((id, store::lock_family(&mut tx.conn, &scope, id).await?));
    }
    Ok(ids.iter().map(|id| held.iter().find(|(of, _)| of == id).and_then(|(_, row)| row.clone())).collect())
}

/// Holds a person and the family around, the family first.
pub async fn hold_person(tx: &mut Tx, id: Uuid) -> Result<(FamilyRow, PersonRow), Error> {
    let scope = tx.actor.scope.clone();
    let seen = store::find_person(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    let family = store::lock_family(&mut tx.conn, &scope, seen.family_id).await?.ok_or_else(Error::not_found)?;
    let person = store::lock_person(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    if person.family_id != family.id {
        return Err(Error::new(Code::ConcurrentChange).retry_after(1));
    }
    Ok((family, person))
}

pub async fn hold_family(tx: &mut Tx, id: Uuid) -> Result<FamilyRow, Error> {
    let scope = tx.actor.scope.clone();
    store::lock_family(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)
}

/// What the standing of a person allows, for the answer that refuses. Who was erased has none: nothing brings them back.
pub fn require_standing(row: &PersonRow, wanted: &[Standing]) -> Result<(), Error> {
    if row.is_erased() {
        return Err(Error::new(Code::AlreadyErased));
    }
    if wanted.contains(&row.standing) {
        return Ok(());
    }
    let allowed = match row.standing {
        Standing::Active => vec!["move", "record-death", "remove", "merge"],
        Standing::Deceased | Standing::Removed => vec!["reinstate"],
        Standing::Merged => vec!["undo-merge"],
    };
    Err(Error::transition(Code::PersonInvalidTransition, row.standing.as_str(), allowed))
}

pub fn require_active_family(row: &FamilyRow) -> Result<(), Error> {
    match row.standing {
        Standing::Active => Ok(()),
        other => Err(Error::transition(Code::FamilyInvalidTransition, other.as_str(), Vec::new())),
    }
}

/// How a change is told.
pub struct Told {
    pub action: &'static str,
    /// Past participle, for the event.
    pub event: &'static str,
    pub happened_on: Option<NaiveDate>,
    pub reason: Option<String>,
}

impl Told {
    pub fn plain(action: &'static str, event: &'static str) -> Self {
        Self { action, event, happened_on: None, reason: None }
    }
}

pub const UPDATED: Told = Told { action: "update", event: "updated", happened_on: None, reason: None };

pub fn open_nik(sealer: &Sealer, row: &PersonRow) -> Result<Option<String>, Error> {
    row.nik_sealed.as_ref().map(|sealed| sealer.open(IdentityKind::Nik, row.id, sealed)).transpose()
}

/// Writes the person as it is now, with its trail. The family is touched by whoever holds it.
pub async fn write_person(tx: &mut Tx, before: &PersonRow, after: &mut PersonRow, told: Told) -> Result<(), Error> {
    after.version = before.version + 1;
    after.updated_at = tx.now;
    if before.family_id == after.family_id {
        store::save_person(&mut tx.conn, after).await?;
    } else {
        // The family is the key under which a person lies: another family is another row.
        changes::delete_person(&mut tx.conn, before).await?;
        store::insert_persons(&mut tx.conn, std::slice::from_ref(after)).await?;
    }
    tell_person(tx, before, after, told).await
}

async fn tell_person(tx: &mut Tx, before: &PersonRow, after: &PersonRow, told: Told) -> Result<(), Error> {
    let was = open_nik(&tx.keys.sealer, before)?;
    let now = open_nik(&tx.keys.sealer, after)?;
    let values = document::differences(
        &document::whole_person(before, was.as_deref())?,
        &document::whole_person(after, now.as_deref())?,
    );
    let change = Change {
        kind: "person",
        id: after.id,
        family_id: after.family_id,
        action: told.action,
        values: &values,
        happened_on: told.happened_on,
        reason: told.reason,
    };
    history::record(tx, change).await?;
    tell(tx, "person", after.id, after.family_id, &after.region_code, told.action, told.event);
    Ok(())
}

/// The trail of a change of a family, and its next version.
pub async fn tell_family(tx: &mut Tx, row: &FamilyRow, values: &Document, told: Told) -> Result<i32, Error> {
    let version = store::touch_family(&mut tx.conn, row.id, tx.now).await?;
    let change = Change {
        kind: "family",
        id: row.id,
        family_id: row.id,
        action: told.action,
        values,
        happened_on: told.happened_on,
        reason: told.reason,
    };
    history::record(tx, change).await?;
    tell(tx, "family", row.id, row.id, &row.region_code, told.action, told.event);
    Ok(version)
}

fn tell(tx: &mut Tx, kind: &'static str, id: Uuid, family_id: Uuid, region: &str, action: &str, event: &str) {
    tx.audit(&format!("{kind}.{}", action.replace('-', "_")), kind, id, Some(region));
    tx.publish(NewEvent {
        type_: format!("{kind}.{event}"),
        subject_kind: kind,
        subject_id: id,
        region_code: region.to_owned(),
        organization_id: None,
        data: json!({ "family_id": family_id }),
    });
}

pub async fn show_family(tx: &mut Tx, id: Uuid) -> Result<Family, Error> {
    let (scope, today) = (tx.actor.scope.clone(), local_day(tx.now));
    let home = actions::find_household(&mut tx.conn, &scope, id, today).await?;
    masked(tx).family(home.ok_or_else(|| Error::internal("a changed family cannot be read"))?)
}

/// The person after a merge patch, and whether anything changed.
pub async fn patch_person(tx: &mut Tx, id: Uuid, body: Json<PatchPerson>) -> Result<(Person, bool), Error> {
    let (_, before) = hold_person(tx, id).await?;
    tx.if_match.require(before.version)?;
    require_standing(&before, &[Standing::Active, Standing::Deceased, Standing::Removed])?;
    // Kept and not used; the person's own request corrects it.
    if before.is_restricted() {
        return Err(Error::new(Code::ProcessingRestricted));
    }
    let patch = body.valid()?.0;
    let sealer = &tx.keys.sealer;
    let old_nik = open_nik(sealer, &before)?;
    let document = document::person(&before, old_nik.as_deref())?;
    let mut input: CreateMember = json::parse_value(document::patched(&document, &patch)?)?;
    if (input.relation_to_head == RelationToHead::Head) != (before.relation_to_head == RelationToHead::Head) {
        return Err(Error::field("/relation_to_head", "head_required"));
    }
    let new_nik = judge::member(&input, local_day(tx.now)).map_err(Error::fields)?;
    keep_unseen(&mut input, &before, tx.actor.may(Permission::CasesRestricted))?;
    let mut after = before.clone();
    let digits = new_nik.as_ref().map(|nik| nik.nik.expose().to_owned());
    let renumbered = digits != old_nik;
    if renumbered {
        after.nik_sealed = digits.as_deref().map(|nik| sealer.seal(IdentityKind::Nik, id, nik)).transpose()?;
    }
    // A birth date follows from a number that is new, unless the caller said another.
    let born = input.birth_date.or(new_nik.map(|nik| nik.birth_date));
    fill(&mut after, input, born)?;
    judge::life(&after, "/birth_date")?;
    let same = document::person(&after, digits.as_deref())? == document;
    if same {
        return Ok((masked(tx).person(before)?, false));
    }
    if renumbered {
        let claim = digits.map(|number| Claim::nik(number, "/nik", after.family_id, id));
        identities::exchange(tx, old_nik.map(|number| (IdentityKind::Nik, number)), claim).await?;
    }
    write_person(tx, &before, &mut after, UPDATED).await?;
    store::touch_family(&mut tx.conn, after.family_id, tx.now).await?;
    Ok((masked(tx).person(after)?, true))
}

/// Who is not shown a category cannot take it away.
pub fn keep_unseen(input: &mut CreateMember, before: &PersonRow, sees_all: bool) -> Result<(), Error> {
    if sees_all {
        return Ok(());
    }
    let unseen: Vec<String> = before.ppks_codes.iter().filter(|code| is_restricted_ppks(code)).cloned().collect();
    if !unseen.is_empty() {
        let codes = input.ppks_codes.get_or_insert_with(Vec::new);
        codes.extend(unseen.into_iter().filter(|code| !codes.contains(code)).collect::<Vec<_>>());
    }
    let violence = SocialCriterion::Violence;
    if before.attributes()?.criteria.is_some_and(|criteria| criteria.contains(&violence)) {
        let criteria = input.criteria.get_or_insert_with(Vec::new);
        if !criteria.contains(&violence) {
            criteria.push(violence);
        }
    }
    Ok(())
}

fn fill(row: &mut PersonRow, input: CreateMember, birth_date: Option<NaiveDate>) -> Result<(), Error> {
    let facts = PersonFacts {
        sktm: input.sktm,
        village_head_certified: input.village_head_certified,
        assessment_recommended: input.assessment_recommended,
        criteria: input.criteria,
        ppks_known: input.ppks_codes.is_some(),
    };
    row.relation_to_head = input.relation_to_head;
    row.identity_status = input.identity_status.unwrap_or(IdentityStatus::Unknown);
    row.full_name = input.full_name.into_string();
    row.birth_date = birth_date;
    row.sex = input.sex;
    row.marital_status = input.marital_status;
    row.school_level = input.school_level;
    row.school_enrolled = input.school_enrolled;
    row.occupation_class = input.occupation_class;
    row.disability_type = input.disability_type;
    row.disability_severity = input.disability_severity;
    row.chronic_illness = input.chronic_illness;
    row.pregnant_or_postpartum = input.pregnant_or_postpartum;
    row.jkn_status = input.jkn_status;
    row.has_kip = input.has_kip;
    row.orphan = input.orphan;
    row.ppks_codes = input.ppks_codes.unwrap_or_default();
    row.set_attributes(&facts)
}

/// The family after a merge patch, and whether anything changed.
pub async fn patch_family(tx: &mut Tx, id: Uuid, body: Json<PatchFamily>) -> Result<(Family, bool), Error> {
    let mut row = hold_family(tx, id).await?;
    tx.if_match.require(row.version)?;
    require_active_family(&row)?;
    let patch = body.valid()?.0;
    let home = changes::find_dwelling_of_visible(&mut tx.conn, id).await?;
    let sealer = &tx.keys.sealer;
    let old_card = row.family_card_sealed.as_ref().map(|s| sealer.open(IdentityKind::FamilyCard, id, s)).transpose()?;
    let before = document::family(&row, home.as_ref(), old_card.as_deref())?;
    let mut merged = document::patched(&before, &patch)?;
    if let Some(fields) = merged.as_object_mut() {
        fields.insert("members".to_owned(), json!([]));
    }
    let input: CreateFamily = json::parse_value(merged).map_err(without_members)?;
    let judged = judge::family_changes(&input).map_err(Error::fields)?;
    let moved = judged.region.as_str() != row.region_code;
    if moved {
        tx.actor.scope.require(&judged.region)?;
    }
    let card = judged.family_card_no.as_ref().map(|number| number.expose().to_owned());
    let facts = row.attributes()?;
    row.region_code = judged.region.as_str().to_owned();
    row.address = input.address.map(|address| address.into_string());
    row.latitude = input.latitude;
    row.longitude = input.longitude;
    row.set_attributes(&build::attributes(&input.attributes.unwrap_or_default(), facts.programs_known))?;
    row.set_assets(&input.assets.unwrap_or_default())?;
    if card != old_card {
        row.family_card_sealed =
            card.as_deref().map(|number| sealer.seal(IdentityKind::FamilyCard, id, number)).transpose()?;
    }
    let dwelling = input.dwelling.map(|home| build::dwelling(id, home, tx.now));
    let after = document::family(&row, dwelling.as_ref(), card.as_deref())?;
    let values = document::differences(&before, &after);
    if values.is_empty() {
        return Ok((show_family(tx, id).await?, false));
    }
    if card != old_card {
        let claim = card.map(|number| Claim::card(number, "/family_card_no", id));
        identities::exchange(tx, old_card.map(|number| (IdentityKind::FamilyCard, number)), claim).await?;
    }
    match &dwelling {
        Some(home) => changes::replace_dwelling(&mut tx.conn, home).await?,
        None => changes::delete_dwelling(&mut tx.conn, id).await?,
    }
    changes::save_family(&mut tx.conn, &row).await?;
    if moved {
        move_members(tx, &row, &judged.region).await?;
    }
    tell_family(tx, &row, &values, UPDATED).await?;
    Ok((show_family(tx, id).await?, true))
}

/// A patch names no members; that there are none is no fault of it.
fn without_members(mut error: Error) -> Error {
    error.fields.retain(|fault| fault.pointer != "/members");
    error
}

/// Everybody of the family stands where the family does.
async fn move_members(tx: &mut Tx, family: &FamilyRow, region: &RegionCode) -> Result<(), Error> {
    for before in changes::list_everybody_of_visible(&mut tx.conn, family.id).await? {
        let mut after = before.clone();
        after.region_code = region.as_str().to_owned();
        write_person(tx, &before, &mut after, Told::plain("relocate", "updated")).await?;
    }
    Ok(())
}
