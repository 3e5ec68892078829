//! Use cases of messages: enqueue with a step of a complaint, read, receive the gateway's receipt, retry, and change templates.

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::api::{
    CreateMessageReceipt, Message, MessageList, MessageTemplate, ReplaceMessageTemplate, show, show_template,
};
use super::model::MessageReceiptStatus;
use super::rules;
use super::store::{self, ReceiptRow, TemplateRow};
use crate::complaints;
use crate::db::lock::Lock;
use crate::error::Code;
use crate::error::Error;
use crate::http::json::Json;
use crate::message_queue::MessageRow;
use crate::message_queue::model::{MessageChannel, MessageEvent, MessageStatus as Status};
use crate::regions::{RegionCode, RegionScope, Unscoped};
use crate::transaction::Tx;

/// The whole country, as a region code.
pub const COUNTRY: &str = "ID";

/// Visible to callers who may read the complaint.
pub async fn list_of(conn: &mut AsyncPgConnection, scope: &RegionScope, complaint: Uuid) -> Result<MessageList, Error> {
    complaints::actions::find_region(conn, scope, complaint).await?.ok_or_else(Error::not_found)?;
    let rows = store::list_of_visible(conn, complaint).await?;
    Ok(MessageList { items: with_history(conn, rows).await? })
}

pub async fn read(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Message, Error> {
    let row = store::find_visible(conn, scope, id, Lock::No).await?.ok_or_else(Error::not_found)?;
    with_history(conn, vec![row]).await?.pop().ok_or_else(Error::not_found)
}

async fn with_history(conn: &mut AsyncPgConnection, rows: Vec<MessageRow>) -> Result<Vec<Message>, Error> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let attempts = store::list_attempts_of_visible(conn, &ids).await?;
    let receipts = store::list_receipts_of_visible(conn, &ids).await?;
    let of = |row: MessageRow| {
        let attempts = attempts.iter().filter(|a| a.message_id == row.id).cloned().collect();
        let receipts = receipts.iter().filter(|r| r.message_id == row.id).cloned().collect();
        show(row, attempts, receipts)
    };
    Ok(rows.into_iter().map(of).collect())
}

/// Stores a receipt from the gateway. A delivered message stays delivered, whatever is reported later.
pub async fn receive(tx: &mut Tx, id: Uuid, body: Json<CreateMessageReceipt>) -> Result<Message, Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    if !matches!(row.status, Status::Sent | Status::Delivered | Status::Undelivered) {
        return Err(Error::transition(crate::messages::problems::MESSAGE_NOT_SENT, row.status.as_str(), Vec::new()));
    }
    let input = body.valid()?;
    let receipt = ReceiptRow {
        message_id: id,
        id: Uuid::now_v7(),
        at: input.at,
        status: input.status,
        reason: input.reason.map(|r| r.into_string()),
        received_at: tx.now,
    };
    store::insert_receipt(&mut tx.conn, &receipt).await?;
    match input.status {
        MessageReceiptStatus::Delivered | MessageReceiptStatus::Read => {
            row.status = Status::Delivered;
            row.delivered_at = row.delivered_at.or(Some(input.at));
        }
        MessageReceiptStatus::Failed if row.status == Status::Sent => row.status = Status::Undelivered,
        MessageReceiptStatus::Failed => {}
    }
    changed(tx, &mut row, "message.receipt").await
}

/// Enqueues a dead or undelivered message again, with the same text.
pub async fn retry(tx: &mut Tx, id: Uuid) -> Result<Message, Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    tx.if_match.check(row.version)?;
    let retryable = matches!(row.status, Status::Dead | Status::Undelivered) && row.recipient.is_some();
    if !retryable {
        return Err(Error::transition(crate::messages::problems::MESSAGE_NOT_FAILED, row.status.as_str(), Vec::new()));
    }
    row.status = Status::Queued;
    row.attempts = 0;
    row.claimed_until = None;
    row.next_attempt_at = tx.now;
    changed(tx, &mut row, "message.retry").await
}

async fn changed(tx: &mut Tx, row: &mut MessageRow, action: &str) -> Result<Message, Error> {
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, row).await?;
    tx.audit(action, "message", row.id, Some(&row.region_code));
    with_history(&mut tx.conn, vec![row.clone()]).await?.pop().ok_or_else(Error::not_found)
}

