//! What can be done for a data subject. Each function is one use case inside one transaction.

use chrono::TimeDelta;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{
    ANSWER_WITHIN, CorrectPerson, CorrectedPerson, FulfilSubjectRequest, LiftRestriction, ProcessingRestriction,
    ReceiveSubjectRequest, RefuseSubjectRequest, RestrictProcessing, SubjectRequest, show,
};
use super::model::{
    SubjectRequestAction as Action, SubjectRequestKind as Kind, SubjectRequestRefusalReason,
    SubjectRequestStatus as Status,
};
use super::store::{self, RequestRow, RestrictionRow};
use super::transitions::EDGES;
use crate::auth::sealing::IdentityKind;
use crate::consents::purposes::RESTRICTED;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::{Json, sha256};
use crate::http::problem_table::Code;
use crate::proposals::actions::Submitted;
use crate::proposals::api::SubmitRegistryProposal;
use crate::proposals::model::RegistryProposalKind;
use crate::registry;
use crate::registry::rows::PersonRow;
use crate::registry::viewer::Viewer;
use crate::state_machine;
use crate::transaction::Tx;

/// How far a tablet's clock may run ahead.
const CLOCK_SLACK: TimeDelta = TimeDelta::hours(1);

/// What became of a request.
pub enum Received {
    New(SubjectRequest),
    /// The same id and content were sent before.
    Known(SubjectRequest),
}

/// The person within the caller's regions, held for the rest of the transaction.
pub(super) async fn person(tx: &mut Tx, id: Uuid) -> Result<PersonRow, Error> {
    registry::actions::hold_person(tx, id).await
}

pub async fn receive(tx: &mut Tx, person_id: Uuid, body: Json<ReceiveSubjectRequest>) -> Result<Received, Error> {
    let who = person(tx, person_id).await?;
    let input = body.valid()?;
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return Err(Error::field("/id", "not_uuid_v7"));
    }
    if input.received_at.is_some_and(|at| at > tx.now + CLOCK_SLACK) {
        return Err(Error::field("/received_at", "in_the_future"));
    }
    let hash = sha256(object!([person_id, input]).to_string().as_bytes()).to_vec();
    let received_at = input.received_at.unwrap_or(tx.now);
    let row = RequestRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: who.region_code,
        person_id,
        family_id: who.family_id,
        kind: input.kind,
        status: Status::Received,
        requested_by: Some(serde_json::to_value(&input.requested_by).map_err(Error::internal)?),
        detail: input.detail.map(|d| d.into_string()),
        received_at,
        due_at: received_at + ANSWER_WITHIN,
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
        return match store::find_request(&mut tx.conn, &scope, row.id).await? {
            Some(stored) if stored.submission_hash == row.submission_hash => Ok(Received::Known(show(stored, tx.now)?)),
            _ => Err(Error::new(Code::AlreadyExists)),
        };
    }
    tx.audit("subject_request.receive", "subject_request", row.id, Some(&row.region_code));
    tx.timeline(row.id, Action::Receive.as_str(), None, row.status.as_str(), None);
    publish(tx, &row, "received");
    Ok(Received::New(show(row, tx.now)?))
}

pub async fn fulfil(tx: &mut Tx, id: Uuid, body: Json<FulfilSubjectRequest>) -> Result<SubjectRequest, Error> {
    let row = begin(tx, id, Action::Fulfil).await?;
    // What these ask for is done by its own action, which answers the request as well.
    if matches!(row.kind, Kind::Restriction | Kind::Erasure) {
        return Err(Error::new(Code::SubjectRequestNotDone));
    }
    let input = body.valid()?;
    answer(tx, row, Some(input.answer.into_string()), None).await
}

pub async fn refuse(tx: &mut Tx, id: Uuid, body: Json<RefuseSubjectRequest>) -> Result<SubjectRequest, Error> {
    let row = begin(tx, id, Action::Refuse).await?;
    let input = body.valid()?;
    answer(tx, row, Some(input.answer.into_string()), Some(input.reason)).await
}

async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<RequestRow, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::lock_request(&mut tx.conn, &scope, id).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    state_machine::next(EDGES, row.status, action).map_err(|refused| {
        let allowed = refused.allowed.into_iter().map(Action::as_str).collect();
        Error::transition(Code::SubjectRequestInvalidTransition, refused.current.as_str(), allowed)
    })?;
    Ok(row)
}

async fn answer(
    tx: &mut Tx,
    mut row: RequestRow,
    words: Option<String>,
    refusal: Option<SubjectRequestRefusalReason>,
) -> Result<SubjectRequest, Error> {
    let (action, to) = match refusal {
        None => (Action::Fulfil, Status::Fulfilled),
        Some(_) => (Action::Refuse, Status::Refused),
    };
    let from = row.status;
    row.status = to;
    row.answer = words.or(row.answer);
    row.refusal_reason = refusal;
    row.answered_by = Some(tx.actor.subject.clone());
    row.answered_at = Some(tx.now);
    row.version += 1;
    row.updated_at = tx.now;
    store::save_request(&mut tx.conn, &row).await?;
    tx.audit(&format!("subject_request.{action}"), "subject_request", row.id, Some(&row.region_code));
    tx.timeline(row.id, action.as_str(), Some(from.as_str()), to.as_str(), None);
    publish(tx, &row, to.as_str());
    show(row, tx.now)
}

