//! API types of the directory.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{OrganizationKind, Sector};
use super::store::{OrganizationRow, ServiceRow};
use crate::auth::Actor;
use crate::db::stored;
use crate::error::Error;
use crate::http::patch;
use crate::http::text::{LongText, Name, ShortText};
use crate::regions::{AreaCode, RegionCode};

/// An organization that receives complaints or referrals.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Id of the organization.
    pub id: Uuid,
    /// Kind of organization.
    pub kind: OrganizationKind,
    /// Name.
    #[schema(example = "Dinas Sosial Kabupaten Bandung")]
    pub name: String,
    /// Region to which the organization belongs.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Programme that the organization carries out, if it is a programme body.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Telephone for the public.
    #[schema(example = "(022) 555-0101")]
    pub phone: Option<String>,
    /// E-mail for the public.
    #[schema(example = "layanan@dinsos.example.go.id")]
    pub email: Option<String>,
    /// Address. Absent for a confidential location, unless the caller belongs to the organization or has `cases:restricted` for its
    /// region.
    #[schema(example = "Jalan Raya Soreang 1")]
    pub address: Option<String>,
    /// True if the location is confidential, as for a safe house. Then `region_code` is the regency only, except for callers who may
    /// see the address.
    #[schema(example = false)]
    pub confidential_location: bool,
    /// True if the organization accepts referrals. An inactive one keeps the referrals that it has.
    #[schema(example = true)]
    pub active: bool,
    /// Version, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Organization {
    /// The fields that this caller may see; `None` is a caller without a token.
    pub fn shown(row: OrganizationRow, to: Option<&Actor>) -> Self {
        let redacted = row.confidential_location && !may_see_location(&row, to);
        let region_code = if redacted { row.region_code.chars().take(5).collect() } else { row.region_code };
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            region_code,
            program_code: row.program_code,
            phone: row.phone,
            email: row.email,
            address: row.address.filter(|_| !redacted),
            confidential_location: row.confidential_location,
            active: row.active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn may_see_location(row: &OrganizationRow, actor: Option<&Actor>) -> bool {
    actor.is_some_and(|actor| {
        actor.organization_id == Some(row.id)
            || (actor.may(crate::auth::permissions::CASES_RESTRICTED) && actor.scope.allows(&row.region_code))
    })
}

fn is_v7(id: &Uuid) -> Result<(), ValidationError> {
    if id.get_version_num() == 7 { Ok(()) } else { Err(ValidationError::new("not_uuid_v7")) }
}

/// A new organization.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganization {
    /// Id chosen by the client (UUIDv7). If absent, the server generates one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_v7"))]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// Kind of organization.
    pub kind: OrganizationKind,
    /// Name.
    pub name: Name,
    /// Region to which the organization belongs.
    pub region_code: RegionCode,
    /// Programme that the organization carries out.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Telephone for the public.
    pub phone: Option<ShortText>,
    /// E-mail for the public.
    pub email: Option<ShortText>,
    /// Address.
    pub address: Option<ShortText>,
    /// True if the location is confidential. Default: false.
    #[schema(example = false)]
    pub confidential_location: Option<bool>,
}

/// Changes to an organization, as a JSON merge patch (RFC 7396): an absent field stays as it is, `null` removes the value.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "(022) 555-0101", "active": true}))]
pub struct PatchOrganization {
    /// Kind of organization.
    pub kind: Option<OrganizationKind>,
    /// Name.
    pub name: Option<Name>,
    /// Programme that the organization carries out.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub program_code: Option<Option<String>>,
    /// Telephone for the public.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub phone: Option<Option<ShortText>>,
    /// E-mail for the public.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub email: Option<Option<ShortText>>,
    /// Address.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub address: Option<Option<ShortText>>,
    /// True if the location is confidential.
    pub confidential_location: Option<bool>,
    /// `false` deactivates the organization and its services: they accept no new referrals; running referrals continue.
    pub active: Option<bool>,
}

