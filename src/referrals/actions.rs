//! What can be done with a referral. The source sends, cancels and closes the loop; the target answers; whoever oversees
//! only looks on.

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{
    CancelReferral, CloseReferralLoop, CompleteReferral, CreateReferral, FindCandidates, LoopClosure, Referral,
    ReferralOutcome, ReferralReason, ReferralSubject, RejectReferral, show,
};
use super::candidates::{self, Offer, ReferralCandidate};
use super::model::{ReferralAction as Action, ReferralRejectionReason, ReferralStatus as Status};
use super::store::{self, ReferralRow, Viewpoint};
use super::transitions;
use crate::clock::local_day;
use crate::complaints;
use crate::db::pool::Connection;
use crate::directory;
use crate::directory::model::Sector;
use crate::eligibility;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::{Json, sha256};
use crate::http::problem_table::Code;
use crate::http::reply::Reply;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry;
use crate::registry::actions::Subject;
use crate::state_machine::IllegalTransition;
use crate::transaction::Tx;

/// What became of a new referral.
pub enum Drafted {
    New(Referral),
    /// The same id and content were sent before.
    Known(Referral),
}

/// Whether this was the first reading.
pub enum Acknowledged {
    Now(Referral),
    Before(Referral),
}

impl Acknowledged {
    pub fn reply(self) -> Result<Reply, Error> {
        match self {
            Self::Now(read) => Reply::resource(&read, read.version),
            Self::Before(read) => Ok(Reply::resource(&read, read.version)?.unchanged()),
        }
    }
}

/// The need for which candidates are sought.
pub struct Need<'a> {
    pub region: &'a RegionCode,
    pub subject: Option<&'a Subject>,
    pub program_code: Option<&'a str>,
    pub sector: Option<Sector>,
}

pub async fn find_candidates(
    conn: &mut Connection,
    programs: &eligibility::cache::ProgramCache,
    scope: &RegionScope,
    input: FindCandidates,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<ReferralCandidate>, Error> {
    let subject = match &input.subject {
        Some(subject) => Some(subject_in(conn, scope, subject).await?),
        None => None,
    };
    let region = match (&input.region_code, &subject) {
        (Some(code), _) => code.clone(),
        (None, Some(subject)) => subject.region_code.clone(),
        (None, None) => return Err(Error::field("/region_code", "required")),
    };
    scope.require(&region)?;
    let need = Need {
        region: &region,
        subject: subject.as_ref(),
        program_code: input.program_code.as_deref(),
        sector: input.sector,
    };
    candidates_for(conn, programs, scope, need, now).await
}

/// Where a referral that the caller sees lies, and to whom it goes.
pub async fn find_place(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    id: Uuid,
) -> Result<Option<(String, Uuid)>, Error> {
    let row = store::find_visible(conn, Viewpoint { scope, organization }, id).await?;
    Ok(row.map(|row| (row.region_code, row.target_organization_id)))
}

/// Those of the ids that name a referral.
pub async fn list_known(conn: &mut AsyncPgConnection, why: Unscoped, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_known(conn, why, ids).await?)
}

async fn candidates_for(
    conn: &mut Connection,
    programs: &eligibility::cache::ProgramCache,
    scope: &RegionScope,
    need: Need<'_>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<ReferralCandidate>, Error> {
    let services = directory::actions::services_for(conn, need.region, need.program_code, need.sector).await?;
    let mut wanted: Vec<String> = services.iter().filter_map(|(s, _)| s.program_code.clone()).collect();
    wanted.sort();
    wanted.dedup();
    let check = match need.subject {
        Some(subject) if !wanted.is_empty() => {
            let subject = subject_ref(subject);
            Some(eligibility::actions::check(conn, programs, scope, subject, &wanted, local_day(now)).await?)
        }
        _ => None,
    };
    let ids: Vec<Uuid> = services.iter().map(|(s, _)| s.id).collect();
    let everything = RegionScope::everything(Unscoped::PublicDirectory);
    let answer_days = store::answer_days(conn, &everything, &ids).await?;
    let offers = services
        .into_iter()
        .map(|(service, organization)| Offer {
            eligibility: service.program_code.as_ref().and_then(|code| check.as_ref()?.outcome_of(code)),
            answer_days: answer_days.get(&service.id).copied(),
            service,
            organization,
        })
        .collect();
    Ok(candidates::rank(offers, need.region))
}

