//! Applies a tablet's batch. Every operation runs the use case of its endpoint inside its own savepoint. Only successful
//! operations are stored, so a failed one may be sent again.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::api::{CreateVisit, SyncAnswer, SyncBatch, SyncConflict, SyncOperation, SyncResource, SyncResult};
use super::model::SyncOperationKind as Kind;
use super::store::{self, OperationRow};
use super::visits;
use super::{actions, bundle};
use crate::attachments;
use crate::attachments::actions::Side;
use crate::attachments::storage::Storage;
use crate::auth::Actor;
use crate::complaints;
use crate::error::Code;
use crate::error::{Error, FieldError};
use crate::http::canonical::fingerprint;
use crate::http::created::Created;
use crate::http::etag::IfMatch;
use crate::http::json::{Json, parse_value};
use crate::http::problem::Draft;
use crate::registry::people::change;
use crate::registry::people::create;
use crate::transaction::Tx;

/// State of one batch.
struct Batch {
    device: Uuid,
    skew: TimeDelta,
    existing: HashMap<Uuid, OperationRow>,
}

impl Batch {
    fn corrected(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        at.checked_add_signed(self.skew).unwrap_or(now).min(now)
    }

    /// The version on which an operation is based. A tablet cannot know the version that its own earlier operation will create,
    /// so a correction takes it from that operation's result.
    fn base_version(&self, operation: &SyncOperation) -> Option<i32> {
        let before = operation.depends_on.iter().filter_map(|needed| self.existing.get(needed));
        let same = before.filter(|row| Some(row.resource_id) == operation.target_id);
        let latest = same.map(|row| row.resource_version).max();
        operation.based_on.or(latest.filter(|_| operation.kind.needs_base_version()))
    }
}

pub async fn apply(tx: &mut Tx, storage: &Storage, input: SyncBatch) -> Result<SyncAnswer, Error> {
    let (mut device, scope) = actions::lock_own(tx, input.device_id).await?;
    let skew = tx.now - input.device_time;
    let ids: Vec<Uuid> = input.operations.iter().flat_map(mentioned_ids).collect();
    let existing = store::list_operations_of_visible(&mut tx.conn, device.id, &ids).await?;
    let mut batch =
        Batch { device: device.id, skew, existing: existing.into_iter().map(|row| (row.operation_id, row)).collect() };
    // Operations are limited to the tablet's villages, even if the officer has more regions.
    let officer = tx.actor.clone();
    tx.actor = Arc::new(Actor { scope, ..(*officer).clone() });
    let if_match = std::mem::take(&mut tx.if_match);
    let mut results = Vec::with_capacity(input.operations.len());
    for value in input.operations {
        results.push(apply_one(tx, storage, &mut batch, value).await?);
    }
    tx.actor = officer;
    tx.if_match = if_match;
    device.last_seen_at = Some(tx.now);
    device.last_skew_ms = Some(skew.num_milliseconds());
    store::save_device(&mut tx.conn, &device).await?;
    tx.audit("device.sync", "device", device.id, Some(&device.region_code));
    Ok(SyncAnswer { received_at: tx.now, skew_ms: skew.num_milliseconds(), results })
}

/// The ids of the operation and its dependencies, if they can be parsed.
fn mentioned_ids(value: &Value) -> Vec<Uuid> {
    let id = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let own = value.get("operation_id").and_then(id);
    let others = value.get("depends_on").and_then(Value::as_array).into_iter().flatten().filter_map(id);
    own.into_iter().chain(others).collect()
}

