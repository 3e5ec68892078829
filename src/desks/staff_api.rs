//! Request and response types of officers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::store::OfficerRow;
use crate::auth::roles::Role;
use crate::http::text::PersonName;
use crate::regions::RegionCode;

/// An officer of an organization, for whom the organization's clients can get tokens.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StaffMember {
    /// Id of the officer, as shown in timelines and the audit trail.
    #[schema(example = "bandung-bo-1")]
    pub id: String,
    /// Id that the audit trail uses for changes to this officer.
    pub record_id: Uuid,
    /// Id of the organization.
    pub organization_id: Uuid,
    /// Name of the officer.
    #[schema(example = "Dewi Lestari")]
    pub name: String,
    /// Regions of the officer. A token covers the regions that client and officer have in common.
    #[schema(example = json!(["32.04"]))]
    pub regions: Vec<String>,
    /// Roles of the officer.
    pub roles: Vec<Role>,
    /// True if clients can get tokens for the officer.
    #[schema(example = true)]
    pub active: bool,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
    /// Time when the officer was disabled.
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
    /// Id of the officer: 3 to 64 characters of a-z, 0-9, `-` and `_`. It cannot change, because timelines refer to it.
    #[validate(custom(function = "validate_id"))]
    #[schema(example = "bandung-bo-9", pattern = "^[a-z0-9_-]{3,64}$")]
    pub id: String,
    /// Id of the organization, in one of the caller's regions.
    pub organization_id: Uuid,
    /// Name of the officer.
    pub name: PersonName,
    /// Regions of the officer, within the caller's regions.
    #[validate(length(min = 1, max = 100, code = "too_few"))]
    #[schema(min_items = 1, max_items = 100, example = json!(["32.04"]))]
    pub regions: Vec<RegionCode>,
    /// Roles of the officer.
    #[validate(length(min = 1, max = 9, code = "too_few"))]
    #[schema(min_items = 1, max_items = 9)]
    pub roles: Vec<Role>,
}

fn validate_id(id: &str) -> Result<(), ValidationError> {
    let valid = (3..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && id.bytes().filter(u8::is_ascii_digit).count() < 16;
    if valid { Ok(()) } else { Err(ValidationError::new("format")) }
}

/// Changes to an officer. Absent fields do not change.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PatchStaffMember {
    /// Name of the officer.
    pub name: Option<PersonName>,
    /// Regions of the officer, within the caller's regions.
    #[validate(length(min = 1, max = 100, code = "too_few"))]
    #[schema(min_items = 1, max_items = 100, example = json!(["32.04"]))]
    pub regions: Option<Vec<RegionCode>>,
    /// Roles of the officer.
    #[validate(length(min = 1, max = 9, code = "too_few"))]
    #[schema(min_items = 1, max_items = 9)]
    pub roles: Option<Vec<Role>>,
    /// False disables the officer, true enables them again. Tokens that were already issued expire within 15 minutes.
    #[schema(example = true)]
    pub active: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StaffQuery {
    /// Only officers of this organization.
    pub organization_id: Option<Uuid>,
    /// Only officers with this role.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only active officers (`true`) or only disabled ones (`false`).
    pub active: Option<bool>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of officers per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
