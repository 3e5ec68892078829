//! Rows of referrals.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{ReferralDirection, ReferralStatus};
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::{referral_details, referrals};
use crate::events::order::ChangeWindow;
use crate::http::page::PageRequest;
use crate::in_window;
use crate::purposes::model::LawfulBasis;
use crate::regions::{RegionScope, Unscoped};

/// Maximum number of referrals returned for one need; no real need has as many.
const MAX_REFERRALS_OF_NEED: i64 = 1_000;

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = referrals, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ReferralRow {
    pub id: Uuid,
    pub region_code: String,
    pub source_organization_id: Option<Uuid>,
    pub target_organization_id: Uuid,
    pub service_id: Uuid,
    pub complaint_id: Option<Uuid>,
    pub person_id: Option<Uuid>,
    pub family_id: Option<Uuid>,
    pub subject_name: Option<String>,
    pub program_code: Option<String>,
    pub need: String,
    pub lawful_basis: LawfulBasis,
    pub consent_given_on: Option<NaiveDate>,
    pub status: ReferralStatus,
    pub reason: Option<Value>,
    pub eligibility: Option<Value>,
    pub outcome: Option<Value>,
    pub closure: Option<Value>,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub requested_at: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub answered_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub loop_closed_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Further columns of a referral: links, reminders, contact.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = referral_details, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ReferralDetails {
    pub referral_id: Uuid,
    pub need_id: Option<Uuid>,
    pub part_of_id: Option<Uuid>,
    pub replaces_id: Option<Uuid>,
    pub replaced_by_id: Option<Uuid>,
    pub review_at: Option<DateTime<Utc>>,
    pub review_told_at: Option<DateTime<Utc>>,
    pub reminders: i16,
    pub reminded_at: Option<DateTime<Utc>>,
    pub overdue_at: Option<DateTime<Utc>>,
    pub escalation_level: i16,
    pub client_phone: Option<String>,
    pub match_attempts: i16,
    pub subject_birth_year: Option<i16>,
    /// Time of the next check by background work, while the referral waits for its answer.
    pub check_at: Option<DateTime<Utc>>,
}

impl ReferralDetails {
    pub fn of(referral_id: Uuid) -> Self {
        Self {
            referral_id,
            need_id: None,
            part_of_id: None,
            replaces_id: None,
            replaced_by_id: None,
            review_at: None,
            review_told_at: None,
            reminders: 0,
            reminded_at: None,
            overdue_at: None,
            escalation_level: 0,
            client_phone: None,
            match_attempts: 0,
            subject_birth_year: None,
            check_at: None,
        }
    }
}

/// A stored referral, from both tables.
#[derive(Debug, Clone, Queryable)]
pub struct Record {
    pub row: ReferralRow,
    pub details: ReferralDetails,
}

/// Whose view a query takes: the regions that own referrals, and the organization that receives them.
#[derive(Debug, Clone, Copy)]
pub struct Viewpoint<'a> {
    pub scope: &'a RegionScope,
    pub organization: Option<Uuid>,
}

/// Filter of a viewpoint. A macro, because the diesel type of this expression is too long to write.
macro_rules! visible_from {
    ($view:expr) => {
        $view.scope.covers_by_regency(referrals::region_code).or(referrals::target_organization_id
            .eq($view.organization.unwrap_or_default())
            .and(referrals::requested_at.is_not_null()))
    };
}

/// Query of both tables that returns `Record`.
macro_rules! records {
    () => {
        referrals::table
            .inner_join(referral_details::table.on(referral_details::referral_id.eq(referrals::id)))
            .select((ReferralRow::as_select(), ReferralDetails::as_select()))
    };
}