async fn apply_one(tx: &mut Tx, storage: &Storage, batch: &mut Batch, value: Value) -> Result<SyncResult, Error> {
    let digest = fingerprint(&value);
    let id = value.get("operation_id").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let operation: SyncOperation = match parse_value(value) {
        Ok(operation) => operation,
        Err(error) => return Ok(failed(tx, id, &error)),
    };
    let id = operation.operation_id;
    if let Some(row) = batch.existing.get(&id) {
        if row.fingerprint != digest {
            return Ok(failed(tx, Some(id), &Error::new(Code::ALREADY_EXISTS)));
        }
        return Ok(done(row, true));
    }
    if operation.depends_on.iter().any(|needed| !batch.existing.contains_key(needed)) {
        return Ok(failed(tx, Some(id), &Error::new(crate::sync::problems::DEPENDENCY_FAILED)));
    }
    let corrected_at = batch.corrected(operation.captured_at, tx.now);
    if operation.kind.needs_base_version() && batch.base_version(&operation).is_none() {
        return Ok(failed(tx, Some(id), &Error::field("/based_on", "required")));
    }
    let (device, skew) = (batch.device, batch.skew);
    let (kind, captured_at, target_id) = (operation.kind, operation.captured_at, operation.target_id);
    let yours = operation.payload.clone();
    tx.if_match = IfMatch::naming(batch.base_version(&operation));
    let outcome = tx
        .attempt(async move |tx: &mut Tx| {
            let (status, resource_id, resource_version) = execute(tx, storage, operation, corrected_at).await?;
            let row = OperationRow {
                device_id: device,
                operation_id: id,
                kind,
                fingerprint: digest.to_vec(),
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
            batch.existing.insert(id, row);
            Ok(result)
        }
        // A server error is not stored as a result: the whole batch fails and can be sent again.
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

/// Executes an operation. Returns the status, and the id and version of the resource.
async fn execute(
    tx: &mut Tx,
    storage: &Storage,
    operation: SyncOperation,
    corrected_at: DateTime<Utc>,
) -> Result<(i32, Uuid, i32), Error> {
    let SyncOperation { kind, mut payload, target_id, .. } = operation;
    match kind {
        Kind::Complaint => {
            set_time(&mut payload, "captured_at", corrected_at);
            let input = parse_value(payload).map_err(in_payload)?;
            Ok(created(&complaints::actions::submit(tx, input).await.map_err(in_payload)?, |made| {
                (made.id, made.version)
            }))
        }
        Kind::CloseComplaint => {
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(in_payload)?);
            let closed = complaints::actions::close(tx, id, body).await.map_err(in_payload)?;
            Ok((200, closed.id, closed.version))
        }
        Kind::Answer => {
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(in_payload)?);
            let answered = complaints::steps::answer(tx, id, body).await.map_err(in_payload)?;
            Ok((200, answered.id, answered.version))
        }
        Kind::Note => {
            // The endpoint for notes needs this permission; the sync endpoint needs another one.
            tx.actor.require(crate::complaints::permissions::COMPLAINTS_NOTE)?;
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(in_payload)?);
            let note = complaints::notes::create(tx, id, body).await.map_err(in_payload)?;
            Ok((201, note.id, 1))
        }
        Kind::CorrectFamily => {
            refuse_fields(&payload, &["family_card_no", "region_code"])?;
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(in_payload)?);
            let (family, _) = change::patch_family(tx, id, body).await.map_err(in_payload)?;
            Ok((200, family.id, family.version))
        }
        Kind::CorrectPerson => {
            refuse_fields(&payload, &["nik", "identity_status"])?;
            let id = target(target_id)?;
            let body = Json::made(parse_value(payload).map_err(in_payload)?);
            let (person, _) = change::patch_person(tx, id, body).await.map_err(in_payload)?;
            Ok((200, person.id, person.version))
        }
        Kind::Family => {
            refuse_identity_numbers(&payload)?;
            let digest = fingerprint(&payload);
            let input = parse_value(payload).map_err(in_payload)?;
            Ok(created(&create::create_family(tx, input, digest).await.map_err(in_payload)?, |made| {
                (made.id, made.version)
            }))
        }
        Kind::Person => {
            refuse_identity_numbers(&payload)?;
            let digest = fingerprint(&payload);
            let input = parse_value(payload).map_err(in_payload)?;
            Ok(created(&create::create_person(tx, input, digest).await.map_err(in_payload)?, |made| {
                (made.id, made.version)
            }))
        }
        Kind::Attachment => {
            set_time(&mut payload, "captured_at", corrected_at);
            let input = parse_value(payload).map_err(in_payload)?;
            let made = attachments::actions::create(tx, storage, input, Side::Region).await.map_err(in_payload)?;
            Ok(created(&made, |made| (made.id, made.version)))
        }
        Kind::Visit => {
            set_time(&mut payload, "visited_at", corrected_at);
            let input: CreateVisit = parse_value(payload).map_err(in_payload)?;
            Ok(created(&visits::create(tx, input).await.map_err(in_payload)?, |made| (made.id, made.version)))
        }
    }
}

/// Status, id and version of a record that the operation created.
fn created<T>(made: &Created<T>, of: impl FnOnce(&T) -> (Uuid, i32)) -> (i32, Uuid, i32) {
    let (id, version) = of(made.record());
    (made.status().into(), id, version)
}

fn target(id: Option<Uuid>) -> Result<Uuid, Error> {
    id.ok_or_else(|| Error::field("/target_id", "required"))
}

/// Refuses fields that a correction from a tablet must not change: identity and region of a family are changed at the desk.
fn refuse_fields(patch: &Value, refused: &[&str]) -> Result<(), Error> {
    let present = refused.iter().filter(|field| patch.get(**field).is_some());
    let faults: Vec<FieldError> =
        present.map(|field| FieldError::new(format!("/payload/{field}"), "not_offline")).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::fields(faults)) }
}

/// Overwrites a time of the tablet, whose clock may be wrong, with the corrected time.
fn set_time(payload: &mut Value, field: &str, time: DateTime<Utc>) {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert(field.to_owned(), serde_json::json!(time));
    }
}

/// Changes the pointers of field errors so that they refer to the operation.
fn in_payload(mut error: Error) -> Error {
    for field in &mut error.fields {
        field.pointer = format!("/payload{}", field.pointer);
    }
    error
}

/// Refuses identity numbers: a tablet does not store them. They are entered at the desk.
fn refuse_identity_numbers(payload: &Value) -> Result<(), Error> {
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
