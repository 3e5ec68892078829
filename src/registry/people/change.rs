//! Changes of persons and families: lock the row, compare its version with that of the caller, validate the result as a
//! whole, write it with its history. Each change of a person changes the version of the family too.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::registry::identity::identities::{self, Claim};
use crate::registry::model::{IdentityStatus, RelationToHead, SocialCriterion, Standing, is_restricted_ppks};
use crate::registry::people::api::{CreateFamily, CreateMember};
use crate::registry::people::api_changes::{PatchFamily, PatchPerson};
use crate::registry::people::create::masked;
use crate::registry::people::document::{self, Document};
use crate::registry::people::history::{self, Change};
use crate::registry::people::responses::{Family, Person};
use crate::registry::people::store;
use crate::registry::people::validation;
use crate::registry::rows::{FamilyRow, PersonFacts, PersonRow};

use crate::registry::people::actions;
use crate::registry::people::store::changes;

use crate::auth::sealing::{IdentityKind, Sealer};
use crate::clock::local_day;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::{self, Json};
use crate::regions::RegionCode;
use crate::registry::people::build;
use crate::transaction::Tx;

/// Locks the families in order of id, so that two concurrent moves in opposite directions cannot deadlock.
pub async fn lock_families(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Option<FamilyRow>>, Error> {
    let scope = tx.actor.scope.clone();
    let mut order = ids.to_vec();
    order.sort();
    order.dedup();
    let mut locked = Vec::new();
    for id in order {
        locked.push((id, store::find_family(&mut tx.conn, &scope, id, Lock::ForUpdate).await?));
    }
    Ok(ids.iter().map(|id| locked.iter().find(|(of, _)| of == id).and_then(|(_, row)| row.clone())).collect())
}

/// Locks a person and their family, the family first.
pub async fn lock_person(tx: &mut Tx, id: Uuid) -> Result<(FamilyRow, PersonRow), Error> {
    let scope = tx.actor.scope.clone();
    let seen = store::find_person(&mut tx.conn, &scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let family = store::find_family(&mut tx.conn, &scope, seen.family_id, Lock::ForUpdate)
        .await?
        .ok_or_else(Error::not_found)?;
    let person = store::find_person(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    if person.family_id != family.id {
        return Err(Error::new(Code::CONCURRENT_CHANGE).retry_after(1));
    }
    Ok((family, person))
}

pub async fn lock_family(tx: &mut Tx, id: Uuid) -> Result<FamilyRow, Error> {
    let scope = tx.actor.scope.clone();
    store::find_family(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)
}

/// Requires one of these standings. The problem lists the actions that the present standing allows. An erased person
/// allows none, because an erasure cannot be undone.
pub fn require_standing(row: &PersonRow, wanted: &[Standing]) -> Result<(), Error> {
    if row.is_erased() {
        return Err(Error::new(crate::registry::problems::ALREADY_ERASED));
    }
    if wanted.contains(&row.standing) {
        return Ok(());
    }
    let allowed = match row.standing {
        Standing::Active => vec!["move", "record-death", "remove", "merge"],
        Standing::Deceased | Standing::Removed => vec!["reinstate"],
        Standing::Merged => vec!["undo-merge"],
    };
    Err(Error::transition(crate::registry::problems::PERSON_INVALID_TRANSITION, row.standing.as_str(), allowed))
}

pub fn require_active_family(row: &FamilyRow) -> Result<(), Error> {
    match row.standing {
        Standing::Active => Ok(()),
        other => {
            Err(Error::transition(crate::registry::problems::FAMILY_INVALID_TRANSITION, other.as_str(), Vec::new()))
        }
    }
}

/// How a change appears in the history, the audit records and the events.
pub struct ChangeKind {
    pub action: &'static str,
    /// Past participle, the second part of the event type.
    pub event: &'static str,
    pub happened_on: Option<NaiveDate>,
    pub reason: Option<String>,
}

impl ChangeKind {
    pub fn plain(action: &'static str, event: &'static str) -> Self {
        Self { action, event, happened_on: None, reason: None }
    }
}

pub const UPDATED: ChangeKind = ChangeKind { action: "update", event: "updated", happened_on: None, reason: None };

pub fn open_nik(sealer: &Sealer, row: &PersonRow) -> Result<Option<String>, Error> {
    row.nik_sealed.as_ref().map(|sealed| sealer.open(IdentityKind::Nik, row.id, sealed)).transpose()
}

/// Writes the changed person with its history. The caller has locked the family and raises its version.
pub async fn write_person(
    tx: &mut Tx,
    before: &PersonRow,
    after: &mut PersonRow,
    kind: ChangeKind,
) -> Result<(), Error> {
    after.version = before.version + 1;
    after.updated_at = tx.now;
    if before.family_id == after.family_id {
        store::save_person(&mut tx.conn, after).await?;
    } else {
        // The family id is part of the primary key of a person, so a move to another family needs a new row.
        changes::delete_person(&mut tx.conn, before).await?;
        store::insert_persons(&mut tx.conn, std::slice::from_ref(after)).await?;
    }
    record_person_change(tx, before, after, kind).await
}

async fn record_person_change(
    tx: &mut Tx,
    before: &PersonRow,
    after: &PersonRow,
    kind: ChangeKind,
) -> Result<(), Error> {
    // Readers of the region that the person leaves learn it.
    tx.also_changes_region(&before.region_code);
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
        action: kind.action,
        values: &values,
        happened_on: kind.happened_on,
        reason: kind.reason,
    };
    history::record(tx, change).await?;
    publish(tx, "person", after.id, after.family_id, &after.region_code, kind.action, kind.event);
    Ok(())
}

/// Records a change of a family and raises its version. Returns the new version.
pub async fn record_family_change(
    tx: &mut Tx,
    row: &FamilyRow,
    values: &Document,
    kind: ChangeKind,
) -> Result<i32, Error> {
    let version = store::touch_family(&mut tx.conn, row.id, tx.now).await?;
    let change = Change {
        kind: "family",
        id: row.id,
        family_id: row.id,
        action: kind.action,
        values,
        happened_on: kind.happened_on,
        reason: kind.reason,
    };
    history::record(tx, change).await?;
    publish(tx, "family", row.id, row.id, &row.region_code, kind.action, kind.event);
    Ok(version)
}

/// Writes the audit record and publishes the event of a change.
fn publish(tx: &mut Tx, kind: &'static str, id: Uuid, family_id: Uuid, region: &str, action: &str, event: &str) {
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
    let (_, before) = lock_person(tx, id).await?;
    tx.if_match.require(before.version)?;
    require_standing(&before, &[Standing::Active, Standing::Deceased, Standing::Removed])?;
    // Restricted data is stored but not used. A correction needs a request of the person.
    if before.is_restricted() {
        return Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED));
    }
    let patch = body.valid()?.0;
    let sealer = &tx.keys.sealer;
    let old_nik = open_nik(sealer, &before)?;
    let document = document::person(&before, old_nik.as_deref())?;
    let mut input: CreateMember = json::parse_value(document::patched(&document, &patch)?)?;
    if (input.relation_to_head == RelationToHead::Head) != (before.relation_to_head == RelationToHead::Head) {
        return Err(Error::field("/relation_to_head", "head_required"));
    }
    let new_nik = validation::member(&input, local_day(tx.now)).map_err(Error::fields)?;
    restore_restricted_codes(&mut input, &before, tx.actor.may(crate::auth::permissions::CASES_RESTRICTED))?;
    let mut after = before.clone();
    let digits = new_nik.as_ref().map(|nik| nik.nik.expose().to_owned());
    let nik_changed = digits != old_nik;
    if nik_changed {
        after.nik_sealed = digits.as_deref().map(|nik| sealer.seal(IdentityKind::Nik, id, nik)).transpose()?;
    }
    // The birth date is taken from the NIK unless the body has one.
    let born = input.birth_date.or(new_nik.map(|nik| nik.birth_date));
    fill(&mut after, input, born)?;
    validation::life(&after, "/birth_date")?;
    let same = document::person(&after, digits.as_deref())? == document;
    if same {
        return Ok((masked(tx).person(before)?, false));
    }
    if nik_changed {
        let claim = digits.map(|number| Claim::nik(number, "/nik", after.family_id, id));
        identities::exchange(tx, old_nik.map(|number| (IdentityKind::Nik, number)), claim).await?;
    }
    write_person(tx, &before, &mut after, UPDATED).await?;
    store::touch_family(&mut tx.conn, after.family_id, tx.now).await?;
    Ok((masked(tx).person(after)?, true))
}

