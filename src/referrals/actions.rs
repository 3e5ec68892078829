//! Creation and sending of a referral, and the work that is common to all its transitions.

use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{CreateReferral, Referral, show};
use super::links::{self, Links};
use super::model::{ReferralAction as Action, ReferralStatus as Status};
use super::store::{self, Record, ReferralDetails, ReferralRow, Viewpoint};
use super::{client, sides, transitions};
use crate::auth::Actor;
use crate::clock::local_day;
use crate::complaints;
use crate::consents::{self, actions::ReferralBasis};
use crate::db::lock::Lock;
use crate::db::pool::Connection;
use crate::db::stored;
use crate::directory;
use crate::eligibility;
use crate::eligibility::cache::ProgramCache;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::content_hash;
use crate::http::reply::Reply;
use crate::referrals::letters;
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::registry;
use crate::registry::people::actions::Subject;
use crate::registry::subject::ReferralSubject;
use crate::service_levels;
use crate::transaction::{Target, Tx};

/// Result of an acknowledgement: the first one, or a repeated one that changed nothing.
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

pub(super) fn subject_ref(subject: &Subject) -> eligibility::actions::SubjectRef {
    match subject.person_id {
        Some(id) => eligibility::actions::SubjectRef::Person(id),
        None => eligibility::actions::SubjectRef::Family(subject.family_id),
    }
}

pub(super) async fn find_subject(
    conn: &mut Connection,
    scope: &RegionScope,
    subject: &ReferralSubject,
) -> Result<Subject, Error> {
    let found = registry::people::actions::find_subject(conn, scope, subject.person_id, subject.family_id).await?;
    found.ok_or_else(|| match subject.person_id {
        Some(_) => Error::field("/subject/person_id", "unknown_person"),
        None => Error::field("/subject/family_id", "unknown_family"),
    })
}

pub async fn create(tx: &mut Tx, input: CreateReferral) -> Result<Created<Referral>, Error> {
    let scope = tx.actor.scope.clone();
    let hash = content_hash(&input)?;
    let complaint = match input.complaint_id {
        Some(id) => Some(
            complaints::actions::find_for_referral(tx, id)
                .await?
                .ok_or_else(|| Error::field("/complaint_id", "unknown_complaint"))?,
        ),
        None => None,
    };
    let Links { part_of, replaces } = links::find(tx, &input).await?;
    let before = part_of.as_ref().or(replaces.as_ref()).map(|record| &record.row);
    let requested_subject = input.subject.clone().or_else(|| {
        before.filter(|b| b.family_id.is_some()).map(|b| ReferralSubject {
            person_id: b.person_id,
            family_id: b.family_id.filter(|_| b.person_id.is_none()),
        })
    });
    let requested_subject = requested_subject.or_else(|| {
        let complaint = complaint.as_ref()?;
        (complaint.person_id.is_some() || complaint.family_id.is_some())
            .then_some(ReferralSubject { person_id: complaint.person_id, family_id: complaint.family_id })
    });
    let subject = match &requested_subject {
        Some(subject) => Some(find_subject(&mut tx.conn, &scope, subject).await?),
        None => None,
    };
    let region = input
        .region_code
        .clone()
        .or_else(|| subject.as_ref().map(|s| s.region_code.clone()))
        .or_else(|| complaint.as_ref().map(|c| c.region_code.clone()))
        .or_else(|| before.map(|b| RegionCode::stored(b.region_code.clone())))
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
    links::check_client(&part_of, &replaces, subject.as_ref())?;
    if let Some(whole) = &part_of {
        links::check_chain(tx, whole, service.id).await?;
    }
    let row = ReferralRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: region.as_str().to_owned(),
        source_organization_id: tx.actor.organization_id,
        target_organization_id: service.organization_id,
        service_id: service.id,
        complaint_id: input.complaint_id.or_else(|| replaces.as_ref().and_then(|old| old.row.complaint_id)),
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
        return find_repeated(tx, row).await;
    }
    if let Some(subject) = &subject {
        let basis = ReferralBasis {
            lawful_basis: row.lawful_basis,
            consent_given_on: row.consent_given_on,
            legal_reference: input.legal_reference.map(|text| text.into_string()),
        };
        consents::actions::admit_referral(tx, subject, basis, row.id).await?;
    }
    let details = ReferralDetails {
        need_id: input.need_id.or_else(|| replaces.as_ref().and_then(|old| old.details.need_id)),
        part_of_id: input.part_of.or_else(|| replaces.as_ref().and_then(|old| old.details.part_of_id)),
        replaces_id: input.replaces,
        client_phone: input.client_phone.map(|phone| phone.into_string()),
        ..ReferralDetails::of(row.id)
    };
    store::insert_details(&mut tx.conn, &details).await?;
    let record = Record { row, details };
    if let Some(old) = replaces {
        links::replace(tx, old, record.row.id).await?;
    }
    let row = &record.row;
    let of = Target { kind: "referral", id: row.id, region_code: &row.region_code };
    tx.step(of, Action::Create.as_str(), None, row.status.as_str(), None);
    // The target does not see drafts: this event goes to the source's regions only.
    publish(tx, row, "drafted", None);
    Ok(Created::New(show(record, tx.actor.organization_id)?))
}

