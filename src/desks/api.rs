//! Wire types of desks, assignments and coverage.

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

/// Where people come with a need or a complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Desk {
    /// Id of the desk.
    pub id: Uuid,
    /// What kind it is.
    pub kind: DeskKind,
    /// The organization of the directory that it belongs to.
    pub organization_id: Uuid,
    /// Its name.
    #[schema(example = "Puskesos Cileunyi Kulon")]
    pub name: String,
    /// Its region.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Kantor Desa Cileunyi Kulon")]
    pub address: Option<String>,
    /// Telephone for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "(022) 555-0105")]
    pub phone: Option<String>,
    /// When it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Senin–Jumat 08.00–15.00")]
    pub opening_hours: Option<String>,
    /// Is it at work?
    #[schema(example = true)]
    pub active: bool,
    /// The villages it serves; empty for its whole region. Absent in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["32.04.05.2001"]))]
    pub villages: Option<Vec<String>>,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
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
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateDesk {
    /// What kind it is.
    pub kind: DeskKind,
    /// The organization it belongs to, one of the caller's regions.
    pub organization_id: Uuid,
    /// Its name.
    pub name: Name,
    /// Its region: a regency or city for `slrt`, a village for `puskesos`.
    pub region_code: RegionCode,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<ShortText>,
    /// Telephone for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<ShortText>,
    /// When it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<ShortText>,
    /// The villages it serves, inside its region; its whole region when empty.
    #[serde(default)]
    #[validate(length(max = 1000, code = "too_many"))]
    #[schema(max_items = 1000, example = json!(["32.04.05.2001"]))]
    pub villages: Vec<RegionCode>,
}

/// What is to change; what is left out stays, null empties.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PatchDesk {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Where it is.
    #[serde(default, deserialize_with = "patch::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ShortText>)]
    pub address: Option<Option<ShortText>>,
    /// Telephone for the public.
    #[serde(default, deserialize_with = "patch::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ShortText>)]
    pub phone: Option<Option<ShortText>>,
    /// When it is open.
    #[serde(default, deserialize_with = "patch::given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ShortText>)]
    pub opening_hours: Option<Option<ShortText>>,
    /// Is it at work?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = true)]
    pub active: Option<bool>,
}

/// The villages that a desk serves.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeskVillages {
    /// Codes inside the desk's region; its whole region when empty.
    #[validate(length(max = 1000, code = "too_many"))]
    #[schema(max_items = 1000, example = json!(["32.04.05.2001"]))]
    pub villages: Vec<RegionCode>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeskQuery {
    /// Only this kind.
    #[param(inline)]
    pub kind: Option<DeskKind>,
    /// Only desks of this organization.
    pub organization_id: Option<Uuid>,
    /// Only desks of this region or inside it.
    #[param(value_type = Option<String>, example = "32.04")]
    pub within: Option<RegionCode>,
    /// Only desks that serve this village.
    #[param(value_type = Option<String>, example = "32.04.05.2001")]
    pub serving: Option<RegionCode>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Desks a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Somebody covers a village.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacilitatorAssignment {
    /// Id of the assignment.
    pub id: Uuid,
    /// The officer.
    #[schema(example = "cileunyi-relawan-1")]
    pub staff_id: String,
    /// What they do there.
    pub duty: FieldDuty,
    /// The village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The desk they work for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk_id: Option<Uuid>,
    /// First day.
    #[schema(example = "2026-01-05")]
    pub since: NaiveDate,
    /// Last day, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-31")]
    pub until: Option<NaiveDate>,
    /// Number of the assignment order (surat perintah tugas).
    #[schema(example = "SPT/460/12/2026")]
    pub assignment_order: String,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
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
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateFacilitatorAssignment {
    /// The officer.
    #[schema(example = "cileunyi-relawan-1", max_length = 64)]
    pub staff_id: String,
    /// What they do there.
    pub duty: FieldDuty,
    /// The village.
    pub region_code: RegionCode,
    /// The desk they work for; required of a volunteer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk_id: Option<Uuid>,
    /// First day.
    #[schema(example = "2026-01-05")]
    pub since: NaiveDate,
    /// Last day, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-12-31")]
    pub until: Option<NaiveDate>,
    /// Number of the assignment order (surat perintah tugas).
    pub assignment_order: ShortText,
}

/// The end of an assignment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EndFacilitatorAssignment {
    /// Last day, not before the first.
    #[schema(example = "2026-12-31")]
    pub until: NaiveDate,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssignmentQuery {
    /// Only this officer's.
    #[param(example = "cileunyi-relawan-1")]
    pub staff_id: Option<String>,
    /// Only of this desk.
    pub desk_id: Option<Uuid>,
    /// Only in this region or inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only this duty.
    #[param(inline)]
    pub duty: Option<FieldDuty>,
    /// Only those in force on this day.
    pub on: Option<NaiveDate>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Assignments a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Who covers what at a desk today.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeskCoverage {
    /// The desk.
    pub desk_id: Uuid,
    /// Every village it serves, in order of code.
    pub villages: Vec<VillageCover>,
}

/// One village and who covers it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VillageCover {
    /// Code of the village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Its name.
    #[schema(example = "Cileunyi Kulon")]
    pub name: String,
    /// Who covers it today, from this desk or another.
    pub people: Vec<FieldPerson>,
    /// What it lacks.
    pub gaps: Vec<CoverageGap>,
}

/// Somebody in the field.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FieldPerson {
    /// Id of the officer.
    #[schema(example = "cileunyi-relawan-1")]
    pub staff_id: String,
    /// Name of the officer.
    #[schema(example = "Dewi Lestari")]
    pub name: String,
    /// What they do.
    pub duty: FieldDuty,
    /// Number of the assignment order.
    #[schema(example = "SPT/460/12/2026")]
    pub assignment_order: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuery {
    /// The region to report on, one of the caller's.
    #[param(value_type = String, example = "32.04")]
    pub region_code: RegionCode,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageGapQuery {
    /// The region to report on, one of the caller's.
    #[param(value_type = String, example = "32.04")]
    pub region_code: RegionCode,
    /// Only villages that lack this; any gap when absent.
    #[param(inline)]
    pub missing: Option<CoverageGap>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Villages a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// How a region's villages are covered today.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CoverageReport {
    /// The region.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The day, in the region's own time zone.
    #[schema(example = "2026-11-24")]
    pub on: NaiveDate,
    /// The whole region.
    pub total: CoverageCounts,
    /// Each district, in order of code.
    pub districts: Vec<DistrictCoverage>,
}

/// Counts of villages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CoverageCounts {
    /// Villages there are.
    #[schema(example = 280)]
    pub villages: usize,
    /// Served by no active desk.
    #[schema(example = 12)]
    pub without_desk: usize,
    /// Covered by no facilitator.
    #[schema(example = 31)]
    pub without_facilitator: usize,
    /// With fewer than two volunteers.
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

/// One district's counts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DistrictCoverage {
    /// Code of the district.
    #[schema(example = "32.04.05")]
    pub region_code: String,
    /// Its name.
    #[schema(example = "Cileunyi")]
    pub name: String,
    /// Its counts.
    pub counts: CoverageCounts,
}

/// A village that lacks something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VillageGap {
    /// Code of the village.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Its name.
    #[schema(example = "Cileunyi Kulon")]
    pub name: String,
    /// Facilitators who cover it.
    #[schema(example = 0)]
    pub facilitators: usize,
    /// Volunteers who cover it.
    #[schema(example = 1)]
    pub volunteers: usize,
    /// What it lacks.
    pub gaps: Vec<CoverageGap>,
}
