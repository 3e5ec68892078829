//! Wire types of the directory.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{OrganizationKind, Sector};
use super::store::{OrganizationRow, ServiceRow};
use crate::auth::{Actor, Permission};
use crate::db::stored;
use crate::error::Error;
use crate::http::patch;
use crate::http::text::{LongText, Name, ShortText};
use crate::regions::{AreaCode, RegionCode};

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
    /// Where it is. Absent for a confidential location, unless the caller is of the organization or holds `cases:restricted`
    /// over its region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Jalan Raya Soreang 1")]
    pub address: Option<String>,
    /// Is its location kept from the public (a safe house)? Then `region_code` names the regency only.
    #[schema(example = false)]
    pub confidential_location: bool,
    /// Can it be referred to? One that is not active keeps what it has.
    #[schema(example = true)]
    pub active: bool,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Organization {
    /// As this caller may see it; nobody is the public.
    pub fn shown(row: OrganizationRow, to: Option<&Actor>) -> Self {
        let withheld = row.confidential_location && !may_know_location(&row, to);
        let region_code = if withheld { row.region_code.chars().take(5).collect() } else { row.region_code };
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            region_code,
            program_code: row.program_code,
            phone: row.phone,
            email: row.email,
            address: row.address.filter(|_| !withheld),
            confidential_location: row.confidential_location,
            active: row.active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn may_know_location(row: &OrganizationRow, actor: Option<&Actor>) -> bool {
    actor.is_some_and(|actor| {
        actor.organization_id == Some(row.id)
            || (actor.may(Permission::CasesRestricted) && actor.scope.allows(&row.region_code))
    })
}

fn is_v7(id: &Uuid) -> Result<(), ValidationError> {
    if id.get_version_num() == 7 { Ok(()) } else { Err(ValidationError::new("not_uuid_v7")) }
}

/// A new organization.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganization {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_v7"))]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
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
    /// Is its location kept from the public? No, when absent.
    #[schema(example = false)]
    pub confidential_location: Option<bool>,
}

/// What changes of an organization (RFC 7396): absent stays, `null` takes away.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "(022) 555-0101", "active": true}))]
pub struct PatchOrganization {
    /// What kind it is.
    pub kind: Option<OrganizationKind>,
    /// Its name.
    pub name: Option<Name>,
    /// The programme it carries out.
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
    /// Where it is.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub address: Option<Option<ShortText>>,
    /// Is its location kept from the public?
    pub confidential_location: Option<bool>,
    /// `false` takes it and its services out of use: nothing new is referred there, what runs goes on.
    pub active: Option<bool>,
}

/// Days on which a service is closed, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "closure_fits"))]
pub struct ServiceClosure {
    /// First day closed.
    pub from_on: NaiveDate,
    /// Last day closed.
    pub until_on: NaiveDate,
    /// Why, for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ShortText>,
}

fn closure_fits(closure: &ServiceClosure) -> Result<(), ValidationError> {
    if closure.until_on >= closure.from_on {
        return Ok(());
    }
    let mut error = ValidationError::new("ends_before_it_begins");
    error.add_param("pointer".into(), &"/until_on");
    Err(error)
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
    /// How many it holds now. This and `reserved` move with referrals and are no part of the version.
    #[schema(example = 12)]
    pub in_use: i32,
    /// How many are held for referrals that are not yet answered.
    #[schema(example = 1)]
    pub reserved: i32,
    /// When it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Senin–Jumat 08.00–15.00")]
    pub opening_hours: Option<String>,
    /// Days on which it is closed: then it is no candidate, and nothing can be sent to it.
    pub closures: Vec<ServiceClosure>,
    /// What to bring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "KTP dan kartu keluarga")]
    pub requirements: Option<String>,
    /// Can it be referred to now?
    #[schema(example = true)]
    pub active: bool,
    /// Working days, on the calendar of the client's region, within which it promises an answer to a referral.
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
    /// The day from which a service that is closed on `day` is open again.
    pub fn next_opening(&self, day: NaiveDate) -> Option<NaiveDate> {
        let mut open = day;
        // One closure may begin when another ends.
        while let Some(closure) = self.closures.iter().find(|c| c.from_on <= open && open <= c.until_on) {
            open = closure.until_on.succ_opt()?;
        }
        (open != day).then_some(open)
    }

    /// Places that are neither taken nor held; `None` is no limit.
    pub fn free_places(&self) -> Option<i32> {
        self.capacity.map(|capacity| (capacity - self.in_use - self.reserved).max(0))
    }
}

/// A new service.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateService {
    /// Id made by the client (UUIDv7); made by the service if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_v7"))]
    #[schema(nullable, example = json!(null))]
    pub id: Option<Uuid>,
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
    /// The regions it serves, at least one; they need not lie in the organization's own region. `ID` is the whole country.
    #[validate(length(min = 1, max = 600, code = "too_few"))]
    #[schema(min_items = 1, max_items = 600, example = json!(["32.04"]))]
    pub area_codes: Vec<AreaCode>,
    /// How many clients it can hold at a time.
    #[validate(range(min = 0, max = 1_000_000, code = "out_of_range"))]
    #[schema(minimum = 0, maximum = 1_000_000, example = 40)]
    pub capacity: Option<i32>,
    /// When it is open.
    pub opening_hours: Option<ShortText>,
    /// What to bring.
    pub requirements: Option<ShortText>,
    /// Working days within which it promises an answer; 14 when absent.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365, example = 14)]
    pub answer_days: Option<i16>,
    /// Days on which it is closed.
    #[serde(default)]
    #[validate(length(max = 100, code = "too_many"), nested)]
    #[schema(max_items = 100)]
    pub closures: Vec<ServiceClosure>,
}

/// What changes of a service (RFC 7396): absent stays, `null` takes away, a list replaces the list.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"capacity": 60, "closures": [{"from_on": "2026-12-24", "until_on": "2026-12-31"}]}))]
pub struct PatchService {
    /// Its name.
    pub name: Option<Name>,
    /// What it does.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<LongText>)]
    pub description: Option<Option<LongText>>,
    /// The programme it leads to.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub program_code: Option<Option<String>>,
    /// The sectors it serves, at least one.
    #[validate(length(min = 1, max = 13, code = "too_few"))]
    #[schema(min_items = 1, max_items = 13)]
    pub sectors: Option<Vec<Sector>>,
    /// The regions it serves, at least one; `ID` is the whole country.
    #[validate(length(min = 1, max = 600, code = "too_few"))]
    #[schema(min_items = 1, max_items = 600)]
    pub area_codes: Option<Vec<AreaCode>>,
    /// How many clients it can hold at a time; `null` is no limit. Fewer than it holds now takes nobody's place away.
    #[serde(default, deserialize_with = "patch::given")]
    #[validate(range(min = 0, max = 1_000_000, code = "out_of_range"))]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1_000_000)]
    pub capacity: Option<Option<i32>>,
    /// When it is open.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub opening_hours: Option<Option<ShortText>>,
    /// What to bring.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub requirements: Option<Option<ShortText>>,
    /// `false` takes it out of use: nothing new is referred there, what runs goes on.
    pub active: Option<bool>,
    /// Working days within which it promises an answer.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365)]
    pub answer_days: Option<i16>,
    /// Days on which it is closed; replaces the list.
    #[validate(length(max = 100, code = "too_many"), nested)]
    #[schema(max_items = 100)]
    pub closures: Option<Vec<ServiceClosure>>,
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
    /// Only those in use, or only those out of use.
    pub active: Option<bool>,
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
    /// Only those in use, or only those out of use.
    pub active: Option<bool>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Services a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
