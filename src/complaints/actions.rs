//! What can be done with a complaint. Each function is one use case inside one transaction: find within scope, check
//! the version, check the table of edges, judge the body, change, tell.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{
    ApproveComplaint, CloseComplaint, Complaint, ComplaintClosure, ComplaintRecommendation, ComplaintResolution,
    ComplaintSubject, PossibleDuplicate, RecommendComplaint, RejectComplaint, ReturnComplaint, StartComplaint,
    SubmitComplaint, VerifyComplaint, show,
};
pub use super::assign::{assign, require_officer};
use super::model::{
    ComplaintAction as Action, ComplaintPriority, ComplaintStatus as Status, RecommendationKind, Vulnerability,
};
use super::store::parts::{self, CircumstancesRow, SubjectRow};
use super::store::{self, ComplaintRow};
use super::{circumstances, follow_ups, reference_no, similar, telling, terms, transitions};
use crate::auth::caller::AccessPurpose;
use crate::auth::clients::find_active_staff;
use crate::directory;
use crate::error::{Error, FieldError};
use crate::events::NewEvent;
use crate::http::json::{Json, sha256};
use crate::http::problem_table::Code;
use crate::referrals;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry;
use crate::service_levels;
use crate::service_levels::api::ServiceLevel;
use crate::state_machine::IllegalTransition;
use crate::transaction::Tx;

/// How far a tablet's clock may run ahead.
const CLOCK_SLACK: TimeDelta = TimeDelta::hours(1);

const NUMBER_TRIES: usize = 8;
const DUPLICATES_WITHIN: TimeDelta = TimeDelta::days(90);
const DUPLICATES_LOOKED_AT: i64 = 50;
const DUPLICATES_SHOWN: usize = 5;

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
    let duplicates = possible_duplicates(&mut tx.conn, &scope, &row).await?;
    let code = follow_ups::code(tx, row.id, 0);
    let mut made = Complaint {
        sla: Some(sla),
        follow_up_code: Some(code),
        possible_duplicates: duplicates,
        subjects: further,
        ..show(row, false)
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
            let mut known = show(stored, false);
            add_levels(&mut tx.conn, tx.now, std::slice::from_mut(&mut known)).await?;
            Ok(Submitted::Known(known))
        }
        _ => Err(Error::new(Code::AlreadyExists)),
    }
}

pub async fn verify(tx: &mut Tx, id: Uuid, body: Json<VerifyComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Verify).await?;
    let input = body.valid()?;
    let known = parts::find_circumstances_of_visible(&mut tx.conn, row.id).await?;
    if known.is_some_and(|k| input.priority < k.suggested_priority) && input.note.is_none() {
        return Err(Error::field("/note", "reason_for_lower_priority"));
    }
    row.class = Some(input.class);
    row.priority = Some(input.priority);
    row.program_code = input.program_code.or(row.program_code);
    row.verified_at = Some(tx.now);
    finish(tx, row, Action::Verify, to, input.note.map(|n| n.into_string())).await
}

pub async fn reject(tx: &mut Tx, id: Uuid, body: Json<RejectComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Reject).await?;
    let input = body.valid()?;
    row.closed_at = Some(tx.now);
    let words = input.note.map_or_else(String::new, |n| format!(": {}", n.as_str()));
    finish(tx, row, Action::Reject, to, Some(format!("{}{words}", input.reason))).await
}

pub async fn start(tx: &mut Tx, id: Uuid, body: Json<StartComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Start).await?;
    let input = body.valid()?;
    let assignee = input.assignee.map_or_else(|| tx.actor.subject.clone(), |a| a.into_string());
    if assignee != tx.actor.subject {
        let officer = find_active_staff(&mut tx.conn, &assignee).await?;
        if officer.is_none_or(|o| Some(o.organization_id) != tx.actor.organization_id) {
            return Err(Error::field("/assignee", "unknown_officer"));
        }
    }
    row.assignee = Some(assignee);
    finish(tx, row, Action::Start, to, None).await
}

pub async fn recommend(tx: &mut Tx, id: Uuid, body: Json<RecommendComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Recommend).await?;
    let input = body.valid()?;
    let note = input.text.as_str().to_owned();
    let recommendation =
        ComplaintRecommendation { kind: input.kind, text: input.text, by: tx.actor.subject.clone(), at: tx.now };
    row.recommendation = Some(json(&recommendation)?);
    finish(tx, row, Action::Recommend, to, Some(note)).await
}

