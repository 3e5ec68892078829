//! Notifications to the reporter of a complaint. Internal steps of the desk do not notify the reporter.

use serde_json::Value;

use super::model::ComplaintAction as Action;
use super::reference_no;
use super::store::ComplaintRow;
use crate::error::Error;
use crate::message_queue::model::MessageEvent as Event;
use crate::message_queue::{self, NewMessage};
use crate::transaction::Tx;

/// Enqueues the message for a step, in the same transaction. An anonymous reporter, or one without a telephone, gets
/// none.
pub(super) fn notify_reporter(
    tx: &mut Tx,
    row: &ComplaintRow,
    action: Action,
    note: Option<&str>,
) -> Result<(), Error> {
    let Some(event) = event_of(action) else { return Ok(()) };
    let reporter = row.complainant.as_ref().filter(|_| !row.anonymous);
    let contact = |field: &str| reporter.and_then(|r| r.get(field)).and_then(Value::as_str).map(str::to_owned);
    let (Some(name), Some(phone)) = (contact("name"), contact("phone")) else { return Ok(()) };
    let answer = row.resolution.as_ref().and_then(|r| r.get("answer")).and_then(Value::as_str).map(str::to_owned);
    message_queue::enqueue(
        tx,
        NewMessage {
            complaint_id: row.id,
            region_code: row.region_code.clone(),
            event,
            name,
            phone,
            reference: row.reference_no.as_deref().map(reference_no::show).unwrap_or_default(),
            question: note.filter(|_| event == Event::QuestionAsked).map(str::to_owned),
            answer: answer.filter(|_| event == Event::Resolved),
        },
    )
}

fn event_of(action: Action) -> Option<Event> {
    match action {
        Action::Submit => Some(Event::Received),
        Action::Verify => Some(Event::Verified),
        Action::Ask => Some(Event::QuestionAsked),
        Action::Refer => Some(Event::Referred),
        Action::Resolve | Action::Inform | Action::TimeOut => Some(Event::Resolved),
        Action::Close | Action::CloseUnanswered => Some(Event::Closed),
        Action::Reject => Some(Event::Rejected),
        Action::Transfer => Some(Event::Transferred),
        Action::Reopen => Some(Event::Reopened),
        Action::MarkDuplicate => Some(Event::Duplicate),
        Action::Withdraw => Some(Event::Withdrawn),
        _ => None,
    }
}
