//! Welfare snapshots of a family: added, never overwritten. A changed decile publishes an event.

use serde_json::json;
use uuid::Uuid;

use crate::db::lock::Lock;
use crate::http::created::Created;
use crate::registry::people::api::CreateWelfareStatus;
use crate::registry::people::build;
use crate::registry::people::history;
use crate::registry::people::responses::WelfareStatus;
use crate::registry::people::store;
use crate::registry::rows::WelfareStatusRow;
use crate::registry::welfare::store as status_store;

use crate::clock::local_day;
use crate::db::pool::Connection;
use crate::error::Code;
use crate::error::Error;
use crate::events::NewEvent;
use crate::http::json::Json;
use crate::http::page::{Page, PageRequest, Position};
use crate::regions::RegionScope;
use crate::registry::people::validation;
use crate::transaction::Tx;

/// Adds a snapshot. Returns it with the family's new version.
pub async fn add_status(
    tx: &mut Tx,
    family_id: Uuid,
    body: Json<CreateWelfareStatus>,
) -> Result<(Created<WelfareStatus>, i32), Error> {
    let scope = tx.actor.scope.clone();
    let family =
        store::find_family(&mut tx.conn, &scope, family_id, Lock::ForUpdate).await?.ok_or_else(Error::not_found)?;
    let input = body.valid()?;
    validation::welfare_status(&input, local_day(tx.now)).map_err(Error::fields)?;
    let version = input.snapshot_version.as_str();
    let same = status_store::find_status_of_visible(&mut tx.conn, family_id, input.source, version).await?;
    if let Some(row) = same {
        let equal = (row.as_of, row.decile, row.percentile) == (input.as_of, input.decile, input.percentile);
        return if equal {
            Ok((Created::Known(row.into()), family.version))
        } else {
            Err(Error::new(Code::ALREADY_EXISTS))
        };
    }
    tx.if_match.check(family.version)?;
    let before = status_store::find_latest_status_of_visible(&mut tx.conn, family_id).await?;
    let row = build::welfare_status(family_id, input, tx.now);
    store::insert_statuses(&mut tx.conn, std::slice::from_ref(&row)).await?;
    let version = store::touch_family(&mut tx.conn, family_id, tx.now).await?;
    history::record_fields(tx, "family", family_id, family_id, "add-welfare-status", &["welfare_status"]).await?;
    tx.audit("welfare_status.add", "family", family_id, Some(&family.region_code));
    if let Some(event) = before.and_then(|before| changed(&before, &row, &family.region_code)) {
        tx.publish(event);
    }
    Ok((Created::New(row.into()), version))
}

/// The event to publish when a family's decile changes.
pub fn changed(before: &WelfareStatusRow, after: &WelfareStatusRow, region_code: &str) -> Option<NewEvent> {
    let direction = direction(before, after)?;
    Some(NewEvent {
        type_: "welfare_status.changed".to_owned(),
        subject_kind: "family",
        subject_id: after.family_id,
        region_code: region_code.to_owned(),
        organization_id: None,
        data: json!({ "welfare_status_id": after.id, "direction": direction }),
    })
}

/// The direction in which the decile changed. A late snapshot of an earlier day changes nothing.
fn direction(before: &WelfareStatusRow, after: &WelfareStatusRow) -> Option<&'static str> {
    if after.as_of < before.as_of {
        return None;
    }
    match after.decile.cmp(&before.decile) {
        std::cmp::Ordering::Greater => Some("up"),
        std::cmp::Ordering::Less => Some("down"),
        std::cmp::Ordering::Equal => None,
    }
}

pub async fn list_statuses(
    conn: &mut Connection,
    scope: &RegionScope,
    family_id: Uuid,
    page: &PageRequest,
) -> Result<Page<WelfareStatus>, Error> {
    if !store::is_visible(conn, scope, family_id).await? {
        return Err(Error::not_found());
    }
    let rows = status_store::list_statuses_of_visible(conn, family_id, page).await?;
    Ok(page.page(rows, |row| Position::at(row.created_at, row.id), WelfareStatus::from))
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, Utc};

    use super::*;
    use crate::registry::model::WelfareSource;

    #[test]
    fn a_decile_moves_up_down_or_not_at_all() {
        let status = |month, decile| WelfareStatusRow {
            family_id: Uuid::nil(),
            id: Uuid::nil(),
            source: WelfareSource::Dtsen,
            snapshot_version: String::new(),
            as_of: NaiveDate::from_ymd_opt(2026, month, 1).unwrap(),
            decile,
            percentile: None,
            created_at: Utc::now(),
        };
        assert_eq!(direction(&status(4, 2), &status(7, 3)), Some("up"));
        assert_eq!(direction(&status(4, 2), &status(7, 1)), Some("down"));
        assert_eq!(direction(&status(4, 2), &status(7, 2)), None);
        assert_eq!(direction(&status(7, 2), &status(4, 5)), None);
    }
}
