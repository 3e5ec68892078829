//! The outbox and the event feed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::db::keyset;
use crate::db::prepared::prepared_for;
use crate::db::schema::events;
use crate::db::settled::settled_transaction;
use crate::http::page::{PageRequest, Position};
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
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(diesel::pg::Pg))]
pub struct EventRow {
    pub id: Uuid,
    pub transaction_id: i64,
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

/// Returns events of transactions older than every running one, so that later commits sort after them. Also returns the
/// position up to which this holds for all events.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    organization: Option<Uuid>,
    type_: Option<&str>,
    page: &PageRequest,
) -> QueryResult<(Vec<EventRow>, Position)> {
    let settled = settled_transaction(conn).await?;
    // No organization has the nil id.
    let addressed = events::organization_id.is_not_distinct_from(organization.unwrap_or_default());
    let mut query = events::table
        .filter(events::transaction_id.lt(settled))
        .filter(scope.covers(events::region_code).or(addressed))
        .limit(page.fetch())
        .select(EventRow::as_select())
        .into_boxed();
    if let Some(type_) = type_ {
        query = query.filter(events::type_.eq(type_.to_owned()));
    }
    query =
        keyset::ascending(query, (events::transaction_id, events::id), page.after.map(|after| (after.key, after.id)));
    let rows = query.load(conn).await?;
    Ok((rows, Position::before(settled)))
}

/// Deletes events past their retention.
pub async fn delete_before(conn: &mut AsyncPgConnection, before: DateTime<Utc>) -> QueryResult<usize> {
    diesel::delete(events::table.filter(events::occurred_at.lt(before))).execute(conn).await
}
