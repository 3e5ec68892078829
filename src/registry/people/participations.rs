//! Programme participations and shocks of a family: adding and ending them.

use serde_json::{Map, json};
use uuid::Uuid;

use crate::registry::model::ShockKind;
use crate::registry::people::api_changes::{AddProgram, AddShock, EndProgram, EndShock};
use crate::registry::people::change::{self, UPDATED, require_active_family};
use crate::registry::people::responses::Family;
use crate::registry::people::store;
use crate::registry::rows::{FamilyFacts, FamilyRow, ParticipationRow, ShockRow};

use crate::clock::local_day;
use crate::error::{Error, FieldError};
use crate::http::json::Json;
use crate::registry::people::store::changes;
use crate::transaction::Tx;

async fn begin(tx: &mut Tx, id: Uuid) -> Result<FamilyRow, Error> {
    let family = change::lock_family(tx, id).await?;
    tx.if_match.check(family.version)?;
    require_active_family(&family)?;
    Ok(family)
}

pub async fn add_program(tx: &mut Tx, id: Uuid, body: Json<AddProgram>) -> Result<Family, Error> {
    let mut family = begin(tx, id).await?;
    let input = body.valid()?;
    let today = local_day(tx.now);
    let mut faults = Vec::new();
    let known = store::list_known_programs(&mut tx.conn, &[input.program_code.as_str()]).await?;
    if known.is_empty() {
        faults.push(FieldError::new("/program_code", "unknown_program"));
    }
    let members = store::list_members_of_visible(&mut tx.conn, id).await?;
    if input.person_id.is_some_and(|person| !members.iter().any(|m| m.id == person)) {
        faults.push(FieldError::new("/person_id", "unknown_person"));
    }
    let on = input.since.unwrap_or(today);
    if on > today {
        faults.push(FieldError::new("/since", "in_the_future"));
    }
    let existing = changes::list_participations_of_visible(&mut tx.conn, id).await?;
    let same = |h: &ParticipationRow| h.program_code == input.program_code && h.person_id == input.person_id;
    if existing.iter().any(|h| same(h) && (h.is_active_on(on) || h.until.is_none())) {
        faults.push(FieldError::new("/program_code", "already_held"));
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let row = ParticipationRow {
        family_id: id,
        id: Uuid::now_v7(),
        person_id: input.person_id,
        program_code: input.program_code,
        since: input.since,
        until: None,
        created_at: tx.now,
    };
    store::insert_participations(&mut tx.conn, std::slice::from_ref(&row)).await?;
    set_facts(tx, &mut family, |facts| facts.programs_known = true).await?;
    let mut values = Map::new();
    values.insert(
        "programs".to_owned(),
        json!({ "from": null, "to": { "program_code": row.program_code, "since": row.since } }),
    );
    change::record_family_change(tx, &family, &values, UPDATED).await?;
    change::show_family(tx, id).await
}

/// Changes the facts of the family that programme rules use.
async fn set_facts(tx: &mut Tx, family: &mut FamilyRow, set: impl FnOnce(&mut FamilyFacts)) -> Result<(), Error> {
    let mut facts = family.attributes()?;
    set(&mut facts);
    family.set_attributes(&facts)?;
    Ok(changes::save_family(&mut tx.conn, family).await?)
}

pub async fn end_program(tx: &mut Tx, id: Uuid, body: Json<EndProgram>) -> Result<Family, Error> {
    let family = begin(tx, id).await?;
    let input = body.valid()?;
    let existing = changes::list_participations_of_visible(&mut tx.conn, id).await?;
    let row = existing.into_iter().find(|h| h.id == input.participation_id);
    let row = row.ok_or_else(|| Error::field("/participation_id", "unknown_participation"))?;
    if row.since.is_some_and(|since| input.until < since) {
        return Err(Error::field("/until", "ends_before_it_begins"));
    }
    changes::set_participation_end(&mut tx.conn, id, row.id, input.until).await?;
    let mut values = Map::new();
    let show = |until| json!({ "program_code": row.program_code, "until": until });
    values.insert("programs".to_owned(), json!({ "from": show(row.until), "to": show(Some(input.until)) }));
    change::record_family_change(tx, &family, &values, UPDATED).await?;
    change::show_family(tx, id).await
}

/// Programme rules ask about disasters and layoffs, so these shocks also set the fact of the family. The fact stays set
/// until it is changed.
pub async fn add_shock(tx: &mut Tx, id: Uuid, body: Json<AddShock>) -> Result<Family, Error> {
    let mut family = begin(tx, id).await?;
    let input = body.valid()?;
    if input.happened_on > local_day(tx.now) {
        return Err(Error::field("/happened_on", "in_the_future"));
    }
    let row = ShockRow {
        family_id: id,
        id: Uuid::now_v7(),
        kind: input.kind,
        happened_on: input.happened_on,
        until: None,
        note: input.note.map(|note| note.into_string()),
        created_at: tx.now,
    };
    changes::insert_shock(&mut tx.conn, &row).await?;
    match row.kind {
        ShockKind::Disaster => set_facts(tx, &mut family, |facts| facts.disaster_victim = Some(true)).await?,
        ShockKind::Layoff => set_facts(tx, &mut family, |facts| facts.breadwinner_laid_off = Some(true)).await?,
        _ => {}
    }
    let mut values = Map::new();
    let to = json!({ "kind": row.kind, "happened_on": row.happened_on });
    values.insert("shocks".to_owned(), json!({ "from": null, "to": to }));
    change::record_family_change(tx, &family, &values, UPDATED).await?;
    change::show_family(tx, id).await
}

pub async fn end_shock(tx: &mut Tx, id: Uuid, body: Json<EndShock>) -> Result<Family, Error> {
    let family = begin(tx, id).await?;
    let input = body.valid()?;
    let row = changes::find_shock_of_visible(&mut tx.conn, id, input.shock_id).await?;
    let row = row.ok_or_else(|| Error::field("/shock_id", "unknown_shock"))?;
    if input.until < row.happened_on {
        return Err(Error::field("/until", "ends_before_it_begins"));
    }
    changes::set_shock_end(&mut tx.conn, id, row.id, input.until).await?;
    let mut values = Map::new();
    let show = |until| json!({ "kind": row.kind, "until": until });
    values.insert("shocks".to_owned(), json!({ "from": show(row.until), "to": show(Some(input.until)) }));
    change::record_family_change(tx, &family, &values, UPDATED).await?;
    change::show_family(tx, id).await
}
