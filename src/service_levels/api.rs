//! Wire types of service levels.

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

/// A day on which no deadline runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Holiday {
    /// Id of the entry.
    pub id: Uuid,
    /// Where it holds, with everything inside; `ID` is the whole country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// The day.
    #[schema(example = "2026-04-20")]
    pub day: NaiveDate,
    /// Why.
    pub kind: HolidayKind,
    /// Its name.
    #[schema(example = "Hari Jadi Kabupaten Bandung")]
    pub name: String,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Anniversary of Kabupaten Bandung")]
    pub name_en: Option<String>,
    /// How sure it is.
    pub confidence: HolidayConfidence,
    /// Where it was read: a decree or a list.
    #[schema(example = "Keputusan Bupati Bandung 100/2026")]
    pub source: String,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
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

/// A day to be entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateHoliday {
    /// Where it holds; the whole country when absent, which takes a token for the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_code: Option<RegionCode>,
    /// The day.
    #[schema(example = "2026-04-20")]
    pub day: NaiveDate,
    /// Why.
    pub kind: HolidayKind,
    /// Its name.
    pub name: Name,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<Name>,
    /// The decree or list that says so.
    pub source: ShortText,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HolidayQuery {
    /// Only this year.
    #[param(minimum = 2000, maximum = 2100, example = 2026)]
    pub year: Option<i32>,
    /// Only what holds in this region: its own days, those of the regions around it, and the country's.
    #[param(value_type = Option<String>, example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Days a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Where a complaint stands to its deadlines. It moves with time and is no part of the complaint's version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevel {
    /// How it stands now to the deadline that comes next; `met` or `breached` for good once it is decided.
    pub state: SlaState,
    /// By when the first answer (verification) is due; absent in a later round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_response_due_at: Option<DateTime<Utc>>,
    /// When the first answer was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_responded_at: Option<DateTime<Utc>>,
    /// By when the decision is due. While the reporter is asked the clock stands still and this will move.
    pub resolution_due_at: DateTime<Utc>,
    /// When the clock stopped: decided, rejected, withdrawn or marked as duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<DateTime<Utc>>,
    /// Since when it stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<DateTime<Utc>>,
    /// How high a breach has risen: 0 desk, 1 manager, 2 province, 3 ministry.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// Rises by one with each reopening.
    #[schema(minimum = 1, example = 1)]
    pub round: i16,
    /// On which calendar it was counted.
    pub calendar: CalendarBasis,
    /// The target that was taken.
    pub target: ServiceLevelChoice,
}

/// The target that holds for one complaint.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevelChoice {
    /// Id of the target; its figures may have changed since.
    pub id: Uuid,
    /// What kind of target it is.
    pub kind: ServiceLevelKind,
    /// Whose it is; `ID` is the country.
    #[schema(example = "ID")]
    pub region_code: String,
    /// Working days to the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 3)]
    pub first_response_days: Option<i16>,
    /// Working days to the decision.
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

/// By when complaints of one kind are to be answered in a region.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevelTarget {
    /// Id of the target.
    pub id: Uuid,
    /// Where it holds, with everything inside; `ID` is the country.
    #[schema(example = "32.04")]
    pub region_code: String,
    /// Only for this sector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Sector>,
    /// Only for this class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ComplaintClass>,
    /// Only for this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<ComplaintPriority>,
    /// What kind of target it is.
    pub kind: ServiceLevelKind,
    /// Working days to the first answer.
    #[schema(example = 2)]
    pub first_response_days: i16,
    /// Working days to the decision.
    #[schema(example = 10)]
    pub resolution_days: i16,
    /// Working days after the deadline until the province sees it.
    #[schema(example = 5)]
    pub province_after_days: i16,
    /// Working days after the deadline until the ministry sees it.
    #[schema(example = 14)]
    pub ministry_after_days: i16,
    /// Where the figures come from.
    pub confidence: TargetConfidence,
    /// The decree or practice behind it.
    #[schema(example = "Peraturan Bupati Bandung 7/2026")]
    pub source: String,
    /// Version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// When it was entered.
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
#[validate(schema(function = "rises"))]
pub struct ServiceLevelFigures {
    /// What kind of target it is.
    pub kind: ServiceLevelKind,
    /// Working days to the first answer.
    #[validate(range(min = 1, max = 366, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 366, example = 2)]
    pub first_response_days: i16,
    /// Working days to the decision, not fewer than to the first answer.
    #[validate(range(min = 1, max = 366, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 366, example = 10)]
    pub resolution_days: i16,
    /// Working days after the deadline until the province sees it.
    #[validate(range(min = 1, max = 365, code = "out_of_range"))]
    #[schema(minimum = 1, maximum = 365, example = 5)]
    pub province_after_days: i16,
    /// Working days after the deadline until the ministry sees it, more than until the province does.
    #[validate(range(min = 2, max = 366, code = "out_of_range"))]
    #[schema(minimum = 2, maximum = 366, example = 14)]
    pub ministry_after_days: i16,
    /// The decree behind it.
    pub source: ShortText,
}

fn rises(figures: &ServiceLevelFigures) -> Result<(), ValidationError> {
    let at = if figures.resolution_days < figures.first_response_days {
        "/resolution_days"
    } else if figures.ministry_after_days <= figures.province_after_days {
        "/ministry_after_days"
    } else {
        return Ok(());
    };
    let mut error = ValidationError::new("too_small");
    error.add_param("pointer".into(), &at);
    Err(error)
}

/// A target to be entered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateServiceLevelTarget {
    /// Where it holds; the whole country when absent, which takes a token for the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Only for this sector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<Sector>,
    /// Only for this class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ComplaintClass>,
    /// Only for this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<ComplaintPriority>,
    /// Its figures.
    #[validate(nested)]
    pub figures: ServiceLevelFigures,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TargetQuery {
    /// Only what could hold in this region: its own targets, those of the regions around it, and the country's.
    #[param(value_type = Option<String>, example = "32.04")]
    pub region_code: Option<RegionCode>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Targets a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ForecastQuery {
    /// Where the matter lies.
    #[param(value_type = String, example = "32.04.05.2001")]
    pub region_code: RegionCode,
    /// Its sector.
    #[param(inline)]
    pub sector: Sector,
    /// Its class, if known.
    #[param(inline)]
    pub class: Option<ComplaintClass>,
    /// Its priority, if known.
    #[param(inline)]
    pub priority: Option<ComplaintPriority>,
}

/// What would hold for a complaint received now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceLevelForecast {
    /// The target that would be taken: the nearest region's, and of those the one that matches most closely.
    pub target: ServiceLevelTarget,
    /// By when the first answer would be due.
    pub first_response_due_at: DateTime<Utc>,
    /// By when the decision would be due.
    pub resolution_due_at: DateTime<Utc>,
    /// On which calendar that was counted.
    pub calendar: CalendarBasis,
}