/// Days on which a service is closed, first and last day included.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_closure"))]
pub struct ServiceClosure {
    /// First day on which it is closed.
    pub from_on: NaiveDate,
    /// Last day on which it is closed. Not before `from_on`.
    pub until_on: NaiveDate,
    /// Reason, shown to the public.
    pub reason: Option<ShortText>,
}

fn validate_closure(closure: &ServiceClosure) -> Result<(), ValidationError> {
    if closure.until_on >= closure.from_on {
        return Ok(());
    }
    let mut error = ValidationError::new("ends_before_it_begins");
    error.add_param("pointer".into(), &"/until_on");
    Err(error)
}

/// A service that an organization offers.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Id of the service.
    pub id: Uuid,
    /// Organization that offers the service.
    pub organization_id: Uuid,
    /// Name.
    #[schema(example = "Verifikasi kepesertaan PKH")]
    pub name: String,
    /// Description for the public.
    #[schema(example = "Memeriksa dan mengusulkan keluarga calon penerima PKH.")]
    pub description: Option<String>,
    /// Programme that the service leads to, if any. A client who fails its rules is not referred here.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Sectors that the service covers.
    pub sectors: Vec<Sector>,
    /// Codes of the regions that it serves, each with all regions inside it. `ID` is the whole country.
    #[schema(example = json!(["32.04"]))]
    pub area_codes: Vec<String>,
    /// Maximum number of clients at the same time. Absent: no limit.
    #[schema(example = 40)]
    pub capacity: Option<i32>,
    /// Number of clients that it serves now. Referrals change `in_use` and `reserved`; these changes do not change the version.
    #[schema(example = 12)]
    pub in_use: i32,
    /// Number of places reserved for referrals that are not answered yet.
    #[schema(example = 1)]
    pub reserved: i32,
    /// Opening hours.
    #[schema(example = "Senin–Jumat 08.00–15.00")]
    pub opening_hours: Option<String>,
    /// Periods in which the service is closed. A closed service is no candidate, and no referral can be sent to it.
    pub closures: Vec<ServiceClosure>,
    /// What the client must bring.
    #[schema(example = "KTP dan kartu keluarga")]
    pub requirements: Option<String>,
    /// True if the service accepts referrals.
    #[schema(example = true)]
    pub active: bool,
    /// Working days within which the service promises to answer a referral, by the calendar of the client's region.
    #[schema(example = 14)]
    pub answer_days: i16,
    /// Version, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl TryFrom<ServiceRow> for Service {
    type Error = Error;

    fn try_from(row: ServiceRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            description: row.description,
            program_code: row.program_code,
            sectors: row.sectors.iter().filter_map(|s| s.parse().ok()).collect(),
            area_codes: row.area_codes,
            capacity: row.capacity,
            in_use: row.in_use,
            reserved: row.reserved,
            opening_hours: row.opening_hours,
            closures: stored::read(&row.closures, "services.closures", row.id)?,
            requirements: row.requirements,
            active: row.active,
            answer_days: row.answer_days,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

impl Service {
    /// First day on which a service that is closed on `day` is open again; `None` if it is open on `day`.
    pub fn next_opening(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut open = day;
        // A closure may start on the day after another one ends, or overlap it.
        while let Some(closure) = self.closures.iter().find(|c| c.from_on <= open && open <= c.until_on) {
            open = closure.until_on.succ_opt()?;
        }
        (open != day).then_some(open)
    }

    /// Places that are neither in use nor reserved; `None` if there is no limit.
    pub fn free_places(&self) -> Option<i32> {
        self.capacity.map(|capacity| (capacity - self.in_use - self.reserved).max(0))
    }
}

/// A new service.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateService {
    /// Id chosen by the client (UUIDv7). If absent, the server generates one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_v7"))]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
    /// Organization that offers the service.
    pub organization_id: Uuid,
    /// Name.
    pub name: Name,
    /// Description for the public.
    pub description: Option<LongText>,
    /// Programme that the service leads to.
    #[schema(example = "PKH")]
    pub program_code: Option<String>,
    /// Sectors that the service covers, at least one.
    #[validate(length(min = 1, max = 13, code = "too_few"))]
    #[schema(min_items = 1, max_items = 13)]
    pub sectors: Vec<Sector>,
    /// Codes of the regions that it serves, at least one. They may lie outside the organization's own region. `ID` is the whole country.
    #[validate(length(min = 1, max = 600, code = "too_few"))]
    #[schema(min_items = 1, max_items = 600, example = json!(["32.04"]))]
    pub area_codes: Vec<AreaCode>,
    /// Maximum number of clients at the same time. Absent: no limit.
    #[validate(range(min = 0, max = 1_000_000, code = "out_of_range"))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 40)]
    pub capacity: Option<i32>,
    /// Opening hours.
    pub opening_hours: Option<ShortText>,
    /// What the client must bring.
    pub requirements: Option<ShortText>,
    /// Working days within which the service promises to answer a referral. Default: 14.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365, example = 14)]
    pub answer_days: Option<i16>,
    /// Periods in which the service is closed.
    #[serde(default)]
    #[validate(length(max = 100, code = "too_many"), nested)]
    #[schema(max_items = 100)]
    pub closures: Vec<ServiceClosure>,
}