/// The open request of this kind and person that an action answers.
pub(super) async fn request_of(tx: &mut Tx, id: Uuid, who: &PersonRow, kind: Kind) -> Result<RequestRow, Error> {
    let scope = tx.actor.scope.clone();
    let found = store::lock_request(&mut tx.conn, &scope, id).await?;
    found
        .filter(|r| r.person_id == who.id && r.kind == kind && r.status == Status::Received)
        .ok_or_else(|| Error::field("/request_id", "unknown_request"))
}

/// The request is met by what was just done.
pub(super) async fn settle(tx: &mut Tx, row: RequestRow) -> Result<SubjectRequest, Error> {
    answer(tx, row, None, None).await
}

pub async fn restrict(tx: &mut Tx, id: Uuid, body: Json<RestrictProcessing>) -> Result<ProcessingRestriction, Error> {
    let who = person(tx, id).await?;
    tx.if_match.check(who.version)?;
    if who.is_restricted() {
        return Err(Error::new(Code::AlreadyRestricted));
    }
    let input = body.valid()?;
    if let Some(request) = input.request_id {
        let request = request_of(tx, request, &who, Kind::Restriction).await?;
        settle(tx, request).await?;
    }
    let row = RestrictionRow {
        id: Uuid::now_v7(),
        region_code: who.region_code.clone(),
        person_id: who.id,
        family_id: who.family_id,
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
    registry::limits::set(tx, who.family_id, Some(who.id), RESTRICTED, true).await?;
    told(tx, &who, "restrict", "restricted");
    Ok(row.into())
}

pub async fn lift(tx: &mut Tx, id: Uuid, body: Json<LiftRestriction>) -> Result<ProcessingRestriction, Error> {
    let who = person(tx, id).await?;
    tx.if_match.check(who.version)?;
    let known = store::list_restrictions_of_visible(&mut tx.conn, id).await?;
    let mut row = known.into_iter().find(|r| r.lifted_at.is_none()).ok_or_else(|| Error::new(Code::NotRestricted))?;
    let input = body.valid()?;
    row.note = input.note.map(|n| n.into_string()).or(row.note);
    row.lifted_by = Some(tx.actor.subject.clone());
    row.lifted_at = Some(tx.now);
    row.version += 1;
    store::save_restriction(&mut tx.conn, &row).await?;
    registry::limits::set(tx, who.family_id, Some(who.id), RESTRICTED, false).await?;
    told(tx, &who, "lift_restriction", "restriction_lifted");
    Ok(row.into())
}

pub async fn correct(tx: &mut Tx, id: Uuid, body: Json<CorrectPerson>) -> Result<CorrectedPerson, Error> {
    let who = person(tx, id).await?;
    tx.if_match.check(who.version)?;
    let input = body.valid()?;
    let request = match input.request_id {
        Some(request) => Some(request_of(tx, request, &who, Kind::Correction).await?),
        None => None,
    };
    let Some(asked) = input.proposal else {
        let corrected = registry::correct::correct_person(tx, id, input.changes).await?;
        if let Some(request) = request {
            settle(tx, request).await?;
        }
        let person = Viewer::masked(&tx.keys.sealer).person(corrected)?;
        return Ok(CorrectedPerson { person: Some(person), proposal: None });
    };
    let sealed = who.nik_sealed.as_ref().ok_or_else(|| Error::field("/proposal", "nik_needed"))?;
    let nik = tx.keys.sealer.open(IdentityKind::Nik, who.id, sealed)?;
    let proposal: SubmitRegistryProposal = serde_json::from_value(object!({
        "kind": RegistryProposalKind::Correction, "nik": nik, "full_name": who.full_name,
        "changes": input.changes, "statement": asked.statement, "evidence": asked.evidence,
    }))
    .map_err(Error::internal)?;
    let (Submitted::New(made) | Submitted::Known(made)) = crate::proposals::actions::submit(tx, proposal).await?;
    if let Some(mut request) = request {
        request.proposal_id = Some(made.id);
        settle(tx, request).await?;
    }
    Ok(CorrectedPerson { person: None, proposal: Some(*made) })
}

pub(super) fn told(tx: &mut Tx, who: &PersonRow, action: &str, what: &str) {
    tx.audit(&format!("person.{action}"), "person", who.id, Some(&who.region_code));
    tx.publish(NewEvent {
        type_: format!("person.{what}"),
        subject_kind: "person",
        subject_id: who.id,
        region_code: who.region_code.clone(),
        organization_id: None,
        data: object!({ "family_id": who.family_id }),
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