/// The id already exists: returns the stored referral if this is the same draft, and an error otherwise.
async fn find_repeated(tx: &mut Tx, sent: ReferralRow) -> Result<Created<Referral>, Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: None };
    match store::find_visible(&mut tx.conn, view, sent.id, Lock::No).await? {
        Some(stored) if stored.row.submission_hash == sent.submission_hash => {
            Ok(Created::Known(show(stored, actor.organization_id)?))
        }
        _ => Err(Error::new(Code::ALREADY_EXISTS)),
    }
}

pub async fn request(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (record, to) = begin(tx, id, Action::Request).await?;
    send(tx, record, to).await
}

pub(super) async fn send(tx: &mut Tx, mut record: Record, to: Status) -> Result<Referral, Error> {
    let row = &mut record.row;
    let service = directory::actions::find_service_to_refer_to(tx, row.service_id).await?;
    let scope = tx.actor.scope.clone();
    let requested_subject =
        ReferralSubject { person_id: row.person_id, family_id: row.family_id.filter(|_| row.person_id.is_none()) };
    if requested_subject.person_id.is_some() || requested_subject.family_id.is_some() {
        let subject = find_subject(&mut tx.conn, &scope, &requested_subject).await?;
        consents::actions::require_for_referral(tx, &subject, row.lawful_basis).await?;
        row.subject_name = subject.name.clone();
        let client = client::find(&mut tx.conn, &scope, &subject, local_day(tx.now)).await?;
        record.details.subject_birth_year = client.birth_year;
        store::save_details(&mut tx.conn, &record.details).await?;
        if let Some(code) = &row.program_code {
            let programs = tx.resources.get::<ProgramCache>()?;
            let wanted = std::slice::from_ref(code);
            let day = local_day(tx.now);
            let check =
                eligibility::actions::check(&mut tx.conn, &programs, &scope, subject_ref(&subject), wanted, day)
                    .await?;
            row.eligibility = Some(stored::write(&check)?);
        }
    }
    row.requested_at = Some(tx.now);
    let days = u16::try_from(service.answer_days).unwrap_or_default();
    row.due_at = Some(service_levels::actions::deadline(tx, &row.region_code, tx.now, days).await?.at);
    finish(tx, record, Action::Request, to, None).await
}

/// Locks the referral and checks the caller's side, the version and the transition.
pub(super) async fn begin(tx: &mut Tx, id: Uuid, action: Action) -> Result<(Record, Status), Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    let record = store::find_visible(&mut tx.conn, view, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    sides::check(tx, &record.row, action).await?;
    tx.if_match.check(record.row.version)?;
    let to = transitions::next(record.row.status, action)
        .map_err(|illegal| illegal.problem(crate::referrals::problems::REFERRAL_INVALID_TRANSITION))?;
    Ok((record, to))
}

/// Error for an action that the state allows, but this referral does not, such as a loop that is already closed.
pub(super) fn not_allowed_now(status: Status) -> Error {
    Error::transition(crate::referrals::problems::REFERRAL_INVALID_TRANSITION, status.as_str(), Vec::new())
}

pub(super) async fn finish(
    tx: &mut Tx,
    record: Record,
    action: Action,
    to: Status,
    note: Option<String>,
) -> Result<Referral, Error> {
    finish_as(tx, record, action, to, note, false).await
}