/// Restores restricted categories that the caller cannot see, so that a patch does not delete them.
pub fn restore_restricted_codes(input: &mut CreateMember, before: &PersonRow, sees_all: bool) -> Result<(), Error> {
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
    let mut row = lock_family(tx, id).await?;
    tx.if_match.require(row.version)?;
    require_active_family(&row)?;
    let patch = body.valid()?.0;
    let home = changes::find_dwelling_of_visible(&mut tx.conn, id).await?;
    let keys = tx.keys.clone();
    let sealer = &keys.sealer;
    let old_card = row.family_card_sealed.as_ref().map(|s| sealer.open(IdentityKind::FamilyCard, id, s)).transpose()?;
    let before = document::family(&row, home.as_ref(), old_card.as_deref())?;
    let mut merged = document::patched(&before, &patch)?;
    if let Some(fields) = merged.as_object_mut() {
        fields.insert("members".to_owned(), json!([]));
    }
    let input: CreateFamily = json::parse_value(merged).map_err(without_members)?;
    let validated = validation::family_changes(&input).map_err(Error::fields)?;
    let moved = validated.region.as_str() != row.region_code;
    if moved {
        tx.actor.scope.require(&validated.region)?;
        tx.also_changes_region(&row.region_code);
    }
    let card = validated.family_card_no.as_ref().map(|number| number.expose().to_owned());
    let facts = row.attributes()?;
    row.region_code = validated.region.as_str().to_owned();
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
        move_members(tx, &row, &validated.region).await?;
    }
    record_family_change(tx, &row, &values, UPDATED).await?;
    Ok((show_family(tx, id).await?, true))
}

/// Removes the faults on `members`, which a patch does not contain.
fn without_members(mut error: Error) -> Error {
    error.fields.retain(|fault| fault.pointer != "/members");
    error
}

/// Sets the region of all persons of the family, including inactive ones, to that of the family.
async fn move_members(tx: &mut Tx, family: &FamilyRow, region: &RegionCode) -> Result<(), Error> {
    for before in changes::list_all_persons_of_visible(&mut tx.conn, family.id).await? {
        let mut after = before.clone();
        after.region_code = region.as_str().to_owned();
        write_person(tx, &before, &mut after, ChangeKind::plain("relocate", "updated")).await?;
    }
    Ok(())
}
