//! Mergers: two records of one person become one. An officer with the permission decides, references to the merged record stay
//! valid through the remaining record, and a merger can be undone.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::db::lock::Lock;
use crate::registry::identity::identities::{self, Claim};
use crate::registry::model::{IdentityStatus, RelationToHead, Standing};
use crate::registry::people::change::{self, ChangeKind, open_nik, require_standing, write_person};
use crate::registry::people::create::masked;
use crate::registry::people::responses::Person;
use crate::registry::people::store;
use crate::registry::rows::{FamilyRow, MergeRow, PersonRow};

use crate::registry::people::store::changes;

use crate::registry::identity::store::mergers;

use crate::registry::institutions::store as residences;
use crate::registry::people::actions;

use crate::auth::sealing::IdentityKind;
use crate::error::Code;
use crate::error::{Conflict, Error};
use crate::http::json::Json;
use crate::purposes::RESTRICTED;
use crate::regions::Unscoped;
use crate::registry::people::moves;
use crate::transaction::Tx;

/// The duplicate to merge into the person.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "duplicate_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d92" }))]
pub struct MergePerson {
    /// Id of the duplicate record. It is merged and stays readable.
    pub duplicate_id: Uuid,
    /// Id of the new head of the duplicate's family. Required if the duplicate was the head and other members remain.
    pub new_head_id: Option<Uuid>,
}

const NIK: &str = "nik";
const BIRTH_DATE: &str = "birth_date";

struct Locked {
    family: FamilyRow,
    person: PersonRow,
}

