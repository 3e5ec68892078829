//! The audit trail: one row for every mutation and every reveal, written in the transaction it tells of. It names ids,
//! never people.

pub mod routes;
pub mod store;

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use crate::auth::Actor;
use crate::auth::caller::AccessPurpose;
use crate::error::Error;
use crate::http::request_context::RequestContext;

/// Personal data that a read is about to show in the clear.
#[derive(Debug, Clone, Copy)]
pub struct Reveal<'a> {
    pub kind: &'a str,
    pub id: Uuid,
    pub region_code: &'a str,
    pub purpose: AccessPurpose,
}

/// Leaves the access record before anything is shown: without it there is no answer.
pub async fn record_reveal(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    reveal: Reveal<'_>,
    now: DateTime<Utc>,
    context: &RequestContext,
) -> Result<(), Error> {
    let row = store::AuditRow {
        id: Uuid::now_v7(),
        at: now,
        client_id: actor.client_id.clone(),
        actor: actor.subject.clone(),
        action: format!("{}.reveal", reveal.kind),
        target_kind: reveal.kind.to_owned(),
        target_id: Some(reveal.id),
        region_code: Some(reveal.region_code.to_owned()),
        organization_id: actor.organization_id,
        purpose: Some(reveal.purpose.to_string()),
        trace_id: context.trace_id.clone(),
    };
    Ok(store::insert(conn, &[row]).await?)
}
