//! The actions of the two sides, one function each.

use chrono::TimeDelta;
use uuid::Uuid;

use super::actions::{Acknowledged, begin, finish, not_allowed_now};
use super::api::{LoopClosure, Referral, ReferralOutcome, ReferralReason, show};
use super::bodies::{
    CancelReferral, CloseReferralLoop, CompleteReferral, EnterReferralInError, FailReferral, HoldReferral,
    RejectReferral, ReservePlace,
};
use super::links;
use super::model::{ReferralAction as Action, ReferralRejectionReason};
use super::routing::{self, Need};
use crate::clock::local_day;
use crate::db::stored;
use crate::directory;
use crate::eligibility::cache::ProgramCache;
use crate::error::Error;
use crate::http::json::Json;
use crate::http::text::LongText;
use crate::regions::RegionCode;
use crate::transaction::Tx;

/// Maximum time until the review of a referral on hold.
const MAX_REVIEW_DELAY: TimeDelta = TimeDelta::days(366);
/// Maximum duration of a reservation.
const MAX_RESERVATION: TimeDelta = TimeDelta::days(30);

fn reason(code: &str, text: Option<LongText>) -> Result<Option<serde_json::Value>, Error> {
    Ok(Some(stored::write(&ReferralReason { code: code.to_owned(), text })?))
}

/// The time must be in the future, by `max` at most.
fn require_future(tx: &Tx, pointer: &str, at: chrono::DateTime<chrono::Utc>, max: TimeDelta) -> Result<(), Error> {
    if at <= tx.now {
        return Err(Error::field(pointer, "in_the_past"));
    }
    if at > tx.now + max {
        return Err(Error::field(pointer, "too_far_ahead"));
    }
    Ok(())
}

/// Records that the target has read the referral. A repeated acknowledgement changes nothing.
pub async fn acknowledge(tx: &mut Tx, id: Uuid) -> Result<Acknowledged, Error> {
    let (mut record, to) = begin(tx, id, Action::Acknowledge).await?;
    if record.row.acknowledged_at.is_some() {
        return Ok(Acknowledged::Before(show(record, tx.actor.organization_id)?));
    }
    record.row.acknowledged_at = Some(tx.now);
    finish(tx, record, Action::Acknowledge, to, None).await.map(Acknowledged::Now)
}

pub async fn accept(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Accept).await?;
    record.row.acknowledged_at = record.row.acknowledged_at.or(Some(tx.now));
    record.row.answered_at = Some(tx.now);
    directory::places::take(tx, record.row.service_id, record.row.id).await?;
    finish(tx, record, Action::Accept, to, None).await
}

/// Rejects the referral. For `no_capacity`, the response lists other suitable services.
pub async fn reject(tx: &mut Tx, id: Uuid, body: Json<RejectReferral>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Reject).await?;
    let input = body.valid()?;
    record.row.acknowledged_at = record.row.acknowledged_at.or(Some(tx.now));
    record.row.answered_at = Some(tx.now);
    record.row.reason = reason(input.reason.as_str(), input.text)?;
    let rejected_service = record.row.service_id;
    let region = RegionCode::stored(record.row.region_code.clone());
    let program = record.row.program_code.clone();
    let mut shown = finish(tx, record, Action::Reject, to, Some(input.reason.to_string())).await?;
    if input.reason == ReferralRejectionReason::NoCapacity {
        let service = directory::actions::find_service(&mut tx.conn, rejected_service).await?;
        let sector = service.and_then(|s| s.sectors.first().copied());
        let need = Need {
            region: &region,
            subject: None,
            program_code: program.as_deref(),
            sector,
            owner_level: None,
            school_level: None,
        };
        let programs = tx.resources.get::<ProgramCache>()?;
        let actor = tx.actor.clone();
        let mut others = routing::candidates_for(&mut tx.conn, &programs, &actor, need, tx.now).await?;
        others.retain(|c| c.service.id != rejected_service);
        shown.alternatives = Some(others);
    }
    Ok(shown)
}

