//! Actions for a data subject. Each function is one use case inside one transaction.

use serde_json::json as object;
use uuid::Uuid;

use super::api::{
    ANSWER_DEADLINE, CorrectPerson, CorrectedPerson, FulfilSubjectRequest, LiftRestriction, ProcessingRestriction,
    ReceiveSubjectRequest, RefuseSubjectRequest, RestrictProcessing, SubjectRequest, show,
};
use super::model::{
    SubjectRequestAction as Action, SubjectRequestKind as Kind, SubjectRequestRefusalReason,
    SubjectRequestStatus as Status,
};
use super::store::{self, RequestRow, RestrictionRow};
use super::transitions::EDGES;
use crate::auth::sealing::IdentityKind;
use crate::db::lock::Lock;
use crate::db::stored;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::{Json, sha256};
use crate::proposals::api::SubmitRegistryProposal;
use crate::proposals::model::RegistryProposalKind;
use crate::purposes::RESTRICTED;
use crate::registry;
use crate::registry::people::viewer::Viewer;
use crate::registry::rows::PersonRow;
use crate::state_machine;
use crate::transaction::{Target, Tx};

/// Locks the person, who must be in the caller's regions.
pub(super) async fn lock_person(tx: &mut Tx, id: Uuid) -> Result<PersonRow, Error> {
    registry::people::actions::lock_person(tx, id).await
}

pub async fn receive(
    tx: &mut Tx,
    person_id: Uuid,
    body: Json<ReceiveSubjectRequest>,
) -> Result<Created<SubjectRequest>, Error> {
    let subject = lock_person(tx, person_id).await?;
    let input = body.valid()?;
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return Err(Error::field("/id", "not_uuid_v7"));
    }
    tx.require_past(input.received_at, "/received_at")?;
    let hash = sha256(object!([person_id, input]).to_string().as_bytes()).to_vec();
    let received_at = input.received_at.unwrap_or(tx.now);
    let row = RequestRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: subject.region_code,
        person_id,
        family_id: subject.family_id,
        kind: input.kind,
        status: Status::Received,
        requested_by: Some(stored::write(&input.requested_by)?),
        detail: input.detail.map(|d| d.into_string()),
        received_at,
        due_at: received_at + ANSWER_DEADLINE,
        answer: None,
        refusal_reason: None,
        proposal_id: None,
        submission_hash: hash,
        created_by: tx.actor.subject.clone(),
        answered_by: None,
        answered_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    if !store::insert_request(&mut tx.conn, &row).await? {
        let scope = tx.actor.scope.clone();
        return match store::find_request(&mut tx.conn, &scope, row.id, Lock::No).await? {
            Some(stored) if stored.submission_hash == row.submission_hash => Ok(Created::Known(show(stored, tx.now)?)),
            _ => Err(Error::new(Code::ALREADY_EXISTS)),
        };
    }
    let of = Target { kind: "subject_request", id: row.id, region_code: &row.region_code };
    tx.step(of, Action::Receive.as_str(), None, row.status.as_str(), None);
    publish(tx, &row, "received");
    Ok(Created::New(show(row, tx.now)?))
}

pub async fn fulfil(tx: &mut Tx, id: Uuid, body: Json<FulfilSubjectRequest>) -> Result<SubjectRequest, Error> {
    let row = begin(tx, id, Action::Fulfil).await?;
    // These requests are fulfilled by their own actions, which also answer the request.
    if matches!(row.kind, Kind::Restriction | Kind::Erasure) {
        return Err(Error::new(crate::rights::problems::SUBJECT_REQUEST_NOT_DONE));
    }
    let input = body.valid()?;
    close(tx, row, Some(input.answer.into_string()), None).await
}

pub async fn refuse(tx: &mut Tx, id: Uuid, body: Json<RefuseSubjectRequest>) -> Result<SubjectRequest, Error> {
    let row = begin(tx, id, Action::Refuse).await?;
    let input = body.valid()?;
    close(tx, row, Some(input.answer.into_string()), Some(input.reason)).await
}

async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<RequestRow, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_request(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    state_machine::next(EDGES, row.status, action)
        .map_err(|illegal| illegal.problem(crate::rights::problems::SUBJECT_REQUEST_INVALID_TRANSITION))?;
    Ok(row)
}

async fn close(
    tx: &mut Tx,
    mut row: RequestRow,
    answer: Option<String>,
    refusal: Option<SubjectRequestRefusalReason>,
) -> Result<SubjectRequest, Error> {
    let (action, to) = match refusal {
        None => (Action::Fulfil, Status::Fulfilled),
        Some(_) => (Action::Refuse, Status::Refused),
    };
    let from = row.status;
    row.status = to;
    row.answer = answer.or(row.answer);
    row.refusal_reason = refusal;
    row.answered_by = Some(tx.actor.subject.clone());
    row.answered_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::save_request(&mut tx.conn, &row).await?;
    let of = Target { kind: "subject_request", id: row.id, region_code: &row.region_code };
    tx.step(of, action.as_str(), Some(from.as_str()), to.as_str(), None);
    publish(tx, &row, to.as_str());
    show(row, tx.now)
}

