//! Applying what a tablet brought home. Every operation goes through the action that its endpoint uses, inside a savepoint
//! of its own; only what was done is remembered, so that what failed may be sent again.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::api::{CreateVisit, SyncAnswer, SyncBatch, SyncConflict, SyncOperation, SyncResource, SyncResult};
use super::model::SyncOperationKind as Kind;
use super::store::{self, OperationRow};
use super::visits::{self, Entered};
use super::{actions, bundle};
use crate::attachments;
use crate::attachments::actions::{Announced, Side};
use crate::attachments::storage::Storage;
use crate::auth::{Actor, Permission};
use crate::complaints;
use crate::complaints::actions::Submitted;
use crate::error::{Error, FieldError};
use crate::http::canonical::fingerprint;
use crate::http::etag::IfMatch;
use crate::http::json::{Json, parse_value};
use crate::http::problem::Draft;
use crate::http::problem_table::Code;
use crate::registry::change;
use crate::registry::create::{self, Made};
use crate::transaction::Tx;

/// What one batch knows of itself.
struct Batch {
    device: Uuid,
    skew: TimeDelta,
    known: HashMap<Uuid, OperationRow>,
}

impl Batch {
    fn corrected(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_add_signed(self.skew).unwrap_or(now).min(now)
    }

    /// The version on which an operation rests. A tablet cannot know the version that its own earlier operation will
    /// leave, so a correction takes it from there.
    fn rests_on(&self, operation: &SyncOperation) -> Option<i32> {
        let before = operation.depends_on.iter().filter_map(|needed| self.known.get(needed));
        let same = before.filter(|row| Some(row.resource_id) == operation.target_id);
        let left = same.map(|row| row.resource_version).max();
        operation.based_on.or(left.filter(|_| operation.kind.corrects()))
    }
}

pub async fn apply(tx: &mut Tx, storage: &Storage, input: SyncBatch) -> Result<SyncAnswer, Error> {
    let (mut device, scope) = actions::lock_own(tx, input.device_id).await?;
    let skew = tx.now - input.device_time;
    let ids: Vec<Uuid> = input.operations.iter().flat_map(named).collect();
    let known = store::list_operations_of_visible(&mut tx.conn, device.id, &ids).await?;
    let mut batch =
        Batch { device: device.id, skew, known: known.into_iter().map(|row| (row.operation_id, row)).collect() };
    // A tablet works in its villages alone, whatever else its officer may.
    let officer = tx.actor.clone();
    tx.actor = Arc::new(Actor { scope, ..(*officer).clone() });
    let asked = std::mem::take(&mut tx.if_match);
    let mut results = Vec::with_capacity(input.operations.len());
    for value in input.operations {
        results.push(one(tx, storage, &mut batch, value).await?);
    }
    tx.actor = officer;
    tx.if_match = asked;
    device.last_seen_at = Some(tx.now);
    device.last_skew_ms = Some(skew.num_milliseconds());
    store::save_device(&mut tx.conn, &device).await?;
    tx.audit("device.sync", "device", device.id, Some(&device.region_code));
    Ok(SyncAnswer { received_at: tx.now, skew_ms: skew.num_milliseconds(), results })
}

/// The ids that an operation speaks of, as far as it can be read.
fn named(value: &Value) -> Vec<Uuid> {
    let id = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let own = value.get("operation_id").and_then(id);
    let others = value.get("depends_on").and_then(Value::as_array).into_iter().flatten().filter_map(id);
    own.into_iter().chain(others).collect()
}

