//! Creates families and persons: one transaction for all persons in the body, all or nothing.

use serde_json::json;
use uuid::Uuid;

use crate::clock::local_day;
use crate::db::lock::Lock;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::regions::{RegionCode, Unscoped};
use crate::registry::identity::identities;
use crate::registry::people::actions::find_household;
use crate::registry::people::api::{CreateFamily, CreatePerson};
use crate::registry::people::build::{RowContext, Rows};
use crate::registry::people::history;
use crate::registry::people::responses::{Family, Person};
use crate::registry::people::store;
use crate::registry::people::validation::{self, ValidFamily};
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::Household;
use crate::transaction::Tx;

pub async fn create_family(tx: &mut Tx, input: CreateFamily, digest: [u8; 32]) -> Result<Created<Family>, Error> {
    require_region(tx, &input.region_code)?;
    // A desk does not set a decile, it proposes or disputes one. A system that loads rankings may send one with the
    // family.
    if input.welfare_status.is_some() {
        tx.actor.require(crate::registry::permissions::REGISTRY_IMPORT)?;
    }
    let validated = validation::family(&input, local_day(tx.now)).map_err(Error::fields)?;
    if let Some(id) = find_repeat(tx, &input, &digest).await? {
        let home = read_household(tx, id).await?.ok_or_else(|| Error::new(Code::ALREADY_EXISTS))?;
        return Ok(Created::Known(masked(tx).family(home)?));
    }
    let id = insert(tx, input, validated, digest, "").await?;
    let home = read_household(tx, id).await?.ok_or_else(|| Error::internal("a new family cannot be read"))?;
    publish_created(tx, "family", id, id, &home.family.region_code);
    for member in &home.members {
        publish_created(tx, "person", member.id, id, &member.region_code);
    }
    Ok(Created::New(masked(tx).family(home)?))
}

pub async fn create_person(tx: &mut Tx, input: CreatePerson, digest: [u8; 32]) -> Result<Created<Person>, Error> {
    require_region(tx, &input.region_code)?;
    let input = input.into_family();
    let validated = validation::person(&input, local_day(tx.now)).map_err(Error::fields)?;
    if find_repeat(tx, &input, &digest).await?.is_some()
        && let Some(id) = input.members.first().and_then(|member| member.id)
    {
        // Returns the present state, including later changes.
        let scope = tx.actor.scope.clone();
        let person = store::find_person(&mut tx.conn, &scope, id, Lock::No).await?;
        let person = person.ok_or_else(|| Error::new(Code::ALREADY_EXISTS))?;
        return Ok(Created::Known(masked(tx).person(person)?));
    }
    let id = insert(tx, input, validated, digest, "/members/0").await?;
    let home = read_household(tx, id).await?;
    let person = home.and_then(|home| home.members.into_iter().next());
    let person = person.ok_or_else(|| Error::internal("a new person cannot be read"))?;
    publish_created(tx, "family", id, id, &person.region_code);
    publish_created(tx, "person", person.id, id, &person.region_code);
    Ok(Created::New(masked(tx).person(person)?))
}

/// Checked before the rest of the body is validated, so that a caller without access to the region learns nothing else.
fn require_region(tx: &Tx, code: &str) -> Result<(), Error> {
    match RegionCode::parse(code) {
        Some(region) => tx.actor.scope.require(&region),
        None => Ok(()),
    }
}

/// Masked view. The response of a write is stored for a repeated request, so its numbers must be masked.
pub(in crate::registry) fn masked(tx: &Tx) -> Viewer<'_> {
    Viewer::masked(&tx.keys.sealer)
}

async fn read_household(tx: &mut Tx, family_id: Uuid) -> Result<Option<Household>, Error> {
    let (scope, today) = (tx.actor.scope.clone(), local_day(tx.now));
    find_household(&mut tx.conn, &scope, family_id, today).await
}

/// The family that an earlier request with the same ids and body created. The same ids with another body are a
/// conflict.
async fn find_repeat(tx: &mut Tx, input: &CreateFamily, digest: &[u8; 32]) -> Result<Option<Uuid>, Error> {
    let ids: Vec<Uuid> = input.members.iter().filter_map(|m| m.id).collect();
    if input.id.is_none() && ids.is_empty() {
        return Ok(None);
    }
    match store::find_existing_family(&mut tx.conn, Unscoped::Uniqueness, input.id, &ids).await? {
        None => Ok(None),
        Some((id, Some(hash))) if hash == digest => Ok(Some(id)),
        Some(_) => Err(Error::new(Code::ALREADY_EXISTS)),
    }
}

