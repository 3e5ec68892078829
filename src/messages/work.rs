//! Handing notes over. A note is claimed for a minute, handed over outside any transaction, and what came of it written
//! down; its id goes along unchanged, so that a gateway which took it just before a process died takes it only once.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream;
use uuid::Uuid;

use super::actions::find_template;
use super::gateway::{Handed, Note};
use super::model::{MessageAttemptOutcome as Outcome, MessageStatus as Status};
use super::rules::{self, Words};
use super::store::{self, AttemptRow, MessageRow};
use crate::db::stored;
use crate::error::Error;
use crate::regions::Unscoped;
use crate::worker::Worker;

const AT_A_TIME: i64 = 8;
const ROUNDS: usize = 50;
/// Longer than an attempt can take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const WORDS_KEPT: TimeDelta = TimeDelta::days(180);

pub async fn send_due(worker: &Worker) -> Result<(), Error> {
    if !worker.shared.gateway.is_open() {
        return Ok(());
    }
    for _ in 0..ROUNDS {
        let now = worker.shared.clock.now();
        let mut conn = worker.db.read().await?;
        let until = now + LEASE;
        let due = store::claim_due(&mut conn, Unscoped::FollowUpOfScopedAction, now, until, AT_A_TIME).await?;
        drop(conn);
        if due.is_empty() {
            break;
        }
        let results: Vec<Result<(), Error>> = stream::iter(due)
            .map(|row| send_one(worker, row, until))
            .buffer_unordered(usize::try_from(AT_A_TIME).unwrap_or(1))
            .collect()
            .await;
        results.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(())
}

async fn send_one(worker: &Worker, mut row: MessageRow, until: DateTime<Utc>) -> Result<(), Error> {
    let gateway = &worker.shared.gateway;
    if row.text.is_none() {
        let mut conn = worker.db.read().await?;
        let template = find_template(&mut conn, row.event, gateway.channel, &row.region_code).await?;
        let words: Words = stored::read(&row.words, "messages.words", row.id)?;
        row.channel = Some(gateway.channel);
        row.text = template.filter(|t| t.enabled).and_then(|t| rules::render(&t.text, &words).ok());
    }
    let now = worker.shared.clock.now();
    let handed = match (&row.recipient, &row.text) {
        (Some(recipient), Some(text)) => {
            let note = Note { id: row.id, event: row.event, recipient, text };
            Some(gateway.hand_over(&note, now).await)
        }
        _ => None,
    };
    let now = worker.shared.clock.now();
    row.claimed_until = None;
    row.version += 1;
    row.updated_at = now;
    match &handed {
        // The step has no words here, or they were switched off.
        None => row.status = Status::Skipped,
        Some(handed) => judge(&mut row, handed, now),
    }
    let mut conn = worker.db.read().await?;
    let ours = store::save_claimed(&mut conn, &row, until).await?;
    if let Some(handed) = handed.filter(|_| ours) {
        let http_status = handed.http_status.map(i32::from);
        let attempt =
            AttemptRow { message_id: row.id, id: Uuid::now_v7(), at: now, outcome: handed.outcome, http_status };
        store::insert_attempt(&mut conn, &attempt).await?;
    }
    Ok(())
}

fn judge(row: &mut MessageRow, handed: &Handed, now: DateTime<Utc>) {
    row.attempts += 1;
    if handed.outcome == Outcome::Accepted {
        row.status = Status::Sent;
        row.sent_at = Some(now);
        row.gateway_reference = handed.reference.clone();
        return;
    }
    match rules::next_delay(row.attempts, handed.retry_after, luck(row.id)) {
        Some(delay) => row.next_attempt_at = now + delay,
        None => {
            row.status = Status::Dead;
            tracing::warn!(message_id = %row.id, outcome = %handed.outcome, "a note was given up");
        }
    }
}

/// Spreads notes that failed together; the end of an id is as good as a die.
fn luck(id: Uuid) -> f64 {
    f64::from(*id.as_bytes().last().unwrap_or(&0)) / 255.0
}

pub async fn forget(worker: &Worker) -> Result<(), Error> {
    let before = worker.shared.clock.now() - WORDS_KEPT;
    let forgotten = store::delete_words_before(&mut *worker.db.read().await?, before).await?;
    tracing::debug!(forgotten, "words and telephones of old notes");
    Ok(())
}
