//! Objections: a complaint of the class `enrolment` with the disputed result as evidence. Both are recorded in one transaction. The
//! complaint is handled like any other; the evidence never changes.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{EligibilityObjection, ObjectionEvidence, SubmitObjection};
use super::store::{self, ObjectionRow};
use crate::clock::local_day;
use crate::complaints;
use crate::complaints::api::{Complaint, ComplaintSubject, SubmitComplaint};
use crate::complaints::model::ComplaintClass;
use crate::db::stored;
use crate::directory::model::Sector;
use crate::eligibility::actions::{self, SubjectRef};
use crate::eligibility::api::EligibilityCheck;
use crate::eligibility::cache::ProgramCache;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::created::Created;
use crate::http::json::content_hash;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::transaction::Tx;

/// The first day for which there can be a result: see `actions::parse_inquiry`.
const FIRST_YEAR: i32 = 2005;

pub async fn submit(tx: &mut Tx, input: SubmitObjection) -> Result<Created<EligibilityObjection>, Error> {
    let hash = content_hash(&input)?;
    let id = input.id.unwrap_or_else(Uuid::now_v7);
    // Return the stored result of a repeated submission: a new evaluation of that day may have another result by now.
    if let Some(stored) = find_known(tx, id, &hash).await? {
        return Ok(Created::Known(stored));
    }
    let evidence = evaluate(tx, &input).await?;
    let complaint = SubmitComplaint {
        id: Some(id),
        region_code: RegionCode::stored(evidence.region_code.clone()),
        sector: input.sector.unwrap_or(Sector::SocioEconomic),
        description: input.statement,
        anonymous: input.anonymous,
        complainant: input.complainant,
        subject: Some(ComplaintSubject { person_id: input.person_id, family_id: input.family_id }),
        subjects: Vec::new(),
        program_code: Some(input.program_code.clone()),
        channel: input.channel,
        external_refs: input.external_refs,
        captured_at: input.captured_at,
    };
    let made = match complaints::actions::submit(tx, complaint).await? {
        Created::New(made) => made,
        // A concurrent request stored the same id, or the id belongs to a complaint without an objection.
        Created::Known(_) => {
            let stored = find_known(tx, id, &hash).await?;
            return stored.map(Created::Known).ok_or_else(|| Error::new(Code::ALREADY_EXISTS));
        }
    };
    let row = ObjectionRow {
        complaint_id: made.id,
        kind: input.kind,
        program_code: input.program_code,
        family_id: evidence.family_id,
        person_id: input.person_id,
        evidence: stored::write(&evidence)?,
        submission_hash: hash,
        created_by: tx.actor.subject.clone(),
        created_at: tx.now,
    };
    store::insert_objection(&mut tx.conn, &row).await?;
    tx.audit("eligibility.object", "complaint", made.id, Some(&made.region_code));
    Ok(Created::New(show(row, made)?))
}

/// Evaluates the programme for that day with the current registry and rules.
async fn evaluate(tx: &mut Tx, input: &SubmitObjection) -> Result<EligibilityCheck, Error> {
    let today = local_day(tx.now);
    let on = input.on.unwrap_or(today);
    if on > today {
        return Err(Error::field("/on", "in_the_future"));
    }
    if NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).is_some_and(|first| on < first) {
        return Err(Error::field("/on", "too_small"));
    }
    let (subject, pointer, code) = match (input.person_id, input.family_id) {
        (Some(person), _) => (SubjectRef::Person(person), "/person_id", "unknown_person"),
        (None, family) => (SubjectRef::Family(family.unwrap_or(Uuid::nil())), "/family_id", "unknown_family"),
    };
    let (scope, programs) = (tx.actor.scope.clone(), tx.resources.get::<ProgramCache>()?);
    let wanted = std::slice::from_ref(&input.program_code);
    match actions::check(&mut tx.conn, &programs, &scope, subject, wanted, on).await {
        Ok(check) => Ok(check),
        Err(error) if error.code == Code::NOT_FOUND => Err(Error::field(pointer, code)),
        // The check reports an unknown programme at `/programs/0`.
        Err(error) if error.code == Code::VALIDATION_FAILED => {
            Err(Error::fields(vec![FieldError::new("/program_code", "unknown_program")]))
        }
        Err(error) => Err(error),
    }
}

/// The stored objection with this id; 409 if the id is stored with other content.
async fn find_known(tx: &mut Tx, id: Uuid, hash: &[u8]) -> Result<Option<EligibilityObjection>, Error> {
    let scope = tx.actor.scope.clone();
    match read(&mut tx.conn, &scope, id, tx.now).await {
        Ok((row, complaint)) if row.submission_hash == hash => Ok(Some(show(row, complaint)?)),
        Ok(_) => Err(Error::new(Code::ALREADY_EXISTS)),
        Err(error) if error.code == Code::NOT_FOUND => Ok(None),
        Err(error) => Err(error),
    }
}

/// An objection is visible to callers who may see its complaint.
async fn read(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(ObjectionRow, Complaint), Error> {
    let complaint = complaints::actions::read(conn, scope, id, false, now).await?;
    let row = store::find_objection_of_visible(conn, id).await?.ok_or_else(Error::not_found)?;
    Ok((row, complaint))
}

pub async fn find(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<EligibilityObjection, Error> {
    let (row, complaint) = read(conn, scope, id, now).await?;
    show(row, complaint)
}

/// All objections about a person or the household, for the person's own request.
pub async fn list_about(tx: &mut Tx, person_ids: &[Uuid], family_id: Uuid) -> Result<Vec<ObjectionEvidence>, Error> {
    let rows = store::list_objections_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    rows.into_iter().map(ObjectionEvidence::try_from).collect()
}

/// Erases the submission hashes of objections whose subject is erased. The evidence contains no names and is retained.
pub async fn erase(tx: &mut Tx, complaints: &[Uuid]) -> Result<(), Error> {
    Ok(store::clear_hashes(&mut tx.conn, complaints).await?)
}

fn show(row: ObjectionRow, complaint: Complaint) -> Result<EligibilityObjection, Error> {
    Ok(EligibilityObjection { objection: row.try_into()?, proposed_class: ComplaintClass::Enrolment, complaint })
}
