//! Moves of persons between families, splits and mergers of families, and changes of the head. A person belongs to
//! exactly one family at any time, and a family with members has exactly one head.

use chrono::NaiveDate;
use serde_json::{Map, json};
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::http::created::Created;
use crate::registry::identity::identities;
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::people::api::CreateFamily;
use crate::registry::people::api_changes::{
    ChangeHead, MemberRelation, MergeFamilies, MovePerson, NewHome, SplitFamily,
};
use crate::registry::people::build::{RowContext, Rows};
use crate::registry::people::change::{self, ChangeKind, require_active_family, require_standing, write_person};
use crate::registry::people::create::{masked, publish_created, taken, without_rejected_family};
use crate::registry::people::responses::{Family, Person};
use crate::registry::people::store;
use crate::registry::people::validation;
use crate::registry::rows::{FamilyRow, PersonRow};

use crate::clock::local_day;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::json::{Json, sha256};
use crate::purposes;
use crate::regions::{RegionCode, Unscoped};
use crate::registry::people::store::changes;
use crate::transaction::Tx;

/// Settles the family when members leave: appoints the new head if the head leaves, and closes the family if no member
/// remains.
pub async fn succeed(tx: &mut Tx, family: &FamilyRow, leaving: &[Uuid], new_head: Option<Uuid>) -> Result<(), Error> {
    let members = store::list_members_of_visible(&mut tx.conn, family.id).await?;
    let (leavers, rest): (Vec<PersonRow>, Vec<PersonRow>) = members.into_iter().partition(|m| leaving.contains(&m.id));
    let head_leaves = leavers.iter().any(|m| m.relation_to_head == RelationToHead::Head);
    if rest.is_empty() {
        return set_family_standing(tx, family, Standing::Removed, ChangeKind::plain("close", "closed")).await;
    }
    match new_head {
        None if head_leaves => Err(Error::field("/new_head_id", "required")),
        None => Ok(()),
        Some(_) if !head_leaves => Err(Error::field("/new_head_id", "head_stays")),
        Some(id) => {
            let before = rest.iter().find(|m| m.id == id);
            let before = before.ok_or_else(|| Error::field("/new_head_id", "unknown_person"))?;
            let mut after = before.clone();
            after.relation_to_head = RelationToHead::Head;
            write_person(tx, before, &mut after, ChangeKind::plain("become-head", "updated")).await
        }
    }
}

/// Makes a family active again that was closed because it had no members.
pub async fn reopen(tx: &mut Tx, family: &FamilyRow) -> Result<(), Error> {
    match family.standing {
        Standing::Removed => {
            set_family_standing(tx, family, Standing::Active, ChangeKind::plain("reopen", "reopened")).await
        }
        _ => require_active_family(family),
    }
}

async fn set_family_standing(tx: &mut Tx, family: &FamilyRow, to: Standing, kind: ChangeKind) -> Result<(), Error> {
    let mut row = family.clone();
    row.standing = to;
    changes::save_family(&mut tx.conn, &row).await?;
    let mut values = Map::new();
    values.insert("standing".to_owned(), json!({ "from": family.standing, "to": to }));
    change::record_family_change(tx, &row, &values, kind).await.map(|_| ())
}

/// Moves the person's row, NIK and programme participations to another family.
async fn relocate(
    tx: &mut Tx,
    before: &PersonRow,
    target: (Uuid, &str),
    relation: RelationToHead,
    kind: ChangeKind,
) -> Result<PersonRow, Error> {
    let mut after = before.clone();
    after.family_id = target.0;
    target.1.clone_into(&mut after.region_code);
    after.relation_to_head = relation;
    // A purpose for which the family withdrew consent is closed for each person who joins.
    let closed = purposes::withdrawn::list_of_visible(&mut tx.conn, &[target.0]).await?;
    for purpose in closed.into_values().flatten() {
        if !after.limited_purposes.contains(&purpose) {
            after.limited_purposes.push(purpose);
        }
    }
    write_person(tx, before, &mut after, kind).await?;
    let (from, to) = ((before.family_id, before.id), (target.0, before.id));
    changes::set_identities_of_person(&mut tx.conn, from, to).await?;
    changes::set_participations_of_person(&mut tx.conn, from, to).await?;
    Ok(after)
}

fn family_body(new: NewHome) -> CreateFamily {
    CreateFamily {
        id: new.id,
        family_card_no: new.family_card_no,
        region_code: new.region_code,
        address: new.address,
        latitude: None,
        longitude: None,
        dwelling: None,
        attributes: None,
        assets: None,
        programs: None,
        welfare_status: None,
        members: Vec::new(),
    }
}