/// Reserves a place until the target answers.
pub async fn reserve_place(tx: &mut Tx, id: Uuid, body: Json<ReservePlace>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::ReservePlace).await?;
    let input = body.valid()?;
    require_future(tx, "/expires_at", input.expires_at, MAX_RESERVATION)?;
    directory::places::reserve(tx, record.row.service_id, record.row.id, input.expires_at).await?;
    record.row.acknowledged_at = record.row.acknowledged_at.or(Some(tx.now));
    finish(tx, record, Action::ReservePlace, to, None).await
}

pub async fn start(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (record, to) = begin(tx, id, Action::Start).await?;
    finish(tx, record, Action::Start, to, None).await
}

pub async fn hold(tx: &mut Tx, id: Uuid, body: Json<HoldReferral>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Hold).await?;
    let input = body.valid()?;
    require_future(tx, "/review_at", input.review_at, MAX_REVIEW_DELAY)?;
    record.row.reason = reason(input.reason.as_str(), input.text)?;
    record.details.review_at = Some(input.review_at);
    finish(tx, record, Action::Hold, to, Some(input.reason.to_string())).await
}

pub async fn resume(tx: &mut Tx, id: Uuid) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Resume).await?;
    record.row.reason = None;
    finish(tx, record, Action::Resume, to, None).await
}

pub async fn fail(tx: &mut Tx, id: Uuid, body: Json<FailReferral>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Fail).await?;
    let input = body.valid()?;
    record.row.reason = reason(input.reason.as_str(), input.text)?;
    finish(tx, record, Action::Fail, to, Some(input.reason.to_string())).await
}

/// Marks the referral as entered in error. The referral that it had replaced can be replaced again.
pub async fn enter_in_error(tx: &mut Tx, id: Uuid, body: Json<EnterReferralInError>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::EnterInError).await?;
    let input = body.valid()?;
    record.row.reason = reason(input.reason.as_str(), input.text)?;
    links::unlink_replaced(tx, &record).await?;
    finish(tx, record, Action::EnterInError, to, Some(input.reason.to_string())).await
}

pub async fn complete(tx: &mut Tx, id: Uuid, body: Json<CompleteReferral>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Complete).await?;
    let input = body.valid()?;
    if input.delivered_on > local_day(tx.now) {
        return Err(Error::field("/delivered_on", "in_the_future"));
    }
    let note = input.note.as_str().to_owned();
    record.row.reason = None;
    record.row.outcome = Some(stored::write(&ReferralOutcome {
        code: input.outcome,
        delivered_on: input.delivered_on,
        note: input.note,
    })?);
    finish(tx, record, Action::Complete, to, Some(note)).await
}

pub async fn cancel(tx: &mut Tx, id: Uuid, body: Json<CancelReferral>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::Cancel).await?;
    let input = body.valid()?;
    record.row.reason = reason(input.reason.as_str(), input.text)?;
    finish(tx, record, Action::Cancel, to, Some(input.reason.to_string())).await
}

pub async fn close_loop(tx: &mut Tx, id: Uuid, body: Json<CloseReferralLoop>) -> Result<Referral, Error> {
    let (mut record, to) = begin(tx, id, Action::CloseLoop).await?;
    if record.row.loop_closed_at.is_some() {
        return Err(not_allowed_now(record.row.status));
    }
    let input = body.valid()?;
    tx.require_past(Some(input.citizen_informed_at), "/citizen_informed_at")?;
    let note = input.note.as_ref().map(|n| n.as_str().to_owned());
    record.row.closure = Some(stored::write(&LoopClosure {
        citizen_informed_at: input.citizen_informed_at,
        satisfaction: input.satisfaction,
        note: input.note,
    })?);
    record.row.loop_closed_at = Some(tx.now);
    finish(tx, record, Action::CloseLoop, to, note).await
}
