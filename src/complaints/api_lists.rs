//! Wire types of many complaints at once: batches and lists.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::api::{Complaint, SubmitComplaint};
use super::model::{ComplaintClass, ComplaintStatus};
use crate::directory::model::Sector;
use crate::http::problem::Problem;
use crate::regions::RegionCode;
use crate::service_levels::model::SlaFilter;

/// Up to 1,000 complaints at once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ComplaintBatch {
    /// The complaints; each is judged by itself.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<SubmitComplaint>, min_items = 1, max_items = 1000)]
    pub items: Vec<serde_json::Value>,
}

/// What became of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintBatchResult {
    /// One result an item, in order.
    pub items: Vec<ComplaintBatchItem>,
}

/// What became of one item.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintBatchItem {
    /// Place in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// The status it would have had alone.
    #[schema(example = 201)]
    pub status: u16,
    /// The complaint, if it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Complaint>,
    /// What is wrong, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComplaintQuery {
    /// Only this region and what lies inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<ComplaintStatus>,
    /// Only this class.
    #[param(inline)]
    pub class: Option<ComplaintClass>,
    /// Only this sector.
    #[param(inline)]
    pub sector: Option<Sector>,
    /// Only what this officer handles.
    #[param(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// Only what is about this person.
    pub subject_person_id: Option<Uuid>,
    /// Only what a region of the caller's passed on to others; no other filter applies then.
    #[serde(default)]
    #[param(default = false)]
    pub passed_on: bool,
    /// Only what stands so to its deadline and is not decided yet: by the deadline that comes next, the longest overdue first.
    #[param(inline)]
    pub sla: Option<SlaFilter>,
    /// A change feed: what changed at or after this time, oldest change first.
    pub updated_since: Option<DateTime<Utc>>,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Complaints a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
