//! Creation of many drafts in one request.

use serde::{Deserialize, Serialize};
use serde_json::json as object;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::actions;
use super::api::{CreateReferral, Referral, fault};
use crate::batches::{self, BatchQuery, ItemResult};
use crate::error::Error;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::transaction::Tx;

/// A batch of up to 200 drafts, for example for one need that is referred to several services.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "validate_batch"))]
pub struct ReferralBatch {
    /// Need of all items that do not name their own. The caller generates the id (UUIDv7).
    pub need_id: Option<Uuid>,
    /// The drafts; each is validated on its own.
    #[validate(length(min = 1, max = 200, code = "too_many"))]
    #[schema(value_type = Vec<CreateReferral>, min_items = 1, max_items = 200)]
    pub items: Vec<serde_json::Value>,
}

fn validate_batch(input: &ReferralBatch) -> Result<(), ValidationError> {
    if input.need_id.is_some_and(|id| id.get_version_num() != 7) {
        return fault("not_uuid_v7", "/need_id");
    }
    Ok(())
}

/// Results of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralBatchResult {
    /// One result per item, in order.
    pub items: Vec<ReferralBatchItem>,
}

/// Result of one item.
#[serde_with::skip_serializing_none]
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReferralBatchItem {
    /// Position in the request, from 0.
    #[schema(example = 0)]
    pub index: usize,
    /// HTTP status that the item would have had in a request of its own.
    #[schema(example = 201)]
    pub status: u16,
    /// The referral, if the item succeeded.
    pub resource: Option<Referral>,
    /// The problem, if the item failed.
    #[schema(nullable, example = json!(null))]
    pub problem: Option<Problem>,
}

pub async fn create_all(tx: &mut Tx, query: BatchQuery, batch: ReferralBatch) -> Result<Reply, Error> {
    let mut drafts = batch.items;
    if let Some(need_id) = batch.need_id {
        for fields in drafts.iter_mut().filter_map(|draft| draft.as_object_mut()) {
            fields.entry("need_id").or_insert_with(|| object!(need_id));
        }
    }
    let create = async |tx: &mut Tx, input| actions::create(tx, input).await;
    let item = |ItemResult { index, status, resource, problem }| ReferralBatchItem { index, status, resource, problem };
    batches::create_all(tx, "/v1/referrals/batch", query, drafts, create, |made| ReferralBatchResult {
        items: made.into_iter().map(item).collect(),
    })
    .await
}
