//! Wire types of officers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::store::OfficerRow;
use crate::auth::roles::Role;
use crate::http::text::PersonName;
use crate::regions::RegionCode;

/// An officer for whom the clients of an organization may act.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StaffMember {
    /// Id of the officer, as it stands in timelines and the audit trail.
    #[schema(example = "bandung-bo-1")]
    pub id: String,
    /// Id under which the audit trail keeps changes to this entry.
    pub record_id: Uuid,
    /// The organization.
    pub organization_id: Uuid,
    /// The officer's name.
    #[schema(example = "Dewi Lestari")]
    pub name: String,
    /// Where they work; a token covers what this and the client's regions have in common.
    #[schema(example = json!(["32.04"]))]
    pub regions: Vec<String>,
    /// What they are.
    pub roles: Vec<Role>,
    /// May anybody act for them?
    #[schema(example = true)]
    pub active: bool,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When the entry last changed.
    pub updated_at: DateTime<Utc>,
    /// Since when nobody may act for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<DateTime<Utc>>,
}

impl From<OfficerRow> for StaffMember {
    fn from(row: OfficerRow) -> Self {
        Self {
            id: row.id,
            record_id: row.record_id,
            organization_id: row.organization_id,
            name: row.name,
            regions: row.regions,
            roles: row.roles.iter().filter_map(|role| role.parse().ok()).collect(),
            active: row.disabled_at.is_none(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            disabled_at: row.disabled_at,
        }
    }
}

/// A new officer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateStaffMember {
    /// 3 to 64 of a-z, 0-9, `-` and `_`; it stays in timelines for good.
    #[validate(custom(function = "fits"))]
    #[schema(example = "bandung-bo-9", pattern = "^[a-z0-9_-]{3,64}$")]
    pub id: String,
    /// The organization, one of the caller's regions.
    pub organization_id: Uuid,
    /// The officer's name.
    pub name: PersonName,
    /// Where they work, inside the caller's regions.
    #[validate(length(min = 1, max = 100, code = "too_few"))]
    #[schema(min_items = 1, max_items = 100, example = json!(["32.04"]))]
    pub regions: Vec<RegionCode>,
    /// What they are.
    #[validate(length(min = 1, max = 9, code = "too_few"))]
    #[schema(min_items = 1, max_items = 9)]
    pub roles: Vec<Role>,
}

fn fits(id: &str) -> Result<(), ValidationError> {
    let fits = (3..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && id.bytes().filter(u8::is_ascii_digit).count() < 16;
    if fits { Ok(()) } else { Err(ValidationError::new("format")) }
}

/// What is to change; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PatchStaffMember {
    /// The officer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// Where they work, inside the caller's regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100, code = "too_few"))]
    #[schema(min_items = 1, max_items = 100, example = json!(["32.04"]))]
    pub regions: Option<Vec<RegionCode>>,
    /// What they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 9, code = "too_few"))]
    #[schema(min_items = 1, max_items = 9)]
    pub roles: Option<Vec<Role>>,
    /// May anybody act for them? Tokens that are out expire within 15 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = true)]
    pub active: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StaffQuery {
    /// Only this organization's.
    pub organization_id: Option<Uuid>,
    /// Only with this role.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only active ones, or only disabled ones.
    pub active: Option<bool>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Officers a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