/// Submission hash of a new family: the digest of the body and the id of the person or family it was created for. The
/// same body for another subject gives another hash.
fn submission_hash(subject: Uuid, digest: [u8; 32]) -> [u8; 32] {
    sha256(&[subject.as_bytes().as_slice(), digest.as_slice()].concat())
}

/// Whether an earlier request with the same content created the family with this id.
async fn is_repeat(tx: &mut Tx, id: Option<Uuid>, hash: [u8; 32]) -> Result<bool, Error> {
    let Some(id) = id else { return Ok(false) };
    let existing = store::find_existing_family(&mut tx.conn, Unscoped::Uniqueness, Some(id), &[]).await?;
    Ok(existing.is_some_and(|(_, stored)| stored.as_deref() == Some(hash.as_slice())))
}

/// Creates a family for persons who are already in the registry. Returns its id and region.
async fn create_new_family(tx: &mut Tx, new: NewHome, hash: [u8; 32]) -> Result<(Uuid, RegionCode), Error> {
    let input = family_body(new);
    let validated = validation::family_without_members(&input).map_err(|faults| {
        let below = |f: FieldError| FieldError::new(format!("/new_family{}", f.pointer), f.code);
        Error::fields(faults.into_iter().map(below).collect())
    })?;
    tx.actor.scope.require(&validated.region)?;
    let region = validated.region.clone();
    if input.id.is_some()
        && store::find_existing_family(&mut tx.conn, Unscoped::Uniqueness, input.id, &[]).await?.is_some()
    {
        return Err(Error::new(Code::ALREADY_EXISTS));
    }
    let id_from_client = input.id.is_some();
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    let stamp = RowContext { sealer: &tx.keys.sealer, now: tx.now };
    let rows = Rows::of(&stamp, id, input, validated, Some(hash.to_vec()))?;
    store::insert_families(&mut tx.conn, &rows.families).await.map_err(taken)?;
    identities::claim_rows(tx, &rows.identities, |_| "/new_family/family_card_no".to_owned())
        .await
        .map_err(|error| without_rejected_family(error, id_from_client))?;
    publish_created(tx, "family", id, id, region.as_str());
    Ok((id, region))
}

/// The given day, or today. A day in the future is a fault.
fn day_or_today(tx: &Tx, given: Option<NaiveDate>, pointer: &str) -> Result<NaiveDate, Error> {
    let today = local_day(tx.now);
    let day = given.unwrap_or(today);
    validation::past_day(day, today, pointer).map(|()| day)
}

