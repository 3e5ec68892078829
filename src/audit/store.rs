//! Rows of the audit trail.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::keyset;
use crate::db::prepared::prepared_for;
use crate::db::schema::audit_records;
use crate::http::page::PageRequest;
use crate::regions::RegionScope;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_records, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct AuditRow {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub client_id: String,
    pub actor: String,
    pub action: String,
    pub target_kind: String,
    pub target_id: Option<Uuid>,
    pub region_code: Option<String>,
    pub organization_id: Option<Uuid>,
    pub purpose: Option<String>,
    pub trace_id: String,
}

/// Rows per statement: PostgreSQL allows 65,535 parameters.
const ROWS_PER_STATEMENT: usize = 2000;

/// Takes a shared connection, so that several statements can be pipelined.
pub async fn insert(mut conn: &AsyncPgConnection, rows: &[AuditRow]) -> QueryResult<()> {
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let insert = diesel::insert_into(audit_records::table).values(rows);
        prepared_for(rows.len(), insert).execute(&mut conn).await?;
    }
    Ok(())
}

pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    target_id: Option<Uuid>,
    page: &PageRequest,
) -> QueryResult<Vec<AuditRow>> {
    let mut query = audit_records::table
        .filter(scope.covers(audit_records::region_code.assume_not_null()))
        .limit(page.fetch())
        .select(AuditRow::as_select())
        .into_boxed();
    if let Some(id) = target_id {
        query = query.filter(audit_records::target_id.eq(id));
    }
    keyset::descending(query, (audit_records::at, audit_records::id), page.after_time()).load(conn).await
}

#[derive(QueryableByName)]
struct File {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
}

/// All reveals of a resource that the caller may see, in any region, and all downloads of export files that contain it; newest
/// first.
pub async fn list_reveals_of_visible(
    conn: &mut AsyncPgConnection,
    target_id: Uuid,
    page: &PageRequest,
) -> QueryResult<Vec<AuditRow>> {
    // Export files are found by the trace id of the access records that the export wrote for every person.
    let files: Vec<File> = diesel::sql_query(
        "select distinct d.target_id as id from audit_records r join audit_records d on d.target_kind = 'export' \
         and d.target_id = case when r.trace_id ~ '^[0-9a-f]{32}$' then r.trace_id::uuid end \
         where r.target_id = $1 and r.purpose is not null",
    )
    .bind::<diesel::sql_types::Uuid, _>(target_id)
    .load(conn)
    .await?;
    let targets: Vec<Uuid> = files.into_iter().map(|file| file.id).chain([target_id]).collect();
    let query = audit_records::table
        .filter(audit_records::target_id.eq_any(targets))
        .filter(audit_records::purpose.is_not_null())
        .limit(page.fetch())
        .select(AuditRow::as_select())
        .into_boxed();
    keyset::descending(query, (audit_records::at, audit_records::id), page.after_time()).load(conn).await
}