async fn one(tx: &mut Tx, storage: &Storage, batch: &mut Batch, value: Value) -> Result<SyncResult, Error> {
    let print = fingerprint(&value);
    let id = value.get("operation_id").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let operation: SyncOperation = match parse_value(value) {
        Ok(operation) => operation,
        Err(error) => return Ok(failed(tx, id, &error)),
    };
    let id = operation.operation_id;
    if let Some(row) = batch.known.get(&id) {
        if row.fingerprint != print {
            return Ok(failed(tx, Some(id), &Error::new(Code::AlreadyExists)));
        }
        return Ok(done(row, true));
    }
    if operation.depends_on.iter().any(|needed| !batch.known.contains_key(needed)) {
        return Ok(failed(tx, Some(id), &Error::new(Code::DependencyFailed)));
    }
    let corrected_at = batch.corrected(operation.captured_at, tx.now);
    if operation.kind.corrects() && batch.rests_on(&operation).is_none() {
        return Ok(failed(tx, Some(id), &Error::field("/based_on", "required")));
    }
    let (device, skew) = (batch.device, batch.skew);
    let (kind, captured_at, target_id) = (operation.kind, operation.captured_at, operation.target_id);
    let yours = operation.payload.clone();
    tx.if_match = IfMatch::naming(batch.rests_on(&operation));
    let outcome = tx
        .attempt(async move |tx: &mut Tx| {
            let (status, resource_id, resource_version) = perform(tx, storage, operation, corrected_at).await?;
            let row = OperationRow {
                device_id: device,
                operation_id: id,
                kind,
                fingerprint: print.to_vec(),
                status,
                resource_id,
                resource_version,
                captured_at,
                corrected_at,
                skew_ms: skew.num_milliseconds(),
                received_at: tx.now,
            };
            store::insert_operation(&mut tx.conn, &row).await?;
            Ok(row)
        })
        .await;
    match outcome {
        Ok(row) => {
            let result = done(&row, false);
            batch.known.insert(id, row);
            Ok(result)
        }
        // A fault of the service is no result: the whole batch fails and can be sent again.
        Err(error) if error.code.row().status >= 500 => Err(error),
        Err(error) => {
            let mut result = failed(tx, Some(id), &error);
            if matches!(error.code.row().status, 409 | 412) {
                let about = target_id.or_else(|| yours.get("id").and_then(Value::as_str).and_then(|t| t.parse().ok()));
                let server = match about {
                    Some(about) => bundle::server_side(tx, kind, about).await?,
                    None => None,
                };
                result.conflict = Some(SyncConflict { yours, server });
            }
            Ok(result)
        }
    }
}

fn done(row: &OperationRow, replayed: bool) -> SyncResult {
    SyncResult {
        operation_id: Some(row.operation_id),
        status: u16::try_from(row.status).unwrap_or(200),
        replayed,
        resource: Some(SyncResource { kind: row.kind, id: row.resource_id, version: row.resource_version }),
        corrected_at: Some(row.corrected_at),
        problem: None,
        conflict: None,
    }
}

fn failed(tx: &Tx, operation_id: Option<Uuid>, error: &Error) -> SyncResult {
    let problem = Draft::from(error).problem("/v1/sync", &tx.context);
    SyncResult {
        operation_id,
        status: problem.status,
        replayed: false,
        resource: None,
        corrected_at: None,
        problem: Some(problem),
        conflict: None,
    }
}

