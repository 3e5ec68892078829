//! Request and response types of the referral queues.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules::{Side, referral_waits_for};
use super::store::referrals::WaitingReferral;
use crate::referrals::model::{ReferralAction, ReferralStatus};

/// A referral that waits for an action.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralWorkItem {
    /// Id of the referral.
    pub id: Uuid,
    /// State of the referral.
    pub status: ReferralStatus,
    /// The action it waits for. If several are possible, the one that leads to completion.
    pub waiting_for: ReferralAction,
    /// Region where the client lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// Id of the service that the referral was sent to.
    pub service_id: Uuid,
    /// Id of the organization that received it.
    pub target_organization_id: Uuid,
    /// Id of the complaint that it belongs to.
    pub complaint_id: Option<Uuid>,
    /// Time when the answer is or was due.
    pub due_at: Option<DateTime<Utc>>,
    /// True if it is unanswered and past `due_at`.
    #[schema(example = false)]
    pub overdue: bool,
    /// Time of the next review, while it is on hold.
    pub review_at: Option<DateTime<Utc>>,
    /// Escalation level of an unanswered referral: 0 desk, 1 manager, 2 province, 3 ministry.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// Time when it was sent.
    pub requested_at: Option<DateTime<Utc>>,
    /// Time when it ended. Since then the citizen waits for the outcome.
    pub ended_at: Option<DateTime<Utc>>,
}

impl ReferralWorkItem {
    pub fn of(row: WaitingReferral, review_at: Option<DateTime<Utc>>, level: i16, now: DateTime<Utc>) -> Self {
        Self {
            id: row.id,
            status: row.status,
            waiting_for: referral_waits_for(row.status).unwrap_or(ReferralAction::CloseLoop),
            region_code: row.region_code,
            service_id: row.service_id,
            target_organization_id: row.target_organization_id,
            complaint_id: row.complaint_id,
            overdue: row.status == ReferralStatus::Requested && row.due_at.is_some_and(|due| due < now),
            due_at: row.due_at,
            review_at,
            escalation_level: level,
            requested_at: row.requested_at,
            ended_at: row.ended_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReferralQueueQuery {
    /// Side that must act: `target` is the caller's organization, `source` the caller's regions. If absent: `source`
    /// for a token with regions, `target` for one without.
    #[param(inline)]
    pub side: Option<Side>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<ReferralStatus>,
    /// Only unanswered referrals past their due time.
    #[serde(default)]
    #[param(default = false)]
    pub overdue: bool,
    /// Cursor of the next page, from `next_cursor`.
    pub cursor: Option<String>,
    /// Number of items per page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// Counts of referrals that wait for an action.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ReferralWorkCounts {
    /// Referrals that wait for the caller's organization as the target.
    pub as_target: ReferralSideCounts,
    /// Ended referrals of the caller's regions whose outcome the citizen does not know yet.
    pub as_source: ReferralSideCounts,
}

/// Counts of referrals that wait for one side.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ReferralSideCounts {
    /// Number of referrals that wait.
    #[schema(example = 17)]
    pub total: i64,
    /// Number of these referrals that are unanswered and past their due time.
    #[schema(example = 2)]
    pub overdue: i64,
    /// Referrals by state, in the order of the process.
    pub by_status: Vec<ReferralStatusCount>,
}

/// Number of referrals in one state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralStatusCount {
    /// The state.
    pub status: ReferralStatus,
    /// Number of referrals.
    #[schema(example = 12)]
    pub count: i64,
}
