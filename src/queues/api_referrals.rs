//! Wire types of the queues of referrals.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules::{Side, referral_waits_for};
use super::store::referrals::WaitingReferral;
use crate::referrals::model::{ReferralAction, ReferralStatus};

/// A referral that waits for somebody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralWorkItem {
    /// Id of the referral.
    pub id: Uuid,
    /// Its state.
    pub status: ReferralStatus,
    /// The step it waits for; where there are others, the one that takes it on.
    pub waiting_for: ReferralAction,
    /// Where the client lives.
    #[schema(example = "32.04.05.2001")]
    pub region_code: String,
    /// The service referred to.
    pub service_id: Uuid,
    /// Who received it.
    pub target_organization_id: Uuid,
    /// The complaint it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint_id: Option<Uuid>,
    /// By when it was or is to be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// Unanswered past that time?
    #[schema(example = false)]
    pub overdue: bool,
    /// When a pause is to be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_at: Option<DateTime<Utc>>,
    /// How high the want of an answer has risen: 0 desk, 1 manager, 2 province, 3 ministry.
    #[schema(minimum = 0, maximum = 3, example = 0)]
    pub escalation_level: i16,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<DateTime<Utc>>,
    /// When it ended: the citizen waits for word since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// What waits for this side: `target` is the caller's organization, `source` the caller's regions. When absent: `source`
    /// for a token with regions, `target` for one without.
    #[param(inline)]
    pub side: Option<Side>,
    /// Only this state.
    #[param(inline)]
    pub status: Option<ReferralStatus>,
    /// Only what is unanswered past its due time.
    #[serde(default)]
    #[param(default = false)]
    pub overdue: bool,
    /// Where to read on.
    pub cursor: Option<String>,
    /// Items a page, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<i64>,
}

/// How many referrals wait.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ReferralWorkCounts {
    /// For the caller's organization, as the target.
    pub as_target: ReferralSideCounts,
    /// For those who sent them, in the caller's regions: ended, and the citizen is to be told.
    pub as_source: ReferralSideCounts,
}

/// What waits for one side.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ReferralSideCounts {
    /// All that waits.
    #[schema(example = 17)]
    pub total: i64,
    /// Of these unanswered past their due time.
    #[schema(example = 2)]
    pub overdue: i64,
    /// By state, in the order of a referral's life.
    pub by_status: Vec<ReferralStatusCount>,
}

/// Referrals in one state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReferralStatusCount {
    /// The state.
    pub status: ReferralStatus,
    /// How many.
    #[schema(example = 12)]
    pub count: i64,
}