fn subject_ref(subject: &Subject) -> eligibility::actions::SubjectRef {
    match subject.person_id {
        Some(id) => eligibility::actions::SubjectRef::Person(id),
        None => eligibility::actions::SubjectRef::Family(subject.family_id),
    }
}

async fn subject_in(conn: &mut Connection, scope: &RegionScope, asked: &ReferralSubject) -> Result<Subject, Error> {
    let found = registry::actions::find_subject(conn, scope, asked.person_id, asked.family_id).await?;
    found.ok_or_else(|| match asked.person_id {
        Some(_) => Error::field("/subject/person_id", "unknown_person"),
        None => Error::field("/subject/family_id", "unknown_family"),
    })
}

pub async fn create(tx: &mut Tx, input: CreateReferral) -> Result<Drafted, Error> {
    let scope = tx.actor.scope.clone();
    let hash = sha256(&serde_json::to_vec(&input).map_err(Error::internal)?).to_vec();
    let complaint = match input.complaint_id {
        Some(id) => Some(
            complaints::actions::find_for_referral(tx, id)
                .await?
                .ok_or_else(|| Error::field("/complaint_id", "unknown_complaint"))?,
        ),
        None => None,
    };
    let asked = input.subject.clone().or_else(|| {
        let known = complaint.as_ref()?;
        (known.person_id.is_some() || known.family_id.is_some())
            .then_some(ReferralSubject { person_id: known.person_id, family_id: known.family_id })
    });
    let subject = match &asked {
        Some(subject) => Some(subject_in(&mut tx.conn, &scope, subject).await?),
        None => None,
    };
    let region = input
        .region_code
        .clone()
        .or_else(|| subject.as_ref().map(|s| s.region_code.clone()))
        .or_else(|| complaint.as_ref().map(|c| c.region_code.clone()))
        .ok_or_else(|| Error::field("/region_code", "required"))?;
    scope.require(&region)?;
    if input.consent_given_on.is_some_and(|day| day > local_day(tx.now)) {
        return Err(Error::field("/consent_given_on", "in_the_future"));
    }
    let service = directory::actions::find_service(&mut tx.conn, input.service_id)
        .await?
        .ok_or_else(|| Error::field("/service_id", "unknown_service"))?;
    if !service.area_codes.iter().any(|area| crate::regions::model::contains(area, region.as_str())) {
        return Err(Error::field("/service_id", "outside_service_area"));
    }
    if tx.actor.organization_id == Some(service.organization_id) {
        return Err(Error::field("/service_id", "own_organization"));
    }
    let row = ReferralRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: region.as_str().to_owned(),
        source_organization_id: tx.actor.organization_id,
        target_organization_id: service.organization_id,
        service_id: service.id,
        complaint_id: input.complaint_id,
        person_id: subject.as_ref().and_then(|s| s.person_id),
        family_id: subject.as_ref().map(|s| s.family_id),
        subject_name: None,
        program_code: service.program_code,
        need: input.need.into_string(),
        lawful_basis: input.lawful_basis,
        consent_given_on: input.consent_given_on,
        status: Status::Draft,
        reason: None,
        eligibility: None,
        outcome: None,
        closure: None,
        submission_hash: hash,
        created_by: tx.actor.subject.clone(),
        requested_at: None,
        due_at: None,
        acknowledged_at: None,
        answered_at: None,
        ended_at: None,
        loop_closed_at: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    if !store::insert(&mut tx.conn, &row).await? {
        return known(tx, row).await;
    }
    tx.audit("referral.create", "referral", row.id, Some(&row.region_code));
    tx.timeline(row.id, Action::Create.as_str(), None, row.status.as_str(), None);
    // The target never learns of a draft: the event is for the source's regions alone.
    publish(tx, &row, "drafted", None);
    Ok(Drafted::New(show(row)))
}

/// The id is taken: by the same draft, or by something else.
async fn known(tx: &mut Tx, sent: ReferralRow) -> Result<Drafted, Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: None };
    match store::find_visible(&mut tx.conn, view, sent.id).await? {
        Some(stored) if stored.submission_hash == sent.submission_hash => Ok(Drafted::Known(show(stored))),
        _ => Err(Error::new(Code::AlreadyExists)),
    }
}

pub async fn request(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (row, to) = begin(tx, id, Action::Request).await?;
    send(tx, row, to).await
}

