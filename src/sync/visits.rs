//! Use cases of visits.

use chrono::TimeDelta;
use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{CreateVisit, Visit};
use super::store::{self, VisitRow};
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::sha256;
use crate::regions::RegionScope;
use crate::transaction::Tx;
use crate::{complaints, registry};

const CLOCK_SKEW: TimeDelta = TimeDelta::hours(1);

pub enum Entered {
    New(Visit),
    /// The same id and content were sent before.
    Known(Visit),
}

pub async fn create(tx: &mut Tx, input: CreateVisit) -> Result<Entered, Error> {
    tx.actor.scope.require(&input.region_code)?;
    if input.visited_at.is_some_and(|at| at > tx.now + CLOCK_SKEW) {
        return Err(Error::field("/visited_at", "in_the_future"));
    }
    let scope = tx.actor.scope.clone();
    if let Some(id) = input.family_id
        && registry::people::actions::find_subject(&mut tx.conn, &scope, None, Some(id)).await?.is_none()
    {
        return Err(Error::field("/family_id", "unknown_family"));
    }
    if let Some(id) = input.complaint_id
        && complaints::actions::find_region(&mut tx.conn, &scope, id).await?.is_none()
    {
        return Err(Error::field("/complaint_id", "unknown_complaint"));
    }
    let hash = sha256(&serde_json::to_vec(&input).map_err(Error::internal)?).to_vec();
    let row = VisitRow {
        id: input.id.unwrap_or_else(Uuid::now_v7),
        region_code: input.region_code.as_str().to_owned(),
        family_id: input.family_id,
        complaint_id: input.complaint_id,
        visited_at: input.visited_at.unwrap_or(tx.now),
        visited_by: tx.actor.subject.clone(),
        result: input.result,
        note: input.note.map(|n| n.into_string()),
        submission_hash: hash,
        created_by: tx.actor.client_id.clone(),
        version: 1,
        created_at: tx.now,
    };
    if !store::insert_visit(&mut tx.conn, &row).await? {
        return match store::find_visit(&mut tx.conn, &scope, row.id).await? {
            Some(known) if known.submission_hash == row.submission_hash => Ok(Entered::Known(Visit::from(known))),
            _ => Err(Error::new(Code::ALREADY_EXISTS)),
        };
    }
    tx.audit("visit.create", "visit", row.id, Some(&row.region_code));
    tx.publish(NewEvent {
        type_: "visit.created".to_owned(),
        subject_kind: "visit",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: None,
        data: object!({ "family_id": row.family_id, "complaint_id": row.complaint_id, "result": row.result }),
    });
    Ok(Entered::New(Visit::from(row)))
}

pub async fn read(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Visit, Error> {
    Ok(Visit::from(store::find_visit(conn, scope, id).await?.ok_or_else(Error::not_found)?))
}
