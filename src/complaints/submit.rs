//! Submission of a complaint: validates it, gives it a reference number, and stores it with the vulnerabilities of its
//! subjects from the registry.

use chrono::Datelike;
use uuid::Uuid;

use super::actions::{publish, update_clocks};
use super::api::{Complaint, ComplaintSubject, SubmitComplaint, show};
use super::model::{ComplaintAction as Action, ComplaintPriority, ComplaintStatus as Status, Vulnerability};
use super::read::{add_levels, possible_duplicates};
use super::store::parts::{self, CircumstancesRow, SubjectRow};
use super::store::{self, ComplaintRow};
use super::{circumstances, follow_ups, notifications, reference_no};
use crate::db::lock::Lock;
use crate::db::stored;
use crate::directory;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::created::Created;
use crate::http::json::content_hash;
use crate::registry;
use crate::service_levels::api::ServiceLevel;
use crate::transaction::{Target, Tx};

const MAX_NUMBER_ATTEMPTS: usize = 8;

pub async fn submit(tx: &mut Tx, input: SubmitComplaint) -> Result<Created<Complaint>, Error> {
    tx.actor.scope.require(&input.region_code)?;
    if input.region_code.level() < 3 {
        return Err(Error::field("/region_code", "region_too_wide"));
    }
    tx.require_past(input.captured_at, "/captured_at")?;
    let hash = content_hash(&input)?;
    let scope = tx.actor.scope.clone();
    let mut faults = Vec::new();
    let further = input.subjects.iter().enumerate().map(|(at, subject)| (format!("/subjects/{at}"), subject));
    let named = input.subject.iter().map(|subject| ("/subject".to_owned(), subject)).chain(further);
    let mut families = Vec::new();
    for (pointer, subject) in named {
        match registry::people::actions::find_subject(&mut tx.conn, &scope, subject.person_id, subject.family_id)
            .await?
        {
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
    row.reference_no = Some(new_reference_no(tx, row.id, &row.region_code).await?);
    if !store::insert(&mut tx.conn, &row).await.map_err(directory::actions::unknown_program)? {
        return find_repeated(tx, row).await;
    }
    let subjects: Vec<SubjectRow> = further.iter().map(|s| subject_row(row.id, s)).collect();
    parts::insert_subjects(&mut tx.conn, &subjects).await?;
    let circumstances = record_circumstances(tx, row.id, &families).await?;
    let sla = record_submission(tx, &row).await?;
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
    Ok(Created::New(made))
}

fn subject_row(complaint_id: Uuid, subject: &ComplaintSubject) -> SubjectRow {
    SubjectRow { complaint_id, id: Uuid::now_v7(), person_id: subject.person_id, family_id: subject.family_id }
}

/// Stores the vulnerabilities of the subjects, from today's registry.
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
        if let Some(home) = registry::people::actions::find_household(&mut tx.conn, &scope, *family_id, today).await? {
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
        complainant: input.complainant.as_ref().map(stored::write).transpose()?,
        subject_person_id: input.subject.as_ref().and_then(|s| s.person_id),
        subject_family_id: input.subject.as_ref().and_then(|s| s.family_id),
        program_code: input.program_code,
        external_refs: stored::write(&input.external_refs)?,
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

/// The id already exists: returns the stored complaint if this is the same submission, and an error otherwise.
async fn find_repeated(tx: &mut Tx, sent: ComplaintRow) -> Result<Created<Complaint>, Error> {
    let scope = tx.actor.scope.clone();
    match store::find_visible(&mut tx.conn, &scope, sent.id, Lock::No).await? {
        Some(stored) if stored.submission_hash == sent.submission_hash => {
            let mut shown = show(stored, false)?;
            add_levels(&mut tx.conn, tx.now, std::slice::from_mut(&mut shown)).await?;
            Ok(Created::Known(shown))
        }
        _ => Err(Error::new(Code::ALREADY_EXISTS)),
    }
}

/// A new unique reference number of this year.
pub(super) async fn new_reference_no(tx: &mut Tx, id: Uuid, region_code: &str) -> Result<String, Error> {
    let year = crate::clock::local_day(tx.now).year();
    new_reference_no_of_year(tx, id, region_code, year).await
}

pub(super) async fn new_reference_no_of_year(
    tx: &mut Tx,
    id: Uuid,
    region_code: &str,
    year: i32,
) -> Result<String, Error> {
    for _ in 0..MAX_NUMBER_ATTEMPTS {
        let mut random = [0; reference_no::RANDOM];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| Error::internal("the system returned no random bytes"))?;
        let reference_no = reference_no::make(region_code, year, random);
        if parts::insert_reference(&mut tx.conn, &reference_no, id).await? {
            return Ok(reference_no);
        }
    }
    Err(Error::internal("no unused reference number found"))
}

/// Records a new complaint: audit, timeline, event, notification, clocks.
pub(super) async fn record_submission(tx: &mut Tx, row: &ComplaintRow) -> Result<ServiceLevel, Error> {
    let of = Target { kind: "complaint", id: row.id, region_code: &row.region_code };
    tx.step(of, Action::Submit.as_str(), None, row.status.as_str(), None);
    publish(tx, row, "submitted", None);
    notifications::notify_reporter(tx, row, Action::Submit, None)?;
    update_clocks(tx, row, None).await
}
