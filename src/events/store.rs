//! The outbox and the event feed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::db::prepared::prepared_for;
use crate::db::schema::events;
use crate::events::order::ChangeWindow;
use crate::in_window;
use crate::regions::RegionScope;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = events)]
#[diesel(treat_none_as_default_value = false)]
pub struct NewEventRow {
    pub id: Uuid,
    pub type_: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub region_code: String,
    pub organization_id: Option<Uuid>,
    pub data: Value,
    pub occurred_at: DateTime<Utc>,
    pub change_id: Uuid,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct EventRow {
    pub id: Uuid,
    pub change_id: Uuid,
    pub type_: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub region_code: String,
    pub data: Value,
    pub occurred_at: DateTime<Utc>,
}

/// Takes a shared connection, so that several statements can be pipelined.
pub async fn insert(mut conn: &AsyncPgConnection, rows: &[NewEventRow]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = diesel::insert_into(events::table).values(rows);
    prepared_for(rows.len(), insert).execute(&mut conn).await.map(|_| ())
}

/// The events of a window of changes that the caller may see, in order.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    type_: Option<&str>,
    window: &ChangeWindow,
) -> QueryResult<Vec<EventRow>> {
    // No organization has the nil id.
    let addressed = events::organization_id.is_not_distinct_from(organization.unwrap_or_default());
    let mut query = events::table
        .filter(scope.covers(events::region_code).or(addressed))
        .select(EventRow::as_select())
        .into_boxed();
    if let Some(type_) = type_ {
        query = query.filter(events::type_.eq(type_.to_owned()));
    }
    in_window!(query, events.change_id, window).load(conn).await
}

/// Deletes events past their retention.
pub async fn delete_before(conn: &mut AsyncPgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(events::table.filter(events::occurred_at.lt(before))).execute(conn).await
}
