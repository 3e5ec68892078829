//! API types of service levels.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::model::{CalendarBasis, HolidayConfidence, HolidayKind, ServiceLevelKind, SlaState, TargetConfidence};
use super::rules::Clock;
use super::store::HolidayRow;
use super::targets::TargetRow;
use crate::directory::model::Sector;
use crate::http::text::{Name, ShortText};
use crate::regions::RegionCode;
use crate::service_levels::matter::{ComplaintClass, ComplaintPriority};

/// A holiday: a day that does not count as a working day.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Holiday {
    /// Id of the holiday.
    pub id: Uuid,
    /// Region where it applies, with all regions inside it. `ID` is the whole country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Date of the holiday.
    #[schema(example = "2026-04-20")]
    pub day: NaiveDate,
    /// Kind of holiday.
    pub kind: HolidayKind,
    /// Name in Indonesian.
    #[schema(example = "Hari Jadi Kabupaten Bandung")]
    pub name: String,
    /// Name in English.
    #[schema(example = "Anniversary of Kabupaten Bandung")]
    pub name_en: Option<String>,
    /// How certain the holiday is.
    pub confidence: HolidayConfidence,
    /// Source: a decree or a list.
    #[schema(example = "Keputusan Bupati Bandung 100/2026")]
    pub source: String,
    /// Version, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<HolidayRow> for Holiday {
    fn from(row: HolidayRow) -> Self {
        Self {
            id: row.id,
            region_code: row.region_code,
            day: row.day,
            kind: row.kind,
            name: row.name,
            name_en: row.name_en,
            confidence: row.confidence,
            source: row.source,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A holiday to create.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateHoliday {
    /// Region where it applies. Absent: the whole country, which needs a token for the whole country.
    pub region_code: Option<RegionCode>,
    /// Date of the holiday.
    #[schema(example = "2026-04-20")]
    pub day: NaiveDate,
    /// Kind of holiday.
    pub kind: HolidayKind,
    /// Name in Indonesian.
    pub name: Name,
    /// Name in English.
    pub name_en: Option<Name>,
    /// Source: a decree or a list.
    pub source: ShortText,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HolidayQuery {
    /// Only holidays of this year.
    #[param(minimum = 2000, maximum = 2100, example = 2026)]
    pub year: Option<i32>,
    /// Only holidays that apply in this region: its own, those of the regions that contain it, and national ones.
    #[param(value_type = Option<String>, example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of holidays per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Service level of a complaint: its deadlines and their state. It changes with time and does not change the version of the complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevel {
    /// State of the next deadline. Once the complaint is decided it is finally `met` or `breached`.
    pub state: SlaState,
    /// Deadline of the first response (verification). Absent after a reopening.
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// Time of the first response.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// Deadline of the decision. While the desk waits for the reporter, the clock is paused and this deadline will move.
    pub resolution_due_at: DateTime<Utc>,
    /// Time at which the clock stopped: decided, rejected, withdrawn or marked as duplicate.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Time since which the clock is paused.
    pub paused_at: Option<DateTime<Utc>>,
    /// Escalation level of a breach: 0 desk, 1 manager, 2 province, 3 ministry.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// Round of the complaint; each reopening starts a new one.
    #[schema(minimum = 1, example = 1)]
    pub round: i16,
    /// Calendar used to count the working days.
    pub calendar: CalendarBasis,
    /// The target that applies.
    pub target: ServiceLevelChoice,
}

/// The target that applies to one complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevelChoice {
    /// Id of the target. The target may have other figures by now.
    pub id: Uuid,
    /// Kind of target.
    pub kind: ServiceLevelKind,
    /// Region that set the target. `ID` is the whole country.
    #[schema(example = "ID")]
    pub region_code: String,
    /// Working days until the first response is due.
    #[schema(example = 3)]
    pub first_response_days: Option<i16>,
    /// Working days until the decision is due.
    #[schema(example = 14)]
    pub resolution_days: i16,
}

impl ServiceLevel {
    pub fn of(clock: &Clock, now: DateTime<Utc>) -> Self {
        Self {
            state: clock.state(now),
            first_response_due_at: clock.first_response_due_at,
            first_responded_at: clock.first_responded_at,
            resolution_due_at: clock.resolution_due_at,
            stopped_at: clock.stopped_at,
            paused_at: clock.paused_at,
            escalation_level: clock.escalation_level,
            round: clock.round,
            calendar: clock.basis,
            target: ServiceLevelChoice {
                id: clock.target_id,
                kind: clock.target_kind,
                region_code: clock.target_region.clone(),
                first_response_days: clock.first_response_days,
                resolution_days: clock.resolution_days,
            },
        }
    }
}

/// A target: the deadlines for complaints of one kind in a region, in working days.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevelTarget {
    /// Id of the target.
    pub id: Uuid,
    /// Region where it applies, with all regions inside it. `ID` is the whole country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Applies only to this sector.
    pub sector: Option<Sector>,
    /// Applies only to this class.
    pub class: Option<ComplaintClass>,
    /// Applies only to this priority.
    pub priority: Option<ComplaintPriority>,
    /// Kind of target.
    pub kind: ServiceLevelKind,
    /// Working days until the first response is due.
    #[schema(example = 2)]
    pub first_response_days: i16,
    /// Working days until the decision is due.
    #[schema(example = 10)]
    pub resolution_days: i16,
    /// Working days after the deadline until a breach is escalated to the province.
    #[schema(example = 5)]
    pub province_after_days: i16,
    /// Working days after the deadline until a breach is escalated to the ministry.
    #[schema(example = 14)]
    pub ministry_after_days: i16,
    /// How certain the figures are.
    pub confidence: TargetConfidence,
    /// Source: a decree or known practice.
    #[schema(example = "Peraturan Bupati Bandung 7/2026")]
    pub source: String,
    /// Version, as in the `ETag` header.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl From<TargetRow> for ServiceLevelTarget {
    fn from(row: TargetRow) -> Self {
        Self {
            id: row.id,
            region_code: row.region_code,
            sector: row.sector,
            class: row.class,
            priority: row.priority,
            kind: row.kind,
            first_response_days: row.first_response_days,
            resolution_days: row.resolution_days,
            province_after_days: row.province_after_days,
            ministry_after_days: row.ministry_after_days,
            confidence: row.confidence,
            source: row.source,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The figures of a target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_order"))]
pub struct ServiceLevelFigures {
    /// Kind of target.
    pub kind: ServiceLevelKind,
    /// Working days until the first response is due.
    #[validate(range(min = 1, max = 366, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 366, example = 2)]
    pub first_response_days: i16,
    /// Working days until the decision is due. Not fewer than `first_response_days`.
    #[validate(range(min = 1, max = 366, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 366, example = 10)]
    pub resolution_days: i16,
    /// Working days after the deadline until a breach is escalated to the province.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365, example = 5)]
    pub province_after_days: i16,
    /// Working days after the deadline until a breach is escalated to the ministry. More than `province_after_days`.
    #[validate(range(min = 2, max = 366, code = "out_of_range"))]
    #[schema(minimum = 2, maximum = 366, example = 14)]
    pub ministry_after_days: i16,
    /// Source: the decree.
    pub source: ShortText,
}

fn validate_order(figures: &ServiceLevelFigures) -> Result<(), ValidationError> {
    let pointer = if figures.resolution_days < figures.first_response_days {
        "/resolution_days"
    } else if figures.ministry_after_days <= figures.province_after_days {
        "/ministry_after_days"
    } else {
        return Ok(());
    };
    let mut error = ValidationError::new("too_small");
    error.add_param("pointer".into(), &pointer);
    Err(error)
}

/// A target to create.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateServiceLevelTarget {
    /// Region where it applies. Absent: the whole country, which needs a token for the whole country.
    #[schema(example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Applies only to this sector.
    pub sector: Option<Sector>,
    /// Applies only to this class.
    pub class: Option<ComplaintClass>,
    /// Applies only to this priority.
    pub priority: Option<ComplaintPriority>,
    /// Figures of the target.
    #[validate(nested)]
    pub figures: ServiceLevelFigures,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TargetQuery {
    /// Only targets that can apply in this region: its own, those of the regions that contain it, and national ones.
    #[param(value_type = Option<String>, example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Cursor of the page to read: `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Maximum number of targets per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ForecastQuery {
    /// Region of the complaint.
    #[param(value_type = String, example = "32.04.05.2001")]
    pub region_code: RegionCode,
    /// Sector of the complaint.
    #[param(inline)]
    pub sector: Sector,
    /// Class of the complaint, if known.
    #[param(inline)]
    pub class: Option<ComplaintClass>,
    /// Priority of the complaint, if known.
    #[param(inline)]
    pub priority: Option<ComplaintPriority>,
}

/// Target and deadlines that would apply to a complaint received now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevelForecast {
    /// The target that would apply: one of the nearest region, and of those the most specific one.
    pub target: ServiceLevelTarget,
    /// Deadline of the first response.
    pub first_response_due_at: DateTime<Utc>,
    /// Deadline of the decision.
    pub resolution_due_at: DateTime<Utc>,
    /// Calendar used to count the working days.
    pub calendar: CalendarBasis,
}
