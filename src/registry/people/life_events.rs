//! Death and removal of a person, and reinstatement. A dead or removed person stays readable, but is no longer active.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::clock::local_day;
use crate::error::Error;
use crate::http::json::Json;
use crate::registry::model::{RelationToHead, Standing};
use crate::registry::people::api_changes::{RecordDeath, RemovePerson};
use crate::registry::people::change::{self, ChangeKind, require_standing, write_person};
use crate::registry::people::create::masked;
use crate::registry::people::moves;
use crate::registry::people::responses::Person;
use crate::registry::people::store;
use crate::registry::people::validation;
use crate::registry::rows::{FamilyRow, PersonRow};
use crate::transaction::Tx;

pub async fn record_death(tx: &mut Tx, id: Uuid, body: Json<RecordDeath>) -> Result<Person, Error> {
    let (family, person) = begin(tx, id, &[Standing::Active]).await?;
    let input = body.valid()?;
    validate_day(tx, &person, input.died_on, "/died_on")?;
    let kind = ChangeKind { happened_on: Some(input.died_on), ..ChangeKind::plain("record-death", "died") };
    end(tx, &family, &person, Standing::Deceased, input.died_on, input.new_head_id, kind).await
}

pub async fn remove(tx: &mut Tx, id: Uuid, body: Json<RemovePerson>) -> Result<Person, Error> {
    let (family, person) = begin(tx, id, &[Standing::Active]).await?;
    let input = body.valid()?;
    let on = input.removed_on.unwrap_or_else(|| local_day(tx.now));
    validate_day(tx, &person, on, "/removed_on")?;
    let kind = ChangeKind {
        happened_on: Some(on),
        reason: Some(input.reason.as_str().to_owned()),
        ..ChangeKind::plain("remove", "removed")
    };
    end(tx, &family, &person, Standing::Removed, on, input.new_head_id, kind).await
}

/// Undoes a death or removal that was recorded by mistake.
pub async fn reinstate(tx: &mut Tx, id: Uuid) -> Result<Person, Error> {
    let (family, person) = begin(tx, id, &[Standing::Deceased, Standing::Removed]).await?;
    let mut after = person.clone();
    after.standing = Standing::Active;
    after.ended_on = None;
    let members = store::list_members_of_visible(&mut tx.conn, family.id).await?;
    let headed = members.iter().any(|m| m.relation_to_head == RelationToHead::Head);
    if members.is_empty() {
        after.relation_to_head = RelationToHead::Head;
    } else if headed && after.relation_to_head == RelationToHead::Head {
        after.relation_to_head = RelationToHead::OtherRelative;
    }
    moves::reopen(tx, &family).await?;
    write_person(tx, &person, &mut after, ChangeKind::plain("reinstate", "reinstated")).await?;
    store::touch_family(&mut tx.conn, family.id, tx.now).await?;
    masked(tx).person(after)
}

async fn begin(tx: &mut Tx, id: Uuid, wanted: &[Standing]) -> Result<(FamilyRow, PersonRow), Error> {
    let (family, person) = change::lock_person(tx, id).await?;
    tx.if_match.check(person.version)?;
    require_standing(&person, wanted)?;
    Ok((family, person))
}

fn validate_day(tx: &Tx, person: &PersonRow, day: NaiveDate, pointer: &str) -> Result<(), Error> {
    validation::past_day(day, local_day(tx.now), pointer)?;
    if person.birth_date.is_some_and(|born| day < born) {
        return Err(Error::field(pointer, "before_birth"));
    }
    Ok(())
}

async fn end(
    tx: &mut Tx,
    family: &FamilyRow,
    person: &PersonRow,
    standing: Standing,
    on: NaiveDate,
    new_head: Option<Uuid>,
    kind: ChangeKind,
) -> Result<Person, Error> {
    moves::succeed(tx, family, &[person.id], new_head).await?;
    let mut after = person.clone();
    after.standing = standing;
    after.ended_on = Some(on);
    write_person(tx, person, &mut after, kind).await?;
    store::touch_family(&mut tx.conn, family.id, tx.now).await?;
    masked(tx).person(after)
}