/// Sends what was drafted for a complaint; gives how many of its referrals are then open.
pub async fn request_drafts_of(tx: &mut Tx, complaint_id: Uuid) -> Result<i64, Error> {
    let scope = tx.actor.scope.clone();
    for row in store::lock_drafts_of(&mut tx.conn, &scope, complaint_id).await? {
        let to = transitions::next(row.status, Action::Request).map_err(refused)?;
        send(tx, row, to).await?;
    }
    count_open_of(tx, complaint_id).await
}

pub async fn count_open_of(tx: &mut Tx, complaint_id: Uuid) -> Result<i64, Error> {
    let scope = RegionScope::everything(Unscoped::FollowUpOfScopedAction);
    Ok(store::count_open_of(&mut tx.conn, &scope, complaint_id).await?)
}

async fn send(tx: &mut Tx, mut row: ReferralRow, to: Status) -> Result<Referral, Error> {
    let service = directory::actions::find_service(&mut tx.conn, row.service_id).await?;
    let service = service.filter(|s| s.active).ok_or_else(|| Error::new(Code::ServiceInactive))?;
    let scope = tx.actor.scope.clone();
    let asked =
        ReferralSubject { person_id: row.person_id, family_id: row.family_id.filter(|_| row.person_id.is_none()) };
    if asked.person_id.is_some() || asked.family_id.is_some() {
        let subject = subject_in(&mut tx.conn, &scope, &asked).await?;
        row.subject_name = subject.name.clone();
        if let Some(code) = &row.program_code {
            let programs = tx.programs.clone();
            let wanted = std::slice::from_ref(code);
            let day = local_day(tx.now);
            let check =
                eligibility::actions::check(&mut tx.conn, &programs, &scope, subject_ref(&subject), wanted, day)
                    .await?;
            row.eligibility = Some(json(&check)?);
        }
    }
    row.requested_at = Some(tx.now);
    row.due_at = Some(tx.now + TimeDelta::days(i64::from(service.answer_days)));
    finish(tx, row, Action::Request, to, None).await
}

/// The target has read it. On a referral that it acknowledged before, nothing changes.
pub async fn acknowledge(tx: &mut Tx, id: Uuid) -> Result<Acknowledged, Error> {
    let (mut row, to) = begin(tx, id, Action::Acknowledge).await?;
    if row.acknowledged_at.is_some() {
        return Ok(Acknowledged::Before(show(row)));
    }
    row.acknowledged_at = Some(tx.now);
    finish(tx, row, Action::Acknowledge, to, None).await.map(Acknowledged::Now)
}

pub async fn accept(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (mut row, to) = begin(tx, id, Action::Accept).await?;
    row.acknowledged_at = row.acknowledged_at.or(Some(tx.now));
    row.answered_at = Some(tx.now);
    directory::actions::take_place(tx, row.service_id).await?;
    finish(tx, row, Action::Accept, to, None).await
}

/// Refuses; for want of capacity, the answer offers other services that fit.
pub async fn reject(tx: &mut Tx, id: Uuid, body: Json<RejectReferral>) -> Result<Referral, Error> {
    let (mut row, to) = begin(tx, id, Action::Reject).await?;
    let input = body.valid()?;
    row.acknowledged_at = row.acknowledged_at.or(Some(tx.now));
    row.answered_at = Some(tx.now);
    row.reason = Some(json(&ReferralReason { code: input.reason.to_string(), text: input.text })?);
    let refused_service = row.service_id;
    let region = RegionCode::stored(row.region_code.clone());
    let program = row.program_code.clone();
    let mut shown = finish(tx, row, Action::Reject, to, Some(input.reason.to_string())).await?;
    if input.reason == ReferralRejectionReason::NoCapacity {
        let refused_by = directory::actions::find_service(&mut tx.conn, refused_service).await?;
        let sector = refused_by.and_then(|s| s.sectors.first().copied());
        let need = Need { region: &region, subject: None, program_code: program.as_deref(), sector };
        let programs = tx.programs.clone();
        let scope = tx.actor.scope.clone();
        let mut others = candidates_for(&mut tx.conn, &programs, &scope, need, tx.now).await?;
        others.retain(|c| c.service.id != refused_service);
        shown.alternatives = Some(others);
    }
    Ok(shown)
}

pub async fn start(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (row, to) = begin(tx, id, Action::Start).await?;
    finish(tx, row, Action::Start, to, None).await
}

