//! Personal data of one person in referrals, for that person's data subject rights. It covers all regions and is not
//! used for any other purpose.

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
use crate::erased_text::{ERASED, erase_text, without_name_in_json};
use crate::error::Error;
use crate::purposes::model::LawfulBasis;
use crate::regions::Unscoped;
use crate::timeline::{self, TimelineEntry};
use crate::transaction::Tx;

/// A referral of a person or their household, in that person's own data export.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralAbout {
    /// Id of the referral.
    pub id: Uuid,
    /// State of the referral.
    pub status: ReferralStatus,
    /// Id of the service that the referral was sent to.
    pub service_id: Uuid,
    /// Name of the service.
    #[schema(example = "Verifikasi kepesertaan PKH")]
    pub service_name: Option<String>,
    /// Id of the organization that received the referral.
    pub target_organization_id: Uuid,
    /// Code of the programme.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Name that was disclosed to the target.
    #[schema(example = "Siti Rahmawati")]
    pub subject_name: Option<String>,
    /// Description of the need, in the desk's words.
    #[schema(example = "Keluarga dengan dua anak sekolah belum menerima PKH.")]
    pub need: String,
    /// Lawful basis for disclosing the data.
    pub lawful_basis: LawfulBasis,
    /// Date of the consent.
    pub consent_given_on: Option<NaiveDate>,
    /// Telephone number that was disclosed to the target.
    #[schema(example = "0812-0000-9001")]
    pub client_phone: Option<String>,
    /// Eligibility check that was sent with the referral.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub eligibility: Option<Value>,
    /// Reason why it was rejected, put on hold, failed or cancelled.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub reason: Option<Value>,
    /// How and when the citizen was informed.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub closure: Option<Value>,
    /// Timeline of the referral.
    pub timeline: Vec<TimelineEntry>,
    /// Outcome of the referral.
    #[schema(value_type = Option<Object>, nullable, example = json!(null))]
    pub outcome: Option<Value>,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time when it was sent.
    pub requested_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = referrals, check_for_backend(diesel::pg::Pg))]
struct SubjectReferralRow {
    id: Uuid,
    region_code: String,
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

async fn list_rows_about(
    conn: &mut AsyncPgConnection,
    _why: Unscoped,
    person_ids: &[Uuid],
    family_id: Option<Uuid>,
) -> QueryResult<Vec<SubjectReferralRow>> {
    let mut query = referrals::table
        .order((referrals::created_at, referrals::id))
        .select(SubjectReferralRow::as_select())
        .into_boxed();
    let about = referrals::person_id.eq_any(person_ids.to_vec());
    query = match family_id {
        Some(family) => query.filter(about.or(referrals::family_id.eq(family).and(referrals::person_id.is_null()))),
        None => query.filter(about),
    };
    query.load(conn).await
}

/// Lists the referrals of the person and, if a family is given, of the household.
pub async fn list(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Vec<ReferralAbout>, Error> {
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
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
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    Ok(rows.iter().filter(|row| !FINAL.contains(&row.status)).count())
}

/// Telephone numbers of the person that were disclosed to targets.
pub async fn list_phones(tx: &mut Tx, person_ids: &[Uuid]) -> Result<Vec<String>, Error> {
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, None).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let phones: Vec<Option<String>> = referral_details::table
        .filter(referral_details::referral_id.eq_any(ids))
        .select(referral_details::client_phone)
        .load(&mut *tx.conn)
        .await?;
    Ok(phones.into_iter().flatten().collect())
}

/// Both sides of a referral read its change.
fn also_changes(tx: &mut Tx, row: &SubjectReferralRow) {
    tx.also_changes_region(&row.region_code);
    tx.also_changes_organization(row.target_organization_id);
}

/// Erases the name, the telephone number and the texts; service, organizations, states and codes remain. Returns the
/// ids.
pub async fn erase(tx: &mut Tx, person_ids: &[Uuid], family_id: Option<Uuid>) -> Result<Vec<Uuid>, Error> {
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, person_ids, family_id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    for row in rows {
        also_changes(tx, &row);
        diesel::update(referrals::table.find(row.id))
            .set((
                referrals::subject_name.eq(None::<String>),
                referrals::need.eq(ERASED),
                referrals::reason.eq(row.reason.map(|v| erase_text(v, "text"))),
                referrals::outcome.eq(row.outcome.map(|v| erase_text(v, "note"))),
                referrals::closure.eq(row.closure.map(|v| erase_text(v, "note"))),
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

/// Erases the person's name in the referrals of the household, which also belong to other members.
pub async fn erase_name(tx: &mut Tx, family_id: Uuid, name: &str) -> Result<(), Error> {
    let rows = list_rows_about(&mut tx.conn, Unscoped::SubjectRights, &[], Some(family_id)).await?;
    for row in rows.into_iter().filter(|row| row.need != ERASED) {
        also_changes(tx, &row);
        let without = |value: Value| without_name_in_json(value, name);
        let subject_name = row.subject_name.filter(|other| other.to_lowercase() != name.to_lowercase());
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
        timeline::erase_name(&mut tx.conn, row.id, name).await?;
    }
    Ok(())
}