pub(in crate::registry) fn publish_created(
    tx: &mut Tx,
    kind: &'static str,
    id: Uuid,
    family_id: Uuid,
    region_code: &str,
) {
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

/// Inserts the family. `prefix` is removed from pointers: the body of a single person has no `/members/0`.
async fn insert(
    tx: &mut Tx,
    input: CreateFamily,
    validated: ValidFamily,
    digest: [u8; 32],
    prefix: &str,
) -> Result<Uuid, Error> {
    require_known_programs(tx, &input, prefix).await?;
    let id_from_client = input.id.is_some();
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    // In the order of the identity rows: the card, then each member with a NIK.
    let card = input.family_card_no.is_some().then(|| "/family_card_no".to_owned());
    let niks = (0..).zip(&input.members).filter(|(_, m)| m.nik.is_some());
    let niks = niks.map(|(at, _): (usize, _)| format!("/members/{at}/nik"));
    let pointers: Vec<String> = card.into_iter().chain(niks).collect();
    let stamp = RowContext { sealer: &tx.keys.sealer, now: tx.now };
    let rows = Rows::of(&stamp, id, input, validated, Some(digest.to_vec()))?;
    let conn = &mut *tx.conn;
    store::insert_families(conn, &rows.families).await.map_err(taken)?;
    store::insert_persons(conn, &rows.persons).await.map_err(taken)?;
    if !rows.dwellings.is_empty() {
        store::insert_dwellings(conn, &rows.dwellings).await?;
    }
    if !rows.statuses.is_empty() {
        store::insert_statuses(conn, &rows.statuses).await?;
    }
    if !rows.participations.is_empty() {
        store::insert_participations(conn, &rows.participations).await?;
    }
    let pointer = |at: usize| {
        let pointer = pointers.get(at).map_or("", String::as_str);
        pointer.strip_prefix(prefix).unwrap_or(pointer).to_owned()
    };
    identities::claim_rows(tx, &rows.identities, pointer)
        .await
        .map_err(|error| without_rejected_family(error, id_from_client))?;
    if let Some(family) = rows.families.first() {
        history::record_created(tx, family, rows.dwellings.first(), &rows.persons).await?;
    }
    Ok(id)
}

/// Removes the id of the rejected family from the conflicts, unless the client chose that id itself: the family does
/// not exist, so a generated id would lead nowhere.
pub(in crate::registry) fn without_rejected_family(mut error: Error, id_from_client: bool) -> Error {
    if !id_from_client {
        error.conflicts.iter_mut().for_each(|conflict| conflict.claimed_by_family_id = None);
    }
    error
}

async fn require_known_programs(tx: &mut Tx, input: &CreateFamily, prefix: &str) -> Result<(), Error> {
    let of_family = input.programs.iter().flatten().enumerate().map(|(i, p)| (format!("/programs/{i}"), p));
    let of_members = input.members.iter().enumerate().flat_map(|(at, member)| {
        let programs = member.programs.iter().flatten().enumerate();
        programs.map(move |(i, p)| (format!("/members/{at}/programs/{i}"), p))
    });
    let named: Vec<(String, &str)> =
        of_family.chain(of_members).map(|(pointer, program)| (pointer, program.program_code.as_str())).collect();
    if named.is_empty() {
        return Ok(());
    }
    let codes: Vec<&str> = named.iter().map(|(_, code)| *code).collect();
    let known = store::list_known_programs(&mut tx.conn, &codes).await?;
    let faults: Vec<FieldError> = named
        .into_iter()
        .filter(|(_, code)| !known.iter().any(|k| k == code))
        .map(|(pointer, _)| {
            let pointer = pointer.strip_prefix(prefix).unwrap_or(&pointer);
            FieldError::new(format!("{pointer}/program_code"), "unknown_program")
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}

/// Maps a unique violation of an id to `concurrent-change`: another transaction inserted the id first, and a retry will
/// find its record.
pub(in crate::registry) fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, about) => match about.constraint_name() {
            Some("families_pkey" | "persons_pkey" | "persons_by_id") => {
                Error::new(Code::CONCURRENT_CHANGE).retry_after(1)
            }
            _ => error.into(),
        },
        _ => error.into(),
    }
}
