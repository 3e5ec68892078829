//! Request and response types of batches and lists of complaints.

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

/// A batch of up to 1,000 complaints.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ComplaintBatch {
    /// The complaints; each is validated on its own.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(value_type = Vec<SubmitComplaint>, min_items = 1, max_items = 1000)]
    pub items: Vec<serde_json::Value>,
}

/// Results of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintBatchResult {
    /// One result per item, in order.
    pub items: Vec<ComplaintBatchItem>,
}

/// Result of one item.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ComplaintBatchItem {
    /// Position in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// HTTP status that the item would have had in a request of its own.
    #[schema(example = 201)]
    pub status: u16,
    /// The complaint, if the item succeeded.
    pub resource: Option<Complaint>,
    /// The problem, if the item failed.
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComplaintQuery {
    /// Only this region and the regions inside it.
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
    /// Only complaints that this officer handles.
    #[param(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// Only complaints about this person.
    pub subject_person_id: Option<Uuid>,
    /// Only complaints that were transferred from one of the caller's regions to another region. No other filter
    /// applies then.
    #[serde(default)]
    #[param(default = false)]
    pub passed_on: bool,
    /// Only undecided complaints with this deadline status, ordered by their next deadline, the longest overdue first.
    #[param(inline)]
    pub sla: Option<SlaFilter>,
    /// Change feed: complaints that changed at or after this time, oldest change first.
    pub updated_since: Option<DateTime<Utc>>,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of complaints per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}