/// Locks both persons and their families in one order.
async fn lock_both(tx: &mut Tx, kept: &PersonRow, other: &PersonRow) -> Result<(Locked, Locked), Error> {
    let changed = || Error::new(Code::CONCURRENT_CHANGE).retry_after(1);
    let scope = tx.actor.scope.clone();
    let mut families = change::lock_families(tx, &[kept.family_id, other.family_id]).await?.into_iter();
    let mut locked = Vec::new();
    for seen in [kept, other] {
        let family = families.next().flatten().ok_or_else(Error::not_found)?;
        let person =
            store::find_person(&mut tx.conn, &scope, seen.id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
        if person.family_id != family.id {
            return Err(changed());
        }
        locked.push(Locked { family, person });
    }
    match (locked.pop(), locked.pop()) {
        (Some(other), Some(kept)) => Ok((kept, other)),
        _ => Err(changed()),
    }
}

pub async fn merge(tx: &mut Tx, id: Uuid, body: Json<MergePerson>) -> Result<Person, Error> {
    let scope = tx.actor.scope.clone();
    let kept = store::find_person(&mut tx.conn, &scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(kept.version)?;
    require_standing(&kept, &[Standing::Active, Standing::Deceased])?;
    let input = body.valid()?;
    if input.duplicate_id == id {
        return Err(Error::field("/duplicate_id", "itself"));
    }
    let other = store::find_person(&mut tx.conn, &scope, input.duplicate_id, Lock::No).await?;
    let other = other.ok_or_else(|| Error::field("/duplicate_id", "unknown_person"))?;
    let (locked, Locked { family: other_family, person: other }) = lock_both(tx, &kept, &other).await?;
    require_standing(&locked.person, &[Standing::Active, Standing::Deceased])?;
    require_standing(&other, &[Standing::Active])?;
    require_same_limits(&locked.person, &other)?;
    moves::succeed(tx, &other_family, &[other.id], input.new_head_id).await?;
    // Read again: the new head may be the remaining record itself.
    let kept = store::find_person(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    let (mut kept_after, taken) = take_missing(tx, &kept, &other)?;
    let mut other_after = other.clone();
    other_after.standing = Standing::Merged;
    other_after.merged_into = Some(kept.id);
    let (from, to) = ((other.family_id, other.id), (kept.family_id, kept.id));
    let moved = changes::set_identities_of_person(&mut tx.conn, from, to).await?;
    let participation_ids = moves::move_participations(tx, (from.0, Some(from.1)), (to.0, Some(to.1))).await?;
    let residence_ids = residences::set_person(&mut tx.conn, other.id, kept.id).await?;
    write_person(tx, &other, &mut other_after, ChangeKind::plain("merge-into", "merged")).await?;
    write_person(tx, &kept, &mut kept_after, ChangeKind::plain("merge", "updated")).await?;
    for family in [kept.family_id, other.family_id] {
        store::touch_family(&mut tx.conn, family, tx.now).await?;
    }
    let remaining = store::list_members_of_visible(&mut tx.conn, other.family_id).await?;
    let row = MergeRow {
        merged_person_id: other.id,
        id: Uuid::now_v7(),
        merged_family_id: other.family_id,
        kept_person_id: kept.id,
        kept_family_id: kept.family_id,
        taken: taken.into_iter().map(str::to_owned).collect(),
        participation_ids,
        identity_moved: moved > 0,
        family_closed: remaining.is_empty(),
        actor: tx.actor.subject.clone(),
        merged_at: tx.now,
        undone_at: None,
        residence_ids,
    };
    mergers::insert(&mut tx.conn, &row).await?;
    masked(tx).person(kept_after)
}

/// A merger must not lift a limit: the remaining record must have every limit of the merged record.
fn require_same_limits(kept: &PersonRow, other: &PersonRow) -> Result<(), Error> {
    let is_missing = |limit: &&String| !kept.limited_purposes.contains(limit);
    match other.limited_purposes.iter().find(is_missing) {
        None => Ok(()),
        Some(limit) if limit == RESTRICTED => Err(Error::new(crate::purposes::problems::PROCESSING_RESTRICTED)),
        Some(_) => Err(Error::new(crate::purposes::problems::CONSENT_WITHDRAWN)),
    }
}

/// Takes over the NIK and the birth date if the remaining record has none. Officers decide about all other fields.
fn take_missing(tx: &Tx, kept: &PersonRow, other: &PersonRow) -> Result<(PersonRow, Vec<&'static str>), Error> {
    let sealer = &tx.keys.sealer;
    let mut after = kept.clone();
    let mut taken = Vec::new();
    if kept.nik_sealed.is_none()
        && let Some(nik) = open_nik(sealer, other)?
    {
        after.nik_sealed = Some(sealer.seal(IdentityKind::Nik, kept.id, &nik)?);
        after.identity_status = other.identity_status;
        taken.push(NIK);
    }
    if kept.birth_date.is_none() && other.birth_date.is_some() {
        after.birth_date = other.birth_date;
        taken.push(BIRTH_DATE);
    }
    Ok((after, taken))
}

/// Restores the merged record with its NIK, programmes and stays.
pub async fn undo(tx: &mut Tx, id: Uuid) -> Result<Person, Error> {
    let scope = tx.actor.scope.clone();
    let merged = store::find_person(&mut tx.conn, &scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(merged.version)?;
    require_standing(&merged, &[Standing::Merged])?;
    // No merger in force: it was undone after the person was read.
    let record = mergers::find_in_force_of_visible(&mut tx.conn, id).await?;
    let record = record.ok_or_else(|| Error::new(Code::CONCURRENT_CHANGE).retry_after(1))?;
    let kept = store::find_person(&mut tx.conn, &scope, record.kept_person_id, Lock::No)
        .await?
        .ok_or_else(Error::not_found)?;
    let (Locked { person: kept, .. }, Locked { family, person: merged }) = lock_both(tx, &kept, &merged).await?;
    require_standing(&merged, &[Standing::Merged])?;
    // The remaining record may have been merged too, with the values that it took over: the later merger must be undone first.
    require_standing(&kept, &[Standing::Active, Standing::Deceased, Standing::Removed])?;
    moves::reopen(tx, &family).await?;
    let mut after = merged.clone();
    after.standing = Standing::Active;
    after.merged_into = None;
    let members = store::list_members_of_visible(&mut tx.conn, family.id).await?;
    if members.is_empty() {
        after.relation_to_head = RelationToHead::Head;
    } else if after.relation_to_head == RelationToHead::Head {
        after.relation_to_head = RelationToHead::OtherRelative;
    }
    give_back(tx, &kept, &merged, &record).await?;
    let ids = &record.participation_ids;
    changes::set_participations(&mut tx.conn, ids, kept.family_id, (family.id, Some(id))).await?;
    residences::set_person_of(&mut tx.conn, &record.residence_ids, kept.id, id).await?;
    write_person(tx, &merged, &mut after, ChangeKind::plain("undo-merge", "unmerged")).await?;
    for family in [kept.family_id, family.id] {
        store::touch_family(&mut tx.conn, family, tx.now).await?;
    }
    mergers::set_undone(&mut tx.conn, id, record.id, tx.now).await?;
    masked(tx).person(after)
}

/// Returns the values that the remaining record took over, unless they changed since. The NIK is returned only by the record that
/// took it over: if another person has it now, the conflict is reported and officers resolve it.
async fn give_back(tx: &mut Tx, kept: &PersonRow, merged: &PersonRow, record: &MergeRow) -> Result<(), Error> {
    let own = open_nik(&tx.keys.sealer, merged)?;
    let current = open_nik(&tx.keys.sealer, kept)?;
    let mut after = kept.clone();
    if record.taken.iter().any(|field| field == NIK) && current == own {
        after.nik_sealed = None;
        after.identity_status = IdentityStatus::Unknown;
    } else if own.is_some() && current == own {
        let conflict = Conflict {
            pointer: String::new(),
            family_id: kept.family_id,
            person_id: Some(kept.id),
            claimed_by_family_id: Some(merged.family_id),
        };
        return Err(Error { conflicts: vec![conflict], ..Error::new(crate::registry::problems::IDENTITY_IN_USE) });
    }
    if record.taken.iter().any(|field| field == BIRTH_DATE) && kept.birth_date == merged.birth_date {
        after.birth_date = None;
    }
    return_niks(tx, kept, merged, own).await?;
    write_person(tx, kept, &mut after, ChangeKind::plain("undo-merge", "updated")).await
}

/// Returns the NIK of the merged record, and the NIKs of the records that were merged into it before.
async fn return_niks(tx: &mut Tx, kept: &PersonRow, merged: &PersonRow, own: Option<String>) -> Result<(), Error> {
    let keys = tx.keys.clone();
    let index = |number: &str| keys.sealer.blind_index(IdentityKind::Nik, number);
    for behind in actions::list_ids_of_person(&mut tx.conn, merged.id).await? {
        let row = mergers::find_behind(&mut tx.conn, Unscoped::FollowUpOfScopedAction, behind).await?;
        let number =
            row.filter(|row| row.id != merged.id).map(|row| open_nik(&keys.sealer, &row)).transpose()?.flatten();
        if let Some(number) = number.filter(|number| own.as_ref() != Some(number)) {
            mergers::set_bearer(&mut tx.conn, &index(&number), kept.id, (merged.family_id, merged.id)).await?;
        }
    }
    let Some(number) = own else { return Ok(()) };
    mergers::set_bearer(&mut tx.conn, &index(&number), kept.id, (merged.family_id, merged.id)).await?;
    identities::claim(tx, vec![Claim::nik(number, "", merged.family_id, merged.id)]).await
}
