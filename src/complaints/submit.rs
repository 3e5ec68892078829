//! A new complaint: judged, numbered, kept with what the registry knows of those whom it is about.

use chrono::{Datelike, TimeDelta};
use uuid::Uuid;

use super::actions::{json, move_clocks, publish};
use super::api::{Complaint, ComplaintSubject, SubmitComplaint, show};
use super::model::{ComplaintAction as Action, ComplaintPriority, ComplaintStatus as Status, Vulnerability};
use super::read::{add_levels, possible_duplicates};
use super::store::parts::{self, CircumstancesRow, SubjectRow};
use super::store::{self, ComplaintRow};
use super::{circumstances, follow_ups, reference_no, telling};
use crate::directory;
use crate::error::{Error, FieldError};
use crate::http::json::sha256;
use crate::http::problem_table::Code;
use crate::registry;
use crate::service_levels::api::ServiceLevel;
use crate::transaction::Tx;

/// How far a tablet's clock may run ahead.
const CLOCK_SLACK: TimeDelta = TimeDelta::hours(1);

const NUMBER_TRIES: usize = 8;
/// What became of a submission.
pub enum Submitted {
    New(Complaint),
    /// The same id and content were sent before.
    Known(Complaint),
}

pub async fn submit(tx: &mut Tx, input: SubmitComplaint) -> Result<Submitted, Error> {
    tx.actor.scope.require(&input.region_code)?;
    if input.region_code.level() < 3 {
        return Err(Error::field("/region_code", "region_too_wide"));
    }
    if input.captured_at.is_some_and(|at| at > tx.now + CLOCK_SLACK) {
        return Err(Error::field("/captured_at", "in_the_future"));
    }
    let hash = sha256(&serde_json::to_vec(&input).map_err(Error::internal)?).to_vec();
    let scope = tx.actor.scope.clone();
    let mut faults = Vec::new();
    let further = input.subjects.iter().enumerate().map(|(at, subject)| (format!("/subjects/{at}"), subject));
    let named = input.subject.iter().map(|subject| ("/subject".to_owned(), subject)).chain(further);
    let mut families = Vec::new();
    for (pointer, subject) in named {
        match registry::actions::find_subject(&mut tx.conn, &scope, subject.person_id, subject.family_id).await? {
            Some(found) => families.push((found.family_id, found.person_id)),
            None if subject.person_id.is_some() => {
                faults.push(FieldError::new(format!("{pointer}/person_id"), "unknown_person"));
            }
            None => faults.push(FieldError::new(format!("{pointer}/family_id"), "unknown_family")),
        }
    }
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let further = input.subjects.clone();
    let mut row = new_row(tx, input, hash)?;
    row.reference_no = Some(number(tx, row.id, &row.region_code).await?);
    if !store::insert(&mut tx.conn, &row).await.map_err(directory::actions::unknown_program)? {
        return known(tx, row).await;
    }
    let subjects: Vec<SubjectRow> = further.iter().map(|s| subject_row(row.id, s)).collect();
    parts::insert_subjects(&mut tx.conn, &subjects).await?;
    let circumstances = record_circumstances(tx, row.id, &families).await?;
    let sla = open_follow_up(tx, &row).await?;
    let duplicates = possible_duplicates(&tx.conn, &scope, &row).await?;
    let code = follow_ups::code(tx, row.id, 0);
    let mut made = Complaint {
        sla: Some(sla),
        follow_up_code: Some(code),
        possible_duplicates: duplicates,
        subjects: further,
        ..show(row, false)?
    };
    if let Some((vulnerabilities, suggested)) = circumstances {
        made.vulnerabilities = vulnerabilities;
        made.suggested_priority = Some(suggested);
    }
    Ok(Submitted::New(made))
}

fn subject_row(complaint_id: Uuid, subject: &ComplaintSubject) -> SubjectRow {
    SubjectRow { complaint_id, id: Uuid::now_v7(), person_id: subject.person_id, family_id: subject.family_id }
}

