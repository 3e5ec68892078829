//! Use cases of visits.

use diesel_async::AsyncPgConnection;
use serde_json::json as object;
use uuid::Uuid;

use super::api::{CreateVisit, Visit};
use super::store::{self, VisitRow};
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::created::Created;
use crate::http::json::content_hash;
use crate::regions::RegionScope;
use crate::transaction::Tx;
use crate::{complaints, registry};

pub async fn create(tx: &mut Tx, input: CreateVisit) -> Result<Created<Visit>, Error> {
    tx.actor.scope.require(&input.region_code)?;
    tx.require_past(input.visited_at, "/visited_at")?;
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
    let hash = content_hash(&input)?;
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
            Some(known) if known.submission_hash == row.submission_hash => Ok(Created::Known(Visit::from(known))),
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
    Ok(Created::New(Visit::from(row)))
}

pub async fn read(conn: &mut AsyncPgConnection, scope: &RegionScope, id: Uuid) -> Result<Visit, Error> {
    Ok(Visit::from(store::find_visit(conn, scope, id).await?.ok_or_else(Error::not_found)?))
}
