//! Who lives with whom: moves, families that come apart or together, heads. Everybody is in exactly one family at any
//! time, and a family with anybody in it has exactly one head.

use chrono::NaiveDate;
use serde_json::{Map, json};
use uuid::Uuid;

use crate::registry::identity::identities;
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::people::api::CreateFamily;
use crate::registry::people::api_changes::{
    ChangeHead, MemberRelation, MergeFamilies, MovePerson, NewHome, SplitFamily,
};
use crate::registry::people::build::{Rows, Stamp};
use crate::registry::people::change::{self, Told, require_active_family, require_standing, write_person};
use crate::registry::people::create::{Made, masked, publish_created, taken, unmade};
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

/// Who of a family remains when these leave: a head is chosen when theirs goes, and an empty family counts no longer.
pub async fn succeed(tx: &mut Tx, family: &FamilyRow, leaving: &[Uuid], new_head: Option<Uuid>) -> Result<(), Error> {
    let members = store::list_members_of_visible(&mut tx.conn, family.id).await?;
    let (gone, rest): (Vec<PersonRow>, Vec<PersonRow>) = members.into_iter().partition(|m| leaving.contains(&m.id));
    let head_leaves = gone.iter().any(|m| m.relation_to_head == RelationToHead::Head);
    if rest.is_empty() {
        return set_family_standing(tx, family, Standing::Removed, Told::plain("close", "closed")).await;
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
            write_person(tx, before, &mut after, Told::plain("become-head", "updated")).await
        }
    }
}

/// A family that was closed as empty counts again, for somebody comes back to it.
pub async fn reopen(tx: &mut Tx, family: &FamilyRow) -> Result<(), Error> {
    match family.standing {
        Standing::Removed => set_family_standing(tx, family, Standing::Active, Told::plain("reopen", "reopened")).await,
        _ => require_active_family(family),
    }
}

async fn set_family_standing(tx: &mut Tx, family: &FamilyRow, to: Standing, told: Told) -> Result<(), Error> {
    let mut row = family.clone();
    row.standing = to;
    changes::save_family(&mut tx.conn, &row).await?;
    let mut values = Map::new();
    values.insert("standing".to_owned(), json!({ "from": family.standing, "to": to }));
    change::tell_family(tx, &row, &values, told).await.map(|_| ())
}

/// The person's row, numbers and programmes under another family.
async fn relocate(
    tx: &mut Tx,
    before: &PersonRow,
    target: (Uuid, &str),
    relation: RelationToHead,
    told: Told,
) -> Result<PersonRow, Error> {
    let mut after = before.clone();
    after.family_id = target.0;
    target.1.clone_into(&mut after.region_code);
    after.relation_to_head = relation;
    // A purpose that the family closed is closed for each person who joins.
    let closed = purposes::withdrawn::list_of_visible(&mut tx.conn, &[target.0]).await?;
    for purpose in closed.into_values().flatten() {
        if !after.limited_purposes.contains(&purpose) {
            after.limited_purposes.push(purpose);
        }
    }
    write_person(tx, before, &mut after, told).await?;
    let (from, to) = ((before.family_id, before.id), (target.0, before.id));
    changes::set_identities_of_person(&mut tx.conn, from, to).await?;
    changes::set_participations_of_person(&mut tx.conn, from, to).await?;
    Ok(after)
}

