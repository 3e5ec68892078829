//! Database access for consents.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::model::{ConsentMethod, ConsentStatus};
use crate::auth::caller::AccessPurpose;
use crate::db::keyset;
use crate::db::lock::Lock;
use crate::db::prepared::prepared;
use crate::db::schema::consents;
use crate::http::page::PageRequest;
use crate::purposes::model::LawfulBasis;
use crate::regions::{RegionScope, Unscoped};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = consents, check_for_backend(diesel::pg::Pg))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ConsentRow {
    pub id: Uuid,
    pub region_code: String,
    pub family_id: Uuid,
    pub person_id: Option<Uuid>,
    pub purpose: AccessPurpose,
    pub lawful_basis: LawfulBasis,
    pub giver: Option<Value>,
    pub method: Option<ConsentMethod>,
    pub given_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    pub legal_reference: Option<String>,
    pub note: Option<String>,
    pub referral_id: Option<Uuid>,
    pub withdrawal: Option<Value>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub submission_hash: Vec<u8>,
    pub created_by: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ConsentRow {
    pub fn status(&self, today: NaiveDate) -> ConsentStatus {
        if self.withdrawn_at.is_some() {
            ConsentStatus::Withdrawn
        } else if self.expires_on.is_some_and(|end| end < today) {
            ConsentStatus::Expired
        } else {
            ConsentStatus::Active
        }
    }
}

/// Returns false if the id exists already.
pub async fn insert(conn: &mut AsyncPgConnection, row: &ConsentRow) -> QueryResult<bool> {
    diesel::insert_into(consents::table)
        .values(row)
        .on_conflict(consents::id)
        .do_nothing()
        .execute(conn)
        .await
        .map(|n| n == 1)
}

pub async fn find_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    id: Uuid,
    lock: Lock,
) -> QueryResult<Option<ConsentRow>> {
    lock.on(consents::table
        .filter(consents::id.eq(id))
        .filter(scope.covers(consents::region_code))
        .select(ConsentRow::as_select()))
        .get_result(conn)
        .await
        .optional()
}

pub async fn save(conn: &mut AsyncPgConnection, row: &ConsentRow) -> QueryResult<()> {
    prepared(diesel::update(consents::table.find(row.id)).set(row)).execute(conn).await.map(|_| ())
}

/// All consents of a subject for a purpose, also ended ones, latest first: the person's own and the family's.
pub async fn list_of_visible(
    conn: &mut AsyncPgConnection,
    family_id: Uuid,
    person_id: Option<Uuid>,
    purpose: AccessPurpose,
) -> QueryResult<Vec<ConsentRow>> {
    let mut query = consents::table
        .filter(consents::purpose.eq(purpose))
        .filter(consents::lawful_basis.eq(LawfulBasis::Consent))
        .order((consents::created_at.desc(), consents::id.desc()))
        .select(ConsentRow::as_select())
        .into_boxed();
    // A person's own consent stays valid when the person moves to another family.
    query = match person_id {
        Some(id) => query.filter(
            consents::person_id.eq(id).or(consents::family_id.eq(family_id).and(consents::person_id.is_null())),
        ),
        None => query.filter(consents::family_id.eq(family_id)).filter(consents::person_id.is_null()),
    };
    query.load(conn).await
}

/// All consents of a person and of the person's family, in any region.
pub async fn list_about(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_id: Uuid,
) -> QueryResult<Vec<ConsentRow>> {
    consents::table
        .filter(
            consents::person_id
                .eq_any(person_ids)
                .or(consents::family_id.eq(family_id).and(consents::person_id.is_null())),
        )
        .order((consents::created_at, consents::id))
        .select(ConsentRow::as_select())
        .load(conn)
        .await
}

/// Filters of the list.
#[derive(Debug, Default)]
pub struct ConsentFilter {
    pub within: Option<RegionScope>,
    pub person: Option<(Vec<Uuid>, Uuid)>,
    pub family_id: Option<Uuid>,
    pub purpose: Option<AccessPurpose>,
    pub status: Option<ConsentStatus>,
}

/// Ordered by the time of recording, newest first.
pub async fn list_visible(
    conn: &mut AsyncPgConnection,
    scope: &RegionScope,
    filter: ConsentFilter,
    today: NaiveDate,
    page: &PageRequest,
) -> QueryResult<Vec<ConsentRow>> {
    let mut query = consents::table
        .filter(scope.covers_by_regency(consents::region_code))
        .limit(page.fetch())
        .select(ConsentRow::as_select())
        .into_boxed();
    if let Some(within) = &filter.within {
        query = query.filter(within.covers_by_regency(consents::region_code));
    }
    if let Some((persons, family)) = filter.person {
        query = query.filter(
            consents::person_id.eq_any(persons).or(consents::family_id.eq(family).and(consents::person_id.is_null())),
        );
    }
    if let Some(family) = filter.family_id {
        query = query.filter(consents::family_id.eq(family));
    }
    if let Some(purpose) = filter.purpose {
        query = query.filter(consents::purpose.eq(purpose));
    }
    query = match filter.status {
        None => query,
        Some(ConsentStatus::Withdrawn) => query.filter(consents::withdrawn_at.is_not_null()),
        Some(ConsentStatus::Expired) => {
            query.filter(consents::withdrawn_at.is_null()).filter(consents::expires_on.lt(today))
        }
        Some(ConsentStatus::Active) => query
            .filter(consents::withdrawn_at.is_null())
            .filter(consents::expires_on.is_null().or(consents::expires_on.ge(today))),
    };
    keyset::descending(query, (consents::created_at, consents::id), page.after_time()).load(conn).await
}