/// What the registry knows today of those whom the complaint is about.
async fn record_circumstances(
    tx: &mut Tx,
    complaint_id: Uuid,
    subjects: &[(Uuid, Option<Uuid>)],
) -> Result<Option<(Vec<Vulnerability>, ComplaintPriority)>, Error> {
    if subjects.is_empty() {
        return Ok(None);
    }
    let (scope, today) = (tx.actor.scope.clone(), crate::clock::local_day(tx.now));
    let mut found = Vec::new();
    for (family_id, person_id) in subjects {
        if let Some(home) = registry::actions::find_household(&mut tx.conn, &scope, *family_id, today).await? {
            found.extend(circumstances::vulnerabilities(&home.members, *person_id, today));
        }
    }
    found.sort_unstable();
    found.dedup();
    let suggested_priority = circumstances::suggested_priority(&found);
    let vulnerabilities = found.iter().map(|v| v.as_str().to_owned()).collect();
    let row = CircumstancesRow { complaint_id, vulnerabilities, suggested_priority };
    parts::insert_circumstances(&mut tx.conn, &row).await?;
    Ok(Some((found, suggested_priority)))
}

fn new_row(tx: &Tx, input: SubmitComplaint, submission_hash: Vec<u8>) -> Result<ComplaintRow, Error> {
    Ok(ComplaintRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: input.region_code.as_str().to_owned(),
        organization_id: tx.actor.organization_id,
        class: None,
        sector: input.sector,
        description: input.description.into_string(),
        anonymous: input.anonymous,
        complainant: input.complainant.as_ref().map(json).transpose()?,
        subject_person_id: input.subject.as_ref().and_then(|s| s.person_id),
        subject_family_id: input.subject.as_ref().and_then(|s| s.family_id),
        program_code: input.program_code,
        external_refs: json(&input.external_refs)?,
        status: Status::Received,
        priority: None,
        assignee: None,
        recommendation: None,
        resolution: None,
        closure: None,
        submission_hash,
        created_by: tx.actor.subject.clone(),
        captured_at: input.captured_at,
        verified_at: None,
        resolved_at: None,
        closed_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        reference_no: None,
        previous_status: None,
        duplicate_of: None,
        appeal_of: None,
        reopen_count: 0,
    })
}

/// The id is taken: by the same submission, or by something else.
async fn known(tx: &mut Tx, sent: ComplaintRow) -> Result<Submitted, Error> {
    let scope = tx.actor.scope.clone();
    match store::find_visible(&mut tx.conn, &scope, sent.id).await? {
        Some(stored) if stored.submission_hash == sent.submission_hash => {
            let mut known = show(stored, false)?;
            add_levels(&mut tx.conn, tx.now, std::slice::from_mut(&mut known)).await?;
            Ok(Submitted::Known(known))
        }
        _ => Err(Error::new(Code::AlreadyExists)),
    }
}

/// A number that nobody has, of this year.
pub(super) async fn number(tx: &mut Tx, id: Uuid, region_code: &str) -> Result<String, Error> {
    let year = crate::clock::local_day(tx.now).year();
    number_of_year(tx, id, region_code, year).await
}

pub(super) async fn number_of_year(tx: &mut Tx, id: Uuid, region_code: &str, year: i32) -> Result<String, Error> {
    for _ in 0..NUMBER_TRIES {
        let mut random = [0; reference_no::RANDOM];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::internal("no random bytes"))?;
        let reference_no = reference_no::make(region_code, year, random);
        if parts::insert_reference(&mut tx.conn, &reference_no, id).await? {
            return Ok(reference_no);
        }
    }
    Err(Error::internal("no reference number is free"))
}

/// What every new complaint leaves: audit, timeline, event, clocks.
pub(super) async fn open_follow_up(tx: &mut Tx, row: &ComplaintRow) -> Result<ServiceLevel, Error> {
    tx.audit("complaint.submit", "complaint", row.id, Some(&row.region_code));
    tx.timeline(row.id, Action::Submit.as_str(), None, row.status.as_str(), None);
    publish(tx, row, "submitted", None);
    telling::tell(tx, row, Action::Submit, None)?;
    move_clocks(tx, row, None).await
}
