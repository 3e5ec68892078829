//! Wire types of holidays.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::model::{HolidayConfidence, HolidayKind};
use super::store::HolidayRow;
use crate::http::text::{Name, ShortText};
use crate::regions::RegionCode;

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
