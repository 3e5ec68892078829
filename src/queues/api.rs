//! Wire types of work queues.

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

/// A complaint that waits for somebody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WorkItem {
    /// Id of the complaint.
    pub id: Uuid,
    /// Its number, as people say it on the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "3204-26-K7M4-9Q9")]
    pub reference_no: Option<String>,
    /// Its state.
    pub status: ComplaintStatus,
    /// The step it waits for; `resolve` stands for the manager's decision, `referrals_ended` for the answer of others.
    pub waiting_for: ComplaintAction,
    /// Where the matter lies.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Its sector.
    pub sector: Sector,
    /// Its class, once verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ComplaintClass>,
    /// Its priority, once verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<ComplaintPriority>,
    /// The officer who handles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// The deadline that comes next.
    pub due_at: DateTime<Utc>,
    /// How it stands to that deadline.
    pub sla: SlaState,
    /// How high a breach has risen: 0 desk, 1 manager, 2 province, 3 ministry.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// When it was received.
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

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkOrder {
    /// By the deadline that comes next, the longest overdue first.
    #[default]
    Due,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkQueueQuery {
    /// Only what waits for a step that this role may take.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only this officer's: an id, `me`, or `none` for what nobody has.
    #[param(example = "me")]
    pub assignee: Option<String>,
    /// Only this desk's: for a secretariat what its organization received, for a Puskesos what lies in its villages.
    pub desk: Option<Uuid>,
    /// Only what stands so to its deadline and is not decided yet.
    #[param(inline)]
    pub sla: Option<SlaFilter>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<ComplaintStatus>,
    /// Only this region and what lies inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only what has risen at least so high. When absent: 3 for a token of the whole country, 2 for one of whole provinces, 0
    /// for a desk.
    #[param(minimum = 0, maximum = 3, example = 0)]
    pub level: Option<i16>,
    /// In which order.
    #[serde(default)]
    #[param(inline)]
    pub sort: WorkOrder,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Items a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkCountQuery {
    /// Only what waits for a step that this role may take.
    #[param(inline)]
    pub role: Option<Role>,
    /// Only this desk's.
    pub desk: Option<Uuid>,
    /// Only this region and what lies inside it.
    #[param(value_type = Option<String>, example = "32.04.05")]
    pub region_code: Option<RegionCode>,
    /// Only what has risen at least so high; as for the queue when absent.
    #[param(minimum = 0, maximum = 3, example = 0)]
    pub level: Option<i16>,
}

/// How much waits. Complaints that have ended are not counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct WorkCounts {
    /// All that waits.
    #[schema(example = 412)]
    pub total: i64,
    /// By state, in the order of a complaint's life.
    pub by_status: Vec<StatusCount>,
    /// By how it stands to its deadline.
    pub by_sla: SlaCounts,
    /// By officer, most first; what nobody has stands without a name.
    pub by_assignee: Vec<AssigneeCount>,
    /// What waits of referrals, for a caller who may read them; the parameters do not narrow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrals: Option<ReferralWorkCounts>,
}

/// Complaints in one state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusCount {
    /// The state.
    pub status: ComplaintStatus,
    /// How many.
    #[schema(example = 120)]
    pub count: i64,
}

/// Undecided complaints by their deadline; what is decided and waits to be closed is in none of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct SlaCounts {
    /// In good time.
    #[schema(example = 300)]
    pub on_time: i64,
    /// Due soon.
    #[schema(example = 40)]
    pub due_soon: i64,
    /// Past the deadline.
    #[schema(example = 12)]
    pub breached: i64,
    /// Standing still while the reporter is asked.
    #[schema(example = 25)]
    pub paused: i64,
}

/// Complaints of one officer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AssigneeCount {
    /// The officer; absent for what nobody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "bandung-bo-1")]
    pub assignee: Option<String>,
    /// How many.
    #[schema(example = 35)]
    pub count: i64,
    /// Of these past the deadline.
    #[schema(example = 2)]
    pub breached: i64,
}

/// Up to 1,000 complaints for one officer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BulkAssign {
    /// The officer, of the caller's organization.
    #[schema(example = "bandung-bo-1")]
    pub assignee: ShortText,
    /// The complaints.
    #[validate(length(min = 1, max = 1000, code = "too_many"))]
    #[schema(min_items = 1, max_items = 1000)]
    pub complaint_ids: Vec<Uuid>,
}

/// What became of a bulk assignment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkAssignResult {
    /// One result a complaint, in order.
    pub items: Vec<BulkAssignItem>,
}

/// What became of one complaint.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BulkAssignItem {
    /// Place in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// The complaint.
    pub id: Uuid,
    /// 200 when it is the officer's now.
    #[schema(example = 200)]
    pub status: u16,
    /// Its new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 3)]
    pub version: Option<i32>,
    /// What is wrong, if it was not assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}
