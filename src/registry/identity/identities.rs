//! Identity numbers and their holders: a number is claimed once. A second claim is refused with 409; the response names the holder
//! only if the holder is within the caller's regions.

use uuid::Uuid;

use crate::registry::people::store;
use crate::registry::rows::IdentityRow;

use crate::auth::sealing::IdentityKind;
use crate::error::{Conflict, Error};
use crate::regions::Unscoped;
use crate::registry::people::store::changes;
use crate::transaction::Tx;

/// An identity number to claim, and its JSON pointer in the request body.
pub struct Claim {
    kind: IdentityKind,
    number: String,
    pointer: String,
    family_id: Uuid,
    person_id: Option<Uuid>,
}

impl Claim {
    pub fn nik(number: String, pointer: impl Into<String>, family_id: Uuid, person_id: Uuid) -> Self {
        Self { kind: IdentityKind::Nik, number, pointer: pointer.into(), family_id, person_id: Some(person_id) }
    }

    pub fn card(number: String, pointer: impl Into<String>, family_id: Uuid) -> Self {
        Self { kind: IdentityKind::FamilyCard, number, pointer: pointer.into(), family_id, person_id: None }
    }
}

/// Claims all numbers, or returns 409 with every number that is taken.
pub async fn claim(tx: &mut Tx, claims: Vec<Claim>) -> Result<(), Error> {
    let rows = claims.into_iter().map(|claim| {
        let row = IdentityRow {
            blind_index: tx.keys.sealer.blind_index(claim.kind, &claim.number),
            kind: claim.kind.as_str(),
            family_id: claim.family_id,
            person_id: claim.person_id,
        };
        (row, claim.pointer)
    });
    let (rows, pointers): (Vec<_>, Vec<_>) = rows.unzip();
    claim_rows(tx, &rows, |at| pointers.get(at).cloned().unwrap_or_default()).await
}

/// The same for existing rows; `pointer` returns the JSON pointer of each in the request body.
pub async fn claim_rows(tx: &mut Tx, rows: &[IdentityRow], pointer: impl Fn(usize) -> String) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let free = changes::insert_free_identities(&mut tx.conn, rows).await?;
    if free.len() == rows.len() {
        return Ok(());
    }
    let taken: Vec<(usize, &IdentityRow)> =
        rows.iter().enumerate().filter(|(_, row)| !free.contains(&row.blind_index)).collect();
    let indexes: Vec<&[u8]> = taken.iter().map(|(_, row)| row.blind_index.as_slice()).collect();
    let holders = store::list_identities(&mut tx.conn, Unscoped::ReadWithinScopeNext, &indexes).await?;
    let mut conflicts = Vec::new();
    let mut is_taken = false;
    for (at, row) in taken {
        let holder = holders.iter().find(|(index, ..)| *index == row.blind_index);
        let Some((_, family_id, person_id)) = holder else { continue };
        // The number already leads to this record, because of a merger.
        let led_here = match row.person_id {
            Some(_) => *person_id == row.person_id,
            None => person_id.is_none() && *family_id == row.family_id,
        };
        if led_here {
            continue;
        }
        is_taken = true;
        let scope = tx.actor.scope.clone();
        if store::is_visible(&mut tx.conn, &scope, *family_id).await? {
            conflicts.push(Conflict {
                pointer: pointer(at),
                family_id: *family_id,
                person_id: *person_id,
                claimed_by_family_id: Some(row.family_id),
            });
        }
    }
    if is_taken { Err(Error { conflicts, ..Error::new(crate::registry::problems::IDENTITY_IN_USE) }) } else { Ok(()) }
}

/// Replaces a number by another one, or deletes it.
pub async fn exchange(tx: &mut Tx, old: Option<(IdentityKind, String)>, new: Option<Claim>) -> Result<(), Error> {
    if let Some((kind, number)) = old {
        let index = tx.keys.sealer.blind_index(kind, &number);
        changes::delete_identity(&mut tx.conn, &index).await?;
    }
    claim(tx, new.into_iter().collect()).await
}
