//! Wire types of consents.

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
use crate::referrals::api::ReferralSubject;
use crate::referrals::model::LawfulBasis;
use crate::regions::RegionCode;
use crate::state_machine;

/// Who gave consent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConsentGivenBy {
    /// In which capacity.
    pub role: ConsentGiver,
    /// Name, if it is not the data subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
}

/// Consent, or another lawful basis, for using the data of a person or family for one purpose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "basis_fits"), schema(function = "dates_fit"))]
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
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Whose data: a person, or a whole family.
    #[validate(nested)]
    pub subject: ReferralSubject,
    /// What it may be used for.
    pub purpose: AccessPurpose,
    /// Consent, or what stands in its place.
    pub lawful_basis: LawfulBasis,
    /// Who gave it; required for consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub given_by: Option<ConsentGivenBy>,
    /// How it was given; required for consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<ConsentMethod>,
    /// When it was given, or from when the basis holds.
    pub given_on: NaiveDate,
    /// The last day on which it holds; without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
    /// The law or decision; required for a basis other than consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_reference: Option<ShortText>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

fn fault(code: &'static str, at: &'static str) -> Result<(), ValidationError> {
    let mut error = ValidationError::new(code);
    error.add_param("pointer".into(), &at);
    Err(error)
}

fn basis_fits(input: &RecordConsent) -> Result<(), ValidationError> {
    let consent = input.lawful_basis == LawfulBasis::Consent;
    if consent && input.given_by.is_none() {
        return fault("required", "/given_by");
    }
    if consent && input.method.is_none() {
        return fault("required", "/method");
    }
    if !consent && input.legal_reference.is_none() {
        return fault("legal_reference_required", "/legal_reference");
    }
    Ok(())
}

fn dates_fit(input: &RecordConsent) -> Result<(), ValidationError> {
    if input.id.is_some_and(|id| id.get_version_num() != 7) {
        return fault("not_uuid_v7", "/id");
    }
    if input.expires_on.is_some_and(|end| end < input.given_on) {
        return fault("too_small", "/expires_on");
    }
    Ok(())
}

/// A withdrawal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    /// How it was said.
    pub method: ConsentMethod,
    /// Who withdraws, if not the data subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub withdrawn_by: Option<ConsentGivenBy>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LongText>,
}

/// Consent, or another lawful basis.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Id of the record.
    pub id: Uuid,
    /// State as of today.
    pub status: ConsentStatus,
    /// Actions that this state allows; a basis other than consent cannot be withdrawn.
    #[schema(example = json!(["withdraw"]))]
    pub allowed_actions: Vec<ConsentAction>,
    /// Village of the family.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The family.
    pub family_id: Uuid,
    /// The person; absent when it is the whole family's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<Uuid>,
    /// What the data may be used for.
    pub purpose: AccessPurpose,
    /// Consent, or what stands in its place.
    pub lawful_basis: LawfulBasis,
    /// Who gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_by: Option<ConsentGivenBy>,
    /// How it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<ConsentMethod>,
    /// When it was given, or from when the basis holds.
    pub given_on: NaiveDate,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<NaiveDate>,
    /// The law or decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub legal_reference: Option<String>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub note: Option<String>,
    /// The referral it was given with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<Uuid>,
    /// How it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<WithdrawConsent>,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The officer or client who recorded it.
    #[schema(example = "bandung-fo-1")]
    pub created_by: String,
    /// Version, as in the `ETag`.
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

/// A row as of a day.
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
    /// Only this region and what lies inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only what is this person's, or the whole family's.
    pub person_id: Option<Uuid>,
    /// Only what is this family's or a member's.
    pub family_id: Option<Uuid>,
    /// Only this purpose.
    #[param(inline)]
    pub purpose: Option<AccessPurpose>,
    /// Only this state, as of today.
    #[param(inline)]
    pub status: Option<ConsentStatus>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Consents a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