/// A region and all regions that contain it, the country last.
fn widening_codes(region: &str) -> Vec<&str> {
    let inner = region.match_indices('.').filter_map(|(at, _)| region.get(..at));
    let mut codes: Vec<&str> = std::iter::once(COUNTRY).chain(inner).collect();
    if region != COUNTRY {
        codes.push(region);
    }
    codes.reverse();
    codes
}

/// The template that applies in a region: its own, or that of the next wider region that has one.
pub async fn find_template(
    conn: &mut AsyncPgConnection,
    event: MessageEvent,
    channel: MessageChannel,
    region: &str,
) -> Result<Option<TemplateRow>, Error> {
    let codes = widening_codes(region);
    let found = store::list_templates(conn, Unscoped::ServiceStandards, event, channel, &codes).await?;
    Ok(codes.iter().find_map(|code| found.iter().find(|row| row.region_code == *code)).cloned())
}

/// Parses a region in the path: the country or a valid region code.
pub fn parse_region(code: &str) -> Result<String, Error> {
    let known = code == COUNTRY || RegionCode::parse(code).is_some();
    if known { Ok(code.to_owned()) } else { Err(Error::not_found()) }
}

/// The template that applies in the region; version 0 if it is that of a wider region.
pub async fn read_template(
    conn: &mut AsyncPgConnection,
    event: MessageEvent,
    channel: MessageChannel,
    region: &str,
) -> Result<MessageTemplate, Error> {
    let found = find_template(conn, event, channel, region).await?.ok_or_else(Error::not_found)?;
    let own = found.region_code == region;
    let mut shown = show_template(found);
    if !own {
        shown.version = 0;
    }
    Ok(shown)
}

pub async fn replace_template(
    tx: &mut Tx,
    event: MessageEvent,
    channel: MessageChannel,
    region: &str,
    body: Json<ReplaceMessageTemplate>,
) -> Result<MessageTemplate, Error> {
    let granted = if region == COUNTRY { tx.actor.scope.is_everything() } else { tx.actor.scope.allows(region) };
    if !granted {
        return Err(Error::new(Code::REGION_NOT_GRANTED));
    }
    let stored = store::lock_template(&mut tx.conn, Unscoped::ServiceStandards, event, channel, region).await?;
    tx.if_match.require(stored.as_ref().map_or(0, |row| row.version))?;
    let input = body.valid()?;
    rules::validate(event, input.text.as_str()).map_err(|code| Error::field("/text", code))?;
    let row = TemplateRow {
        event,
        channel,
        region_code: region.to_owned(),
        text: input.text.into_string(),
        enabled: input.enabled,
        version: stored.as_ref().map_or(1, |row| row.version + 1),
        updated_by: tx.actor.subject.clone(),
        created_at: stored.as_ref().map_or(tx.now, |row| row.created_at),
        updated_at: tx.now,
    };
    if stored.is_some() {
        store::save_template(&mut tx.conn, &row).await?;
    } else if !store::insert_template(&mut tx.conn, &row).await? {
        return Err(Error::new(Code::VERSION_MISMATCH));
    }
    // The audit trail identifies resources by id; a template has none, so the event and channel are in the target kind.
    tx.audit("message_template.replace", &format!("message_template:{event}:{channel}"), Uuid::nil(), Some(region));
    Ok(show_template(row))
}

/// All messages on these complaints with the unmasked telephone, for the reporter's own request.
pub async fn list_about(tx: &mut Tx, complaints: &[Uuid]) -> Result<Vec<Message>, Error> {
    let mut about = Vec::new();
    for complaint in complaints {
        let rows = store::list_of_visible(&mut tx.conn, *complaint).await?;
        let phones: Vec<Option<String>> = rows.iter().map(|row| row.recipient.clone()).collect();
        let shown = with_history(&mut tx.conn, rows).await?;
        about.extend(shown.into_iter().zip(phones).map(|(note, recipient)| Message { recipient, ..note }));
    }
    Ok(about)
}

/// Deletes text and telephone of these complaints' messages after an erasure.
pub async fn erase(tx: &mut Tx, complaints: &[Uuid]) -> Result<(), Error> {
    store::delete_text_of(&mut tx.conn, complaints).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_looked_up_from_the_village_to_the_country() {
        assert_eq!(widening_codes("32.04.05.2001"), ["32.04.05.2001", "32.04.05", "32.04", "32", "ID"]);
        assert_eq!(widening_codes("32"), ["32", "ID"]);
        assert_eq!(widening_codes("ID"), ["ID"]);
    }
}