pub async fn send_back(tx: &mut Tx, id: Uuid, body: Json<ReturnComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Return).await?;
    let input = body.valid()?;
    row.recommendation = None;
    finish(tx, row, Action::Return, to, Some(input.note.into_string())).await
}

/// The manager decides: the drafted referrals go out, or the citizen is answered.
pub async fn approve(tx: &mut Tx, id: Uuid, body: Json<ApproveComplaint>) -> Result<Complaint, Error> {
    let (mut row, resolved) = begin(tx, id, Action::Resolve).await?;
    let input = body.valid()?;
    let note = input.note.map(|n| n.into_string());
    match (input.outcome, input.decision, input.answer) {
        (RecommendationKind::Resolve, Some(decision), Some(answer)) => {
            row.resolved_at = Some(tx.now);
            row.resolution = Some(json(&ComplaintResolution { decision, answer, by: tx.actor.subject.clone() })?);
            finish(tx, row, Action::Resolve, resolved, note).await
        }
        (RecommendationKind::Resolve, ..) => Err(Error::field("/decision", "required")),
        (RecommendationKind::Refer, ..) => {
            let to = transitions::next(row.status, None, Action::Refer).map_err(refused)?;
            if referrals::actions::request_drafts_of(tx, row.id).await? == 0 {
                return Err(Error::new(Code::NothingToRefer));
            }
            finish(tx, row, Action::Refer, to, note).await
        }
    }
}

pub async fn close(tx: &mut Tx, id: Uuid, body: Json<CloseComplaint>) -> Result<Complaint, Error> {
    let (mut row, to) = begin(tx, id, Action::Close).await?;
    require_no_open_referral(tx, row.id).await?;
    let input = body.valid()?;
    let note = input.note.as_ref().map(|n| n.as_str().to_owned());
    let closure = ComplaintClosure { satisfaction: input.satisfaction, note: input.note };
    row.closure = Some(json(&closure)?);
    row.closed_at = Some(tx.now);
    finish(tx, row, Action::Close, to, note).await
}

/// A referral of this complaint has ended: when it was the last one open, the desk goes on with the complaint.
pub async fn referral_ended(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let scope = RegionScope::everything(Unscoped::FollowUpOfScopedAction);
    // The lock comes first: of two referrals that end at once, the second sees the first one's end.
    let Some(row) = store::lock_visible(&mut tx.conn, &scope, id).await? else { return Ok(()) };
    if row.status != Status::Referred || referrals::actions::count_open_of(tx, id).await? > 0 {
        return Ok(());
    }
    let to = transitions::next(row.status, None, Action::ReferralsEnded).map_err(refused)?;
    finish(tx, row, Action::ReferralsEnded, to, None).await.map(|_| ())
}

/// What a referral takes over from its complaint.
pub struct ReferableComplaint {
    pub region_code: RegionCode,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
}

/// The complaint to which a referral is to be added, if the caller sees it and it has not ended.
pub async fn find_for_referral(tx: &mut Tx, id: Uuid) -> Result<Option<ReferableComplaint>, Error> {
    let scope = tx.actor.scope.clone();
    let row = store::find_visible(&mut tx.conn, &scope, id).await?;
    Ok(row.filter(|r| !transitions::FINAL.contains(&r.status)).map(|r| ReferableComplaint {
        region_code: RegionCode::stored(r.region_code),
        person_id: r.subject_person_id,
        family_id: r.subject_family_id,
    }))
}

