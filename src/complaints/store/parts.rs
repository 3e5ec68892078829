//! Child rows of a complaint: trail, exchanges, notes, further subjects, circumstances, timers, reference numbers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::model::{ComplaintAction, ComplaintPriority, NoteVisibility};
use super::{ComplaintRow, ComplaintStatus};
use crate::db::keyset;
use crate::db::prepared::prepared;
use crate::db::schema::{
    complaint_circumstances, complaint_exchanges, complaint_follow_ups, complaint_notes, complaint_references,
    complaint_subjects, complaint_timers, complaint_trails, complaints, complaints_without_clock,
};
use crate::http::page::PageRequest;
use crate::regions::{RegionScope, Unscoped};

/// Number of expired timers among which a worker looks for an unlocked one.
const MAX_CANDIDATES: i64 = 100;

#[derive(Debug, Insertable)]
#[diesel(table_name = complaint_trails)]
#[diesel(treat_none_as_default_value = false)]
pub struct TrailRow {
    pub complaint_id: Uuid,
    pub id: Uuid,
    pub region_code: String,
    pub organization_id: Option<Uuid>,
    pub left_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = complaint_exchanges, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct ExchangeRow {
    pub complaint_id: Uuid,
    pub id: Uuid,
    pub question: String,
    pub asked_by: String,
    pub asked_at: DateTime<Utc>,
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = complaint_notes, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct NoteRow {
    pub complaint_id: Uuid,
    pub id: Uuid,
    pub visibility: NoteVisibility,
    pub text: String,
    pub written_by: String,
    pub written_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = complaint_subjects, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct SubjectRow {
    pub complaint_id: Uuid,
    pub id: Uuid,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = complaint_circumstances, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_default_value = false)]
pub struct CircumstancesRow {
    pub complaint_id: Uuid,
    pub vulnerabilities: Vec<String>,
    pub suggested_priority: ComplaintPriority,
}

pub async fn insert_trail(conn: &mut AsyncPgConnection, row: &TrailRow) -> QueryResult<()> {
    diesel::insert_into(complaint_trails::table).values(row).execute(conn).await.map(|_| ())
}

/// Filter for complaints that a region of the scope handled before. A macro, because the diesel type of this expression
/// is too long to write.
macro_rules! passed_through {
    ($scope:expr) => {
        complaints::id.eq_any(
            complaint_trails::table
                .filter($scope.covers(complaint_trails::region_code))
                .select(complaint_trails::complaint_id),
        )
    };
}

/// Finds a complaint that a region of the scope transferred to another region: readable, but without actions.
pub async fn find_passed_on(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
) -> QueryResult<Option<ComplaintRow>> {
    let trail = complaint_trails::table
        .filter(complaint_trails::complaint_id.eq(id))
        .filter(scope.covers(complaint_trails::region_code))
        .select(complaint_trails::complaint_id);
    complaints::table
        .filter(complaints::id.eq(id))
        .filter(diesel::dsl::exists(trail))
        .select(ComplaintRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Lists the complaints that regions of the scope transferred, newest first.
pub async fn list_passed_on(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    page: &PageRequest,
) -> QueryResult<Vec<ComplaintRow>> {
    let query = complaints::table
        .filter(passed_through!(scope))
        .limit(page.fetch())
        .select(ComplaintRow::as_select())
        .into_boxed();
    keyset::descending(query, (complaints::created_at, complaints::id), page.after_time()).load(conn).await
}

pub async fn insert_exchange(conn: &mut AsyncPgConnection, row: &ExchangeRow) -> QueryResult<()> {
    diesel::insert_into(complaint_exchanges::table).values(row).execute(conn).await.map(|_| ())
}

/// Stores the answer to the open question.
pub async fn set_answer(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
    answer: &str,
    by: &str,
    at: DateTime<Utc>,
) -> QueryResult<()> {
    let open = complaint_exchanges::table
        .filter(complaint_exchanges::complaint_id.eq(complaint_id))
        .filter(complaint_exchanges::answer.is_null());
    diesel::update(open)
        .set((
            complaint_exchanges::answer.eq(answer),
            complaint_exchanges::answered_by.eq(by),
            complaint_exchanges::answered_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Oldest first.
pub async fn list_exchanges_of_visible(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
) -> QueryResult<Vec<ExchangeRow>> {
    complaint_exchanges::table
        .filter(complaint_exchanges::complaint_id.eq(complaint_id))
        .order(complaint_exchanges::id)
        .select(ExchangeRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_note(conn: &mut AsyncPgConnection, row: &NoteRow) -> QueryResult<()> {
    diesel::insert_into(complaint_notes::table).values(row).execute(conn).await.map(|_| ())
}

/// Oldest first; with `visibility` only the notes of that visibility.
pub async fn list_notes_of_visible(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
    visibility: Option<NoteVisibility>,
) -> QueryResult<Vec<NoteRow>> {
    let mut query = complaint_notes::table
        .filter(complaint_notes::complaint_id.eq(complaint_id))
        .order(complaint_notes::id)
        .select(NoteRow::as_select())
        .into_boxed();
    if let Some(visibility) = visibility {
        query = query.filter(complaint_notes::visibility.eq(visibility));
    }
    query.load(conn).await
}

pub async fn insert_subjects(conn: &mut AsyncPgConnection, rows: &[SubjectRow]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(complaint_subjects::table).values(rows).execute(conn).await.map(|_| ())
}

pub async fn list_subjects_of_visible(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
) -> QueryResult<Vec<SubjectRow>> {
    complaint_subjects::table
        .filter(complaint_subjects::complaint_id.eq(complaint_id))
        .order(complaint_subjects::id)
        .select(SubjectRow::as_select())
        .load(conn)
        .await
}

pub async fn insert_circumstances(conn: &mut AsyncPgConnection, row: &CircumstancesRow) -> QueryResult<()> {
    diesel::insert_into(complaint_circumstances::table).values(row).execute(conn).await.map(|_| ())
}

pub async fn find_circumstances_of_visible(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
) -> QueryResult<Option<CircumstancesRow>> {
    complaint_circumstances::table.find(complaint_id).select(CircumstancesRow::as_select()).first(conn).await.optional()
}

/// Sets the action that the service takes at `due_at`, unless the state changes earlier.
pub async fn replace_timer(
    conn: &mut AsyncPgConnection,
    complaint_id: Uuid,
    action: ComplaintAction,
    due_at: DateTime<Utc>,
) -> QueryResult<()> {
    let values = (complaint_timers::action.eq(action), complaint_timers::due_at.eq(due_at));
    diesel::insert_into(complaint_timers::table)
        .values((complaint_timers::complaint_id.eq(complaint_id), values))
        .on_conflict(complaint_timers::complaint_id)
        .do_update()
        .set(values)
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn delete_timer(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<()> {
    prepared(diesel::delete(complaint_timers::table.find(complaint_id))).execute(conn).await.map(|_| ())
}

/// Claims one expired timer that no other worker has locked. It locks the complaint, as every action does, because two
/// lock orders could deadlock. It reads the timer after the lock.
pub async fn claim_due_timer(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    now: DateTime<Utc>,
) -> QueryResult<Option<(Uuid, ComplaintAction)>> {
    let due = complaint_timers::table
        .filter(complaint_timers::due_at.le(now))
        .order(complaint_timers::due_at)
        .limit(MAX_CANDIDATES)
        .select(complaint_timers::complaint_id);
    let locked: Option<Uuid> = complaints::table
        .filter(complaints::id.eq_any(due))
        .select(complaints::id)
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()?;
    let Some(id) = locked else { return Ok(None) };
    complaint_timers::table
        .filter(complaint_timers::complaint_id.eq(id))
        .filter(complaint_timers::due_at.le(now))
        .select((complaint_timers::complaint_id, complaint_timers::action))
        .first(conn)
        .await
        .optional()
}

/// Returns false if the number already exists.
pub async fn insert_reference(
    conn: &mut AsyncPgConnection,
    reference_no: &str,
    complaint_id: Uuid,
) -> QueryResult<bool> {
    diesel::insert_into(complaint_references::table)
        .values((
            complaint_references::reference_no.eq(reference_no),
            complaint_references::complaint_id.eq(complaint_id),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

/// Id of the complaint with this reference number. The caller must then read the complaint within the scope.
pub async fn find_by_reference(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    reference_no: &str,
) -> QueryResult<Option<Uuid>> {
    complaint_references::table
        .find(reference_no)
        .select(complaint_references::complaint_id)
        .first(conn)
        .await
        .optional()
}

/// Locks complaints without a reference number, except those locked by another worker.
pub async fn lock_unnumbered(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    limit: i64,
) -> QueryResult<Vec<ComplaintRow>> {
    complaints::table
        .filter(complaints::reference_no.is_null())
        .order(complaints::id)
        .limit(limit)
        .select(ComplaintRow::as_select())
        .for_update()
        .skip_locked()
        .load(conn)
        .await
}

/// Locks complaints without a clock, except those locked by another worker.
pub async fn lock_without_clock(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    limit: i64,
) -> QueryResult<Vec<ComplaintRow>> {
    let waiting = complaints_without_clock::table
        .order(complaints_without_clock::complaint_id)
        .limit(limit)
        .select(complaints_without_clock::complaint_id);
    complaints::table
        .filter(complaints::id.eq_any(waiting))
        .select(ComplaintRow::as_select())
        .for_update()
        .skip_locked()
        .load(conn)
        .await
}

pub async fn delete_without_clock(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> QueryResult<()> {
    let done = complaints_without_clock::table.filter(complaints_without_clock::complaint_id.eq_any(ids));
    diesel::delete(done).execute(conn).await.map(|_| ())
}

/// Does not change the version: a reference number is no change of the complaint.
pub async fn set_reference(conn: &mut AsyncPgConnection, complaint_id: Uuid, reference_no: &str) -> QueryResult<()> {
    diesel::update(complaints::table.find(complaint_id))
        .set(complaints::reference_no.eq(reference_no))
        .execute(conn)
        .await
        .map(|_| ())
}

/// Issue number of the valid follow-up code; 0 for the first code.
pub async fn find_issue_of_visible(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<i32> {
    let issue = complaint_follow_ups::table.find(complaint_id).select(complaint_follow_ups::issue);
    Ok(issue.first(conn).await.optional()?.unwrap_or(0))
}

/// Increments the issue number, which invalidates the old code.
pub async fn raise_issue(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<i32> {
    let upsert = diesel::insert_into(complaint_follow_ups::table)
        .values((complaint_follow_ups::complaint_id.eq(complaint_id), complaint_follow_ups::issue.eq(1)))
        .on_conflict(complaint_follow_ups::complaint_id)
        .do_update()
        .set(complaint_follow_ups::issue.eq(complaint_follow_ups::issue + 1))
        .returning(complaint_follow_ups::issue);
    prepared(upsert).get_result(conn).await
}

/// Number of appeals against a complaint.
pub async fn count_appeals_of_visible(conn: &mut AsyncPgConnection, complaint_id: Uuid) -> QueryResult<i64> {
    complaints::table.filter(complaints::appeal_of.eq(complaint_id)).count().get_result(conn).await
}

/// Makes all duplicates of one complaint point to another.
pub async fn set_root_of_duplicates(
    conn: &mut AsyncPgConnection,
    of: Uuid,
    root: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(Uuid, String)>> {
    diesel::update(complaints::table.filter(complaints::duplicate_of.eq(of)))
        .set((
            complaints::duplicate_of.eq(root),
            complaints::version.eq(complaints::version + 1),
            complaints::updated_at.eq(now),
        ))
        .returning((complaints::id, complaints::region_code))
        .get_results(conn)
        .await
}

/// Complaints of the scope that may be duplicates: those of the same village since `since`, and those about the same
/// person or family; the newest of each. Two queries, because one query for both could not use an index.
pub async fn list_similar(
    conn: &AsyncPgConnection,
    scope: &RegionScope,
    to: &ComplaintRow,
    since: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<ComplaintRow>> {
    let excluded = [ComplaintStatus::Duplicate, ComplaintStatus::Withdrawn, ComplaintStatus::Rejected];
    let newest = || {
        complaints::table
            .filter(scope.covers(complaints::region_code))
            .filter(complaints::id.ne(to.id))
            .filter(complaints::status.ne_all(excluded))
            .order(complaints::created_at.desc())
            .limit(limit)
            .select(ComplaintRow::as_select())
    };
    let same_village = newest()
        .filter(complaints::region_code.eq(&to.region_code))
        .filter(complaints::created_at.ge(since))
        .load::<ComplaintRow>(&mut &*conn);
    // An absent id becomes the nil id, which no person and no family has.
    let person = complaints::subject_person_id.eq(to.subject_person_id.unwrap_or_default());
    let family = complaints::subject_family_id.eq(to.subject_family_id.unwrap_or_default());
    let about = async {
        if to.subject_person_id.is_none() && to.subject_family_id.is_none() {
            return Ok(Vec::new());
        }
        newest().filter(person.or(family)).load::<ComplaintRow>(&mut &*conn).await
    };
    let (mut found, about) = futures_util::future::try_join(same_village, about).await?;
    let known_ids: std::collections::HashSet<Uuid> = found.iter().map(|row| row.id).collect();
    found.extend(about.into_iter().filter(|row| !known_ids.contains(&row.id)));
    found.sort_by_key(|row| std::cmp::Reverse(row.created_at));
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}