/// The moved person, and whether anything changed: a repeated request with the same id for the new family changes
/// nothing.
pub async fn move_person(
    tx: &mut Tx,
    id: Uuid,
    body: Json<MovePerson>,
    digest: [u8; 32],
) -> Result<(Person, bool), Error> {
    let scope = tx.actor.scope.clone();
    let seen = store::find_person(&mut tx.conn, &scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    let input = body.valid();
    let target = input.as_ref().ok().and_then(|input| input.family_id);
    let ids: Vec<Uuid> = std::iter::once(seen.family_id).chain(target).collect();
    let mut locked = change::lock_families(tx, &ids).await?.into_iter();
    let source = locked.next().flatten().ok_or_else(Error::not_found)?;
    let joined = locked.next().flatten();
    let person = store::find_person(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    if person.family_id != source.id {
        return Err(Error::new(Code::CONCURRENT_CHANGE).retry_after(1));
    }
    let hash = submission_hash(id, digest);
    let new_family_id = input.as_ref().ok().and_then(|input| input.new_family.as_ref()).and_then(|new| new.id);
    if is_repeat(tx, new_family_id, hash).await? {
        return Ok((masked(tx).person(person)?, false));
    }
    tx.if_match.check(person.version)?;
    require_standing(&person, &[Standing::Active])?;
    let input = input?;
    let on = day_or_today(tx, input.moved_on, "/moved_on")?;
    if person.birth_date.is_some_and(|born| on < born) {
        return Err(Error::field("/moved_on", "before_birth"));
    }
    let kind = ChangeKind { happened_on: Some(on), ..ChangeKind::plain("move", "moved") };
    let after = match (input.family_id, input.new_family) {
        (Some(family_id), None) => {
            let joined = joined.ok_or_else(|| Error::field("/family_id", "unknown_family"))?;
            if family_id == source.id {
                return Err(Error::field("/family_id", "itself"));
            }
            require_active_family(&joined)?;
            let relation = input.relation_to_head.ok_or_else(|| Error::field("/relation_to_head", "required"))?;
            if relation == RelationToHead::Head {
                return Err(Error::field("/relation_to_head", "head_required"));
            }
            succeed(tx, &source, &[id], input.new_head_id).await?;
            let after = relocate(tx, &person, (joined.id, &joined.region_code), relation, kind).await?;
            store::touch_family(&mut tx.conn, joined.id, tx.now).await?;
            after
        }
        (None, Some(new)) => {
            succeed(tx, &source, &[id], input.new_head_id).await?;
            let (new_id, region) = create_new_family(tx, new, hash).await?;
            relocate(tx, &person, (new_id, region.as_str()), RelationToHead::Head, kind).await?
        }
        _ => return Err(Error::field("", "one_of")),
    };
    store::touch_family(&mut tx.conn, source.id, tx.now).await?;
    Ok((masked(tx).person(after)?, true))
}

/// The new relations of members of a family. Each entry must be a member and must occur once.
fn relations<'a>(
    members: &'a [PersonRow],
    named: &[MemberRelation],
) -> Result<Vec<(&'a PersonRow, RelationToHead)>, Error> {
    let mut faults = Vec::new();
    let mut found = Vec::new();
    for (at, entry) in named.iter().enumerate() {
        let pointer = format!("/members/{at}/person_id");
        let repeated = named.iter().take(at).any(|before| before.person_id == entry.person_id);
        match members.iter().find(|m| m.id == entry.person_id) {
            None => faults.push(FieldError::new(pointer, "unknown_person")),
            Some(_) if repeated => faults.push(FieldError::new(pointer, "repeated")),
            Some(member) => found.push((member, entry.relation_to_head)),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Error::fields(faults)) }
}

/// The new family. A repeated request with the same id and body returns the stored family.
pub async fn split_family(
    tx: &mut Tx,
    id: Uuid,
    body: Json<SplitFamily>,
    digest: [u8; 32],
) -> Result<Created<Family>, Error> {
    let source = change::lock_family(tx, id).await?;
    let input = body.valid()?;
    let hash = submission_hash(id, digest);
    if let Some(new_id) = input.new_family.id
        && is_repeat(tx, Some(new_id), hash).await?
    {
        return Ok(Created::Known(change::show_family(tx, new_id).await?));
    }
    tx.if_match.check(source.version)?;
    require_active_family(&source)?;
    let members = store::list_members_of_visible(&mut tx.conn, id).await?;
    let moving = relations(&members, &input.members)?;
    let heads = moving.iter().filter(|(_, relation)| *relation == RelationToHead::Head).count();
    if heads != 1 {
        return Err(Error::field("/members", "head_required"));
    }
    if moving.len() == members.len() {
        return Err(Error::field("/members", "too_many"));
    }
    let leaving: Vec<Uuid> = moving.iter().map(|(m, _)| m.id).collect();
    succeed(tx, &source, &leaving, input.new_head_id).await?;
    let (new_id, region) = create_new_family(tx, input.new_family, hash).await?;
    for (member, relation) in moving {
        let kind = ChangeKind { happened_on: Some(local_day(tx.now)), ..ChangeKind::plain("move", "moved") };
        relocate(tx, member, (new_id, region.as_str()), relation, kind).await?;
    }
    change::record_family_change(tx, &source, &Map::new(), ChangeKind::plain("split", "split")).await?;
    Ok(Created::New(change::show_family(tx, new_id).await?))
}

/// Merges another family into this one and returns this one. Persons who died or were removed or merged move as well,
/// because they can still be reinstated. A family without members can be merged too, with its card.
pub async fn merge_families(tx: &mut Tx, id: Uuid, body: Json<MergeFamilies>) -> Result<Family, Error> {
    let input = body.valid();
    let other = input.as_ref().ok().map(|input| input.family_id);
    let ids: Vec<Uuid> = std::iter::once(id).chain(other).collect();
    let mut locked = change::lock_families(tx, &ids).await?.into_iter();
    let remaining = locked.next().flatten().ok_or_else(Error::not_found)?;
    let absorbed = locked.next().flatten();
    tx.if_match.check(remaining.version)?;
    require_active_family(&remaining)?;
    let input = input?;
    let absorbed = absorbed.ok_or_else(|| Error::field("/family_id", "unknown_family"))?;
    if absorbed.id == remaining.id {
        return Err(Error::field("/family_id", "itself"));
    }
    if absorbed.standing != Standing::Removed {
        require_active_family(&absorbed)?;
    }
    let persons = changes::list_all_persons_of_visible(&mut tx.conn, absorbed.id).await?;
    let (members, inactive): (Vec<PersonRow>, Vec<PersonRow>) =
        persons.into_iter().partition(|row| row.standing == Standing::Active);
    let moving = relations(&members, &input.members)?;
    if moving.len() < members.len() {
        return Err(Error::field("/members", "too_few"));
    }
    if let Some(at) = moving.iter().position(|(_, relation)| *relation == RelationToHead::Head) {
        return Err(Error::field(&format!("/members/{at}/relation_to_head"), "head_required"));
    }
    for (member, relation) in moving {
        let kind = ChangeKind { happened_on: Some(local_day(tx.now)), ..ChangeKind::plain("move", "moved") };
        relocate(tx, member, (remaining.id, &remaining.region_code), relation, kind).await?;
    }
    for row in &inactive {
        let kind = ChangeKind::plain("relocate", "updated");
        relocate(tx, row, (remaining.id, &remaining.region_code), row.relation_to_head, kind).await?;
    }
    move_participations(tx, (absorbed.id, None), (remaining.id, None)).await?;
    changes::set_identities_of_family(&mut tx.conn, absorbed.id, remaining.id).await?;
    let mut merged = absorbed.clone();
    merged.standing = Standing::Merged;
    merged.merged_into = Some(remaining.id);
    changes::save_family(&mut tx.conn, &merged).await?;
    let mut values = Map::new();
    values.insert("standing".to_owned(), json!({ "from": absorbed.standing, "to": merged.standing }));
    values.insert("merged_into".to_owned(), json!({ "from": null, "to": remaining.id }));
    change::record_family_change(tx, &merged, &values, ChangeKind::plain("merge", "merged")).await?;
    change::record_family_change(tx, &remaining, &Map::new(), ChangeKind::plain("take-in", "updated")).await?;
    change::show_family(tx, remaining.id).await
}

/// Moves the programme participations of a family as a whole, or of one person, to another. An active participation
/// that the target already has is not moved. Returns the ids of the moved participations.
pub async fn move_participations(
    tx: &mut Tx,
    from: (Uuid, Option<Uuid>),
    to: (Uuid, Option<Uuid>),
) -> Result<Vec<Uuid>, Error> {
    let today = local_day(tx.now);
    let existing = changes::list_participations_of_visible(&mut tx.conn, to.0).await?;
    let active =
        |code: &str| existing.iter().any(|p| p.person_id == to.1 && p.program_code == code && p.is_active_on(today));
    let source = changes::list_participations_of_visible(&mut tx.conn, from.0).await?;
    let candidates = source.into_iter().filter(|c| c.person_id == from.1);
    let ids: Vec<Uuid> =
        candidates.filter(|c| !(c.is_active_on(today) && active(&c.program_code))).map(|c| c.id).collect();
    changes::set_participations(&mut tx.conn, &ids, from.0, to).await?;
    Ok(ids)
}

pub async fn change_head(tx: &mut Tx, id: Uuid, body: Json<ChangeHead>) -> Result<Family, Error> {
    let family = change::lock_family(tx, id).await?;
    tx.if_match.check(family.version)?;
    require_active_family(&family)?;
    let input = body.valid()?;
    if input.former_head_relation == RelationToHead::Head {
        return Err(Error::field("/former_head_relation", "head_required"));
    }
    let members = store::list_members_of_visible(&mut tx.conn, id).await?;
    let new = members.iter().find(|m| m.id == input.person_id);
    let new = new.ok_or_else(|| Error::field("/person_id", "unknown_person"))?;
    if new.relation_to_head == RelationToHead::Head {
        return Err(Error::field("/person_id", "head_stays"));
    }
    for (before, relation) in members.iter().filter_map(|m| match m.relation_to_head {
        RelationToHead::Head => Some((m, input.former_head_relation)),
        _ if m.id == new.id => Some((m, RelationToHead::Head)),
        _ => None,
    }) {
        let mut after = before.clone();
        after.relation_to_head = relation;
        write_person(tx, before, &mut after, ChangeKind::plain("change-head", "updated")).await?;
    }
    change::record_family_change(tx, &family, &Map::new(), ChangeKind::plain("change-head", "updated")).await?;
    change::show_family(tx, id).await
}
