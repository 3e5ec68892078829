//! Assignment of a complaint to an officer: allowed in every open state, and without a change of state.

use serde_json::json;
use uuid::Uuid;

use super::model::ComplaintAction as Action;
use super::{store, transitions};
use crate::auth::clients::find_active_staff;
use crate::db::lock::Lock;
use crate::error::Error;
use crate::events::NewEvent;
use crate::service_levels;
use crate::state_machine;
use crate::transaction::{Target, Tx};

/// Fails unless the assignee is the caller or an active officer of the caller's organization.
pub async fn require_officer(tx: &mut Tx, assignee: &str) -> Result<(), Error> {
    if assignee == tx.actor.subject {
        return Ok(());
    }
    let officer = find_active_staff(&mut tx.conn, assignee).await?;
    if officer.is_none_or(|o| Some(o.organization_id) != tx.actor.organization_id) {
        return Err(Error::field("/assignee", "unknown_officer"));
    }
    Ok(())
}

/// Result of an assignment: the complaint's version, and whether the assignment changed it.
pub struct Assigned {
    pub version: i32,
    pub changed: bool,
}

/// Assigns the complaint; writes nothing if the officer already has it.
pub async fn assign(tx: &mut Tx, id: Uuid, assignee: String) -> Result<Assigned, Error> {
    let scope = tx.actor.scope.clone();
    let mut row = store::find_visible(&mut tx.conn, &scope, id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    if transitions::FINAL.contains(&row.status) {
        let allowed = state_machine::allowed(transitions::EDGES, row.status);
        let allowed = allowed.into_iter().map(Action::as_str).collect();
        return Err(Error::transition(
            crate::complaints::problems::COMPLAINT_INVALID_TRANSITION,
            row.status.as_str(),
            allowed,
        ));
    }
    if row.assignee.as_deref() == Some(assignee.as_str()) {
        return Ok(Assigned { version: row.version, changed: false });
    }
    service_levels::actions::on_assignment(tx, id, &assignee).await?;
    row.assignee = Some(assignee);
    row.version += 1;
    row.updated_at = tx.now;
    store::save(&mut tx.conn, &row).await?;
    let status = row.status.as_str();
    let of = Target { kind: "complaint", id: row.id, region_code: &row.region_code };
    tx.step(of, "assign", Some(status), status, None);
    tx.publish(NewEvent {
        type_: "complaint.assigned".to_owned(),
        subject_kind: "complaint",
        subject_id: row.id,
        region_code: row.region_code.clone(),
        organization_id: row.organization_id,
        data: json!({ "status": row.status, "version": row.version }),
    });
    Ok(Assigned { version: row.version, changed: true })
}
