//! Request and response types of the complaint queue.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::api_referrals::ReferralWorkCounts;
use super::rules::waits_for;
use super::store::QueueRow;
use crate::auth::roles::Role;
use crate::complaints::model::{ComplaintAction, ComplaintClass, ComplaintPriority, ComplaintStatus};
use crate::complaints::reference_no;
use crate::directory::model::Sector;
use crate::http::problem::Problem;
use crate::http::text::ShortText;
use crate::regions::RegionCode;
use crate::service_levels::model::{SlaFilter, SlaState};

/// A complaint that waits for an action.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkItem {
    /// Id of the complaint.
    pub id: Uuid,
    /// Reference number of the complaint.
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: Option<String>,
    /// State of the complaint.
    pub status: ComplaintStatus,
    /// The action it waits for. `resolve` means the manager's decision, `referrals_ended` the outcome of its referrals.
    pub waiting_for: ComplaintAction,
    /// Region that the complaint is about.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Sector of the complaint.
    pub sector: Sector,
    /// Class of the complaint; set by verification.
    pub class: Option<ComplaintClass>,
    /// Priority of the complaint; set by verification.
    pub priority: Option<ComplaintPriority>,
    /// Id of the officer who handles it.
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// Next deadline.
    pub due_at: DateTime<Utc>,
    /// Status of that deadline.
    pub sla: SlaState,
    /// Escalation level of a breached deadline: 0 desk, 1 manager, 2 province, 3 ministry.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// Time of receipt.
    pub received_at: DateTime<Utc>,
}

impl WorkItem {
    pub fn of(row: QueueRow, now: DateTime<Utc>) -> Self {
        let QueueRow { clock, complaint } = row;
        Self {
            id: clock.complaint_id,
            reference_no: complaint.reference_no.as_deref().map(reference_no::show),
            status: clock.status,
            waiting_for: waits_for(clock.status).unwrap_or(ComplaintAction::Close),
            sla: clock.state(now),
            region_code: clock.region_code,
            sector: complaint.sector,
            class: complaint.class,
            priority: complaint.priority,
            assignee: clock.assignee,
            due_at: clock.due_at,
            escalation_level: clock.escalation_level,
            received_at: complaint.created_at,
        }
    }
}

/// Sort order of a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkOrder {
    /// By next deadline, the longest overdue first.
    #[default]
    Due,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkQueueQuery {
    /// Only complaints that wait for an action of this role.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only complaints of this officer: an id, `me`, or `none` for unassigned complaints.
    #[param(example = "me")]
    pub assignee: Option<String>,
    /// Only complaints of this desk: for a secretariat those that its organization handles, for a Puskesos those in its
    /// villages.
    pub desk: Option<Uuid>,
    /// Only undecided complaints with this deadline status.
    #[param(inline)]
    pub sla: Option<SlaFilter>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<ComplaintStatus>,
    /// Only this region and the regions inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only complaints with at least this escalation level. If absent: 3 for a token of the whole country, 2 for one of
    /// whole provinces, 0 for all others.
    #[param(minimum = 0, maximum = 3, example = 0)]
    pub level: Option<i16>,
    /// Sort order.
    #[serde(default)]
    #[param(inline)]
    pub sort: WorkOrder,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of items per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkCountQuery {
    /// Only complaints that wait for an action of this role.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only complaints of this desk, as in the queue.
    pub desk: Option<Uuid>,
    /// Only this region and the regions inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only complaints with at least this escalation level. If absent, as in the queue.
    #[param(minimum = 0, maximum = 3, example = 0)]
    pub level: Option<i16>,
}

/// Counts of open complaints.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct WorkCounts {
    /// Number of open complaints.
    #[schema(example = 412)]
    pub total: i64,
    /// Complaints by state, in the order of the process.
    pub by_status: Vec<StatusCount>,
    /// Undecided complaints by deadline status.
    pub by_sla: SlaCounts,
    /// Complaints by assignee, in descending order of `count`; unassigned complaints have no `assignee`.
    pub by_assignee: Vec<AssigneeCount>,
    /// Referrals that wait, if the caller has `referrals:read`. The query parameters do not apply to them.
    pub referrals: Option<ReferralWorkCounts>,
}

/// Number of complaints in one state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusCount {
    /// The state.
    pub status: ComplaintStatus,
    /// Number of complaints.
    #[schema(example = 120)]
    pub count: i64,
}

/// Undecided complaints by deadline status. Decided complaints that wait for closure are in none of the counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SlaCounts {
    /// Not due soon.
    #[schema(example = 300)]
    pub on_time: i64,
    /// Due soon.
    #[schema(example = 40)]
    pub due_soon: i64,
    /// Past the deadline.
    #[schema(example = 12)]
    pub breached: i64,
    /// Paused until the reporter answers a question.
    #[schema(example = 25)]
    pub paused: i64,
}

/// Number of complaints of one officer.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AssigneeCount {
    /// Id of the officer; absent for unassigned complaints.
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// Number of complaints.
    #[schema(example = 35)]
    pub count: i64,
    /// Number of these complaints that are past the deadline.
    #[schema(example = 2)]
    pub breached: i64,
}

/// Assignment of up to 1,000 complaints to one officer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BulkAssign {
    /// Id of an officer in the caller's organization.
    #[schema(example = "bandung-bo-1")]
    pub assignee: ShortText,
    /// Ids of the complaints.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(min_items = 1, max_items = 1000)]
    pub complaint_ids: Vec<Uuid>,
}

/// Results of a bulk assignment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkAssignResult {
    /// One result per complaint, in order.
    pub items: Vec<BulkAssignItem>,
}

/// Result of one complaint.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkAssignItem {
    /// Position in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// Id of the complaint.
    pub id: Uuid,
    /// HTTP status of this item: 200 if the complaint is now assigned to the officer.
    #[schema(example = 200)]
    pub status: u16,
    /// Version of the complaint after the assignment.
    #[schema(example = 3)]
    pub version: Option<i32>,
    /// The problem, if the complaint was not assigned.
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}
