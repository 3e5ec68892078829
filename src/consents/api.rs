//! API types of consents.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{ConsentAction, ConsentGiver, ConsentMethod, ConsentStatus};
use super::store::ConsentRow;
use super::transitions::EDGES;
use crate::auth::caller::AccessPurpose;
use crate::db::stored;
use crate::error::Error;
use crate::http::text::{LongText, PersonName, ShortText};
use crate::purposes::model::LawfulBasis;
use crate::regions::RegionCode;
use crate::registry::subject::ReferralSubject;
use crate::state_machine;

/// The person who gave the consent.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConsentGivenBy {
    /// The capacity in which the person gave it.
    pub role: ConsentGiver,
    /// Name of the person, if it is not the data subject.
    pub name: Option<PersonName>,
}

/// Consent, or another lawful basis, for using the data of a person or family for one purpose (UU 27/2022, article 20).
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_basis"), schema(function = "validate_id_and_dates"))]
#[schema(example = json!({
    "subject": { "person_id": "01928f3e-7c1b-7a4e-9d2c-3f5a6b7c8d9f" },
    "purpose": "referral",
    "lawful_basis": "consent",
    "given_by": { "role": "subject" },
    "method": "written",
    "given_on": "2026-11-20",
    "expires_on": "2027-11-19"
}))]
pub struct RecordConsent {
    /// Id chosen by the client (UUIDv7). If absent, the server generates one.
    pub id: Option<Uuid>,
    /// The data subject: a person, or a whole family.
    #[validate(nested)]
    pub subject: ReferralSubject,
    /// The purpose for which the data may be used.
    pub purpose: AccessPurpose,
    /// The lawful basis: consent, or another one.
    pub lawful_basis: LawfulBasis,
    /// The person who gave it. Required for consent.
    #[validate(nested)]
    pub given_by: Option<ConsentGivenBy>,
    /// How it was given. Required for consent.
    pub method: Option<ConsentMethod>,
    /// Day on which it was given, or from which the other basis is valid. Not in the future.
    pub given_on: NaiveDate,
    /// Last day on which it is valid. If absent, it does not expire.
    pub expires_on: Option<NaiveDate>,
    /// The law or decision. Required for a basis other than consent.
    pub legal_reference: Option<ShortText>,
    /// Note of the officer.
    pub note: Option<LongText>,
}

fn field_error(code: &'static str, pointer: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &pointer);
    Err(error)
}

fn validate_basis(input: &RecordConsent) -> Result<(), ValidationError> {
    let consent = input.lawful_basis == LawfulBasis::Consent;
    if consent && input.given_by.is_none() {
        return field_error("required", "/given_by");
    }
    if consent && input.method.is_none() {
        return field_error("required", "/method");
    }
    if !consent && input.legal_reference.is_none() {
        return field_error("legal_reference_required", "/legal_reference");
    }
    Ok(())
}

fn validate_id_and_dates(input: &RecordConsent) -> Result<(), ValidationError> {
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return field_error("not_uuid_v7", "/id");
    }
    if input.expires_on.is_some_and(|end| end < input.given_on) {
        return field_error("too_small", "/expires_on");
    }
    Ok(())
}

/// The withdrawal of a consent.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    /// How the consent was withdrawn.
    pub method: ConsentMethod,
    /// The person who withdraws it, if it is not the data subject.
    #[validate(nested)]
    pub withdrawn_by: Option<ConsentGivenBy>,
    /// Note of the officer.
    pub note: Option<LongText>,
}

/// A recorded consent or other lawful basis.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Id of the record.
    pub id: Uuid,
    /// Status as of today.
    pub status: ConsentStatus,
    /// Actions that this status allows. Empty for a basis other than consent, which cannot be withdrawn.
    #[schema(example = json!(["withdraw"]))]
    pub allowed_actions: Vec<ConsentAction>,
    /// Village of the family.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The family.
    pub family_id: Uuid,
    /// The person. Absent if it applies to the whole family.
    pub person_id: Option<Uuid>,
    /// The purpose for which the data may be used.
    pub purpose: AccessPurpose,
    /// The lawful basis: consent, or another one.
    pub lawful_basis: LawfulBasis,
    /// The person who gave it.
    pub given_by: Option<ConsentGivenBy>,
    /// How it was given.
    pub method: Option<ConsentMethod>,
    /// Day on which it was given, or from which the other basis is valid. Not in the future.
    pub given_on: NaiveDate,
    /// Last day on which it is valid. If absent, it does not expire.
    pub expires_on: Option<NaiveDate>,
    /// The law or decision.
    #[schema(nullable, example = json!(null))]
    pub legal_reference: Option<String>,
    /// Note of the officer.
    #[schema(nullable, example = json!(null))]
    pub note: Option<String>,
    /// The referral with which it was recorded.
    pub referral_id: Option<Uuid>,
    /// How it was withdrawn.
    pub withdrawal: Option<WithdrawConsent>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The officer or API client who recorded it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// Version, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ConsentRow {
    pub fn giver(&self) -> Result<Option<ConsentGivenBy>, Error> {
        stored::read_nullable(self.giver.as_ref(), "consents.giver", self.id)
    }

    pub fn withdrawal(&self) -> Result<Option<WithdrawConsent>, Error> {
        stored::read_nullable(self.withdrawal.as_ref(), "consents.withdrawal", self.id)
    }
}

/// The API view of a row, with its status as of `today`.
pub fn show(row: ConsentRow, today: NaiveDate) -> Result<Consent, Error> {
    let status = row.status(today);
    let (given_by, withdrawal) = (row.giver()?, row.withdrawal()?);
    let allowed =
        if row.lawful_basis == LawfulBasis::Consent { state_machine::allowed(EDGES, status) } else { Vec::new() };
    Ok(Consent {
        id: row.id,
        status,
        allowed_actions: allowed,
        region_code: row.region_code,
        family_id: row.family_id,
        person_id: row.person_id,
        purpose: row.purpose,
        lawful_basis: row.lawful_basis,
        given_by,
        method: row.method,
        given_on: row.given_on,
        expires_on: row.expires_on,
        legal_reference: row.legal_reference,
        note: row.note,
        referral_id: row.referral_id,
        withdrawal,
        withdrawn_at: row.withdrawn_at,
        created_by: row.created_by,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsentQuery {
    /// Only consents in this region and the regions inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only consents of this person, or of the person's whole family.
    pub person_id: Option<Uuid>,
    /// Only consents of this family or of its members.
    pub family_id: Option<Uuid>,
    /// Only consents for this purpose.
    #[param(inline)]
    pub purpose: Option<AccessPurpose>,
    /// Only consents with this status, as of today.
    #[param(inline)]
    pub status: Option<ConsentStatus>,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of consents per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
