//! What referrals hold on one person, for that person's own rights: in any region, and read by nobody else.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::ReferralStatus;
use super::transitions::FINAL;
use crate::db::schema::{referral_details, referrals};
use crate::directory;
use crate::erased_text::without_name;
use crate::erased_text::{ERASED, blank, renamed};
use crate::error::Error;
use crate::purposes::model::LawfulBasis;
use crate::regions::Unscoped;
use crate::timeline::{self, TimelineEntry};
use crate::transaction::Tx;

/// A referral of a person or their household.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralAbout {
    /// Id of the referral.
    pub id: Uuid,
    /// State.
    pub status: ReferralStatus,
    /// The service referred to.
    pub service_id: Uuid,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Verifikasi kepesertaan PKH")]
    pub service_name: Option<String>,
    /// The organization that received it.
    pub target_organization_id: Uuid,
    /// The programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// The name that was passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Siti Rahmawati")]
    pub subject_name: Option<String>,
    /// What was needed, in the desk's words.
    #[schema(example = "Keluarga dengan dua anak sekolah belum menerima PKH.")]
    pub need: String,
    /// Why the data was passed on.
    pub lawful_basis: LawfulBasis,
    /// When consent was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_given_on: Option<NaiveDate>,
    /// The telephone that was passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0812-0000-9001")]
    pub client_phone: Option<String>,
    /// The eligibility check that went with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub eligibility: Option<Value>,
    /// Why it was refused, held, failed or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub reason: Option<Value>,
    /// How it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub closure: Option<Value>,
    /// Every step.
    pub timeline: Vec<TimelineEntry>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub outcome: Option<Value>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = referrals, check_for_backend(diesel::pg::Pg))]
struct Held {
    id: Uuid,
    status: ReferralStatus,
    service_id: Uuid,
    target_organization_id: Uuid,
    program_code: Option<String>,
    subject_name: Option<String>,
    need: String,
    lawful_basis: LawfulBasis,
    consent_given_on: Option<NaiveDate>,
    eligibility: Option<Value>,
    reason: Option<Value>,
    outcome: Option<Value>,
    closure: Option<Value>,
    created_at: DateTime<Utc>,
    requested_at: Option<DateTime<Utc>>,
}

async fn held(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_id: Option<Uuid>,
) -> QueryResult<Vec<Held>> {
    let mut query =
        referrals::table.order((referrals::created_at, referrals::id)).select(Held::as_select()).into_boxed();
    let about = referrals::person_id.eq_any(person_ids.to_vec());
    query = match family_id {
        Some(family) => query.filter(about.or(referrals::family_id.eq(family).and(referrals::person_id.is_null()))),
        None => query.filter(about),
    };
    query.load(conn).await
}

/// Of the person and, when the family is named too, of the household.
pub async fn list(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Vec<ReferralAbout>, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let mut about = Vec::with_capacity(rows.len());
    for row in rows {
        let service = directory::actions::find_service(&mut tx.conn, row.service_id).await?;
        let phone: Option<Option<String>> = referral_details::table
            .find(row.id)
            .select(referral_details::client_phone)
            .first(&mut *tx.conn)
            .await
            .optional()?;
        about.push(ReferralAbout {
            client_phone: phone.flatten(),
            timeline: timeline::list_of_visible(&mut tx.conn, row.id).await?.items,
            eligibility: row.eligibility,
            reason: row.reason,
            closure: row.closure,
            id: row.id,
            status: row.status,
            service_id: row.service_id,
            service_name: service.map(|s| s.name),
            target_organization_id: row.target_organization_id,
            program_code: row.program_code,
            subject_name: row.subject_name,
            need: row.need,
            lawful_basis: row.lawful_basis,
            consent_given_on: row.consent_given_on,
            outcome: row.outcome,
            created_at: row.created_at,
            requested_at: row.requested_at,
        });
    }
    Ok(about)
}

pub async fn count_open(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<usize, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    Ok(rows.iter().filter(|row| !FINAL.contains(&row.status)).count())
}

/// Telephones that were passed on with the person.
pub async fn list_phones(tx: &mut Tx, person_ids: &[Uuid]) -> Result<Vec<String>, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, None).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let phones: Vec<Option<String>> = referral_details::table
        .filter(referral_details::referral_id.eq_any(ids))
        .select(referral_details::client_phone)
        .load(&mut *tx.conn)
        .await?;
    Ok(phones.into_iter().flatten().collect())
}

/// Takes the name and the words out, and keeps what was asked of whom and what came of it; gives the ids.
pub async fn forget(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Vec<Uuid>, Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    for row in rows {
        diesel::update(referrals::table.find(row.id))
            .set((
                referrals::subject_name.eq(None::<String>),
                referrals::need.eq(ERASED),
                referrals::reason.eq(row.reason.map(|v| blank(v, "text"))),
                referrals::outcome.eq(row.outcome.map(|v| blank(v, "note"))),
                referrals::closure.eq(row.closure.map(|v| blank(v, "note"))),
                referrals::submission_hash.eq(Vec::new()),
                referrals::version.eq(referrals::version + 1),
                referrals::updated_at.eq(tx.now),
            ))
            .execute(&mut *tx.conn)
            .await?;
    }
    diesel::update(referral_details::table.filter(referral_details::referral_id.eq_any(&ids)))
        .set(referral_details::client_phone.eq(None::<String>))
        .execute(&mut *tx.conn)
        .await?;
    Ok(ids)
}

/// Of the household's referrals, which are not the person's alone, the name goes.
pub async fn forget_name(tx: &mut Tx, family_id: Uuid, name: &str) -> Result<(), Error> {
    let rows = held(&mut tx.conn, Unscoped::SubjectRights, &[], Some(family_id)).await?;
    for row in rows.into_iter().filter(|row| row.need != ERASED) {
        let without = |value: Value| renamed(value, name);
        let subject_name = row.subject_name.filter(|said| said.to_lowercase() != name.to_lowercase());
        diesel::update(referrals::table.find(row.id))
            .set((
                referrals::subject_name.eq(subject_name),
                referrals::need.eq(without_name(&row.need, name)),
                referrals::reason.eq(row.reason.map(without)),
                referrals::outcome.eq(row.outcome.map(without)),
                referrals::closure.eq(row.closure.map(without)),
                referrals::submission_hash.eq(Vec::new()),
                referrals::version.eq(referrals::version + 1),
                referrals::updated_at.eq(tx.now),
            ))
            .execute(&mut *tx.conn)
            .await?;
        timeline::forget_name_in(&mut tx.conn, row.id, name).await?;
    }
    Ok(())
}
