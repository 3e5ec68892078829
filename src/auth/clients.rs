//! Rows of clients and staff: created on the command line, read by the token endpoint. Not regional data, so without a scope.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::schema::{clients, staff};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true)]
pub struct ClientRow {
    pub id: String,
    pub label: String,
    pub organization_id: Option<Uuid>,
    pub regions: Vec<String>,
    pub permissions: Vec<String>,
    pub roles: Vec<String>,
    pub secret_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = staff, check_for_backend(diesel::pg::Pg))]
pub struct StaffRow {
    pub id: String,
    pub organization_id: Uuid,
    pub name: String,
    pub regions: Vec<String>,
    pub roles: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
}

pub async fn find_active_client(conn: &mut AsyncPgConnection, id: &str) -> QueryResult<Option<ClientRow>> {
    clients::table
        .filter(clients::id.eq(id).and(clients::disabled_at.is_null()))
        .select(ClientRow::as_select())
        .first(conn)
        .await
        .optional()
}

pub async fn find_active_staff(conn: &mut AsyncPgConnection, id: &str) -> QueryResult<Option<StaffRow>> {
    staff::table
        .filter(staff::id.eq(id).and(staff::disabled_at.is_null()))
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns false if the id is already in use.
pub async fn insert_client(conn: &mut AsyncPgConnection, row: &ClientRow) -> QueryResult<bool> {
    diesel::insert_into(clients::table).values(row).on_conflict_do_nothing().execute(conn).await.map(|n| n == 1)
}

pub async fn insert_staff(conn: &mut AsyncPgConnection, row: &StaffRow) -> QueryResult<bool> {
    diesel::insert_into(staff::table).values(row).on_conflict_do_nothing().execute(conn).await.map(|n| n == 1)
}

pub async fn list_clients(conn: &mut AsyncPgConnection) -> QueryResult<Vec<ClientRow>> {
    clients::table.order(clients::id).select(ClientRow::as_select()).load(conn).await
}

/// Returns false if there is no active client with this id.
pub async fn disable_client(conn: &mut AsyncPgConnection, id: &str, now: DateTime<Utc>) -> QueryResult<bool> {
    diesel::update(clients::table.filter(clients::id.eq(id).and(clients::disabled_at.is_null())))
        .set(clients::disabled_at.eq(now))
        .execute(conn)
        .await
        .map(|n| n == 1)
}

/// Inserts the client, or replaces the client with the same id.
pub async fn replace_client(conn: &mut AsyncPgConnection, row: &ClientRow) -> QueryResult<()> {
    diesel::insert_into(clients::table)
        .values(row)
        .on_conflict(clients::id)
        .do_update()
        .set(row)
        .execute(conn)
        .await
        .map(|_| ())
}