/// Changes to a service, as a JSON merge patch (RFC 7396): an absent field stays as it is, `null` removes the value, a list replaces
/// the whole list.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"capacity": 60, "closures": [{"from_on": "2026-12-24", "until_on": "2026-12-31"}]}))]
pub struct PatchService {
    /// Name.
    pub name: Option<Name>,
    /// Description for the public.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<LongText>)]
    pub description: Option<Option<LongText>>,
    /// Programme that the service leads to.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub program_code: Option<Option<String>>,
    /// Sectors that the service covers, at least one.
    #[validate(length(min = 1, max = 13, code = "too_few"))]
    #[schema(min_items = 1, max_items = 13)]
    pub sectors: Option<Vec<Sector>>,
    /// Codes of the regions that it serves, at least one. `ID` is the whole country.
    #[validate(length(min = 1, max = 600, code = "too_few"))]
    #[schema(min_items = 1, max_items = 600)]
    pub area_codes: Option<Vec<AreaCode>>,
    /// Maximum number of clients at the same time; `null` removes the limit. Lowering it below `in_use` does not release places
    /// already taken.
    #[serde(default, deserialize_with = "patch::given")]
    #[validate(range(min = 0, max = 1_000_000, code = "out_of_range"))]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    pub capacity: Option<Option<i32>>,
    /// Opening hours.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub opening_hours: Option<Option<ShortText>>,
    /// What the client must bring.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub requirements: Option<Option<ShortText>>,
    /// `false` deactivates the service: it accepts no new referrals; running referrals continue.
    pub active: Option<bool>,
    /// Working days within which the service promises to answer a referral.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365)]
    pub answer_days: Option<i16>,
    /// Periods in which the service is closed; replaces the list.
    #[validate(length(max = 100, code = "too_many"), nested)]
    #[schema(max_items = 100)]
    pub closures: Option<Vec<ServiceClosure>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrganizationQuery {
    /// Only organizations of this kind.
    #[param(inline)]
    pub kind: Option<OrganizationKind>,
    /// Only organizations in this region and the regions inside it.
    #[param(value_type = Option<String>, example = "32.04")]
    pub within: Option<RegionCode>,
    /// `true`: only active ones; `false`: only inactive ones.
    pub active: Option<bool>,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of organizations per page, 1 to 200.
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
    /// Only services whose area contains this region code.
    #[param(value_type = Option<String>, example = "32.04.05.2001")]
    pub serving: Option<RegionCode>,
    /// `true`: only active ones; `false`: only inactive ones.
    pub active: Option<bool>,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of services per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
