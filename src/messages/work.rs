//! Sends messages. A message is claimed with a lease, delivered outside any transaction, and the result is saved. Its id is the
//! same at every attempt, so that the gateway can recognise a repeat after a process died.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream;
use uuid::Uuid;

use super::actions::find_template;
use super::gateway::{Delivery, OutgoingMessage};
use super::model::MessageAttemptOutcome as Outcome;
use super::rules;
use super::store::{self, AttemptRow};
use crate::background::Context;
use crate::db::stored;
use crate::error::Error;
use crate::message_queue::MessageRow;
use crate::message_queue::TemplateValues;
use crate::message_queue::model::MessageStatus as Status;
use crate::messages::Gateway;
use crate::regions::Unscoped;

const BATCH_SIZE: i64 = 8;
const MAX_BATCHES: usize = 50;
/// Longer than an attempt can take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const TEXT_RETENTION: TimeDelta = TimeDelta::days(180);

pub async fn send_due(context: &Context) -> Result<(), Error> {
    if !context.resources.get::<Gateway>()?.is_open() {
        return Ok(());
    }
    for _ in 0..MAX_BATCHES {
        let now = context.clock.now();
        let mut conn = context.db.read().await?;
        let until = now + LEASE;
        let due = store::claim_due(&mut conn, Unscoped::FollowUpOfScopedAction, now, until, BATCH_SIZE).await?;
        drop(conn);
        if due.is_empty() {
            break;
        }
        let results: Vec<Result<(), Error>> = stream::iter(due)
            .map(|row| send_one(context, row, until))
            .buffer_unordered(usize::try_from(BATCH_SIZE).unwrap_or(1))
            .collect()
            .await;
        results.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(())
}

async fn send_one(context: &Context, mut row: MessageRow, until: DateTime<Utc>) -> Result<(), Error> {
    let gateway = &context.resources.get::<Gateway>()?;
    if row.text.is_none() {
        let mut conn = context.db.read().await?;
        let template = find_template(&mut conn, row.event, gateway.channel, &row.region_code).await?;
        let values: TemplateValues = stored::read(&row.words, "messages.words", row.id)?;
        row.channel = Some(gateway.channel);
        row.text = template.filter(|t| t.enabled).and_then(|t| rules::render(&t.text, &values).ok());
    }
    let now = context.clock.now();
    let delivery = match (&row.recipient, &row.text) {
        (Some(recipient), Some(text)) => {
            let message = OutgoingMessage { id: row.id, event: row.event, recipient, text };
            Some(gateway.deliver(&message, now).await)
        }
        _ => None,
    };
    let now = context.clock.now();
    row.claimed_until = None;
    row.version += 1;
    row.updated_at = now;
    match &delivery {
        // The step has no template here, or the template is disabled.
        None => row.status = Status::Skipped,
        Some(delivery) => record_result(&mut row, delivery, now),
    }
    let mut conn = context.db.read().await?;
    let lease_held = store::save_claimed(&mut conn, &row, until).await?;
    if let Some(delivery) = delivery.filter(|_| lease_held) {
        let http_status = delivery.http_status.map(i32::from);
        let attempt =
            AttemptRow { message_id: row.id, id: Uuid::now_v7(), at: now, outcome: delivery.outcome, http_status };
        store::insert_attempt(&mut conn, &attempt).await?;
    }
    Ok(())
}

fn record_result(row: &mut MessageRow, delivery: &Delivery, now: DateTime<Utc>) {
    row.attempts += 1;
    if delivery.outcome == Outcome::Accepted {
        row.status = Status::Sent;
        row.sent_at = Some(now);
        row.gateway_reference = delivery.reference.clone();
        return;
    }
    match rules::next_delay(row.attempts, delivery.retry_after, jitter(row.id)) {
        Some(delay) => row.next_attempt_at = now + delay,
        None => {
            row.status = Status::Dead;
            tracing::warn!(message_id = %row.id, outcome = %delivery.outcome, "message delivery abandoned");
        }
    }
}

/// Deterministic jitter derived from the id.
fn jitter(id: Uuid) -> f64 {
    f64::from(*id.as_bytes().last().unwrap_or(&0)) / 255.0
}

pub async fn delete_expired(context: &Context) -> Result<(), Error> {
    let before = context.clock.now() - TEXT_RETENTION;
    let deleted = store::delete_text_before(&mut *context.db.read().await?, before).await?;
    tracing::debug!(deleted, "deleted text and telephone of old messages");
    Ok(())
}
