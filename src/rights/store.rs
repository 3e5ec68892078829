//! Database access for subject rights.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{RestrictionReason, SubjectRequestKind, SubjectRequestRefusalReason, SubjectRequestStatus};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{processing_restrictions, subject_requests};
use crate::http::page::PageRequest;
use crate::regions::RegionScope;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subject_requests, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct RequestRow {
    pub id: Uuid,
    pub region_code: String,
    pub person_id: Uuid,
    pub family_id: Uuid,
    pub kind: SubjectRequestKind,
    pub status: SubjectRequestStatus,
    pub requested_by: Option<Value>,
    pub detail: Option<String>,
    pub received_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub answer: Option<String>,
    pub refusal_reason: Option<SubjectRequestRefusalReason>,
    pub proposal_id: Option<Uuid>,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub answered_by: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = processing_restrictions, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct RestrictionRow {
    pub id: Uuid,
    pub region_code: String,
    pub person_id: Uuid,
    pub family_id: Uuid,
    pub reason: RestrictionReason,
    pub note: Option<String>,
    pub request_id: Option<Uuid>,
    pub set_by: String,
    pub set_at: DateTime<Utc>,
    pub lifted_by: Option<String>,
    pub lifted_at: Option<DateTime<Utc>>,
    pub version: i32,
}

/// Returns false if the id exists already.
pub async fn insert_request(conn: &mut AsyncPgConnection, row: &RequestRow) -> QueryResult<bool> {
    diesel::insert_into(subject_requests::table)
        .values(row)
        .on_conflict(subject_requests::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn find_request(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<RequestRow>> {
    lock.on(subject_requests::table
        .filter(subject_requests::id.eq(id))
        .filter(scope.covers(subject_requests::region_code))
        .select(RequestRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

pub async fn save_request(conn: &mut AsyncPgConnection, row: &RequestRow) -> QueryResult<()> {
    prepared(diesel::update(subject_requests::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

pub async fn list_requests_of_visible(conn: &mut AsyncPgConnection, person_id: Uuid) -> QueryResult<Vec<RequestRow>> {
    subject_requests::table
        .filter(subject_requests::person_id.eq(person_id))
        .order((subject_requests::created_at, subject_requests::id))
        .select(RequestRow::as_select())
        .load(conn)
        .await
}

/// Erases the applicant from requests for other members of the family, if the applicant has this name.
pub async fn erase_applicant(conn: &mut AsyncPgConnection, family_id: Uuid, name: &str) -> QueryResult<()> {
    let same_name = sql::<Nullable<Bool>>("lower(requested_by->>'name') = lower(").bind::<Text, _>(name).sql(")");
    diesel::update(subject_requests::table.filter(subject_requests::family_id.eq(family_id)).filter(same_name))
        .set((
            subject_requests::requested_by.eq(None::<Value>),
            subject_requests::submission_hash.eq(Vec::new()),
            subject_requests::version.eq(subject_requests::version + 1),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Filters of the list.
#[derive(Debug, Default)]
pub struct RequestFilter {
    pub within: Option<RegionScope>,
    pub person_id: Option<Uuid>,
    pub kind: Option<SubjectRequestKind>,
    pub status: Option<SubjectRequestStatus>,
    /// Only unanswered requests that were due before this time.
    pub due_before: Option<DateTime<Utc>>,
}

/// Ordered by the time of recording, newest first.
pub async fn list_requests(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: RequestFilter,
    page: &PageRequest,
) -> QueryResult<Vec<RequestRow>> {
    use subject_requests as table;
    let mut query = table::table
        .filter(scope.covers_by_regency(table::region_code))
        .limit(page.fetch())
        .select(RequestRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers_by_regency(table::region_code));
    }
    if let Some(person) = filter.person_id {
        query = query.filter(table::person_id.eq(person));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(table::kind.eq(kind));
    }
    if let Some(status) = filter.status {
        query = query.filter(table::status.eq(status));
    }
    if let Some(before) = filter.due_before {
        query = query.filter(table::due_at.lt(before)).filter(table::answered_at.is_null());
    }
    keyset::descending(query, (table::created_at, table::id), page.after_time()).load(conn).await
}

pub async fn insert_restriction(conn: &mut AsyncPgConnection, row: &RestrictionRow) -> QueryResult<()> {
    diesel::insert_into(processing_restrictions::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn save_restriction(conn: &mut AsyncPgConnection, row: &RestrictionRow) -> QueryResult<()> {
    prepared(diesel::update(processing_restrictions::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// All restrictions of a person, latest first.
pub async fn list_restrictions_of_visible(
    conn: &mut AsyncPgConnection,
    person_id: Uuid,
) -> QueryResult<Vec<RestrictionRow>> {
    processing_restrictions::table
        .filter(processing_restrictions::person_id.eq(person_id))
        .order((processing_restrictions::set_at.desc(), processing_restrictions::id.desc()))
        .select(RestrictionRow::as_select())
        .load(conn)
        .await
}
