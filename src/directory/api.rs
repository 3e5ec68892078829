//! Wire types of the directory.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::model::{OrganizationKind, Sector};
use super::store::{OrganizationRow, ServiceRow};
use crate::http::text::{LongText, Name, ShortText};
use crate::regions::RegionCode;

/// An organization that receives complaints or referrals.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Id of the organization.
    pub id: Uuid,
    /// What kind it is.
    pub kind: OrganizationKind,
    /// Its name.
    #[schema(example = "Dinas Sosial Kabupaten Bandung")]
    pub name: String,
    /// The region it belongs to.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The programme it carries out, if it is a programme body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Telephone for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "(022) 555-0101")]
    pub phone: Option<String>,
    /// E-mail for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "layanan@dinsos.example.go.id")]
    pub email: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Jalan Raya Soreang 1")]
    pub address: Option<String>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            region_code: row.region_code,
            program_code: row.program_code,
            phone: row.phone,
            email: row.email,
            address: row.address,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A new organization.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganization {
    /// What kind it is.
    pub kind: OrganizationKind,
    /// Its name.
    pub name: Name,
    /// The region it belongs to.
    pub region_code: RegionCode,
    /// The programme it carries out.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Telephone for the public.
    pub phone: Option<ShortText>,
    /// E-mail for the public.
    pub email: Option<ShortText>,
    /// Where it is.
    pub address: Option<ShortText>,
}

/// A service that an organization offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Id of the service.
    pub id: Uuid,
    /// Who offers it.
    pub organization_id: Uuid,
    /// Its name.
    #[schema(example = "Verifikasi kepesertaan PKH")]
    pub name: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Memeriksa dan mengusulkan keluarga calon penerima PKH.")]
    pub description: Option<String>,
    /// The programme it leads to, if any; a client who fails its rules is not referred here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// The sectors it serves.
    pub sectors: Vec<Sector>,
    /// The regions it serves, each with everything inside; `ID` is the whole country.
    #[schema(example = json!(["32.04"]))]
    pub area_codes: Vec<String>,
    /// How many clients it can hold at a time; unlimited when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 40)]
    pub capacity: Option<i32>,
    /// How many it holds now.
    #[schema(example = 12)]
    pub in_use: i32,
    /// When it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Senin–Jumat 08.00–15.00")]
    pub opening_hours: Option<String>,
    /// What to bring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "KTP dan kartu keluarga")]
    pub requirements: Option<String>,
    /// Can it be referred to now?
    #[schema(example = true)]
    pub active: bool,
    /// Calendar days within which it promises an answer to a referral.
    #[schema(example = 14)]
    pub answer_days: i16,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<ServiceRow> for Service {
    fn from(row: ServiceRow) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            description: row.description,
            program_code: row.program_code,
            sectors: row.sectors.iter().filter_map(|s| s.parse().ok()).collect(),
            area_codes: row.area_codes,
            capacity: row.capacity,
            in_use: row.in_use,
            opening_hours: row.opening_hours,
            requirements: row.requirements,
            active: row.active,
            answer_days: row.answer_days,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A new service.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateService {
    /// Who offers it.
    pub organization_id: Uuid,
    /// Its name.
    pub name: Name,
    /// What it does.
    pub description: Option<LongText>,
    /// The programme it leads to.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// The sectors it serves, at least one.
    #[validate(length(min = 1, max = 13, code = "too_few"))]
    #[schema(min_items = 1, max_items = 13)]
    pub sectors: Vec<Sector>,
    /// The regions it serves, at least one; they need not lie in the organization's own region.
    #[validate(length(min = 1, max = 600, code = "too_few"))]
    #[schema(min_items = 1, max_items = 600, example = json!(["32.04"]))]
    pub area_codes: Vec<RegionCode>,
    /// How many clients it can hold at a time.
    #[validate(range(min = 0, max = 1_000_000, code = "out_of_range"))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 40)]
    pub capacity: Option<i32>,
    /// When it is open.
    pub opening_hours: Option<ShortText>,
    /// What to bring.
    pub requirements: Option<ShortText>,
    /// Calendar days within which it promises an answer; 14 when absent.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365, example = 14)]
    pub answer_days: Option<i16>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrganizationQuery {
    /// Only this kind.
    #[param(inline)]
    pub kind: Option<OrganizationKind>,
    /// Only organizations of this region or inside it.
    #[param(value_type = Option<String>, example = "32.04")]
    pub within: Option<RegionCode>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Organizations a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServiceQuery {
    /// Only services of this organization.
    pub organization_id: Option<Uuid>,
    /// Only services of this programme.
    #[param(example = "PKH")]
    pub program_code: Option<String>,
    /// Only services of this sector.
    #[param(inline)]
    pub sector: Option<Sector>,
    /// Only services whose area contains this region.
    #[param(value_type = Option<String>, example = "32.04.05.2001")]
    pub serving: Option<RegionCode>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Services a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
