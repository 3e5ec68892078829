//! Applies an accepted proposal to the registry, in the same transaction. A new entry creates the family; a correction changes the
//! person. An upheld dispute changes no ranking, because a desk never sets a decile: the accepted dispute is the record, the family
//! counts as changed, and the next snapshot of the source may change the decile.

use serde_json::Value;
use uuid::Uuid;

use super::actions::{begin, finish};
use super::api::{AcceptProposal, ProposalOutcome, RegistryProposal};
use super::content::Content;
use super::model::{RegistryProposalAction as Action, RegistryProposalKind as Kind};
use super::store::ProposalRow;
use crate::auth::sealing::IdentityKind;
use crate::clock::local_day;
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::{Json, sha256};
use crate::registry;
use crate::registry::people::api::{CreateFamily, NikDigits};
use crate::transaction::Tx;

pub async fn accept(tx: &mut Tx, id: Uuid, body: Json<AcceptProposal>) -> Result<RegistryProposal, Error> {
    let (mut row, to) = begin(tx, id, Action::Accept).await?;
    let input = body.valid()?;
    let content = Content::open(&tx.keys.sealer, row.id, &row.content_sealed)?;
    match (row.kind, row.person_id, row.family_id) {
        (Kind::NewEntry, ..) => create_entry(tx, &mut row, content).await?,
        (Kind::Correction, Some(person), _) => {
            let changes = content.changes.ok_or_else(|| Error::internal("a correction without changes"))?;
            // If the person was merged as a duplicate in the meantime, correct the surviving record.
            let person = registry::people::actions::find_surviving_person(&mut tx.conn, person).await?;
            registry::people::correct::correct_person(tx, person, changes).await.map_err(person_elsewhere)?;
        }
        (Kind::DisputeInclusion | Kind::DisputeExclusion, person, Some(family)) => {
            registry::people::actions::record_upheld_dispute(tx, person, family).await?;
        }
        _ => return Err(Error::internal("a proposal without its subject")),
    }
    let note = input.note.as_ref().map(|n| n.as_str().to_owned());
    row.outcome = Some(stored::write(&ProposalOutcome {
        reason: None,
        note: input.note,
        by: tx.actor.subject.clone(),
        at: tx.now,
    })?);
    finish(tx, row, Action::Accept, to, note).await
}

/// The caller sees the proposal, so "not found" means that the person has moved out of the caller's regions.
fn person_elsewhere(error: Error) -> Error {
    if error.code == Code::NOT_FOUND {
        Error::new(crate::proposals::problems::PROPOSAL_PERSON_ELSEWHERE)
    } else {
        error
    }
}

async fn create_entry(tx: &mut Tx, row: &mut ProposalRow, content: Content) -> Result<(), Error> {
    let sent = content.family.ok_or_else(|| Error::internal("a new entry without a family"))?;
    let digest = sha256(sent.to_string().as_bytes());
    let family: CreateFamily = serde_json::from_value(sent).map_err(Error::internal)?;
    registry::people::create::create_family(tx, family, digest).await?;
    let nik = tx.keys.sealer.open(IdentityKind::Nik, row.id, &row.nik_sealed)?;
    let nik: NikDigits = serde_json::from_value(Value::String(nik)).map_err(Error::internal)?;
    let nik = registry::people::actions::read_nik(&nik, local_day(tx.now))?;
    let keys = tx.keys.clone();
    if let Some((family_id, person_id)) =
        registry::people::actions::find_nik_holder(&mut tx.conn, &keys.sealer, &nik).await?
    {
        row.family_id = Some(family_id);
        row.person_id = person_id;
    }
    Ok(())
}