/// Where a complaint that the caller sees lies.
pub async fn find_region(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Option<String>, Error> {
    Ok(store::find_visible(conn, scope, id).await?.map(|row| row.region_code))
}

/// A complaint as the caller sees it, masked.
pub async fn find_shown(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Complaint>, Error> {
    let Some(row) = store::find_visible(conn, scope, id).await? else { return Ok(None) };
    let mut shown = show(row, false);
    add_levels(conn, now, std::slice::from_mut(&mut shown)).await?;
    Ok(Some(shown))
}

/// Those of a scope that have not ended, masked, oldest first.
pub async fn list_open(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Complaint>, Error> {
    let rows = store::list_open(conn, scope, transitions::FINAL, limit).await?;
    let mut shown: Vec<Complaint> = rows.into_iter().map(|row| show(row, false)).collect();
    add_levels(conn, now, &mut shown).await?;
    Ok(shown)
}

/// Those of the ids that name a complaint.
pub async fn list_known(conn: &mut AsyncPgConnection, why: Unscoped, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_known(conn, why, ids).await?)
}

pub(super) async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(ComplaintRow, Status), Error> {
    let scope = tx.actor.scope.clone();
    let Some(row) = store::lock_visible(&mut tx.conn, &scope, id).await? else {
        // Whoever passed it on may read it, and is told so; everybody else learns nothing.
        let passed_on = parts::find_passed_on(&mut tx.conn, &scope, id).await?;
        return Err(passed_on.map_or_else(Error::not_found, |_| Error::new(Code::RegionNotGranted)));
    };
    if matches!(action, Action::Resolve | Action::Refer | Action::Return) && recommended_by(&row, &tx.actor.subject) {
        return Err(Error::new(Code::OwnRecommendation));
    }
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, row.previous_status, action).map_err(refused)?;
    Ok((row, to))
}

fn recommended_by(row: &ComplaintRow, subject: &str) -> bool {
    row.recommendation.as_ref().and_then(|r| r.get("by")).and_then(|by| by.as_str()) == Some(subject)
}

fn refused(error: IllegalTransition<Status, Action>) -> Error {
    let allowed = error.allowed.into_iter().map(Action::as_str).collect();
    Error::transition(Code::ComplaintInvalidTransition, error.current.as_str(), allowed)
}

pub(super) async fn finish(
    tx: &mut Tx,
    mut row: ComplaintRow,
    action: Action,
    to: Status,
    note: Option<String>,
) -> Result<Complaint, Error> {
    let from = row.status;
    row.status = to;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, &row).await.map_err(directory::actions::unknown_program)?;
    tx.audit(&format!("complaint.{action}"), "complaint", row.id, Some(&row.region_code));
    telling::tell(tx, &row, action, note.as_deref())?;
    if matches!(action, Action::ReferralsEnded | Action::TimeOut | Action::CloseUnanswered) {
        tx.timeline_of_system(row.id, action.as_str(), Some(from.as_str()), to.as_str());
    } else {
        tx.timeline(row.id, action.as_str(), Some(from.as_str()), to.as_str(), note);
    }
    set_timer(tx, &row, from).await?;
    publish(tx, &row, to.as_str(), Some(from));
    let sla = move_clocks(tx, &row, Some(from)).await?;
    Ok(Complaint { sla: Some(sla), ..show(row, false) })
}