/// Like `finish`. With `by_system`, the timeline names the service as the actor, for steps that no officer took.
pub(super) async fn finish_as(
    tx: &mut Tx,
    mut record: Record,
    action: Action,
    to: Status,
    note: Option<String>,
    by_system: bool,
) -> Result<Referral, Error> {
    let Record { row, details } = &mut record;
    let from = row.status;
    let ends = !transitions::FINAL.contains(&from) && transitions::FINAL.contains(&to);
    if ends {
        row.ended_at = Some(tx.now);
    }
    if transitions::occupies_place(from) && !transitions::occupies_place(to) {
        directory::places::free(tx, row.service_id).await?;
    }
    if matches!(to, Status::Cancelled | Status::EnteredInError) {
        letters::actions::revoke_of(tx, row.id, &row.region_code).await?;
    }
    if from == Status::Requested && ends {
        directory::places::release(tx, row.service_id, row.id).await?;
    }
    let (waited, waits) = (from == Status::Requested, to == Status::Requested);
    if from == Status::OnHold || to == Status::OnHold || waited != waits {
        details.review_at = details.review_at.filter(|_| to == Status::OnHold);
        details.review_told_at = None;
        // Background work checks the referral immediately and then sets the next check.
        details.check_at = waits.then_some(tx.now);
        store::save_details(&mut tx.conn, details).await?;
    }
    row.status = to;
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, row).await?;
    let of = Target { kind: "referral", id: row.id, region_code: &row.region_code };
    if by_system {
        tx.step_of_system(of, action.as_str(), from.as_str(), to.as_str());
    } else {
        tx.step(of, action.as_str(), Some(from.as_str()), to.as_str(), note);
    }
    let what = match action {
        Action::Acknowledge => "acknowledged",
        Action::ReservePlace => "place_reserved",
        Action::CloseLoop => "loop_closed",
        _ => to.as_str(),
    };
    publish(tx, row, what, Some(from));
    if let Some(complaint_id) = row.complaint_id {
        match (from, to) {
            (Status::Draft, Status::Requested) => complaints::actions::referral_opened(tx, complaint_id).await?,
            _ if ends => complaints::actions::referral_ended(tx, complaint_id, from != Status::Draft).await?,
            _ => {}
        }
    }
    show(record, tx.actor.organization_id)
}

/// Content of a recommendation letter that comes from its referral.
pub struct LetterContent {
    pub region_code: String,
    pub source_organization_id: Option<Uuid>,
    pub target_organization_id: Uuid,
    pub service_id: Uuid,
    pub subject_name: Option<String>,
    pub birth_year: Option<i16>,
    pub program_code: Option<String>,
    pub need: String,
}

impl From<Record> for LetterContent {
    fn from(Record { row, details }: Record) -> Self {
        Self {
            region_code: row.region_code,
            source_organization_id: row.source_organization_id,
            target_organization_id: row.target_organization_id,
            service_id: row.service_id,
            subject_name: row.subject_name,
            birth_year: details.subject_birth_year,
            program_code: row.program_code,
            need: row.need,
        }
    }
}

/// Locks the referral for which the caller, as its source, issues a letter.
pub async fn lock_for_letter(tx: &mut Tx, id: Uuid) -> Result<LetterContent, Error> {
    let actor = tx.actor.clone();
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    let record = store::find_visible(&mut tx.conn, view, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    sides::check(tx, &record.row, Action::Request).await?;
    let is_active =
        matches!(record.row.status, Status::Requested | Status::Accepted | Status::InProgress | Status::OnHold);
    if !is_active || record.row.subject_name.is_none() {
        return Err(Error::new(crate::referrals::problems::LETTER_NOT_POSSIBLE));
    }
    Ok(record.into())
}

pub async fn find_for_letter(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: Uuid,
) -> Result<Option<LetterContent>, Error> {
    let view = Viewpoint { scope: &actor.scope, organization: actor.organization_id };
    Ok(store::find_visible(conn, view, id, Lock::No).await?.map(LetterContent::from))
}

pub(super) fn publish(tx: &mut Tx, row: &ReferralRow, what: &str, from: Option<Status>) {
    let drafted = row.requested_at.is_none();
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

/// Region and target organization of a referral that is visible to the caller.
pub async fn find_region_and_target(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    id: Uuid,
) -> Result<Option<(String, Uuid)>, Error> {
    let found = store::find_visible(conn, Viewpoint { scope, organization }, id, Lock::No).await?;
    Ok(found.map(|found| (found.row.region_code, found.row.target_organization_id)))
}

/// Lists the ids of existing referrals among `ids`.
pub async fn list_existing(conn: &mut AsyncPgConnection, why: Unscoped, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    Ok(store::list_existing(conn, why, ids).await?)
}
