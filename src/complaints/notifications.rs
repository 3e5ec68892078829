//! Notifications to the reporter of a complaint. Internal steps of the desk do not notify the reporter.

use super::api::{Complainant, ComplaintResolution};
use super::model::ComplaintAction as Action;
use super::reference_no;
use super::store::ComplaintRow;
use crate::db::stored;
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
    let reporter: Option<Complainant> = stored::read_nullable(reporter, "complaints.complainant", row.id)?;
    let Some(Complainant { name, phone: Some(phone), .. }) = reporter else { return Ok(()) };
    let resolution: Option<ComplaintResolution> =
        stored::read_nullable(row.resolution.as_ref(), "complaints.resolution", row.id)?;
    message_queue::enqueue(
        tx,
        NewMessage {
            complaint_id: row.id,
            region_code: row.region_code.clone(),
            event,
            name: name.into_string(),
            phone: phone.into_string(),
            reference: row.reference_no.as_deref().map(reference_no::show).unwrap_or_default(),
            question: note.filter(|_| event == Event::QuestionAsked).map(str::to_owned),
            answer: resolution.filter(|_| event == Event::Resolved).map(|said| said.answer.into_string()),
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