/// What the service will do by itself in the state that was reached.
async fn set_timer(tx: &mut Tx, row: &ComplaintRow, from: Status) -> Result<(), Error> {
    let waits = |status| matches!(status, Status::AwaitingInfo | Status::Resolved);
    if !waits(row.status) {
        return if waits(from) { Ok(parts::delete_timer(&mut tx.conn, row.id).await?) } else { Ok(()) };
    }
    let terms = terms::of(tx, &row.region_code).await?;
    let (action, days) = match row.status {
        Status::AwaitingInfo => (Action::TimeOut, terms.answer_working_days),
        _ => (Action::CloseUnanswered, terms.confirm_working_days),
    };
    let days = u16::try_from(days).unwrap_or(u16::MAX);
    let deadline = service_levels::actions::deadline(tx, &row.region_code, tx.now, days).await?;
    Ok(parts::replace_timer(&mut tx.conn, row.id, action, deadline.at).await?)
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

pub(super) async fn require_no_open_referral(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    if referrals::actions::count_open_of(tx, id).await? > 0 {
        return Err(Error::new(Code::ComplaintHasOpenReferrals));
    }
    Ok(())
}

/// A complaint that the scope covers, or that a region of the scope passed on.
pub(super) async fn find_readable(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<ComplaintRow, Error> {
    if let Some(row) = store::find_visible(conn, scope, id).await? {
        return Ok(row);
    }
    parts::find_passed_on(conn, scope, id).await?.ok_or_else(Error::not_found)
}

/// One complaint with all that its answer shows.
pub async fn read(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    revealed: bool,
    now: DateTime<Utc>,
) -> Result<Complaint, Error> {
    let row = find_readable(conn, scope, id).await?;
    let awaits_answer = row.status == Status::AwaitingInfo;
    let mut shown = show(row, revealed);
    if !scope.allows(&shown.region_code) {
        shown.allowed_actions.clear();
    }
    add_levels(conn, now, std::slice::from_mut(&mut shown)).await?;
    let further = parts::list_subjects_of_visible(conn, id).await?;
    shown.subjects =
        further.into_iter().map(|s| ComplaintSubject { person_id: s.person_id, family_id: s.family_id }).collect();
    if let Some(known) = parts::find_circumstances_of_visible(conn, id).await? {
        shown.suggested_priority = Some(known.suggested_priority);
        shown.vulnerabilities = known.vulnerabilities.iter().filter_map(|v| v.parse().ok()).collect();
    }
    if awaits_answer {
        let exchanges = parts::list_exchanges_of_visible(conn, id).await?;
        shown.question = exchanges.into_iter().find(|e| e.answer.is_none()).map(|e| e.question);
    }
    Ok(shown)
}

/// May a complaint be opened for this purpose? Whoever it is about may have closed that.
pub async fn require_open(
    conn: &mut AsyncPgConnection,
    shown: &Complaint,
    purpose: AccessPurpose,
) -> Result<(), Error> {
    let about = || shown.subject.iter().chain(&shown.subjects);
    let persons: Vec<Uuid> = about().filter_map(|s| s.person_id).collect();
    let families: Vec<Uuid> = about().filter_map(|s| s.family_id).collect();
    registry::limits::require_open(conn, &persons, &families, purpose).await
}

/// Complaints of the scope that may be the same matter, the likeliest first.
pub async fn possible_duplicates(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    row: &ComplaintRow,
) -> Result<Vec<PossibleDuplicate>, Error> {
    let since = row.created_at - DUPLICATES_WITHIN;
    let mut found: Vec<PossibleDuplicate> = store::parts::list_similar(conn, scope, row, since, DUPLICATES_LOOKED_AT)
        .await?
        .into_iter()
        .filter_map(|old| {
            let (score, reasons) = similar::score(row, &old)?;
            let reference_no = old.reference_no.as_deref().map(reference_no::show);
            Some(PossibleDuplicate {
                id: old.id,
                reference_no,
                status: old.status,
                score,
                reasons,
                created_at: old.created_at,
            })
        })
        .collect();
    found.sort_by_key(|d| (std::cmp::Reverse(d.score), d.created_at));
    found.truncate(DUPLICATES_SHOWN);
    Ok(found)
}

pub async fn duplicates_of(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> Result<Vec<PossibleDuplicate>, Error> {
    let row = store::find_visible(conn, scope, id).await?.ok_or_else(Error::not_found)?;
    possible_duplicates(conn, scope, &row).await
}

/// By the number that people say on the phone.
pub async fn look_up(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    said: &str,
    now: DateTime<Utc>,
) -> Result<Option<Complaint>, Error> {
    let Some(stored) = reference_no::parse(said) else {
        return Err(Error::field("/reference_no", "not_a_reference"));
    };
    let found = parts::find_by_reference(conn, Unscoped::ReadWithinScopeNext, &stored).await?;
    let Some(id) = found else { return Ok(None) };
    match read(conn, scope, id, false, now).await {
        Ok(complaint) => Ok(Some(complaint)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Adds to complaints that the caller was shown where their clocks stand.
pub async fn add_levels(
    conn: &mut AsyncPgConnection,
    now: DateTime<Utc>,
    complaints: &mut [Complaint],
) -> Result<(), Error> {
    let ids: Vec<Uuid> = complaints.iter().map(|c| c.id).collect();
    let mut levels = service_levels::actions::levels_of_visible(conn, now, &ids).await?;
    for complaint in complaints {
        complaint.sla = levels.remove(&complaint.id);
    }
    Ok(())
}

async fn move_clocks(tx: &mut Tx, row: &ComplaintRow, from: Option<Status>) -> Result<ServiceLevel, Error> {
    service_levels::actions::on_transition(tx, step_of(row, from)).await
}

/// What the clocks need to know of a step that led to the row as it is now.
pub(super) fn step_of(row: &ComplaintRow, from: Option<Status>) -> service_levels::actions::Step<'_> {
    service_levels::actions::Step {
        complaint_id: row.id,
        region_code: &row.region_code,
        organization_id: row.organization_id,
        sector: row.sector,
        class: row.class,
        priority: row.priority,
        assignee: row.assignee.as_deref(),
        received_at: row.created_at,
        from,
        to: row.status,
    }
}

pub(super) fn publish(tx: &mut Tx, row: &ComplaintRow, what: &str, from: Option<Status>) {
    tx.publish(NewEvent {
        type_: format!("complaint.{what}"),
        subject_kind: "complaint",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        data: object!({ "from": from, "to": row.status, "version": row.version }),
    });
}

/// For a jsonb column.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}