pub async fn complete(tx: &mut Tx, id: Uuid, body: Json<CompleteReferral>) -> Result<Referral, Error> {
    let (mut row, to) = begin(tx, id, Action::Complete).await?;
    let input = body.valid()?;
    if input.delivered_on > local_day(tx.now) {
        return Err(Error::field("/delivered_on", "in_the_future"));
    }
    let note = input.note.as_str().to_owned();
    row.outcome =
        Some(json(&ReferralOutcome { code: input.outcome, delivered_on: input.delivered_on, note: input.note })?);
    finish(tx, row, Action::Complete, to, Some(note)).await
}

pub async fn cancel(tx: &mut Tx, id: Uuid, body: Json<CancelReferral>) -> Result<Referral, Error> {
    let (mut row, to) = begin(tx, id, Action::Cancel).await?;
    let input = body.valid()?;
    row.reason = Some(json(&ReferralReason { code: input.reason.to_string(), text: input.text })?);
    finish(tx, row, Action::Cancel, to, Some(input.reason.to_string())).await
}

pub async fn close_loop(tx: &mut Tx, id: Uuid, body: Json<CloseReferralLoop>) -> Result<Referral, Error> {
    let (mut row, to) = begin(tx, id, Action::CloseLoop).await?;
    if row.loop_closed_at.is_some() {
        return Err(Error::transition(Code::ReferralInvalidTransition, row.status.as_str(), Vec::new()));
    }
    let input = body.valid()?;
    if input.citizen_informed_at > tx.now {
        return Err(Error::field("/citizen_informed_at", "in_the_future"));
    }
    let note = input.note.as_ref().map(|n| n.as_str().to_owned());
    row.closure = Some(json(&LoopClosure {
        citizen_informed_at: input.citizen_informed_at,
        satisfaction: input.satisfaction,
        note: input.note,
    })?);
    row.loop_closed_at = Some(tx.now);
    finish(tx, row, Action::CloseLoop, to, note).await
}

async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(ReferralRow, Status), Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    let row = store::lock_visible(&mut tx.conn, view, id).await?.ok_or_else(Error::not_found)?;
    let is_target = actor.organization_id == Some(row.target_organization_id);
    let is_source = !is_target && actor.scope.allows(&row.region_code);
    match action {
        Action::Acknowledge | Action::Accept | Action::Reject | Action::Start | Action::Complete if !is_target => {
            return Err(Error::new(Code::NotTheTarget));
        }
        Action::Request | Action::CloseLoop if !is_source => return Err(Error::new(Code::NotTheSource)),
        // A target refuses before it accepts; only afterwards can it cancel.
        Action::Cancel if is_target && row.status == Status::Requested => {
            return Err(Error::new(Code::NotTheSource));
        }
        _ => {}
    }
    tx.if_match.check(row.version)?;
    let to = transitions::next(row.status, action).map_err(refused)?;
    Ok((row, to))
}

fn refused(error: IllegalTransition<Status, Action>) -> Error {
    let allowed = error.allowed.into_iter().map(Action::as_str).collect();
    Error::transition(Code::ReferralInvalidTransition, error.current.as_str(), allowed)
}

async fn finish(
    tx: &mut Tx,
    mut row: ReferralRow,
    action: Action,
    to: Status,
    note: Option<String>,
) -> Result<Referral, Error> {
    let from = row.status;
    let ends = !transitions::FINAL.contains(&from) && transitions::FINAL.contains(&to);
    if ends {
        row.ended_at = Some(tx.now);
    }
    if transitions::holds_place(from) && !transitions::holds_place(to) {
        directory::actions::free_place(tx, row.service_id).await?;
    }
    row.status = to;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, &row).await?;
    tx.audit(&format!("referral.{action}"), "referral", row.id, Some(&row.region_code));
    tx.timeline(row.id, action.as_str(), Some(from.as_str()), to.as_str(), note);
    let what = match action {
        Action::Acknowledge => "acknowledged",
        Action::CloseLoop => "loop_closed",
        _ => to.as_str(),
    };
    publish(tx, &row, what, Some(from));
    if ends && let Some(complaint_id) = row.complaint_id {
        complaints::actions::referral_ended(tx, complaint_id).await?;
    }
    Ok(show(row))
}

fn publish(tx: &mut Tx, row: &ReferralRow, what: &str, from: Option<Status>) {
    let drafted = row.status == Status::Draft;
    tx.publish(NewEvent {
        type_: format!("referral.{what}"),
        subject_kind: "referral",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: (!drafted).then_some(row.target_organization_id),
        data: object!({
            "from": from, "to": row.status, "version": row.version,
            "complaint_id": row.complaint_id, "service_id": row.service_id,
        }),
    });
}

/// For a jsonb column.
fn json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(Error::internal)
}