/// Returns false if the id already exists.
pub async fn insert(conn: &mut AsyncPgConnection, row: &ReferralRow) -> QueryResult<bool> {
    diesel::insert_into(referrals::table)
        .values(row)
        .on_conflict(referrals::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn insert_details(conn: &mut AsyncPgConnection, details: &ReferralDetails) -> QueryResult<()> {
    diesel::insert_into(referral_details::table).values(details).execute(conn).await.map(|_| ())
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    view: Viewpoint<'_>,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<Record>> {
    lock.on(records!().filter(referrals::id.eq(id)).filter(visible_from!(view))).get_result(conn).await.optional()
}

/// Locks the drafts of a complaint that is visible to the caller.
pub async fn lock_drafts_of(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    complaint_id: Uuid,
) -> QueryResult<Vec<Record>> {
    records!()
        .filter(referrals::complaint_id.eq(complaint_id))
        .filter(referrals::status.eq(ReferralStatus::Draft))
        .filter(scope.covers(referrals::region_code))
        .order(referrals::id)
        .for_update()
        .load(conn)
        .await
}

pub async fn list_existing(conn: &mut AsyncPgConnection, _why: Unscoped, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    referrals::table.filter(referrals::id.eq_any(ids)).select(referrals::id).load(conn).await
}

/// Updates a row that this transaction has locked.
pub async fn save(conn: &mut AsyncPgConnection, row: &ReferralRow) -> QueryResult<()> {
    prepared(diesel::update(referrals::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

pub async fn save_details(conn: &mut AsyncPgConnection, details: &ReferralDetails) -> QueryResult<()> {
    let update = diesel::update(referral_details::table.find(details.referral_id)).set(details);
    prepared(update).execute(conn).await.map(|_| ())
}

/// Referrals of one need, oldest first, without those entered in error.
pub async fn list_of_need(
    conn: &mut AsyncPgConnection,
    view: Viewpoint<'_>,
    need_id: Uuid,
) -> QueryResult<Vec<Record>> {
    records!()
        .filter(referral_details::need_id.eq(need_id))
        .filter(referrals::status.ne(ReferralStatus::EnteredInError))
        .filter(visible_from!(view))
        .order((referrals::created_at, referrals::id))
        .limit(MAX_REFERRALS_OF_NEED)
        .load(conn)
        .await
}

/// Unanswered referrals whose next check is due.
pub async fn list_unanswered(
    conn: &mut AsyncPgConnection,
    _scope: &RegionScope,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Uuid>> {
    referral_details::table
        .filter(referral_details::check_at.le(now))
        .order(referral_details::check_at)
        .limit(limit)
        .select(referral_details::referral_id)
        .load(conn)
        .await
}

/// Referrals on hold whose review is due and not yet notified.
pub async fn list_review_due(
    conn: &mut AsyncPgConnection,
    _scope: &RegionScope,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Uuid>> {
    referrals::table
        .inner_join(referral_details::table.on(referral_details::referral_id.eq(referrals::id)))
        .filter(referrals::status.eq(ReferralStatus::OnHold))
        .filter(referral_details::review_at.le(now))
        .filter(referral_details::review_told_at.is_null())
        .limit(limit)
        .select(referrals::id)
        .load(conn)
        .await
}

/// Locks one of those, unless another process has locked it or its state has changed.
pub async fn lock_if_unlocked(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    status: ReferralStatus,
) -> QueryResult<Option<Record>> {
    records!()
        .filter(referrals::id.eq(id))
        .filter(referrals::status.eq(status))
        .filter(scope.covers(referrals::region_code))
        .for_update()
        .skip_locked()
        .first(conn)
        .await
        .optional()
}

/// Filters of a list.
#[derive(Debug, Clone, Default)]
pub struct ReferralFilter {
    pub direction: Option<ReferralDirection>,
    pub status: Option<ReferralStatus>,
    pub complaint_id: Option<Uuid>,
    pub service_id: Option<Uuid>,
    pub person_ids: Option<Vec<Uuid>>,
    pub need_id: Option<Uuid>,
    pub part_of: Option<Uuid>,
    /// On hold, with a review due by this time.
    pub review_due_by: Option<DateTime<Utc>>,
    /// Unanswered, with an answer due before this time.
    pub overdue_by: Option<DateTime<Utc>>,
    pub escalated_to: Option<i16>,
    pub with_errors: bool,
    pub changed_in: Option<ChangeWindow>,
}

/// By time of creation, newest first. In a window of changes: in their order.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    view: Viewpoint<'_>,
    filter: ReferralFilter,
    page: &PageRequest,
) -> QueryResult<Vec<Record>> {
    let mut query = records!().filter(visible_from!(view)).limit(page.fetch()).into_boxed();
    let own = view.organization.unwrap_or_default();
    query = match filter.direction {
        Some(ReferralDirection::Incoming) => query.filter(referrals::target_organization_id.eq(own)),
        Some(ReferralDirection::Outgoing) => query.filter(referrals::target_organization_id.ne(own)),
        None => query,
    };
    if let Some(status) = filter.status {
        query = query.filter(referrals::status.eq(status));
    }
    if let Some(id) = filter.complaint_id {
        query = query.filter(referrals::complaint_id.eq(id));
    }
    if let Some(id) = filter.service_id {
        query = query.filter(referrals::service_id.eq(id));
    }
    if let Some(ids) = filter.person_ids {
        query = query.filter(referrals::person_id.eq_any(ids));
    }
    if let Some(id) = filter.need_id {
        query = query.filter(referral_details::need_id.eq(id));
    }
    if let Some(id) = filter.part_of {
        query = query.filter(referral_details::part_of_id.eq(id));
    }
    if let Some(by) = filter.review_due_by {
        query = query.filter(referrals::status.eq(ReferralStatus::OnHold)).filter(referral_details::review_at.le(by));
    }
    if let Some(by) = filter.overdue_by {
        query = query.filter(referrals::status.eq(ReferralStatus::Requested)).filter(referrals::due_at.lt(by));
    }
    if let Some(level) = filter.escalated_to {
        query = query.filter(referral_details::escalation_level.ge(level));
    }
    // A change feed always contains referrals that were entered in error; a list only on request.
    if filter.changed_in.is_none() && filter.status != Some(ReferralStatus::EnteredInError) && !filter.with_errors {
        query = query.filter(referrals::status.ne(ReferralStatus::EnteredInError));
    }
    match filter.changed_in {
        Some(window) => in_window!(query, referrals.updated_at, window).load(conn).await,
        None => {
            let key = (referrals::created_at, referrals::id);
            keyset::descending(query, key, page.after_time()).load(conn).await
        }
    }
}

#[derive(QueryableByName)]
struct AnswerTime {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    service_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Double)]
    days: f64,
}

/// Number of latest answers that count for the answer time of a service, so that reading them costs the same however many there are.
const LATEST_ANSWERS: i64 = 50;

/// Average days that each service took for its latest answers. Not limited to the caller's scope: the average is a property of the
/// service and does not disclose single referrals.
pub async fn answer_days(
    conn: &mut AsyncPgConnection,
    _scope: &RegionScope,
    services: &[Uuid],
) -> QueryResult<HashMap<Uuid, f64>> {
    let rows: Vec<AnswerTime> = diesel::sql_query(
        // One short range of the index for each service.
        "select s.id as service_id, (extract(epoch from avg(latest.took)) / 86400)::float8 as days \
         from unnest($1) as s (id) cross join lateral ( \
           select answered_at - requested_at as took from referrals \
           where service_id = s.id and answered_at is not null and status <> 'entered_in_error' \
           order by answered_at desc limit $2 \
         ) as latest group by s.id",
    )
    .bind::<diesel::sql_types::Array<diesel::sql_types::Uuid>, _>(services)
    .bind::<diesel::sql_types::BigInt, _>(LATEST_ANSWERS)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.service_id, row.days)).collect())
}
