//! Performs one step of a case through the use case that a caller would use.

use chrono::TimeDelta;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::super::Home;
use super::super::directory::service_id;
use super::step::{About, Act, Case};
use crate::clock::local_day;
use crate::complaints::{actions as complaint, notes, steps};
use crate::error::Error;
use crate::http::created::Created;
use crate::http::json::{Json, parse_value};
use crate::referrals::{actions as referral, steps as answer};
use crate::transaction::Tx;

/// A fictitious number, the same in all demo cases.
const PHONE: &str = "0812-0000-9001";

/// Resources that the case has created so far.
#[derive(Default, Clone, Copy)]
pub struct Made {
    pub complaint: Option<Uuid>,
    pub referral: Option<Uuid>,
    /// The complaint of which this one is marked as a duplicate.
    pub duplicate_of: Option<Uuid>,
}

fn body<T>(value: Value) -> Result<Json<T>, Error>
where
    T: serde::de::DeserializeOwned + ToSchema + Validate + 'static,
{
    Ok(Json::made(parse_value(value)?))
}

pub async fn perform(tx: &mut Tx, case: &Case, act: &Act, home: &Home, mut made: Made) -> Result<Made, Error> {
    let now = tx.now;
    match *act {
        Act::Submit => {
            let new = parse_value(submission(case, home))?;
            if let Created::New(new) = complaint::submit(tx, new).await? {
                made.complaint = Some(new.id);
            }
        }
        Act::Draft(service, need) => {
            let subject = made.complaint.is_none().then(|| json!({ "family_id": home.family_id }));
            let draft = parse_value(json!({
                "service_id": service_id(service), "complaint_id": made.complaint, "subject": subject,
                "need": need, "lawful_basis": "consent", "consent_given_on": local_day(now),
            }))?;
            if let Created::New(new) = referral::create(tx, draft).await? {
                made.referral = Some(new.id);
            }
        }
        Act::Send
        | Act::Acknowledge
        | Act::ReservePlace(_)
        | Act::Accept
        | Act::Decline(..)
        | Act::Serve
        | Act::Hold(..)
        | Act::Complete(..)
        | Act::CloseLoop(_) => {
            let id = made.referral.ok_or_else(|| Error::internal("the case has no referral"))?;
            act_on_referral(tx, act, id).await?;
        }
        _ => {
            let id = made.complaint.ok_or_else(|| Error::internal("the case has no complaint"))?;
            act_on_complaint(tx, act, id, made.duplicate_of).await?;
        }
    }
    Ok(made)
}

fn submission(case: &Case, home: &Home) -> Value {
    let anonymous = case.about == About::Anonymous;
    let reporter = (!anonymous).then(|| json!({ "name": home.head, "phone": PHONE }));
    let subject = (case.about == About::Family).then(|| json!({ "family_id": home.family_id }));
    json!({
        "region_code": home.village, "sector": case.sector, "description": case.text,
        "anonymous": anonymous, "complainant": reporter, "subject": subject,
        "channel": if anonymous { "telephone" } else { "visit" },
    })
}

async fn act_on_complaint(tx: &mut Tx, act: &Act, id: Uuid, duplicate_of: Option<Uuid>) -> Result<(), Error> {
    match *act {
        Act::Verify(class, priority) => {
            let note = "Diperiksa dengan data keluarga.";
            let body = body(json!({ "class": class, "priority": priority, "note": note }))?;
            complaint::verify(tx, id, body).await?;
        }
        Act::Reject(reason) => drop(complaint::reject(tx, id, body(json!({ "reason": reason }))?).await?),
        Act::Start => drop(complaint::start(tx, id, body(json!({}))?).await?),
        Act::Ask(question) => drop(steps::ask(tx, id, body(json!({ "question": question }))?).await?),
        Act::Note(visibility, text) => {
            notes::create(tx, id, body(json!({ "visibility": visibility, "text": text }))?).await?;
        }
        Act::Recommend(kind, text) => {
            complaint::recommend(tx, id, body(json!({ "kind": kind, "text": text }))?).await?;
        }
        Act::Refer => drop(crate::referrals::decisions::approve(tx, id, body(json!({ "outcome": "refer" }))?).await?),
        Act::Resolve(decision, answer) => {
            let body = body(json!({ "outcome": "resolve", "decision": decision, "answer": answer }))?;
            crate::referrals::decisions::approve(tx, id, body).await?;
        }
        Act::Inform(answer) => drop(steps::inform(tx, id, body(json!({ "answer": answer }))?).await?),
        Act::Close(satisfaction) => {
            complaint::close(tx, id, body(json!({ "satisfaction": satisfaction }))?).await?;
        }
        Act::Withdraw(reason) => drop(steps::withdraw(tx, id, body(json!({ "reason": reason }))?).await?),
        Act::MarkDuplicate(_) => {
            steps::mark_duplicate(tx, id, body(json!({ "duplicate_of": duplicate_of }))?).await?;
        }
        _ => return Err(Error::internal("not a step of a complaint")),
    }
    Ok(())
}

async fn act_on_referral(tx: &mut Tx, act: &Act, id: Uuid) -> Result<(), Error> {
    let now = tx.now;
    let after = |days| now + TimeDelta::days(days);
    match *act {
        Act::Send => drop(referral::request(tx, id).await?),
        Act::Acknowledge => drop(answer::acknowledge(tx, id).await?),
        Act::ReservePlace(days) => {
            answer::reserve_place(tx, id, body(json!({ "expires_at": after(days) }))?).await?;
        }
        Act::Accept => drop(answer::accept(tx, id).await?),
        Act::Decline(reason, text) => {
            answer::reject(tx, id, body(json!({ "reason": reason, "text": text }))?).await?;
        }
        Act::Serve => drop(answer::start(tx, id).await?),
        Act::Hold(reason, days) => {
            answer::hold(tx, id, body(json!({ "reason": reason, "review_at": after(days) }))?).await?;
        }
        Act::Complete(outcome, note) => {
            let body = body(json!({ "outcome": outcome, "delivered_on": local_day(now), "note": note }))?;
            answer::complete(tx, id, body).await?;
        }
        Act::CloseLoop(satisfaction) => {
            let body = body(json!({ "citizen_informed_at": now, "satisfaction": satisfaction }))?;
            answer::close_loop(tx, id, body).await?;
        }
        _ => return Err(Error::internal("not a step of a referral")),
    }
    Ok(())
}
