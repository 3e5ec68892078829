//! Request and response types of desks, assignments and coverage.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::model::{CoverageGap, DeskKind, FieldDuty};
use super::store::{AssignmentRow, DeskRow};
use crate::http::patch;
use crate::http::text::{Name, ShortText};
use crate::regions::RegionCode;

/// A desk where people report a need or a complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Desk {
    /// Id of the desk.
    pub id: Uuid,
    /// Kind of desk.
    pub kind: DeskKind,
    /// Id of the organization that it belongs to.
    pub organization_id: Uuid,
    /// Name of the desk.
    #[schema(example = "Puskesos Cileunyi Kulon")]
    pub name: String,
    /// Region of the desk.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Address.
    #[schema(example = "Kantor Desa Cileunyi Kulon")]
    pub address: Option<String>,
    /// Public telephone number.
    #[schema(example = "(022) 555-0105")]
    pub phone: Option<String>,
    /// Opening hours.
    #[schema(example = "Senin–Jumat 08.00–15.00")]
    pub opening_hours: Option<String>,
    /// True if the desk is open for service; false if it was closed.
    #[schema(example = true)]
    pub active: bool,
    /// Codes of the villages that it serves; empty for its whole region. Not in lists.
    #[schema(example = json!(["32.04.05.2001"]))]
    pub villages: Option<Vec<String>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl From<DeskRow> for Desk {
    fn from(row: DeskRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            organization_id: row.organization_id,
            name: row.name,
            region_code: row.region_code,
            address: row.address,
            phone: row.phone,
            opening_hours: row.opening_hours,
            active: row.active,
            villages: None,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A new desk.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateDesk {
    /// Kind of desk.
    pub kind: DeskKind,
    /// Id of the organization that it belongs to, in one of the caller's regions.
    pub organization_id: Uuid,
    /// Name of the desk.
    pub name: Name,
    /// Region of the desk: a regency or city for `slrt`, a village for `puskesos`.
    pub region_code: RegionCode,
    /// Address.
    pub address: Option<ShortText>,
    /// Public telephone number.
    pub phone: Option<ShortText>,
    /// Opening hours.
    pub opening_hours: Option<ShortText>,
    /// Codes of the villages that it serves: inside its region, for a Puskesos inside its district. If empty, its whole
    /// region.
    #[serde(default)]
    #[validate(length(max = 1000, code = "too_many"))]
    #[schema(max_items = 1000, example = json!(["32.04.05.2001"]))]
    pub villages: Vec<RegionCode>,
}

/// Changes to a desk. Absent fields do not change; `null` clears a field.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PatchDesk {
    /// Name of the desk.
    pub name: Option<Name>,
    /// Address.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub address: Option<Option<ShortText>>,
    /// Public telephone number.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub phone: Option<Option<ShortText>>,
    /// Opening hours.
    #[serde(default, deserialize_with = "patch::given")]
    #[schema(value_type = Option<ShortText>)]
    pub opening_hours: Option<Option<ShortText>>,
    /// False closes the desk, true reopens it.
    #[schema(example = true)]
    pub active: Option<bool>,
}

/// Villages of a desk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeskVillages {
    /// Codes of the villages, inside the desk's region, for a Puskesos inside its district. If empty, the whole region.
    #[validate(length(max = 1000, code = "too_many"))]
    #[schema(max_items = 1000, example = json!(["32.04.05.2001"]))]
    pub villages: Vec<RegionCode>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeskQuery {
    /// Only desks of this kind.
    #[param(inline)]
    pub kind: Option<DeskKind>,
    /// Only desks of this organization.
    pub organization_id: Option<Uuid>,
    /// Only desks in this region.
    #[param(value_type = Option<String>, example = "32.04")]
    pub within: Option<RegionCode>,
    /// Only active desks that serve this village.
    #[param(value_type = Option<String>, example = "32.04.05.2001")]
    pub serving: Option<RegionCode>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of desks per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Assignment of an officer to a village.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacilitatorAssignment {
    /// Id of the assignment.
    pub id: Uuid,
    /// Id of the officer.
    #[schema(example = "cileunyi-relawan-1")]
    pub staff_id: String,
    /// Duty of the officer in the village.
    pub duty: FieldDuty,
    /// Code of the village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Id of the desk that the officer works for.
    pub desk_id: Option<Uuid>,
    /// First day of the assignment.
    #[schema(example = "2026-01-05")]
    pub since: NaiveDate,
    /// Last day of the assignment, if set.
    #[schema(example = "2026-12-31")]
    pub until: Option<NaiveDate>,
    /// Number of the assignment order (surat perintah tugas).
    #[schema(example = "SPT/460/12/2026")]
    pub assignment_order: String,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

impl From<AssignmentRow> for FacilitatorAssignment {
    fn from(row: AssignmentRow) -> Self {
        Self {
            id: row.id,
            staff_id: row.staff_id,
            duty: row.duty,
            region_code: row.region_code,
            desk_id: row.desk_id,
            since: row.since,
            until: row.until,
            assignment_order: row.assignment_order,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A new assignment.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateFacilitatorAssignment {
    /// Id of the officer.
    #[schema(example = "cileunyi-relawan-1", max_length = 64)]
    pub staff_id: String,
    /// Duty of the officer in the village.
    pub duty: FieldDuty,
    /// Code of the village.
    pub region_code: RegionCode,
    /// Id of the desk that the officer works for; required for a volunteer.
    pub desk_id: Option<Uuid>,
    /// First day of the assignment.
    #[schema(example = "2026-01-05")]
    pub since: NaiveDate,
    /// Last day of the assignment, if known.
    #[schema(example = "2026-12-31")]
    pub until: Option<NaiveDate>,
    /// Number of the assignment order (surat perintah tugas).
    pub assignment_order: ShortText,
}

/// End of an assignment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EndFacilitatorAssignment {
    /// Last day; not before the first day.
    #[schema(example = "2026-12-31")]
    pub until: NaiveDate,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssignmentQuery {
    /// Only assignments of this officer.
    #[param(example = "cileunyi-relawan-1")]
    pub staff_id: Option<String>,
    /// Only assignments of this desk.
    pub desk_id: Option<Uuid>,
    /// Only assignments in this region.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only assignments with this duty.
    #[param(inline)]
    pub duty: Option<FieldDuty>,
    /// Only assignments in force on this day.
    pub on: Option<NaiveDate>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of assignments per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Coverage of a desk's villages today.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeskCoverage {
    /// Id of the desk.
    pub desk_id: Uuid,
    /// All villages that it serves, in order of code.
    pub villages: Vec<VillageCover>,
}

/// Coverage of one village.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VillageCover {
    /// Code of the village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Name of the village.
    #[schema(example = "Cileunyi Kulon")]
    pub name: String,
    /// Officers who cover it today, from this desk or another.
    pub people: Vec<FieldPerson>,
    /// Gaps in its coverage.
    pub gaps: Vec<CoverageGap>,
}

/// An officer who covers a village.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FieldPerson {
    /// Id of the officer.
    #[schema(example = "cileunyi-relawan-1")]
    pub staff_id: String,
    /// Name of the officer.
    #[schema(example = "Dewi Lestari")]
    pub name: String,
    /// Duty of the officer.
    pub duty: FieldDuty,
    /// Number of the assignment order.
    #[schema(example = "SPT/460/12/2026")]
    pub assignment_order: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuery {
    /// Region of the report, within the caller's regions.
    #[param(value_type = String, example = "32.04")]
    pub region_code: RegionCode,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageGapQuery {
    /// Region of the report, within the caller's regions.
    #[param(value_type = String, example = "32.04")]
    pub region_code: RegionCode,
    /// Only villages with this gap; if absent, with any gap.
    #[param(inline)]
    pub missing: Option<CoverageGap>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of villages per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Coverage of a region's villages today.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CoverageReport {
    /// Code of the region.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Day of the report, in the time zone of the region.
    #[schema(example = "2026-11-24")]
    pub on: NaiveDate,
    /// Counts of the whole region.
    pub total: CoverageCounts,
    /// Counts of each district, in order of code.
    pub districts: Vec<DistrictCoverage>,
}

/// Number of villages, in total and by gap.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CoverageCounts {
    /// Number of villages.
    #[schema(example = 280)]
    pub villages: usize,
    /// Villages that no active desk serves.
    #[schema(example = 12)]
    pub without_desk: usize,
    /// Villages without a facilitator.
    #[schema(example = 31)]
    pub without_facilitator: usize,
    /// Villages with fewer than two volunteers.
    #[schema(example = 64)]
    pub without_volunteers: usize,
}

impl From<super::coverage::Counts> for CoverageCounts {
    fn from(counts: super::coverage::Counts) -> Self {
        Self {
            villages: counts.villages,
            without_desk: counts.without_desk,
            without_facilitator: counts.without_facilitator,
            without_volunteers: counts.without_volunteers,
        }
    }
}

/// Coverage of one district.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DistrictCoverage {
    /// Code of the district.
    #[schema(example = "32.04.05")]
    pub region_code: String,
    /// Name of the district.
    #[schema(example = "Cileunyi")]
    pub name: String,
    /// Counts of the district.
    pub counts: CoverageCounts,
}

/// A village with gaps in its coverage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VillageGap {
    /// Code of the village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Name of the village.
    #[schema(example = "Cileunyi Kulon")]
    pub name: String,
    /// Number of facilitators who cover it.
    #[schema(example = 0)]
    pub facilitators: usize,
    /// Number of volunteers who cover it.
    #[schema(example = 1)]
    pub volunteers: usize,
    /// Gaps in its coverage.
    pub gaps: Vec<CoverageGap>,
}