fn home(new: NewHome) -> CreateFamily {
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

/// What a family was founded with: the body, and for whom. The same body for others is another matter.
fn hash_of(subject: Uuid, digest: [u8; 32]) -> [u8; 32] {
    sha256(&[subject.as_bytes().as_slice(), digest.as_slice()].concat())
}

/// Was the family with this id founded by this very request before?
async fn is_repeat(tx: &mut Tx, id: Option<Uuid>, hash: [u8; 32]) -> Result<bool, Error> {
    let Some(id) = id else { return Ok(false) };
    let taken = store::find_taken(&mut tx.conn, Unscoped::Uniqueness, Some(id), &[]).await?;
    Ok(taken.is_some_and(|(_, known)| known.as_deref() == Some(hash.as_slice())))
}

/// A family for people who are known; its id and region.
async fn found(tx: &mut Tx, new: NewHome, hash: [u8; 32]) -> Result<(Uuid, RegionCode), Error> {
    let input = home(new);
    let judged = validation::family_alone(&input).map_err(|faults| {
        let below = |f: FieldError| FieldError::new(format!("/new_family{}", f.pointer), f.code);
        Error::fields(faults.into_iter().map(below).collect())
    })?;
    tx.actor.scope.require(&judged.region)?;
    let region = judged.region.clone();
    if input.id.is_some() && store::find_taken(&mut tx.conn, Unscoped::Uniqueness, input.id, &[]).await?.is_some() {
        return Err(Error::new(Code::ALREADY_EXISTS));
    }
    let named = input.id.is_some();
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    let stamp = Stamp { sealer: &tx.keys.sealer, now: tx.now };
    let rows = Rows::of(&stamp, id, input, judged, Some(hash.to_vec()))?;
    store::insert_families(&mut tx.conn, &rows.families).await.map_err(taken)?;
    identities::claim_rows(tx, &rows.identities, |_| "/new_family/family_card_no".to_owned())
        .await
        .map_err(|error| unmade(error, named))?;
    publish_created(tx, "family", id, id, region.as_str());
    Ok((id, region))
}

/// A day that has come already.
fn day(tx: &Tx, given: Option<NaiveDate>, pointer: &str) -> Result<NaiveDate, Error> {
    let today = local_day(tx.now);
    let day = given.unwrap_or(today);
    validation::past_day(day, today, pointer).map(|()| day)
}

/// The person under the other family, and whether anything changed: the same new family by its id again changes nothing.
pub async fn move_person(
    tx: &mut Tx,
    id: Uuid,
    body: Json<MovePerson>,
    digest: [u8; 32],
) -> Result<(Person, bool), Error> {
    let scope = tx.actor.scope.clone();
    let seen = store::find_person(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    let input = body.valid();
    let target = input.as_ref().ok().and_then(|input| input.family_id);
    let ids: Vec<Uuid> = std::iter::once(seen.family_id).chain(target).collect();
    let mut held = change::hold_families(tx, &ids).await?.into_iter();
    let source = held.next().flatten().ok_or_else(Error::not_found)?;
    let taking = held.next().flatten();
    let person = store::lock_person(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    if person.family_id != source.id {
        return Err(Error::new(Code::CONCURRENT_CHANGE).retry_after(1));
    }
    let hash = hash_of(id, digest);
    let founded = input.as_ref().ok().and_then(|input| input.new_family.as_ref()).and_then(|new| new.id);
    if is_repeat(tx, founded, hash).await? {
        return Ok((masked(tx).person(person)?, false));
    }
    tx.if_match.check(person.version)?;
    require_standing(&person, &[Standing::Active])?;
    let input = input?;
    let on = day(tx, input.moved_on, "/moved_on")?;
    if person.birth_date.is_some_and(|born| on < born) {
        return Err(Error::field("/moved_on", "before_birth"));
    }
    let told = Told { happened_on: Some(on), ..Told::plain("move", "moved") };
    let after = match (input.family_id, input.new_family) {
        (Some(family_id), None) => {
            let taking = taking.ok_or_else(|| Error::field("/family_id", "unknown_family"))?;
            if family_id == source.id {
                return Err(Error::field("/family_id", "itself"));
            }
            require_active_family(&taking)?;
            let relation = input.relation_to_head.ok_or_else(|| Error::field("/relation_to_head", "required"))?;
            if relation == RelationToHead::Head {
                return Err(Error::field("/relation_to_head", "head_required"));
            }
            succeed(tx, &source, &[id], input.new_head_id).await?;
            let after = relocate(tx, &person, (taking.id, &taking.region_code), relation, told).await?;
            store::touch_family(&mut tx.conn, taking.id, tx.now).await?;
            after
        }
        (None, Some(new)) => {
            succeed(tx, &source, &[id], input.new_head_id).await?;
            let (made, region) = found(tx, new, hash).await?;
            relocate(tx, &person, (made, region.as_str()), RelationToHead::Head, told).await?
        }
        _ => return Err(Error::field("", "one_of")),
    };
    store::touch_family(&mut tx.conn, source.id, tx.now).await?;
    Ok((masked(tx).person(after)?, true))
}

/// The relations named for members of a family: each a member, each once.
fn relations<'a>(
    members: &'a [PersonRow],
    named: &[MemberRelation],
) -> Result<Vec<(&'a PersonRow, RelationToHead)>, Error> {
    let mut faults = Vec::new();
    let mut found = Vec::new();
    for (at, named_one) in named.iter().enumerate() {
        let pointer = format!("/members/{at}/person_id");
        let repeated = named.iter().take(at).any(|before| before.person_id == named_one.person_id);
        match members.iter().find(|m| m.id == named_one.person_id) {
            None => faults.push(FieldError::new(pointer, "unknown_person")),
            Some(_) if repeated => faults.push(FieldError::new(pointer, "repeated")),
            Some(member) => found.push((member, named_one.relation_to_head)),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Error::fields(faults)) }
}

/// The new family. The same id and body again is the family that was made.
pub async fn split_family(
    tx: &mut Tx,
    id: Uuid,
    body: Json<SplitFamily>,
    digest: [u8; 32],
) -> Result<Made<Family>, Error> {
    let source = change::hold_family(tx, id).await?;
    let input = body.valid()?;
    let hash = hash_of(id, digest);
    if let Some(made) = input.new_family.id
        && is_repeat(tx, Some(made), hash).await?
    {
        return Ok(Made::Before(change::show_family(tx, made).await?));
    }
    tx.if_match.check(source.version)?;
    require_active_family(&source)?;
    let members = store::list_members_of_visible(&mut tx.conn, id).await?;
    let going = relations(&members, &input.members)?;
    let heads = going.iter().filter(|(_, relation)| *relation == RelationToHead::Head).count();
    if heads != 1 {
        return Err(Error::field("/members", "head_required"));
    }
    if going.len() == members.len() {
        return Err(Error::field("/members", "too_many"));
    }
    let leaving: Vec<Uuid> = going.iter().map(|(m, _)| m.id).collect();
    succeed(tx, &source, &leaving, input.new_head_id).await?;
    let (made, region) = found(tx, input.new_family, hash).await?;
    for (member, relation) in going {
        let told = Told { happened_on: Some(local_day(tx.now)), ..Told::plain("move", "moved") };
        relocate(tx, member, (made, region.as_str()), relation, told).await?;
    }
    change::tell_family(tx, &source, &Map::new(), Told::plain("split", "split")).await?;
    Ok(Made::New(change::show_family(tx, made).await?))
}

/// The family that remains. Whoever died, was removed or merged goes along: they may yet come back. A family that everybody
/// left may be taken in too, with its card.
pub async fn merge_families(tx: &mut Tx, id: Uuid, body: Json<MergeFamilies>) -> Result<Family, Error> {
    let input = body.valid();
    let other = input.as_ref().ok().map(|input| input.family_id);
    let ids: Vec<Uuid> = std::iter::once(id).chain(other).collect();
    let mut held = change::hold_families(tx, &ids).await?.into_iter();
    let kept = held.next().flatten().ok_or_else(Error::not_found)?;
    let absorbed = held.next().flatten();
    tx.if_match.check(kept.version)?;
    require_active_family(&kept)?;
    let input = input?;
    let absorbed = absorbed.ok_or_else(|| Error::field("/family_id", "unknown_family"))?;
    if absorbed.id == kept.id {
        return Err(Error::field("/family_id", "itself"));
    }
    if absorbed.standing != Standing::Removed {
        require_active_family(&absorbed)?;
    }
    let everybody = changes::list_everybody_of_visible(&mut tx.conn, absorbed.id).await?;
    let (members, gone): (Vec<PersonRow>, Vec<PersonRow>) =
        everybody.into_iter().partition(|row| row.standing == Standing::Active);
    let coming = relations(&members, &input.members)?;
    if coming.len() < members.len() {
        return Err(Error::field("/members", "too_few"));
    }
    if let Some(at) = coming.iter().position(|(_, relation)| *relation == RelationToHead::Head) {
        return Err(Error::field(&format!("/members/{at}/relation_to_head"), "head_required"));
    }
    for (member, relation) in coming {
        let told = Told { happened_on: Some(local_day(tx.now)), ..Told::plain("move", "moved") };
        relocate(tx, member, (kept.id, &kept.region_code), relation, told).await?;
    }
    for row in &gone {
        let told = Told::plain("relocate", "updated");
        relocate(tx, row, (kept.id, &kept.region_code), row.relation_to_head, told).await?;
    }
    take_programs(tx, (absorbed.id, None), (kept.id, None)).await?;
    changes::set_identities_of_family(&mut tx.conn, absorbed.id, kept.id).await?;
    let mut merged = absorbed.clone();
    merged.standing = Standing::Merged;
    merged.merged_into = Some(kept.id);
    changes::save_family(&mut tx.conn, &merged).await?;
    let mut values = Map::new();
    values.insert("standing".to_owned(), json!({ "from": absorbed.standing, "to": merged.standing }));
    values.insert("merged_into".to_owned(), json!({ "from": null, "to": kept.id }));
    change::tell_family(tx, &merged, &values, Told::plain("merge", "merged")).await?;
    change::tell_family(tx, &kept, &Map::new(), Told::plain("take-in", "updated")).await?;
    change::show_family(tx, kept.id).await
}

/// What a family as a whole, or a person of it, is in goes along, but for what the other is in already; the ids of what went.
pub async fn take_programs(
    tx: &mut Tx,
    from: (Uuid, Option<Uuid>),
    to: (Uuid, Option<Uuid>),
) -> Result<Vec<Uuid>, Error> {
    let today = local_day(tx.now);
    let has = changes::list_participations_of_visible(&mut tx.conn, to.0).await?;
    let held = |code: &str| has.iter().any(|h| h.person_id == to.1 && h.program_code == code && h.runs_on(today));
    let comes = changes::list_participations_of_visible(&mut tx.conn, from.0).await?;
    let comes = comes.into_iter().filter(|c| c.person_id == from.1);
    let ids: Vec<Uuid> = comes.filter(|c| !(c.runs_on(today) && held(&c.program_code))).map(|c| c.id).collect();
    changes::set_participations(&mut tx.conn, &ids, from.0, to).await?;
    Ok(ids)
}

pub async fn change_head(tx: &mut Tx, id: Uuid, body: Json<ChangeHead>) -> Result<Family, Error> {
    let family = change::hold_family(tx, id).await?;
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
        write_person(tx, before, &mut after, Told::plain("change-head", "updated")).await?;
    }
    change::tell_family(tx, &family, &Map::new(), Told::plain("change-head", "updated")).await?;
    change::show_family(tx, id).await
}