/// Status, id and version of what was made or changed.
async fn perform(
    tx: &mut Tx,
    storage: &Storage,
    operation: SyncOperation,
    corrected_at: DateTime<Utc>,
) -> Result<(i32, Uuid, i32), Error> {
    let SyncOperation { kind, mut payload, target_id, .. } = operation;
    match kind {
        Kind::Complaint => {
            at(&mut payload, "captured_at", corrected_at);
            let input = parse_value(payload).map_err(within)?;
            Ok(match complaints::actions::submit(tx, input).await.map_err(within)? {
                Submitted::New(made) => (201, made.id, made.version),
                Submitted::Known(known) => (200, known.id, known.version),
            })
        }
        Kind::CloseComplaint => {
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(within)?);
            let closed = complaints::actions::close(tx, id, body).await.map_err(within)?;
            Ok((200, closed.id, closed.version))
        }
        Kind::Answer => {
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(within)?);
            let answered = complaints::steps::answer(tx, id, body).await.map_err(within)?;
            Ok((200, answered.id, answered.version))
        }
        Kind::Note => {
            // Its endpoint asks for this permission; this one's is another.
            tx.actor.require(Permission::ComplaintsNote)?;
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(within)?);
            let note = complaints::notes::create(tx, id, body).await.map_err(within)?;
            Ok((201, note.id, 1))
        }
        Kind::CorrectFamily => {
            facts_alone(&payload, &["family_card_no", "region_code"])?;
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(within)?);
            let (family, _) = change::patch_family(tx, id, body).await.map_err(within)?;
            Ok((200, family.id, family.version))
        }
        Kind::CorrectPerson => {
            facts_alone(&payload, &["nik", "identity_status"])?;
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(within)?);
            let (person, _) = change::patch_person(tx, id, body).await.map_err(within)?;
            Ok((200, person.id, person.version))
        }
        Kind::Family => {
            without_numbers(&payload)?;
            let digest = fingerprint(&payload);
            let input = parse_value(payload).map_err(within)?;
            Ok(match create::create_family(tx, input, digest).await.map_err(within)? {
                Made::New(family) => (201, family.id, family.version),
                Made::Before(family) => (200, family.id, family.version),
            })
        }
        Kind::Person => {
            without_numbers(&payload)?;
            let digest = fingerprint(&payload);
            let input = parse_value(payload).map_err(within)?;
            Ok(match create::create_person(tx, input, digest).await.map_err(within)? {
                Made::New(person) => (201, person.id, person.version),
                Made::Before(person) => (200, person.id, person.version),
            })
        }
        Kind::Attachment => {
            at(&mut payload, "captured_at", corrected_at);
            let input = parse_value(payload).map_err(within)?;
            let made = attachments::actions::create(tx, storage, input, Side::Region).await.map_err(within)?;
            Ok(match made {
                Announced::New(made) => (201, made.id, made.version),
                Announced::Known(known) => (200, known.id, known.version),
            })
        }
        Kind::Visit => {
            at(&mut payload, "visited_at", corrected_at);
            let input: CreateVisit = parse_value(payload).map_err(within)?;
            Ok(match visits::create(tx, input).await.map_err(within)? {
                Entered::New(made) => (201, made.id, made.version),
                Entered::Known(known) => (200, known.id, known.version),
            })
        }
    }
}

fn target(named: Option<Uuid>) -> Result<Uuid, Error> {
    named.ok_or_else(|| Error::field("/target_id", "required"))
}

/// A correction from a tablet is one of facts: what identifies somebody, and where a family belongs, is the desk's to write.
fn facts_alone(patch: &Value, not_these: &[&str]) -> Result<(), Error> {
    let named = not_these.iter().filter(|field| patch.get(**field).is_some());
    let faults: Vec<FieldError> =
        named.map(|field| FieldError::new(format!("/payload/{field}"), "not_offline")).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}

/// The service's time for what the tablet recorded: its own may be a year off.
fn at(payload: &mut Value, field: &str, time: DateTime<Utc>) {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert(field.to_owned(), serde_json::json!(time));
    }
}

/// Faults of a payload, told where they stand in the operation.
fn within(mut error: Error) -> Error {
    for field in &mut error.fields {
        field.pointer = format!("/payload{}", field.pointer);
    }
    error
}

/// A tablet holds no identity number, so it brings none: numbers are entered at the desk, by who may write the registry.
fn without_numbers(payload: &Value) -> Result<(), Error> {
    let given = |value: &Value, field: &str| value.get(field).is_some_and(|v| !v.is_null());
    let mut faults = Vec::new();
    for field in ["nik", "family_card_no"] {
        if given(payload, field) {
            faults.push(FieldError::new(format!("/payload/{field}"), "not_offline"));
        }
    }
    for (index, member) in payload.get("members").and_then(Value::as_array).into_iter().flatten().enumerate() {
        if given(member, "nik") {
            faults.push(FieldError::new(format!("/payload/members/{index}/nik"), "not_offline"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}