/// Locks the open request of this kind and person that an action fulfils.
pub(super) async fn lock_open_request(
    tx: &mut Tx,
    id: Uuid,
    subject: &PersonRow,
    kind: Kind,
) -> Result<RequestRow, Error> {
    let scope = tx.actor.scope.clone();
    let found = store::find_request(&mut tx.conn, &scope, id, Lock::ForUpdate).await?;
    found
        .filter(|r| r.person_id == subject.id && r.kind == kind && r.status == Status::Received)
        .ok_or_else(|| Error::field("/request_id", "unknown_request"))
}

/// Marks the request as fulfilled by the action that was just done.
pub(super) async fn fulfil_request(tx: &mut Tx, row: RequestRow) -> Result<SubjectRequest, Error> {
    close(tx, row, None, None).await
}

pub async fn restrict(tx: &mut Tx, id: Uuid, body: Json<RestrictProcessing>) -> Result<ProcessingRestriction, Error> {
    let subject = lock_person(tx, id).await?;
    tx.if_match.check(subject.version)?;
    if subject.is_restricted() {
        return Err(Error::new(crate::rights::problems::ALREADY_RESTRICTED));
    }
    let input = body.valid()?;
    if let Some(request) = input.request_id {
        let request = lock_open_request(tx, request, &subject, Kind::Restriction).await?;
        fulfil_request(tx, request).await?;
    }
    let row = RestrictionRow {
        id: Uuid::now_v7(),
        region_code: subject.region_code.clone(),
        person_id: subject.id,
        family_id: subject.family_id,
        reason: input.reason,
        note: input.note.map(|n| n.into_string()),
        request_id: input.request_id,
        set_by: tx.actor.subject.clone(),
        set_at: tx.now,
        lifted_by: None,
        lifted_at: None,
        version: 1,
    };
    store::insert_restriction(&mut tx.conn, &row).await?;
    registry::privacy::limits::set(tx, subject.family_id, Some(subject.id), RESTRICTED, true).await?;
    record_change(tx, &subject, "restrict", "restricted");
    Ok(row.into())
}

pub async fn lift(tx: &mut Tx, id: Uuid, body: Json<LiftRestriction>) -> Result<ProcessingRestriction, Error> {
    let subject = lock_person(tx, id).await?;
    tx.if_match.check(subject.version)?;
    let restrictions = store::list_restrictions_of_visible(&mut tx.conn, id).await?;
    let mut row = restrictions
        .into_iter()
        .find(|r| r.lifted_at.is_none())
        .ok_or_else(|| Error::new(crate::rights::problems::NOT_RESTRICTED))?;
    let input = body.valid()?;
    row.note = input.note.map(|n| n.into_string()).or(row.note);
    row.lifted_by = Some(tx.actor.subject.clone());
    row.lifted_at = Some(tx.now);
    row.version += 1;
    store::save_restriction(&mut tx.conn, &row).await?;
    registry::privacy::limits::set(tx, subject.family_id, Some(subject.id), RESTRICTED, false).await?;
    record_change(tx, &subject, "lift_restriction", "restriction_lifted");
    Ok(row.into())
}

pub async fn correct(tx: &mut Tx, id: Uuid, body: Json<CorrectPerson>) -> Result<CorrectedPerson, Error> {
    let subject = lock_person(tx, id).await?;
    tx.if_match.check(subject.version)?;
    let input = body.valid()?;
    let request = match input.request_id {
        Some(request) => Some(lock_open_request(tx, request, &subject, Kind::Correction).await?),
        None => None,
    };
    let Some(proposal) = input.proposal else {
        let corrected = registry::people::correct::correct_person(tx, id, input.changes).await?;
        if let Some(request) = request {
            fulfil_request(tx, request).await?;
        }
        let person = Viewer::masked(&tx.keys.sealer).person(corrected)?;
        return Ok(CorrectedPerson { person: Some(person), proposal: None });
    };
    let sealed = subject.nik_sealed.as_ref().ok_or_else(|| Error::field("/proposal", "nik_needed"))?;
    let nik = tx.keys.sealer.open(IdentityKind::Nik, subject.id, sealed)?;
    let proposal: SubmitRegistryProposal = serde_json::from_value(object!({
        "kind": RegistryProposalKind::Correction, "nik": nik, "full_name": subject.full_name,
        "changes": input.changes, "statement": proposal.statement, "evidence": proposal.evidence,
    }))
    .map_err(Error::internal)?;
    let made = crate::proposals::actions::submit(tx, proposal).await?.into_record();
    if let Some(mut request) = request {
        request.proposal_id = Some(made.id);
        fulfil_request(tx, request).await?;
    }
    Ok(CorrectedPerson { person: None, proposal: Some(made) })
}

pub(super) fn record_change(tx: &mut Tx, subject: &PersonRow, action: &str, what: &str) {
    tx.audit(&format!("person.{action}"), "person", subject.id, Some(&subject.region_code));
    tx.publish(NewEvent {
        type_: format!("person.{what}"),
        subject_kind: "person",
        subject_id: subject.id,
        region_code: subject.region_code.clone(),
        organization_id: None,
        data: object!({ "family_id": subject.family_id }),
    });
}

fn publish(tx: &mut Tx, row: &RequestRow, what: &str) {
    tx.publish(NewEvent {
        type_: format!("subject_request.{what}"),
        subject_kind: "subject_request",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: None,
        data: object!({
            "kind": row.kind, "person_id": row.person_id, "due_at": row.due_at, "version": row.version,
        }),
    });
}
